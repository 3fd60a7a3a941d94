//! A session: one sign-in on one device. Everything a person's tokens are good for hangs on it.

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, SessionId, UserId};
use crate::moment::{Moment, Span};

/// One sign-in, live until it is ended or expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The inner id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The client through which it began.
    pub client: ClientId,
    /// When it began.
    pub started_at: Moment,
    /// When it was last used, to within [`SessionLimits::touch_every`].
    pub used_at: Moment,
    /// When the person last proved who they are.
    pub authenticated_at: Moment,
    /// How they did (RFC 8176), separated by spaces: `pwd`, `otp`, … or `fed` for an assertion of a
    /// trusted issuer.
    pub method: String,
    /// What the device called itself, sealed under the person's key; empty if it said nothing.
    pub sealed_label: Vec<u8>,
    /// SHA-256 of the browser's cookie, for a session that lives in a browser.
    pub cookie_digest: Option<[u8; 32]>,
    /// When it expires unless it is used before.
    pub expires_at: Moment,
    /// When and why it ended, if it did.
    pub ended: Option<Ended>,
}

/// The end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: EndReason,
}

/// Why a session ended (contract, section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person signed out.
    SignedOut,
    /// It was idle too long, or too old.
    Expired,
    /// The person ended it from another device, or the operator did.
    Revoked,
    /// The password was changed in another session.
    PasswordChanged,
    /// A refresh token was used again after its successor was.
    RefreshReused,
    /// The account was suspended.
    Suspended,
    /// The person was erased.
    Erased,
}

impl EndReason {
    /// Every reason there is.
    pub const ALL: [Self; 7] = [
        Self::SignedOut,
        Self::Expired,
        Self::Revoked,
        Self::PasswordChanged,
        Self::RefreshReused,
        Self::Suspended,
        Self::Erased,
    ];

    /// The reason as the wire and the store write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::PasswordChanged => "password_changed",
            Self::RefreshReused => "refresh_reused",
            Self::Suspended => "suspended",
            Self::Erased => "erased",
        }
    }

    /// The reason written as [`Self::as_str`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// What a mini-program may know of the reason: the person's affairs stay theirs.
    pub fn for_app(self) -> Self {
        match self {
            Self::SignedOut | Self::Expired => self,
            _ => Self::Revoked,
        }
    }
}

/// How long sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// The longest time without use.
    pub idle: Span,
    /// The longest time in all.
    pub age: Span,
}

impl SessionLimits {
    /// When a session started then and used then expires.
    pub fn expiry(&self, started_at: Moment, used_at: Moment) -> Moment {
        (used_at + self.idle).min(started_at + self.age)
    }

    /// How much time may pass before a use is written down again: a hundredth of the idle time,
    /// a minute at most. A crash can shorten a session by that much, never lengthen it.
    pub fn touch_every(&self) -> Span {
        Span::millis(self.idle.as_millis() / 100).min(Span::minutes(1))
    }
}

impl Session {
    /// Whether the session is good at this moment.
    pub fn is_live(&self, now: Moment) -> bool {
        self.ended.is_none() && now < self.expires_at
    }

    /// Why the session is not good at this moment, if it is not.
    pub fn end_at(&self, now: Moment) -> Option<EndReason> {
        match self.ended {
            Some(ended) => Some(ended.reason),
            None if now >= self.expires_at => Some(EndReason::Expired),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_expires_by_idle_time_or_by_age_whichever_comes_first() {
        let limits = SessionLimits { idle: Span::days(30), age: Span::days(180) };
        let start = Moment::from_seconds(0);
        assert_eq!(limits.expiry(start, start), start + Span::days(30));
        assert_eq!(limits.expiry(start, start + Span::days(170)), start + Span::days(180));
        assert_eq!(limits.touch_every(), Span::minutes(1));
    }

    #[test]
    fn an_app_learns_of_only_three_reasons() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::parse(reason.as_str()), Some(reason));
            assert!(matches!(
                reason.for_app(),
                EndReason::SignedOut | EndReason::Expired | EndReason::Revoked
            ));
        }
    }
}
