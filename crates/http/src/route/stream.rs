//! Server-sent events (HTML Standard §9.2): what has been committed, told in order to one listener.

mod frame;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use futures_util::stream::unfold;
use portico_core::denied::{Code, Denied};
use portico_core::id::{EventSeq, UserId};
use portico_core::moment::{Moment, Span};
use portico_core::noun::event::Event;
use portico_core::rule::tell::{TOLD_BACK, Told, Topic};
use portico_live::{LiveClient, Subscription};
use portico_seal::ClientKeys;
use serde_json::json;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep, sleep_until};

use crate::House;
use crate::house::unavailable;
use crate::reply::{self, Reply};

pub use frame::{frame, told_frame};

/// How many events are read from the store at a time.
const BATCH: usize = 200;
/// How long to wait for a store that does not answer.
const PATIENCE: Duration = Duration::from_millis(200);
/// The longest sleep between two looks at the clock.
const LONGEST_SLEEP: Span = Span::hours(1);
/// How old the last id said may become. A fresher one with every ping would tell each listener
/// whether anything had happened to anybody.
const ID_LIFE: Span = Span::minutes(5);

/// One who listens to a stream.
pub trait Listen: Send + 'static {
    /// What this event means to the listener. A failure ends the stream, to be resumed before
    /// the event.
    fn hear(&mut self, event: &Event) -> impl Future<Output = Result<Option<Told>, Denied>> + Send;

    /// What is to be said by the clock and by what is so now, whatever was heard. A failure ends
    /// the stream.
    fn check(&mut self) -> impl Future<Output = Result<Option<Told>, Denied>> + Send;

    /// When [`Self::check`] is to be asked beside every ping.
    fn until(&self) -> Option<Moment>;

    /// Whether the listener is told that everything up to now has been said.
    fn wants_caught_up(&mut self) -> bool;

    /// The client as which it listens, under whose keys its ids are shown.
    fn client(&self) -> &LiveClient;
}

/// The events after a place, in commit order, each once: all those of the topics that are listened for,
/// and others where they are read from the store.
pub struct Tail {
    house: Arc<House>,
    subscription: Subscription,
    /// The place that has been reached: whatever concerns the listener up to this event came from here.
    last: EventSeq,
    read: VecDeque<Event>,
    behind: bool,
}

enum Heard {
    Event(Arc<Event>),
    CaughtUp,
    Gone,
}

/// Where a listener begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It was never here: there is nothing to resume.
    New,
    /// It was here, but what it missed is no longer known.
    TooOld,
    /// Everything after this event is known.
    After(EventSeq),
}

impl Place {
    /// The place of a `Last-Event-ID`: the outer `None` where there is none, the inner one where
    /// it does not read back. `latest` and `oldest` bound what is kept.
    fn of(asked: Option<Option<u64>>, latest: EventSeq, oldest: EventSeq) -> Self {
        match asked {
            None => Self::New,
            Some(Some(seq)) if seq <= latest.0 && seq.saturating_add(1) >= oldest.0 => {
                Self::After(EventSeq(seq))
            }
            Some(_) => Self::TooOld,
        }
    }
}

impl Tail {
    /// Takes a place at the hub for these topics. Whatever is read from the store or memory after this
    /// call is either seen there or comes as an event.
    pub async fn open(
        house: &Arc<House>,
        topics: Vec<Topic>,
        keys: &ClientKeys,
        headers: &HeaderMap,
    ) -> Result<(Self, Place), Denied> {
        let subscription = house.live.hub().subscribe(topics);
        let asked = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| keys.event_seq(id)));
        let (latest, oldest) =
            house.live.store().event_bounds().await.map_err(|cause| unavailable(&cause))?;
        let place = Place::of(asked, latest, oldest);
        let last = if let Place::After(seq) = place { seq } else { latest };
        let tail = Self { house: Arc::clone(house), subscription, last, read: VecDeque::new(), behind: true };
        Ok((tail, place))
    }

    /// Goes back to everything that a listener is told of the past.
    pub async fn go_back(&mut self) -> Result<(), Denied> {
        let since = self.house.now() - TOLD_BACK;
        self.last = self.house.live.store().event_before(since).await.map_err(|cause| unavailable(&cause))?;
        Ok(())
    }

    /// Goes on to the last event that was passed on to anybody, as long as nothing waits here: a place
    /// that stood where the listener was last concerned would soon be too old to be resumed.
    fn advance(&mut self) {
        if self.behind {
            return;
        }
        if let Some(passed) = self.subscription.taken_up_to() {
            self.last = self.last.max(passed);
        }
    }

    async fn next(&mut self) -> Heard {
        loop {
            if let Some(event) = self.read.pop_front() {
                self.last = event.seq;
                return Heard::Event(Arc::new(event));
            }
            if self.behind {
                match self.house.live.store().events_after(self.last, BATCH).await {
                    Ok(events) if events.is_empty() => {
                        self.behind = false;
                        self.read = VecDeque::new();
                        return Heard::CaughtUp;
                    }
                    Ok(events) => self.read = events.into(),
                    Err(_) => sleep(PATIENCE).await,
                }
                continue;
            }
            match self.subscription.next().await {
                Ok(Some(event)) if event.seq > self.last => {
                    self.last = event.seq;
                    return Heard::Event(event);
                }
                Ok(Some(_)) => {}
                Ok(None) => self.behind = true,
                Err(_) => return Heard::Gone,
            }
        }
    }
}

