//! The loop that tells back ends that a session ended, until each of them knows.

use std::sync::Arc;
use std::time::Duration;

use portico_core::id::DeliveryId;
use portico_core::moment::Moment;
use portico_core::noun::delivery::Delivery;
use portico_core::rule::deliver::bring_forward;
use portico_store::{CommitError, Page};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::attempt::{Attempts, Backoff, Compose, Landed, Post};
use crate::flights::Flights;
use crate::outbox::{Duty, OnDuty, Outbox};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// How many deliveries are looked at beyond those in flight.
const WINDOW: usize = 128;
/// How many pages of a window each are walked in one sweep.
const PAGES: usize = 32;
/// How often the outbox is looked at while something due is in flight or waits for its receiver.
const POLL: Duration = Duration::from_millis(250);
/// How often it is looked at while nothing is due, should nobody wake the loop.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// How often it is looked at where other nodes may leave deliveries behind.
const LOOK_AFTER: Duration = Duration::from_secs(2);
/// How long to hold still after an attempt that could not be recorded.
const STUMBLE: Duration = Duration::from_secs(1);
/// How long attempts in flight may take when the process stops.
const FINISH: Duration = Duration::from_secs(5);

/// Delivers logout messages (OIDC Back-Channel Logout): at least once each, never twice at the
/// same time.
///
/// At most 32 receivers are spoken to at once, each with at most four messages, so that a slow
/// one holds up nobody else.
pub struct Deliveries<O: ?Sized> {
    attempts: Arc<Attempts<O>>,
    wake: Arc<Notify>,
}

/// What the loop remembers from one round to the next.
#[derive(Default)]
struct Rounds {
    flights: Flights,
    started: bool,
    swept: Option<Instant>,
    cursor: Option<DeliveryId>,
}

impl<O: Outbox + ?Sized + 'static> Deliveries<O> {
    /// Delivers from this outbox what `on_duty` says. Notify `wake` whenever something was committed to it.
    pub fn new(
        outbox: Arc<O>,
        compose: Arc<dyn Compose>,
        post: Arc<dyn Post>,
        clock: Clock,
        wake: Arc<Notify>,
        on_duty: OnDuty,
    ) -> Self {
        Self { attempts: Arc::new(Attempts { outbox, compose, post, clock, on_duty }), wake }
    }

    /// Runs until `stop` turns true or its sender is gone. First tries all that is pending, then
    /// each delivery when it is due. While the outbox cannot answer, asks again in pauses of up
    /// to 30 seconds. When stopping, attempts in flight have five seconds; the rest stays pending.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut rounds = Rounds::default();
        let mut backoff = Backoff::default();
        loop {
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let round = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                round = self.round(&mut rounds) => round,
            };
            let hold = match round {
                Ok(sleep) => {
                    backoff = Backoff::default();
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop) => break,
                        landed = rounds.flights.landing() => (landed == Landed::Unrecorded).then_some(STUMBLE),
                        () = woken => None,
                        () = tokio::time::sleep(sleep) => None,
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox does not answer; deliveries wait");
                    Some(backoff.longer())
                }
            };
            let Some(hold) = hold else { continue };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(hold) => {}
            }
        }
        rounds.flights.finish(FINISH).await;
    }

    /// Starts what is due and may start; answers how long to sleep if nothing happens.
    async fn round(&self, rounds: &mut Rounds) -> Result<Duration, CommitError> {
        rounds.flights.collect();
        let now = (self.attempts.clock)();
        let duty = (self.attempts.on_duty)();
        let (me, longest) = match duty {
            Duty::All => (None, LONGEST_SLEEP),
            Duty::Of(me) => (Some(me), LOOK_AFTER),
            Duty::None => return Ok(POLL),
        };
        if !rounds.started {
            self.bring_forward(duty, now).await?;
            rounds.started = true;
        }
        let limit = rounds.flights.len() + WINDOW;
        let due = self.attempts.outbox.due(me, now, limit).await?;
        let more_behind = due.len() >= limit;
        self.start(due, duty, &mut rounds.flights);
        if more_behind && rounds.flights.have_room() {
            self.sweep(rounds, duty, now).await?;
        }
        Ok(match self.attempts.outbox.next_at(me).await? {
            None => longest,
            Some(at) => {
                let ahead = u64::try_from((at - now).as_millis()).unwrap_or(0);
                if ahead == 0 { POLL } else { Duration::from_millis(ahead).min(longest) }
            }
        })
    }

    fn start(&self, candidates: Vec<Delivery>, duty: Duty, flights: &mut Flights) {
        for delivery in candidates {
            if duty.covers(&delivery) && flights.admit(&delivery) {
                let attempts = Arc::clone(&self.attempts);
                let attempted = delivery.clone();
                flights.start(&delivery, async move { attempts.make(attempted, duty).await });
            }
        }
    }

    /// Makes everything that waits for a retry due now, so that all that is pending is tried. What other
    /// nodes have is theirs.
    async fn bring_forward(&self, duty: Duty, now: Moment) -> Result<(), CommitError> {
        let mut after = None;
        loop {
            let pending = self.attempts.outbox.pending(Page { after, limit: WINDOW }).await?;
            let covered = pending.iter().filter(|one| duty.covers(one));
            let changes = covered.filter_map(|one| Some((one.id, bring_forward(one, now)?)));
            match duty {
                Duty::All => {
                    let changes: Vec<_> = changes.map(|(_, change)| change).collect();
                    if !changes.is_empty() {
                        self.attempts.outbox.record(changes).await?;
                    }
                }
                Duty::Of(_) | Duty::None => {
                    for (id, change) in changes {
                        let claimed = duty.claim(id).into_iter().chain([change]).collect();
                        match self.attempts.outbox.record(claimed).await {
                            // In a conflict another node was quicker.
                            Ok(()) | Err(CommitError::Conflict) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
            }
            if pending.len() < WINDOW {
                return Ok(());
            }
            after = pending.last().map(|one| one.id);
        }
    }

    /// Looks past the longest due, which may all be one slow receiver's, for messages to others.
    /// Ids are random, so walking in their order meets every receiver with pending messages.
    async fn sweep(&self, rounds: &mut Rounds, duty: Duty, now: Moment) -> Result<(), CommitError> {
        if rounds.swept.is_some_and(|at| at.elapsed() < POLL) {
            return Ok(());
        }
        rounds.swept = Some(Instant::now());
        for _ in 0..PAGES {
            let page = Page { after: rounds.cursor, limit: WINDOW };
            let mut pending = self.attempts.outbox.pending(page).await?;
            let more = pending.len() >= WINDOW;
            rounds.cursor = pending.last().filter(|_| more).map(|one| one.id);
            pending.retain(|one| one.next_at <= now);
            self.start(pending, duty, &mut rounds.flights);
            if rounds.cursor.is_none() || !rounds.flights.have_room() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "deliver_tests.rs"]
mod tests;
