//! Apps.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::client::Client;
use portico_core::rule::register::{self, Fresh, Manifest, Object, Registered};
use portico_core::scope::Scope;
use portico_seal::{PushSecrets, Secret};
use portico_store::Page;
use serde_json::{Value, json};

use super::desk::{Deed, Desk};
use super::page::Paged;
use super::standing::{self, APP, change, find, fresh};
use super::{Answer, Id, at, document, one_or_many, view};
use crate::house::unavailable;
use crate::wechat::event;
use crate::{House, reply};

/// The most manifests in one call.
const MOST: usize = 100;

/// `POST /apps`: registers or updates one from its manifest, or up to 100, all or none.
pub(super) async fn register(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let (entries, many) = one_or_many(&document, MOST)?;
    let mut manifests: Vec<(Manifest, Fresh, Secret)> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let manifest = wrapped(&desk, Manifest::read(entry).map_err(at(index, many))?);
        if manifests.iter().any(|(other, ..)| other.id() == manifest.id()) {
            return Err(
                at(index, many)(Denied::request(format!("'{}' is there twice", manifest.id()))).into()
            );
        }
        let (fresh, secret) = fresh(&desk);
        manifests.push((manifest, fresh, secret));
    }
    let (desk, manifests) = (&desk, &manifests);
    let registered = desk
        .act(|| async move {
            let mut all = (Vec::<Change>::new(), Vec::<Registered>::new());
            for (index, (manifest, fresh, _)) in manifests.iter().enumerate() {
                let mut done = weigh(desk, manifest.clone(), fresh).await.map_err(at(index, many))?;
                all.0.append(&mut done.changes);
                all.1.push(done);
            }
            let targets = manifests.iter().map(|(manifest, ..)| Target::new(TargetKind::App, manifest.id()));
            Ok((Deed::each(Act::AppRegistered, targets), all.0, all.1))
        })
        .await?;
    let mut answers: Vec<_> =
        registered.iter().zip(manifests).map(|(done, (_, _, secret))| answer(done, secret)).collect();
    let answer = if many { json!({ "apps": answers }) } else { answers.remove(0) };
    Ok(reply::json(StatusCode::CREATED, &answer))
}

/// The manifest with what its back end shares wrapped by the operator's key.
fn wrapped(desk: &Desk, manifest: Manifest) -> Manifest {
    let Some(sheet) = manifest.push() else { return manifest };
    let secrets =
        PushSecrets { token: sheet.token.clone(), encoding_aes_key: sheet.encoding_aes_key.clone() };
    let secrets = event::wrap(desk.live(), manifest.id(), &secrets);
    manifest.with_push(secrets)
}

async fn weigh(desk: &Desk, manifest: Manifest, fresh: &Fresh) -> Result<Registered, Denied> {
    let store = desk.store();
    let before = store.client(manifest.id()).await.map_err(|cause| unavailable(&cause))?;
    let developer = store.developer(manifest.developer()).await.map_err(|cause| unavailable(&cause))?;
    manifest.register(before.as_ref(), developer.is_some(), &desk.live().catalogue(), fresh, desk.now())
}

fn answer(done: &Registered, secret: &Secret) -> Value {
    let wx_app_id = done.client.app().map(|app| app.wx_app_id.as_str());
    let mut answer = json!({ "app_id": done.client.id, "wx_app_id": wx_app_id });
    if done.new_secret {
        answer["client_secret"] = secret.expose().into();
    }
    answer
}

/// Apps by id: all, or those whose id begins like this.
pub(crate) async fn listed(
    house: &House,
    prefix: Option<&str>,
    page: Page<ClientId>,
) -> Result<Vec<Client>, Denied> {
    let store = house.live.store();
    let found = match prefix {
        Some(prefix) => store.apps_starting(prefix, page).await,
        None => store.apps(page).await,
    };
    found.map_err(|cause| unavailable(&cause))
}

/// `GET /apps`, all or those whose id begins with `prefix`.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<ClientId>::read_with(&uri, &["prefix"])?;
    let found = listed(&house, paged.further("prefix"), paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |client| client.id.to_string(), view::client)))
}

/// `GET /apps/{id}`.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&find(&**house.live.store(), &id.of()?, APP).await?)))
}

/// Suspends an app; when this answers, no token of it is good any more.
pub(crate) async fn suspended(desk: &Desk, id: &Id) -> Result<Client, Denied> {
    standing::suspended(desk, id, APP, Act::AppSuspended).await
}

/// `POST /apps/{id}/suspend`.
pub(super) async fn suspend(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&suspended(&desk, &id).await?)))
}

/// Lets a suspended app work again.
pub(crate) async fn resumed(desk: &Desk, id: &Id) -> Result<Client, Denied> {
    standing::resumed(desk, id, APP, Act::AppResumed).await
}

/// `POST /apps/{id}/resume`.
pub(super) async fn resume(desk: Desk, id: Id) -> Answer {
    Ok(reply::ok(&view::client(&resumed(&desk, &id).await?)))
}

/// Gives an app a new secret; the old one is good no longer.
pub(crate) async fn secret_rotated(desk: &Desk, id: &Id) -> Result<(Client, Secret), Denied> {
    standing::rotate_secret(desk, id, APP, Act::AppSecretRotated).await
}

/// `POST /apps/{id}/rotate-secret`.
pub(super) async fn rotate_secret(desk: Desk, id: Id) -> Answer {
    let (app, secret) = secret_rotated(&desk, &id).await?;
    Ok(reply::ok(&json!({ "app_id": app.id, "client_secret": secret.expose() })))
}

/// `DELETE /apps/{id}`: removes the app with all that people decided about it.
pub(super) async fn remove(desk: Desk, id: Id) -> Answer {
    let (catalogue, now) = (desk.live().catalogue(), desk.now());
    let deed = |target| Deed::one(Act::AppRemoved, target);
    let app = change(&desk, &id, APP, deed, |app| register::remove(app, &catalogue, now)).await?;
    Ok(reply::ok(&json!({ "app_id": app.id, "removed": true })))
}

/// Allows an app a scope on every person's behalf.
pub(crate) async fn preauthorised(desk: &Desk, id: &Id, scope: &Scope) -> Result<Client, Denied> {
    let deed = |target: Target| Deed::one(Act::AppPreauthorised, target.part(scope));
    change(desk, id, APP, deed, |app| register::preauthorise(app, scope)).await
}

/// `POST /apps/{id}/preauthorise`.
pub(super) async fn preauthorise(desk: Desk, id: Id, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let top = Object::whole(&document)?;
    top.only(&["scope"])?;
    let scope: Scope =
        top.need_text("scope", 64)?.parse().map_err(|_| top.wrong("scope", "is not a scope"))?;
    Ok(reply::ok(&view::client(&preauthorised(&desk, &id, &scope).await?)))
}
