//! `/oauth/authorize`: an ordered list of checks, then a page, a question or a code.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use portico_core::Change;
use portico_core::denied::{Code as Reason, Denied};
use portico_core::id::{ClientId, UserId};
use portico_core::moment::Span;
use portico_core::noun::acr::Acr;
use portico_core::noun::catalogue::canonical;
use portico_core::noun::code::{Code, CodeKind};
use portico_core::noun::consent::{ConsentRequest, Consents};
use portico_core::noun::host::Scheme;
use portico_core::noun::session::Session;
use portico_core::rule::agree::QUESTION_LIFE;
use portico_core::rule::authorize::{self as rule, Checked, Step, Visitor};
use portico_core::rule::redeem::{AUTHORIZATION_CODE_LIFE, LOGIN_CODE_LIFE};
use portico_core::scope::ScopeSet;
use portico_live::LiveClient;
use portico_seal::secret;
use url::Url;

use super::end_session::hinted;
use super::sign_in::step_up::address;
use crate::caller::browser_session;
use crate::factor::means;
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::{House, body, page_reply};

/// The mark that says the person signed in as an answer to this request.
pub const SIGNED_IN: &str = "portico_signed_in";
/// The mark that says the person was asked as an answer to this request.
pub const ASKED: &str = "portico_asked";
/// The `response_mode` in which an app's web authorization for WeChat's back ends is answered; nobody
/// announces it, and `connect/oauth2/authorize` of the WeChat-compatible face asks for it.
pub const WECHAT: &str = rule::WECHAT;
/// How long a mark is worth anything.
const MARK_LIFE: Span = Span::minutes(15);

/// The route, by GET or POST (OIDC Core §3.1.2.1).
pub async fn authorize(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let query = match parts.method {
        Method::POST => match body::form(&parts.headers, body).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(denied) => {
                return page_reply::refusal(
                    &house,
                    page_reply::frame(&Fields::default(), &parts.headers),
                    &denied,
                );
            }
        },
        _ => parts.uri.query().unwrap_or_default().to_owned(),
    };
    let asked = Asked::read(&query);
    let fields = match Fields::parse(asked.query.as_bytes()) {
        Ok(fields) => fields,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    let frame = page_reply::frame(&fields, &parts.headers);
    let client = match client(&house, &fields).await {
        Ok(Some(client)) => client,
        Ok(None) => return page_reply::problem_page(&house, frame, Problem::UnknownApp, None),
        Err(denied) => return page_reply::refusal(&house, frame, &denied),
    };
    let redirect = match rule::redirect(&client.client, fields.get("redirect_uri")) {
        Ok(redirect) => redirect,
        Err(_) => return page_reply::problem_page(&house, frame, Problem::UnregisteredReturn, None),
    };
    match next(&house, &parts.headers, &fields, &asked, &client, &redirect).await {
        Ok(reply) => reply,
        Err(denied) if denied.code == Reason::Unavailable => page_reply::refusal(&house, frame, &denied),
        // WeChat tells an app that the person refused by a return without a code, and nothing else.
        Err(denied) if for_wechat(&fields) && denied.code == Reason::AccessDenied => {
            reply::see_other(&answer_at(&redirect, &[], fields.get("state"), None))
        }
        Err(denied) if for_wechat(&fields) => page_reply::refusal(&house, frame, &denied),
        Err(denied) => {
            reply::log(&denied);
            let error = [("error", denied.code.as_str()), ("error_description", &*denied.description)];
            reply::see_other(&answer_at(&redirect, &error, fields.get("state"), Some(house.live.issuer())))
        }
    }
}

/// The query of a request, and the marks that our own pages put at its end.
struct Asked<'a> {
    query: &'a str,
    signed_in: Option<&'a str>,
    asked: Option<&'a str>,
}

impl<'a> Asked<'a> {
    fn read(query: &'a str) -> Self {
        let mark = |name: &str| {
            let (rest, mark) = query.rsplit_once('&')?;
            Some((rest, mark.strip_prefix(name)?.strip_prefix('=')?))
        };
        if let Some((query, signed_in)) = mark(SIGNED_IN) {
            return Self { query, signed_in: Some(signed_in), asked: None };
        }
        if let Some((query, asked)) = mark(ASKED) {
            return Self { query, signed_in: None, asked: Some(asked) };
        }
        Self { query, signed_in: None, asked: None }
    }
}

