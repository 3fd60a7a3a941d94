//! Passkeys.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::passkey::Passkey;
use portico_store::Taken;

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn passkeys_counted(&self, user: UserId, count: usize) -> Applied {
        hold(self.passkeys.values().filter(|passkey| passkey.user == user).count() == count)
    }

    pub(super) fn add_passkey(&mut self, new: Passkey) -> Applied {
        free(!self.passkeys.has(&new.digest), Taken::Passkey)?;
        self.passkeys.put(new.digest, new);
        Ok(())
    }

    pub(super) fn use_passkey(
        &mut self,
        digest: [u8; 32],
        before: &[u8],
        after: Vec<u8>,
        at: Moment,
    ) -> Applied {
        rewrite(&mut self.passkeys, digest, |passkey| {
            hold(passkey.sealed_credential == before)?;
            passkey.sealed_credential = after;
            passkey.used_at = Some(at);
            Ok(())
        })
    }

    pub(super) fn rename_passkey(&mut self, digest: [u8; 32], user: UserId, name: Vec<u8>) -> Applied {
        rewrite(&mut self.passkeys, digest, |passkey| {
            hold(passkey.user == user)?;
            passkey.sealed_name = name;
            Ok(())
        })
    }

    pub(super) fn remove_passkey(&mut self, digest: [u8; 32], user: UserId) -> Applied {
        hold(self.passkeys.get(&digest).is_some_and(|passkey| passkey.user == user))?;
        self.passkeys.remove(&digest);
        Ok(())
    }

    pub(super) fn passkeys_of(&self, user: UserId) -> Vec<Passkey> {
        let mut own: Vec<_> =
            self.passkeys.values().filter(|passkey| passkey.user == user).cloned().collect();
        own.sort_by_key(|passkey| (passkey.created_at, passkey.digest));
        own
    }
}
