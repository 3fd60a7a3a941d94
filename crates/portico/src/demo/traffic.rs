//! The requests of the demo, as the side panel shows them.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::response::sse::Event;
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use tokio::sync::broadcast;

/// How many lines a page that has just been loaded is told of.
const KEPT: usize = 120;

/// One request. Holds names, never a token, a secret or personal data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Rises with every line, also over restarts.
    pub id: u64,
    /// `browser`, `gateway`, `portico`, `other`, or the key of a mini-program's back end.
    pub caller: &'static str,
    /// `portico`, or the key of a mini-program's back end.
    pub callee: &'static str,
    /// The HTTP method.
    pub method: String,
    /// The path without its query, its secret parts masked.
    pub path: String,
    /// The answer's status code.
    pub status: u16,
    /// Milliseconds until the answer began.
    pub ms: f64,
    /// What was asked and answered, as far as that may be seen.
    #[serde(flatten)]
    pub said: Said,
}

/// What a request and its answer said.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Said {
    /// At the token endpoint: the last word of the grant type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<&'static str>,
    /// At the token endpoint: the mini-program that a launch token is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<&'static str>,
    /// At introspection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The scope of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The error code of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// At userinfo: the names of the claims, without their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<String>,
}

/// The latest lines, and everybody who watches.
pub struct Traffic {
    state: Mutex<State>,
}

struct State {
    next: u64,
    latest: VecDeque<Arc<Line>>,
    watchers: Option<broadcast::Sender<Arc<Line>>>,
}

impl Default for Traffic {
    fn default() -> Self {
        Self::new()
    }
}

impl Traffic {
    /// No lines yet.
    pub fn new() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        let next = u64::try_from(started).unwrap_or(0);
        let (watchers, _) = broadcast::channel(256);
        Self { state: Mutex::new(State { next, latest: VecDeque::new(), watchers: Some(watchers) }) }
    }

    /// Reports a request; its `id` is given here.
    pub fn report(&self, mut line: Line) {
        let mut state = self.state();
        line.id = state.next;
        state.next += 1;
        let line = Arc::new(line);
        state.latest.push_back(Arc::clone(&line));
        if state.latest.len() > KEPT {
            state.latest.pop_front();
        }
        if let Some(watchers) = &state.watchers {
            // No receiver is no failure: nobody has the panel open.
            let _ = watchers.send(line);
        }
    }

    /// The lines after `after` that are still held, then `caught_up`, then each new line, until [`Traffic::close`].
    /// A watcher that is too slow misses lines.
    pub fn watch(&self, after: u64) -> impl Stream<Item = Result<Event, Infallible>> + Send + use<> {
        let state = self.state();
        let latest: Vec<_> = state.latest.iter().filter(|line| line.id > after).cloned().collect();
        let live = state.watchers.as_ref().map(broadcast::Sender::subscribe);
        drop(state);
        let live = stream::unfold(live, |receiver| async move {
            let mut receiver = receiver?;
            loop {
                match receiver.recv().await {
                    Ok(line) => return Some((event(&line), Some(receiver))),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        let caught_up = Event::default().event("caught_up").data("{}");
        stream::iter(latest).map(|line| event(&line)).chain(stream::iter([caught_up])).chain(live).map(Ok)
    }

    /// Ends every watcher's stream.
    pub fn close(&self) {
        self.state().watchers = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn event(line: &Line) -> Event {
    let data = serde_json::to_string(line).expect("a line is plain data");
    Event::default().event("request").id(line.id.to_string()).data(data)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, missing_docs)]
    use super::*;

    fn line(path: &str) -> Line {
        Line {
            id: 0,
            caller: "browser",
            callee: "portico",
            method: "GET".into(),
            path: path.into(),
            status: 200,
            ms: 1.0,
            said: Said::default(),
        }
    }

    #[tokio::test]
    async fn a_page_loaded_later_is_told_what_it_missed_and_then_what_happens() {
        let traffic = Traffic::new();
        traffic.report(line("/one"));
        let mut watched = Box::pin(traffic.watch(0));
        traffic.report(line("/two"));
        traffic.close();
        let mut events = 0;
        while watched.next().await.is_some() {
            events += 1;
        }
        assert_eq!(events, 3, "the old line, the mark, the new line");
    }

    #[tokio::test]
    async fn no_more_lines_are_held_than_a_page_shows() {
        let traffic = Traffic::new();
        for _ in 0..1000 {
            traffic.report(line("/"));
        }
        traffic.close();
        assert_eq!(traffic.watch(0).count().await, KEPT + 1);
    }
}
