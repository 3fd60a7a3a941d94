//! An answer on its way out.

use bytes::Bytes;
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, ETAG, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, response};
use portico_core::rule::swap::{Caller, Fate, Spot, Unknown, Wrong, find_in_set_cookie, in_answer};

use super::due::{BodyDue, like_json, may_be_looked_into};
use super::found::{
    InBody, InHeader, MOST_IDS, Swapped, edits, forget_digests, ids, in_headers, measure, others,
    within_header, write_header,
};
use super::identity::strip_answer;
use super::{CallerIds, wrong};
use crate::Refused;
use crate::route::{Counterparts, Route};

/// What was found in an answer, to be swapped once the others that it names are known.
#[derive(Debug)]
pub struct FoundInAnswer {
    headers: Vec<InHeader>,
    body: Option<InBody>,
    unknown: Unknown,
    /// Whether what the head says about the body's bytes is, or would be, untrue.
    is_reworded: bool,
    /// Whether the head says how long a body is that does not come with it.
    is_bodiless: bool,
}

impl FoundInAnswer {
    /// Looks for OpenIDs in an answer. `method` is that of the request; `body` is the whole of it where
    /// [`BodyDue::is_whole`], and is ignored where the body streams.
    ///
    /// 502 what cannot be read, and a body over the limit.
    pub fn new(
        route: &Route,
        method: &Method,
        parts: &response::Parts,
        due: &BodyDue,
        body: Bytes,
    ) -> Result<Self, Refused> {
        let maps = &route.maps.answer;
        let mut headers = Vec::new();
        if !maps.header.is_empty() {
            headers.extend(in_headers(&parts.headers, |name| maps.header.role(name)));
        }
        if !maps.set_cookie.is_empty() {
            let read = |value: &[u8]| find_in_set_cookie(value, &maps.set_cookie).into_iter().collect();
            headers.extend(within_header(&parts.headers, SET_COOKIE, read));
        }
        let body = if due.is_whole() { Some(look(route, &parts.headers, due, body)?) } else { None };
        let is_bodiless = method == Method::HEAD || parts.status == StatusCode::NOT_MODIFIED;
        let is_reworded = body.is_some()
            || *due == BodyDue::Passed
            || (is_bodiless && may_be_looked_into(route, &parts.headers));
        Ok(Self { headers, body, unknown: route.unknown, is_reworded, is_bodiless })
    }

    /// The texts about which more must be known than who the caller is, each once. 502 where there are too many.
    pub fn others(&self, caller: Option<&CallerIds>) -> Result<Vec<&str>, Refused> {
        let heads = self.headers.iter().flat_map(|one| &one.spots);
        let all = heads.chain(self.body.iter().flat_map(|body| &body.spots));
        let others = others(all, caller.map(|caller| caller.there.as_str()), self.unknown);
        let many = || wrong::answer("the answer names more people than can be looked up");
        if others.len() > MOST_IDS { Err(many()) } else { Ok(others) }
    }

    /// Puts the app's OpenIDs in place, and takes out what would set a cookie of Portico's own. `known` is what was found out about [`Self::others`]. Answers with the
    /// body that goes out, if it was read whole; its length is in the head then.
    ///
    /// 502 where nobody is known by an OpenID, under the policy of refusing. The head is as it was then.
    pub fn apply(
        &self,
        parts: &mut response::Parts,
        caller: Option<&CallerIds>,
        known: &Counterparts,
    ) -> Result<Swapped, Refused> {
        let caller = caller.map(CallerIds::as_rule);
        let fate = |spot| of_id(spot, caller, known, self.unknown);
        let headers = self.headers.iter().map(|one| edits(&one.spots, fate));
        let headers = headers.collect::<Result<Vec<_>, _>>().map_err(wrong::value_of_answer)?;
        let spots = self.body.as_ref().map_or(&[][..], |body| &body.spots);
        let body = edits(spots, fate).map_err(wrong::value_of_answer)?;

        let ids = ids(headers.iter().flatten().chain(&body));
        for (place, edits) in self.headers.iter().zip(headers) {
            write_header(&mut parts.headers, place, &edits);
        }
        strip_answer(&mut parts.headers);
        if self.is_reworded {
            self.reword(&mut parts.headers);
        }
        let body = self.body.as_ref().map(|whole| {
            let bytes = whole.edited(&body);
            measure(&mut parts.headers, &bytes);
            bytes
        });
        Ok(Swapped { body, ids })
    }

    /// Takes back what is true of the upstream's bytes alone. A strong validator says that two bodies are the same
    /// byte for byte; what goes out changes with who is known, so it is weak (RFC 9110 §8.8.1). It is so for every
    /// body that may be swapped, whether something was or not, and for what `HEAD` and 304 say about one: a client
    /// that asks again must find the same validator. No part of such a body can be asked for.
    fn reword(&self, headers: &mut HeaderMap) {
        forget_digests(headers);
        headers.remove(ACCEPT_RANGES);
        let strong = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
        let weak = strong.map(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()));
        if let Some(Ok(weak)) = weak {
            headers.insert(ETAG, weak);
        }
        if self.is_bodiless {
            headers.remove(CONTENT_LENGTH);
        }
    }
}

fn of_id<'a>(
    spot: &'a Spot,
    ids: Option<Caller<'a>>,
    known: &'a Counterparts,
    unknown: Unknown,
) -> Result<Fate<'a>, Wrong> {
    in_answer(&spot.value, ids, |text| known.get(text), unknown)
}

/// Looks for OpenIDs in a body. One that only may be JSON is if it begins like JSON.
fn look(route: &Route, headers: &HeaderMap, due: &BodyDue, body: Bytes) -> Result<InBody, Refused> {
    if body.is_empty() {
        return Ok(InBody::default());
    }
    let unpacked = InBody::unpacked(due, headers, body, route.limits.body);
    let mut body = unpacked.map_err(wrong::unreadable_answer)?;
    if *due == BodyDue::Json || like_json(&body.text) == Some(true) {
        body.find_json(&route.maps.answer.json).map_err(|_| wrong::answer("the answer is not JSON"))?;
    }
    Ok(body)
}
