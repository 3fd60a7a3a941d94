//! Apps.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::client::Client;
use portico_core::rule::register::{self, Fresh, Manifest, Object, Registered};
use portico_core::scope::Scope;
use portico_seal::Secret;
use serde_json::{Value, json};

use super::page::Paged;
use super::standing::{self, change, find, fresh};
use super::{Answer, Id, at, document, one_or_many, view};
use crate::house::unavailable;
use crate::{House, reply};

/// The most manifests in one call.
const MOST: usize = 100;

fn is_app(client: &Client) -> bool {
    client.app().is_some()
}

/// `POST /apps`: registers or updates one from its manifest, or up to 100, all or none.
pub(super) async fn register(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let (entries, many) = one_or_many(&document, MOST)?;
    let mut manifests: Vec<(Manifest, Fresh, Secret)> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let manifest = Manifest::read(entry).map_err(at(index, many))?;
        if manifests.iter().any(|(other, ..)| other.id() == manifest.id()) {
            return Err(
                at(index, many)(Denied::request(format!("'{}' is there twice", manifest.id()))).into()
            );
        }
        let (fresh, secret) = fresh(&house);
        manifests.push((manifest, fresh, secret));
    }
    let (house, manifests) = (&*house, &manifests);
    let registered = house
        .decide(|| async move {
            let mut all = (Vec::<Change>::new(), Vec::<Registered>::new());
            for (index, (manifest, fresh, _)) in manifests.iter().enumerate() {
                let mut done = weigh(house, manifest.clone(), fresh).await.map_err(at(index, many))?;
                all.0.append(&mut done.changes);
                all.1.push(done);
            }
            Ok(all)
        })
        .await?;
    let mut answers: Vec<_> =
        registered.iter().zip(manifests).map(|(done, (_, _, secret))| answer(done, secret)).collect();
    let answer = if many { json!({ "apps": answers }) } else { answers.remove(0) };
    Ok(reply::json(StatusCode::CREATED, &answer))
}

async fn weigh(house: &House, manifest: Manifest, fresh: &Fresh) -> Result<Registered, Denied> {
    let store = house.live.store();
    let before = store.client(manifest.id()).await.map_err(|cause| unavailable(&cause))?;
    let developer = store.developer(manifest.developer()).await.map_err(|cause| unavailable(&cause))?;
    manifest.register(before.as_ref(), developer.is_some(), &house.live.catalogue(), fresh, house.now())
}

fn answer(done: &Registered, secret: &Secret) -> Value {
    let wx_app_id = done.client.app().map(|app| app.wx_app_id.as_str());
    let mut answer = json!({ "app_id": done.client.id, "wx_app_id": wx_app_id });
    if done.new_secret {
        answer["client_secret"] = secret.expose().into();
    }
    answer
}

/// `GET /apps`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ClientId>::read(&uri)?;
    let found = house.live.store().apps(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |client| client.id.to_string(), view::client)))
}

/// `GET /apps/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&find(&house, &id.of()?, is_app).await?)))
}

/// `POST /apps/{id}/suspend`: when it answers, no token of the app is good any more.
pub(super) async fn suspend(State(house): State<Arc<House>>, id: Id) -> Answer {
    let now = house.now();
    let after = change(&house, &id, is_app, |app| Ok(register::suspend(app, now))).await?;
    Ok(reply::ok(&view::client(&after)))
}

/// `POST /apps/{id}/resume`.
pub(super) async fn resume(State(house): State<Arc<House>>, id: Id) -> Answer {
    let after = change(&house, &id, is_app, |app| Ok(register::resume(app))).await?;
    Ok(reply::ok(&view::client(&after)))
}

/// `POST /apps/{id}/rotate-secret`.
pub(super) async fn rotate_secret(State(house): State<Arc<House>>, id: Id) -> Answer {
    let (app, secret) = standing::rotate_secret(&house, &id, is_app).await?;
    Ok(reply::ok(&json!({ "app_id": app.id, "client_secret": secret.expose() })))
}

/// `DELETE /apps/{id}`: removes the app with all that people decided about it.
pub(super) async fn remove(State(house): State<Arc<House>>, id: Id) -> Answer {
    let (catalogue, now) = (house.live.catalogue(), house.now());
    let app = change(&house, &id, is_app, |app| register::remove(app, &catalogue, now)).await?;
    Ok(reply::ok(&json!({ "app_id": app.id, "removed": true })))
}

/// `POST /apps/{id}/preauthorise`: allows the app a scope on every person's behalf.
pub(super) async fn preauthorise(
    State(house): State<Arc<House>>,
    id: Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let document = document(&headers, body).await?;
    let top = Object::whole(&document)?;
    top.only(&["scope"])?;
    let scope: Scope =
        top.need_text("scope", 64)?.parse().map_err(|_| top.wrong("scope", "is not a scope"))?;
    let after = change(&house, &id, is_app, |app| register::preauthorise(app, &scope)).await?;
    Ok(reply::ok(&view::client(&after)))
}
