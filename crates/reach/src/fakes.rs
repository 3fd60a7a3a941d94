//! An outbox, a composer and a receiver in memory, for the tests of the loop.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use portico_core::Change;
use portico_core::id::{DeliveryId, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_store::{CommitError, Page, Unavailable};
use tokio::time::Instant;

use crate::attempt::{Compose, Composed, Post};
use crate::outbound::Unreachable;
use crate::outbox::Outbox;

/// An outbox in memory that can be broken for a while.
#[derive(Default)]
pub(crate) struct Shelf {
    rows: Mutex<BTreeMap<DeliveryId, Delivery>>,
    pub(crate) failing_reads: AtomicU32,
    pub(crate) failing_writes: AtomicU32,
    pub(crate) refused_writes: AtomicU32,
    pub(crate) reads: AtomicUsize,
}

pub(crate) fn broken(times: &AtomicU32) -> bool {
    times.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Shelf {
    pub(crate) fn put(&self, delivery: Delivery) {
        self.rows.lock().insert(delivery.id, delivery);
    }

    pub(crate) fn get(&self, id: DeliveryId) -> Delivery {
        self.rows.lock()[&id].clone()
    }

    pub(crate) fn count(&self, state: DeliveryState) -> usize {
        self.rows.lock().values().filter(|row| row.state == state).count()
    }

    fn read<T>(&self, value: impl FnOnce(&[&Delivery]) -> T) -> Result<T, Unavailable> {
        self.reads.fetch_add(1, SeqCst);
        if broken(&self.failing_reads) {
            return Err(Unavailable("out of order".into()));
        }
        let rows = self.rows.lock();
        let pending: Vec<_> = rows.values().filter(|row| row.state == DeliveryState::Pending).collect();
        Ok(value(&pending))
    }
}

fn within_reach(row: &Delivery, by: Option<NodeId>) -> bool {
    row.owner.is_none() || row.owner == by
}

#[async_trait]
impl Outbox for Shelf {
    async fn get(&self, id: DeliveryId) -> Result<Option<Delivery>, Unavailable> {
        self.read(|_| ())?;
        Ok(self.rows.lock().get(&id).cloned())
    }

    async fn due(&self, by: Option<NodeId>, at: Moment, limit: usize) -> Result<Vec<Delivery>, Unavailable> {
        self.read(|rows| {
            let due = rows.iter().filter(|row| row.next_at <= at && within_reach(row, by));
            let mut due: Vec<_> = due.copied().cloned().collect();
            due.sort_by_key(|row| row.next_at);
            due.truncate(limit);
            due
        })
    }

    async fn pending(&self, page: Page<DeliveryId>) -> Result<Vec<Delivery>, Unavailable> {
        let behind = |row: &&&Delivery| page.after.is_none_or(|after| row.id > after);
        self.read(|rows| rows.iter().filter(behind).take(page.limit).copied().cloned().collect())
    }

    async fn next_at(&self, by: Option<NodeId>) -> Result<Option<Moment>, Unavailable> {
        self.read(|rows| rows.iter().filter(|row| within_reach(row, by)).map(|row| row.next_at).min())
    }

    async fn record(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        if broken(&self.failing_writes) {
            return Err(CommitError::Unavailable(Unavailable("out of order".into())));
        }
        if broken(&self.refused_writes) {
            return Err(CommitError::Conflict);
        }
        let mut rows = self.rows.lock();
        for change in changes {
            match change {
                // The claim stands first in its list: nothing is to be undone when it conflicts.
                Change::DeliveryClaimed { delivery, by } => {
                    let row = rows.get_mut(&delivery).unwrap();
                    if row.owner.is_some_and(|owner| owner != by) {
                        return Err(CommitError::Conflict);
                    }
                    row.owner = Some(by);
                }
                Change::DeliveryTried { delivery, attempts, next_at, state, error } => {
                    let row = rows.get_mut(&delivery).unwrap();
                    (row.attempts, row.next_at, row.state, row.last_error) =
                        (attempts, next_at, state, error);
                }
                other => panic!("only claims and attempts are recorded: {other:?}"),
            }
        }
        Ok(())
    }
}

/// Numbers its tokens, and addresses them by client and delivery.
#[derive(Default)]
pub(crate) struct Numbers {
    pub(crate) given: AtomicUsize,
    pub(crate) not_now: AtomicU32,
    pub(crate) gone: bool,
    pub(crate) base: String,
}

#[async_trait]
impl Compose for Numbers {
    async fn message(&self, delivery: &Delivery) -> Composed {
        if broken(&self.not_now) {
            return Composed::NotNow;
        }
        if self.gone {
            return Composed::Drop { reason: "the client is gone".into() };
        }
        let token = self.given.fetch_add(1, SeqCst).to_string();
        Composed::Send { uri: format!("{}{}#{}", self.base, delivery.client, delivery.id), token }
    }
}

/// A receiver whose answers take a while, and who notes what arrives when.
pub(crate) struct Ear {
    takes: fn(&str) -> Duration,
    answer: fn(usize) -> Result<u16, Unreachable>,
    pub(crate) began: Instant,
    heard: Mutex<Vec<Heard>>,
    now: Mutex<HashMap<String, usize>>,
    most_at_once: Mutex<HashMap<String, usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) uri: String,
    pub(crate) token: String,
    pub(crate) at: Duration,
}

impl Ear {
    pub(crate) fn new(
        takes: fn(&str) -> Duration,
        answer: fn(usize) -> Result<u16, Unreachable>,
    ) -> Arc<Self> {
        let (heard, now, most_at_once) = Default::default();
        Arc::new(Self { takes, answer, began: Instant::now(), heard, now, most_at_once })
    }

    pub(crate) fn quick(answer: fn(usize) -> Result<u16, Unreachable>) -> Arc<Self> {
        Self::new(|_| Duration::ZERO, answer)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().clone()
    }

    pub(crate) fn seconds(&self) -> Vec<u64> {
        self.heard().iter().map(|heard| heard.at.as_secs()).collect()
    }

    pub(crate) fn most_at_once(&self, key: &str) -> usize {
        self.most_at_once.lock()[key]
    }

    fn count(&self, uri: &str, by: isize) {
        let client = uri.split('#').next().unwrap();
        for key in ["all", client, uri] {
            let mut now = self.now.lock();
            let count = now.entry(key.into()).or_default();
            *count = count.checked_add_signed(by).unwrap();
            let mut most = self.most_at_once.lock();
            let most = most.entry(key.into()).or_default();
            *most = (*most).max(*count);
        }
    }
}

#[async_trait]
impl Post for Ear {
    async fn logout(&self, uri: &str, token: &str) -> Result<u16, Unreachable> {
        self.count(uri, 1);
        let number = {
            let mut heard = self.heard.lock();
            heard.push(Heard { uri: uri.into(), token: token.into(), at: self.began.elapsed() });
            heard.len() - 1
        };
        tokio::time::sleep((self.takes)(uri)).await;
        self.count(uri, -1);
        (self.answer)(number)
    }

    async fn xml(&self, uri: &str, xml: &str) -> Result<u16, Unreachable> {
        self.logout(uri, xml).await
    }
}
