//! Figures of the last hour, held in memory: what the operator's console draws.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;
use portico_core::moment::{Moment, Span};
use portico_store::Unavailable;

use crate::House;

/// How far apart the samples are.
pub const EVERY: Span = Span::seconds(5);
/// How many are kept: an hour of them.
const KEPT: usize = 720;
/// Counting sessions goes over an index of them all: where there are many, only each sixth sample
/// counts them anew.
const COUNT_SESSIONS: u64 = 6;
/// How many sessions are many.
const MANY: u64 = 10_000;
/// Waiting deliveries beyond this many are not counted.
pub const MOST_WAITING: usize = 10_000;

/// What was so at one moment, and what had happened since the sample before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it was taken.
    pub at: Moment,
    /// Live sessions; where they are many, as of half a minute ago at most.
    pub sessions: u64,
    /// Apps launched since the sample before.
    pub launches: u64,
    /// Requests to the public face refused (4xx) since then; questions of consent are none.
    pub refusals: u64,
    /// Logout messages waiting, up to [`MOST_WAITING`].
    pub waiting: usize,
}

/// Counts what happens, and keeps the samples.
#[derive(Default)]
pub struct Figures {
    launches: AtomicU64,
    refusals: AtomicU64,
    ring: Mutex<Ring>,
}

#[derive(Default)]
struct Ring {
    samples: VecDeque<Sample>,
    taken: u64,
}

/// Marks an answer of 4xx that refuses nothing, such as a question that must be put to the person.
#[derive(Debug, Clone, Copy)]
pub struct NoRefusal;

impl Figures {
    /// Notes that an app was launched.
    pub fn launched(&self) {
        self.launches.fetch_add(1, Ordering::Relaxed);
    }

    /// The samples of the last hour, oldest first.
    pub fn samples(&self) -> Vec<Sample> {
        self.ring.lock().samples.iter().copied().collect()
    }
}

/// Takes one sample.
pub async fn sample(house: &House) -> Result<(), Unavailable> {
    let (figures, store, at) = (&house.figures, house.live.store(), house.now());
    let known = {
        let ring = figures.ring.lock();
        let last = ring.samples.back().map(|last| last.sessions);
        last.filter(|last| *last >= MANY && !ring.taken.is_multiple_of(COUNT_SESSIONS))
    };
    let sessions = match known {
        Some(known) => known,
        None => store.sessions_live(at).await?,
    };
    let waiting = store.deliveries_waiting(MOST_WAITING).await?;
    let launches = figures.launches.swap(0, Ordering::Relaxed);
    let refusals = figures.refusals.swap(0, Ordering::Relaxed);
    let mut ring = figures.ring.lock();
    if ring.samples.len() == KEPT {
        ring.samples.pop_front();
    }
    ring.samples.push_back(Sample { at, sessions, launches, refusals, waiting });
    ring.taken += 1;
    Ok(())
}

/// Takes samples for as long as it is run.
pub async fn run(house: Arc<House>) {
    let every = Duration::from_millis(EVERY.as_millis().unsigned_abs());
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if let Err(error) = sample(&house).await {
            tracing::warn!(%error, "no figures were taken");
        }
    }
}

/// Counts the refusals of what it is put around.
pub async fn count(State(house): State<Arc<House>>, request: Request, next: Next) -> Response {
    let reply = next.run(request).await;
    if reply.status().is_client_error() && reply.extensions().get::<NoRefusal>().is_none() {
        house.figures.refusals.fetch_add(1, Ordering::Relaxed);
    }
    reply
}
