//! `/settings/security`: how the person signs in, and their passkeys.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::denied::{Code, Denied};
use portico_core::noun::challenge::ChallengePurpose;
use portico_core::noun::guard::Way;
use portico_core::noun::passkey::{MOST_PASSKEYS, Passkey as Stored};
use portico_core::rule::readable::{is_blank, is_control};
use portico_core::rule::{acr, guard, passkey as rule, sign_in};
use portico_live::LivePerson;
use portico_seal::Credential;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Browser, Halt, Visit};
use crate::caller::bad_token;
use crate::ceremony::{self, from_our_page, relying_party};
use crate::house::unavailable;
use crate::letter::{self, About};
use crate::page::settings::security::{Passkey, Security, security as page};
use crate::page::settings::{Done, Section};
use crate::page::words::Words;
use crate::reply::{self, Reply};
use crate::route::me::account;
use crate::route::me::links::Tied;
use crate::route::rewrite;
use crate::route::sign_in::passkey::CREDENTIAL;
use crate::when::stamp;
use crate::{House, body, factor, page_reply};

/// The field that a name is sealed for.
const NAME: &str = "passkey name";
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// `GET /settings/security`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Security, request);
    let shown = shown(&house, &visit).await;
    visit.taken(&house, shown)
}

async fn shown(house: &House, visit: &Visit) -> Result<Reply, Halt> {
    let (browser, fields) = visit.read(house).await?;
    let (session, words) = (&browser.session, visit.frame.words());
    let person = account(house, session.user).await?;
    let stored = passkeys(house, &browser).await?;
    let view = Security {
        sheet: visit.sheet(house, &browser, &fields),
        signed_in: stamp(session.authenticated_at, words),
        methods: acr::named(&session.method).into_iter().map(str::to_owned).collect(),
        offers_passkeys: house.passkeys.is_some(),
        recent: sign_in::recent(session, house.now()).is_ok(),
        room: stored.len() < MOST_PASSKEYS,
        passkeys: stored.iter().map(|stored| passkey(stored, &person, words)).collect(),
    };
    Ok(page_reply::with_script(page_reply::page(house, StatusCode::OK, page(&view))))
}

async fn passkeys(house: &House, browser: &Browser) -> Result<Vec<Stored>, Denied> {
    let stored = house.live.store().passkeys_of(browser.session.user).await;
    stored.map_err(|cause| unavailable(&cause))
}

/// What a person calls a passkey.
pub fn name_of(stored: &Stored, person: &LivePerson) -> Option<String> {
    String::from_utf8(person.open_sealed(NAME, &stored.sealed_name)?).ok()
}

fn passkey(stored: &Stored, person: &LivePerson, words: &Words) -> Passkey {
    Passkey {
        id: hex(&stored.digest),
        name: name_of(stored, person).unwrap_or_default(),
        added: stamp(stored.created_at, words),
        last_used: stored.used_at.map(|at| stamp(at, words)),
    }
}

/// `POST /settings/security`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Security, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let person = account(house, browser.session.user).await?;
    let digest = digest_of(fields.need("passkey")?);
    let action = fields.need("action")?;
    let name = fields.get("name").map(tidy_name).unwrap_or_default();
    if action == "rename_passkey" && name.is_empty() {
        return Err(Denied::request("name is missing").into());
    }
    let decide = || async {
        let stored = match &digest {
            Some(digest) => house.live.store().passkey(digest).await.map_err(|cause| unavailable(&cause))?,
            None => None,
        };
        let (stored, session, now) = (stored.as_ref(), &browser.session, house.now());
        match action {
            "rename_passkey" => {
                let sealed = person.seal(NAME, name.as_bytes(), house.live.vault()).ok_or_else(bad_token)?;
                Ok((rule::rename(stored, session, sealed, now)?, Done::PasskeyRenamed))
            }
            "remove_passkey" => {
                let tied = Tied::of(house, session.user).await?;
                let mut changes = rule::remove(stored, session, (&tied.ways, &person.profile), now)?;
                changes.splice(0..0, tied.guards());
                let person = account(house, session.user).await?;
                let by = factor::by(house, &person, &session.method).await?;
                let after = guard::taken_away(person.profile.clone(), by);
                changes.extend(rewrite::changes(&house.live, &person, &after)?);
                Ok((changes, Done::PasskeyRemoved))
            }
            _ => Err(Denied::request("this action is not known")),
        }
    };
    let done = house.decide(decide).await?;
    if done == Done::PasskeyRemoved {
        letter::tell(house, &person, visit.frame.words(), About::PasskeyRemoved(house.now()));
    }
    Ok(visit.done(done))
}

/// `POST /settings/security/passkeys/options`: what `navigator.credentials.create` is asked with.
pub async fn begin_adding(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Security, request);
    script(begun(&house, &visit).await)
}

