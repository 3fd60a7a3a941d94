//! `/console/people`: who there is, and finding somebody.

use axum::http::Uri;
use maud::{Markup, html};
use portico_core::noun::person::Person;

use super::frame::{Answer, Part, Query, badge, page, time};
use super::visit::Visit;
use crate::route::admin::users::{found, listed};

const PATH: &str = "/console/people";

/// `GET /console/people`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let wanted = query.get("query");
    let mut people = match wanted {
        Some(wanted) => found(visit.house(), wanted).await?,
        None => listed(visit.house(), query.page()?).await?,
    };
    let pages = query.next(PATH, &mut people, |person| person.id.to_string());
    let body = html! {
        h1 { "People" }
        form.search method="get" role="search" {
            label for="query" { "Find" }
            input id="query" name="query" type="search" value=[wanted] autocomplete="off" spellcheck="false"
                placeholder="User id, username, e-mail or phone, whole";
            button.secondary type="submit" { "Find" }
        }
        @if people.is_empty() {
            p.empty {
                @if wanted.is_some() { "Nobody has exactly this id, username, e-mail address or phone number." }
                @else { "Nobody here." }
            }
        } @else {
            table {
                thead { tr { th { "Person" } th { "Since" } th { "Password" } th { "State" } } }
                tbody { @for person in &people { (row(person)) } }
            }
        }
        (pages)
    };
    Ok(page(&visit, Part::People, "People", None, body))
}

fn row(person: &Person) -> Markup {
    html! {
        tr {
            td data-label="Person" { a.id href={ (PATH) "/" (person.id) } { (person.id) } }
            td data-label="Since" { (time(person.created_at)) }
            td data-label="Password" { @if person.password.is_some() { "yes" } @else { span.quiet { "none" } } }
            td data-label="State" { (state(person)) }
        }
    }
}

/// How somebody stands.
pub(super) fn state(person: &Person) -> Markup {
    match (person.erased_at, person.blocked_at) {
        (Some(_), _) => badge("off", "erased"),
        (None, Some(_)) => badge("bad", "suspended"),
        (None, None) => badge("good", "active"),
    }
}
