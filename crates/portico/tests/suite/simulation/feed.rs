//! Back ends that follow the feed of their app, at whichever node it can be heard.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use parking_lot::Mutex;
use portico_core::id::{ClientId, EventSeq};
use portico_core::rule::tell::{Told, for_feed};
use portico_live::{Live, LiveClient};
use portico_store::Read;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::cast::{APPS, cast};
use super::history::App;
use super::script::pause;
use super::town::{NODES, Town};

/// How long a back end hears nothing before it listens elsewhere.
const SILENCE: Duration = Duration::from_millis(2_500);

/// The back end of an app, and what it has heard: event and data.
pub struct BackEnd {
    app: App,
    heard: Arc<Mutex<Vec<(String, Value)>>>,
    listening: JoinHandle<()>,
}

impl BackEnd {
    /// Listens until it is dropped by [`Self::missed`].
    pub fn begin(town: &Arc<Town>, app: App) -> Self {
        let heard = Arc::default();
        let listening = tokio::spawn(listen(town.clone(), app, Arc::clone(&heard)));
        Self { app, heard, listening }
    }

    /// Stops listening, and answers what should have been heard and was not, if anything.
    pub async fn missed(self, town: &Town) -> Result<(), String> {
        self.listening.abort();
        let client: ClientId = APPS[self.app].parse().unwrap();
        let node = town.places[0].node().ok_or("node 0 is not there")?;
        let live = node.live.client(&client).await.map_err(|why| why.to_string())?.expect("it is registered");
        let events = town.memory.events_after(EventSeq(0), usize::MAX).await.unwrap();
        let mut expected = Vec::new();
        for told in events.iter().filter_map(|event| for_feed(event, &client)) {
            expected.extend(frame(&node.live, &live, &told).await);
        }
        let heard = self.heard.lock();
        let mut missing = expected.into_iter().filter(|frame| !heard.contains(frame));
        match missing.next() {
            Some(frame) => Err(format!("the back end of app {} has not heard {frame:?}", self.app)),
            None => Ok(()),
        }
    }
}

/// What a back end hears of this; none for what it is not told once and for all.
async fn frame(live: &Live, app: &LiveClient, told: &Told) -> Option<(String, Value)> {
    let (name, data) = match told {
        Told::SessionEnded { session } => ("session_ended", json!({ "sid": app.keys.session_sid(*session) })),
        Told::GrantChanged { user, scope } => {
            let open_id = live.open_id(app, *user).await.expect("nobody cuts this node off any more");
            ("grant_changed", json!({ "sub": open_id, "scope": scope }))
        }
        Told::TokenRevoked { token } => ("token_revoked", json!({ "jti": token })),
        _ => return None,
    };
    Some((name.to_owned(), data))
}

async fn listen(town: Arc<Town>, app: App, heard: Arc<Mutex<Vec<(String, Value)>>>) {
    let mut last = None;
    loop {
        pause(town.dice.between(20, 400)).await;
        let Some(node) = town.places[town.dice.index(NODES)].node() else { continue };
        let request = Request::get("/v1/feed");
        let request = request.header("authorization", cast().world.credentials(APPS[app]));
        let request = match &last {
            Some(id) => request.header("last-event-id", id),
            None => request,
        };
        let mut stream = node.listen(request.body(Body::empty()).unwrap());
        while let Ok(Some(said)) = tokio::time::timeout(SILENCE, stream.recv()).await {
            let field = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
            let data = field("data: ").map(|data| serde_json::from_str(&data).unwrap());
            heard.lock().extend(field("event: ").zip(data));
            last = field("id: ").or(last);
        }
    }
}
