//! Which headers a route may name.

use http::HeaderName;

/// Headers that say how a message is carried, or who it is for; no back end reads an identity there.
const CARRYING: [&str; 22] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
    super::super::rewrite::SECRET,
];

/// A header that may be given, or in which an OpenID may stand.
pub(super) fn header(name: &str) -> Result<HeaderName, String> {
    let parsed = HeaderName::try_from(name).map_err(|_| format!("`{name}` is not the name of a header"))?;
    if CARRYING.contains(&parsed.as_str()) {
        return Err(format!("`{name}` is a header of HTTP itself, in which nobody is named"));
    }
    Ok(parsed)
}

/// A cookie's name (RFC 6265 §4.1.1).
pub(super) fn cookie(name: &str) -> Result<String, String> {
    let is_token = HeaderName::try_from(name).is_ok();
    if is_token { Ok(name.to_owned()) } else { Err(format!("`{name}` is not the name of a cookie")) }
}

/// The name of a field.
pub(super) fn field(name: &str) -> Result<String, String> {
    let fits = !name.is_empty() && name.len() <= 256 && !name.contains(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(format!("`{name}` is not the name of a field")) }
}
