//! A value that is held whole, and read anew when it is another.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Mutex;

/// A value that readers share. Those who read it anew take turns, from the reading to the replacing: one
/// that read early and was slow does not undo what one after it has read.
pub(crate) struct Whole<T> {
    value: RwLock<Arc<T>>,
    turn: Mutex<()>,
}

impl<T> Whole<T> {
    /// Holds this to begin with.
    pub(crate) fn new(value: T) -> Self {
        Self { value: RwLock::new(Arc::new(value)), turn: Mutex::new(()) }
    }

    /// The value as it is now.
    pub(crate) fn get(&self) -> Arc<T> {
        self.value.read().clone()
    }

    /// Replaces the value by what `load` reads, which begins when this one's turn has come: what was
    /// committed before the call is in it.
    pub(crate) async fn reload<E>(&self, load: impl Future<Output = Result<T, E>>) -> Result<(), E> {
        let _turn = self.turn.lock().await;
        let value = load.await?;
        *self.value.write() = Arc::new(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_reading_does_not_undo_a_later_one() {
        let whole = Whole::new(0);
        let stored = Mutex::new(1);
        let slow = whole.reload(async {
            let read = *stored.lock().await;
            *stored.lock().await = 2;
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            Ok::<_, ()>(read)
        });
        let later = whole.reload(async { Ok::<_, ()>(*stored.lock().await) });
        assert_eq!(tokio::join!(slow, later), (Ok(()), Ok(())));
        assert_eq!(*whole.get(), 2);
    }
}
