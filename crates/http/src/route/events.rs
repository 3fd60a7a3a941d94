//! `GET /v1/events`: what happens to one person's session, for its host or for one app in it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::get;
use portico_core::denied::{Code, Denied};
use portico_core::moment::Moment;
use portico_core::noun::event::{Event, Happening};
use portico_core::noun::session::EndReason;
use portico_core::noun::token::Purpose;
use portico_core::rule::cover;
use portico_core::rule::tell::{self, Listener, Told, Topic};
use portico_core::scope::ScopeSet;
use portico_live::{LiveClient, Verified};

use super::stream::{self, Listen, Place, Tail};
use crate::House;
use crate::caller::{bad_token, bearer, no_token};
use crate::house::unavailable;
use crate::reply::{self, Reply};

/// How often an idle stream shows that it is there.
const PING: Duration = Duration::from_secs(15);

/// The route.
pub fn routes() -> Router<Arc<House>> {
    Router::new().route("/v1/events", get(events))
}

async fn events(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    match open(&house, &headers).await {
        Ok(reply) => reply,
        Err(denied) => reply::problem(&denied),
    }
}

/// Opens the stream. The place is taken before anything is looked at, so that whatever ends
/// after the look comes as an event.
async fn open(house: &Arc<House>, headers: &HeaderMap) -> Result<Reply, Denied> {
    let text = bearer(headers).ok_or_else(no_token)?;
    let token = house.live.token(text).await.map_err(|cause| unavailable(&cause))?.ok_or_else(bad_token)?;
    let client = house.live.client(&token.client).await.map_err(|cause| unavailable(&cause))?;
    let client = client.filter(|client| client.client.is_live()).ok_or_else(bad_token)?;
    let fits = match token.purpose {
        Purpose::Host => token.scope.has("host"),
        Purpose::App => true,
        Purpose::Service => false,
    };
    if !fits {
        return Err(Denied::new(
            Code::InsufficientScope,
            "this needs the host's own token or a launch token",
        ));
    }
    let mut listening = Listening::new(house, client, token);
    let (mut tail, place) = Tail::open(house, listening.topics(), &listening.client().keys, headers).await?;
    if place == Place::TooOld {
        tail.go_back().await?;
    }
    // Memory may lag behind an end that is just being committed.
    let stored =
        house.live.store().session(listening.me.session).await.map_err(|cause| unavailable(&cause))?;
    let stored = stored.ok_or_else(bad_token)?;
    let over = match stored.ended {
        Some(ended) => Some(listening.expired(ended.reason, ended.at)),
        None => listening.check().await?,
    };
    match over {
        Some(told @ Told::SessionExpired { .. }) => {
            return Ok(stream::once(stream::told_frame(&told, &listening.client.keys, None, None)));
        }
        Some(_) => return Err(bad_token()),
        None if house.now() >= listening.token.expires_at => return Err(bad_token()),
        None => {}
    }
    if listening.token.purpose == Purpose::Host {
        let session = house.live.session(listening.me.session).await.map_err(|cause| unavailable(&cause))?;
        session.iter().for_each(|session| house.live.touch(session));
    }
    let greeting = stream::greeting(&tail, &listening.client.keys);
    Ok(stream::open(house, listening, tail, PING, greeting))
}

/// A host, or an app through a launch token.
struct Listening {
    house: Arc<House>,
    client: Arc<LiveClient>,
    token: Arc<Verified>,
    me: Listener,
    until: Option<Moment>,
}

impl Listening {
    fn new(house: &Arc<House>, client: Arc<LiveClient>, token: Arc<Verified>) -> Self {
        let me = Listener {
            client: token.client.clone(),
            user: token.user,
            session: token.session,
            token: token.id,
        };
        Self { house: Arc::clone(house), client, token, me, until: None }
    }

    fn is_app(&self) -> bool {
        self.token.purpose == Purpose::App
    }

    fn topics(&self) -> Vec<Topic> {
        if self.is_app() { tell::topics_of_app(&self.me) } else { tell::topics_of_host(&self.me) }
    }

    fn expired(&self, reason: EndReason, at: Moment) -> Told {
        let reason = if self.is_app() { reason.for_app() } else { reason };
        Told::SessionExpired { session: self.me.session, reason, at }
    }

    /// What the launch token opens at this moment.
    async fn granted(&self) -> Result<ScopeSet, Denied> {
        let live = &self.house.live;
        let client = live.client(&self.me.client).await.map_err(|cause| unavailable(&cause))?;
        let consents =
            live.consents(self.me.user, &self.me.client).await.map_err(|cause| unavailable(&cause))?;
        Ok(client
            .map(|client| cover::covered(&client.client, &consents, &self.token.scope))
            .unwrap_or_default())
    }
}

impl Listen for Listening {
    async fn hear(&mut self, event: &Event) -> Result<Option<Told>, Denied> {
        if !self.is_app() {
            return Ok(tell::for_host(event, &self.me));
        }
        let granted = match &event.what {
            // It may lie in the past, and the app be back.
            Happening::AppSuspended { app } if *app == self.me.client => return self.check().await,
            Happening::OpenIdUndone { user, app, .. } if (user, app) == (&self.me.user, &self.me.client) => {
                return self.check().await;
            }
            Happening::ProfileChanged { user, .. } if *user == self.me.user => self.granted().await?,
            _ => ScopeSet::empty(),
        };
        Ok(tell::for_app(event, &self.me, &granted))
    }

    async fn check(&mut self) -> Result<Option<Told>, Denied> {
        let (live, now) = (&self.house.live, self.house.now());
        let session = live.session(self.me.session).await.map_err(|cause| unavailable(&cause))?;
        let session = session.ok_or_else(bad_token)?.now(&live.settings().sessions);
        if let Some(reason) = session.end_at(now) {
            let at = session.ended.map_or(session.expires_at, |ended| ended.at);
            return Ok(Some(self.expired(reason, at)));
        }
        let client = live.client(&self.me.client).await.map_err(|cause| unavailable(&cause))?;
        let held = match client.filter(|client| client.client.is_live()) {
            Some(client) => {
                let named = live.names(&client, &self.token).await.map_err(|cause| unavailable(&cause))?;
                named && !live.is_revoked(self.me.token)
            }
            None => false,
        };
        let in_time = !self.is_app() || now < self.token.expires_at;
        let token = self.is_app().then_some(self.token.expires_at);
        self.until = Some(token.map_or(session.expires_at, |token| token.min(session.expires_at)));
        Ok((!held || !in_time).then_some(Told::TokenExpired))
    }

    fn until(&self) -> Option<Moment> {
        self.until
    }

    fn wants_caught_up(&mut self) -> bool {
        false
    }

    fn client(&self) -> &LiveClient {
        &self.client
    }
}
