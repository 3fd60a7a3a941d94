//! What every page has in common that sends a code and takes it: who asks, in which browser, where it leads.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use maud::Markup;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::challenge::{CHALLENGE_LIFE, ChallengePurpose};
use portico_core::noun::guard;
use portico_core::noun::person::HandleKind;
use portico_live::LivePerson;
use portico_reach::Address;
use portico_seal::secret;

use super::sign_in::Onward;
use crate::challenge::{Answered, CodeProblem, Posed, note, open, pose, went_to};
use crate::form::Fields;
use crate::house::{refused, unavailable};
use crate::letter::{self, About, letter};
use crate::page::code::{CodePage, CodeTrouble, code as page};
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::{House, body, caller, cookie, known, page_reply};

pub use crate::page::code::Way;

impl Way {
    /// What its challenges are for.
    pub fn purpose(self) -> ChallengePurpose {
        match self {
            Self::SignIn => ChallengePurpose::SignIn,
            Self::Register => ChallengePurpose::Register,
            Self::Recover => ChallengePurpose::Recover,
        }
    }

    /// Where it begins.
    pub fn start(self) -> &'static str {
        match self {
            Self::SignIn => "/sign-in",
            Self::Register => "/register",
            Self::Recover => "/recover",
        }
    }

    fn cookie(self) -> String {
        format!("{}{}", cookie::CODE, self.purpose().as_str())
    }
}

/// Whether the operator has set up a way of sending codes.
pub fn can_send(house: &House) -> bool {
    house.courier.reaches(HandleKind::Email) || house.courier.reaches(HandleKind::Phone)
}

/// A request to one of these pages.
pub struct Visit {
    /// Where it leads, and what the page looks like.
    pub to: Onward,
    /// The headers.
    pub headers: HeaderMap,
    /// Who asks.
    pub address: IpAddr,
}

/// Why a page is not answered as asked: a page that says so.
pub type Halted = Box<Reply>;

impl Visit {
    /// Reads the head of a request; the body comes with it, for [`Self::form`].
    pub async fn read(house: &House, request: Request) -> Result<(Self, Body), Halted> {
        let (parts, body) = request.into_parts();
        let plain = || page_reply::frame(&Fields::default(), &parts.headers);
        let query = parts.uri.query().unwrap_or_default();
        let to = Onward::read(house, &parts.headers, query).await;
        let to = to.map_err(|denied| Box::new(page_reply::refusal(house, plain(), &denied)))?;
        let address = caller::address(&parts.extensions);
        Ok((Self { to, headers: parts.headers, address }, body))
    }

