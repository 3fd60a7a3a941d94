//! The operator's desk: the only way in which an operator's call changes anything, and every change
//! leaves from it with its line of the audit trail.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::audit::{Act, AuditEntry, Target};
use portico_core::noun::session::EndReason;
use portico_live::Live;
use portico_store::Read;

use super::Refusal;
use crate::House;
use crate::caller::no_token;
use crate::house::refused;
use crate::route::sign_out;

/// Who acts, by the name that the audit trail keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operator(Arc<str>);

impl Operator {
    /// Whoever bears the operator's token.
    pub(crate) fn of_the_token() -> Self {
        Self("operator".into())
    }

    /// An operator whom a provider has named.
    pub(crate) fn named(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

/// What an operator does in one call: one act, or the same to each of many.
pub(crate) struct Deed(Vec<(Act, Target)>);

impl Deed {
    /// One act.
    pub(crate) fn one(act: Act, target: Target) -> Self {
        Self(vec![(act, target)])
    }

    /// The same act, done to each of these.
    pub(crate) fn each(act: Act, targets: impl IntoIterator<Item = Target>) -> Self {
        Self(targets.into_iter().map(|target| (act, target)).collect())
    }
}

/// The house as an operator's call holds it: it can be read, and changed only by what is audited.
pub(crate) struct Desk {
    house: Arc<House>,
    operator: Operator,
}

impl Desk {
    /// The desk of this operator.
    pub(crate) fn new(house: Arc<House>, operator: Operator) -> Self {
        Self { house, operator }
    }

    /// Whose desk it is.
    pub(crate) fn operator(&self) -> &Operator {
        &self.operator
    }

    /// What is in memory.
    pub(crate) fn live(&self) -> &Live {
        &self.house.live
    }

    /// What is stored.
    pub(crate) fn store(&self) -> &dyn Read {
        &**self.house.live.store()
    }

    /// The moment it is now.
    pub(crate) fn now(&self) -> Moment {
        self.house.now()
    }

    /// Hashes a new password.
    pub(crate) async fn hash_password(&self, password: String) -> Result<String, Denied> {
        self.house.hash_password(password).await
    }

    /// Loads and decides until the commit finds the grounds unchanged, as [`House::decide`] does; the
    /// lines that tell of the deed are in the same commit, also where there was nothing to change.
    pub(crate) async fn act<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Deed, Vec<Change>, T), Denied>>,
    {
        self.house.decide(|| self.lined(attempt())).await
    }

    /// The same for what closes one thing, as [`House::close`] does.
    pub(crate) async fn close<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Deed, Vec<Change>, T), Denied>>,
    {
        self.house.close(|| self.lined(attempt())).await
    }

    /// The same for the first of several steps, as [`House::decide_ahead`] does.
    pub(crate) async fn act_ahead<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Denied>
    where
        F: Future<Output = Result<(Deed, Vec<Change>, T), Denied>>,
    {
        self.house.decide_ahead(|| self.lined(attempt())).await
    }

    async fn lined<T, F>(&self, attempt: F) -> Result<(Vec<Change>, T), Denied>
    where
        F: Future<Output = Result<(Deed, Vec<Change>, T), Denied>>,
    {
        let (deed, changes, outcome) = attempt.await?;
        Ok((self.with_lines(deed, changes), outcome))
    }

    /// Commits what does not depend on what is there.
    pub(crate) async fn commit(&self, deed: Deed, changes: Vec<Change>) -> Result<(), Denied> {
        self.house.commit(self.with_lines(deed, changes)).await.map_err(|error| refused(&error))
    }

    /// Notes that something personal is looked at; before it is shown.
    pub(crate) async fn note(&self, act: Act, target: Target) -> Result<(), Denied> {
        self.commit(Deed::one(act, target), vec![]).await
    }

    fn with_lines(&self, deed: Deed, mut changes: Vec<Change>) -> Vec<Change> {
        let (at, operator) = (self.now(), self.operator.name());
        let line = |(act, target)| AuditEntry { at, operator: operator.to_owned(), act, target };
        changes.extend(deed.0.into_iter().map(line).map(Change::Audited));
        changes
    }

    /// The changes that end a session.
    pub(crate) async fn ending(&self, session: SessionId, reason: EndReason) -> Result<Vec<Change>, Denied> {
        sign_out::changes(&self.house, session, reason).await
    }

    /// Ends what sessions a person has left, after those of a deed, and waits for all of it: a list of
    /// changes is bounded. Answers how many were left.
    pub(crate) async fn end_rest(&self, user: UserId, reason: EndReason) -> Result<usize, Denied> {
        let rest = sign_out::end_others_ahead(&self.house, user, None, reason).await?;
        self.house.settled().await?;
        Ok(rest)
    }

    /// Has the outbox looked at.
    pub(crate) fn wake_outbox(&self) {
        self.house.outbox.notify_one();
    }
}

impl FromRequestParts<Arc<House>> for Desk {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Refusal> {
        let operator = parts.extensions.get::<Operator>().cloned();
        let operator = operator.ok_or_else(no_token)?;
        Ok(Self::new(house.clone(), operator))
    }
}
