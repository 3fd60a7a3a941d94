//! The heads of messages on their way to an upstream and back.

use std::time::{Duration, Instant};

use http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, VIA,
};
use http::uri::{PathAndQuery, Scheme};
use http::{Extensions, Method, Request, StatusCode, Uri, Version, request, response};

use super::origin::Origin;
use crate::accept::Peer;
use crate::body::Body;
use crate::hop;
use crate::refused::Refused;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");

/// A link is let go so long before the upstream would close it.
const EARLIER: Duration = Duration::from_secs(1);

/// Makes a client's request the gateway's own. `Host` stays what the client said; `X-Forwarded-For`, `-Proto`
/// and `-Host` say who, how and where, and what a client says of these is believed only of a trusted proxy.
pub(super) fn outgoing(head: &mut request::Parts, peer: &Peer, via: bool) {
    let headers = &mut head.headers;
    hop::strip(headers);
    let connection = &peer.connection;
    let believed = peer.is_trusted();
    if !believed || headers.contains_key(&FOR) || headers.keys().any(is_forwarded) {
        forwarded(headers, &connection.client, believed);
    } else {
        headers.insert(FOR, connection.client.clone());
    }
    if !believed || !headers.contains_key(&PROTO) {
        headers.insert(PROTO, HeaderValue::from_static(if peer.is_secure() { "https" } else { "http" }));
    }
    if (!believed || !headers.contains_key(&FORWARDED_HOST))
        && let Some(host) = headers.get(HOST).cloned()
    {
        headers.insert(FORWARDED_HOST, host);
    }
    if via {
        headers.append(VIA, HeaderValue::from_static("1.1 portico"));
    }
    // What a client's connection brought with it is not the upstream's connection's.
    head.extensions = Extensions::new();
}

/// `X-Forwarded-For`: the client alone, or after those that a trusted proxy tells of. Spellings with `_` go,
/// as does what else a stranger says in this family and in `Forwarded`.
fn forwarded(headers: &mut HeaderMap, client: &HeaderValue, believed: bool) {
    let mut value = client.clone();
    if believed {
        let mut said: Vec<&[u8]> = headers.get_all(&FOR).iter().map(HeaderValue::as_bytes).collect();
        said.push(client.as_bytes());
        value = HeaderValue::from_bytes(&said.join(b", ".as_slice())).unwrap_or(value);
    }
    let is_gone = |name: &&HeaderName| is_forwarded(name) && (!believed || name.as_str().contains('_'));
    let gone: Vec<HeaderName> = headers.keys().filter(is_gone).cloned().collect();
    gone.iter().for_each(|name| {
        headers.remove(name);
    });
    headers.insert(FOR, value);
}

/// Whether a header is of the family that says where a request came from.
fn is_forwarded(name: &HeaderName) -> bool {
    let text = name.as_str().as_bytes();
    match text.first() {
        Some(b'f') => text == b"forwarded",
        Some(b'x') => {
            let family = [b"x-forwarded-".as_slice(), b"x_forwarded_", b"x-forwarded_", b"x_forwarded-"];
            family.iter().any(|start| text.starts_with(start))
                || matches!(text, b"x-real-ip" | b"x_real_ip" | b"x-real_ip" | b"x_real-ip")
        }
        _ => false,
    }
}

/// The form of HTTP/1.1: the target is a path.
pub(super) fn for_http1(request: &mut Request<Body>) {
    *request.version_mut() = Version::HTTP_11;
    if request.uri().scheme().is_some() || request.uri().authority().is_some() {
        let target = request.uri().path_and_query().cloned();
        *request.uri_mut() = Uri::from(target.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
}

/// The form of HTTP/2: the target is a URL, whose authority stands for `Host`.
pub(super) fn for_http2(request: &mut Request<Body>, origin: &Origin) {
    *request.version_mut() = Version::HTTP_2;
    let host = request.headers_mut().remove(HOST);
    let authority =
        host.and_then(|host| host.as_bytes().try_into().ok()).unwrap_or_else(|| origin.authority.clone());
    let mut parts = std::mem::take(request.uri_mut()).into_parts();
    parts.scheme = Some(if origin.is_secure() { Scheme::HTTPS } else { Scheme::HTTP });
    parts.authority = Some(authority);
    parts.path_and_query.get_or_insert_with(|| PathAndQuery::from_static("/"));
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// The request once more, if it may be repeated without harm (RFC 9110 §9.2.2) and can be.
pub(super) fn again(request: &Request<Body>) -> Option<Request<Body>> {
    let is_idempotent = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    );
    if !is_idempotent {
        return None;
    }
    let mut again = Request::new(request.body().again()?);
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.version_mut() = request.version();
    again.headers_mut().clone_from(request.headers());
    Some(again)
}

/// Refuses an answer that can be read in two ways, and takes away what concerns the connection.
pub(super) fn incoming(head: &mut response::Parts) -> Result<(), Refused> {
    let headers = &head.headers;
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let (length, two) = (lengths.next(), lengths.next().is_some());
    let is_number = length.is_none_or(|length| length.as_bytes().iter().all(u8::is_ascii_digit));
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let (coding, more) = (codings.next(), codings.next().is_some());
    let is_plain = coding.is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked")) && !more;
    if two || !is_number || (length.is_some() && coding.is_some()) || !is_plain {
        return Err(broken("its answer has two lengths"));
    }
    if head.status == StatusCode::SWITCHING_PROTOCOLS {
        return Err(broken("it changed protocols unasked"));
    }
    hop::strip(&mut head.headers);
    head.extensions = Extensions::new();
    Ok(())
}

/// An upstream that did not keep to HTTP.
pub(super) fn broken(cause: &'static str) -> Refused {
    Refused::new(StatusCode::BAD_GATEWAY, "bad_gateway", "the service behind did not answer properly")
        .because(cause)
}

/// When a link is no longer to be used: before the upstream closes it, should it say when it would.
pub(super) fn kept_until(headers: &HeaderMap, keep: Duration) -> Instant {
    let now = Instant::now();
    let said = headers.get(&KEEP_ALIVE).and_then(|value| value.to_str().ok()).and_then(seconds);
    now + said.map_or(keep, |said| said.saturating_sub(EARLIER).min(keep))
}

fn seconds(text: &str) -> Option<Duration> {
    let parameter = text.split(',').find_map(|part| part.trim().strip_prefix("timeout="))?;
    parameter.parse().ok().map(Duration::from_secs)
}

/// Whether events are to come, now and then.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.len() >= 17 && kind[..17].eq_ignore_ascii_case(b"text/event-stream")
    })
}
