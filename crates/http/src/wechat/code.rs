//! A code that an app presents at this face.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::SessionId;
use portico_core::noun::code::{Code, CodeKind, CodeUse};
use portico_core::rule::redeem;
use portico_core::rule::wechat::code::{self as rule, Facts};
use portico_core::rule::wechat::errcode::Errcode;
use portico_live::LiveClient;

use crate::House;
use crate::house::unavailable;
use crate::route::launch::told;

/// What a decision at this face comes to: the changes, and what to answer once they are made.
pub type Decided<T> = Result<(Vec<Change>, Result<T, Errcode>), Denied>;

/// The code, if it is good now; otherwise the refusal, and what a second use ends.
pub async fn presented(
    house: &House,
    app: &LiveClient,
    digest: &[u8; 32],
    kind: CodeKind,
) -> Result<Result<Code, (Vec<Change>, Errcode)>, Denied> {
    let now = house.now();
    let code = house.live.store().code(digest).await.map_err(|cause| unavailable(&cause))?;
    let (session, person) = match &code {
        Some(code) => (
            house.live.session(code.session).await.map_err(|cause| unavailable(&cause))?,
            house.live.person(code.user).await.map_err(|cause| unavailable(&cause))?,
        ),
        None => (None, None),
    };
    let session = session.map(|session| session.now(&house.live.settings().sessions));
    let blocked = person.is_some_and(|person| person.person.blocked_at.is_some());
    let facts = Facts { session: session.as_ref(), blocked };
    let checked = rule::redeem(code.as_ref(), kind, &app.client.id, facts, now).cloned();
    Ok(checked.map_err(|refusal| {
        let ends = code.filter(|_| refusal == Errcode::CodeUsed);
        (ends.map(|code| rule::again(&code, &app.client.id, now)).unwrap_or_default(), refusal)
    }))
}

/// Whether a session is live.
pub async fn is_live(house: &House, session: SessionId) -> Result<bool, Denied> {
    let session = house.live.session(session).await.map_err(|cause| unavailable(&cause))?;
    let limits = &house.live.settings().sessions;
    Ok(session.is_some_and(|session| session.is_live(limits, house.now())))
}

/// The changes that take a code and what it gave: the app is told whose code it was.
pub async fn taken(
    house: &House,
    app: &LiveClient,
    code: &Code,
    gave: CodeUse,
) -> Result<Vec<Change>, Denied> {
    let now = house.now();
    let told = told(house, app, code.user, now).await?;
    Ok(redeem::taken(code, gave, now).into_iter().chain(told).collect())
}
