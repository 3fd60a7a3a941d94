//! Those who listen at the hub, found by what they listen for: an event wakes nobody else.

use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;
use portico_core::id::EventSeq;
use portico_core::noun::event::{Event, Happening};
use portico_core::rule::tell::{Topic, topics};

/// How many events wait for one listener; whoever takes them more slowly reads the rest from the store.
const WAITING: usize = 1024;

/// Everyone who listens at one hub.
pub(crate) struct Listeners {
    index: Mutex<Index>,
    /// Everything up to this event lies with whomever it concerns.
    passed: AtomicU64,
}

#[derive(Default)]
struct Index {
    /// The places of a topic stand side by side, the eldest first.
    places: BTreeMap<(Topic, u64), Arc<Place>>,
    next: u64,
    closed: bool,
}

/// What waits for one listener.
#[derive(Default)]
struct Place(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    events: VecDeque<Arc<Event>>,
    /// After these came others, which were not kept.
    missed: bool,
    closed: bool,
    waker: Option<Waker>,
}

/// A place at the hub.
pub struct Subscription {
    listeners: Arc<Listeners>,
    topics: Box<[Topic]>,
    number: u64,
    place: Arc<Place>,
}

/// The hub is gone: nothing more will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Listeners {
    pub(crate) fn new(start: EventSeq) -> Self {
        Self { index: Mutex::default(), passed: start.0.into() }
    }

    pub(crate) fn join(self: &Arc<Self>, topics: Vec<Topic>) -> Subscription {
        let place = Arc::new(Place::default());
        let mut index = self.index.lock();
        let number = index.next;
        index.next += 1;
        place.0.lock().closed = index.closed;
        let entries = topics.iter().map(|topic| ((topic.clone(), number), Arc::clone(&place)));
        index.places.extend(entries);
        drop(index);
        Subscription { listeners: Arc::clone(self), topics: topics.into(), number, place }
    }

    /// Lays the event down with everyone whom it may concern. To be called with one event after the
    /// other, in their order.
    pub(crate) fn pass(&self, event: Event) {
        let (seq, concerned) = (event.seq, self.concerned(&event.what));
        let event = Arc::new(event);
        concerned.values().for_each(|place| place.put(&event));
        self.passed.store(seq.0, Ordering::Release);
    }

    /// The last event that was passed on.
    pub(crate) fn passed(&self) -> EventSeq {
        EventSeq(self.passed.load(Ordering::Acquire))
    }

    /// Says to everyone that nothing more will come.
    pub(crate) fn close(&self) {
        let places = {
            let mut index = self.index.lock();
            index.closed = true;
            index.places.values().cloned().collect::<Vec<_>>()
        };
        places.iter().for_each(|place| place.close());
    }

    /// Each listener once, whichever of its topics were met.
    fn concerned(&self, what: &Happening) -> BTreeMap<u64, Arc<Place>> {
        let index = self.index.lock();
        let mut found = BTreeMap::new();
        for topic in topics(what) {
            let places = index.places.range((topic.clone(), 0)..=(topic, u64::MAX));
            found.extend(places.map(|((_, number), place)| (*number, Arc::clone(place))));
        }
        found
    }
}

impl Place {
    fn put(&self, event: &Arc<Event>) {
        self.change(|waiting| {
            if waiting.missed || waiting.events.len() == WAITING {
                waiting.missed = true;
            } else {
                waiting.events.push_back(Arc::clone(event));
            }
        });
    }

    fn close(&self) {
        self.change(|waiting| waiting.closed = true);
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.0.lock();
        change(&mut waiting);
        let waker = waiting.waker.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Result<Option<Arc<Event>>, Closed>> {
        let mut waiting = self.0.lock();
        if let Some(event) = waiting.events.pop_front() {
            if waiting.events.is_empty() {
                // An idle listener holds no room for events.
                waiting.events = VecDeque::new();
            }
            return Poll::Ready(Ok(Some(event)));
        }
        if std::mem::take(&mut waiting.missed) {
            return Poll::Ready(Ok(None));
        }
        if waiting.closed {
            return Poll::Ready(Err(Closed));
        }
        waiting.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Subscription {
    /// The next event; `None` if some were missed, so that the listener reads them from the store.
    /// Waiting for it can be given up without losing one.
    ///
    /// Fails when the hub is gone.
    pub async fn next(&mut self) -> Result<Option<Arc<Event>>, Closed> {
        poll_fn(|context| self.place.poll(context)).await
    }

    /// The last event that was passed on to anybody, if this listener has taken everything from here that
    /// concerned it up to there; none while something waits or was missed.
    pub fn taken_up_to(&self) -> Option<EventSeq> {
        // Read before looking at what waits: whatever concerned this listener up to there lies there by now.
        let passed = self.listeners.passed();
        let waiting = self.place.0.lock();
        (waiting.events.is_empty() && !waiting.missed).then_some(passed)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut index = self.listeners.index.lock();
        for topic in std::mem::take(&mut self.topics) {
            index.places.remove(&(topic, self.number));
        }
    }
}

#[cfg(test)]
#[path = "listeners_tests.rs"]
mod tests;