async fn begun(house: &House, visit: &Visit) -> Result<Value, Halt> {
    let party = relying_party(house)?;
    let browser = Browser::of(house, &visit.headers).await?;
    from_our_page(house, &visit.headers, &browser.binding())?;
    let stored = passkeys(house, &browser).await?;
    rule::may_add(&browser.session, stored.len(), house.now())?;
    let person = account(house, browser.session.user).await?;
    let open = |stored: &Stored| {
        let credential = person.open_sealed(CREDENTIAL, &stored.sealed_credential)?;
        Credential::from_bytes(&credential)
    };
    let known: Vec<_> = stored.iter().filter_map(open).collect();
    let user = house.live.vault().passkey_user(browser.session.user);
    let begun = party.begin_adding(user, &shown_name(&person), &known).map_err(ceremony::malformed)?;
    let purpose = ChallengePurpose::PasskeyAdd;
    Ok(ceremony::begin(house, purpose, Some(browser.session.user), &browser.binding(), begun).await?)
}

/// What the authenticator shows the person: what they sign in with, so that two accounts can be told apart.
fn shown_name(person: &LivePerson) -> String {
    let profile = &person.profile;
    let name = profile.username.as_deref().or(profile.verified_email()).or(profile.verified_phone());
    name.or(profile.name.as_deref()).unwrap_or_default().to_owned()
}

/// What the page's script sends back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    reference: String,
    credential: Value,
}

/// `POST /settings/security/passkeys`: answers `{"to"}`, where the browser goes on.
pub async fn finish_adding(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Security, request);
    script(finished(&house, &visit, body).await)
}

async fn finished(house: &House, visit: &Visit, body: Body) -> Result<Value, Halt> {
    let party = relying_party(house)?;
    let browser = Browser::of(house, &visit.headers).await?;
    from_our_page(house, &visit.headers, &browser.binding())?;
    let sent: Sent = body::json(&visit.headers, body, ceremony::LARGEST).await?;
    let (session, words) = (&browser.session, visit.frame.words());
    let person = account(house, session.user).await?;
    let label = name_at_first(&visit.headers, words);
    let attempt = || async {
        let purpose = ChallengePurpose::PasskeyAdd;
        let answered = ceremony::answered(house, purpose, &sent.reference, &browser.binding()).await?;
        let expired = || Denied::new(Code::Conflict, words.say("passkey-expired"));
        let answered = answered.filter(|one| one.user == Some(session.user)).ok_or_else(expired)?;
        let credential = match party.finish_adding(&answered.state, sent.credential.clone()) {
            Ok(credential) => credential,
            Err(problem) => return Ok((vec![answered.taken], Err(ceremony::malformed(problem)))),
        };
        let vault = house.live.vault();
        let sealed = |field, bytes: &[u8]| person.seal(field, bytes, vault).ok_or_else(bad_token);
        let passkey = Stored {
            digest: vault.passkey_digest(credential.id()),
            user: session.user,
            sealed_credential: sealed(CREDENTIAL, &credential.to_bytes())?,
            sealed_name: sealed(NAME, label.as_bytes())?,
            created_at: house.now(),
            used_at: None,
        };
        let person = account(house, session.user).await?;
        let by = factor::by(house, &person, &session.method).await?;
        let after = guard::enrolled(person.profile.clone(), Way::Passkey(passkey.digest), by);
        let held = passkeys(house, &browser).await?.len();
        let mut changes = rule::add(passkey, session, held, house.now())?;
        changes.extend(rewrite::changes(&house.live, &person, &after)?);
        changes.push(answered.taken);
        Ok((changes, Ok(())))
    };
    house.decide(attempt).await??;
    letter::tell(house, &person, words, About::PasskeyAdded(house.now()));
    Ok(json!({ "to": format!("{}?done={}", Section::Security.path(), Done::PasskeyAdded.code()) }))
}

/// What a new passkey is called until its person calls it something else: the device it was made on.
fn name_at_first(headers: &HeaderMap, words: &Words) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let device = sign_in::device_name(agent.unwrap_or_default());
    if device.is_empty() { words.say("passkey-unnamed") } else { device }
}

fn tidy_name(name: &str) -> String {
    let name = name.chars().filter(|c| !is_control(*c)).take(LONGEST_NAME).collect::<String>();
    // A name of which nothing can be seen is none.
    if is_blank(&name) { String::new() } else { name.trim().to_owned() }
}

fn script(result: Result<Value, Halt>) -> Reply {
    match result {
        Ok(answer) => reply::ok(&answer),
        Err(Halt::SignedOut | Halt::FormExpired) => reply::problem(&bad_token()),
        Err(Halt::Refused(denied)) => reply::problem(&denied),
    }
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest_of(hex: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(digest)
}
