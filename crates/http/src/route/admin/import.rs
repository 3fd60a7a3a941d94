//! OpenIDs that came from elsewhere: importing them, one or many, and looking at them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri};
use futures_util::{StreamExt, TryStreamExt, stream};
use portico_core::denied::Denied;
use portico_core::id::{ClientId, LinkId, UserId};
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_core::rule::import::{self, Candidate, ImportSheet, Line, Outcome, Who};
use portico_core::rule::link::Standing;
use portico_live::LiveClient;
use portico_store::Page;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::users::target;
use super::{Answer, document};
use crate::house::unavailable;
use crate::reply;
use crate::when::rfc3339;

/// How many people of one call are looked for at once.
const LOOKING: usize = 16;

/// A line whose person was found, if there is one; or why it is refused.
type Found = Result<(Line, UserId), Denied>;

/// `POST /links`: one OpenID of one person, or up to 1,000 of which what is good is imported. Again, it is
/// unchanged.
pub(super) async fn import(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let ImportSheet { app, lines, many } = ImportSheet::read(&document(&headers, body).await?)?;
    let app = find_app(&desk, &app).await?;
    let found = stream::iter(lines).map(|line| with_person(&desk, line)).buffered(LOOKING);
    let found: Vec<Found> = found.try_collect().await?;
    match many {
        true => import_many(&desk, &app, &found).await,
        false => import_one(&desk, &app, &found).await,
    }
}

async fn import_many(desk: &Desk, app: &LiveClient, found: &[Found]) -> Answer {
    let outcomes = desk
        .act(|| async move {
            let lines = weighed(desk, app, found).await?;
            let (changes, outcomes) = import::import(&app.client, lines, LinkProof::Import, desk.now());
            let part = format!("{} of {}", count(&outcomes, Outcome::Imported), outcomes.len());
            let target = Target::new(TargetKind::App, &app.client.id).part(part);
            Ok((Deed::one(Act::OpenIdsImported, target), changes, outcomes))
        })
        .await?;
    let refused = |(index, outcome): (usize, &Result<Outcome, Denied>)| {
        let denied = outcome.as_ref().err()?;
        Some(json!({ "index": index, "code": denied.code.as_str(), "reason": denied.description }))
    };
    Ok(reply::ok(&json!({
        "app": app.client.id,
        "imported": count(&outcomes, Outcome::Imported),
        "unchanged": count(&outcomes, Outcome::Unchanged),
        "refused": outcomes.iter().enumerate().filter_map(refused).collect::<Vec<_>>(),
    })))
}

fn count(outcomes: &[Result<Outcome, Denied>], wanted: Outcome) -> usize {
    outcomes.iter().filter(|outcome| **outcome == Ok(wanted)).count()
}

async fn import_one(desk: &Desk, app: &LiveClient, found: &[Found]) -> Answer {
    let [Ok((line, user))] = found else {
        let refused = found.iter().find_map(|found| found.as_ref().err().cloned());
        return Err(refused.unwrap_or_else(|| Denied::request("there is no line")).into());
    };
    let outcome = desk
        .act(|| async move {
            let lines = weighed(desk, app, found).await?;
            let (changes, mut outcomes) = import::import(&app.client, lines, LinkProof::Support, desk.now());
            let outcome = outcomes.pop().ok_or_else(|| Denied::request("there is no line"))??;
            Ok((Deed::one(Act::OpenIdImported, target(*user).part(&app.client.id)), changes, outcome))
        })
        .await?;
    let (status, said) = match outcome {
        Outcome::Imported => (StatusCode::CREATED, "imported"),
        Outcome::Unchanged => (StatusCode::OK, "unchanged"),
    };
    let answer = json!({ "app": app.client.id, "openid": line.open_id, "user_id": user, "outcome": said });
    Ok(reply::json(status, &answer))
}

/// The app of this id, from memory.
pub(super) async fn find_app(desk: &Desk, id: &ClientId) -> Result<Arc<LiveClient>, Denied> {
    let client = desk.live().client(id).await.map_err(|cause| unavailable(&cause))?;
    let app = client.filter(|client| client.client.app().is_some());
    app.ok_or_else(|| Denied::request("'app' names no app"))
}

