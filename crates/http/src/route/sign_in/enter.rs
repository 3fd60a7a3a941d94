//! Coming in: what every way of signing in at a page ends with.

use axum::http::{HeaderMap, HeaderValue, header};
use portico_core::denied::Denied;
use portico_core::id::{ClientId, SessionId};
use portico_core::noun::session::Session;
use portico_core::rule::sign_in as rule;
use portico_live::LivePerson;
use portico_seal::secret;

use super::Onward;
use crate::caller::browser_session;
use crate::reply::{self, Reply};
use crate::{House, cookie};

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
        let mut reply = reply::see_other(&to.after(house, &self.session));
        for cookie in self.cookies {
            reply.headers_mut().append(header::SET_COOKIE, cookie);
        }
        reply
    }
}

/// Begins a session in this browser, or renews the one that the person has there. Either way the
/// cookie is a fresh one.
///
/// `method` says how the person proved who they are (RFC 8176), by names separated by spaces.
pub async fn enter(
    house: &House,
    headers: &HeaderMap,
    person: &LivePerson,
    client: &ClientId,
    method: &str,
) -> Result<Entered, Denied> {
    let user = person.person.id;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let label = rule::device_name(agent.unwrap_or_default());
    let fresh = secret(house.live.vault().chance());
    let limits = house.live.settings().sessions;
    let session = house
        .decide(|| async {
            let now = house.now();
            let held = browser_session(house, headers).await?.filter(|session| session.user == user);
            if let Some(session) = held {
                let changes = rule::again(&session, method.to_owned(), fresh.digest(), &limits, now);
                let method = method.to_owned();
                let renewed = Session { authenticated_at: now, used_at: now, method, ..session };
                return Ok((changes, renewed));
            }
            let begin = rule::Begin {
                id: SessionId::from_bytes(house.live.vault().fresh()),
                user,
                client: client.clone(),
                method: method.to_owned(),
                sealed_label: person.seal_label(&label, house.live.vault()),
                cookie_digest: Some(fresh.digest()),
            };
            let (session, changes) = rule::begin(begin, &limits, now);
            Ok((changes, session))
        })
        .await?;
    let age = limits.age.as_seconds();
    let cookies = vec![cookie::set(house, cookie::SESSION, fresh.expose(), Some(age))];
    Ok(Entered { session, cookies })
}
