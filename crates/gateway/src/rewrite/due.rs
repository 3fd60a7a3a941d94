//! Whether a body must be looked into, and as what.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, request, response};
use mime::Mime;

use super::coding::{beginning, codings};
use super::found::MARK;
use super::wrong;
use crate::Refused;
use crate::route::Route;

/// What has to be done with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyDue {
    /// Nothing: it streams through as it comes.
    Stream,
    /// It is read whole, at most the route's `limits.body`, as JSON.
    Json,
    /// The same, as an urlencoded form.
    Form,
    /// The same, as a form of parts between delimiters with this boundary.
    Parts(String),
    /// The same, and it is JSON if it begins like it: an answer by a type that back ends give to JSON too.
    /// [`begins_like_json`] says from its beginning whether it is [`Self::Passed`].
    Perhaps,
    /// It might have been JSON and is not: it streams through.
    Passed,
}

impl BodyDue {
    /// Whether the body must be read whole.
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::Stream | Self::Passed)
    }
}

/// How much of a body is read at most to see what it begins with.
const BEGINNING: usize = 1 << 16;

/// Whether an answer's body begins as JSON does that may hold an OpenID; none while that cannot be said yet of what
/// came so far. What does not say it in 64 KiB is looked into.
pub fn begins_like_json(headers: &HeaderMap, so_far: &[u8]) -> Option<bool> {
    let says = match codings(headers).as_deref() {
        Some([]) => like_json(so_far),
        Some(codings) => like_json(&beginning(codings, so_far)),
        None => None,
    };
    says.or((so_far.len() >= BEGINNING).then_some(true))
}

/// The same of a text.
pub(super) fn like_json(start: &[u8]) -> Option<bool> {
    let text = start.strip_prefix(MARK).unwrap_or(start).trim_ascii_start();
    let first = *text.first()?;
    Some(matches!(first, b'{' | b'[' | b'"') || (MARK.starts_with(text) && start.len() < MARK.len()))
}

/// What has to be done with a request's body. `is_empty` says that nothing follows the head.
///
/// A request without a length has no body then, whatever type it names; one of length 0 has an empty one, which
/// is no JSON.
///
/// A type that names a charset in which the declared fields would be others is refused wherever any are declared,
/// body or not: Django reads the query in it too.
pub fn request_body(route: &Route, parts: &request::Parts, is_empty: bool) -> Result<BodyDue, Refused> {
    let maps = &route.maps.request;
    let (json, form) = (!maps.json.is_empty(), !maps.form.is_empty());
    let charsets = if json || form { PLAIN } else { OVER_ASCII };
    let is_borne = |kind: &HeaderValue| is_in(kind, charsets);
    if !maps.is_empty() && !parts.headers.get_all(CONTENT_TYPE).iter().all(is_borne) {
        return Err(wrong::kind("the body must be in UTF-8"));
    }
    if !json && !form {
        return Ok(BodyDue::Stream);
    }
    let has_none = is_empty && !parts.headers.contains_key(CONTENT_LENGTH);
    let mime = match kind(&parts.headers) {
        _ if has_none => return Ok(BodyDue::Stream),
        Kind::None if is_empty => return Ok(BodyDue::Stream),
        Kind::Is(mime) => mime,
        Kind::None | Kind::Other | Kind::Several => {
            return Err(wrong::kind("the body must say that it is of a type in which OpenIDs are declared"));
        }
    };
    let due = match () {
        () if json && is_json(&mime) => BodyDue::Json,
        () if form && mime.essence_str() == mime::APPLICATION_WWW_FORM_URLENCODED.essence_str() => {
            BodyDue::Form
        }
        () if form && mime.essence_str() == mime::MULTIPART_FORM_DATA.essence_str() => {
            let boundary = boundary(&mime);
            BodyDue::Parts(
                boundary.ok_or_else(|| wrong::request("the form has no boundary, or not one alone"))?,
            )
        }
        () => {
            return Err(wrong::kind("the body is of another type than those in which OpenIDs are declared"));
        }
    };
    if codings(&parts.headers).is_none() {
        return Err(wrong::kind("the body is in another content coding than gzip, br and zstd"));
    }
    check_length(route, &parts.headers).map_err(|()| wrong::too_large())?;
    Ok(due)
}