/// Finds whom a line means. The inner refusal is the line's own.
async fn with_person(desk: &Desk, line: Result<Line, Denied>) -> Result<Found, Denied> {
    let line = match line {
        Ok(line) => line,
        Err(denied) => return Ok(Err(denied)),
    };
    let (kind, text) = match &line.who {
        Who::User(user) => {
            let user = *user;
            return Ok(Ok((line, user)));
        }
        Who::Handle(kind, text) => (*kind, text),
    };
    let Some(handle) = desk.live().vault().handle(kind, text, true) else {
        return Ok(Err(Denied::request(format!("the {} cannot be one", kind.as_str()))));
    };
    let store = desk.store();
    let user = store.person_by_handle(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
    let verified =
        store.handle_is_verified(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
    let nobody = || Denied::request(format!("nobody has proved this {} to be theirs", kind.as_str()));
    Ok(user.filter(|_| verified).map(|user| (line, user)).ok_or_else(nobody))
}

/// The lines with what stands in the way of each, as stored now: one question, however many there are.
async fn weighed(
    desk: &Desk,
    app: &LiveClient,
    found: &[Found],
) -> Result<Vec<Result<Candidate, Denied>>, Denied> {
    let (vault, id) = (desk.live().vault(), &app.client.id);
    let issuer = app_issuer(id);
    let index = |line: &Line| vault.link_index(&issuer, &line.open_id);
    let asked: Vec<_> = found.iter().flatten().map(|(line, user)| (*user, index(line))).collect();
    let facts = desk.store().import_facts(id, &asked).await.map_err(|cause| unavailable(&cause))?;
    let mut facts = asked.into_iter().zip(facts);
    let weighed = found.iter().map(|found| {
        let (line, _) = found.as_ref().map_err(Clone::clone)?;
        let ((user, subject_index), facts) =
            facts.next().ok_or_else(|| Denied::unavailable("too few facts"))?;
        Ok(Candidate {
            user: facts.exists.then_some(user),
            subject_index,
            sealed: vault.seal_open_id(id, &line.open_id),
            is_derived: app.keys.person(&line.open_id).is_some(),
            standing: Standing { holder: facts.holder, told: facts.issued, another: facts.has_another },
        })
    });
    Ok(weighed.collect())
}

/// `GET /links`: the OpenIDs from elsewhere at `app`; with `openid`, whose that one is, be it derived or not.
pub(super) async fn list(desk: Desk, uri: Uri) -> Answer {
    let paged = Paged::<LinkId>::read_with(&uri, &["app", "openid"])?;
    let id = paged.further("app").ok_or_else(|| Denied::request("'app' is missing"))?;
    let id = id.parse().map_err(|_| Denied::request("'app' is no app id"))?;
    let app = find_app(&desk, &id).await?;
    desk.note(Act::OpenIdsRead, Target::new(TargetKind::App, &id)).await?;
    if let Some(open_id) = paged.further("openid") {
        let held: Vec<Value> = holder(&desk, &app, open_id).await?.into_iter().collect();
        return Ok(reply::ok(&json!({ "items": held, "next": null })));
    }
    let Page { after, limit } = paged.page();
    let page = Page { after: after.map(last_of), limit };
    let links = desk.store().links_at(&app_issuer(&id), page).await?;
    let shown = |link: &Link| view(&desk, &app.client.id, link);
    Ok(reply::ok(&paged.answer(links, |link| link.id().to_string(), shown)))
}

/// Whose OpenID at the app this is. A derived one has no link, and is nobody's where the person is erased.
async fn holder(desk: &Desk, app: &LiveClient, open_id: &str) -> Result<Option<Value>, Denied> {
    let found = desk.live().person_of_open_id(app, open_id).await.map_err(|cause| unavailable(&cause))?;
    let Some(user) = found else { return Ok(None) };
    let links = desk.store().links_of(user).await.map_err(|cause| unavailable(&cause))?;
    let (id, issuer) = (&app.client.id, app_issuer(&app.client.id));
    let index = desk.live().vault().link_index(&issuer, open_id);
    if let Some(link) = links.iter().find(|link| link.issuer == issuer && link.subject_index == index) {
        return Ok(Some(view(desk, id, link)));
    }
    let person = desk.store().person(user).await.map_err(|cause| unavailable(&cause))?;
    let is_there = person.is_some_and(|person| person.erased_at.is_none());
    let shown = || json!({ "id": null, "app": id, "openid": open_id, "user_id": user, "proof": null, "linked_at": null });
    Ok(is_there.then(shown))
}

/// The last keyed hash of which this is half.
fn last_of(id: LinkId) -> [u8; 32] {
    let mut last = [0xff; 32];
    last[..16].copy_from_slice(id.as_bytes());
    last
}

fn view(desk: &Desk, app: &ClientId, link: &Link) -> Value {
    let sealed = link.open_id.as_deref();
    json!({
        "id": link.id(),
        "app": app,
        "openid": sealed.and_then(|sealed| desk.live().vault().unseal_open_id(app, sealed)),
        "user_id": link.user,
        "proof": link.proof.as_str(),
        "linked_at": rfc3339(link.linked_at),
    })
}
