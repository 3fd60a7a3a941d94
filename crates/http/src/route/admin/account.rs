//! What the operator does with an account: sessions, consents, suspension, export, erasure.

use axum::extract::Path;
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::address::Address;
use portico_core::noun::audit::Act;
use portico_core::noun::consent::{ConsentEntry, Standing};
use portico_core::noun::payment::PaymentMethod;
use portico_core::noun::person::Person;
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::acr;
use portico_live::LivePerson;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::users::{account, find, profile, read, target};
use super::view::when;
use super::{Answer, Id, Refusal, kyc, nobody};
use crate::house::unavailable;
use crate::route::me::export::{links, picture};
use crate::route::sign_out::AT_ONCE;
use crate::when::rfc3339;
use crate::{claim, reply};

/// The most lines of history in an export.
const HISTORY: usize = 100_000;

/// `GET /users/{id}/sessions`: those that are live.
pub(super) async fn sessions(desk: Desk, id: Id) -> Answer {
    let person = read(&desk, &id, Act::SessionsRead).await?;
    let items: Vec<_> = live_sessions(&desk, &person).await?.iter().map(session).collect();
    Ok(reply::ok(&json!({ "items": items })))
}

/// `GET /users/{id}/consents`: the apps that the person uses, and what they decided about each.
pub(super) async fn consents(desk: Desk, id: Id) -> Answer {
    let person = read(&desk, &id, Act::ConsentsRead).await?;
    let items: Vec<_> = consented(&desk, person.person.id).await?.iter().map(app).collect();
    Ok(reply::ok(&json!({ "items": items })))
}

/// Signs a person out everywhere, and says of how many sessions; when this answers, none is good.
pub(crate) async fn sessions_ended(desk: &Desk, id: &Id) -> Result<(UserId, usize), Denied> {
    let user = find(desk, id).await?.person.id;
    let ended = close(desk, user, EndReason::Revoked, Act::SessionsEnded, |_| None).await?;
    Ok((user, ended))
}

/// `POST /users/{id}/end-sessions`.
pub(super) async fn end_sessions(desk: Desk, id: Id) -> Answer {
    let (user, ended) = sessions_ended(&desk, &id).await?;
    Ok(reply::ok(&json!({ "user_id": user, "ended": ended })))
}

/// Ends one session of a person; one that is over already is answered alike.
pub(crate) async fn session_ended(desk: &Desk, id: &Id, session: &Id) -> Result<SessionId, Denied> {
    let (user, session) = (find(desk, id).await?.person.id, session.of::<SessionId>()?);
    desk.close(|| async move {
        let stored = desk.store().session(session).await.map_err(|cause| unavailable(&cause))?;
        stored.filter(|stored| stored.user == user).ok_or_else(nobody)?;
        let changes = desk.ending(session, EndReason::Revoked).await?;
        Ok((Deed::one(Act::SessionEnded, target(user).part(session)), changes, ()))
    })
    .await?;
    Ok(session)
}

/// `DELETE /users/{id}/sessions/{session}`.
pub(super) async fn end_session(desk: Desk, path: Option<Path<(String, String)>>) -> Answer {
    let Path((id, session)) = path.ok_or_else(nobody).map_err(Refusal::from)?;
    let ended = session_ended(&desk, &Id(id), &Id(session)).await?;
    Ok(reply::ok(&json!({ "session_id": ended, "ended": true })))
}

/// Signs a person out everywhere and lets them in no more.
pub(crate) async fn suspended(desk: &Desk, id: &Id) -> Result<Person, Denied> {
    let (user, now) = (find(desk, id).await?.person.id, desk.now());
    let block = |person: &LivePerson| {
        person.person.is_live().then_some(Change::PersonBlocked { user, at: Some(now) })
    };
    close(desk, user, EndReason::Suspended, Act::PersonSuspended, block).await?;
    Ok(find(desk, id).await?.person.clone())
}

/// `POST /users/{id}/suspend`.
pub(super) async fn suspend(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&account(&suspended(&desk, &id).await?)))
}

/// Lets a suspended person in again.
pub(crate) async fn resumed(desk: &Desk, id: &Id) -> Result<Person, Denied> {
    let person = find(desk, id).await?;
    let user = person.person.id;
    let blocked = person.person.blocked_at.is_some() && person.person.erased_at.is_none();
    let changes = blocked.then_some(Change::PersonBlocked { user, at: None });
    desk.commit(Deed::one(Act::PersonResumed, target(user)), changes.into_iter().collect()).await?;
    Ok(find(desk, id).await?.person.clone())
}

/// `POST /users/{id}/resume`.
pub(super) async fn resume(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&account(&resumed(&desk, &id).await?)))
}

/// Destroys a person's key, and with it everything personal.
pub(crate) async fn erased(desk: &Desk, id: &Id) -> Result<Person, Denied> {
    let (user, now) = (find(desk, id).await?.person.id, desk.now());
    let erase = |person: &LivePerson| {
        person.person.erased_at.is_none().then_some(Change::PersonErased { user, at: now })
    };
    close(desk, user, EndReason::Erased, Act::PersonErased, erase).await?;
    Ok(find(desk, id).await?.person.clone())
}

/// `POST /users/{id}/erase`.
pub(super) async fn erase(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&account(&erased(&desk, &id).await?)))
}

