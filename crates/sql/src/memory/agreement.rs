//! Agreements between apps.

use portico_core::id::ClientId;
use portico_core::noun::agreement::Agreement;

use super::{Applied, State, hold};

impl State {
    pub(super) fn register_agreement(&mut self, new: Agreement) {
        let key = (new.from.clone(), new.to.clone());
        if !self.agreements.has(&key) {
            self.agreements.put(key, new);
        }
    }

    pub(super) fn end_agreement(&mut self, from: ClientId, to: ClientId) -> Applied {
        hold(self.agreements.remove(&(from, to)))
    }
}
