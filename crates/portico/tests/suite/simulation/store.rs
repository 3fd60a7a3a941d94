//! The way to the database: the store in memory, at the other end of a wire.

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
use tokio::sync::Notify;

use super::dice::Dice;
use super::process::{Process, Wall};
use crate::fixture::read_through;

/// What becomes of what is sent in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It arrives.
    Open,
    /// The sender learns that it failed.
    Failing,
    /// Nothing is heard of it before the wire is mended; then it arrives late, or is lost.
    Hanging,
}

/// A moment in the life of a call to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is sent.
    Sent,
    /// It was carried out, and its answer is on the way.
    Done,
}

/// What happens when the next call of this name is at this stage.
struct Trap {
    call: &'static str,
    stage: Stage,
    spring: Box<dyn FnOnce() + Send>,
}

/// The wire between one node and the database.
pub struct Wire {
    dice: Arc<Dice>,
    state: Mutex<State>,
    mended: Notify,
    trap: Mutex<Option<Trap>>,
}

#[derive(Clone, Copy)]
struct State {
    there: Way,
    back: Way,
    /// The longest that either direction takes, in milliseconds.
    slowest: u64,
}

const WELL: State = State { there: Way::Open, back: Way::Open, slowest: 3 };

impl Wire {
    /// A wire on which everything goes well.
    pub fn new(dice: Arc<Dice>) -> Arc<Self> {
        Arc::new(Self { dice, state: Mutex::new(WELL), mended: Notify::new(), trap: Mutex::default() })
    }

    /// Breaks it.
    pub fn cut(&self, there: Way, back: Way) {
        let mut state = self.state.lock();
        (state.there, state.back) = (there, back);
    }

    /// Makes either direction take up to so many milliseconds.
    pub fn slow(&self, slowest: u64) {
        self.state.lock().slowest = slowest;
    }

    /// All is well again.
    pub fn mend(&self) {
        *self.state.lock() = WELL;
        self.mended.notify_waiters();
    }

    /// Does this at once when the next call of this name is at this stage: in the worst moment.
    pub fn lay_trap(&self, call: &'static str, stage: Stage, spring: impl FnOnce() + Send + 'static) {
        *self.trap.lock() = Some(Trap { call, stage, spring: Box::new(spring) });
    }

    /// Whether something lies in wait.
    pub fn is_trapped(&self) -> bool {
        self.trap.lock().is_some()
    }

    /// Nothing lies in wait any more.
    pub fn take_trap(&self) {
        *self.trap.lock() = None;
    }

    fn reach(&self, call: &'static str, stage: Stage) {
        let sprung = self.trap.lock().take_if(|trap| trap.call == call && trap.stage == stage);
        if let Some(trap) = sprung {
            (trap.spring)();
        }
    }

    /// Carries a call there and its answer back.
    async fn carry<T, E: From<Unavailable>>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.reach(call, Stage::Sent);
        self.pass(|state| state.there).await?;
        let done = work.await;
        self.reach(call, Stage::Done);
        self.pass(|state| state.back).await?;
        done
    }

    async fn pass(&self, way: impl Fn(&State) -> Way) -> Result<(), Unavailable> {
        let slowest = self.state.lock().slowest;
        let takes = self.dice.below(slowest + 1);
        if takes > 0 {
            tokio::time::sleep(Duration::from_millis(takes)).await;
        }
        let lost = || Unavailable("the wire to the database is cut".into());
        loop {
            let mended = self.mended.notified();
            match way(&self.state.lock()) {
                Way::Open => return Ok(()),
                Way::Failing => return Err(lost()),
                Way::Hanging => {}
            }
            mended.await;
            if self.dice.one_in(2) {
                return Err(lost());
            }
        }
    }
}

/// The store as one process reaches it.
pub struct Remote {
    memory: Arc<Memory>,
    wire: Arc<Wire>,
    process: Arc<Process>,
    clock: Arc<Wall>,
}

impl Remote {
    /// This store, whose clock this is, over this wire.
    pub fn of(memory: &Arc<Memory>, clock: &Arc<Wall>, wire: &Arc<Wire>, process: &Arc<Process>) -> Self {
        let (memory, clock) = (memory.clone(), clock.clone());
        Self { memory, wire: wire.clone(), process: process.clone(), clock }
    }

    async fn around<T>(
        &self,
        call: &'static str,
        question: impl Future<Output = Result<T, Unavailable>>,
    ) -> Result<T, Unavailable> {
        self.process.runs().await;
        let answer = self.wire.carry(call, question).await;
        self.process.runs().await;
        answer
    }

    /// What was sent is carried out, whatever has become of the sender.
    async fn write<T, E>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Unavailable> + Send + 'static,
    {
        self.process.runs().await;
        let wire = self.wire.clone();
        let carried = tokio::spawn(async move { wire.carry(call, work).await });
        let done = carried.await.expect("nobody aborts it");
        self.process.runs().await;
        done
    }
}

read_through!(Remote);

#[async_trait]
impl Commit for Remote {
    async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let memory = self.memory.clone();
        self.write("commit", async move { memory.commit(changes).await }).await
    }
}

#[async_trait]
impl Nodes for Remote {
    async fn enter(&self, node: &Node) -> Result<Standing, Unavailable> {
        let (memory, node) = (self.memory.clone(), node.clone());
        self.write("enter", async move { memory.enter(&node).await }).await
    }

    async fn renew(&self, node: NodeId) -> Result<Option<Standing>, Unavailable> {
        let memory = self.memory.clone();
        self.write("renew", async move { memory.renew(node).await }).await
    }

    async fn clock(&self) -> Result<Option<Moment>, Unavailable> {
        // Nothing is drawn for it: what befalls the other calls of a seed stays what it was.
        self.process.runs().await;
        Ok(Some(self.clock.now()))
    }

    async fn standing(&self) -> Result<Standing, Unavailable> {
        self.around("standing", self.memory.standing()).await
    }

    async fn leave(&self, node: NodeId, renewals: u64) -> Result<bool, Unavailable> {
        let memory = self.memory.clone();
        self.write("leave", async move { memory.leave(node, renewals).await }).await
    }

    async fn closings_after(
        &self,
        seq: ClosingSeq,
        limit: usize,
    ) -> Result<Vec<(ClosingSeq, Closing)>, Unavailable> {
        self.around("closings_after", self.memory.closings_after(seq, limit)).await
    }
}

#[async_trait]
impl Backup for Remote {
    async fn copy(&self, to: &Path) -> Result<(), NotCopied> {
        self.memory.copy(to).await
    }

    async fn copy_keys(&self, to: &Path) -> Result<(), NotCopied> {
        self.memory.copy_keys(to).await
    }
}
