//! Keeping the lease.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use portico_core::id::{ClosingSeq, NodeId};
use portico_core::noun::node::{Node, Standing};
use portico_core::rule::lease::{Followed, Tick};
use portico_store::Unavailable;

use super::Fleet;
use super::bus::{HANDED_OVER, Message};
use crate::Live;

/// A lease is renewed four times while it lasts.
const RENEWALS: u64 = 4;
/// How long after a renewal that failed the next one is tried.
const AGAIN: u64 = 100_000;

impl Live {
    /// Keeps the lease until the task is dropped. Run it once; a node without
    /// company needs none.
    pub async fn keep_lease(self: &Arc<Self>) {
        let Some(fleet) = &self.fleet else { return std::future::pending().await };
        while !fleet.is_gone() {
            let sent = fleet.company.ticks.now();
            let every = fleet.company.terms.lease / RENEWALS;
            let next = match self.renew(fleet, sent).await {
                Ok(()) => every,
                Err(unavailable) => {
                    tracing::warn!(%unavailable, "the lease was not renewed");
                    AGAIN
                }
            };
            fleet.company.ticks.until(Tick(sent.0 + next)).await;
        }
        std::future::pending().await
    }

    /// Enters among the nodes and takes the first lease.
    pub async fn join(self: &Arc<Self>) -> Result<(), Unavailable> {
        let Some(fleet) = &self.fleet else { return Ok(()) };
        self.renew(fleet, fleet.company.ticks.now()).await
    }

    /// Gives the lease up for good: nobody waits for this node any more, and others take over what it had
    /// to deliver.
    pub async fn leave(&self) {
        let Some(fleet) = &self.fleet else { return };
        {
            let mut state = fleet.state.lock();
            state.gone = true;
            fleet.held_until.store(0, Ordering::Release);
        }
        let _ = tokio::time::timeout(HANDED_OVER, fleet.say(self.vault(), &Message::Left)).await;
        let (me, renewals) = {
            let state = fleet.state.lock();
            (state.me, state.renewals)
        };
        if let Err(unavailable) = fleet.company.store.leave(me, renewals).await {
            tracing::warn!(%unavailable, "this node stays written down until the others find it gone");
        }
    }

    async fn renew(self: &Arc<Self>, fleet: &Fleet, sent: Tick) -> Result<(), Unavailable> {
        // Before the store is asked: nothing that is followed meanwhile is held against its answer.
        let known = (fleet.state.lock().followed.upto(), self.hub().passed());
        let standing = match fleet.renewal().await? {
            Some(standing) => standing,
            None if fleet.is_gone() => return Ok(()),
            None => {
                // Struck out, or not there yet: whoever waits for the old name waits for nobody.
                fleet.lose();
                self.enter(fleet).await?
            }
        };
        // Without a lease until now, word of closings may have gone by: memory begins empty.
        if standing.closings < known.0 || standing.events < known.1 {
            self.begin_anew(fleet, &standing).await?;
        } else if fleet.holds() {
            self.catch_up(fleet, standing.closings).await?;
        } else {
            fleet.lose();
            self.empty().await?;
            fleet.state.lock().followed.emptied(standing.closings);
        }
        fleet.extend(sent);
        self.hub().wake_for(standing.events);
        self.strike_out_the_dead(fleet, standing).await
    }

    /// The store has lost what this node had followed: it was restored under running nodes, or commits were
    /// lost on the way to another server. Numbers are given out again, so none that is known means anything.
    async fn begin_anew(&self, fleet: &Fleet, standing: &Standing) -> Result<(), Unavailable> {
        tracing::error!("the store has gone back: what was closed may be open again; memory begins anew");
        fleet.lose();
        self.empty().await?;
        let mut state = fleet.state.lock();
        state.followed = Followed::begun_at(standing.closings);
        state.settled = ClosingSeq::default();
        drop(state);
        self.hub().begin_anew(standing.events);
        Ok(())
    }

    async fn enter(&self, fleet: &Fleet) -> Result<Standing, Unavailable> {
        let node = Node {
            id: NodeId::from_bytes(self.vault().fresh()),
            name: fleet.company.name.clone(),
            version: fleet.company.version.clone(),
            issuer: Some(self.issuer().to_owned()),
            gateway: fleet.company.gateway,
            entered_at: self.now(),
            renewals: 0,
        };
        fleet.company.bus.join(node.id).await;
        {
            let mut state = fleet.state.lock();
            (state.me, state.renewals) = (node.id, 0);
        }
        fleet.company.store.enter(&node).await
    }

    async fn strike_out_the_dead(&self, fleet: &Fleet, standing: Standing) -> Result<(), Unavailable> {
        let now = fleet.company.ticks.now();
        let dead: Vec<_> = {
            let state = &mut *fleet.state.lock();
            state.peers.note(&standing.nodes, now);
            let me = state.me;
            let lapsed = state.peers.lapsed(&standing.nodes, now, &fleet.company.terms);
            let dead = lapsed.into_iter().filter(|node| node.id != me).map(|node| (node.id, node.renewals));
            let dead: Vec<_> = dead.collect();
            state.nodes = standing.nodes;
            state.nodes.retain(|node| dead.iter().all(|(gone, _)| *gone != node.id));
            state.heard.retain(|id, _| state.nodes.iter().any(|node| node.id == *id));
            dead
        };
        for (node, renewals) in dead {
            if fleet.company.store.leave(node, renewals).await? {
                tracing::warn!(%node, "a node was found dead and struck out");
            }
        }
        Ok(())
    }

    /// How long a renewal may take before another is tried: half a lease.
    fn renewal_within(fleet: &Fleet) -> Duration {
        Duration::from_micros(fleet.company.terms.lease / 2)
    }
}

impl Fleet {
    /// Counts a renewal in the store and answers how things stand; none if this node is not written down.
    async fn renewal(&self) -> Result<Option<Standing>, Unavailable> {
        let me = self.me();
        let within = Live::renewal_within(self);
        let renewed = tokio::time::timeout(within, self.company.store.renew(me)).await;
        let standing = renewed.map_err(|_| Unavailable("the store takes too long".into()))??;
        if let Some(standing) = &standing {
            let renewals = standing.nodes.iter().find(|node| node.id == me).map(|node| node.renewals);
            self.state.lock().renewals = renewals.unwrap_or_default();
        }
        Ok(standing)
    }

    /// Holds the lease of a renewal that was sent then; not any more once it was given up, which may
    /// have happened while the renewal was under way: others have been told.
    fn extend(&self, sent: Tick) {
        let state = self.state.lock();
        if !state.gone {
            self.held_until.store(self.company.terms.held_until(sent).0, Ordering::Release);
        }
    }

    fn is_gone(&self) -> bool {
        self.state.lock().gone
    }

    fn lose(&self) {
        if self.held_until.swap(0, Ordering::AcqRel) != 0 {
            self.lost.lock().count(self.company.ticks.now());
            metrics::counter!("portico_leases_lost_total").increment(1);
            tracing::warn!("the lease was lost; nothing is answered until it is back");
        }
    }
}
