//! The bus: quick word of what the store knows already.

use std::time::Duration;

use async_trait::async_trait;
use portico_core::id::{ClosingSeq, NodeId};
use portico_core::noun::closing::Closing;
use serde::{Deserialize, Serialize};

use super::Fleet;
use crate::Vault;

/// Carries messages between nodes as well as it can: they may be lost, doubled, late or out of order.
/// Nothing is safe because of it; it only makes closings quick.
#[async_trait]
pub trait Bus: Send + Sync {
    /// Says from now on who receives here.
    async fn join(&self, me: NodeId);
    /// Sends to every other node.
    async fn to_all(&self, message: Vec<u8>);
    /// Sends to one node.
    async fn to(&self, node: NodeId, message: Vec<u8>);
    /// The next message. Waiting for it can be given up without losing one.
    async fn next(&self) -> Vec<u8>;
}

/// No bus: every closing waits for the others' leases.
pub struct Silence;

#[async_trait]
impl Bus for Silence {
    async fn join(&self, _: NodeId) {}

    async fn to_all(&self, _: Vec<u8>) {}

    async fn to(&self, _: NodeId, _: Vec<u8>) {}

    async fn next(&self) -> Vec<u8> {
        std::future::pending().await
    }
}

/// What nodes say to each other.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// A closing was committed; whoever has followed it and every one before says so under this number.
    Closed { ask: u64, seq: ClosingSeq, what: Closing },
    /// Whoever has followed every closing up to this one says so under this number.
    Reach { ask: u64, upto: ClosingSeq },
    /// It is so.
    Done { ask: u64 },
    /// Something happened that is to be told.
    Happened,
    /// I am here.
    Beat,
    /// I hold no lease any more, and none will be mine.
    Left,
}

/// The sender's id stands before what it sealed.
const SENDER: usize = 16;

impl Fleet {
    pub(super) fn sealed(&self, vault: &Vault, message: &Message) -> Vec<u8> {
        let me = self.me();
        let plain = serde_json::to_vec(message).expect("a message is plain data");
        let mut out = me.as_bytes().to_vec();
        out.extend(vault.bus(me).seal(&plain, vault.chance()));
        out
    }

    /// The message and its sender; none for what no other node of this store said.
    pub(super) fn opened(&self, vault: &Vault, bytes: &[u8]) -> Option<(NodeId, Message)> {
        let (sender, sealed) = bytes.split_first_chunk::<SENDER>()?;
        let sender = NodeId::from_bytes(*sender);
        if sender == self.me() {
            return None;
        }
        let plain = vault.bus(sender).open(sealed).ok()?;
        Some((sender, serde_json::from_slice(&plain).ok()?))
    }

    pub(super) async fn say(&self, vault: &Vault, message: &Message) {
        self.company.bus.to_all(self.sealed(vault, message)).await;
    }

    pub(super) async fn answer(&self, vault: &Vault, node: NodeId, message: &Message) {
        self.company.bus.to(node, self.sealed(vault, message)).await;
    }
}

/// How long one message may take to be handed over; the bus may hold everything back while it is away.
pub(super) const HANDED_OVER: Duration = Duration::from_millis(500);
