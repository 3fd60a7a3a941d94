//! A ticket in its browser: sending it to the next provider, and home in the end.

use axum::http::{HeaderMap, header};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ConnectionId;
use portico_core::noun::connection::Connection;
use portico_core::noun::session::Session;
use portico_core::noun::ticket::LinkTicket;
use portico_core::rule::ticket::{self as rule, Standing};
use portico_reach::upstream::ATTEMPT_LIFE;
use portico_reach::{Attempt, UpstreamError, Wishes};
use portico_seal::{digest_of, matches};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::caller::browser_session;
use crate::connection::{Errand, Provider};
use crate::house::unavailable;
use crate::page::Frame;
use crate::page::error::Problem;
use crate::reply::{self, Reply};
use crate::{House, cookie, page_reply};

/// What a browser is away for.
#[derive(Serialize, Deserialize)]
pub(super) struct Away {
    /// SHA-256 of the ticket.
    pub ticket: [u8; 32],
    /// Which step of it.
    pub step: u32,
    /// SHA-256 of what had been proved before: another way of getting to this step is another walk.
    pub after: [u8; 32],
}

impl Away {
    /// What a browser leaves for that goes on with this ticket.
    pub fn from(ticket: &LinkTicket) -> Self {
        Self { ticket: ticket.digest, step: ticket.step, after: proved_so_far(ticket) }
    }

    /// Whether the ticket is still where it was when the browser left, by the same walk.
    pub fn is_of(&self, ticket: &LinkTicket) -> bool {
        self.ticket == ticket.digest && self.step == ticket.step && self.after == proved_so_far(ticket)
    }
}

fn proved_so_far(ticket: &LinkTicket) -> [u8; 32] {
    digest_of(&ticket.sealed)
}

/// How a walk ended without anything that could be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An identity is somebody else's, or the app was told another one.
    Conflict,
    /// The person refused at a provider.
    Denied,
    /// A provider gave no answer that can be used, or the time is over.
    Failed,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// Where a walk does not go on.
pub(super) enum Halt {
    /// The ticket is over, and its host is told so.
    End(Outcome),
    /// Nothing is known to this browser of any ticket; a page says what is wrong.
    Page(Problem),
    /// No answer can be given now.
    Refused(Denied),
}

impl From<Denied> for Halt {
    fn from(denied: Denied) -> Self {
        Self::Refused(denied)
    }
}

impl From<UpstreamError> for Halt {
    fn from(why: UpstreamError) -> Self {
        tracing::warn!(%why, "an identity elsewhere was not proved");
        match why {
            UpstreamError::Refused(code) if code == "access_denied" => Self::End(Outcome::Denied),
            _ => Self::End(Outcome::Failed),
        }
    }
}

impl Halt {
    /// What the browser is answered; home where a ticket is known that leads there.
    pub(super) async fn reply(self, house: &House, frame: Frame, ticket: Option<&LinkTicket>) -> Reply {
        match (self, ticket) {
            (Self::End(outcome), Some(ticket)) => end(house, ticket, outcome).await,
            (Self::End(_), None) => page_reply::problem_page(house, frame, Problem::LinkExpired, None),
            (Self::Page(problem), _) => page_reply::problem_page(house, frame, problem, None),
            (Self::Refused(denied), _) => page_reply::refusal(house, frame, &denied),
        }
    }
}

/// A ticket, and how this browser stands to it.
pub(super) struct Walk {
    pub ticket: LinkTicket,
    pub standing: Standing,
}

/// The ticket of this digest, for this browser.
pub(super) async fn walk(house: &House, headers: &HeaderMap, digest: &[u8; 32]) -> Result<Walk, Halt> {
    let ticket = house.live.store().link_ticket(digest).await.map_err(|cause| unavailable(&cause))?;
    let ticket = ticket.ok_or(Halt::Page(Problem::LinkExpired))?;
    let session = house.live.session(ticket.session).await.map_err(|cause| unavailable(&cause))?;
    let session = session.map(|session| session.now(&house.live.settings().sessions));
    let held = cookie::get(house, headers, &cookie_of(digest));
    let holds = ticket.opened.zip(held).is_some_and(|(opened, held)| matches(&opened, &held));
    match rule::standing(Some(&ticket), holds, session.as_ref(), house.now()) {
        Standing::Gone => Err(Halt::Page(Problem::LinkExpired)),
        standing => Ok(Walk { ticket, standing }),
    }
}