/// One open stream.
struct Open<L> {
    house: Arc<House>,
    listener: L,
    tail: Tail,
    ping: Interval,
    first: Option<Bytes>,
    named_at: Moment,
    over: bool,
}

/// Answers with a stream that says `first`, then what the listener hears, and a ping this often.
pub fn open<L: Listen>(house: &Arc<House>, listener: L, tail: Tail, every: Duration, first: Bytes) -> Reply {
    let mut ping = interval_at(Instant::now() + every, every);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let named_at = house.now();
    let stream =
        Open { house: Arc::clone(house), listener, tail, ping, first: Some(first), named_at, over: false };
    // Boxed, so that the idle stream is one small allocation that never moves.
    let said = unfold(Box::new(stream), |mut stream| async move {
        let said = stream.next().await?;
        Some((Ok::<_, Infallible>(said), stream))
    });
    answer(Body::from_stream(said))
}

/// Answers with a stream that says this and closes.
pub fn once(said: Bytes) -> Reply {
    answer(said.into())
}

fn answer(body: Body) -> Reply {
    let mut reply = reply::typed(StatusCode::OK, "text/event-stream", body);
    // Asks proxies of the nginx family not to hold events back.
    reply.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    reply
}

enum Step {
    Heard(Heard),
    Ping,
    Due,
}

