//! What the gateway answers itself.

use std::borrow::Cow;

use http::StatusCode;
use portico_core::scope::ScopeSet;

/// A request that goes no further, or an answer that does not go out.
///
/// `description` may leave the house; `cause` may only be logged. Neither holds a token or an OpenID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {description}")]
pub struct Refused {
    /// The status of the answer.
    pub status: StatusCode,
    /// The error code of the answer's JSON body.
    pub code: &'static str,
    /// What the caller can do about it.
    pub description: Cow<'static, str>,
    /// What happened, for the log.
    pub cause: Option<Cow<'static, str>>,
    /// The scopes that are missing, for `WWW-Authenticate` (RFC 6750 §3).
    pub missing: Option<ScopeSet>,
}

impl Refused {
    /// A refusal with this status and code.
    pub fn new(status: StatusCode, code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, description: description.into(), cause: None, missing: None }
    }

    /// The same with what the log may know.
    #[must_use]
    pub fn because(self, cause: impl Into<Cow<'static, str>>) -> Self {
        Self { cause: Some(cause.into()), ..self }
    }
}
