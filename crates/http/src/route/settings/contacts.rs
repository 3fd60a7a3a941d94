//! `/settings/contacts`: the addresses at which the person is reached.
//!
//! The reference of a code that is on its way is kept in a cookie; it is of use to its person alone.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use maud::Markup;
use portico_core::denied::{Code, Denied};
use portico_core::noun::challenge::{CHALLENGE_LIFE, ChallengePurpose};
use portico_core::noun::person::{Contact, HandleKind};
use portico_core::rule::contact as rule;
use portico_core::rule::sign_in::recent;
use portico_seal::normalise_phone;

use super::{Browser, Halt, Visit};
use crate::challenge::CodeProblem;
use crate::form::Fields;
use crate::page::settings::contacts::{ContactTrouble, Contacts, Reached, contacts as page};
use crate::page::settings::{Done, Section};
use crate::reply::Reply;
use crate::route::code::can_send;
use crate::route::contact::{self, Asked, contact_id};
use crate::route::me::{Who, account};
use crate::{House, caller, cookie, page_reply};

/// The kinds of addresses that a code is sent to.
const KINDS: [HandleKind; 2] = [HandleKind::Email, HandleKind::Phone];

/// `GET /settings/contacts`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Contacts, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    view(house, visit, &browser, &fields, None).await
}

async fn view(
    house: &House,
    visit: &Visit,
    browser: &Browser,
    fields: &Fields<'_>,
    problem: Option<ContactTrouble>,
) -> Result<Markup, Halt> {
    let who = browser.who();
    let person = account(house, who.user).await?;
    let list = |kind| {
        let one = |(place, contact): (usize, &Contact)| Reached {
            id: contact_id(house, who.user, kind, &contact.value),
            value: contact.value.clone(),
            verified: contact.verified_at.is_some(),
            main: place == 0,
        };
        rule::of(&person.profile, kind).iter().enumerate().map(one).collect()
    };
    Ok(page(&Contacts {
        sheet: visit.sheet(house, browser, fields),
        emails: list(HandleKind::Email),
        phones: list(HandleKind::Phone),
        waiting: awaited(house, visit, who).await?.map(|awaited| awaited.value),
        recent: recent(&browser.session, house.now()).is_ok(),
        can_add: can_send(house),
        typed: fields.get("contact").unwrap_or_default().to_owned(),
        problem,
    }))
}

/// `POST /settings/contacts`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let from = caller::address(request.extensions());
    let (visit, body) = Visit::to(Section::Contacts, request);
    visit.taken(&house, acted(&house, &visit, from, body).await)
}

async fn acted(house: &House, visit: &Visit, from: IpAddr, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let (who, words) = (browser.who(), visit.frame.words());
    let action = fields.need("action")?;
    if recent(&browser.session, house.now()).is_err() {
        return troubled(house, visit, &browser, &fields, ContactTrouble::Stale).await;
    }
    let done = match action {
        "add" => match read(house, &fields) {
            Ok((kind, value)) => sent(house, visit, who, from, kind, &value).await?,
            Err(trouble) => Err(trouble),
        },
        "resend" => match awaited(house, visit, who).await? {
            Some(Awaited { kind, value, .. }) => sent(house, visit, who, from, kind, &value).await?,
            None => Err(ContactTrouble::Gone),
        },
        "verify" => proven(house, visit, who, fields.get("code").unwrap_or_default()).await?,
        "main" => {
            let (kind, id) = named(&fields)?;
            contact::main(house, who, kind, id, words).await?;
            Ok(visit.done(Done::MainChosen))
        }
        "remove" => {
            let (kind, id) = named(&fields)?;
            match contact::remove(house, who, kind, id, words).await {
                Ok(()) => Ok(visit.done(Done::ContactRemoved)),
                Err(denied) if denied.code == Code::Conflict => Err(ContactTrouble::LastWay),
                Err(denied) => return Err(denied.into()),
            }
        }
        _ => return Err(Denied::request("this action is not known").into()),
    };
    match done {
        Ok(reply) => Ok(reply),
        Err(trouble) => troubled(house, visit, &browser, &fields, trouble).await,
    }
}

