//! An operator's visit: the sealed cookie that carries it, and forms that belong to it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use portico_core::denied::Denied;
use portico_core::moment::{Moment, Span};
use portico_seal::digest;
use serde::{Deserialize, Serialize};

use super::frame;
use crate::form::Fields;
use crate::reply::{self, Reply};
use crate::route::admin::desk::{Desk, Operator};
use crate::{House, body};

/// How long a visit lasts.
pub(super) const LASTS: Span = Span::hours(8);
const COOKIE: &str = "portico_console";
const SEALED: &str = "console visit";

/// Visits that were ended before their time, kept until they would have been over.
#[derive(Default)]
pub(crate) struct Ended(Mutex<HashMap<[u8; 32], Moment>>);

impl Ended {
    fn add(&self, cookie: &str, until: Moment, now: Moment) {
        let mut ended = self.0.lock();
        ended.retain(|_, until| now < *until);
        ended.insert(digest(cookie), until);
    }

    fn has(&self, cookie: &str) -> bool {
        self.0.lock().contains_key(&digest(cookie))
    }
}

/// What the cookie holds, sealed under the master key.
#[derive(Serialize, Deserialize)]
struct Sealed {
    operator: String,
    /// Whether a provider named them, so that they are one only while the configuration says so.
    provided: bool,
    until: Moment,
    /// What of the admin token it stands on: another token ends it.
    token: [u8; 32],
}

/// An operator who has signed in to the console.
pub(super) struct Visit {
    /// What they act from.
    pub(super) desk: Desk,
    house: Arc<House>,
    cookie: String,
    until: Moment,
}

impl Visit {
    /// Begins a visit; answers the header that sets its cookie.
    pub(super) fn begin(house: &House, operator: &Operator, provided: bool) -> HeaderValue {
        let sealed = Sealed {
            operator: operator.name().to_owned(),
            provided,
            until: house.now() + LASTS,
            token: standing_on(house),
        };
        let plain = serde_json::to_vec(&sealed).expect("a visit is plain data");
        let vault = house.live.vault();
        let value = URL_SAFE_NO_PAD.encode(vault.master().wrap(SEALED, &plain, vault.chance()));
        set_cookie(house, COOKIE, &value, Some(LASTS), Scope::OwnPages)
    }

    fn of(house: &Arc<House>, headers: &HeaderMap) -> Option<Self> {
        let cookie = cookie(headers, COOKIE)?;
        let wrapped = URL_SAFE_NO_PAD.decode(&cookie).ok()?;
        let plain = house.live.vault().master().unwrap(SEALED, &wrapped).ok()?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        let provider = house.settings.console.provider.as_ref();
        let named = !sealed.provided || provider.is_some_and(|at| at.allow.contains(&sealed.operator));
        let good = named && house.now() < sealed.until && sealed.token == standing_on(house);
        if !good || house.console.has(&cookie) {
            return None;
        }
        let desk = Desk::new(house.clone(), Operator::named(&sealed.operator));
        Some(Self { desk, house: house.clone(), cookie, until: sealed.until })
    }

    /// Ends the visit, here and wherever else its cookie was copied to; answers the header that
    /// takes the cookie away.
    pub(super) fn end(&self) -> HeaderValue {
        self.house.console.add(&self.cookie, self.until, self.desk.now());
        set_cookie(&self.house, COOKIE, "", Some(Span::ZERO), Scope::OwnPages)
    }

    /// The house, to read from.
    pub(super) fn house(&self) -> &House {
        &self.house
    }

    /// What forms of this visit carry.
    pub(super) fn csrf(&self) -> String {
        self.house.live.vault().csrf().token(&self.binding())
    }

    fn binding(&self) -> String {
        format!("console {}", self.cookie)
    }
}

fn standing_on(house: &House) -> [u8; 32] {
    digest(&URL_SAFE_NO_PAD.encode(house.settings.admin_token_digest))
}

/// The value of a cookie of the console's.
pub(super) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// Which requests carry a cookie.
pub(super) enum Scope {
    /// Those that the console's own pages lead to.
    OwnPages,
    /// Also a browser that another site sends here by a link or redirect.
    FromElsewhere,
}

/// The header that sets a cookie of the console's.
pub(super) fn set_cookie(
    house: &House,
    name: &str,
    value: &str,
    age: Option<Span>,
    scope: Scope,
) -> HeaderValue {
    let age = age.map(|age| format!("; Max-Age={}", age.as_seconds())).unwrap_or_default();
    let secure = if house.settings.console.secure { "; Secure" } else { "" };
    let site = match scope {
        Scope::OwnPages => "Strict",
        Scope::FromElsewhere => "Lax",
    };
    let text = format!("{name}={value}; Path=/console; HttpOnly; SameSite={site}{age}{secure}");
    HeaderValue::from_str(&text).expect("names and values of cookies are plain ASCII")
}

impl FromRequestParts<Arc<House>> for Visit {
    type Rejection = Reply;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Reply> {
        Self::of(house, &parts.headers).ok_or_else(|| reply::see_other("/console/sign-in"))
    }
}

/// A form that was sent from a page of this visit.
pub(super) struct Posted {
    /// Whose.
    pub(super) visit: Visit,
    bytes: Bytes,
}

impl Posted {
    /// What was sent.
    pub(super) fn fields(&self) -> Result<Fields<'_>, Denied> {
        Fields::parse(&self.bytes)
    }
}

impl FromRequest<Arc<House>> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit =
            Visit::from_request_parts(&mut parts, house).await.map_err(IntoResponse::into_response)?;
        let bytes = body::form(&parts.headers, body).await.map_err(|denied| frame::refusal(&denied))?;
        let posted = Self { visit, bytes };
        let fields = posted.fields().map_err(|denied| frame::refusal(&denied))?;
        let csrf = fields.get("csrf").unwrap_or_default();
        if !house.live.vault().csrf().check(&posted.visit.binding(), csrf) {
            let denied = Denied::request(
                "the form is too old, or was not one of the console's; go back and try again",
            );
            return Err(frame::refusal(&denied));
        }
        drop(fields);
        Ok(posted)
    }
}