    /// The form of a request.
    pub async fn form(&self, house: &House, body: Body) -> Result<Fields<'static>, Halted> {
        let read = async { Fields::parse(&body::form(&self.headers, body).await?).map(Fields::into_owned) };
        read.await.map_err(|denied: Denied| self.refused(house, &denied))
    }

    /// A refusal as a page.
    pub fn refused(&self, house: &House, denied: &Denied) -> Halted {
        Box::new(page_reply::refusal(house, self.to.frame.clone(), denied))
    }

    /// The page that says that there is nothing here.
    pub fn nothing_here(&self, house: &House) -> Reply {
        page_reply::problem_page(house, self.to.frame.clone(), Problem::NotFound, None)
    }

    /// The token of a form shown before a code was sent, and the cookie that it is bound to where that is new.
    pub fn bind(&self, house: &House, form: &str) -> (String, Option<String>) {
        let held = cookie::get(house, &self.headers, cookie::FORM).filter(|held| held.len() == 43);
        let fresh = held.is_none().then(|| secret(house.live.vault().chance()).expose().to_owned());
        let binding = held.or_else(|| fresh.clone()).unwrap_or_default();
        (house.live.vault().csrf().token(&format!("{form} {binding}")), fresh)
    }

    /// Whether a form comes from the browser that it was shown to.
    pub fn is_bound(&self, house: &House, form: &str, fields: &Fields<'_>) -> bool {
        let held = cookie::get(house, &self.headers, cookie::FORM).unwrap_or_default();
        let csrf = fields.get("csrf").unwrap_or_default();
        !held.is_empty() && house.live.vault().csrf().check(&format!("{form} {held}"), csrf)
    }

    /// A page, with the cookie that its form is bound to where that is new.
    pub fn page(
        &self,
        house: &House,
        status: StatusCode,
        markup: Markup,
        fresh: Option<&str>,
        wait: Option<u64>,
    ) -> Reply {
        let mut reply = page_reply::page_leading_to(house, status, markup, self.to.target().as_deref());
        if let Some(fresh) = fresh {
            reply.headers_mut().append(header::SET_COOKIE, cookie::set(house, cookie::FORM, fresh, None));
        }
        if let Some(seconds) = wait {
            reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        reply
    }

    /// The reference of the code that this browser waits for.
    pub fn awaited(&self, house: &House, way: Way) -> Option<String> {
        cookie::get(house, &self.headers, &way.cookie()).filter(|held| held.len() == 43)
    }

    /// The page on which the code is typed in, or the way back to where one is asked for.
    pub fn typing(&self, house: &House, way: Way, trouble: Option<CodeTrouble>) -> Reply {
        let start = self.to.at(way.start());
        let Some(reference) = self.awaited(house, way) else { return reply::see_other(&start) };
        let view = CodePage {
            frame: self.to.frame.clone(),
            csrf: house.live.vault().csrf().token(&bound(way, &reference)),
            to: self.to.party.clone(),
            way,
            trouble,
            start,
        };
        let (status, wait) = match trouble {
            None => (StatusCode::OK, None),
            Some(CodeTrouble::Wait { seconds }) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
            Some(_) => (StatusCode::BAD_REQUEST, None),
        };
        self.page(house, status, page(&view), None, wait)
    }

    /// The reference, if the form with the code comes from the browser that waits for it.
    pub fn answered(&self, house: &House, way: Way, fields: &Fields<'_>) -> Option<String> {
        let reference = self.awaited(house, way)?;
        let csrf = fields.get("csrf").unwrap_or_default();
        house.live.vault().csrf().check(&bound(way, &reference), csrf).then_some(reference)
    }

    /// Commits a challenge, and leads the browser to the page on which its code is typed in.
    pub async fn ask(&self, house: &House, way: Way, path: &str, posed: Posed) -> Result<Reply, Denied> {
        house.commit(vec![posed.change]).await.map_err(|error| refused(&error))?;
        let mut reply = reply::see_other(&self.to.at(path));
        let age = Some(CHALLENGE_LIFE.as_seconds());
        let held = cookie::set(house, &way.cookie(), &posed.reference, age);
        reply.headers_mut().append(header::SET_COOKIE, held);
        Ok(reply)
    }

    /// The same answer without the cookie of the code, which is used up.
    pub fn over(&self, house: &House, way: Way, mut reply: Reply) -> Reply {
        reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, &way.cookie()));
        reply
    }
}

/// Sends a code to whoever was typed, and answers alike whoever that is, and whether it is anybody.
///
/// Before the answer there are three look-ups by index and one commit, for somebody and for nobody. What
/// depends on the person (whether they may sign in, which of their addresses is verified, the message)
/// is looked at after it, in a task of its own, which first notes where the code goes, or that it goes
/// nowhere: the answer counts for that address alone. The outer error is a refusal, the inner one how many
/// seconds to wait.
pub async fn send(
    house: &Arc<House>,
    visit: &Visit,
    way: Way,
    path: &str,
    typed: &str,
) -> Result<Result<Reply, u64>, Denied> {
    let user = house.live.user_named(typed).await.map_err(|cause| unavailable(&cause))?;
    let counter = known::counter(house, &visit.headers, typed, user, visit.address).await;
    if let Err(seconds) = house.throttles.may_send(counter.destination(), visit.address) {
        return Ok(Err(seconds));
    }
    let mut posed = pose(house, way.purpose(), user, typed);
    let (code, reference) = (std::mem::take(&mut posed.code), posed.reference.clone());
    let reply = visit.ask(house, way, path, posed).await?;
    let (house, typed, words) = (Arc::clone(house), typed.to_owned(), visit.to.frame.words());
    tokio::spawn(async move {
        let Ok(found) = reached(&house, user, &typed).await else { return };
        let index = found.as_ref().and_then(|to| letter::index(&house, to));
        let noted = note(&house, way.purpose(), &reference, (user, index));
        if house.commit(vec![noted]).await.is_err() {
            return tracing::warn!("a code was not sent");
        }
        let Some(to) = found else { return };
        let about = if way == Way::Recover { About::Recover(&code) } else { About::SignIn(&code) };
        post(&house, letter(house.live.issuer(), words, to, about));
    });
    Ok(Ok(reply))
}

