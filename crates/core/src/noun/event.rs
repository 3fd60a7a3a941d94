//! Events: what hosts and back ends are told as it happens.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, EventSeq, SessionId, TokenId, UserId};
use crate::moment::Moment;
use crate::noun::session::EndReason;
use crate::scope::ScopeSet;

/// Something that happened, in commit order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub seq: EventSeq,
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub what: Happening,
}

/// What can happen that somebody outside wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Happening {
    /// A session is over.
    SessionEnded {
        /// Which one.
        session: SessionId,
        /// Whose it was.
        user: UserId,
        /// Why.
        reason: EndReason,
        /// The clients that were launched or signed in to in it.
        clients: Vec<ClientId>,
    },
    /// A person's consent for an app is another than before.
    ConsentChanged {
        /// Whose.
        user: UserId,
        /// For which app.
        app: ClientId,
        /// Everything that is granted now, `openid` included.
        scope: ScopeSet,
        /// What was granted before and is not now.
        removed: ScopeSet,
    },
    /// Some of a person's claims are others than before.
    ProfileChanged {
        /// Whose.
        user: UserId,
        /// The names of the claims.
        claims: Vec<String>,
    },
    /// An OpenID that came from elsewhere is no longer what an app knows a person by.
    OpenIdUndone {
        /// Whose it was.
        user: UserId,
        /// At which app.
        app: ClientId,
        /// The OpenID, sealed for the app.
        open_id: Vec<u8>,
    },
    /// One token was revoked before its time.
    TokenRevoked {
        /// The client whose token it was.
        client: ClientId,
        /// Its `jti`.
        token: TokenId,
    },
    /// An app was suspended.
    AppSuspended {
        /// Which one.
        app: ClientId,
    },
    /// Another key signs from now on, or will soon.
    KeysRotated,
}
