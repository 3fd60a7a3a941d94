//! Following the closings that other nodes committed.

use std::sync::Arc;
use std::time::Duration;

use portico_core::id::{ClosingSeq, NodeId};
use portico_core::noun::closing::Closing;
use portico_store::Unavailable;

use super::Fleet;
use super::bus::{HANDED_OVER, Message};
use crate::Live;

/// How many closings are read in one go.
const BATCH: usize = 500;
/// How often a node says that it is there.
const BEAT: Duration = Duration::from_millis(500);

impl Live {
    /// Hears what other nodes say until the task is dropped. Run it once; a node without company has
    /// nothing to hear.
    pub async fn hear(self: &Arc<Self>) {
        let Some(fleet) = &self.fleet else { return std::future::pending().await };
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // A flood of messages must not keep this node from saying that it is there.
                biased;
                _ = beat.tick() => {
                    // A bus that holds messages back must not keep this node from hearing.
                    let _ = tokio::time::timeout(HANDED_OVER, fleet.say(self.vault(), &Message::Beat)).await;
                }
                bytes = fleet.company.bus.next() => {
                    if let Some((from, message)) = fleet.opened(self.vault(), &bytes) {
                        self.heard(fleet, from, message).await;
                    }
                }
            }
        }
    }

    async fn heard(self: &Arc<Self>, fleet: &Fleet, from: NodeId, message: Message) {
        fleet.state.lock().heard.insert(from, fleet.company.ticks.now());
        match message {
            Message::Closed { ask, seq, what } => {
                if self.follow(fleet, seq, &what).await.is_ok() {
                    self.reach(fleet, from, ask, seq).await;
                }
                self.hub().wake();
            }
            Message::Reach { ask, upto } => self.reach(fleet, from, ask, upto).await,
            Message::Done { ask } => {
                fleet.state.lock().done(ask, from);
                fleet.told.notify_waiters();
            }
            Message::Happened => self.hub().wake(),
            Message::Beat => {}
            Message::Left => {
                fleet.state.lock().left(from);
                fleet.told.notify_waiters();
            }
        }
    }

    /// Says so when every closing up to this one is out of memory.
    async fn reach(self: &Arc<Self>, fleet: &Fleet, from: NodeId, ask: u64, upto: ClosingSeq) {
        let reached = fleet.state.lock().followed.upto() >= upto;
        if reached {
            return fleet.answer(self.vault(), from, &Message::Done { ask }).await;
        }
        // Reading what is missing may take its time; meanwhile others are heard.
        let live = Arc::clone(self);
        tokio::spawn(async move {
            let Some(fleet) = &live.fleet else { return };
            if live.catch_up(fleet, upto).await.is_ok() {
                fleet.answer(live.vault(), from, &Message::Done { ask }).await;
            }
        });
    }

    /// Takes out of memory what a closing made untrue.
    async fn follow(&self, fleet: &Fleet, seq: ClosingSeq, what: &Closing) -> Result<(), Unavailable> {
        self.drop_closed(what);
        self.reload(what.catalogue, what.ring).await?;
        fleet.state.lock().followed.follow(seq);
        Ok(())
    }

    /// Follows every closing up to this one, from the store where the bus brought no word of it.
    pub(super) async fn catch_up(&self, fleet: &Fleet, last: ClosingSeq) -> Result<(), Unavailable> {
        loop {
            let upto = fleet.state.lock().followed.upto();
            if upto >= last {
                return Ok(());
            }
            let closings = fleet.company.store.closings_after(upto, BATCH).await?;
            if closings.first().is_none_or(|(seq, _)| seq.0 != upto.0 + 1) {
                // What lies between is no longer kept: anything may be untrue.
                self.empty().await?;
                fleet.state.lock().followed.emptied(last);
                return Ok(());
            }
            for (seq, what) in closings {
                if !fleet.state.lock().followed.has(seq) {
                    self.follow(fleet, seq, &what).await?;
                }
            }
        }
    }
}
