//! Refusals: a code for the caller, a cause for the operator, and whether trying again helps.

use std::borrow::Cow;

/// Why something was not done.
///
/// `code` and `description` may leave the house; `cause` may only be logged. None of them
/// ever holds a secret, a token or personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub struct Denied {
    /// The public code.
    pub code: Code,
    /// What the caller can do about it.
    pub description: Cow<'static, str>,
    /// What happened, for the log.
    pub cause: Option<Cow<'static, str>>,
    /// After how many seconds the same request may succeed, where that is known.
    pub wait: Option<u64>,
}

/// The public codes, by the names that the standards give them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// RFC 6749 §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §5.2.
    InvalidScope,
    /// RFC 8693 §2.2.2.
    InvalidTarget,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// OIDC Core §3.1.2.6.
    LoginRequired,
    /// OIDC Core §3.1.2.6.
    ConsentRequired,
    /// OIDC Core §3.1.2.6.
    RequestNotSupported,
    /// OIDC Core §3.1.2.6.
    RequestUriNotSupported,
    /// OIDC Core §3.1.2.6.
    RegistrationNotSupported,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// The person must have signed in within the last minutes.
    ReauthenticationRequired,
    /// The sign-in is too weak or too old for what is asked (RFC 9470 §3).
    InsufficientUserAuthentication,
    /// The person has no means to sign in as strongly as was asked (OIDC Unmet Authentication
    /// Requirements §2).
    UnmetAuthenticationRequirements,
    /// What was named is not there, or the caller may not know of it.
    NotFound,
    /// What was sent contradicts what is there.
    Conflict,
    /// The body is larger than is read.
    TooLarge,
    /// The body is not of the type that is read here.
    UnsupportedMediaType,
    /// Too many attempts.
    TooManyRequests,
    /// No answer can be given now; the same question may be asked again.
    Unavailable,
}

impl Code {
    /// The code as the wire writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::ReauthenticationRequired => "reauthentication_required",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "content_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooManyRequests => "too_many_requests",
            Self::Unavailable => "temporarily_unavailable",
        }
    }

    /// Whether the same request may succeed later.
    pub fn may_be_retried(self) -> bool {
        matches!(self, Self::TooManyRequests | Self::Unavailable)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Denied {
    /// A refusal with a description that helps the caller.
    pub fn new(code: Code, description: impl Into<Cow<'static, str>>) -> Self {
        Self { code, description: description.into(), cause: None, wait: None }
    }

    /// The same refusal with a cause for the log.
    pub fn because(mut self, cause: impl Into<Cow<'static, str>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same refusal, to be asked again after this many seconds.
    pub fn after(mut self, seconds: u64) -> Self {
        self.wait = Some(seconds);
        self
    }

    /// A malformed or contradictory request.
    pub fn request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidRequest, description)
    }

    /// A grant that is not, or no longer, good.
    pub fn grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidGrant, description)
    }

    /// Something that is not there, or that the caller may not know of.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(Code::NotFound, what)
    }

    /// No answer now.
    pub fn unavailable(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Unavailable, "Portico cannot answer this for the moment; try again").because(cause)
    }
}