/// Gives a message to the courier.
pub fn post(house: &House, letter: portico_reach::Letter) {
    if !house.courier.post(letter) {
        tracing::warn!("a message was not taken");
    }
}

/// Where a code for this person goes after this was typed, if they may sign in.
async fn reached(house: &House, user: Option<UserId>, typed: &str) -> Result<Option<Address>, Denied> {
    let person = live_person(house, user).await?;
    Ok(person.and_then(|person| letter::destination(house, &person, typed)))
}

async fn live_person(house: &House, user: Option<UserId>) -> Result<Option<Arc<LivePerson>>, Denied> {
    let Some(user) = user else { return Ok(None) };
    let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
    Ok(person.filter(|person| person.person.is_live()))
}

/// Whom a code has proved, and by which address.
pub struct Proven {
    /// The person.
    pub person: Arc<LivePerson>,
    /// The address that the code went to.
    pub to: Address,
    /// The same as a way in of theirs.
    pub way: guard::Way,
}

/// Whom an answer that was right proves: while they may sign in, and the very address that the code went
/// to is still a verified one of theirs.
pub async fn proven(house: &House, reference: &str, answered: &Answered) -> Result<Option<Proven>, Denied> {
    let Some(person) = live_person(house, answered.user).await? else { return Ok(None) };
    let Some(index) = went_to(house, reference).await? else { return Ok(None) };
    let to = letter::verified(house, &person, &index);
    Ok(to.map(|to| Proven { person, to, way: guard::Way::Contact(index) }))
}

/// How a code proves who one is (RFC 8176 §2).
pub fn method(to: &Address) -> &'static str {
    match to.kind() {
        HandleKind::Phone => "otp sms",
        _ => "otp",
    }
}

/// What a code was sent for, as wrong answers to it are counted: the same for everything that was sent for
/// one account as it was named. The error is how many seconds to wait. None where there is nothing to answer.
pub async fn guessing(
    house: &House,
    visit: &Visit,
    way: Way,
    reference: &str,
    named: impl FnOnce(&str) -> String,
) -> Result<Result<Option<[u8; 32]>, u64>, Denied> {
    let Some(asked) = open(house, way.purpose(), reference).await? else { return Ok(Ok(None)) };
    let sent_for = house.live.vault().typed(&named(&asked.about));
    Ok(house.throttles.may_guess(&sent_for, visit.address).map(|()| Some(sent_for)))
}

/// The page again after a code that did not count; a wrong one is counted.
pub fn not_counted(
    house: &House,
    visit: &Visit,
    way: Way,
    sent_for: Option<[u8; 32]>,
    problem: CodeProblem,
) -> Reply {
    if let (CodeProblem::Wrong, Some(sent_for)) = (problem, sent_for) {
        house.throttles.guessed_wrong(&sent_for, visit.address);
    }
    visit.typing(house, way, Some(trouble(problem)))
}

/// What the page says of a code that did not count.
fn trouble(problem: CodeProblem) -> CodeTrouble {
    match problem {
        CodeProblem::Wrong => CodeTrouble::Wrong,
        CodeProblem::Gone => CodeTrouble::Gone,
        CodeProblem::TooMany => CodeTrouble::TooMany,
    }
}

fn bound(way: Way, reference: &str) -> String {
    format!("code {} {reference}", way.purpose().as_str())
}
