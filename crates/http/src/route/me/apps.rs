//! `/v1/me/apps`: the mini-programs that know the person, and what each may see.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{ClientId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::app::{App, Permission};
use portico_core::noun::catalogue::{Sensitivity, canonical};
use portico_core::noun::consent::{Consents, Decision};
use portico_core::rule::{agree, cover, withdraw as rule};
use portico_core::scope::{Scope, ScopeSet};
use portico_live::LiveClient;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Who, answer, caller, still_here};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, page_reply};

/// A mini-program that a person has used or decided about.
pub struct Known {
    /// The mini-program.
    pub client: Arc<LiveClient>,
    /// The name of its developer.
    pub developer: String,
    /// What the person has decided.
    pub consents: Arc<Consents>,
    /// When it was used last.
    pub last_used: Option<Moment>,
}

impl Known {
    /// What its manifest says, and it has one.
    pub fn app(&self) -> Option<&App> {
        self.client.client.app()
    }
}

/// The mini-programs that know a person, latest used first.
pub async fn known(house: &House, user: UserId) -> Result<Vec<Known>, Denied> {
    // Uses are written down now and then; the person is to see the one of a moment ago.
    if let Err(error) = house.live.flush().await {
        tracing::warn!(%error, "last uses wait to be written");
    }
    let store = house.live.store();
    let used = store.apps_of(user).await.map_err(|cause| unavailable(&cause))?;
    let mut known = Vec::with_capacity(used.len());
    for (id, last_used) in used {
        let client = house.live.client(&id).await.map_err(|cause| unavailable(&cause))?;
        let Some((client, app)) = client.as_ref().and_then(|client| Some((client, client.client.app()?)))
        else {
            continue;
        };
        let developer = store.developer(&app.developer).await.map_err(|cause| unavailable(&cause))?;
        let developer = developer.map_or_else(|| app.developer.to_string(), |developer| developer.name);
        let consents = house.live.consents(user, &id).await.map_err(|cause| unavailable(&cause))?;
        known.push(Known { client: Arc::clone(client), developer, consents, last_used });
    }
    known.sort_by_key(|known| std::cmp::Reverse(known.last_used));
    Ok(known)
}

/// `GET /v1/me/apps`.
pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(listed(&house, &headers).await)
}

async fn listed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let languages = page_reply::accepted(headers);
    Ok(reply::ok(&json!({ "apps": view(house, who.user, &languages).await? })))
}

/// The mini-programs that know a person, as JSON.
pub async fn view(house: &House, user: UserId, languages: &[&str]) -> Result<Vec<Value>, Denied> {
    let known = known(house, user).await?;
    Ok(known.iter().filter_map(|known| Some(one(house, known, known.app()?, languages))).collect())
}

fn one(house: &House, known: &Known, app: &App, languages: &[&str]) -> Value {
    let permissions =
        app.permissions.iter().map(|permission| may_see(house, known, app, permission, languages));
    json!({
        "app_id": known.client.client.id,
        "name": known.client.client.name,
        "icon": app.icons.first().map(|icon| &icon.src),
        "developer": known.developer,
        "scope": cover::standing(app, &known.consents),
        "permissions": permissions.collect::<Vec<_>>(),
        "last_used_at": known.last_used.map(Moment::seconds),
    })
}

fn may_see(house: &House, known: &Known, app: &App, permission: &Permission, languages: &[&str]) -> Value {
    let catalogue = house.live.catalogue();
    let entry = catalogue.iter().find(|entry| entry.scope == permission.scope);
    json!({
        "scope": permission.scope,
        "title": entry.map_or(permission.scope.as_str(), |entry| entry.title_in(languages)),
        "description": entry.map_or("", |entry| entry.description_in(languages)),
        "reason": permission.reason,
        "required": permission.required,
        "sensitivity": entry.map_or(Sensitivity::Normal, |entry| entry.sensitivity),
        "decision": known.consents.of(&permission.scope).map_or("none", Decision::as_str),
        "preauthorised": app.preauthorised.contains(&permission.scope),
    })
}

