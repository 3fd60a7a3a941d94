//! The task that keeps the feed open.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::back_off::BackOff;
use super::said::{Connection, Place};
use crate::error::{Unavailable, Unreached};
use crate::inner::Inner;

/// How long a connection may be silent before another is made: a ping is due every second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Follows the feed until it is aborted.
pub(crate) async fn follow(inner: Arc<Inner>) {
    let (mut place, mut back_off) = (None, BackOff::default());
    loop {
        let over = listen(&inner, &mut place, &mut back_off).await;
        sleep(back_off.next(chance(), over.retry_after)).await;
    }
}

/// Listens on one connection for as long as it says anything that can be read.
async fn listen(inner: &Arc<Inner>, place: &mut Place, back_off: &mut BackOff) -> Unavailable {
    let silent = Unavailable::from(Unreached::NoAnswer);
    let mut opened = match timeout(PATIENCE, inner.ask.open_feed(place.as_deref())).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(unavailable)) => return unavailable,
        Err(_) => return silent,
    };
    let mut connection = Connection::default();
    loop {
        let Ok(Ok(Some(bytes))) = timeout(PATIENCE, opened.chunk()).await else { return silent };
        let now = inner.clock.now();
        let read = inner.said.write().read(&mut connection, &bytes, place, now);
        let Ok(then) = read else { return Unreached::NotTheDocument.into() };
        if then.keys_rotated {
            inner.keys_rotated();
        }
        inner.reread_stale_keys();
        if then.caught_up {
            back_off.forget();
            inner.caught_up.send_replace(true);
        }
    }
}

/// Between 0 and 1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
