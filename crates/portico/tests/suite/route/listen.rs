//! Listening to a stream of server-sent events, event by event.

use std::sync::Arc;
use std::task::{Context, Waker};

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, Request};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::fixture::{Reply, World};

/// One event as it was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub name: String,
    pub data: Value,
    pub id: Option<String>,
}

/// An open stream.
pub struct Listening {
    body: BodyDataStream,
    rest: String,
    pub headers: HeaderMap,
}

/// Passes events on, as the running server does.
pub fn run_hub(world: &World) {
    let live = Arc::clone(&world.house.live);
    tokio::spawn(async move { live.hub().run().await });
}

impl Listening {
    /// Opens a stream; answers the refusal if it is one.
    pub async fn try_open(
        world: &World,
        path: &str,
        authorization: Option<&str>,
        last: Option<&str>,
    ) -> Result<Self, Reply> {
        let mut request = Request::builder().uri(path);
        for (name, value) in [("authorization", authorization), ("last-event-id", last)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let reply = world.public.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = reply.into_parts();
        if parts.status.is_success() {
            return Ok(Self { body: body.into_data_stream(), rest: String::new(), headers: parts.headers });
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Err(Reply { status: parts.status, headers: parts.headers, body })
    }

    pub async fn open(world: &World, path: &str, authorization: &str, last: Option<&str>) -> Self {
        match Self::try_open(world, path, Some(authorization), last).await {
            Ok(listening) => listening,
            Err(reply) => panic!("{} {}", reply.status, reply.body),
        }
    }

    /// The next event, pings included; none when the stream has closed.
    pub async fn next(&mut self) -> Option<Said> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let said = read(event);
                self.rest = rest.to_owned();
                return Some(said);
            }
            let piece = self.body.next().await?.unwrap();
            self.rest.push_str(std::str::from_utf8(&piece).unwrap());
        }
    }

    /// The next event that is not a ping.
    pub async fn hear(&mut self) -> Said {
        loop {
            match self.next().await {
                Some(said) if said.name == "ping" => {}
                Some(said) => return said,
                None => panic!("the stream has closed"),
            }
        }
    }

    /// Looks once whether something is said; if not, whoever waits is woken when it may be.
    pub fn is_silent(&mut self, waker: &Waker) -> bool {
        self.body.poll_next_unpin(&mut Context::from_waker(waker)).is_pending()
    }

    /// Whether nothing but pings comes for three of them.
    pub async fn is_quiet(&mut self) -> bool {
        for _ in 0..3 {
            if self.next().await.is_none_or(|said| said.name != "ping") {
                return false;
            }
        }
        true
    }
}

fn read(event: &str) -> Said {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let data = serde_json::from_str(field("data").unwrap()).unwrap();
    Said { name: field("event").unwrap().to_owned(), data, id: field("id").map(str::to_owned) }
}
