#![allow(clippy::unwrap_used)]

use std::sync::atomic::AtomicUsize;
use std::task::Wake;

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::session::EndReason;

use super::*;

const ANA: UserId = UserId::from_bytes([1; 16]);
const BOB: UserId = UserId::from_bytes([2; 16]);

/// Counts how often a listener is woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A listener, and how often it was woken.
struct Ear {
    subscription: Subscription,
    woken: Arc<Woken>,
}

impl Ear {
    fn new(listeners: &Arc<Listeners>, topics: Vec<Topic>) -> Self {
        Self { subscription: listeners.join(topics), woken: Arc::default() }
    }

    fn next(&mut self) -> Poll<Result<Option<u64>, Closed>> {
        let waker = Waker::from(self.woken.clone());
        let heard = std::pin::pin!(self.subscription.next()).poll(&mut Context::from_waker(&waker));
        heard.map_ok(|event| event.map(|event| event.seq.0))
    }

    /// Everything that waits.
    fn all(&mut self) -> Vec<u64> {
        std::iter::from_fn(|| match self.next() {
            Poll::Ready(Ok(Some(seq))) => Some(seq),
            _ => None,
        })
        .collect()
    }

    fn woken(&self) -> usize {
        self.woken.0.load(Ordering::Relaxed)
    }
}

fn listeners() -> Arc<Listeners> {
    Arc::new(Listeners::new(EventSeq(10)))
}

fn event(seq: u64, what: Happening) -> Event {
    Event { seq: EventSeq(seq), at: Moment::from_millis(0), what }
}

fn profile(seq: u64, user: UserId) -> Event {
    event(seq, Happening::ProfileChanged { user, claims: vec![] })
}

fn person(user: UserId) -> Vec<Topic> {
    vec![Topic::Person(user)]
}

#[test]
fn an_event_wakes_whom_it_concerns_and_nobody_else() {
    let listeners = listeners();
    let (mut ana, mut bob) = (Ear::new(&listeners, person(ANA)), Ear::new(&listeners, person(BOB)));
    let mut all = Ear::new(&listeners, vec![Topic::Anything]);
    for ear in [&mut ana, &mut bob, &mut all] {
        assert_eq!(ear.next(), Poll::Pending);
    }
    (11..20).for_each(|seq| listeners.pass(profile(seq, ANA)));
    assert_eq!((ana.woken(), bob.woken(), all.woken()), (1, 0, 1));
    assert_eq!(ana.all(), Vec::from_iter(11..20));
    assert_eq!(all.all(), Vec::from_iter(11..20));
    assert_eq!(bob.next(), Poll::Pending);
}

#[test]
fn an_event_of_several_topics_of_one_listener_comes_once() {
    let listeners = listeners();
    let app: ClientId = "org.example.taxi".parse().unwrap();
    let session = SessionId::from_bytes([3; 16]);
    let topics = vec![Topic::TokensOf(app.clone()), Topic::Session(session), Topic::Keys];
    let mut ear = Ear::new(&listeners, topics);
    let clients = vec![app.clone(), app];
    let reason = EndReason::SignedOut;
    listeners.pass(event(11, Happening::SessionEnded { session, user: ANA, reason, clients }));
    listeners.pass(event(12, Happening::KeysRotated));
    assert_eq!(ear.all(), [11, 12]);
}

#[test]
fn a_slow_listener_keeps_the_first_and_is_told_that_others_followed() {
    let listeners = listeners();
    let mut ear = Ear::new(&listeners, person(ANA));
    let last = 10 + WAITING as u64;
    (11..=last + 5).for_each(|seq| listeners.pass(profile(seq, ANA)));
    // Room again, but a gap would lie before whatever is kept now.
    assert_eq!(ear.next(), Poll::Ready(Ok(Some(11))));
    listeners.pass(profile(last + 6, ANA));
    assert_eq!(ear.all(), Vec::from_iter(12..=last));
    assert_eq!(ear.next(), Poll::Pending, "the gap was named once");
    listeners.pass(profile(last + 7, ANA));
    assert_eq!(ear.all(), [last + 7]);
}

#[test]
fn a_place_is_named_only_when_everything_up_to_it_was_taken() {
    let listeners = listeners();
    let mut ear = Ear::new(&listeners, person(ANA));
    assert_eq!(ear.subscription.taken_up_to(), Some(EventSeq(10)));
    listeners.pass(profile(11, BOB));
    assert_eq!(ear.subscription.taken_up_to(), Some(EventSeq(11)));
    listeners.pass(profile(12, ANA));
    listeners.pass(profile(13, BOB));
    assert_eq!(ear.subscription.taken_up_to(), None);
    assert_eq!(ear.all(), [12]);
    assert_eq!(ear.subscription.taken_up_to(), Some(EventSeq(13)));
    let last = 13 + WAITING as u64;
    (14..=last + 1).for_each(|seq| listeners.pass(profile(seq, ANA)));
    (14..=last).for_each(|seq| assert_eq!(ear.next(), Poll::Ready(Ok(Some(seq)))));
    assert_eq!(ear.subscription.taken_up_to(), None, "one was missed");
}

#[test]
fn a_closed_hub_is_heard_after_what_waited_and_by_whoever_comes_later() {
    let listeners = listeners();
    let mut ear = Ear::new(&listeners, person(ANA));
    assert_eq!(ear.next(), Poll::Pending);
    listeners.pass(profile(11, ANA));
    listeners.close();
    assert_eq!(ear.next(), Poll::Ready(Ok(Some(11))));
    assert_eq!(ear.next(), Poll::Ready(Err(Closed)));
    assert_eq!(Ear::new(&listeners, person(BOB)).next(), Poll::Ready(Err(Closed)));
}

#[test]
fn whoever_leaves_leaves_nothing_behind() {
    let listeners = listeners();
    let (one, other) = (Ear::new(&listeners, person(ANA)), Ear::new(&listeners, person(ANA)));
    drop(one);
    assert_eq!(listeners.index.lock().places.len(), 1);
    drop(other);
    assert!(listeners.index.lock().places.is_empty());
}
