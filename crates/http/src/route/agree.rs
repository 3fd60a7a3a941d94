//! Answering a question of consent: the page `/consent/{request}`, and JSON for hosts that draw
//! their own.

mod json;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::noun::app::App;
use portico_core::noun::catalogue::{CatalogueEntry, Sensitivity};
use portico_core::noun::consent::{ConsentRequest, Consents, Decision, Words};
use portico_core::rule::agree::{self as rule, Answer};
use portico_core::rule::authorize::same_redirect;
use portico_core::scope::{Scope, ScopeSet};
use portico_live::LiveClient;
use portico_seal::{digest, matches, secret};
use portico_store::CommitError;
use url::Url;

use crate::caller::browser_session;
use crate::form::{Fields, parse_with_repeats};
use crate::house::{refused, unavailable};
use crate::page::Frame;
use crate::page::consent::{Consent, Permission, PermissionKind, consent};
use crate::page::done::done;
use crate::page::error::Problem;
use crate::page_reply::Wish;
use crate::reply::{self, Reply};
use crate::{House, body, cookie, page_reply};

pub use json::{answer_json, show_json};

/// What was asked, with everything that the page or the host is shown.
struct Question {
    request: ConsentRequest,
    app: Arc<LiveClient>,
    asker: Arc<LiveClient>,
    developer: String,
    before: Consents,
    catalogue: Arc<Vec<CatalogueEntry>>,
}

impl Question {
    fn manifest(&self) -> Result<&App, Denied> {
        self.app.client.app().ok_or_else(gone)
    }

    fn entry(&self, scope: &Scope) -> Option<&CatalogueEntry> {
        self.catalogue.iter().find(|entry| entry.scope == *scope)
    }

    /// The words for a scope in a language, as they are shown and kept in the history.
    fn words(&self, scope: &Scope, language: &'static str) -> Words {
        let entry = self.entry(scope);
        let permission = self.app.client.app().and_then(|app| app.permission(scope));
        Words {
            app_name: self.app.client.name.clone(),
            title: entry.map_or(scope.as_str(), |entry| entry.title_in(&[language])).to_owned(),
            description: entry.map_or("", |entry| entry.description_in(&[language])).to_owned(),
            reason: permission.map(|permission| permission.reason.clone()).unwrap_or_default(),
            locale: language.to_owned(),
        }
    }
}

fn gone() -> Denied {
    Denied::not_found("this consent request has expired or was answered already")
}

/// Loads a question that can still be answered.
async fn question(house: &House, secret: &str) -> Result<Question, Denied> {
    let (store, digest) = (house.live.store(), digest(secret));
    let request = store.consent_request(&digest).await.map_err(|cause| unavailable(&cause))?;
    let session = match &request {
        Some(request) => house.live.session(request.session).await.map_err(|cause| unavailable(&cause))?,
        None => None,
    };
    let session = session.map(|session| session.now(&house.live.settings().sessions));
    let request = rule::open(request.as_ref(), session.as_ref(), house.now())?.clone();
    let find = async |id| {
        let client = house.live.client(id).await.map_err(|cause| unavailable(&cause))?;
        client.filter(|client| client.client.is_live()).ok_or_else(gone)
    };
    let (app, asker) = (find(&request.app).await?, find(&request.asker).await?);
    let developer = &app.client.app().ok_or_else(gone)?.developer;
    let developer = store.developer(developer).await.map_err(|cause| unavailable(&cause))?;
    let developer = developer.map(|developer| developer.name).unwrap_or_default();
    // From the store: the decision must not rest on what memory held a moment ago.
    let before = store.consents(request.user, &request.app).await.map_err(|cause| unavailable(&cause))?;
    Ok(Question { request, app, asker, developer, before, catalogue: house.live.catalogue() })
}

/// The changes of an answer, decided on the question as it is now.
async fn decided(
    house: &House,
    secret: &str,
    answer: &Answer,
    language: &'static str,
) -> Result<(Vec<Change>, ()), Denied> {
    let question = question(house, secret).await?;
    let words = |scope: &Scope| question.words(scope, language);
    let changes =
        rule::agree(&question.request, question.manifest()?, &question.before, answer, &words, house.now())?;
    Ok((changes, ()))
}

fn is_sensitive(question: &Question, scope: &Scope) -> bool {
    question.entry(scope).is_some_and(|entry| entry.sensitivity == Sensitivity::Sensitive)
}

