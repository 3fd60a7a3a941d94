//! OpenID Connect Back-Channel Logout 1.0: being told that a session is over.

mod marks;
mod receiver;
mod token;

pub(crate) use marks::Logouts;
pub use receiver::LogoutReceiver;

use std::sync::Arc;

use crate::error::{Cause, Error};
use crate::inner::Inner;

/// What a logout token says to be over.
#[derive(Clone, PartialEq, Eq)]
pub struct LoggedOut {
    session_id: Option<String>,
    user_id: Option<String>,
}

impl LoggedOut {
    /// The session that ended (`sid`), as this app knows it. `None`: all of the person's.
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    /// The person whose it was (`sub`), as this app knows them. One of the two is always there.
    pub fn user_id(&self) -> Option<&str> {
        self.user_id.as_deref()
    }
}

impl std::fmt::Debug for LoggedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LoggedOut(…)")
    }
}

impl Inner {
    /// Checks a logout token (§2.6), and refuses the tokens of what it ends from now on.
    pub(crate) async fn log_out(self: &Arc<Self>, token: &str) -> Result<LoggedOut, Error> {
        let claims = self.open(token, &token::LOGOUT_TOKEN).await?;
        let now = self.clock.now();
        let logout = token::Logout::of(claims, &self.issuer, &self.app, now).map_err(Error::InvalidToken)?;
        if !self.logouts.write().mark(&logout, now.steady) {
            return Err(Error::InvalidToken(Cause::Repeated));
        }
        Ok(LoggedOut { session_id: logout.sid, user_id: logout.sub })
    }
}
