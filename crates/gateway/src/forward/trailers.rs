//! What may stand behind the body of an answer (RFC 9110 §6.5).

use http::{HeaderMap, HeaderName};
use portico_core::rule::swap::{begins_header, fold_header, is_header};

use crate::hop;
use crate::rewrite::SECRET;
use crate::route::Route;

/// What is read before a body or not at all: it frames, addresses or describes the message, or shows who somebody
/// is (RFC 9110 §6.5.1).
const BEFORE: [&str; 26] = [
    "age",
    "authorization",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expect",
    "expires",
    "forwarded",
    "host",
    "location",
    "max-forwards",
    "range",
    "retry-after",
    "set-cookie",
    "te",
    "trailer",
    "upgrade",
    "vary",
    "via",
    "www-authenticate",
    SECRET,
];

/// The names that a route's answers may not have behind their bodies, folded: there nothing is swapped.
pub(super) fn withheld(route: &Route) -> Vec<String> {
    let declared = route.places.answer.header.iter().map(String::as_str);
    let identity = route.inject.iter().map(|(name, _)| name.as_str());
    declared.chain(identity).map(fold_header).collect()
}

/// Leaves of an answer's trailers those that may go out: none of `withheld`, none that says who calls, and none
/// that has no place behind a body. Names are compared with `_` for `-` too.
pub(super) fn sift(trailers: &mut HeaderMap, withheld: &[String]) {
    let is_gone = |name: &HeaderName| {
        let text = name.as_str();
        hop::concerns_connection(name)
            || begins_header(text, "x-wx-")
            || BEFORE.iter().any(|one| is_header(text, one))
            || withheld.iter().any(|one| is_header(text, one))
    };
    let gone: Vec<HeaderName> = trailers.keys().filter(|name| is_gone(name)).cloned().collect();
    for name in gone {
        trailers.remove(name);
    }
}