/// What a mark is bound to: the session, its last sign-in, and the request.
fn binding(mark: &str, session: &Session, query: &str) -> String {
    format!("{mark} {} {} {query}", session.id, session.authenticated_at.millis())
}

/// The address of this authorization request with a mark that is good for this session alone.
pub fn marked(house: &House, mark: &str, session: &Session, query: &str) -> String {
    let token = house.live.vault().csrf().token(&binding(mark, session, query));
    format!("/oauth/authorize?{query}&{mark}={token}")
}

async fn client(house: &House, fields: &Fields<'_>) -> Result<Option<Arc<LiveClient>>, Denied> {
    let Some(id) = fields.get("client_id").and_then(|id| id.parse::<ClientId>().ok()) else {
        return Ok(None);
    };
    let client = house.live.client(&id).await.map_err(|cause| unavailable(&cause))?;
    Ok(client.filter(|client| client.client.is_live()))
}

async fn next(
    house: &House,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    asked: &Asked<'_>,
    client: &LiveClient,
    redirect: &str,
) -> Result<Reply, Denied> {
    let checked = rule::check(&client.client, &read(fields))?;
    let session = browser_session(house, headers).await?;
    let hint = match fields.get("id_token_hint") {
        Some(hint) => Some(hint_of(house, client, hint).await?),
        None => None,
    };
    let consents = match &session {
        Some(session) => {
            house.live.consents(session.user, &client.client.id).await.map_err(|cause| unavailable(&cause))?
        }
        None => Arc::new(Consents::default()),
    };
    let now = house.now();
    let good = |mark: &str, token: Option<&str>| {
        let (Some(session), Some(token)) = (&session, token) else { return false };
        now - session.authenticated_at <= MARK_LIFE
            && house.live.vault().csrf().check(&binding(mark, session, asked.query), token)
    };
    let just_asked = good(ASKED, asked.asked);
    let just_signed_in = just_asked || good(SIGNED_IN, asked.signed_in);
    let visitor = Visitor { session: session.as_ref(), just_signed_in, just_asked, hint };
    match (rule::decide(&checked, &client.client, visitor, &consents, &house.live.catalogue(), now)?, session)
    {
        (Step::Issue(scope), Some(session)) => {
            issue(house, fields, client, redirect, &checked, &session, scope).await
        }
        (Step::StepUp(level), Some(session)) => {
            step_up(house, asked.query, &session, level, checked.silent).await
        }
        (Step::Ask(scope), Some(session)) => ask(house, asked.query, client, &session, scope).await,
        _ => {
            let back = format!("/oauth/authorize?{}", asked.query);
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("continue", &back).finish();
            Ok(reply::see_other(&format!("/sign-in?{query}")))
        }
    }
}

/// Leads to where the person proves what is missing; refuses where they cannot, or may not be asked.
async fn step_up(
    house: &House,
    query: &str,
    session: &Session,
    level: Acr,
    silent: bool,
) -> Result<Reply, Denied> {
    let person = house.live.person(session.user).await.map_err(|cause| unavailable(&cause))?;
    let person = person.ok_or_else(|| Denied::unavailable("a session without a person"))?;
    match (means(house, &person).await?.towards(level, &session.method).any(), silent) {
        (false, _) => Err(Denied::new(
            Reason::UnmetAuthenticationRequirements,
            "the person has no passkey or second factor to sign in as strongly as this",
        )),
        (true, true) => {
            Err(Denied::new(Reason::LoginRequired, "the person has not signed in strongly enough"))
        }
        (true, false) => Ok(reply::see_other(&address(query, level))),
    }
}

fn read(fields: &Fields<'_>) -> rule::Request {
    let owned = |name: &str| fields.get(name).map(str::to_owned);
    rule::Request {
        response_type: owned("response_type"),
        response_mode: owned("response_mode"),
        scope: owned("scope"),
        nonce: owned("nonce"),
        challenge: owned("code_challenge"),
        challenge_method: owned("code_challenge_method"),
        prompt: owned("prompt"),
        max_age: owned("max_age"),
        acr_values: owned("acr_values"),
        request_object: fields.get("request").is_some(),
        request_uri: fields.get("request_uri").is_some(),
        registration: fields.get("registration").is_some(),
    }
}

