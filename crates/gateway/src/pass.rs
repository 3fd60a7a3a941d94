//! One request on its way: accept → resolve → rewrite → forward → rewrite.

mod cors;
pub(crate) mod withhold;

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Request, Response, StatusCode, request};
use hyper::body::Body as _;
use portico_live::Live;

use crate::accept::Peer;
use crate::body::Body;
use crate::guard::Guard;
use crate::reseal::Keys;
use crate::resolve::{Resolved, counterparts, resolve, still_holds};
use crate::rewrite::{self, BodyDue, CallerIds, FoundInAnswer, FoundInRequest};
use crate::route::{Counterparts, Route};
use crate::table::{Current, Way};
use crate::{Refused, hop, whole};

/// A body that took longer to come than this was waited for: what was found out before is looked at again.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Passes requests on. Cheap to clone.
#[derive(Clone)]
pub struct Pass {
    live: Arc<Live>,
    routes: Arc<Current>,
}

impl Pass {
    /// Over this memory, by these routes.
    pub fn new(live: Arc<Live>, routes: Arc<Current>) -> Self {
        Self { live, routes }
    }

    /// Answers a request: with what its upstream said, or with why it goes no further.
    pub async fn answer(&self, request: Request<Body>, peer: Peer) -> Response<Body> {
        let table = self.routes.get();
        let (head, body) = request.into_parts();
        let way = match table.find(&head) {
            Ok(way) => way,
            Err(refused) => return told(&refused, &peer),
        };
        peer.record().route(&way.tracked);
        let scripts = match cors::Scripts::of(&self.live, &way.route, &head).await {
            Ok(scripts) => scripts,
            Err(refused) => return told(&refused, &peer),
        };
        if let Some(answer) = scripts.preflight(&head) {
            return answer;
        }
        let mut answer = match self.carry(way, head, body, &peer).await {
            Ok(answer) => answer,
            Err(refused) => told(&refused, &peer),
        };
        scripts.may_read(&mut answer);
        answer
    }

    async fn carry(
        &self,
        way: &Arc<Way>,
        mut head: request::Parts,
        body: Body,
        peer: &Peer,
    ) -> Result<Response<Body>, Refused> {
        let (live, route, method) = (&self.live, &way.route, head.method.clone());
        let is_certified = peer.bears_one_of(&route.back_ends.certificates);
        let resolved = resolve(live, route, &head, is_certified).await?;
        let mut body = self.inward(route, &resolved, &mut head, body, peer).await?;
        if hop::asks_for_websocket(&head.headers) {
            head.extensions.insert(Guard::new(live, way, resolved.caller.as_ref()));
        }
        if !body.is_whole() {
            Guard::new(live, way, resolved.caller.as_ref()).over_request(&mut body);
        }
        let answer = way.upstreams.forward(peer, Request::from_parts(head, body)).await?;
        self.outward(way, &resolved, &method, answer, peer).await
    }

    /// The request as the upstream is to read it: without the token, with its own OpenIDs in their places, and told
    /// who calls.
    async fn inward(
        &self,
        route: &Route,
        resolved: &Resolved,
        head: &mut request::Parts,
        body: Body,
        peer: &Peer,
    ) -> Result<Body, Refused> {
        let (live, parties, ids) = (&self.live, &resolved.parties, ids(resolved));
        let due = rewrite::request_body(route, head, body.is_end_stream())?;
        rewrite::strip(route, &mut head.headers);
        if !route.keep_token {
            withhold::from_head(live, resolved.caller.as_ref().map(|caller| &*caller.text), head).await?;
        }
        let (whole, rest) = match due.is_whole() {
            true => (self.read(route, resolved, body).await?, Body::Empty),
            false => (Default::default(), body),
        };
        let found = FoundInRequest::new(route, head, &due, whole)?;
        if let Some(caller) = resolved.caller.as_ref().filter(|_| !route.keep_token) {
            withhold::from_body(&caller.text, found.text())?;
        }
        let others = found.others(ids)?;
        let known = match others.is_empty() {
            true => Counterparts::new(),
            false => counterparts(live, &parties.app, &parties.known_as, &others).await?,
        };
        let keys = match &resolved.caller {
            Some(caller) if found.is_encrypted() => Some(Keys::of(live, parties, caller).await?),
            _ => None,
        };
        let reseal = |data: &str, iv: &str| match &keys {
            Some(keys) => keys.reseal(data, iv),
            None => {
                Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_request", "There is no key for this."))
            }
        };
        let swapped = found.apply(head, ids, &known, &reseal)?;
        rewrite::inject(route, app_name(resolved), ids, &mut head.headers);
        peer.record().swapped(swapped.ids);
        Ok(swapped.body.map_or(rest, Body::from))
    }

    /// All of a request's body. While it was waited for, the caller may have lost what let the request in.
    async fn read(&self, route: &Route, resolved: &Resolved, body: Body) -> Result<bytes::Bytes, Refused> {
        let begun = Instant::now();
        let whole = whole::of_request(body, route.limits.body).await?;
        if begun.elapsed() > AT_ONCE {
            still_holds(&self.live, route, resolved.caller.as_ref()).await?;
        }
        Ok(whole)
    }

    /// The answer as the caller is to read it: with the OpenIDs of the app.
    async fn outward(
        &self,
        way: &Arc<Way>,
        resolved: &Resolved,
        method: &Method,
        answer: Response<Body>,
        peer: &Peer,
    ) -> Result<Response<Body>, Refused> {
        let (route, parties, ids) = (&way.route, &resolved.parties, ids(resolved));
        let (mut head, body) = answer.into_parts();
        let (mut due, mut body) = (rewrite::answer_body(route, method, &head)?, body);
        if due == BodyDue::Perhaps {
            let begun = whole::begun(body, |so_far| rewrite::begins_like_json(&head.headers, so_far)).await?;
            if begun.1 == Some(false) {
                due = BodyDue::Passed;
            }
            body = begun.0;
        }
        let (whole, rest) = match due.is_whole() {
            true => (whole::of_answer(body, route.limits.body).await?, Body::Empty),
            false => (Default::default(), body),
        };
        let found = FoundInAnswer::new(route, method, &head, &due, whole)?;
        let others = found.others(ids)?;
        let known = match others.is_empty() {
            true => Counterparts::new(),
            false => counterparts(&self.live, &parties.known_as, &parties.app, &others).await?,
        };
        let swapped = found.apply(&mut head, ids, &known)?;
        peer.record().swapped(swapped.ids);
        let body = match swapped.body {
            Some(whole) => whole.into(),
            None if rest.is_whole() => rest,
            None => Guard::new(&self.live, way, resolved.caller.as_ref()).over_body(rest),
        };
        Ok(Response::from_parts(head, body))
    }
}

fn ids(resolved: &Resolved) -> Option<&CallerIds> {
    resolved.caller.as_ref().map(|caller| &caller.ids)
}

/// What the upstream's app is called in WeChat's world.
fn app_name(resolved: &Resolved) -> &str {
    let client = &resolved.parties.known_as.client;
    client.app().map_or(client.id.as_str(), |app| &app.wx_app_id)
}

fn told(refused: &Refused, peer: &Peer) -> Response<Body> {
    peer.record().refused(refused);
    let (status, code, cause) =
        (refused.status.as_u16(), refused.code, refused.cause.as_deref().unwrap_or("-"));
    match refused.status.is_server_error() {
        true => tracing::warn!(status, code, cause, "a request went no further"),
        false => tracing::debug!(status, code, cause, "a request went no further"),
    }
    refused.answer()
}
