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
use crate::route::resolve;
use crate::{House, body, page_reply};

/// Where machines talk to machines in tokens and codes, none of which is kept.
const MACHINES: [&str; 2] = ["/oauth/token", "/oauth/introspect"];
/// The largest body that the operator sends.
const LARGEST: usize = 1024 * 1024;
/// Where OpenIDs that came from elsewhere are sent, and the member that holds them. They are ids of any kind,
/// long rows of digits among them, and kept sealed or not at all. These routes refuse members that they do not
/// know, so it stands nowhere else.
const OPEN_IDS: [(&str, &str); 3] =
    [(resolve::PATH, "openids"), ("/admin/v1/links", "openid"), ("/admin/v1/users", "openid")];

/// Looks through the bodies of the public face.
pub async fn public(State(house): State<Arc<House>>, request: Request, next: Next) -> Reply {
    let path = request.uri().path();
    if MACHINES.contains(&path) || path.starts_with(crate::wechat::BASE) {
        return next.run(request).await;
    }
    let is_page = !["/v1/", "/oauth/"].iter().any(|start| path.starts_with(start));
    let most = if path == resolve::PATH { resolve::LARGEST } else { body::JSON };
    match looked_through(request, most).await {
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
    let Some(kind) = kind(&parts.headers) else { return Ok(Request::from_parts(parts, body)) };
    let bytes: Bytes = body::whole(body, most).await?;
    match kind {
        Kind::Json => json(&bytes, open_ids_at(parts.uri.path()))?,
        Kind::Form => form(&bytes)?,
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

enum Kind {
    Json,
    Form,
}

fn kind(headers: &HeaderMap) -> Option<Kind> {
    let given = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match given.split(';').next()?.trim() {
        essence if essence.eq_ignore_ascii_case("application/json") => Some(Kind::Json),
        essence if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Some(Kind::Form),
        _ => None,
    }
}

/// The member that holds OpenIDs from elsewhere at this place, if one does.
fn open_ids_at(path: &str) -> Option<&'static str> {
    if path.starts_with("/admin/v1/apps/") && path.ends_with("/migrate-openids") {
        return Some("openids");
    }
    let there = |(place, _): &&(&str, &str)| *place == path;
    OPEN_IDS.iter().find(there).map(|(_, member)| *member)
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
/// repeated members included; but for the member that holds OpenIDs from elsewhere, if one does.
fn json(bytes: &[u8], open_ids: Option<&str>) -> Result<(), Denied> {
    let mut found = Ok(());
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    // What is no JSON is the route's to refuse; what came before the fault was looked through.
    let _ = Look { open_ids, found: &mut found }.deserialize(&mut reader);
    found
}

struct Look<'f> {
    open_ids: Option<&'f str>,
    found: &'f mut Result<(), Denied>,
}

impl Look<'_> {
    fn within(&mut self) -> Look<'_> {
        Look { open_ids: self.open_ids, found: &mut *self.found }
    }

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

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.within())?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            self.within().see(&name)?;
            match SECRET_FIELDS.contains(&name.as_str()) || self.open_ids == Some(&name) {
                true => drop(members.next_value::<serde::de::IgnoredAny>()?),
                false => members.next_value_seed(self.within())?,
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
            assert!(json(bad.as_bytes(), None).is_err(), "{bad}");
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
            assert!(json(good.as_bytes(), None).is_ok(), "{good}");
        }
        assert!(json("[".repeat(100_000).as_bytes(), None).is_ok());
    }

    #[test]
    fn an_openid_from_elsewhere_may_be_any_digits_where_such_are_sent_and_nothing_else_may() {
        let check = |path: &str, body: &str| json(body.as_bytes(), open_ids_at(path)).is_ok();
        let (one, many) = (r#"{"openid":"4111111111111111"}"#, r#"{"openids":["4111111111111111"]}"#);
        let within = r#"{"links":[{"openid":"4111111111111111","email":"4111111111111111"}]}"#;
        for path in ["/admin/v1/links", "/admin/v1/users"] {
            assert!(check(path, one) && !check(path, many) && !check(path, within), "{path}");
        }
        for path in ["/v1/identities/resolve", "/admin/v1/apps/org.example.shop/migrate-openids"] {
            assert!(check(path, many) && !check(path, one) && !check(path, r#"{"from":"4111111111111111"}"#));
        }
        for path in ["/v1/me/profile", "/admin/v1/apps", "/admin/v1/users/x/kyc", "/admin/v1/links/"] {
            assert!(!check(path, one) && !check(path, many), "{path}");
        }
    }

    #[test]
    fn a_form_is_looked_through_but_for_its_secrets() {
        assert!(form(b"name=4111+1111%201111-1111").is_err());
        assert!(form(b"4111111111111111=x").is_err());
        assert!(form(b"name=%EF%BC%94111111111111111").is_err());
        assert!(form(b"password=4111111111111111&csrf=4111111111111111&name=Ana").is_ok());
    }
}