async fn hint_of(house: &House, client: &LiveClient, hint: &str) -> Result<UserId, Denied> {
    let bad = || Denied::request("id_token_hint is not an ID token of this client");
    let claims =
        hinted(house, hint).filter(|claims| claims.aud == client.client.id.as_str()).ok_or_else(bad)?;
    let person = house.live.person_of_open_id(client, &claims.sub).await;
    person.map_err(|cause| unavailable(&cause))?.ok_or_else(bad)
}

async fn issue(
    house: &House,
    fields: &Fields<'_>,
    client: &LiveClient,
    redirect: &str,
    checked: &Checked,
    session: &Session,
    scope: ScopeSet,
) -> Result<Reply, Denied> {
    let (now, secret) = (house.now(), secret(house.live.vault().chance()));
    // In the spelling of the request, so that the answer can be in it too.
    let asked: ScopeSet =
        fields.get("scope").and_then(|asked| asked.parse().ok()).unwrap_or_else(|| scope.clone());
    let scope = asked.only(|one| scope.iter().any(|granted| granted.as_str() == canonical(one.as_str())));
    let (kind, life, iss) = match for_wechat(fields) {
        true => (CodeKind::Wechat, LOGIN_CODE_LIFE, None),
        false => (CodeKind::Authorization, AUTHORIZATION_CODE_LIFE, Some(house.live.issuer())),
    };
    let code = Code {
        digest: secret.digest(),
        kind,
        client: client.client.id.clone(),
        user: session.user,
        session: session.id,
        scope,
        redirect_uri: fields.get("redirect_uri").map(str::to_owned),
        challenge: checked.challenge.clone(),
        nonce: fields.get("nonce").map(str::to_owned),
        auth_time_asked: checked.max_age.is_some(),
        acr_asked: checked.acr_asked,
        actor: None,
        expires_at: now + life,
        used: None,
    };
    let changes = vec![Change::SessionHeld { session: session.id, now }, Change::CodeIssued(code)];
    house.commit(changes).await.map_err(|error| refused(&error))?;
    if let Some(live) = house.live.session(session.id).await.map_err(|cause| unavailable(&cause))? {
        house.live.touch(&live);
    }
    let answer = [("code", secret.expose())];
    Ok(reply::see_other(&answer_at(redirect, &answer, fields.get("state"), iss)))
}

fn for_wechat(fields: &Fields<'_>) -> bool {
    fields.get("response_mode") == Some(WECHAT)
}

/// The redirect URI with an answer, its `state` and the `iss` of RFC 9207.
fn answer_at(redirect: &str, answer: &[(&str, &str)], state: Option<&str>, iss: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(redirect) else { return redirect.to_owned() };
    let said: Vec<_> = answer.iter().copied().chain(state.map(|state| ("state", state))).collect();
    let said: Vec<_> = said.into_iter().chain(iss.map(|iss| ("iss", iss))).collect();
    if !said.is_empty() {
        url.query_pairs_mut().extend_pairs(said);
    }
    url.into()
}

async fn ask(
    house: &House,
    query: &str,
    client: &LiveClient,
    session: &Session,
    scope: ScopeSet,
) -> Result<Reply, Denied> {
    let (now, secret) = (house.now(), secret(house.live.vault().chance()));
    let fields = Fields::parse(query.as_bytes())?;
    // The hint may be an e-mail address, and what is resumed is stored: it has served its purpose.
    let kept = fields.iter().filter(|(name, _)| *name != "login_hint");
    let resumed = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let request = ConsentRequest {
        digest: secret.digest(),
        user: session.user,
        session: session.id,
        app: client.client.id.clone(),
        asker: client.client.id.clone(),
        scope,
        resume: Some(marked(house, ASKED, session, &resumed)),
        theme: fields.get("theme").and_then(Scheme::parse),
        ui_locales: fields.get("ui_locales").map(page_reply::kept_locales),
        expires_at: now + QUESTION_LIFE,
        opened: None,
        closed_at: None,
    };
    let changes = vec![Change::SessionHeld { session: session.id, now }, Change::ConsentAsked(request)];
    house.commit(changes).await.map_err(|error| refused(&error))?;
    Ok(reply::see_other(&format!("/consent/{}", secret.expose())))
}
