//! A request on its way in.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE, IF_RANGE, RANGE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri, request};
use portico_core::rule::swap::{
    Caller, Fate, Role, Spot, Unknown, Wrong, find_in_cookies, find_in_form, find_in_parts, find_in_path,
    in_request,
};

use super::coding::is_asked_for;
use super::due::BodyDue;
use super::found::{
    Edit, InBody, InHeader, MOST_IDS, Swapped, Written, edits, forget_digests, ids, in_headers, measure,
    others, spliced, within_header, write_header,
};
use super::reseal::{Reseal, Resealed};
use super::{CallerIds, wrong};
use crate::Refused;
use crate::route::{Counterparts, Route};

/// What was found in a request, to be swapped once the others that it names are known.
#[derive(Debug)]
pub struct FoundInRequest {
    path: Vec<Spot>,
    query: Vec<Spot>,
    headers: Vec<InHeader>,
    body: Option<InBody>,
    unknown: Unknown,
    /// Whether the answer's body may have to be looked into.
    looks_back: bool,
}

impl FoundInRequest {
    /// Looks for OpenIDs in a request. `body` is the whole of it where [`BodyDue::is_whole`], and is ignored
    /// where the body streams.
    ///
    /// 400 what cannot be read, or not in one way only; 413 a body over the limit.
    pub fn new(route: &Route, parts: &request::Parts, due: &BodyDue, body: Bytes) -> Result<Self, Refused> {
        let maps = &route.maps.request;
        let path = find_in_path(parts.uri.path(), &maps.path)
            .map_err(|_| wrong::request("the path can be read in more than one way"))?;
        let mut headers = Vec::new();
        if !maps.header.is_empty() {
            headers.extend(in_headers(&parts.headers, |name| maps.header.role(name)));
        }
        if !maps.cookie.is_empty() {
            let read = |value: &[u8]| find_in_cookies(value, &maps.cookie);
            headers.extend(within_header(&parts.headers, COOKIE, read));
        }
        let query = find_in_form(parts.uri.query().unwrap_or_default().as_bytes(), &maps.query);
        let body = if due.is_whole() { Some(look(route, &parts.headers, due, body)?) } else { None };
        let looks_back = !route.maps.answer.json.is_empty();
        Ok(Self { path, query, headers, body, unknown: route.unknown, looks_back })
    }

    /// The body that was looked into, unpacked; nothing where it streams.
    pub fn text(&self) -> &[u8] {
        self.body.as_ref().map_or(&[], |body| &body.text)
    }

    /// The texts about which more must be known than who the caller is, each once. 413 where there are too many.
    pub fn others(&self, caller: Option<&CallerIds>) -> Result<Vec<&str>, Refused> {
        let heads = self.headers.iter().flat_map(|one| &one.spots);
        let body = self.body.iter().flat_map(|body| &body.spots);
        let all = self.path.iter().chain(&self.query).chain(heads).chain(body);
        let others = others(all, caller.map(|caller| caller.here.as_str()), self.unknown);
        if others.len() > MOST_IDS { Err(wrong::too_large()) } else { Ok(others) }
    }

    /// Whether there is data in it that has to be encrypted anew.
    pub fn is_encrypted(&self) -> bool {
        let body = self.body.iter().flat_map(|body| &body.spots);
        self.query.iter().chain(body).any(|spot| matches!(spot.role, Role::Data(_)))
    }

