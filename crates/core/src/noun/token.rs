//! What a token says, once its signature has been checked. Tokens are not stored.

use crate::id::{ClientId, SessionId, TokenId, UserId};
use crate::moment::Moment;
use crate::noun::acr::Acr;
use crate::scope::ScopeSet;

/// An access token (RFC 9068) with its ids resolved to the inner ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its `jti`.
    pub id: TokenId,
    /// Whom it is for.
    pub purpose: Purpose,
    /// The client that presents it and under whose keys its ids are derived.
    pub client: ClientId,
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
    /// What it was issued for; what it is good for now depends on consent.
    pub scope: ScopeSet,
    /// When it was issued.
    pub issued_at: Moment,
    /// When it expires.
    pub expires_at: Moment,
    /// Who brought it about: the host of a launch, the app of a service token (RFC 8693 §4.1).
    pub actor: Option<ClientId>,
    /// When the person signed in, only where that was asked for.
    pub auth_time: Option<Moment>,
    /// How strong that sign-in was, only where that was asked for.
    pub acr: Option<Acr>,
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A host's own access token: opens the person's own view, and launches.
    Host,
    /// An app's token: a launch token, or one from the code flow.
    App,
    /// A token with which an app calls a service.
    Service,
}
