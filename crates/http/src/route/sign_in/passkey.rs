//! `/sign-in/passkey`: signing in by a passkey, with or without a name.
//!
//! Nobody is looked for until a signed answer has come, and the options name no credential: what a stranger
//! sees is the same whoever they mean.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::http::request::Parts;
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::noun::challenge::ChallengePurpose;
use portico_core::noun::passkey::Passkey;
use portico_core::rule::{acr, passkey as rule};
use portico_live::LivePerson;
use portico_seal::{Credential, NotPassed, RelyingParty};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Entered, Onward, enter, form_binding, raise};
use crate::caller::browser_session;
use crate::ceremony::{self, from_our_page, relying_party};
use crate::house::unavailable;
use crate::letter::{self, About};
use crate::reply::{self, Reply};
use crate::throttle::too_many;
use crate::{House, body, caller};

/// The field that a credential is sealed for.
pub const CREDENTIAL: &str = "passkey";

/// `POST /sign-in/passkey/options`: what `navigator.credentials.get` is asked with.
pub async fn options(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    match begun(&house, &parts).await {
        Ok(options) => reply::ok(&options),
        Err(denied) => reply::problem(&denied),
    }
}

async fn begun(house: &House, parts: &Parts) -> Result<Value, Denied> {
    let party = relying_party(house)?;
    let binding = form_binding(house, &parts.headers);
    from_our_page(house, &parts.headers, &binding)?;
    let address = caller::address(&parts.extensions);
    house.throttles.ceremonies.may_try(&address).map_err(|_| too_many())?;
    house.throttles.ceremonies.failed(&address);
    let begun = party.begin_signing_in().map_err(ceremony::malformed)?;
    ceremony::begin(house, ChallengePurpose::PasskeySignIn, None, &binding, begun).await
}

/// What the page's script sends back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    reference: String,
    credential: Value,
    /// The name in the form; then nobody else's passkey will do.
    username: Option<String>,
}

/// `POST /sign-in/passkey?continue=…`: answers `{"to"}`, where the browser goes on.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let to = match Onward::read(&house, &parts.headers, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => to,
        Err(denied) => return reply::problem(&denied),
    };
    match signed_in(&house, &parts, body, &to).await {
        Ok(entered) => {
            let mut reply = reply::ok(&json!({ "to": to.after(&house, &entered.session) }));
            for cookie in entered.cookies {
                reply.headers_mut().append(header::SET_COOKIE, cookie);
            }
            reply
        }
        Err(denied) => reply::problem(&denied),
    }
}

async fn signed_in(
    house: &House,
    parts: &Parts,
    body: axum::body::Body,
    to: &Onward,
) -> Result<Entered, Denied> {
    let party = relying_party(house)?;
    let binding = form_binding(house, &parts.headers);
    from_our_page(house, &parts.headers, &binding)?;
    let sent: Sent = body::json(&parts.headers, body, ceremony::LARGEST).await?;
    let claimed = party.claimed(&sent.credential).map_err(ceremony::malformed)?;
    let words = to.frame.words();
    let outcome = house.decide(|| attempt(house, party, &binding, &sent, &claimed)).await?;
    let person = match outcome {
        Outcome::Passed(person) => person,
        Outcome::Gone => {
            return Err(Denied::new(Code::Conflict, words.say("passkey-expired")));
        }
        Outcome::Refused { cloned } => {
            if let Some(person) = cloned {
                letter::tell(house, &person, words, About::PasskeyCopied(house.now()));
            }
            return Err(Denied::new(Code::AccessDenied, words.say("passkey-refused")));
        }
    };
    if !person.person.is_live() {
        return Err(Denied::new(Code::AccessDenied, words.say("sign-in-suspended")));
    }
    let held = browser_session(house, &parts.headers).await?;
    match held.filter(|session| to.acr.is_some() && session.user == person.person.id) {
        Some(session) => raise(house, &parts.headers, &session, acr::PASSKEY, None).await,
        None => enter(house, &parts.headers, &person, &to.client, acr::PASSKEY).await,
    }
}

enum Outcome {
    Passed(Arc<LivePerson>),
    /// No such ceremony waits for an answer from this browser.
    Gone,
    Refused {
        /// Whose passkey it is, where a second authenticator seems to have its key.
        cloned: Option<Arc<LivePerson>>,
    },
}

/// Any answer uses the ceremony up, a good one in the same commit with the passkey's new counter.
async fn attempt(
    house: &House,
    party: &RelyingParty,
    binding: &str,
    sent: &Sent,
    (credential_id, handle): &(Vec<u8>, [u8; 16]),
) -> Result<(Vec<Change>, Outcome), Denied> {
    let purpose = ChallengePurpose::PasskeySignIn;
    let Some(answered) = ceremony::answered(house, purpose, &sent.reference, binding).await? else {
        return Ok((vec![], Outcome::Gone));
    };
    let refused = |cloned| Ok((vec![answered.taken.clone()], Outcome::Refused { cloned }));
    let Some((passkey, person)) = holder(house, credential_id).await? else { return refused(None) };
    let user = passkey.user;
    let named = match sent.username.as_deref().filter(|name| !name.trim().is_empty()) {
        Some(name) => house.live.user_named(name).await.map_err(|cause| unavailable(&cause))?,
        None => Some(user),
    };
    let credential = person.open_sealed(CREDENTIAL, &passkey.sealed_credential);
    let credential = credential.as_deref().and_then(Credential::from_bytes);
    let Some(credential) = credential.filter(|credential| credential.id() == credential_id) else {
        return Err(Denied::unavailable("a passkey does not open"));
    };
    if named != Some(user) || *handle != house.live.vault().passkey_user(user) {
        return refused(None);
    }
    match party.finish_signing_in(&answered.state, sent.credential.clone(), &credential) {
        Ok(used) => {
            let sealed = person.seal(CREDENTIAL, &used.to_bytes(), house.live.vault());
            let sealed = sealed.ok_or_else(|| Denied::unavailable("a person without a key"))?;
            let changes = vec![answered.taken, rule::used(&passkey, sealed, house.now())];
            Ok((changes, Outcome::Passed(person)))
        }
        Err(problem) => {
            tracing::info!(cause = %problem, "a passkey was refused");
            refused((problem == NotPassed::Cloned).then_some(person))
        }
    }
}

async fn holder(house: &House, credential_id: &[u8]) -> Result<Option<(Passkey, Arc<LivePerson>)>, Denied> {
    let digest = house.live.vault().passkey_digest(credential_id);
    let passkey = house.live.store().passkey(&digest).await.map_err(|cause| unavailable(&cause))?;
    let Some(passkey) = passkey else { return Ok(None) };
    let person = house.live.person(passkey.user).await.map_err(|cause| unavailable(&cause))?;
    Ok(person.map(|person| (passkey, person)))
}
