//! The store's own key, from which everything that must never change is derived.

use std::fmt;

use zeroize::Zeroizing;

use crate::aead::Unsealable;
use crate::derive::Deriving;
use crate::{Chance, MasterKey};

const PURPOSE: &str = "root key";

/// The 256-bit key behind OpenIDs, UnionIDs, the look-up of handles and refresh tokens.
///
/// It is drawn once for a store, lies in it wrapped by the master key, and never rotates: another
/// root key would make every person a stranger to every mini-program.
pub struct RootKey {
    bytes: Zeroizing<[u8; 32]>,
    pub(crate) deriving: Deriving,
}

impl RootKey {
    /// A fresh key, for an empty store.
    pub fn generate(chance: &dyn Chance) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        chance.fill(&mut *bytes);
        Self::new(bytes)
    }

    /// The key as the store keeps it.
    pub fn wrapped(&self, master: &MasterKey, chance: &dyn Chance) -> Vec<u8> {
        master.wrap(PURPOSE, &*self.bytes, chance)
    }

    /// The key that [`Self::wrapped`] wrapped; [`Unsealable`] under another master key.
    pub fn unwrapped(master: &MasterKey, wrapped: &[u8]) -> Result<Self, Unsealable> {
        let plain = master.unwrap(PURPOSE, wrapped)?;
        let bytes: &[u8; 32] = plain.as_slice().try_into().map_err(|_| Unsealable)?;
        Ok(Self::new(Zeroizing::new(*bytes)))
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { deriving: Deriving::new("portico root key", &bytes), bytes }
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn a_root_key_survives_being_wrapped_and_only_its_master_key_opens_it() {
        let master = MasterKey::generate(&Counting::from(0));
        let root = RootKey::generate(&Counting::from(40));
        let wrapped = root.wrapped(&master, &Counting::from(80));
        assert_eq!(*RootKey::unwrapped(&master, &wrapped).unwrap().bytes, *root.bytes);
        let other = MasterKey::generate(&Counting::from(1));
        assert_eq!(RootKey::unwrapped(&other, &wrapped).err(), Some(Unsealable));
    }

    #[test]
    fn something_shorter_wrapped_in_its_place_is_no_root_key() {
        let master = MasterKey::generate(&Counting::from(0));
        let wrapped = master.wrap(PURPOSE, b"short", &Counting::from(80));
        assert_eq!(RootKey::unwrapped(&master, &wrapped).err(), Some(Unsealable));
    }
}
