//! The task that keeps the feed open.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::back_off::BackOff;
use super::looks::Looks;
use super::said::{Connection, Place};
use crate::error::{Unavailable, Unreached};
use crate::inner::Inner;

/// How long a connection may say nothing, or nothing but comments, before another is made: a ping is due every second.
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
    let clock = || inner.clock.now();
    let mut looks = Looks::new(clock());
    let opening = looks.wait(clock, inner.ask.open_feed(place.as_deref()));
    match timeout(PATIENCE, opening).await {
        Ok(Ok(opened)) => hear(inner, opened, looks, place, back_off).await,
        Ok(Err(unavailable)) => unavailable,
        Err(_) => Unreached::NoAnswer.into(),
    }
}

async fn hear(
    inner: &Arc<Inner>,
    mut opened: Response,
    mut looks: Looks,
    place: &mut Place,
    back_off: &mut BackOff,
) -> Unavailable {
    let (mut connection, mut spoken) = (Connection::default(), Instant::now());
    let clock = || inner.clock.now();
    loop {
        let chunk = timeout_at(spoken + PATIENCE, looks.wait(clock, opened.chunk())).await;
        let Ok(Ok(Some(bytes))) = chunk else { return Unreached::NoAnswer.into() };
        let read = inner.said.write().read(&mut connection, &bytes, place, (looks.since(), clock()));
        let Ok(then) = read else { return Unreached::NotTheDocument.into() };
        if then.spoken {
            spoken = Instant::now();
        }
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream::repeat;
    use futures_util::{StreamExt, stream::once};
    use http_body::Frame;
    use http_body_util::StreamBody;
    use url::Url;

    use super::*;
    use crate::ask::Ask;
    use crate::builder::basic;
    use crate::clock::Machine;

    /// Listens for a minute at most to a feed that is live and goes on with this word, one every 0.9 s.
    async fn heard(word: &'static str) -> Option<Unavailable> {
        let place = Url::parse("http://[::1]").unwrap();
        let ask = Ask::new(reqwest::Client::new(), basic("app", "secret").unwrap(), place.clone(), PATIENCE);
        let inner =
            Arc::new(Inner::new((String::new(), place), String::new(), ask, Box::new(Machine::new()), 1));
        let live = once(async { "event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\n\n" });
        let words = live.chain(repeat(word).then(|word| async move {
            sleep(Duration::from_millis(900)).await;
            word
        }));
        let body = words.map(|word| Ok::<_, std::convert::Infallible>(Frame::data(Bytes::from(word))));
        let opened = http::Response::new(reqwest::Body::wrap(StreamBody::new(body))).into();
        let looks = Looks::new(inner.clock.now());
        let (mut place, mut back_off) = (None, BackOff::default());
        let hearing = hear(&inner, opened, looks, &mut place, &mut back_off);
        timeout(Duration::from_secs(60), hearing).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_kept_for_its_events_and_given_up_where_it_says_nothing_but_comments() {
        assert_eq!(heard("event: ping\ndata: {}\n\n").await, None);
        for word in [": still here\n\n", "event: ping\n"] {
            let before = Instant::now();
            assert_eq!(heard(word).await, Some(Unreached::NoAnswer.into()));
            assert_eq!(before.elapsed(), PATIENCE);
        }
    }
}
