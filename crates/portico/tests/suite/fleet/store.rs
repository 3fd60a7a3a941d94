//! The store that the nodes share, as one of them reaches it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{ClosingSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::node::{Node, Standing};
use portico_live::Clock;
use portico_sql::memory::Memory;
use portico_store::{Backup, Commit, CommitError, Committed, Nodes, NotCopied, Unavailable};

use crate::fixture::read_through;
use crate::simulation::Wall;

/// One node's way to the store, which has a clock.
pub struct Reached {
    memory: Arc<Memory>,
    clock: Arc<Wall>,
    /// How long each finder of a name takes.
    pub slow: Mutex<BTreeMap<&'static str, Duration>>,
    /// How often each finder was asked.
    pub asked: Mutex<BTreeMap<&'static str, usize>>,
}

impl Reached {
    pub fn new(memory: &Arc<Memory>, clock: &Arc<Wall>) -> Arc<Self> {
        let (memory, clock) = (memory.clone(), clock.clone());
        Arc::new(Self { memory, clock, slow: Mutex::default(), asked: Mutex::default() })
    }

    async fn around<T>(
        &self,
        finder: &'static str,
        answer: impl Future<Output = Result<T, Unavailable>>,
    ) -> Result<T, Unavailable> {
        *self.asked.lock().entry(finder).or_default() += 1;
        let takes = self.slow.lock().get(finder).copied();
        if let Some(takes) = takes {
            tokio::time::sleep(takes).await;
        }
        answer.await
    }
}

read_through!(Reached);

#[async_trait]
impl Commit for Reached {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        self.memory.commit(changes).await
    }
}

#[async_trait]
impl Nodes for Reached {
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable> {
        self.memory.enter(node).await
    }

    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable> {
        self.memory.renew(node).await
    }

    async fn clock(&self) -> Result<Option<Moment>, Unavailable> {
        Ok(Some(self.clock.now()))
    }

    async fn standing(&self) -> Result<Standing, Unavailable> {
        self.around("standing", self.memory.standing()).await
    }

    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable> {
        self.memory.leave(node, renewals).await
    }

    async fn closings_after(
        &self,
        seq: ClosingSeq,
        limit: usize,
    ) -> Result<Vec<(ClosingSeq, Closing)>, Unavailable> {
        self.memory.closings_after(seq, limit).await
    }
}

#[async_trait]
impl Backup for Reached {
    async fn copy(&self, to: &Path) -> Result<(), NotCopied> {
        self.memory.copy(to).await
    }

    async fn copy_keys(&self, to: &Path) -> Result<(), NotCopied> {
        self.memory.copy_keys(to).await
    }
}
