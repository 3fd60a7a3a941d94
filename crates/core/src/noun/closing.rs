//! A closing: what a commit made untrue in the memory of every node.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, SessionId, TokenId, UserId};
use crate::moment::Moment;

/// What is no longer true, by name. A node that has taken all of it out of memory answers as if the
/// commit had been its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Closing {
    /// Clients that were changed or removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// People who were changed or erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
    /// Sessions that were renewed or ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionId>,
    /// Decisions of one person about one app that are others than before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<(UserId, ClientId)>,
    /// OpenIDs of one person at one app that came from elsewhere, or no longer do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_ids: Vec<(UserId, ClientId)>,
    /// Tokens that were revoked, and when they would have expired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<(TokenId, Moment)>,
    /// Decisions, OpenIDs, and entries of a client in sessions, went with a client or a person: which ones is
    /// not listed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_consents: bool,
    /// The catalogue of scopes is another.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub catalogue: bool,
    /// The signing keys are others.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ring: bool,
}

impl Closing {
    /// Notes an OpenID that came from elsewhere, and that its app has such ones.
    pub fn import(&mut self, (user, app): (UserId, ClientId)) {
        // Many come at once, of one app.
        if self.clients.last() != Some(&app) {
            self.clients.push(app.clone());
        }
        self.open_ids.push((user, app));
    }

    /// Whether there is nothing to forget.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
