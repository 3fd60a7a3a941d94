//! Those who follow events: the host for a session, and an app's back end.

use super::launch::Session;
use crate::chance::Chance;
use crate::history::Scopes;
use crate::ledger::Word;
use crate::world::World;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use portico_bench::failure::{During, Failure, Outcome};
use serde_json::Value;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a session's stream may be silent; it pings every 15 s.
const STREAM_SILENCE: Duration = Duration::from_secs(20);
/// How long a feed may be silent; it pings every second.
const FEED_SILENCE: Duration = Duration::from_secs(3);
/// How long until a stream that broke is opened again, elsewhere.
const AGAIN: Duration = Duration::from_millis(150);

/// One event of a stream (HTML Standard §9.2).
#[derive(Debug, Default, PartialEq)]
struct Event {
    name: String,
    data: Value,
    id: Option<String>,
}

/// Where a stream is, and how it is asked for.
struct Stream {
    path: &'static str,
    authorization: String,
    silence: Duration,
    last_id: Option<String>,
}

/// Follows the events of a session until it is over.
pub(crate) async fn follow_session(world: Rc<World>, session: Rc<Session>) {
    let chance = Chance::of(world.seed, 10_000 + u64::from(session.number));
    let mut stream = Stream {
        path: "/v1/events",
        authorization: format!("Bearer {}", session.access),
        silence: STREAM_SILENCE,
        last_id: None,
    };
    let number = session.number;
    let hear = |event: &Event, is_first: bool| {
        let id = event.id.as_deref().unwrap_or_default();
        match event.name.as_str() {
            "session_expired" => {
                world.hear(Word::SessionExpired { session: number }, "it");
                if is_first {
                    world.opened_when_over(number);
                }
            }
            "consent_changed" => {
                let app = text(&event.data, "app_id").to_owned();
                let removed = Scopes::read(text(&event.data, "removed")).names();
                world.hear(Word::ConsentChanged { session: number, app, removed }, id);
            }
            _ => {}
        }
        if session.followed_since.get().is_none() {
            session.followed_since.set(Some(world.clock.now()));
        }
        event.name == "session_expired"
    };
    follow(&world, &chance, &mut stream, hear).await;
}

/// Follows the feed of an app until the run's end.
pub(crate) async fn follow_feed(world: Rc<World>, app: usize) {
    let chance = Chance::of(world.seed, 3_000 + app as u64);
    let authorization = world.apps[app].basic.clone();
    let mut stream = Stream { path: "/v1/feed", authorization, silence: FEED_SILENCE, last_id: None };
    let app = world.apps[app].id.clone();
    let hear = |event: &Event, _| {
        let (app, id) = (app.clone(), event.id.as_deref().unwrap_or_default());
        let said = |key| text(&event.data, key).to_owned();
        match event.name.as_str() {
            "session_ended" => world.hear(Word::SessionEnded { app, sid: said("sid") }, id),
            "grant_changed" => {
                let scope = Scopes::read(&said("scope")).names();
                world.hear(Word::GrantChanged { app, sub: said("sub"), scope }, id);
            }
            "token_revoked" => world.hear(Word::TokenRevoked { app, jti: said("jti") }, id),
            _ => {}
        }
        false
    };
    follow(&world, &chance, &mut stream, hear).await;
}

fn text<'a>(data: &'a Value, key: &str) -> &'a str {
    data[key].as_str().unwrap_or_default()
}

/// Keeps a stream open, at one node or another, until `hear` says that it is over.
async fn follow(
    world: &World,
    chance: &Chance,
    stream: &mut Stream,
    mut hear: impl FnMut(&Event, bool) -> bool,
) {
    while world.is_there() {
        let node = chance.below(world.field.count());
        let over = listen(world.field.public(node), stream, &mut hear).await;
        if over.unwrap_or(false) {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Opens a stream where it broke off and hears it until it breaks, is silent for too long, or is over.
/// `hear` is told besides whether the event is the first that this opening brought.
async fn listen(
    to: SocketAddr,
    stream: &mut Stream,
    hear: &mut impl FnMut(&Event, bool) -> bool,
) -> Outcome<bool> {
    let within = stream.silence;
    let silent = |_| Failure("silence".into());
    let connection = tokio::time::timeout(within, TcpStream::connect(to)).await.map_err(silent)?;
    let io = TokioIo::new(connection.during("connecting")?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.during("connecting")?;
    // It ends with the stream, one way or another.
    let connection = tokio::task::spawn_local(connection);
    let mut request = Request::get(stream.path)
        .header("host", to.to_string())
        .header("authorization", &stream.authorization)
        .header("accept", "text/event-stream");
    if let Some(id) = &stream.last_id {
        request = request.header("last-event-id", id);
    }
    let request = request.body(Empty::<Bytes>::new()).during("a request")?;
    let answer = tokio::time::timeout(within, sender.send_request(request)).await.map_err(silent)?;
    let answer = answer.during("opening a stream")?;
    if answer.status() != 200 {
        return Err(Failure(format!("status {}", answer.status())));
    }
    let (mut body, mut buffer, mut is_first) = (answer.into_body(), String::new(), true);
    let over = loop {
        let Ok(Some(Ok(frame))) = tokio::time::timeout(within, body.frame()).await else { break false };
        let Some(bytes) = frame.data_ref() else { continue };
        buffer.push_str(&String::from_utf8_lossy(bytes));
        if events(&mut buffer).iter().any(|event| {
            stream.last_id = event.id.clone().or(stream.last_id.take());
            hear(event, std::mem::take(&mut is_first))
        }) {
            break true;
        }
    };
    connection.abort();
    Ok(over)
}

/// Takes the complete events out of what was read.
fn events(buffer: &mut String) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(end) = buffer.find("\n\n") {
        let mut event = Event::default();
        for line in buffer[..end].lines() {
            match line.split_once(": ") {
                Some(("event", name)) => name.clone_into(&mut event.name),
                Some(("data", data)) => event.data = serde_json::from_str(data).unwrap_or_default(),
                Some(("id", id)) => event.id = Some(id.to_owned()),
                _ => {}
            }
        }
        events.push(event);
        buffer.drain(..end + 2);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_are_read_whole_however_they_arrive() {
        let mut buffer =
            String::from("event: ping\ndata: {}\n\nevent: token_revoked\ndata: {\"jti\":\"x\"}\nid");
        let ping = Event { name: "ping".into(), data: json!({}), id: None };
        assert_eq!(events(&mut buffer), [ping]);
        buffer.push_str(": 7\n\n");
        let revoked =
            Event { name: "token_revoked".into(), data: json!({ "jti": "x" }), id: Some("7".into()) };
        assert_eq!(events(&mut buffer), [revoked]);
        assert!(buffer.is_empty());
    }
}