/// The page once more, and what is wrong.
async fn troubled(
    house: &House,
    visit: &Visit,
    browser: &Browser,
    fields: &Fields<'_>,
    trouble: ContactTrouble,
) -> Result<Reply, Halt> {
    let markup = view(house, visit, browser, fields, Some(trouble)).await?;
    let status = match trouble {
        ContactTrouble::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        ContactTrouble::Stale => StatusCode::FORBIDDEN,
        ContactTrouble::Yours | ContactTrouble::Full | ContactTrouble::LastWay => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    };
    let mut reply = page_reply::page(house, status, markup);
    if let ContactTrouble::TooMany { seconds } = trouble {
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(reply)
}

/// Reads what was typed: an e-mail address or a phone number to which a code can be sent.
fn read(house: &House, fields: &Fields<'_>) -> Result<(HandleKind, String), ContactTrouble> {
    let typed = fields.get("contact").unwrap_or_default();
    let email = rule::email(typed, house.on_loopback()).ok().map(|value| (HandleKind::Email, value));
    let found = email.or_else(|| normalise_phone(typed).map(|value| (HandleKind::Phone, value)));
    let (kind, value) = found.ok_or(ContactTrouble::Address)?;
    match house.courier.reaches(kind) {
        true => Ok((kind, value)),
        false => Err(ContactTrouble::Unreachable),
    }
}

/// Sends a code, and leads back to the page that then asks for it.
async fn sent(
    house: &House,
    visit: &Visit,
    who: Who,
    from: IpAddr,
    kind: HandleKind,
    value: &str,
) -> Result<Result<Reply, ContactTrouble>, Halt> {
    match contact::ask(house, who, kind, value, from, visit.frame.words()).await {
        Ok(Asked { verification, .. }) => {
            let mut reply = visit.done(Done::CodeSent);
            let held = cookie::set(house, &held(), &verification, Some(CHALLENGE_LIFE.as_seconds()));
            reply.headers_mut().append(header::SET_COOKIE, held);
            Ok(Ok(reply))
        }
        Err(denied) => match denied.code {
            Code::Conflict => {
                let person = account(house, who.user).await?;
                let is_it = |other: &Contact| house.live.vault().is_same(kind, &other.value, value);
                let theirs = rule::of(&person.profile, kind).iter().any(is_it);
                Ok(Err(if theirs { ContactTrouble::Yours } else { ContactTrouble::Full }))
            }
            Code::TooManyRequests => Ok(Err(ContactTrouble::TooMany { seconds: denied.wait.unwrap_or(60) })),
            _ => Err(denied.into()),
        },
    }
}

/// Takes the code that this browser waits for.
async fn proven(
    house: &House,
    visit: &Visit,
    who: Who,
    code: &str,
) -> Result<Result<Reply, ContactTrouble>, Halt> {
    let Some(Awaited { kind, reference, .. }) = awaited(house, visit, who).await? else {
        return Ok(Err(ContactTrouble::Gone));
    };
    match contact::prove(house, who, kind, (&reference, code), visit.frame.words()).await? {
        Ok(_) => {
            let mut reply = visit.done(Done::ContactAdded);
            reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, &held()));
            Ok(Ok(reply))
        }
        Err(CodeProblem::Wrong) => Ok(Err(ContactTrouble::Wrong)),
        Err(CodeProblem::Gone) => Ok(Err(ContactTrouble::Gone)),
        Err(CodeProblem::TooMany) => Ok(Err(ContactTrouble::TooManyWrong)),
    }
}

/// A code that this browser waits for, and the address that it was sent to.
struct Awaited {
    kind: HandleKind,
    value: String,
    reference: String,
}

async fn awaited(house: &House, visit: &Visit, who: Who) -> Result<Option<Awaited>, Denied> {
    let Some(reference) = cookie::get(house, &visit.headers, &held()) else { return Ok(None) };
    for kind in KINDS {
        if let Some(value) = contact::asked_about(house, who, kind, &reference).await? {
            return Ok(Some(Awaited { kind, value, reference }));
        }
    }
    Ok(None)
}

fn held() -> String {
    format!("{}{}", cookie::CODE, ChallengePurpose::Verify.as_str())
}

/// The address that a form names.
fn named<'f>(fields: &'f Fields<'_>) -> Result<(HandleKind, &'f str), Denied> {
    let (kind, id) = (fields.need("kind")?, fields.need("id")?);
    let kind = KINDS.into_iter().find(|known| known.as_str() == kind);
    Ok((kind.ok_or_else(|| Denied::request("this kind of address is not known"))?, id))
}
