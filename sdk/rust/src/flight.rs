//! Questions that many ask at once, and that are put once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

/// The questions in flight by what is asked, and when each was put, on the steady clock.
type InFlight<K, V> = Arc<Mutex<HashMap<K, (Duration, Flight<V>)>>>;

/// Questions in flight.
pub(crate) struct Flights<K, V>(InFlight<K, V>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Takes the flight away when it has landed, whichever way; not a later one in its place.
struct Landing<K: Hash + Eq, V>(K, Duration, InFlight<K, V>);

impl<K: Hash + Eq, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut flights = self.2.lock();
        if flights.get(&self.0).is_some_and(|(begun, _)| *begun == self.1) {
            flights.remove(&self.0);
        }
    }
}

impl<K, V> Flights<K, V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The answer of a question that was put less than `joined` ago, or of this one where there is none: what is asked
    /// later may have another answer by then. It goes on when who asked first is gone. `None` only where asking
    /// panicked.
    pub(crate) async fn share(
        &self,
        what: K,
        (now, joined): (Duration, Duration),
        ask: impl Future<Output = V> + Send + 'static,
    ) -> Option<V> {
        let flight = {
            let mut flights = self.0.lock();
            match flights.get(&what).filter(|(begun, _)| now.saturating_sub(*begun) < joined) {
                Some((_, flight)) => flight.clone(),
                None => {
                    let flight = begun(Landing(what.clone(), now, Arc::clone(&self.0)), ask);
                    flights.insert(what, (now, flight.clone()));
                    flight
                }
            }
        };
        flight.await
    }
}

/// Begins when it is first waited for, out of the lock.
fn begun<K, V>(landing: Landing<K, V>, ask: impl Future<Output = V> + Send + 'static) -> Flight<V>
where
    K: Hash + Eq + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    let asking = async move {
        let _landing = landing;
        ask.await
    };
    async move { tokio::spawn(asking).await.ok() }.boxed().shared()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::future::join;
    use tokio::sync::oneshot;

    use super::*;

    const SOON: (Duration, Duration) = (Duration::ZERO, Duration::from_secs(1));

    #[tokio::test]
    async fn who_asks_meanwhile_gets_the_same_answer_and_who_asks_later_another() {
        let flights = Flights::<u8, u32>::default();
        let asked = Arc::new(AtomicU32::new(0));
        let ask = |wait: Option<oneshot::Receiver<()>>| {
            let asked = Arc::clone(&asked);
            async move {
                if let Some(wait) = wait {
                    wait.await.unwrap();
                }
                asked.fetch_add(1, Ordering::Relaxed)
            }
        };
        let (land, wait) = oneshot::channel();
        let first = flights.share(7, SOON, ask(Some(wait)));
        let second = async {
            tokio::task::yield_now().await;
            join(flights.share(7, SOON, ask(None)), async { land.send(()).unwrap() }).await.0
        };
        assert_eq!(join(first, second).await, (Some(0), Some(0)));
        assert_eq!(flights.share(7, SOON, ask(None)).await, Some(1));
    }

    #[tokio::test]
    async fn nobody_joins_a_question_of_long_ago_and_its_landing_leaves_the_next_alone() {
        let flights = Flights::<u8, u32>::default();
        let second = Duration::from_secs(1);
        let (land_first, first) = oneshot::channel();
        let (land_next, next) = oneshot::channel();
        let ask = |answer: oneshot::Receiver<u32>| async { answer.await.unwrap() };
        let first = flights.share(7, (Duration::ZERO, second), ask(first));
        let next = flights.share(7, (second, second), ask(next));
        let joining = async {
            tokio::task::yield_now().await;
            land_first.send(1).unwrap();
            tokio::task::yield_now().await;
            let joined = flights.share(7, (second, second), async { 3 });
            join(joined, async { land_next.send(2).unwrap() }).await.0
        };
        let (first, (next, joined)) = join(first, join(next, joining)).await;
        assert_eq!((first, next, joined), (Some(1), Some(2), Some(2)));
    }

    #[tokio::test]
    async fn a_question_that_panicked_is_asked_again() {
        let flights = Flights::<u8, u32>::default();
        assert_eq!(flights.share(7, SOON, async { panic!("on purpose") }).await, None);
        assert_eq!(flights.share(7, SOON, async { 2 }).await, Some(2));
    }
}
