//! Link tickets: who may have one, which browser may go on with it, and who may complete it.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, ConnectionId, SessionId};
use crate::moment::Moment;
use crate::noun::client::Client;
use crate::noun::connection::Connection;
use crate::noun::session::Session;
use crate::noun::ticket::{LINK_CODE_LIFE, LinkCode, LinkTicket, TICKET_LIFE};

/// The most identities that one ticket collects.
pub const MOST: usize = 10;

/// What a host asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Where identities are to be proved, in this order.
    pub connections: Vec<ConnectionId>,
    /// Whether the person is to be asked nothing.
    pub silent: bool,
    /// Where the browser is sent in the end.
    pub return_to: String,
}

/// Issues a ticket to a host for the person of a session. `found` are the connections asked for, in order.
pub fn issue(
    ask: Ask,
    found: &[Option<Connection>],
    host: &Client,
    session: &Session,
    digest: [u8; 32],
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    if !host.redirect_uris.contains(&ask.return_to) {
        return Err(Denied::request("return_to is not a redirect URI of this host"));
    }
    if found.is_empty() || found.len() > MOST {
        return Err(Denied::request("connections must name 1 to 10 connections"));
    }
    for (i, connection) in found.iter().enumerate() {
        let unknown = || Denied::request("connections names one that there is not");
        let connection = connection.as_ref().ok_or_else(unknown)?;
        if !connection.takes_browsers() {
            return Err(Denied::request("connections names one that takes a login code instead"));
        }
        if ask.silent && !connection.is_silent() {
            return Err(Denied::request("silent needs official accounts that ask the person nothing"));
        }
        let issuer = connection.link_issuer();
        if found[..i].iter().flatten().any(|before| before.link_issuer() == issuer) {
            return Err(Denied::request("connections names the people of one provider twice"));
        }
    }
    let ticket = LinkTicket {
        digest,
        user: session.user,
        session: session.id,
        host: host.id.clone(),
        connections: ask.connections,
        silent: ask.silent,
        return_to: ask.return_to,
        expires_at: now + TICKET_LIFE,
        opened: None,
        step: 0,
        sealed: vec![],
        code: None,
        used_at: None,
    };
    Ok(vec![Change::SessionHeld { session: session.id, now }, Change::LinkTicketIssued(ticket)])
}

/// How a browser stands to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has opened it.
    Unopened,
    /// This browser has, and may go on.
    Mine,
    /// It is this browser's, or nobody's yet, and cannot be gone on with: its time is over, or the session.
    Over,
    /// It is another browser's, or done with, or there is none.
    Gone,
}

/// How the browser that comes with a ticket's address stands to it. `holds` says whether it has the cookie that
/// was given to the one that opened the ticket; `session` is the ticket's, if it is there.
pub fn standing(
    ticket: Option<&LinkTicket>,
    holds: bool,
    session: Option<&Session>,
    now: Moment,
) -> Standing {
    let Some(ticket) = ticket else { return Standing::Gone };
    let others = ticket.opened.is_some() && !holds;
    if others || ticket.used_at.is_some() || ticket.code.is_some() {
        return Standing::Gone;
    }
    let live = session.is_some_and(|session| session.is_live(now));
    match (live && now < ticket.expires_at, ticket.opened) {
        (false, _) => Standing::Over,
        (true, None) => Standing::Unopened,
        (true, Some(_)) => Standing::Mine,
    }
}

/// Whether an answer of this connection is what the ticket waits for.
pub fn is_at(ticket: &LinkTicket, connection: &ConnectionId) -> bool {
    ticket.opened.is_some() && ticket.connections.get(ticket.step as usize) == Some(connection)
}

/// The ticket as its own browser finds it that opens it again: at its beginning. Whoever sits at the browser by
/// then may be somebody else than whoever went through the steps before.
pub fn reopened(ticket: &LinkTicket) -> (LinkTicket, Change) {
    let begun = LinkTicket { step: 0, sealed: vec![], ..ticket.clone() };
    (begun, Change::LinkTicketReopened { digest: ticket.digest })
}

/// The change that adds one more identity, sealed with those before; with the code, where it was the last.
/// `code` is fresh, drawn whether it will be needed or not.
pub fn proved(ticket: &LinkTicket, sealed: Vec<u8>, code: [u8; 32], now: Moment) -> (Change, bool) {
    let last = ticket.step as usize + 1 >= ticket.connections.len();
    let code = last.then(|| LinkCode { digest: code, expires_at: now + LINK_CODE_LIFE });
    (Change::LinkTicketProved { digest: ticket.digest, step: ticket.step, sealed, code }, last)
}

/// Whether the code may be presented with a token of this session by this host. Whoever presents it in another
/// session is [`Code::AccessDenied`], and the ticket is then given up: whose browser it went through is in doubt.
pub fn complete<'t>(
    ticket: Option<&'t LinkTicket>,
    session: SessionId,
    host: &ClientId,
    now: Moment,
) -> Result<&'t LinkTicket, Denied> {
    let unknown = || Denied::grant("the link code is unknown, has expired, or was used");
    let good = |ticket: &&LinkTicket| {
        ticket.used_at.is_none() && ticket.code.is_some_and(|code| now < code.expires_at)
    };
    let ticket = ticket.filter(good).ok_or_else(unknown)?;
    match ticket.session == session && ticket.host == *host {
        true => Ok(ticket),
        false => Err(Denied::new(Code::AccessDenied, "the link code belongs to another session")),
    }
}

#[cfg(test)]
#[path = "ticket_tests.rs"]
mod tests;
