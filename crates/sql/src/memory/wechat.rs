//! Generations of the keys and tokens of the WeChat-compatible face.

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::noun::wechat::{AppToken, SessionKey};

use super::{Applied, State, hold, rewrite};

impl State {
    pub(super) fn turn_session_key(&mut self, key: SessionKey) -> Applied {
        let place = (key.app.clone(), key.user);
        hold(follows(self.session_keys.get(&place).map(|there| there.generation), key.generation))?;
        self.session_keys.put(place, key);
        Ok(())
    }

    pub(super) fn give_session_key(
        &mut self,
        app: ClientId,
        user: UserId,
        generation: u32,
        session: SessionId,
    ) -> Applied {
        rewrite(&mut self.session_keys, (app, user), |key| {
            hold(key.generation == generation)?;
            key.session = session;
            Ok(())
        })
    }

    pub(super) fn turn_app_token(&mut self, token: AppToken) -> Applied {
        let place = (token.app.clone(), token.kind);
        hold(follows(self.app_tokens.get(&place).map(|there| there.generation), token.generation))?;
        self.app_tokens.put(place, token);
        Ok(())
    }
}

/// Whether the generation is the one after the current one, or the first where there is none.
fn follows(current: Option<u32>, generation: u32) -> bool {
    current.unwrap_or(0).checked_add(1) == Some(generation)
}
