//! Following the closings that other nodes committed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use portico_core::id::{ClosingSeq, NodeId};
use portico_core::noun::closing::Closing;
use portico_core::rule::lease::Tick;
use portico_store::Unavailable;

use super::bus::{HANDED_OVER, Message};
use super::tell::NOBODY;
use super::{Fleet, State};
use crate::Live;

/// How many closings are read in one go.
const BATCH: usize = 500;
/// How often a node says that it is there.
const BEAT: Duration = Duration::from_millis(500);
/// After so many messages others have their turn.
const TURN: usize = 32;
/// How many of the questions heard last are remembered.
const REMEMBERED: usize = 4096;
/// How many answers are on their way at a time; beyond it whoever asks waits for leases.
pub(super) const ON_THE_WAY: usize = 1024;
/// How long after a look for somebody unknown the next one is taken.
const LOOK: u64 = 100_000;

/// The questions that were answered, or are being worked on: a copy of one is nothing new.
#[derive(Default)]
pub(super) struct Heeded {
    order: VecDeque<u64>,
    asks: BTreeSet<u64>,
}

impl Heeded {
    /// Whether it is new.
    fn note(&mut self, ask: u64) -> bool {
        let is_new = self.asks.insert(ask);
        if is_new {
            self.order.push_back(ask);
        }
        if self.order.len() > REMEMBERED {
            let oldest = self.order.pop_front();
            oldest.inspect(|oldest| _ = self.asks.remove(oldest));
        }
        is_new
    }
}

impl State {
    fn knows(&self, node: NodeId) -> bool {
        self.nodes.iter().any(|known| known.id == node)
    }
}

impl Live {
    /// Hears what other nodes say until the task is dropped. Run it once; a node without company has
    /// nothing to hear.
    ///
    /// Hearing never waits for anything: whatever takes its time is done beside it.
    pub async fn hear(self: &Arc<Self>) {
        let Some(fleet) = &self.fleet else { return std::future::pending().await };
        tokio::join!(self.beat(fleet), self.listen(fleet));
    }

    async fn beat(&self, fleet: &Fleet) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            let _ = tokio::time::timeout(HANDED_OVER, fleet.say(self.vault(), &Message::Beat)).await;
        }
    }

    async fn listen(self: &Arc<Self>, fleet: &Fleet) {
        for heard in 1.. {
            let bytes = fleet.company.bus.next().await;
            if let Some((from, message)) = fleet.opened(self.vault(), &bytes) {
                self.heard(fleet, from, message);
            }
            // Messages that come without a pause must not keep this node from saying that it is there.
            if heard % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Heeds a message from one of the nodes that are written down; nobody else is heard, since what a node
    /// that is gone has said can only be a copy.
    fn heard(self: &Arc<Self>, fleet: &Fleet, from: NodeId, message: Message) {
        if fleet.state.lock().knows(from) {
            return self.heed(fleet, from, message);
        }
        let now = fleet.company.ticks.now();
        {
            let mut state = fleet.state.lock();
            if now < state.look_again {
                return;
            }
            state.look_again = Tick(now.0 + LOOK);
        }
        // It may have entered since the nodes were read.
        let live = Arc::clone(self);
        tokio::spawn(async move {
            let Some(fleet) = &live.fleet else { return };
            let Ok(standing) = fleet.company.store.standing().await else { return };
            let Some(node) = standing.nodes.into_iter().find(|node| node.id == from) else { return };
            {
                let mut state = fleet.state.lock();
                if !state.knows(from) {
                    state.nodes.push(node);
                }
            }
            live.heed(fleet, from, message);
        });
    }

    fn heed(self: &Arc<Self>, fleet: &Fleet, from: NodeId, message: Message) {
        fleet.state.lock().heard.insert(from, fleet.company.ticks.now());
        match message {
            Message::Closed { ask, seq, what } => self.word(fleet, from, ask, seq, &what),
            Message::Reach { ask, upto } => self.reach(fleet, from, ask, upto),
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

    /// Follows a closing at word of it and says so, unless it was followed before.
    fn word(self: &Arc<Self>, fleet: &Fleet, from: NodeId, ask: u64, seq: ClosingSeq, what: &Closing) {
        {
            let mut state = fleet.state.lock();
            if state.followed.has(seq) {
                drop(state);
                return self.reach(fleet, from, ask, seq);
            }
            if !state.following.insert(seq) {
                return;
            }
        }
        self.drop_closed(what);
        self.hub().wake();
        let (catalogue, ring) = (what.catalogue, what.ring);
        if !catalogue && !ring {
            fleet.followed_word(seq, true);
            return self.reach(fleet, from, ask, seq);
        }
        let live = Arc::clone(self);
        tokio::spawn(async move {
            let Some(fleet) = &live.fleet else { return };
            let read = live.reload(catalogue, ring).await.is_ok();
            fleet.followed_word(seq, read);
            if read {
                live.reach(fleet, from, ask, seq);
            }
        });
    }

    /// Says so when every closing up to this one is out of memory: once to each question.
    fn reach(self: &Arc<Self>, fleet: &Fleet, from: NodeId, ask: u64, upto: ClosingSeq) {
        if ask == NOBODY {
            return;
        }
        let Ok(permit) = fleet.answers.clone().try_acquire_owned() else { return };
        if !fleet.state.lock().heeded.note(ask) {
            return;
        }
        // Reading what is missing may take its time, and so may the bus; meanwhile others are heard.
        let live = Arc::clone(self);
        tokio::spawn(async move {
            let Some(fleet) = &live.fleet else { return };
            if live.catch_up(fleet, upto).await.is_ok() {
                let done = Message::Done { ask };
                let _ = tokio::time::timeout(HANDED_OVER, fleet.answer(live.vault(), from, &done)).await;
            }
            drop(permit);
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

impl Fleet {
    /// Ends the work on a word: the closing is out of memory, or that could not be seen to.
    fn followed_word(&self, seq: ClosingSeq, out: bool) {
        let mut state = self.state.lock();
        state.following.remove(&seq);
        if out {
            state.followed.follow(seq);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_question_is_nothing_new_and_only_so_many_are_remembered() {
        let mut heeded = Heeded::default();
        assert!(heeded.note(1) && !heeded.note(1));
        let many = 2..REMEMBERED as u64 + 2;
        assert!(many.clone().all(|ask| heeded.note(ask)));
        assert!(heeded.note(1) && !heeded.note(many.end - 1));
        assert_eq!((heeded.order.len(), heeded.asks.len()), (REMEMBERED, REMEMBERED));
    }
}
