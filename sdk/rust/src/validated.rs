//! Who calls, and for what the call is good.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::claims::Claims;
use crate::refused::Refused;
use crate::scopes::Scopes;

/// A token that is active: who calls, and what they allowed this app as of now.
///
/// Cloning one costs nothing. What `Debug` shows names no person and no session.
#[derive(Clone)]
pub struct Validated {
    claims: Arc<Claims>,
    allowed: Scopes,
}

impl Validated {
    pub(crate) fn new(claims: Arc<Claims>, allowed: Scopes) -> Self {
        Self { claims, allowed }
    }

    /// The person, as this app knows them: their OpenID (`sub`).
    pub fn user_id(&self) -> &str {
        &self.claims.sub
    }

    /// What the person allows the app now: the token's scope without what was withdrawn since.
    pub fn allowed_scopes(&self) -> &Scopes {
        &self.allowed
    }

    /// The session, as this app knows it (`sid`): what a logout token names.
    pub fn session_id(&self) -> &str {
        &self.claims.sid
    }

    /// The app that the token is for (`aud`): this one.
    pub fn app_id(&self) -> &str {
        &self.claims.aud
    }

    /// When the token was issued (`iat`).
    pub fn issued_at(&self) -> SystemTime {
        UNIX_EPOCH + self.claims.times.iat
    }

    /// When the token ends (`exp`), at most half an hour after it was issued.
    pub fn expires_at(&self) -> SystemTime {
        UNIX_EPOCH + self.claims.times.exp
    }

    /// The token's own id (`jti`).
    pub fn token_id(&self) -> &str {
        &self.claims.jti
    }

    /// Who acts for the person (`act.sub`, RFC 8693 §4.1): the host that launched the app, or the app that
    /// calls a service. `None` for a token of the authorization code.
    pub fn actor(&self) -> Option<&str> {
        self.claims.actor.as_deref()
    }

    /// Whether the person allows this now. Asking refuses nothing.
    pub fn has(&self, scope: &str) -> bool {
        self.allowed.has(scope)
    }

    /// Whether the token was given with this scope, which no longer holds.
    pub fn was_withdrawn(&self, scope: &str) -> bool {
        self.claims.given.has(scope) && !self.has(scope)
    }

    /// Goes on only where the person allows this: [`Refused::ScopeWithdrawn`] where they did when the token was
    /// given, [`Refused::InsufficientScope`] where they never had.
    ///
    /// ```
    /// # use portico_sdk::{Refused, Validated};
    /// /// Taxis come with less, too.
    /// fn how_to_reach(caller: &Validated) -> Result<&'static str, Refused> {
    ///     match caller.require("phone.verified") {
    ///         Ok(()) => Ok("the driver calls"),
    ///         Err(Refused::ScopeWithdrawn { .. }) => Ok("the driver waits at the door"),
    ///         Err(refused) => Err(refused),
    ///     }
    /// }
    /// ```
    pub fn require(&self, scope: &str) -> Result<(), Refused> {
        self.require_all([scope])
    }

    /// Goes on only where the person allows all of these; the refusal names each that is missing.
    /// [`Refused::ScopeWithdrawn`] only where the token was given with all of them.
    pub fn require_all<'a>(&self, scopes: impl IntoIterator<Item = &'a str>) -> Result<(), Refused> {
        let missing: Vec<&str> = scopes.into_iter().filter(|scope| !self.has(scope)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let scope = missing.join(" ");
        Err(match missing.iter().all(|scope| self.was_withdrawn(scope)) {
            true => Refused::ScopeWithdrawn { scope },
            false => Refused::InsufficientScope { scope },
        })
    }
}

impl fmt::Debug for Validated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validated")
            .field("app_id", &self.app_id())
            .field("allowed_scopes", &self.allowed)
            .finish_non_exhaustive()
    }
}
