//! One person's own key: destroying it forgets the person, in every copy of the store.

use std::fmt;

use portico_core::id::UserId;
use zeroize::Zeroizing;

use crate::aead::{Aead, Unsealable};
use crate::{Chance, MasterKey};

/// The 256-bit key under which the personal fields of one person are encrypted.
///
/// Person and field are bound into every value, so one that was moved to another row or column
/// does not open there. A person changes far fewer than 2³² fields, which random nonces allow.
pub struct PersonKey {
    user: UserId,
    bytes: Zeroizing<[u8; 32]>,
    aead: Aead,
}

impl PersonKey {
    /// A fresh key for this person.
    pub fn generate(user: UserId, chance: &dyn Chance) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        chance.fill(&mut *bytes);
        Self::new(user, bytes)
    }

    /// Whose key it is.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The key as the store keeps it: wrapped for this person alone.
    pub fn wrapped(&self, master: &MasterKey, chance: &dyn Chance) -> Vec<u8> {
        master.wrap(&purpose(self.user), &*self.bytes, chance)
    }

    /// The key that [`Self::wrapped`] wrapped; [`Unsealable`] under another master key or for
    /// another person.
    pub fn unwrapped(master: &MasterKey, user: UserId, wrapped: &[u8]) -> Result<Self, Unsealable> {
        let plain = master.unwrap(&purpose(user), wrapped)?;
        let bytes: &[u8; 32] = plain.as_slice().try_into().map_err(|_| Unsealable)?;
        Ok(Self::new(user, Zeroizing::new(*bytes)))
    }

    /// Encrypts the value of one field.
    pub fn seal(&self, field: &str, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        self.aead.seal(&self.bound(field), plain, chance)
    }

    /// Opens the value of one field. Refuses another person's, another field's, and any change.
    pub fn open(&self, field: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.aead.open(&self.bound(field), sealed)
    }

    fn new(user: UserId, bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { user, aead: Aead::new(&bytes), bytes }
    }

    fn bound(&self, field: &str) -> Vec<u8> {
        [self.user.as_bytes(), field.as_bytes()].concat()
    }
}

fn purpose(user: UserId) -> String {
    format!("person key {user}")
}

impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    const ANNA: UserId = UserId::from_bytes([1; 16]);
    const BORIS: UserId = UserId::from_bytes([2; 16]);

    #[test]
    fn a_field_opens_for_its_person_and_no_field_beside_it() {
        let key = PersonKey::generate(ANNA, &Counting::from(0));
        let sealed = key.seal("email", b"anna@example.org", &Counting::from(50));
        assert_eq!(key.open("email", &sealed).unwrap(), b"anna@example.org");
        assert_eq!(key.open("phone", &sealed), Err(Unsealable));
    }

    #[test]
    fn a_value_moved_to_another_person_does_not_open_even_under_equal_key_bytes() {
        let anna = PersonKey::generate(ANNA, &Counting::from(0));
        let boris = PersonKey::generate(BORIS, &Counting::from(0));
        let sealed = anna.seal("email", b"anna@example.org", &Counting::from(50));
        assert_eq!(boris.open("email", &sealed), Err(Unsealable));
    }

    #[test]
    fn a_wrapped_key_moved_to_another_person_does_not_open() {
        let master = MasterKey::generate(&Counting::from(7));
        let anna = PersonKey::generate(ANNA, &Counting::from(0));
        let wrapped = anna.wrapped(&master, &Counting::from(90));
        let sealed = anna.seal("email", b"anna@example.org", &Counting::from(50));
        let again = PersonKey::unwrapped(&master, ANNA, &wrapped).unwrap();
        assert_eq!(again.open("email", &sealed).unwrap(), b"anna@example.org");
        assert_eq!(PersonKey::unwrapped(&master, BORIS, &wrapped).err(), Some(Unsealable));
        let other = MasterKey::generate(&Counting::from(8));
        assert_eq!(PersonKey::unwrapped(&other, ANNA, &wrapped).err(), Some(Unsealable));
    }
}
