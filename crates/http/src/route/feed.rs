//! `GET /v1/feed`: what makes tokens of one app good for less, for a back end that verifies them itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::routing::get;
use portico_core::denied::{Code, Denied};
use portico_core::moment::Moment;
use portico_core::noun::event::Event;
use portico_core::rule::tell::{self, Told};
use portico_live::LiveClient;
use serde_json::json;

use super::stream::{self, Listen, Place, Tail};
use crate::house::unavailable;
use crate::reply::Reply;
use crate::{House, caller};

/// How often the feed shows that it is there; a back end that hears nothing for two seconds
/// introspects.
const PING: Duration = Duration::from_secs(1);

/// The route.
pub fn routes() -> Router<Arc<House>> {
    Router::new().route("/v1/feed", get(feed))
}

async fn feed(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    match open(&house, &parts).await {
        Ok(reply) => reply,
        Err(denied) => caller::back_end_refused(&denied),
    }
}

/// Opens the feed.
async fn open(house: &Arc<House>, parts: &Parts) -> Result<Reply, Denied> {
    let client = caller::back_end(house, parts).await?;
    let topics = tell::topics_of_feed(&client.client.id);
    let (mut tail, place) = Tail::open(house, topics, &client.keys, &parts.headers).await?;
    let mut listening = Listening { house: Arc::clone(house), client, catching_up: true };
    // Again, now that the place is taken: a suspension between the two comes as no event.
    if listening.check().await?.is_some() {
        return Err(
            Denied::new(Code::InvalidClient, "client authentication failed").because("suspended meanwhile")
        );
    }
    let first = match place {
        Place::After(_) => stream::frame("ping", &json!({}), None),
        Place::New | Place::TooOld => {
            tail.go_back().await?;
            stream::frame("reset", &json!({}), None)
        }
    };
    Ok(stream::open(house, listening, tail, PING, first))
}

/// The back end of an app.
struct Listening {
    house: Arc<House>,
    client: Arc<LiveClient>,
    catching_up: bool,
}

impl Listen for Listening {
    async fn hear(&mut self, event: &Event) -> Result<Option<Told>, Denied> {
        match tell::for_feed(event, &self.client.client.id) {
            // It may lie in the past, and the app be back.
            Some(Told::AppSuspended) => self.check().await,
            told => Ok(told),
        }
    }

    async fn check(&mut self) -> Result<Option<Told>, Denied> {
        let known = &self.client.client;
        let client = self.house.live.client(&known.id).await.map_err(|cause| unavailable(&cause))?;
        let Some(client) = client.filter(|client| client.client.is_live()) else {
            return Ok(Some(Told::AppSuspended));
        };
        let same = client.client.secret_digest == known.secret_digest && client.client.auth == known.auth;
        if same { Ok(None) } else { Err(Denied::new(Code::InvalidClient, "the credentials are others now")) }
    }

    fn until(&self) -> Option<Moment> {
        None
    }

    fn wants_caught_up(&mut self) -> bool {
        std::mem::take(&mut self.catching_up)
    }

    fn client(&self) -> &LiveClient {
        &self.client
    }
}
