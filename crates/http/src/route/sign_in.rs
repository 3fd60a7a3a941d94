//! `/sign-in`: the page, and the password.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, SessionId};
use portico_core::noun::session::Session;
use portico_core::rule::sign_in as rule;
use portico_live::LivePerson;
use portico_seal::{Verdict, normalise_username, secret};

use super::authorize::{SIGNED_IN, marked};
use crate::caller::browser_session;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::sign_in::{SignIn, SignInProblem, sign_in as page};
use crate::page::{Frame, Party, Theme};
use crate::reply::{self, Reply};
use crate::{House, body, caller, cookie, page_reply};

/// The client of sessions that begin at Portico's own pages.
pub const OWN_CLIENT: &str = "portico";
const AUTHORIZE: &str = "/oauth/authorize?";
const SETTINGS: &str = "/settings";

/// `GET /sign-in?continue=…`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let to = match Onward::read(&house, &parts.headers, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => to,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let again = match browser_session(&house, &parts.headers).await {
        Ok(session) => session.is_some(),
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let username = to.login_hint.clone();
    form(&house, &parts.headers, to, StatusCode::OK, username, again, None)
}

/// `POST /sign-in?continue=…`.
pub async fn submit(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let to = match Onward::read(&house, &parts.headers, parts.uri.query().unwrap_or_default()).await {
        Ok(to) => to,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let fields = match Fields::parse(&bytes) {
        Ok(fields) => fields,
        Err(denied) => return page_reply::refusal(&house, to.frame, &denied),
    };
    let username = fields.get("username").unwrap_or_default().to_owned();
    match attempt(&house, &parts.headers, &fields, caller::address(&parts.extensions), &to).await {
        Ok(Outcome::SignedIn { session, cookie }) => {
            let mut reply = reply::see_other(&to.after(&house, &session));
            let age = house.live.settings().sessions.age.as_seconds();
            reply
                .headers_mut()
                .append(header::SET_COOKIE, cookie::set(&house, cookie::SESSION, &cookie, Some(age)));
            reply
        }
        Ok(Outcome::Refused(problem)) => {
            let (status, wait) = match problem {
                SignInProblem::Mismatch | SignInProblem::FormExpired => (StatusCode::BAD_REQUEST, None),
                SignInProblem::Suspended => (StatusCode::FORBIDDEN, None),
                SignInProblem::TooMany { seconds } => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
            };
            let mut reply = form(&house, &parts.headers, to, status, username, false, Some(problem));
            if let Some(seconds) = wait {
                reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            }
            reply
        }
        Err(denied) => page_reply::refusal(&house, to.frame, &denied),
    }
}

/// Where the browser goes after signing in, and what the page says of it.
struct Onward {
    query: Option<String>,
    settings: String,
    client: ClientId,
    party: Option<Party>,
    login_hint: String,
    frame: Frame,
}

impl Onward {
    /// Reads `continue`: an authorization request of ours, or a page of the settings; anything else leads to
    /// the settings.
    async fn read(house: &House, headers: &HeaderMap, query: &str) -> Result<Self, Denied> {
        let fields = Fields::parse(query.as_bytes())?;
        let onward = fields.get("continue").unwrap_or_default();
        let query = onward.strip_prefix(AUTHORIZE).map(str::to_owned);
        let inner = Fields::parse(query.as_deref().unwrap_or_default().as_bytes())?;
        let named = |name| fields.get(name).or(inner.get(name));
        let frame = Frame {
            theme: named("theme").and_then(Theme::named),
            language: page_reply::language(named("ui_locales"), headers),
        };
        let own = OWN_CLIENT.parse().map_err(|_| Denied::unavailable("no own client id"))?;
        let id = inner.get("client_id").and_then(|id| id.parse::<ClientId>().ok());
        let known = match &id {
            Some(id) => house.live.client(id).await.map_err(|cause| unavailable(&cause))?,
            None => None,
        };
        Ok(Self {
            client: known.as_ref().map_or(own, |known| known.client.id.clone()),
            party: known.map(|known| page_reply::party(&known.client, None)),
            login_hint: inner.get("login_hint").unwrap_or_default().chars().take(320).collect(),
            query,
            settings: if is_section(onward) { onward } else { SETTINGS }.to_owned(),
            frame,
        })
    }

    fn after(&self, house: &House, session: &Session) -> String {
        match &self.query {
            Some(query) => marked(house, SIGNED_IN, session, query),
            None => self.settings.clone(),
        }
    }
}

/// Whether an address is that of a section of the settings: a plain path, without a query and without a way
/// out of it.
fn is_section(to: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    to.strip_prefix("/settings/").is_some_and(|rest| rest.split('/').all(is_plain))
}

fn form(
    house: &House,
    headers: &HeaderMap,
    to: Onward,
    status: StatusCode,
    username: String,
    again: bool,
    problem: Option<SignInProblem>,
) -> Reply {
    let held = cookie::get(house, headers, cookie::FORM).filter(|held| held.len() == 43);
    let fresh = held.is_none().then(|| secret(house.live.vault().chance()).expose().to_owned());
    let binding = held.or_else(|| fresh.clone()).unwrap_or_default();
    let view = SignIn {
        frame: to.frame,
        csrf: house.live.vault().csrf().token(&format!("sign in {binding}")),
        to: to.party,
        username,
        again,
        problem,
        notice: house.settings.sign_in_notice.clone(),
    };
    let inner = to.query.unwrap_or_default();
    let target =
        Fields::parse(inner.as_bytes()).ok().and_then(|fields| fields.get("redirect_uri").map(str::to_owned));
    let mut reply = page_reply::page_leading_to(house, status, page(&view), target.as_deref());
    if let Some(fresh) = fresh {
        reply.headers_mut().append(header::SET_COOKIE, cookie::set(house, cookie::FORM, &fresh, None));
    }
    reply
}

enum Outcome {
    SignedIn { session: Session, cookie: String },
    Refused(SignInProblem),
}

async fn attempt(
    house: &Arc<House>,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    address: std::net::IpAddr,
    to: &Onward,
) -> Result<Outcome, Denied> {
    let held = cookie::get(house, headers, cookie::FORM).unwrap_or_default();
    let csrf = fields.get("csrf").unwrap_or_default();
    if held.is_empty() || !house.live.vault().csrf().check(&format!("sign in {held}"), csrf) {
        return Ok(Outcome::Refused(SignInProblem::FormExpired));
    }
    let (username, password) =
        (fields.get("username").unwrap_or_default(), fields.get("password").unwrap_or_default());
    let account = house.live.vault().handles().index("sign-in", &normalise_username(username));
    let throttles = &house.throttles;
    if let Err(seconds) = throttles.accounts.may_try(&account).and(throttles.addresses.may_try(&address)) {
        return Ok(Outcome::Refused(SignInProblem::TooMany { seconds }));
    }
    let person = house.live.person_named(username).await.map_err(|cause| unavailable(&cause))?;
    let hash = person.as_ref().and_then(|person| person.person.password.clone());
    let verdict = house.verify_password(hash, password.to_owned()).await?;
    let (person, upgrade) = match (person, verdict) {
        (Some(person), Verdict::Right { needs_upgrade }) => (person, needs_upgrade),
        _ => {
            throttles.accounts.failed(&account);
            throttles.addresses.failed(&address);
            return Ok(Outcome::Refused(SignInProblem::Mismatch));
        }
    };
    if !person.person.is_live() {
        return Ok(Outcome::Refused(SignInProblem::Suspended));
    }
    if upgrade {
        let hash = house.hash_password(password.to_owned()).await?;
        house
            .commit(vec![Change::PasswordSet { user: person.person.id, hash }])
            .await
            .map_err(|e| crate::house::refused(&e))?;
    }
    let (session, cookie) = begin(house, headers, &person, &to.client).await?;
    Ok(Outcome::SignedIn { session, cookie })
}

/// Begins a session in this browser, or renews the one that the person has there. Either way the
/// cookie is a fresh one.
async fn begin(
    house: &House,
    headers: &HeaderMap,
    person: &LivePerson,
    client: &ClientId,
) -> Result<(Session, String), Denied> {
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
                let changes = rule::again(&session, fresh.digest(), &limits, now);
                let renewed = Session { authenticated_at: now, used_at: now, ..session };
                return Ok((changes, renewed));
            }
            let begin = rule::Begin {
                id: SessionId::from_bytes(house.live.vault().fresh()),
                user,
                client: client.clone(),
                method: "pwd",
                sealed_label: person.seal_label(&label, house.live.vault()),
                cookie_digest: Some(fresh.digest()),
            };
            let (session, changes) = rule::begin(begin, &limits, now);
            Ok((changes, session))
        })
        .await?;
    Ok((session, fresh.expose().to_owned()))
}