/// What has to be done with an answer's body. `method` is that of the request.
///
/// A body is JSON where its type says so. One by a type that back ends give to JSON as well (`text/html`, which
/// is PHP's, `text/plain`, or none) is JSON if it begins like it.
pub fn answer_body(route: &Route, method: &Method, parts: &response::Parts) -> Result<BodyDue, Refused> {
    let is_bodiless = method == Method::HEAD
        || parts.status.is_informational()
        || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if route.maps.answer.json.is_empty() || is_bodiless {
        return Ok(BodyDue::Stream);
    }
    let due = match by_type(&parts.headers)? {
        BodyDue::Stream => return Ok(BodyDue::Stream),
        due => due,
    };
    if parts.status == StatusCode::PARTIAL_CONTENT {
        return Err(wrong::answer("the answer is a part of a body in which OpenIDs may stand"));
    }
    if codings(&parts.headers).is_none() {
        return Err(wrong::answer("the answer is in a content coding that is not understood"));
    }
    if due == BodyDue::Json {
        let large = |()| wrong::answer("the answer's body is larger than the route takes");
        check_length(route, &parts.headers).map_err(large)?;
    }
    Ok(due)
}

/// What an answer of this type is, if it has a body.
fn by_type(headers: &HeaderMap) -> Result<BodyDue, Refused> {
    match kind(headers) {
        Kind::Is(mime) if is_json(&mime) => Ok(BodyDue::Json),
        Kind::Is(mime) if matches!(mime.essence_str(), "text/html" | "text/plain") => Ok(BodyDue::Perhaps),
        Kind::Is(_) => Ok(BodyDue::Stream),
        Kind::None | Kind::Other => Ok(BodyDue::Perhaps),
        Kind::Several => Err(wrong::answer("the answer has several types")),
    }
}

/// Whether the body of such an answer would be looked into.
pub(super) fn may_be_looked_into(route: &Route, headers: &HeaderMap) -> bool {
    !route.maps.answer.json.is_empty() && by_type(headers).is_ok_and(|due| due.is_whole())
}

/// The media type of a message.
enum Kind {
    None,
    Is(Mime),
    /// One that cannot be read.
    Other,
    Several,
}

fn kind(headers: &HeaderMap) -> Kind {
    let mut all = headers.get_all(CONTENT_TYPE).iter();
    match (all.next(), all.next()) {
        (None, _) => Kind::None,
        (Some(_), Some(_)) => Kind::Several,
        (Some(value), None) => value.to_str().ok().and_then(read).map_or(Kind::Other, Kind::Is),
    }
}

/// Reads a type, around whose semicolons white space may stand (RFC 9110 §5.6.6).
fn read(text: &str) -> Option<Mime> {
    if text.contains('\t') {
        return read(&text.replace('\t', " "));
    }
    match text.split_once(';') {
        Some((essence, rest)) if essence.ends_with([' ', '\t']) => {
            format!("{};{rest}", essence.trim_end()).parse().ok()
        }
        _ => text.parse().ok(),
    }
}

fn is_json(mime: &Mime) -> bool {
    mime.subtype() == mime::JSON || mime.suffix() == Some(mime::JSON) || mime.subtype() == "x-json"
}

/// Charsets in which every byte of ASCII is that letter, whatever stands before it.
const PLAIN: &[&str] = &["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"];
/// Those, by what their names begin with, in which a text of ASCII is the same: enough where nothing in bodies is
/// looked for.
const OVER_ASCII: &[&str] = &[
    "utf-8",
    "utf8",
    "us-ascii",
    "iso-8859-",
    "windows-125",
    "koi8-",
    "gb2312",
    "gbk",
    "gb18030",
    "big5",
    "euc-",
    "shift_jis",
];

/// Whether this type names one of these charsets, or none. Of several some readers take the first, others the last, and
/// some look for the word alone: it may stand there once.
fn is_in(kind: &HeaderValue, charsets: &[&str]) -> bool {
    let text = String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase();
    let is = |charset: mime::Name<'_>| {
        charsets.iter().any(|one| match one.ends_with(['-', '5']) {
            true => charset.as_str().to_ascii_lowercase().starts_with(one),
            false => charset == *one,
        })
    };
    match text.matches("charset").count() {
        0 => true,
        1 => read(&text).is_some_and(|mime| mime.get_param(mime::CHARSET).is_some_and(is)),
        _ => false,
    }
}

/// The boundary of a form of parts (RFC 2046 §5.1.1), where everybody finds the same: besides it and `charset` the
/// type says nothing, and it holds nothing at which a reader might end it.
fn boundary(mime: &Mime) -> Option<String> {
    let is_known = |name: mime::Name<'_>| name == mime::BOUNDARY || name == mime::CHARSET;
    let is_one = mime.params().filter(|(name, _)| *name == mime::BOUNDARY).count() == 1;
    let boundary = mime.get_param(mime::BOUNDARY)?.as_str();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+.:=/?()".contains(&byte);
    let fits = (1..=70).contains(&boundary.len()) && boundary.bytes().all(is_plain);
    (fits && is_one && mime.params().all(|(name, _)| is_known(name))).then(|| boundary.to_owned())
}

/// Whether a body of the length that was announced is borne; what was not announced is counted as it comes.
fn check_length(route: &Route, headers: &HeaderMap) -> Result<(), ()> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > route.limits.body) { Err(()) } else { Ok(()) }
}
