//! Signing keys and secrets of the house, wrapped.

use portico_core::moment::Moment;
use portico_core::noun::key::SigningKeyRecord;
use portico_store::Taken;

use super::{Applied, State, free, rewrite};

impl State {
    pub(super) fn keys_by_age(&self) -> Vec<SigningKeyRecord> {
        let mut keys: Vec<_> = self.signing_keys.values().cloned().collect();
        keys.sort_by(|a, b| (a.created_at, &a.kid).cmp(&(b.created_at, &b.kid)));
        keys
    }

    pub(super) fn make_key(&mut self, key: SigningKeyRecord) -> Applied {
        free(!self.signing_keys.has(&key.kid), Taken::Id)?;
        self.signing_keys.put(key.kid.clone(), key);
        Ok(())
    }

    pub(super) fn retire_key(&mut self, kid: String, at: Moment) -> Applied {
        rewrite(&mut self.signing_keys, kid, |key| {
            key.retires_at = Some(at);
            Ok(())
        })
    }

    pub(super) fn store_secret(&mut self, name: String, wrapped: Vec<u8>) -> Applied {
        free(!self.secrets.has(&name), Taken::Secret)?;
        self.secrets.put(name, wrapped);
        Ok(())
    }
}
