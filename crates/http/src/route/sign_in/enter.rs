//! Coming in: what every way of signing in at a page ends with.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, header};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{ClientId, SessionId};
use portico_core::noun::guard::Way;
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::sweep::ENDED_KEPT;
use portico_core::rule::{acr, sign_in as rule};
use portico_live::{Live, LivePerson};
use portico_reach::Courier;
use portico_seal::secret;

use super::Onward;
use crate::caller::browser_session;
use crate::known::{self, Known};
use crate::letter::{self, About, letter};
use crate::page::words::Words;
use crate::reply::{self, Reply};
use crate::route::sign_out;
use crate::{House, cookie, factor, page_reply};

/// The method of a password (RFC 8176).
pub const PASSWORD: &str = "pwd";

/// A browser whose person has signed in.
pub struct Entered {
    /// The session, new or renewed.
    pub session: Session,
    /// The `Set-Cookie` headers that go with it.
    pub cookies: Vec<HeaderValue>,
}

impl Entered {
    /// The answer that leads on.
    pub fn onward(self, house: &House, to: &Onward) -> Reply {
        let to = to.after(house, &self.session);
        self.with(reply::see_other(&to))
    }

    /// An answer with what the browser is to keep.
    pub fn with(self, mut reply: Reply) -> Reply {
        for cookie in self.cookies {
            reply.headers_mut().append(header::SET_COOKIE, cookie);
        }
        reply
    }
}

/// Begins a session in this browser, or renews the one that the person has there. Either way the
/// cookie is a fresh one. A session that somebody else has there ends: they are signed out.
///
/// The proof says how the person proved who they are (RFC 8176), by names separated by spaces, and by which
/// way in: one that does not count yet signs in, and is no factor. A sign-in by a password counts only while
/// the password is still the one of `person`. From now on the browser
/// knows the person; one that did not before is told to them.
pub async fn enter(
    house: &House,
    headers: &HeaderMap,
    person: &LivePerson,
    client: &ClientId,
    proof: (&str, Way),
) -> Result<Entered, Denied> {
    let entered = enter_untold(house, headers, person, client, proof).await?;
    let known = match Known::of(house, headers) {
        Some(known) => known.knows(house, Some(person.person.id)).await,
        None => false,
    };
    if !known {
        let (words, session) = (page_reply::language(None, headers), entered.session.clone());
        // Whoever signs in does not wait for it.
        tokio::spawn(tell(house.live.clone(), house.courier.clone(), session, device(headers), words));
    }
    Ok(entered)
}

/// The device of a request, by what its browser calls itself.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    rule::device_name(agent.unwrap_or_default())
}

/// The same where another message tells the person already.
pub async fn enter_untold(
    house: &House,
    headers: &HeaderMap,
    person: &LivePerson,
    client: &ClientId,
    (method, way): (&str, Way),
) -> Result<Entered, Denied> {
    let user = person.person.id;
    let label = device(headers);
    let fresh = secret(house.live.vault().chance());
    let limits = house.live.settings().sessions;
    let hash = person.person.password.clone();
    let password = || (method == PASSWORD).then(|| Change::PasswordHeld { user, hash: hash.clone() });
    let weighed = if factor::counts(house, person, way) { method.to_owned() } else { acr::fresh(method) };
    let session = house
        .decide(|| async {
            let now = house.now();
            let held = browser_session(house, headers).await?;
            if let Some(session) = held.clone().filter(|session| session.user == user) {
                let mut changes = rule::again(&session, weighed.clone(), fresh.digest(), &limits, now);
                changes.extend(password());
                let method = weighed.clone();
                let renewed = Session { authenticated_at: now, used_at: now, method, ..session };
                return Ok((changes, renewed));
            }
            let begin = rule::Begin {
                id: SessionId::from_bytes(house.live.vault().fresh()),
                user,
                client: client.clone(),
                method: weighed.clone(),
                sealed_label: person.seal_label(&label, house.live.vault()),
                cookie_digest: Some(fresh.digest()),
            };
            let (session, mut changes) = rule::begin(begin, &limits, now);
            changes.extend(password());
            if let Some(other) = held {
                changes.extend(sign_out::changes(house, other.id, EndReason::SignedOut).await?);
            }
            Ok((changes, session))
        })
        .await?;
    let age = limits.age.as_seconds();
    let cookies = vec![
        cookie::set(house, cookie::SESSION, fresh.expose(), Some(age)),
        known::remember(house, headers, person),
    ];
    Ok(Entered { session, cookies })
}

/// Adds what the person has just proved to the session that they have in this browser, which counts as
/// signed in now.
///
/// A password counts only while `guard` says that it is still the one that was checked. Refuses where
/// that session is over: what was proved in it is then worth nothing, and nothing begins on one
/// factor alone.
pub async fn raise(
    house: &House,
    headers: &HeaderMap,
    session: &Session,
    method: &str,
    guard: Option<Change>,
) -> Result<Entered, Denied> {
    let fresh = secret(house.live.vault().chance());
    let limits = house.live.settings().sessions;
    let session = house
        .decide(|| async {
            let now = house.now();
            let held = browser_session(house, headers).await?.filter(|held| held.id == session.id);
            let over = || Denied::new(Code::AccessDenied, "the session is over; sign in again");
            let held = held.ok_or_else(over)?;
            let method = acr::union(&held.method, method);
            let mut changes = rule::again(&held, method.clone(), fresh.digest(), &limits, now);
            changes.extend(guard.clone());
            Ok((changes, Session { authenticated_at: now, used_at: now, method, ..held }))
        })
        .await?;
    let cookies = vec![cookie::set(house, cookie::SESSION, fresh.expose(), Some(limits.age.as_seconds()))];
    Ok(Entered { session, cookies })
}

/// Tells a person of a sign-in in a browser that did not know them, unless it was the first one ever.
async fn tell(live: Arc<Live>, courier: Courier, session: Session, device: String, words: &'static Words) {
    let (Ok(Some(person)), Ok(first)) =
        (live.person(session.user).await, live.store().first_session_of(session.user).await)
    else {
        return tracing::warn!("a notice of a new device was not written");
    };
    // Ended sessions are forgotten after a while, so only a young account's first one is known to be that.
    let is_young = session.authenticated_at - person.person.created_at < ENDED_KEPT;
    if is_young && first == Some(session.id) {
        return;
    }
    let Some(to) = letter::main(&courier, &person.profile) else { return };
    let about = About::NewDevice { device: &device, at: session.authenticated_at };
    if !courier.post(letter(live.issuer(), words, to, about)) {
        tracing::warn!("a notice of a new device was not taken");
    }
}