/// `GET /consent/{request}`: the first opening trades the secret for a cookie.
pub async fn show(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let place = match Place::read(parts.uri.query().unwrap_or_default(), &parts.headers) {
        Ok(place) => place,
        Err(denied) => {
            return page_reply::refusal(
                &house,
                page_reply::frame(&Fields::default(), &parts.headers),
                &denied,
            );
        }
    };
    match opened(&house, &id, &parts.headers, &place).await {
        Ok(reply) => reply,
        Err(denied) => place.over(&house, &id, &denied).await,
    }
}

/// `POST /consent/{request}`.
pub async fn answer(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let place = match Place::read(parts.uri.query().unwrap_or_default(), &parts.headers) {
        Ok(place) => place,
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
        Err(denied) => return page_reply::refusal(&house, place.frame, &denied),
    };
    match answered(&house, &id, &parts.headers, &bytes, &place).await {
        Ok(reply) => reply,
        Err(denied) => place.over(&house, &id, &denied).await,
    }
}

/// How the page is to look, and where it is to lead.
struct Place {
    wish: Wish,
    headers: HeaderMap,
    /// Until the question is known, as the address of the page says.
    frame: Frame,
    return_to: Option<String>,
}

impl Place {
    fn read(query: &str, headers: &HeaderMap) -> Result<Self, Denied> {
        let fields = Fields::parse(query.as_bytes())?;
        let wish = Wish::read(&fields);
        Ok(Self {
            frame: wish.frame(headers),
            headers: headers.clone(),
            return_to: fields.get("return_to").map(str::to_owned),
            wish,
        })
    }

    /// The frame for a question: as the page's own address says, else as the launch did, in the colours of
    /// whoever brought it.
    fn frame_for(&self, question: &Question) -> Frame {
        let launch = Wish { theme: question.request.theme, ui_locales: question.request.ui_locales.clone() };
        self.wish.clone().or(launch).frame_for(&question.asker.client, &self.headers)
    }

    /// Whether `return_to`, if it was given, is a redirect URI of the asker.
    fn leads_home(&self, asker: &LiveClient) -> bool {
        let Some(to) = &self.return_to else { return true };
        asker.client.redirect_uris.iter().any(|registered| same_redirect(registered, to))
    }

    fn back(&self, outcome: &str) -> Option<String> {
        let mut url = Url::parse(self.return_to.as_deref()?).ok()?;
        url.query_pairs_mut().append_pair("consent", outcome);
        Some(url.into())
    }

    /// What is answered where the question cannot be shown or taken any more.
    async fn over(self, house: &House, id: &str, denied: &Denied) -> Reply {
        reply::log(denied);
        match denied.code {
            Code::NotFound => {}
            Code::AccessDenied => {
                return page_reply::problem_page(house, self.frame, Problem::SomebodyElse, None);
            }
            _ => return page_reply::refusal(house, self.frame, denied),
        }
        let request = house.live.store().consent_request(&digest(id)).await.ok().flatten();
        let asker = match &request {
            Some(request) => house.live.client(&request.asker).await.ok().flatten(),
            None => None,
        };
        match (asker.filter(|asker| self.leads_home(asker)), self.back("expired")) {
            (Some(_), Some(back)) => reply::see_other(&back),
            _ => page_reply::problem_page(house, self.frame, Problem::LinkExpired, None),
        }
    }
}

fn cookie_name(id: &str) -> String {
    let tail: String = digest(id)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{tail}", cookie::CONSENT)
}

/// Refuses the page to a browser where somebody else is signed in.
async fn same_person(house: &House, headers: &HeaderMap, question: &Question) -> Result<(), Denied> {
    match browser_session(house, headers).await? {
        Some(session) if session.user != question.request.user => {
            Err(Denied::new(Code::AccessDenied, "somebody else is signed in in this browser"))
        }
        _ => Ok(()),
    }
}

async fn opened(house: &House, id: &str, headers: &HeaderMap, place: &Place) -> Result<Reply, Denied> {
    let question = question(house, id).await?;
    if !place.leads_home(&question.asker) {
        return Ok(page_reply::problem_page(house, place.frame.clone(), Problem::UnregisteredReturn, None));
    }
    same_person(house, headers, &question).await?;
    let frame = place.frame_for(&question);
    let held = cookie::get(house, headers, &cookie_name(id));
    match (question.request.opened, held) {
        (Some(expected), Some(held)) if matches(&expected, &held) => {
            Ok(page(house, &question, place, frame, &held))
        }
        (Some(_), _) => Err(gone().because("a consent page opened a second time")),
        (None, _) => {
            let fresh = secret(house.live.vault().chance());
            let change =
                Change::ConsentOpened { digest: question.request.digest, cookie_digest: fresh.digest() };
            match house.commit(vec![change]).await {
                Ok(()) => {}
                Err(CommitError::Conflict) => return Err(gone()),
                Err(error) => return Err(refused(&error)),
            }
            let mut reply = page(house, &question, place, frame, fresh.expose());
            let life = (question.request.expires_at - house.now()).as_seconds().max(1);
            let cookie = cookie::set(house, &cookie_name(id), fresh.expose(), Some(life));
            reply.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(reply)
        }
    }
}

