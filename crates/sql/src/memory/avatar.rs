//! People's pictures.

use portico_core::id::UserId;

use super::{Applied, State, hold};

impl State {
    pub(super) fn set_avatar(&mut self, user: UserId, sealed: Vec<u8>) -> Applied {
        hold(self.people.get(&user).is_some_and(|person| person.erased_at.is_none()))?;
        self.avatars.put(user, sealed);
        Ok(())
    }
}
