//! `/console/apps/{id}`: one mini-program.

use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use maud::{Markup, html};
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::agreement::Agreement;
use portico_core::noun::app::{App, Permission};
use portico_core::noun::client::Client;

use super::client::{acts, facts, new_secret, state, word};
use super::frame::{self, Answer, Part, Query, badge, button, page, time};
use super::visit::{Posted, Visit};
use crate::page::name::{prose, tidy};
use crate::reply;
use crate::route::admin::agreements::agreements_of;
use crate::route::admin::standing::{APP, find};
use crate::route::admin::{Id, apps, view};

const DONE: [(&str, &str); 3] = [
    ("suspended", "The app is suspended: no token of it is good."),
    ("resumed", "The app works again."),
    ("preauthorised", "The scope is allowed on everybody's behalf."),
];

/// `GET /console/apps/{id}`.
pub(super) async fn show(visit: Visit, id: Option<Path<String>>, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let client = find(visit.desk.store(), &id.of()?, APP).await?;
    let Some(app) = client.app() else { return Err(Denied::not_found("there is none of this id").into()) };
    let agreed = agreements_of(visit.desk.store(), &client.id).await?;
    let body = html! {
        p.crumb { a href="/console/apps" { "Apps" } }
        div.head {
            h1 { bdi { (tidy(&client.name)) } " " (state(&client)) }
            a.small href={ "/console/audit?target=" (client.id) } { "What operators did" }
        }
        p.id { (client.id) }
        div.columns {
            (registration(&client, app))
            section {
                h2 { "What can be done" }
                (acts(&visit, &client, "No token of the app is good from that moment on, and nothing can be launched."))
            }
        }
        (permissions(&visit, app))
        (agreements(&client.id, &agreed))
        section {
            details.raw {
                summary { "Manifest as registered" }
                pre tabindex="0" { code { (format!("{:#}", view::client(&client))) } }
            }
        }
    };
    let done = query.get("done").and_then(|code| DONE.iter().find(|(known, _)| *known == code));
    Ok(page(&visit, Part::Apps, "App", done.map(|(_, words)| *words), body))
}

/// `POST /console/apps/{id}`.
pub(super) async fn act(id: Option<Path<String>>, posted: Posted) -> Answer {
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let (desk, fields) = (&posted.visit.desk, posted.fields()?);
    let done = match fields.need("action")? {
        "suspend" => {
            apps::suspended(desk, &id).await?;
            "suspended"
        }
        "resume" => {
            apps::resumed(desk, &id).await?;
            "resumed"
        }
        "preauthorise" => {
            let scope = fields.need("scope")?.parse().map_err(|_| Denied::request("this is not a scope"))?;
            apps::preauthorised(desk, &id, &scope).await?;
            "preauthorised"
        }
        "rotate_secret" => {
            let (client, secret) = apps::secret_rotated(desk, &id).await?;
            let back = format!("/console/apps/{}", client.id);
            let shown = new_secret(client.id.as_str(), secret.expose(), &back);
            return Ok(frame::plain(StatusCode::OK, "New secret", shown));
        }
        _ => return Err(Denied::request("this action is not known").into()),
    };
    Ok(reply::see_other(&format!("/console/apps/{}?done={done}", id.0)))
}

fn registration(client: &Client, app: &App) -> Markup {
    html! {
        section {
            h2 { "Registration" }
            dl.facts {
                dt { "Developer" } dd { span.id { (app.developer) } }
                dt { "Kind" } dd { code { (word(&app.kind)) } }
                dt { "Version" } dd { bdi { (tidy(&app.version_name)) } " " span.quiet { "(" (app.version_code) ")" } }
                @if let Some(text) = &app.description { dt { "Description" } dd { bdi { (prose(text)) } } }
                @if let Some(entry) = &app.entry { dt { "Entry" } dd { span.id { (entry) } } }
                dt { "WeChat-style id" } dd { span.id { (app.wx_app_id) } }
                dt { "Tokens last" } dd { (app.token_ttl.as_seconds()) " s" }
                (facts(client))
            }
        }
    }
}

fn permissions(visit: &Visit, app: &App) -> Markup {
    html! {
        section {
            h2 { "Permissions " span.count { (app.permissions.len()) } }
            @if app.permissions.is_empty() {
                p.empty { "The manifest asks for none." }
            } @else {
                table {
                    thead { tr { th { "Scope" } th { "Reason given" } th { "Asked" } th { "For everybody" } } }
                    tbody { @for permission in &app.permissions { (row(visit, app, permission)) } }
                }
            }
        }
    }
}

fn agreements(own: &ClientId, agreed: &[Agreement]) -> Markup {
    html! {
        section {
            h2 { "Agreements " span.count { (agreed.len()) } }
            @if agreed.is_empty() {
                p.empty { "No app resolves its OpenIDs to those of another here." }
            } @else {
                table {
                    thead { tr { th { "OpenIDs of" } th { "Resolved to those of" } th { "Since" } } }
                    tbody {
                        @for agreement in agreed {
                            tr {
                                td data-label="OpenIDs of" { (party(own, &agreement.from)) }
                                td data-label="Resolved to those of" { (party(own, &agreement.to)) }
                                td data-label="Since" { (time(agreement.registered_at)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn party(own: &ClientId, app: &ClientId) -> Markup {
    html! {
        @if app == own { "this app" } @else { a.id href={ "/console/apps/" (app) } { (app) } }
    }
}

fn row(visit: &Visit, app: &App, permission: &Permission) -> Markup {
    html! {
        tr {
            td data-label="Scope" { code { (permission.scope) } }
            td data-label="Reason given" { bdi { (prose(&permission.reason)) } }
            td data-label="Asked" { @if permission.required { "required" } @else { "optional" } }
            td data-label="For everybody" {
                @if app.preauthorised.contains(&permission.scope) {
                    (badge("good", "pre-authorised"))
                } @else {
                    (button(visit, "preauthorise", "secondary", "Pre-authorise", &[("scope", permission.scope.as_str())]))
                }
            }
        }
    }
}
