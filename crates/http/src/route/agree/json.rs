//! The same question for hosts that draw their own: `/v1/consents/{request}`.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use portico_core::denied::Denied;
use portico_core::noun::consent::Decision;
use portico_core::rule::agree::Answer;
use portico_core::rule::cover;
use portico_core::scope::{Scope, ScopeSet};
use serde::Deserialize;
use serde_json::json;

use super::{Question, decided, gone, is_sensitive, question};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, caller, page_reply};

/// `GET /v1/consents/{request}` with the host's token.
pub async fn show_json(State(house): State<Arc<House>>, Path(id): Path<String>, headers: HeaderMap) -> Reply {
    let language = page_reply::language(None, &headers).lang;
    let described = |question| described(&id, &question, language);
    match for_host(&house, &id, &headers).await.and_then(described) {
        Ok(body) => reply::ok(&body),
        Err(denied) => reply::problem(&denied),
    }
}

/// `POST /v1/consents/{request}` with the host's token.
pub async fn answer_json(State(house): State<Arc<House>>, Path(id): Path<String>, request: Request) -> Reply {
    match answered_by_host(&house, &id, request).await {
        Ok(reply) => reply,
        Err(denied) => reply::problem(&denied),
    }
}

/// What a host posts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    granted: Vec<Scope>,
    #[serde(default)]
    refused: Vec<Scope>,
}

async fn answered_by_host(house: &House, id: &str, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let question = for_host(house, id, &parts.headers).await?;
    let said: Said = body::object(&parts.headers, body).await?;
    let set = |scopes: Vec<Scope>| scopes.into_iter().collect::<ScopeSet>();
    let answer = Answer { granted: set(said.granted), refused: set(said.refused) };
    let language = page_reply::language(None, &parts.headers).lang;
    house.decide(|| decided(house, id, &answer, language)).await?;
    let after = house.live.consents(question.request.user, &question.request.app).await;
    let after = after.map_err(|cause| unavailable(&cause))?;
    let scope = cover::standing(question.manifest()?, &after);
    Ok(reply::ok(&json!({ "app_id": question.request.app, "scope": scope })))
}

/// The question, if it was put through this host, to this person, in this session.
async fn for_host(house: &House, id: &str, headers: &HeaderMap) -> Result<Question, Denied> {
    let signed = caller::person(house, headers).await?;
    let question = question(house, id).await?;
    let theirs =
        question.request.asker == signed.token.client && question.request.session == signed.token.session;
    if theirs { Ok(question) } else { Err(gone()) }
}

fn described(id: &str, question: &Question, language: &'static str) -> Result<serde_json::Value, Denied> {
    let app = question.manifest()?;
    let permissions = question.request.scope.iter().map(|scope| {
        let words = question.words(scope, language);
        json!({
            "scope": scope,
            "title": words.title,
            "description": words.description,
            "reason": words.reason,
            "required": app.permission(scope).is_some_and(|permission| permission.required),
            "sensitive": is_sensitive(question, scope),
            "decision": question.before.of(scope).map(Decision::as_str),
        })
    });
    Ok(json!({
        "consent_request": id,
        "scope": question.request.scope,
        "app": {
            "app_id": question.request.app,
            "name": question.app.client.name,
            "icons": app.icons,
            "developer": question.developer,
        },
        "permissions": permissions.collect::<Vec<_>>(),
        "preauthorised": app.preauthorised,
        "expires_at": question.request.expires_at.seconds(),
    }))
}
