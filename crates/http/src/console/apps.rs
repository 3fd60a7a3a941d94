//! `/console/apps`: the mini-programs.

use axum::http::Uri;
use maud::{Markup, html};
use portico_core::noun::client::Client;

use super::client::state;
use super::frame::{Answer, Part, Query, page, time};
use super::visit::Visit;
use crate::page::name::tidy;
use crate::route::admin::apps::listed;

const PATH: &str = "/console/apps";

/// `GET /console/apps`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let prefix = query.get("prefix");
    let mut apps = listed(visit.house(), prefix, query.page()?).await?;
    let pages = query.next(PATH, &mut apps, |client| client.id.to_string());
    let body = html! {
        h1 { "Apps" }
        form.search method="get" role="search" {
            label for="prefix" { "Id begins with" }
            input id="prefix" name="prefix" type="search" value=[prefix] autocomplete="off" spellcheck="false"
                placeholder="org.example";
            button.secondary type="submit" { "Find" }
        }
        @if apps.is_empty() {
            p.empty { "No such app." }
        } @else {
            table {
                thead { tr { th { "App" } th { "Id" } th { "Developer" } th { "Version" } th { "Since" } th { "State" } } }
                tbody { @for client in &apps { (row(client)) } }
            }
        }
        (pages)
    };
    Ok(page(&visit, Part::Apps, "Apps", None, body))
}

fn row(client: &Client) -> Markup {
    let app = client.app();
    html! {
        tr {
            td data-label="App" { bdi { (tidy(&client.name)) } }
            td data-label="Id" { a.id href={ (PATH) "/" (client.id) } { (client.id) } }
            td data-label="Developer" { span.id { @if let Some(app) = app { (app.developer) } } }
            td data-label="Version" { @if let Some(app) = app { bdi { (tidy(&app.version_name)) } } }
            td data-label="Since" { (time(client.registered_at)) }
            td data-label="State" { (state(client)) }
        }
    }
}