/// `DELETE /v1/me/apps/{app_id}`: everything is withdrawn.
pub async fn withdraw_all(
    State(house): State<Arc<House>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Reply {
    answer(all_withdrawn(&house, path, &headers).await)
}

async fn all_withdrawn(
    house: &House,
    path: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    withdraw(house, who, &named(path)?, Keep::Only(ScopeSet::empty())).await?;
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// What the app may go on to see.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    scope: String,
}

/// `PATCH /v1/me/apps/{app_id}`: all but what is named is withdrawn.
pub async fn keep(
    State(house): State<Arc<House>>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Reply {
    answer(kept(&house, path, request).await)
}

async fn kept(
    house: &House,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let (who, _) = caller(house, &parts.headers).await?;
    let app = named(path)?;
    let sent: Sent = body::object(&parts.headers, body).await?;
    let malformed = |_| Denied::new(Code::InvalidScope, "scope is malformed or names too many scopes");
    let asked: ScopeSet = sent.scope.parse().map_err(malformed)?;
    let keep = asked.iter().map(|scope| canonical(scope.as_str()).parse()).collect::<Result<_, _>>();
    let scope = withdraw(house, who, &app, Keep::Only(keep.map_err(malformed)?)).await?;
    Ok(reply::ok(&json!({ "app_id": app, "scope": scope })))
}

fn named(path: Result<Path<String>, PathRejection>) -> Result<ClientId, Denied> {
    path.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(not_there)
}

fn not_there() -> Denied {
    Denied::not_found("you have not used an app of this id")
}

/// What is left to an app.
pub enum Keep {
    /// Only these, of what it has.
    Only(ScopeSet),
    /// All that it has but this.
    AllBut(Scope),
}

/// Withdraws what is not kept, and answers with what the app may see from now on.
///
/// When this answers, no question asked afterwards finds the app seeing more. Refusals:
/// `not_found` where the person has not used the app, `invalid_token` where the session is over.
pub async fn withdraw(house: &House, who: Who, app: &ClientId, keep: Keep) -> Result<ScopeSet, Denied> {
    house.close(|| decided(house, who, app, &keep)).await
}

async fn decided(
    house: &House,
    who: Who,
    id: &ClientId,
    keep: &Keep,
) -> Result<(Vec<Change>, ScopeSet), Denied> {
    still_here(house, who).await?;
    let live = house.live.client(id).await.map_err(|cause| unavailable(&cause))?.ok_or_else(not_there)?;
    let app = live.client.app().ok_or_else(not_there)?;
    // From the store: the decision must not rest on what memory held a moment ago.
    let before = house.live.store().consents(who.user, id).await.map_err(|cause| unavailable(&cause))?;
    if before.0.is_empty() && !was_used(house, who, id).await? {
        return Err(not_there());
    }
    let standing = cover::standing(app, &before);
    let keep = match keep {
        Keep::Only(scopes) => {
            let catalogue = house.live.catalogue();
            let known = |scope: &Scope| {
                app.names(scope)
                    || before.of(scope).is_some()
                    || catalogue.iter().any(|entry| entry.scope == *scope)
            };
            // A slip of the pen must not pass for the wish to withdraw.
            if let Some(other) = scopes.iter().find(|scope| !known(scope)) {
                return Err(Denied::request(format!("there is no scope '{other}'")));
            }
            scopes.clone()
        }
        // A grant for what the manifest names no more stays too: it is not what was meant.
        Keep::AllBut(scope) => {
            let granted = before.0.iter().filter(|decided| decided.decision == Decision::Granted);
            let all = standing.iter().chain(granted.map(|decided| &decided.scope));
            all.filter(|other| *other != scope).cloned().collect()
        }
    };
    let now = house.now();
    let mut changes = rule::withdraw(who.user, &live.client, &before, &keep, now);
    if changes.is_empty() {
        return Ok((changes, standing));
    }
    let entries: Vec<_> = changes.iter().filter_map(decision).cloned().collect();
    let after = cover::standing(app, &agree::apply(&before, &entries));
    changes.insert(0, Change::SessionHeld { session: who.session, now });
    Ok((changes, after))
}

fn decision(change: &Change) -> Option<&portico_core::noun::consent::ConsentEntry> {
    match change {
        Change::ConsentDecided(entry) => Some(entry),
        _ => None,
    }
}

async fn was_used(house: &House, who: Who, app: &ClientId) -> Result<bool, Denied> {
    if house.live.has_entered(who.session, app).await.map_err(|cause| unavailable(&cause))? {
        return Ok(true);
    }
    let used = house.live.store().apps_of(who.user).await.map_err(|cause| unavailable(&cause))?;
    Ok(used.iter().any(|(used, _)| used == app))
}
