//! A link ticket: one attempt of a signed-in person to tie identities elsewhere to themselves.

use crate::id::{ClientId, ConnectionId, SessionId, UserId};
use crate::moment::{Moment, Span};

/// How long a ticket can be opened and walked through.
pub const TICKET_LIFE: Span = Span::minutes(5);
/// How long the code at its end can be presented.
pub const LINK_CODE_LIFE: Span = Span::minutes(2);

/// One ticket, from when a host asks for it until the links are made or it expires.
///
/// It is opened in one browser, once; that browser alone goes on with it. Nothing is linked before the
/// host presents the code at its end with a token of the session for which the ticket was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTicket {
    /// SHA-256 of the 256-bit secret in its address.
    pub digest: [u8; 32],
    /// Whose identities are collected.
    pub user: UserId,
    /// The session for which it was made.
    pub session: SessionId,
    /// The host that asked for it.
    pub host: ClientId,
    /// Where identities are to be proved, in this order.
    pub connections: Vec<ConnectionId>,
    /// Whether the person is asked nothing.
    pub silent: bool,
    /// Where the browser is sent in the end: a redirect URI of the host.
    pub return_to: String,
    /// When it can no longer be gone on with.
    pub expires_at: Moment,
    /// SHA-256 of the cookie of the browser that opened it.
    pub opened: Option<[u8; 32]>,
    /// How many connections have been proved; the next one is that of this number.
    pub step: u32,
    /// What was proved so far, sealed under the operator's key for this ticket alone; empty before the first.
    pub sealed: Vec<u8>,
    /// The code with which the host completes it, once everything was proved.
    pub code: Option<LinkCode>,
    /// When it was completed.
    pub used_at: Option<Moment>,
}

/// The code at the end of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkCode {
    /// SHA-256 of the 256-bit code.
    pub digest: [u8; 32],
    /// When it can no longer be presented.
    pub expires_at: Moment,
}
