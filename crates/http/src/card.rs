//! No card number comes in: every body of a person's calls and pages is looked through before any
//! route sees it, so that no route can forget to.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use portico_core::denied::Denied;
use portico_core::rule::card::{self, SECRET_FIELDS};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::page::Frame;
use crate::reply::{self, Reply};
use crate::{House, body, page_reply};

/// Where machines talk to machines in tokens and codes, none of which is kept.
const MACHINES: [&str; 2] = ["/oauth/token", "/oauth/introspect"];
/// The largest body that the operator sends.
const LARGEST: usize = 1024 * 1024;

/// Looks through the bodies of the public face.
pub async fn public(State(house): State<Arc<House>>, request: Request, next: Next) -> Reply {
    let path = request.uri().path();
    if MACHINES.contains(&path) || path.starts_with(crate::wechat::BASE) {
        return next.run(request).await;
    }
    let is_page = !["/v1/", "/oauth/"].iter().any(|start| path.starts_with(start));
    match looked_through(request, body::JSON).await {
        Ok(request) => next.run(request).await,
        Err(denied) if is_page => page_reply::refusal(&house, Frame::default(), &denied),
        Err(denied) => reply::problem(&denied),
    }
}

/// Looks through what the operator says.
pub async fn admin(request: Request, next: Next) -> Reply {
    match looked_through(request, LARGEST).await {
        Ok(request) => next.run(request).await,
        Err(denied) => reply::problem(&denied),
    }
}

/// The request again, unless its body holds a card number. A body that is neither JSON nor a form, or
/// that is malformed, is left to the route, which refuses it or looks through it itself.
async fn looked_through(request: Request, most: usize) -> Result<Request, Denied> {
    let (parts, body) = request.into_parts();
    let check: fn(&[u8]) -> Result<(), Denied> = match kind(&parts.headers) {
        Some("application/json") => json,
        Some("application/x-www-form-urlencoded") => form,
        _ => return Ok(Request::from_parts(parts, body)),
    };
    let bytes: Bytes = body::whole(body, most).await?;
    check(&bytes)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

fn kind(headers: &HeaderMap) -> Option<&'static str> {
    let given = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = given.split(';').next()?.trim();
    let known = ["application/json", "application/x-www-form-urlencoded"];
    known.into_iter().find(|known| essence.eq_ignore_ascii_case(known))
}

/// Refuses a form one of whose fields, or names of fields, holds a card number.
pub fn form(bytes: &[u8]) -> Result<(), Denied> {
    form_urlencoded::parse(bytes).try_for_each(|(name, value)| field(&name, &value))
}

/// Refuses a field, or a name, that holds a card number.
pub fn field(name: &str, value: &str) -> Result<(), Denied> {
    card::check(name)?;
    if SECRET_FIELDS.contains(&name) { Ok(()) } else { card::check(value) }
}

/// Refuses a document in which a card number stands: as a text, a number or a member's name,
/// repeated members included.
pub fn json(bytes: &[u8]) -> Result<(), Denied> {
    let mut found = Ok(());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    // What is no JSON is the route's to refuse; what came before the fault was looked through.
    let _ = Look { found: &mut found }.deserialize(&mut reader);
    found
}

struct Look<'f> {
    found: &'f mut Result<(), Denied>,
}

impl Look<'_> {
    fn see<E: Error>(self, text: &str) -> Result<(), E> {
        *self.found = card::check(text);
        if self.found.is_err() { Err(E::custom("")) } else { Ok(()) }
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.see(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.see(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.see(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.see(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Look { found: &mut *self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            Look { found: &mut *self.found }.see(&name)?;
            match SECRET_FIELDS.contains(&name.as_str()) {
                true => drop(members.next_value::<serde::de::IgnoredAny>()?),
                false => members.next_value_seed(Look { found: &mut *self.found })?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_any_place_of_a_document() {
        for bad in [
            r#"{"name":"4111 1111 1111 1111"}"#,
            r#"{"name":4111111111111111}"#,
            r#"{"name":-4111111111111111}"#,
            r#"{"name":4111111111111111.0}"#,
            r#"{"name":4.111111111111111e15}"#,
            r#"{"4111111111111111":true}"#,
            r#"{"a":[{"b":["\u0034111111111111111"]}]}"#,
            r#"{"name":"4111111111111111","name":"Ana"}"#,
            r#"["5555-5555-5555-4444"]"#,
            r#""378282246310005""#,
            r#"{"a":"4111111111111111","#,
            r#"{"password":"x","name":"4111111111111111"}"#,
            r#"{"4111111111111111":{"password":"x"}}"#,
        ] {
            assert!(json(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_none_passes_and_what_is_no_json_is_left_to_the_route() {
        for good in [
            "{}",
            "",
            "{",
            "nonsense",
            r#"{"name":"Ana","phone":"+4915112345678","exp":1800000000,"big":1e300,"no":null,"yes":true}"#,
            r#"{"password":"4111111111111111","code":4111111111111111,"token":["4111111111111111"]}"#,
        ] {
            assert!(json(good.as_bytes()).is_ok(), "{good}");
        }
        assert!(json("[".repeat(100_000).as_bytes()).is_ok());
    }

    #[test]
    fn a_form_is_looked_through_but_for_its_secrets() {
        assert!(form(b"name=4111+1111%201111-1111").is_err());
        assert!(form(b"4111111111111111=x").is_err());
        assert!(form(b"name=%EF%BC%94111111111111111").is_err());
        assert!(form(b"password=4111111111111111&csrf=4111111111111111&name=Ana").is_ok());
    }
}