    /// Puts the upstream's OpenIDs in place. `known` is what was found out about [`Self::others`]; `reseal`
    /// encrypts for the upstream what was encrypted for the app. Answers with the body that goes on, if it was
    /// read whole: unpacked, since back ends that do not unpack would read in the packed bytes what nobody has looked
    /// at. Its length is in the head then.
    ///
    /// 403 where another than the caller stands in the caller's place; 400 where anybody may be named and nobody
    /// is known by it, or half of an encrypted pair is missing. The head is as it was then.
    pub fn apply(
        &self,
        parts: &mut request::Parts,
        caller: Option<&CallerIds>,
        known: &Counterparts,
        reseal: Reseal<'_>,
    ) -> Result<Swapped, Refused> {
        let body_spots = self.body.as_ref().map_or(&[][..], |body| &body.spots);
        let query_resealed = Resealed::new(&self.query, reseal)?;
        let body_resealed = Resealed::new(body_spots, reseal)?;
        let caller = caller.map(CallerIds::as_rule);
        let fate = |spot| of_id(spot, caller, known, self.unknown);
        let in_path = |spot| match of_id(spot, caller, known, self.unknown) {
            // A path without the segment is another path.
            Ok(Fate::Become("")) => Err(Wrong::Unknown),
            other => other,
        };
        let in_the = |part: &'static str| move |wrong| wrong::value_of_request(wrong, part);
        let path = edits(&self.path, in_path).map_err(in_the("the path"))?;
        let query = edits(&self.query, |spot| query_resealed.or_else(spot, fate));
        let query = query.map_err(in_the("the query"))?;
        let header =
            |one: &'_ InHeader, wrong| wrong::value_of_request(wrong, &format!("the header {}", one.name));
        let headers =
            self.headers.iter().map(|one| edits(&one.spots, fate).map_err(|wrong| header(one, wrong)));
        let headers = headers.collect::<Result<Vec<_>, _>>()?;
        let body = edits(body_spots, |spot| body_resealed.or_else(spot, fate));
        let body = body.map_err(in_the("the body"))?;

        let ids = ids(headers.iter().flatten().chain(&path).chain(&query).chain(&body));
        readdress(&mut parts.uri, &path, &query)?;
        for (place, edits) in self.headers.iter().zip(headers) {
            write_header(&mut parts.headers, place, &edits);
        }
        if self.looks_back {
            ask_for_all_of_it(&mut parts.headers);
        }
        let body = self.body.as_ref().map(|whole| {
            let bytes = whole.plain(&body);
            if !body.is_empty() || !whole.codings.is_empty() {
                forget_digests(&mut parts.headers);
            }
            if !whole.codings.is_empty() {
                parts.headers.remove(CONTENT_ENCODING);
            }
            measure(&mut parts.headers, &bytes);
            bytes
        });
        Ok(Swapped { body, ids })
    }
}

fn of_id<'a>(
    spot: &'a Spot,
    ids: Option<Caller<'a>>,
    known: &'a Counterparts,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    in_request(spot.role, &spot.value, ids, |text| known.get(text), unknown)
}

/// Looks for OpenIDs in a body.
fn look(route: &Route, headers: &HeaderMap, due: &BodyDue, body: Bytes) -> Result<InBody, Refused> {
    let maps = &route.maps.request;
    let unpacked = InBody::unpacked(due, headers, body, route.limits.body);
    let mut body = unpacked.map_err(wrong::unreadable_request)?;
    match due {
        // There are back ends that read JSON whatever its type, and curl calls everything a form.
        BodyDue::Form if !maps.json.is_empty() && may_be_json(&body.text) => {
            return Err(wrong::request("the form has characters of JSON, which is declared too"));
        }
        BodyDue::Form => body.spots = find_in_form(&body.text, &maps.form),
        BodyDue::Parts(boundary) => {
            body.spots = find_in_parts(&body.text, boundary, &maps.form)
                .map_err(|_| wrong::request("the form cannot be read, or not in one way only"))?;
        }
        BodyDue::Json | BodyDue::Perhaps | BodyDue::Stream | BodyDue::Passed => {
            body.find_json(&maps.json).map_err(|_| wrong::request("the body is not JSON"))?;
        }
    }
    Ok(body)
}

/// Whether a text may be an object or hold a text of JSON, for readers who bear what stands before or know it in
/// UTF-16 too. Forms have these characters encoded (URL Standard §5.2).
fn may_be_json(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'{' | b'"' | 0))
}

/// Writes edits into a request's target.
fn readdress(uri: &mut Uri, path: &[Edit<'_>], query: &[Edit<'_>]) -> Result<(), Refused> {
    if path.is_empty() && query.is_empty() {
        return Ok(());
    }
    let mut target = spliced(uri.path().as_bytes(), Written::Path, path);
    if let Some(old) = uri.query() {
        target.push(b'?');
        target.extend(spliced(old.as_bytes(), Written::Form, query));
    }
    let cannot = || wrong::request("the target cannot be rewritten");
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| cannot())?);
    *uri = Uri::from_parts(parts).map_err(|_| cannot())?;
    Ok(())
}

/// An answer that will be looked into must be whole, and in codings that are understood.
fn ask_for_all_of_it(headers: &mut HeaderMap) {
    headers.remove(RANGE);
    headers.remove(IF_RANGE);
    if !headers.contains_key(ACCEPT_ENCODING) {
        return;
    }
    let understood = |item: &&str| is_asked_for(item.split(';').next().unwrap_or_default().trim());
    let kept: Vec<_> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(str::trim))
        .filter(understood)
        .collect();
    let kept = if kept.is_empty() { "identity".to_owned() } else { kept.join(", ") };
    headers.insert(ACCEPT_ENCODING, HeaderValue::try_from(kept).expect("it came in a header"));
}
