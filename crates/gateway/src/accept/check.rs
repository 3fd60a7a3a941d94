//! What a request must be before anybody looks at what it says.

use http::header::{CONTENT_LENGTH, COOKIE, EXPECT, HOST, TRANSFER_ENCODING, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, request};

use super::framing::Wrong;
use super::limits::Limits;
use crate::hop;
use crate::refused::Refused;

/// Refuses what is ambiguous, and gives the rest one form: the target is a path with its query, `Host`
/// stands among the headers, once, `Expect` is done with, and what concerns the connection is gone.
pub(super) fn check(head: &mut request::Parts, limits: &Limits, wrong: Option<Wrong>) -> Result<(), Refused> {
    if let Some(wrong) = wrong {
        return Err(bad(match wrong {
            Wrong::TwoFramings => "a request has a Content-Length or a Transfer-Encoding, not both",
            Wrong::TwoLengths => "a request has one Content-Length",
            Wrong::BareLineFeed => "a line ends with a carriage return and a line feed",
        }));
    }
    let survey = Survey::of(&head.headers);
    survey.framing()?;
    let cookies = survey.cookies;
    if head.headers.len() - cookies.saturating_sub(1) > limits.headers {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(Refused::new(status, "invalid_request", "there are too many headers"));
    }
    let host = survey.host()?.cloned();
    let (expects, concerns_connection) = (survey.expects, survey.concerns_connection);
    target(head, limits, host)?;
    if cookies > 1 && head.version == Version::HTTP_2 {
        join_cookies(&mut head.headers);
    }
    if expects {
        expectation(head)?;
    }
    if concerns_connection {
        // Nobody but HTTP/1.1 changes to another protocol so (RFC 9110 §7.8).
        if head.version != Version::HTTP_11 {
            head.headers.remove(UPGRADE);
        }
        hop::strip(&mut head.headers);
    }
    Ok(())
}

/// What one look at the headers finds.
#[derive(Default)]
struct Survey<'a> {
    host: Option<&'a HeaderValue>,
    hosts: usize,
    coding: Option<&'a HeaderValue>,
    codings: usize,
    lengths: usize,
    cookies: usize,
    expects: bool,
    concerns_connection: bool,
}

impl<'a> Survey<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let mut survey = Self::default();
        for (name, value) in headers {
            match *name {
                HOST => (survey.host, survey.hosts) = (Some(value), survey.hosts + 1),
                TRANSFER_ENCODING => (survey.coding, survey.codings) = (Some(value), survey.codings + 1),
                CONTENT_LENGTH => survey.lengths += 1,
                COOKIE => survey.cookies += 1,
                EXPECT => survey.expects = true,
                _ => {}
            }
            survey.concerns_connection |= hop::concerns_connection(name);
        }
        survey
    }

    /// The library has taken the message apart by now; what it bears and others may read differently is
    /// refused.
    fn framing(&self) -> Result<(), Refused> {
        if self.lengths > 1 {
            return Err(bad("a request has one Content-Length"));
        }
        let Some(coding) = self.coding else { return Ok(()) };
        if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") || self.codings > 1 {
            return Err(bad("the only Transfer-Encoding of a request is chunked"));
        }
        if self.lengths > 0 {
            return Err(bad("a request has a Content-Length or a Transfer-Encoding, not both"));
        }
        Ok(())
    }

    /// The one `Host`, well-formed, if there is one (RFC 9112 §3.2).
    fn host(&self) -> Result<Option<&'a HeaderValue>, Refused> {
        if self.hosts > 1 {
            return Err(bad("a request has one Host"));
        }
        match self.host {
            Some(host) if !is_host(host.as_bytes()) => Err(bad("Host is not a name and a port")),
            host => Ok(host),
        }
    }
}

fn bad(description: &'static str) -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "invalid_request", description)
}

fn target(head: &mut request::Parts, limits: &Limits, host: Option<HeaderValue>) -> Result<(), Refused> {
    if is_not_allowed(&head.method) {
        let text = "nothing is tunnelled or traced here";
        return Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", text));
    }
    let length = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > limits.target {
        return Err(Refused::new(StatusCode::URI_TOO_LONG, "invalid_request", "the target is too long"));
    }
    same_host(head, host)?;
    if head.uri.authority().is_some() && head.uri.scheme().is_none() {
        return Err(bad("the target is neither a path nor a URL of this host"));
    }
    if head.uri.authority().is_some() || head.uri.scheme().is_some() {
        let path = head.uri.path_and_query().cloned();
        head.uri = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    }
    match head.uri.path() {
        "*" if head.method == Method::OPTIONS => Ok(()),
        path if path.starts_with('/') => Ok(()),
        _ => Err(bad("the target is neither a path nor a URL of this host")),
    }
}

/// Whether a method would leave HTTP behind, or has the upstream send back what it was told, which is more than the
/// client said.
fn is_not_allowed(method: &Method) -> bool {
    let method = method.as_str();
    ["CONNECT", "TRACE", "TRACK"].iter().any(|one| method.eq_ignore_ascii_case(one))
}

/// Makes one header of the cookies that HTTP/2 may send one by one (RFC 9113 §8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let all: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    let joined = HeaderValue::from_bytes(&all.join(b"; ".as_slice()));
    headers.insert(COOKIE, joined.expect("values of headers, and what may stand in one"));
}

