//! Challenges.

use portico_core::moment::Moment;
use portico_core::noun::challenge::Challenge;
use portico_store::Taken;

use super::{Applied, State, free, hold, rewrite};

impl State {
    pub(super) fn send_challenge(&mut self, new: Challenge) -> Applied {
        free(!self.challenges.has(&new.digest), Taken::Id)?;
        self.challenges.put(new.digest, new);
        Ok(())
    }

    pub(super) fn try_challenge(&mut self, digest: [u8; 32], tries: u32) -> Applied {
        rewrite(&mut self.challenges, digest, |challenge| {
            hold(challenge.answered_at.is_none() && challenge.tries.checked_add(1) == Some(tries))?;
            challenge.tries = tries;
            Ok(())
        })
    }

    pub(super) fn answer_challenge(&mut self, digest: [u8; 32], tries: u32, at: Moment) -> Applied {
        rewrite(&mut self.challenges, digest, |challenge| {
            hold(challenge.answered_at.is_none() && challenge.tries == tries)?;
            challenge.answered_at = Some(at);
            Ok(())
        })
    }
}
