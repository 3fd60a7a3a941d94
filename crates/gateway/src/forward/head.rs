//! The heads of messages on their way to an upstream and back.

use std::time::Duration;

use http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TRAILER, TRANSFER_ENCODING, VIA,
};
use http::uri::{PathAndQuery, Scheme};
use http::{Method, Request, Uri, Version, request, response};
use portico_core::rule::swap::{begins_header, is_header, is_odd_header};

use super::origin::Origin;
use crate::accept::Peer;
use crate::body::Body;
use crate::hop;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// A link is let go so long before the upstream would close it.
const EARLIER: Duration = Duration::from_secs(1);

/// Makes a client's request the gateway's own, and says whether it asks for a WebSocket. `Host` stays what
/// the client said; `X-Forwarded-For`, `-Proto` and `-Host` say who, how and where, and what a client says of
/// these is believed only of a trusted proxy.
pub(super) fn outgoing(head: &mut request::Parts, peer: &Peer, via: bool) -> bool {
    let (mut says_where, mut concerns_connection, mut host) = (false, false, None);
    // What it announces does not go on.
    head.headers.remove(TRAILER);
    for (name, value) in &head.headers {
        says_where |= is_forwarded(name);
        concerns_connection |= hop::concerns_connection(name);
        if *name == HOST {
            host = Some(value.clone());
        }
    }
    let headers = &mut head.headers;
    if concerns_connection {
        hop::strip(headers);
    }
    let (client, believed) = (&peer.connection.client, peer.is_trusted());
    if says_where {
        forwarded(headers, client, believed);
    } else {
        headers.insert(FOR, client.clone());
    }
    if !(says_where && believed && headers.contains_key(&PROTO)) {
        headers.insert(PROTO, HeaderValue::from_static(if peer.is_secure() { "https" } else { "http" }));
    }
    if !(says_where && believed && headers.contains_key(&FORWARDED_HOST))
        && let Some(host) = host
    {
        headers.insert(FORWARDED_HOST, host);
    }
    if via {
        headers.append(VIA, HeaderValue::from_static("1.1 portico"));
    }
    // What a client's connection brought with it is not the upstream's connection's.
    head.extensions.clear();
    concerns_connection && hop::asks_for_websocket(&head.headers)
}

/// `X-Forwarded-For`: the client alone, or after those that a trusted proxy tells of. Spellings without `-` go,
/// as does what else a stranger says in this family and in `Forwarded`.
fn forwarded(headers: &mut HeaderMap, client: &HeaderValue, believed: bool) {
    let mut value = client.clone();
    if believed {
        let mut said: Vec<&[u8]> = headers.get_all(&FOR).iter().map(HeaderValue::as_bytes).collect();
        said.push(client.as_bytes());
        value = HeaderValue::from_bytes(&said.join(b", ".as_slice())).unwrap_or(value);
    }
    let is_gone = |name: &&HeaderName| is_forwarded(name) && (!believed || is_odd_header(name.as_str()));
    let gone: Vec<HeaderName> = headers.keys().filter(is_gone).cloned().collect();
    gone.iter().for_each(|name| {
        headers.remove(name);
    });
    headers.insert(FOR, value);
}

/// Whether a header is of the family that says where a request came from.
fn is_forwarded(name: &HeaderName) -> bool {
    let text = name.as_str();
    match text.as_bytes().first() {
        Some(b'f') => text == "forwarded",
        Some(b'x') => begins_header(text, "x-forwarded-") || is_header(text, "x-real-ip"),
        _ => false,
    }
}

/// The form of HTTP/1.1: the target is a path. A request that was for an upstream of HTTP/2 has its `Host` again.
pub(super) fn for_http1(request: &mut Request<Body>) {
    *request.version_mut() = Version::HTTP_11;
    if request.uri().scheme().is_some() || request.uri().authority().is_some() {
        let host = request.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
        if let Some(host) = host.filter(|_| !request.headers().contains_key(HOST)) {
            request.headers_mut().insert(HOST, host);
        }
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
}

/// The form of HTTP/2: the target is a URL, whose authority stands for `Host`; it stays where it was so before.
pub(super) fn for_http2(request: &mut Request<Body>, origin: &Origin) {
    *request.version_mut() = Version::HTTP_2;
    let host = request.headers_mut().remove(HOST).and_then(|host| host.as_bytes().try_into().ok());
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(if origin.is_secure() { Scheme::HTTPS } else { Scheme::HTTP });
    parts.authority = host.or(parts.authority).or_else(|| Some(origin.authority.clone()));
    parts.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// Whether a request may be repeated without harm (RFC 9110 §9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE)
}

/// The request once more, if it may be repeated without harm and can be.
pub(super) fn again(request: &Request<Body>) -> Option<Request<Body>> {
    if is_idempotent(request.method()) { copy(request) } else { None }
}

/// The request once more, if all of its body is here.
pub(super) fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let mut again = Request::new(request.body().again()?);
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.version_mut() = request.version();
    again.headers_mut().clone_from(request.headers());
    Some(again)
}

/// What one look at an answer's headers finds.
#[derive(Default)]
pub(super) struct Survey {
    lengths: usize,
    codings: usize,
    is_odd: bool,
    concerns_connection: bool,
    said: Option<Duration>,
    /// Whether events are to come, now and then.
    pub(super) is_event_stream: bool,
}

impl Survey {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut survey = Self::default();
        for (name, value) in headers {
            match *name {
                CONTENT_LENGTH => {
                    survey.lengths += 1;
                    survey.is_odd |= !value.as_bytes().iter().all(u8::is_ascii_digit);
                }
                TRANSFER_ENCODING => {
                    survey.codings += 1;
                    survey.is_odd |= !value.as_bytes().eq_ignore_ascii_case(b"chunked");
                }
                CONTENT_TYPE => survey.is_event_stream |= is_events(value),
                _ => {}
            }
            if hop::concerns_connection(name) {
                survey.concerns_connection = true;
                if *name == KEEP_ALIVE {
                    survey.said = value.to_str().ok().and_then(seconds);
                }
            }
        }
        survey
    }

    /// Whether the answer's end can be found in two ways: neither it nor its connection can be trusted.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.is_odd || self.lengths + self.codings > 1
    }

    /// How long its connection may be kept: less than until the upstream closes it, should it say when.
    pub(super) fn keep(&self, most: Duration) -> Duration {
        self.said.map_or(most, |said| said.saturating_sub(EARLIER).min(most))
    }

    /// Takes away what concerns the connection.
    pub(super) fn strip(&self, head: &mut response::Parts) {
        if self.concerns_connection {
            hop::strip(&mut head.headers);
        }
        head.extensions.clear();
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let parameter = text.split(',').find_map(|part| part.trim().strip_prefix("timeout="))?;
    parameter.parse().ok().map(Duration::from_secs)
}

fn is_events(kind: &HeaderValue) -> bool {
    let kind = kind.as_bytes();
    kind.get(..17).is_some_and(|start| start.eq_ignore_ascii_case(b"text/event-stream"))
}
