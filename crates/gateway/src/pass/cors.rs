//! Scripts on the app's own pages may call the gateway, where that is another origin (Fetch Standard §3.2).
//!
//! A browser asks first, without a token, so the gateway answers that itself. An upstream that says more about its
//! answers than the gateway would has the last word.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use portico_live::Live;

use crate::body::Body;
use crate::resolve::unavailable;
use crate::route::TokenPlace;
use crate::{Refused, Route};

/// The scripts that a request may come from.
pub(super) struct Scripts {
    /// The origin, if it is one of the app's.
    origin: Option<HeaderValue>,
    with_cookies: bool,
}

impl Scripts {
    /// Those of the page that a request names as its origin.
    pub(super) async fn of(live: &Live, route: &Route, head: &Parts) -> Result<Self, Refused> {
        let with_cookies = matches!(route.token, TokenPlace::Cookie(_));
        let mut named = head.headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (named.next(), named.next()) else {
            return Ok(Self { origin: None, with_cookies });
        };
        let app = live.client(&route.app).await.map_err(unavailable)?;
        let is_own = app.is_some_and(|app| {
            app.client.is_live() && app.client.origins.iter().any(|own| own.as_bytes() == origin.as_bytes())
        });
        Ok(Self { origin: is_own.then(|| origin.clone()), with_cookies })
    }

    /// The answer to a browser that asks whether a script may call.
    pub(super) fn preflight(&self, head: &Parts) -> Option<Response<Body>> {
        let asks = head.method == Method::OPTIONS && head.headers.contains_key(ORIGIN);
        let method = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| asks)?;
        let mut answer = Response::new(Body::Empty);
        *answer.status_mut() = StatusCode::NO_CONTENT;
        if self.origin.is_some() {
            let headers = answer.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
            if let Some(names) = head.headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
        self.may_read(&mut answer);
        Some(answer)
    }

    /// Lets the script read an answer, unless the answer says itself who may.
    pub(super) fn may_read(&self, answer: &mut Response<Body>) {
        let Some(origin) = &self.origin else { return };
        let headers = answer.headers_mut();
        if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if self.with_cookies {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}
