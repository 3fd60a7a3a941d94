//! Cookies: `HttpOnly`, `SameSite=Lax`, and bound to the host by their prefix under TLS.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::House;

/// The browser's session.
pub const SESSION: &str = "portico_session";
/// What the forms of a browser without a session are bound to.
pub const FORM: &str = "portico_form";
/// What a browser is known by to those who signed in there.
pub const KNOWN: &str = "portico_known";
/// The prefix of the cookie of a code that the browser waits for.
pub const CODE: &str = "portico_code_";
/// The prefix of the cookie of one consent request.
pub const CONSENT: &str = "portico_consent_";
/// The prefix of the cookie of one attempt to sign in at another provider.
pub const ATTEMPT: &str = "portico_attempt_";

/// The prefix of the cookie of the browser that opened a link ticket.
pub const LINK: &str = "portico_link_";
/// The prefix of the cookie of one attempt to prove an identity elsewhere for a link ticket.
pub const LINK_ATTEMPT: &str = "portico_tie_";

fn name(house: &House, name: &str) -> String {
    if house.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie of ours.
pub fn get(house: &House, headers: &HeaderMap, cookie: &str) -> Option<String> {
    let wanted = name(house, cookie);
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned())
}

/// The header that sets a cookie of ours until the browser closes, or for so many seconds.
pub fn set(house: &House, cookie: &str, value: &str, max_age: Option<i64>) -> HeaderValue {
    let secure = if house.is_secure() { "; Secure" } else { "" };
    let age = max_age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", name(house, cookie));
    HeaderValue::from_str(&text).expect("names and values of cookies are plain ASCII")
}

/// The header that takes a cookie of ours away.
pub fn clear(house: &House, cookie: &str) -> HeaderValue {
    set(house, cookie, "", Some(0))
}