fn page(house: &House, question: &Question, place: &Place, frame: Frame, held: &str) -> Reply {
    let language = frame.words().lang;
    let asked = question.request.scope.iter().map(|scope| {
        let required =
            question.app.client.app().and_then(|app| app.permission(scope)).is_some_and(|p| p.required);
        let on = question.before.of(scope) == Some(Decision::Granted);
        (scope, if required { PermissionKind::Required } else { PermissionKind::Optional { on } })
    });
    let allowed = question.app.client.app().map(|app| app.preauthorised.clone()).unwrap_or_default();
    let allowed = allowed.without(&question.request.scope);
    let told = allowed.iter().map(|scope| (scope, PermissionKind::PreAuthorised));
    let permissions = asked.chain(told).map(|(scope, kind)| {
        let words = question.words(scope, language);
        Permission {
            scope: scope.to_string(),
            title: words.title,
            description: words.description,
            reason: Some(words.reason).filter(|reason| !reason.is_empty()),
            sensitive: is_sensitive(question, scope),
            kind,
        }
    });
    let view = Consent {
        frame,
        csrf: house.live.vault().csrf().token(&format!("consent {held}")),
        app: page_reply::party(&question.app.client, Some(&question.developer)),
        host: page_reply::party(&question.asker.client, None),
        permissions: permissions.collect(),
    };
    let to = match &question.request.resume {
        Some(resume) => resume_target(resume),
        None => place.return_to.clone(),
    };
    page_reply::page_leading_to(house, StatusCode::OK, consent(&view), to.as_deref())
}

/// Where an authorization request ends, for the policy of the page's form.
fn resume_target(resume: &str) -> Option<String> {
    let (_, query) = resume.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "redirect_uri")
        .map(|(_, uri)| uri.into_owned())
}

async fn answered(
    house: &House,
    id: &str,
    headers: &HeaderMap,
    bytes: &[u8],
    place: &Place,
) -> Result<Reply, Denied> {
    let question = question(house, id).await?;
    if !place.leads_home(&question.asker) {
        return Ok(page_reply::problem_page(house, place.frame.clone(), Problem::UnregisteredReturn, None));
    }
    same_person(house, headers, &question).await?;
    let frame = place.frame_for(&question);
    let held = cookie::get(house, headers, &cookie_name(id)).unwrap_or_default();
    let opened = question.request.opened.is_some_and(|expected| matches(&expected, &held));
    if !opened {
        return Err(gone().because("a consent answer without the request's cookie"));
    }
    let (fields, grants) = parse_with_repeats(bytes, "grant")?;
    let csrf = fields.get("csrf").unwrap_or_default();
    if !house.live.vault().csrf().check(&format!("consent {held}"), csrf) {
        return Ok(page_reply::problem_page(house, frame, Problem::FormExpired, None));
    }
    let answer = read_answer(&question, fields.get("decision"), &grants)?;
    house.decide(|| decided(house, id, &answer, frame.words().lang)).await?;
    let mut reply = match (&question.request.resume, place.back("done")) {
        (Some(resume), _) => reply::see_other(resume),
        (None, Some(back)) => reply::see_other(&back),
        (None, None) => page_reply::page(house, StatusCode::OK, done(&frame)),
    };
    reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, &cookie_name(id)));
    Ok(reply)
}

/// What the form says: "allow" grants what is required and what was switched on.
fn read_answer(question: &Question, decision: Option<&str>, grants: &[String]) -> Result<Answer, Denied> {
    let asked = &question.request.scope;
    match decision {
        Some("deny") => Ok(Answer { granted: ScopeSet::empty(), refused: asked.clone() }),
        Some("allow") => {
            let app = question.manifest()?;
            let granted = asked.only(|scope| {
                let required = app.permission(scope).is_some_and(|permission| permission.required);
                required || grants.iter().any(|grant| grant == scope.as_str())
            });
            Ok(Answer { refused: asked.without(&granted), granted })
        }
        _ => Err(Denied::request("decision must be 'allow' or 'deny'")),
    }
}