/// `Host` and the target name the same host, if both name one (RFC 9112 §3.2.2, RFC 9113 §8.3.1), and one
/// does.
fn same_host(head: &mut request::Parts, host: Option<HeaderValue>) -> Result<(), Refused> {
    let authority = head.uri.authority().map(|authority| authority.as_str());
    match (host, authority) {
        (Some(host), Some(authority)) if !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) => {
            Err(bad("Host and the target name different hosts"))
        }
        (Some(_), _) => Ok(()),
        (None, Some(authority)) if head.version >= Version::HTTP_2 && is_host(authority.as_bytes()) => {
            let host = HeaderValue::from_str(authority).map_err(|_| bad(":authority is not a host"))?;
            head.headers.insert(HOST, host);
            Ok(())
        }
        (None, None) if head.version < Version::HTTP_11 => Ok(()),
        (None, _) => Err(bad("a request names its Host")),
    }
}

/// Whether this is a name or an address, with or without a port: no user, no path, nothing to be misread.
fn is_host(text: &[u8]) -> bool {
    let is_port = |port: &[u8]| port.len() <= 5 && port.iter().all(u8::is_ascii_digit);
    if let Some(rest) = text.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
        let (address, port) = (&rest[..end], &rest[end + 1..]);
        let is_address = !address.is_empty()
            && address.iter().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte));
        return is_address && (port.is_empty() || port.strip_prefix(b":").is_some_and(is_port));
    }
    let end = text.iter().position(|byte| *byte == b':').unwrap_or(text.len());
    let (name, port) = text.split_at(end);
    let is_name =
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte));
    is_name && (port.is_empty() || is_port(&port[1..]))
}

/// `100-continue` is answered when the body is asked for, and is no matter of the upstream's.
fn expectation(head: &mut request::Parts) -> Result<(), Refused> {
    match head.headers.remove(EXPECT) {
        Some(expected) if !expected.as_bytes().eq_ignore_ascii_case(b"100-continue") => Err(Refused::new(
            StatusCode::EXPECTATION_FAILED,
            "invalid_request",
            "the only expectation that can be met is 100-continue",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn checked(request: request::Builder) -> Result<request::Parts, StatusCode> {
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        check(&mut head, &Limits { target: 100, ..Limits::default() }, None)
            .map_err(|refused| refused.status)?;
        Ok(head)
    }

    fn get(target: &str) -> request::Builder {
        http::Request::get(target)
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_or_without_a_port() {
        for host in ["a", "shop.example", "shop.example:8080", "10.0.0.1:80", "[::1]", "[::1]:80", "a_b-c"] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
        for host in
            ["", ":80", "a b", "a,b", "user@a", "a/b", "a:b", "a:123456", "[::1", "[]", "[::1]80", "a?", "ä"]
        {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn a_request_has_one_host() {
        assert_eq!(checked(get("/")).unwrap_err(), StatusCode::BAD_REQUEST);
        assert_eq!(
            checked(get("/").header("host", "a").header("host", "a")).unwrap_err(),
            StatusCode::BAD_REQUEST
        );
        assert_eq!(checked(get("http://b/").header("host", "a")).unwrap_err(), StatusCode::BAD_REQUEST);
        assert!(checked(get("/").version(Version::HTTP_10)).is_ok());
    }

    #[test]
    fn every_target_becomes_a_path() {
        let head = checked(get("http://a/b?c=d").header("host", "A")).unwrap();
        assert_eq!(head.uri, "/b?c=d");
        let head = checked(get("https://a:1/b?c=d").version(Version::HTTP_2)).unwrap();
        assert_eq!(
            (head.uri.to_string().as_str(), head.headers[HOST].as_bytes()),
            ("/b?c=d", b"a:1".as_slice())
        );
        assert_eq!(checked(get("*").header("host", "a")).unwrap_err(), StatusCode::BAD_REQUEST);
        assert!(checked(get("*").method("OPTIONS").header("host", "a")).is_ok());
        assert_eq!(
            checked(get("a:1").method("CONNECT").header("host", "a")).unwrap_err(),
            StatusCode::METHOD_NOT_ALLOWED
        );
        let long = format!("/{}", "a".repeat(100));
        assert_eq!(checked(get(&long).header("host", "a")).unwrap_err(), StatusCode::URI_TOO_LONG);
    }

    #[test]
    fn one_way_of_framing_is_borne() {
        let with = |coding: &str| checked(get("/").header("host", "a").header("transfer-encoding", coding));
        assert!(with("chunked").is_ok() && with("Chunked").is_ok());
        for coding in ["gzip, chunked", "identity", "chunked, chunked", "chunked;a=b"] {
            assert_eq!(with(coding).unwrap_err(), StatusCode::BAD_REQUEST, "{coding}");
        }
    }

    #[test]
    fn an_expectation_is_met_here_or_refused() {
        let head = checked(get("/").header("host", "a").header("expect", "100-Continue")).unwrap();
        assert!(head.headers.get(EXPECT).is_none());
        let other = checked(get("/").header("host", "a").header("expect", "200-ok"));
        assert_eq!(other.unwrap_err(), StatusCode::EXPECTATION_FAILED);
    }
}
