//! The handle that an app keeps.

use std::fmt;
use std::sync::Arc;

use tokio::task::AbortHandle;

use crate::builder::Builder;
use crate::error::Error;
use crate::inner::Inner;
use crate::layer::PorticoLayer;
use crate::logout::{LoggedOut, LogoutReceiver};
use crate::validated::Validated;

/// One app's view of one Portico. Cloning it costs nothing: make one and hand it around.
///
/// It follows the feed by a task of its own, which ends when the last clone is dropped. As long as the feed was
/// heard within the last two seconds, validating a token asks nobody; what ended or was withdrawn is known here two
/// seconds later at most.
#[derive(Clone)]
pub struct Portico {
    pub(crate) inner: Arc<Inner>,
    following: Arc<Following>,
}

/// The task that follows the feed, where one does.
pub(crate) struct Following(pub(crate) Option<AbortHandle>);

impl Drop for Following {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl Portico {
    /// Begins to set up a handle for the Portico whose issuer (`iss`) this is, to the letter.
    pub fn builder(issuer: impl Into<String>) -> Builder {
        Builder::new(issuer.into())
    }

    pub(crate) fn new(inner: Arc<Inner>, following: Following) -> Self {
        Self { inner, following: Arc::new(following) }
    }

    /// Who calls with this token, and for what it is good now.
    ///
    /// ```no_run
    /// # use portico_sdk::{Error, Portico};
    /// # async fn who(portico: Portico, token: &str) -> Result<(), Error> {
    /// match portico.validate(token).await {
    ///     Ok(caller) => println!("for: {}", caller.allowed_scopes()),
    ///     Err(Error::InvalidToken(cause)) => println!("launch again ({cause})"),
    ///     Err(Error::Unavailable { retry_after, because }) => println!("{because}: later, in {retry_after:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Locally where the feed was heard lately; otherwise Portico is asked, once for all who ask for the same token
    /// meanwhile. Cancelling it loses nothing.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidToken`] where it is not active, whatever the cause. [`Error::Unavailable`] where that cannot be
    /// known now: nobody is let in, and nothing is said of the token.
    pub async fn validate(&self, token: &str) -> Result<Validated, Error> {
        self.inner.validate(token).await
    }

    /// A guard before services, which requires a token and whatever else it is told to.
    pub fn layer(&self) -> PorticoLayer {
        PorticoLayer::new(self.clone())
    }

    /// The service to put behind the app's `backchannel_logout_uri`. `tell` is called for each ending, after this
    /// handle refuses its tokens; where it fails, Portico tells of it again.
    ///
    /// ```no_run
    /// # use portico_sdk::Portico;
    /// # struct Sessions;
    /// # impl Sessions { async fn forget(&self, _: Option<&str>) -> std::io::Result<()> { Ok(()) } }
    /// # fn routes(portico: Portico, sessions: std::sync::Arc<Sessions>) -> axum::Router {
    /// let logout = portico.logout_receiver(move |ended| {
    ///     let sessions = sessions.clone();
    ///     async move { sessions.forget(ended.session_id()).await }
    /// });
    /// axum::Router::new().route_service("/logout", logout)
    /// # }
    /// ```
    ///
    /// Any other way to receive the form will do with [`Portico::log_out`].
    pub fn logout_receiver<F, T, E>(&self, tell: F) -> LogoutReceiver<F>
    where
        F: Fn(LoggedOut) -> T + Clone + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
    {
        LogoutReceiver::new(self.clone(), tell)
    }

    /// Checks a `logout_token` (OpenID Connect Back-Channel Logout 1.0 §2.6) and refuses the tokens of what it ends
    /// from now on.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidToken`] where it is not good, or was taken before: answer 400. [`Error::Unavailable`] where the
    /// issuer's keys cannot be read now.
    pub async fn log_out(&self, logout_token: &str) -> Result<LoggedOut, Error> {
        self.inner.log_out(logout_token).await
    }

    /// Whether tokens are validated without asking Portico now: the feed has caught up, and was heard within the
    /// last two seconds.
    pub fn is_local(&self) -> bool {
        self.inner.is_heard()
    }

    /// Waits until the feed has caught up for the first time. Nothing needs to wait for it: until then Portico is
    /// asked.
    pub async fn caught_up(&self) {
        // The sender is in the handle.
        let _ = self.inner.caught_up.subscribe().wait_for(|caught_up| *caught_up).await;
    }
}

impl fmt::Debug for Portico {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portico")
            .field("issuer", &self.inner.issuer)
            .field("app_id", &self.inner.app)
            .field("is_following", &self.following.0.is_some())
            .finish_non_exhaustive()
    }
}