/// Ends every session of a person and does what else is to be done: in one commit, unless they have
/// more sessions than one list ends. Answers how many ended. Done again, it finishes what an earlier
/// call may have left.
async fn close(
    desk: &Desk,
    user: UserId,
    reason: EndReason,
    act: Act,
    also: impl Fn(&LivePerson) -> Option<Change>,
) -> Result<usize, Denied> {
    let also = &also;
    let ended = desk
        .act_ahead(|| async move {
            let person = desk.live().person(user).await.map_err(|cause| unavailable(&cause))?;
            let mut sessions = desk.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
            sessions.truncate(AT_ONCE);
            let mut changes: Vec<_> = person.as_deref().and_then(also).into_iter().collect();
            for session in &sessions {
                changes.extend(desk.ending(session.id, reason).await?);
            }
            Ok((Deed::one(act, target(user)), changes, sessions.len()))
        })
        .await?;
    Ok(ended + desk.end_rest(user, reason).await?)
}

/// `GET /users/{id}/export`: everything that is kept about a person, in one document.
pub(super) async fn export(desk: Desk, id: Id) -> Answer {
    let person = read(&desk, &id, Act::PersonExported).await?;
    let user = person.person.id;
    let history = desk.store().consent_history(user, HISTORY).await?;
    Ok(reply::ok(&json!({
        "account": account(&person.person),
        "profile": profile(&person.profile),
        "addresses": person.profile.addresses.iter().map(address).collect::<Vec<_>>(),
        "payment_methods": person.profile.payment_methods.iter().map(payment_method).collect::<Vec<_>>(),
        "kyc": kyc::view(&person.profile.kyc),
        "avatar": picture(desk.live(), &person).await?,
        "links": links(desk.live(), user).await?,
        "sessions": live_sessions(&desk, &person).await?.iter().map(session).collect::<Vec<_>>(),
        "apps": consented(&desk, user).await?.iter().map(app).collect::<Vec<_>>(),
        "history": history.iter().map(line).collect::<Vec<_>>(),
    })))
}

fn address(address: &Address) -> Value {
    let mut view = claim::postal(address);
    view.insert("label".into(), address.label.clone().into());
    view.insert("default".into(), address.is_default.into());
    view.into()
}

fn payment_method(method: &PaymentMethod) -> Value {
    json!({
        "kind": method.kind,
        "brand": method.brand,
        "last4": method.last4,
        "expires": method.expires,
        "reference": method.masked_reference(),
        "default": method.is_default,
    })
}

/// An app that a person has used or decided about.
pub(crate) struct Consented {
    /// The app.
    pub(crate) app: ClientId,
    /// The person's id there, unless the app is gone.
    pub(crate) open_id: Option<String>,
    /// When it was used last.
    pub(crate) used_at: Option<Moment>,
    /// What was decided.
    pub(crate) decisions: Vec<Standing>,
}

/// The apps that a person has used or decided about, by id.
pub(crate) async fn consented(desk: &Desk, user: UserId) -> Result<Vec<Consented>, Denied> {
    let (store, mut apps) = (desk.store(), Vec::new());
    for (app, used_at) in store.apps_of(user).await.map_err(|cause| unavailable(&cause))? {
        let decisions = store.consents(user, &app).await.map_err(|cause| unavailable(&cause))?.0;
        let client = desk.live().client(&app).await.map_err(|cause| unavailable(&cause))?;
        let open_id = match client {
            Some(client) => {
                Some(desk.live().open_id(&client, user).await.map_err(|cause| unavailable(&cause))?)
            }
            None => None,
        };
        apps.push(Consented { app, open_id, used_at, decisions });
    }
    Ok(apps)
}

fn app(known: &Consented) -> Value {
    let decision = |standing: &Standing| {
        json!({
            "scope": standing.scope,
            "decision": standing.decision,
            "decided_at": rfc3339(standing.decided_at),
        })
    };
    json!({
        "app_id": known.app,
        "openid": known.open_id,
        "used_at": when(known.used_at),
        "decisions": known.decisions.iter().map(decision).collect::<Vec<_>>(),
    })
}

fn line(entry: &ConsentEntry) -> Value {
    json!({
        "app_id": entry.app,
        "scope": entry.scope,
        "decision": entry.decision,
        "at": rfc3339(entry.at),
        "words": entry.words,
    })
}

/// A live session, with what its device called itself.
pub(crate) struct Signed {
    /// The session, with its last use as it is now.
    pub(crate) session: Session,
    /// What the device called itself.
    pub(crate) label: Option<String>,
}

/// A person's live sessions, latest started first.
pub(crate) async fn live_sessions(desk: &Desk, person: &LivePerson) -> Result<Vec<Signed>, Denied> {
    let (limits, now) = (&desk.live().settings().sessions, desk.now());
    let stored = desk.store().sessions_of(person.person.id).await.map_err(|cause| unavailable(&cause))?;
    let mut shown = Vec::new();
    for stored in stored {
        let live = desk.live().session(stored.id).await.map_err(|cause| unavailable(&cause))?;
        let Some(live) = live.filter(|live| live.is_live(limits, now)) else { continue };
        let session = live.now(limits);
        shown.push(Signed { label: person.open_label(&session.sealed_label), session });
    }
    Ok(shown)
}

fn session(signed: &Signed) -> Value {
    let session = &signed.session;
    json!({
        "session_id": session.id,
        "client_id": session.client,
        "label": signed.label,
        "method": acr::named(&session.method).join(" "),
        "started_at": rfc3339(session.started_at),
        "used_at": rfc3339(session.used_at),
        "authenticated_at": rfc3339(session.authenticated_at),
        "expires_at": rfc3339(session.expires_at),
    })
}
