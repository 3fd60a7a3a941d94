//! Why a token gave no [`Validated`](crate::Validated).

use std::time::Duration;

/// What [`Portico::validate`](crate::Portico::validate) answers in place of who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The token is good for nothing, now or ever: ask the caller for another.
    #[error("the token is not active")]
    InvalidToken(
        /// For the log alone: callers learn that it is not active, and no more.
        Cause,
    ),
    /// Whether it is good cannot be known now. It says nothing about the token: answer 503.
    #[error("Portico cannot be asked now: {because}")]
    Unavailable {
        /// After what time Portico may be asked again, where it said so.
        retry_after: Option<Duration>,
        /// What happened.
        because: Unreached,
    },
}

impl From<Unavailable> for Error {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable { retry_after: unavailable.retry_after, because: unavailable.because }
    }
}

/// Why a token is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// No compact JWS of a JSON object (RFC 7515 §7.1), or longer than 16 KiB.
    #[error("no signed token")]
    Malformed,
    /// Its `typ` is that of another kind of token (RFC 9068 §2.1).
    #[error("a token of another type")]
    Type,
    /// Not signed by an algorithm of Portico's, or not by the one of the key it names.
    #[error("an algorithm that is not accepted")]
    Algorithm,
    /// The key that it names is not in the key set, which was read again.
    #[error("signed with a key that is not known")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature does not fit")]
    Signature,
    /// A claim that has to be there is missing, or of another shape.
    #[error("claims that make no sense")]
    Claims,
    /// Another issuer's.
    #[error("another issuer's token")]
    Issuer,
    /// Another app's.
    #[error("another app's token")]
    Audience,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` or `nbf` lies more than a minute ahead: look at the machine's clock.
    #[error("a token from the future")]
    NotYet,
    /// Its session is over.
    #[error("the session is over")]
    SessionEnded,
    /// It was revoked by itself.
    #[error("the token was revoked")]
    Revoked,
    /// A logout token that was taken before.
    #[error("the logout token was taken before")]
    Repeated,
    /// It names a person by an OpenID that no longer holds, or who allows the app nothing any more.
    #[error("nothing is granted to the app any more")]
    NothingGranted,
    /// The app is suspended.
    #[error("the app is suspended")]
    AppSuspended,
    /// Portico says so, and not why (RFC 7662 §2.2).
    #[error("not active, as Portico says")]
    Inactive,
}

/// Why Portico did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreached {
    /// No answer, or not the whole of it in time.
    #[error("no answer")]
    NoAnswer,
    /// It refused the app's credentials: they are wrong, or were rotated.
    #[error("the app's credentials were refused")]
    Credentials,
    /// It answered with this status.
    #[error("status {0}")]
    Status(u16),
    /// Its metadata are those of another issuer (RFC 8414 §3.3): compare what the handle was told, to the letter.
    #[error("it calls itself another issuer")]
    Issuer,
    /// What it answered is not what was asked for.
    #[error("another answer than was asked for")]
    NotTheDocument,
    /// It was not asked: its keys cannot be read, and enough tokens that nobody could verify are asked about already.
    #[error("enough is asked about already")]
    TooMany,
}

/// What [`Error::Unavailable`] holds, as it is handed about inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unavailable {
    pub(crate) retry_after: Option<Duration>,
    pub(crate) because: Unreached,
}

impl From<Unreached> for Unavailable {
    fn from(because: Unreached) -> Self {
        Self { retry_after: None, because }
    }
}
