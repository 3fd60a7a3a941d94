//! Consent: what a person has decided about an app, the question, and the history.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, SessionId, UserId};
use crate::moment::Moment;
use crate::noun::host::Scheme;
use crate::scope::{Scope, ScopeSet};

/// What a person has said about one scope of one app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Granted,
    /// No, when asked.
    Refused,
    /// No longer.
    Withdrawn,
}

impl Decision {
    /// The decision as the store writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The decision written as [`Self::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Granted, Self::Refused, Self::Withdrawn].into_iter().find(|d| d.as_str() == text)
    }
}

/// The standing decisions of one person about one app, in no order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consents(pub Vec<Standing>);

/// One standing decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// About what.
    pub scope: Scope,
    /// What was said last.
    pub decision: Decision,
    /// When.
    pub decided_at: Moment,
}

impl Consents {
    /// What was said last about the scope, if anything was.
    pub fn of(&self, scope: &Scope) -> Option<Decision> {
        self.0.iter().find(|standing| standing.scope == *scope).map(|standing| standing.decision)
    }
}

/// One line of a person's history of consent. Lines are only ever added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEntry {
    /// Whose.
    pub user: UserId,
    /// Which app asked.
    pub app: ClientId,
    /// For what.
    pub scope: Scope,
    /// What was said.
    pub decision: Decision,
    /// When.
    pub at: Moment,
    /// The words that were shown; empty for a withdrawal.
    pub words: Words,
}

/// The words in which an app asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The app's name then.
    pub app_name: String,
    /// The title of the scope.
    pub title: String,
    /// What it opens.
    pub description: String,
    /// The app's reason.
    pub reason: String,
    /// The language of title and description (BCP 47).
    pub locale: String,
}

/// A question put to a person: may this app see this? Answered once, within ten minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// SHA-256 of the 256-bit secret that stands in the address of the page.
    pub digest: [u8; 32],
    /// Who is asked.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// Which app asks.
    pub app: ClientId,
    /// The client that brought the question: the host, or the app itself.
    pub asker: ClientId,
    /// What is asked for; never `openid`.
    pub scope: ScopeSet,
    /// The local address where the browser goes on when an app asked by itself.
    pub resume: Option<String>,
    /// How the page is to look, as the launch asked for it.
    pub theme: Option<Scheme>,
    /// The languages that the launch asked for (OIDC Core §3.1.2.1).
    pub ui_locales: Option<String>,
    /// When it can no longer be answered.
    pub expires_at: Moment,
    /// SHA-256 of the cookie that the first opening gave, once opened.
    pub opened: Option<[u8; 32]>,
    /// When it was answered, once answered.
    pub closed_at: Option<Moment>,
}
