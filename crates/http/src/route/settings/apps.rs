//! `/settings`: the mini-programs and what each may see.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use maud::Markup;
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::app::App;
use portico_core::noun::catalogue::{CatalogueEntry, Sensitivity};
use portico_core::noun::consent::Decision;
use portico_core::scope::{Scope, ScopeSet};

use super::{Halt, Visit};
use crate::House;
use crate::form::Fields;
use crate::page::settings::apps::{Access, AccessState, AppAccess, Apps, apps};
use crate::page::settings::{Done, Section};
use crate::page::words::Words;
use crate::page_reply::party;
use crate::reply::{self, Reply};
use crate::route::me::apps::{Keep, Known, known, withdraw};
use crate::when::stamp;

/// `GET /settings`.
pub async fn show(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, _) = Visit::to(Section::Apps, request);
    visit.shown(&house, shown(&house, &visit).await)
}

async fn shown(house: &House, visit: &Visit) -> Result<Markup, Halt> {
    let (browser, fields) = visit.read(house).await?;
    let catalogue = house.live.catalogue();
    let words = visit.frame.words();
    let known = known(house, browser.who().user).await?;
    let view = Apps {
        sheet: visit.sheet(house, &browser, &fields),
        apps: known.iter().filter_map(|known| Some(access(known, known.app()?, &catalogue, words))).collect(),
        open_app: fields.get("app").map(str::to_owned),
    };
    Ok(apps(&view))
}

/// `POST /settings`.
pub async fn act(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (visit, body) = Visit::to(Section::Apps, request);
    visit.taken(&house, acted(&house, &visit, body).await)
}

async fn acted(house: &House, visit: &Visit, body: Body) -> Result<Reply, Halt> {
    let (browser, fields) = visit.form(house, body).await?;
    let (keep, done) = match fields.need("action")? {
        "withdraw" => {
            let scope = fields.need("scope")?.parse().map_err(|_| Denied::request("scope is malformed"))?;
            (Keep::AllBut(scope), Done::Withdrawn)
        }
        "withdraw_all" => (Keep::Only(ScopeSet::empty()), Done::WithdrawnAll),
        _ => return Err(Denied::request("this action is not known").into()),
    };
    let app = app(&fields)?;
    withdraw(house, browser.who(), &app, keep).await?;
    Ok(reply::see_other(&format!("{}?done={}&app={app}", Section::Apps.path(), done.code())))
}

fn app(fields: &Fields<'_>) -> Result<ClientId, Denied> {
    fields.need("app_id")?.parse().map_err(|_| Denied::not_found("you have not used an app of this id"))
}

fn access(known: &Known, app: &App, catalogue: &[CatalogueEntry], words: &Words) -> AppAccess {
    let permissions = app.permissions.iter().filter_map(|permission| {
        let entry = catalogue.iter().find(|entry| entry.scope == permission.scope);
        let state = match known.consents.of(&permission.scope) {
            Some(Decision::Granted) => AccessState::Allowed,
            Some(Decision::Refused) => AccessState::Refused,
            Some(Decision::Withdrawn) => AccessState::Withdrawn,
            None if app.preauthorised.contains(&permission.scope) => AccessState::PreAuthorised,
            // Nobody has been asked yet.
            None => return None,
        };
        Some(Access {
            scope: permission.scope.to_string(),
            title: title(&permission.scope, catalogue, words),
            opens: entry.map_or("", |entry| entry.description_in(&[words.lang])).to_owned(),
            state,
            required: permission.required,
            sensitive: entry.is_some_and(|entry| entry.sensitivity == Sensitivity::Sensitive),
        })
    });
    let mut permissions: Vec<_> = permissions.collect();
    permissions
        .sort_by_key(|access| !matches!(access.state, AccessState::Allowed | AccessState::PreAuthorised));
    AppAccess {
        app: party(&known.client.client, Some(&known.developer)),
        last_used: known.last_used.map(|at| stamp(at, words)),
        permissions,
    }
}

/// The title of a scope in the page's language, or the scope where the catalogue has lost it.
pub(super) fn title(scope: &Scope, catalogue: &[CatalogueEntry], words: &Words) -> String {
    let entry = catalogue.iter().find(|entry| entry.scope == *scope);
    entry.map_or(scope.as_str(), |entry| entry.title_in(&[words.lang])).to_owned()
}
