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
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use portico_live::Live;

use crate::body::Body;
use crate::resolve::unavailable;
use crate::route::TokenPlace;
use crate::{Refused, Route};

/// The scripts that a request may come from.
pub(super) struct Scripts {
    /// Whether there are any: whether an answer may be read depends on where the request comes from then.
    are_any: bool,
    /// The origin, if it is one of the app's.
    origin: Option<HeaderValue>,
    with_cookies: bool,
}

impl Scripts {
    /// Those of the page that a request names as its origin.
    pub(super) async fn of(live: &Live, route: &Route, head: &Parts) -> Result<Self, Refused> {
        let app = live.client(&route.app).await.map_err(unavailable)?;
        let app = app.filter(|app| app.client.is_live());
        let origins = app.as_ref().map_or(&[][..], |app| &app.client.origins);
        let is_own = |origin: &HeaderValue| origins.iter().any(|own| own.as_bytes() == origin.as_bytes());
        let mut named = head.headers.get_all(ORIGIN).iter();
        let origin = match (named.next(), named.next()) {
            (Some(origin), None) if is_own(origin) => Some(origin.clone()),
            _ => None,
        };
        let with_cookies = matches!(route.token, TokenPlace::Cookie(_));
        Ok(Self { are_any: !origins.is_empty(), origin, with_cookies })
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
        let headers = answer.headers_mut();
        if !self.are_any || headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        // Who asked from elsewhere is told so too: a browser would give a script this answer, which it may not read.
        if !varies_by_origin(headers) {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = &self.origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.with_cookies {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

/// Whether an answer says already that it is another for another origin (RFC 9110 §12.5.5).
fn varies_by_origin(headers: &HeaderMap) -> bool {
    let mut names = headers.get_all(VARY).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    names.any(|name| name.trim_ascii() == b"*" || name.trim_ascii().eq_ignore_ascii_case(b"origin"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn where_the_app_has_no_origins_an_answer_is_the_same_for_all_of_them() {
        let varies = |are_any| {
            let mut answer = Response::new(Body::Empty);
            Scripts { are_any, origin: None, with_cookies: false }.may_read(&mut answer);
            answer.headers().get(VARY).cloned()
        };
        assert_eq!((varies(false), varies(true).unwrap()), (None, HeaderValue::from_static("Origin")));
    }
}
