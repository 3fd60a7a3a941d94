//! What the WeChat-compatible face keeps: generations, from which keys and tokens are derived.

use crate::id::{ClientId, SessionId, UserId};
use crate::moment::Moment;

/// Which `session_key` of a person at an app is current. The key itself is derived from this and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The app.
    pub app: ClientId,
    /// The person.
    pub user: UserId,
    /// The session in which it was given last.
    pub session: SessionId,
    /// The current generation, from 1.
    pub generation: u32,
    /// Since when that generation is current; the one before is good for a short overlap after it.
    pub since: Moment,
}

/// Which generation of an app's own access tokens is current. The tokens are derived from this and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppToken {
    /// The app.
    pub app: ClientId,
    /// Which of the two it is.
    pub kind: AppTokenKind,
    /// The current generation, from 1.
    pub generation: u32,
    /// Since when that generation is current; the one before was replaced then.
    pub since: Moment,
    /// Since when each generation before it was current, the latest first, as far back as matters.
    pub earlier: Vec<Moment>,
}

/// The two kinds of an app's own access token; they know nothing of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AppTokenKind {
    /// Of `cgi-bin/token`: every call gives a new one.
    Fresh,
    /// Of `cgi-bin/stable_token`: the same one as long as it is good.
    Stable,
}

impl AppTokenKind {
    /// The kind as the store writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stable => "stable",
        }
    }

    /// The kind written as [`Self::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Fresh, Self::Stable].into_iter().find(|kind| kind.as_str() == text)
    }
}
