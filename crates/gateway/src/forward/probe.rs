//! Looking after upstreams between requests.

use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, HeaderValue, USER_AGENT};
use http::{Request, Uri};
use http_body_util::BodyExt;

use super::upstream::Upstream;
use crate::body::Body;

/// How often kept connections are looked through.
const SWEEP: Duration = Duration::from_secs(5);

/// Lets go of connections that are closed or old, and asks after health where a path for it is known.
pub(super) async fn run(all: Vec<Arc<Upstream>>) {
    let every = all.first().map_or(SWEEP, |upstream| match upstream.settings.health {
        Some(_) => upstream.settings.health_every,
        None => SWEEP,
    });
    let mut tick = tokio::time::interval(every);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        for upstream in &all {
            upstream.sweep();
            if let Some(path) = &upstream.settings.health {
                ask(upstream, path).await;
            }
        }
    }
}

async fn ask(upstream: &Arc<Upstream>, path: &str) {
    let is_well = is_well(upstream, path).await;
    if upstream.health.asked(is_well) {
        tracing::warn!(upstream = %upstream.name, is_well, "an upstream's health has changed");
    }
}

async fn is_well(upstream: &Arc<Upstream>, path: &str) -> bool {
    let Ok(target) = Uri::try_from(path) else { return false };
    let mut request = Request::new(Body::Empty);
    *request.uri_mut() = target;
    let Ok(host) = HeaderValue::from_str(upstream.origin.authority.as_str()) else { return false };
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("portico-gateway"));
    let limit = upstream.settings.connect + upstream.settings.response;
    let asked = tokio::time::timeout(limit, async {
        let answer = upstream.send(request).await.ok()?;
        let status = answer.status();
        answer.into_body().collect().await.ok()?;
        Some(status.is_success() || status.is_redirection())
    });
    asked.await.ok().flatten().unwrap_or(false)
}