/// Refuses a browser in which somebody else is signed in.
pub(super) async fn same_person(house: &House, headers: &HeaderMap, ticket: &LinkTicket) -> Result<(), Halt> {
    let other = |here: &Session| here.user != ticket.user;
    match browser_session(house, headers).await?.is_some_and(|here| other(&here)) {
        true => Err(Halt::Page(Problem::SomebodyElse)),
        false => Ok(()),
    }
}

/// Sends the browser to the provider of the step that the ticket is at.
pub(super) async fn leave(house: &House, ticket: &LinkTicket) -> Result<Reply, Halt> {
    let failed = || Halt::End(Outcome::Failed);
    let id = ticket.connections.get(ticket.step as usize).ok_or_else(failed)?;
    let connection = house.live.store().connection(id).await.map_err(|cause| unavailable(&cause))?;
    // Who was to be asked nothing is not asked something because the connection is another by now.
    let fits = |one: &Connection| !ticket.silent || one.is_silent();
    let connection = connection.filter(fits).ok_or_else(failed)?;
    let (vault, now) = (house.live.vault(), house.now());
    let about = serde_json::to_string(&Away::from(ticket)).expect("numbers are JSON");
    let attempt = Attempt::begin(vault.chance(), about, false, now);
    let provider = Provider::of(house, &connection, Errand::Link)?;
    let url = provider.leave(house, &attempt, &Wishes::default()).await?;
    let mut reply = reply::see_other(&url);
    let value = attempt.seal(&sealed_at(id), vault.master(), vault.chance());
    let cookie = cookie::set(house, &attempt_cookie(id), &value, Some(ATTEMPT_LIFE.as_seconds()));
    reply.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(reply)
}

/// The attempt that this browser has under way at a connection.
pub(super) fn held(house: &House, headers: &HeaderMap, connection: &ConnectionId) -> Option<Attempt> {
    let value = cookie::get(house, headers, &attempt_cookie(connection))?;
    Attempt::open(&value, &sealed_at(connection), house.live.vault().master(), house.now())
}

/// Gives the ticket up and sends the browser home.
async fn end(house: &House, ticket: &LinkTicket, outcome: Outcome) -> Reply {
    let used = Change::LinkTicketUsed { digest: ticket.digest, at: house.now() };
    if let Err(error) = house.commit(vec![used]).await {
        // It could only be gone on with by this browser, which loses its cookie.
        tracing::info!(%error, "a link ticket was not given up");
    }
    home(house, ticket, &[("link", outcome.as_str())])
}

/// Sends the browser to where the host wants it, with these parameters, and takes its cookie away.
pub(super) fn home(house: &House, ticket: &LinkTicket, said: &[(&str, &str)]) -> Reply {
    let Ok(mut to) = Url::parse(&ticket.return_to) else {
        return reply::problem(&Denied::unavailable("a ticket without a way home"));
    };
    to.query_pairs_mut().extend_pairs(said);
    let mut reply = reply::see_other(to.as_str());
    reply.headers_mut().append(header::SET_COOKIE, cookie::clear(house, &cookie_of(&ticket.digest)));
    reply
}

/// The name of the cookie of the browser that opened a ticket.
pub(super) fn cookie_of(ticket: &[u8; 32]) -> String {
    let tail: String = ticket[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{tail}", cookie::LINK)
}

/// The name of the cookie in which the attempt at a connection lies.
pub(super) fn attempt_cookie(connection: &ConnectionId) -> String {
    format!("{}{connection}", cookie::LINK_ATTEMPT)
}

fn sealed_at(connection: &ConnectionId) -> String {
    format!("link {connection}")
}
