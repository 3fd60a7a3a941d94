//! Sending a request to one of a route's upstreams, and bringing the answer back.
//!
//! Bodies go through as they come, no faster than the slower side takes them. A request is sent to another
//! upstream only when the first has done nothing with it, or when repeating it does no harm and the first
//! closed before any byte of an answer. Of answers of 1xx, `100 Continue` is given to
//! the client when its body is wanted; others are not passed on.

mod fate;
mod head;
mod health;
mod link;
mod origin;
mod probe;
mod quiet;
mod settings;
mod shared;
mod trailers;
mod tunnel;
mod upstream;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use http::{Request, Response, StatusCode};
use hyper::body::Body as _;
use hyper::upgrade::OnUpgrade;

use crate::accept::Peer;
use crate::body::Body;
use crate::guard::Guard;
use crate::refused::Refused;
use crate::whole;

pub use link::Answer;
pub use origin::UpstreamError;
pub use settings::Settings;

use origin::Origin;
use tunnel::Asked;
use upstream::{Failed, Upstream, Why};

/// The most bytes of a body that is kept to be sent again.
const SHORT: usize = 16 * 1024;

/// A route's upstreams.
pub struct Upstreams {
    all: Vec<Arc<Upstream>>,
    next: AtomicUsize,
    settings: Settings,
    probe: tokio::task::JoinHandle<()>,
}

impl Upstreams {
    /// Reads the settings; connects to nothing yet. To be called within a runtime: what is kept is looked
    /// after, and health asked for, in the background.
    pub fn new(settings: Settings) -> Result<Self, UpstreamError> {
        let mut tls = None;
        let mut all = Vec::with_capacity(settings.upstreams.len());
        for url in &settings.upstreams {
            let origin = Origin::new(url, &mut tls, settings.authorities.as_deref())?;
            let name = url.as_str().trim_end_matches('/').into();
            all.push(Arc::new(Upstream::new(name, origin, settings.clone())));
        }
        if all.is_empty() {
            return Err(UpstreamError::None);
        }
        let probe = tokio::spawn(probe::run(all.clone()));
        Ok(Self { all, next: AtomicUsize::new(0), settings, probe })
    }

    /// Sends a request on, and gives the answer back when its head is there. Headers that concern the
    /// connection are taken from both. A WebSocket that comes of it ends with the [`Guard`] among the request's
    /// extensions.
    ///
    /// 502 if no upstream can be reached or what comes is not HTTP, 504 if one is silent, 408 and 400 if it is
    /// the client's body that does not come.
    pub async fn forward(&self, peer: &Peer, request: Request<Body>) -> Result<Response<Body>, Refused> {
        let (mut head, body) = request.into_parts();
        let (client, guard) = (head.extensions.remove::<OnUpgrade>(), head.extensions.remove::<Guard>());
        let is_websocket = head::outgoing(&mut head, peer, self.settings.via);
        let asked = match (is_websocket, client) {
            (false, _) => None,
            (true, Some(client)) => Some(Asked { client, guard }),
            (true, None) => {
                let text = "this connection cannot become a WebSocket";
                return Err(Refused::new(StatusCode::BAD_REQUEST, "invalid_request", text));
            }
        };
        let body = match self.wants_whole(&body) {
            true => whole::of_request(body, SHORT).await?.into(),
            false => body,
        };
        self.attempts(peer, Request::from_parts(head, body), asked).await
    }

    /// Whether a body is read before it is sent: a short one, since over HTTP/2 a request comes back unserved whenever
    /// its connection is to end, and what is gone of it could not be sent again.
    fn wants_whole(&self, body: &Body) -> bool {
        let is_short = || body.size_hint().upper().is_some_and(|most| most <= SHORT as u64);
        !body.is_whole() && is_short() && self.all.iter().any(|upstream| upstream.is_http2())
    }

    async fn attempts(
        &self,
        peer: &Peer,
        mut request: Request<Body>,
        websocket: Option<Asked>,
    ) -> Result<Response<Body>, Refused> {
        let begun = Instant::now();
        let mut tried = Vec::new();
        loop {
            let chosen = self.choose(&tried);
            let upstream = &self.all[chosen];
            peer.record.upstream(&upstream.name);
            let sent = match &websocket {
                None => upstream.send(request).await,
                Some(asked) => tunnel::open(upstream, request, asked, peer).await,
            };
            let Failed { why, again } = match sent {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            tried.push(chosen);
            self.note(upstream, &why);
            let is_time_left = begun.elapsed() < self.settings.overall;
            match again {
                Some(again) if tried.len() < self.all.len() && is_time_left => request = *again,
                _ => return Err(refusal(why)),
            }
        }
    }

    /// The upstream with the least to do among those that are well, or one that was not and whose time has
    /// come to be tried again; if there is none, any. None is taken twice for one request.
    fn choose(&self, tried: &[usize]) -> usize {
        let count = self.all.len();
        if count == 1 {
            return 0;
        }
        // Each request begins at another: equals take turns.
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let left =
            || (0..count).map(move |turn| start.wrapping_add(turn) % count).filter(|it| !tried.contains(it));
        let due = left().find(|it| self.all[*it].health.is_due());
        let well =
            || left().filter(|it| self.all[*it].health.is_well()).min_by_key(|it| self.all[*it].in_flight());
        due.or_else(well).or_else(|| left().next()).unwrap_or(0)
    }

    fn note(&self, upstream: &Upstream, why: &Why) {
        let what = match why {
            Why::Client(_) => return,
            Why::Unreached(_) => "unreached",
            Why::Broken(_) => "broken",
            Why::Silent => "silent",
        };
        // Whoever answers is there; that the answer may not go on can be a caller's doing. One slow place does not make
        // an upstream ill that is asked for its health.
        let is_ill = match why {
            Why::Broken(None) => false,
            Why::Silent => self.settings.health.is_none(),
            _ => true,
        };
        if is_ill {
            upstream.health.failed();
        }
        metrics::counter!("portico_gateway_upstream_errors_total", "upstream" => upstream.name.to_string(), "why" => what)
            .increment(1);
        tracing::warn!(upstream = %upstream.name, cause = %Cause(why), "an upstream gave no answer");
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.probe.abort();
    }
}

struct Cause<'a>(&'a Why);

impl std::fmt::Display for Cause<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Why::Unreached(error) => write!(out, "it could not be reached: {error}"),
            Why::Broken(Some(error)) => write!(out, "it broke off: {error}"),
            Why::Broken(None) => out.write_str("it did not keep to HTTP"),
            Why::Silent => out.write_str("it was silent for too long"),
            Why::Client(_) => out.write_str("the client's body broke off"),
        }
    }
}

fn refusal(why: Why) -> Refused {
    let cause = Cause(&why).to_string();
    let refused = match why {
        Why::Unreached(_) => {
            Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", "the service behind cannot be reached")
        }
        Why::Broken(_) => {
            Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", "the service behind did not answer properly")
        }
        Why::Silent => Refused::new(
            StatusCode::GATEWAY_TIMEOUT,
            "gateway_timeout",
            "the service behind did not answer in time",
        ),
        // It says why itself.
        Why::Client(refused) => return refused,
    };
    refused.because(cause)
}
