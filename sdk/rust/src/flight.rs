//! Questions that many ask at once, and that are put once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

/// The questions in flight, by what is asked.
pub(crate) struct Flights<K, V>(Arc<Mutex<HashMap<K, Flight<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// Takes the flight away when it has landed, whichever way.
struct Landing<K: Hash + Eq, V>(K, Arc<Mutex<HashMap<K, Flight<V>>>>);

impl<K: Hash + Eq, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        self.1.lock().remove(&self.0);
    }
}

impl<K, V> Flights<K, V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The answer of the question in flight, or of this one where there is none. It goes on when who asked first
    /// is gone. `None` only where asking panicked.
    pub(crate) async fn share(&self, what: K, ask: impl Future<Output = V> + Send + 'static) -> Option<V> {
        let flight = {
            let mut flights = self.0.lock();
            let landing = || Landing(what.clone(), Arc::clone(&self.0));
            flights.entry(what.clone()).or_insert_with(|| begun(landing(), ask)).clone()
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
        let first = flights.share(7, ask(Some(wait)));
        let second = async {
            tokio::task::yield_now().await;
            join(flights.share(7, ask(None)), async { land.send(()).unwrap() }).await.0
        };
        assert_eq!(join(first, second).await, (Some(0), Some(0)));
        assert_eq!(flights.share(7, ask(None)).await, Some(1));
    }

    #[tokio::test]
    async fn a_question_that_panicked_is_asked_again() {
        let flights = Flights::<u8, u32>::default();
        assert_eq!(flights.share(7, async { panic!("on purpose") }).await, None);
        assert_eq!(flights.share(7, async { 2 }).await, Some(2));
    }
}
