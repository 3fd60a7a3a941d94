//! `/console/scopes`: the catalogue of what people can be asked for.

use axum::http::Uri;
use maud::{Markup, html};
use portico_core::noun::catalogue::{CatalogueEntry, Sensitivity};

use super::frame::{Answer, Part, Query, badge, page};
use super::visit::Visit;
use crate::page::name::{prose, tidy};
use crate::route::admin::scopes::listed;

/// `GET /console/scopes`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let mut found = listed(visit.house(), &query.page()?);
    let pages = query.next("/console/scopes", &mut found, |entry| entry.scope.to_string());
    let body = html! {
        h1 { "Scopes" }
        p.lead { "What people can be asked for, in the words that they read." }
        table {
            thead { tr { th { "Scope" } th { "Title" } th { "Description" } th { "Served by" } } }
            tbody { @for entry in &found { (row(entry)) } }
        }
        (pages)
    };
    Ok(page(&visit, Part::Scopes, "Scopes", None, body))
}

fn row(entry: &CatalogueEntry) -> Markup {
    html! {
        tr {
            td data-label="Scope" {
                code { (entry.scope) } " "
                @if entry.sensitivity == Sensitivity::Sensitive { (badge("warn", "sensitive")) }
            }
            td data-label="Title" { bdi { (tidy(entry.title_in(&["en"]))) } }
            td data-label="Description" { bdi { (prose(entry.description_in(&["en"]))) } }
            td data-label="Served by" {
                @match &entry.served_by {
                    Some(app) => { a.id href={ "/console/apps/" (app) } { (app) } }
                    None => { span.quiet { "Portico" } }
                }
            }
        }
    }
}