impl<L: Listen> Open<L> {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.over {
            let said = match self.step().await {
                Step::Heard(Heard::Event(event)) => {
                    let told = self.heard(&event).await;
                    let sub = match &told {
                        Ok(Some(Told::GrantChanged { user, .. })) => {
                            Some(open_id(Arc::clone(&self.house), self.listener.client(), *user).await)
                        }
                        Ok(Some(Told::OpenIdUndone { open_id })) => {
                            let (vault, client) = (self.house.live.vault(), self.listener.client());
                            vault.unseal_open_id(&client.client.id, open_id)
                        }
                        _ => None,
                    };
                    self.say(told, sub.as_deref(), Some(event.seq))
                }
                Step::Heard(Heard::CaughtUp) => {
                    let id = self.name();
                    self.listener.wants_caught_up().then(|| frame("caught_up", &json!({}), Some(&id)))
                }
                Step::Heard(Heard::Gone) => return None,
                Step::Ping if !self.may_be_relied_on() => None,
                Step::Ping => match self.check().await {
                    Err(denied) if is_for_now(&denied) => None,
                    told => {
                        let last_words = self.say(told, None, None);
                        // The look may have taken long. From here to the connection nothing is waited for.
                        last_words.or_else(|| (!self.over && self.may_be_relied_on()).then(|| self.ping()))
                    }
                },
                Step::Due => match self.check().await {
                    Err(denied) if is_for_now(&denied) => {
                        sleep(PATIENCE).await;
                        None
                    }
                    told => self.say(told, None, None),
                },
            };
            if said.is_some() {
                return said;
            }
        }
        None
    }

    /// Whether a ping is true. Silence says that this node or this stream may lack what others know: nobody
    /// is to rely on it.
    fn may_be_relied_on(&self) -> bool {
        !self.tail.behind && self.house.live.is_current()
    }

    /// What the event means, as soon as that can be known.
    async fn heard(&mut self, event: &Event) -> Result<Option<Told>, Denied> {
        loop {
            match Box::pin(self.listener.hear(event)).await {
                Err(denied) if is_for_now(&denied) => sleep(PATIENCE).await,
                told => return told,
            }
        }
    }

    /// Boxed, like what is heard: room for it in every stream would be idle nearly always.
    async fn check(&mut self) -> Result<Option<Told>, Denied> {
        Box::pin(self.listener.check()).await
    }

    /// What happens next. Events come before pings, so a ping means that all before it was said.
    async fn step(&mut self) -> Step {
        if self.tail.behind {
            return Step::Heard(self.tail.next().await);
        }
        let wait = self.listener.until().map(|until| until - self.house.now());
        // One millisecond more, so that the clock has passed the moment when the sleep is over.
        let wait = wait.unwrap_or(LONGEST_SLEEP).clamp(Span::ZERO, LONGEST_SLEEP);
        let due = Instant::now() + Duration::from_millis(wait.as_millis().unsigned_abs() + 1);
        tokio::select! {
            biased;
            heard = self.tail.next() => Step::Heard(heard),
            _ = self.ping.tick() => Step::Ping,
            () = sleep_until(due) => Step::Due,
        }
    }

    fn say(
        &mut self,
        told: Result<Option<Told>, Denied>,
        sub: Option<&str>,
        seq: Option<EventSeq>,
    ) -> Option<Bytes> {
        let told = match told {
            Ok(told) => told?,
            Err(denied) => {
                reply::log(&denied);
                self.over = true;
                return None;
            }
        };
        self.over = told.is_last();
        let id = seq.map(|_| self.name());
        Some(told_frame(&told, &self.listener.client().keys, sub, id.as_deref()))
    }

    fn ping(&mut self) -> Bytes {
        let stale = self.house.now() - self.named_at >= ID_LIFE;
        let id = stale.then(|| {
            self.tail.advance();
            self.name()
        });
        frame("ping", &json!({}), id.as_deref())
    }

    /// The id of the place that has been reached.
    fn name(&mut self) -> String {
        self.named_at = self.house.now();
        self.listener.client().keys.event_id(self.tail.last.0)
    }
}

/// The person's OpenID at a listener's client, as soon as it can be known.
fn open_id(house: Arc<House>, listener: &LiveClient, user: UserId) -> impl Future<Output = String> + use<> {
    let (client, derived) = (listener.client.id.clone(), listener.keys.open_id(user));
    async move {
        loop {
            // The client of when the stream was opened may not know of OpenIDs from elsewhere.
            let known = async {
                match house.live.client(&client).await? {
                    Some(client) => house.live.open_id(&client, user).await,
                    None => Ok(derived.clone()),
                }
            };
            match known.await {
                Ok(open_id) => return open_id,
                Err(_) => sleep(PATIENCE).await,
            }
        }
    }
}

/// Whether the same may be asked again: the stream stays open and silent meanwhile.
fn is_for_now(denied: &Denied) -> bool {
    denied.code == Code::Unavailable
}

/// The first words of a stream that goes on from here: a ping that names the place.
pub fn greeting(tail: &Tail, keys: &ClientKeys) -> Bytes {
    frame("ping", &json!({}), Some(&keys.event_id(tail.last.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_resumed_only_while_everything_after_it_is_kept() {
        let place = |asked| Place::of(asked, EventSeq(20), EventSeq(10));
        assert_eq!(place(None), Place::New);
        assert_eq!(place(Some(None)), Place::TooOld);
        assert_eq!(place(Some(Some(8))), Place::TooOld);
        assert_eq!(place(Some(Some(9))), Place::After(EventSeq(9)));
        assert_eq!(place(Some(Some(20))), Place::After(EventSeq(20)));
        assert_eq!(place(Some(Some(21))), Place::TooOld);
        assert_eq!(place(Some(Some(u64::MAX))), Place::TooOld);
    }

    #[test]
    fn without_any_event_only_the_very_beginning_is_resumed() {
        let place = |seq| Place::of(Some(Some(seq)), EventSeq(0), EventSeq(0));
        assert_eq!(place(0), Place::After(EventSeq(0)));
        assert_eq!(place(1), Place::TooOld);
    }
}
