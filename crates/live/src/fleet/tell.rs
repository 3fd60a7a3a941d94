//! Telling the other nodes of a closing, and waiting until none of them can answer as before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use portico_core::id::{ClosingSeq, NodeId};
use portico_core::noun::closing::Closing;
use portico_core::rule::lease::Tick;
use portico_store::Unavailable;

use super::bus::{HANDED_OVER, Message};
use super::{Fleet, State};
use crate::{Live, Vault};

/// The question to which nobody waits for the answer.
pub(super) const NOBODY: u64 = 0;

/// A closing that somebody waits for.
#[derive(Default)]
pub(super) struct Telling {
    done: BTreeSet<NodeId>,
}

impl State {
    pub(super) fn done(&mut self, ask: u64, by: NodeId) {
        if let Some(telling) = self.tellings.get_mut(&ask) {
            telling.done.insert(by);
        }
    }

    pub(super) fn left(&mut self, node: NodeId) {
        self.tellings.values_mut().for_each(|telling| {
            telling.done.insert(node);
        });
    }
}

/// Removes its telling when whoever waits has gone.
pub(super) struct Asked<'a> {
    fleet: &'a Fleet,
    pub(super) ask: u64,
}

impl<'a> Asked<'a> {
    /// A question under a number of its own.
    pub(super) fn anew(fleet: &'a Fleet, vault: &Vault) -> Self {
        let mut bytes = [0; 8];
        vault.chance().fill(&mut bytes);
        let ask = u64::from_be_bytes(bytes);
        fleet.state.lock().tellings.insert(ask, Telling::default());
        Self { fleet, ask }
    }

    /// Whether this node has acknowledged.
    pub(super) fn is_done_by(&self, node: NodeId) -> bool {
        let state = self.fleet.state.lock();
        state.tellings.get(&self.ask).is_some_and(|telling| telling.done.contains(&node))
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.fleet.state.lock().tellings.remove(&self.ask);
    }
}

impl Fleet {
    /// Answers when no node can answer as before this closing, which is committed, or as before any with
    /// a smaller number: another call may have committed one of those, and what this one closes may
    /// leave out what it found closed by then.
    pub(crate) async fn tell(&self, live: &Arc<Live>, seq: ClosingSeq, what: Closing) {
        let committed = self.company.ticks.now();
        self.state.lock().followed.follow(seq);
        self.ask(live, committed, seq, |ask| Message::Closed { ask, seq, what }).await;
    }

    /// Tells the others of a closing, which is committed and out of this node's memory, and waits for
    /// nobody.
    pub(crate) fn announce(live: &Arc<Live>, seq: ClosingSeq, what: Closing) {
        let live = Arc::clone(live);
        if let Some(fleet) = &live.fleet {
            fleet.state.lock().followed.follow(seq);
        }
        tokio::spawn(async move {
            let Some(fleet) = &live.fleet else { return };
            let message = Message::Closed { ask: NOBODY, seq, what };
            let _ = tokio::time::timeout(HANDED_OVER, fleet.say(live.vault(), &message)).await;
        });
    }

    /// Answers when no node can answer as before any closing that was committed before the call.
    pub(crate) async fn settled(&self, live: &Arc<Live>) -> Result<(), Unavailable> {
        let asked = self.company.ticks.now();
        let upto = self.company.store.standing().await?.closings;
        // A call that has just waited for its own closing need not wait again.
        if upto <= self.state.lock().settled {
            return Ok(());
        }
        self.ask(live, asked, upto, |ask| Message::Reach { ask, upto }).await;
        Ok(())
    }

    /// Word for those who listen at other nodes.
    pub(crate) async fn happened(&self, vault: &Vault) {
        self.say(vault, &Message::Happened).await;
    }

    async fn ask(
        &self,
        live: &Live,
        committed: Tick,
        upto: ClosingSeq,
        message: impl FnOnce(u64) -> Message,
    ) {
        let vault = live.vault();
        let asked = Asked::anew(self, vault);
        let ask = asked.ask;
        let message = self.sealed(vault, &message(ask));
        let all = async {
            let handed = tokio::time::timeout(HANDED_OVER, self.company.bus.to_all(message)).await;
            if handed.is_err() {
                tracing::warn!("the bus does not take messages; closings wait for leases");
            }
            // This node's own memory is bound to its lease like any other.
            if live.catch_up(self, upto).await.is_err() {
                return std::future::pending().await;
            }
            self.acknowledged(ask).await;
        };
        // Every lease that has not seen the commit is over by then, whatever has become of its holder.
        let over = self.company.ticks.until(self.company.terms.over_at(committed));
        let acknowledged = tokio::select! {
            biased;
            () = all => true,
            () = over => false,
        };
        drop(asked);
        {
            let mut state = self.state.lock();
            state.settled = state.settled.max(upto);
        }
        let took = self.company.ticks.now().0.saturating_sub(committed.0);
        metrics::histogram!("portico_closing_seconds").record(took as f64 / 1e6);
        if !acknowledged {
            self.waited_out.lock().count(self.company.ticks.now());
            metrics::counter!("portico_closings_waited_out_total").increment(1);
        }
    }

    /// Answers when every node that may hold a lease has said so. The nodes are read after the commit:
    /// one that is not there yet, or renews after that, sees it in the store.
    async fn acknowledged(&self, ask: u64) {
        let mut awaited = self.may_hold().await;
        loop {
            let told = self.told.notified();
            tokio::pin!(told);
            told.as_mut().enable();
            let over = {
                let state = self.state.lock();
                if state.tellings.get(&ask).is_some_and(|telling| awaited.is_subset(&telling.done)) {
                    return;
                }
                state.peers.first_over(&awaited, &self.company.terms)
            };
            let stands_still = async {
                match over {
                    Some(over) => self.company.ticks.until(over).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                () = told => {}
                // A node that has not renewed by then was dead or paused before the commit, and its lease
                // is over sooner than one that is counted from there.
                () = stands_still => {
                    let still = self.may_hold().await;
                    awaited.retain(|node| still.contains(node));
                }
            }
        }
    }

    /// The other nodes that may hold a lease without having seen what is committed by now. Where they
    /// cannot be read nobody knows, and there is no answer.
    async fn may_hold(&self) -> BTreeSet<NodeId> {
        let Ok(standing) = self.company.store.standing().await else { return std::future::pending().await };
        let now = self.company.ticks.now();
        let mut state = self.state.lock();
        state.peers.note(&standing.nodes, now);
        let mut may_hold = state.peers.may_hold(&standing.nodes, now, &self.company.terms);
        may_hold.remove(&state.me);
        may_hold
    }
}
