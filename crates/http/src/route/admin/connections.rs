//! Connections.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ConnectionId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::connection::{Connection, ConnectionKind};
use portico_core::rule::register::{ConnectionSheet, replaces, speaks_alone};
use portico_store::Page;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::{Answer, Id, document, nobody};
use crate::connection::{Errand, wrap};
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

/// How many connections are read at a time.
const PAGE: usize = 100;

/// The connection without its secret, which is never shown again.
fn view(connection: &Connection) -> Value {
    let mut shown = json!({
        "connection_id": connection.id,
        "kind": connection.kind.as_str(),
        "name": connection.name,
        "icon": connection.icon,
        "sign_in": connection.sign_in,
        "app": connection.app,
        "marker": connection.marker,
        "registered_at": rfc3339(connection.registered_at),
    });
    let secret = connection.wrapped_secret.is_some();
    let own = match &connection.kind {
        ConnectionKind::Oidc { issuer, client_id, scope } => json!({
            "issuer": issuer, "client_id": client_id, "has_client_secret": secret, "scope": scope,
        }),
        ConnectionKind::Oauth2(at) => json!({
            "authorize_url": at.authorize_url,
            "token_url": at.token_url,
            "identity_url": at.identity_url,
            "client_id": at.client_id,
            "has_client_secret": secret,
            "scope": at.scope,
            "subject": at.subject,
            "token_endpoint_auth_method": at.authentication,
            "issuer": at.issuer,
        }),
        ConnectionKind::WechatOfficialAccount { app_id, userinfo, open_url, api_url } => json!({
            "app_id": app_id,
            "has_secret": secret,
            "scope": if *userinfo { "snsapi_userinfo" } else { "snsapi_base" },
            "open_url": open_url,
            "api_url": api_url,
        }),
        ConnectionKind::WechatMiniProgram { app_id, api_url } => json!({
            "app_id": app_id, "has_secret": secret, "api_url": api_url,
        }),
    };
    if let (Value::Object(shown), Value::Object(own)) = (&mut shown, own) {
        shown.extend(own);
    }
    shown
}

/// The connection as it answers its registration: with the addresses that the provider must know.
fn registered(house: &House, connection: &Connection) -> Value {
    let mut shown = view(connection);
    if connection.sign_in {
        shown["redirect_uri"] = Errand::SignIn.back(house, &connection.id).into();
    }
    if connection.takes_browsers() {
        shown["link_redirect_uri"] = Errand::Link.back(house, &connection.id).into();
    }
    shown
}

/// What is there must bear the connection: its app, and the connections beside it.
async fn fits(desk: &Desk, connection: &Connection) -> Result<(), Denied> {
    if let Some(app) = &connection.app {
        let client = desk.live().client(app).await.map_err(|cause| unavailable(&cause))?;
        if client.is_none_or(|client| client.client.app().is_none()) {
            return Err(Denied::request("'app' names no app"));
        }
    }
    let (mut after, mut more) = (None, connection.marked_app().is_some());
    while more {
        let page = Page { after: after.take(), limit: PAGE };
        let others = desk.store().connections(page).await.map_err(|cause| unavailable(&cause))?;
        speaks_alone(connection, &others)?;
        more = others.len() == PAGE;
        after = others.last().map(|last| last.id.clone());
    }
    Ok(())
}

/// `POST /connections`: registers one, or replaces it. Without a secret the one
/// there is stays.
pub(super) async fn register(
    State(house): State<Arc<House>>,
    desk: Desk,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let document = document(&headers, body).await?;
    let sheet = ConnectionSheet::read(&document, house.now())?;
    let fresh = sheet.secret.as_deref().map(|secret| wrap(&house, &sheet.connection, secret));
    let connection = desk
        .act(|| async {
            let id = &sheet.connection.id;
            let before = desk.store().connection(id).await.map_err(|cause| unavailable(&cause))?;
            let mut after = replaces(before.as_ref(), sheet.connection.clone());
            let held = before.as_ref().and_then(|before| before.wrapped_secret.clone());
            after.wrapped_secret = fresh.clone().or(held).filter(|_| !after.needs_no_secret());
            if after.wrapped_secret.is_none() && after.needs_secret() {
                return Err(Denied::request("'secret' is missing"));
            }
            fits(&desk, &after).await?;
            let change = match before {
                Some(before) => {
                    Change::ConnectionRewritten { before: Box::new(before), after: Box::new(after.clone()) }
                }
                None => Change::ConnectionRegistered(Box::new(after.clone())),
            };
            Ok((Deed::one(Act::ConnectionRegistered, target(id)), vec![change], after))
        })
        .await?;
    Ok(reply::json(StatusCode::CREATED, &registered(&house, &connection)))
}

/// `GET /connections`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ConnectionId>::read(&uri)?;
    let found = house.live.store().connections(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |connection| connection.id.to_string(), view)))
}

/// `GET /connections/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let found = house.live.store().connection(&id.of()?).await?;
    Ok(reply::ok(&view(&found.ok_or_else(nobody)?)))
}

/// `DELETE /connections/{id}`: nobody signs in with it any more; links made by it stay.
pub(super) async fn remove(desk: Desk, id: Id) -> Answer {
    let id: ConnectionId = id.of()?;
    desk.store().connection(&id).await?.ok_or_else(nobody)?;
    let removed = vec![Change::ConnectionRemoved { connection: id.clone() }];
    desk.commit(Deed::one(Act::ConnectionRemoved, target(&id)), removed).await?;
    Ok(reply::ok(&json!({ "connection_id": id, "removed": true })))
}

fn target(id: &ConnectionId) -> Target {
    Target::new(TargetKind::Connection, id)
}
