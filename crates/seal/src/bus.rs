//! What nodes say to each other on the bus: readable and writable only by nodes of the same store.

use std::fmt;

use portico_core::id::NodeId;

use crate::aead::{Aead, Unsealable};
use crate::{Chance, RootKey};

/// The key under which one node's messages are sealed. A node lives for one run of a process, which
/// keeps it far below the 2³² messages that one key can seal.
pub struct BusKey(Aead);

impl BusKey {
    /// The key of this node's messages; every node of the store can derive it.
    pub fn derive(root: &RootKey, from: NodeId) -> Self {
        Self(Aead::new(&root.deriving.key("bus", from.as_bytes())))
    }

    /// The message, sealed.
    pub fn seal(&self, plain: &[u8], chance: &dyn Chance) -> Vec<u8> {
        self.0.seal(b"", plain, chance)
    }

    /// The message that [`Self::seal`] sealed; [`Unsealable`] for anything that this node did not say.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.0.open(b"", sealed)
    }
}

impl fmt::Debug for BusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BusKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Counting;

    #[test]
    fn a_message_opens_only_as_that_of_the_node_that_sealed_it() {
        let root = RootKey::generate(&Counting::from(0));
        let [one, other] = [1, 2].map(|byte| BusKey::derive(&root, NodeId::from_bytes([byte; 16])));
        let sealed = one.seal(b"closed", &Counting::from(7));
        assert_eq!(one.open(&sealed), Ok(b"closed".to_vec()));
        assert_eq!(other.open(&sealed), Err(Unsealable));
        let stranger = RootKey::generate(&Counting::from(1));
        let stranger = BusKey::derive(&stranger, NodeId::from_bytes([1; 16]));
        assert_eq!(stranger.open(&sealed), Err(Unsealable));
    }
}
