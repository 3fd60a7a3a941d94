//! `/console/audit`: what operators did.

use axum::http::Uri;
use maud::{Markup, html};
use portico_core::noun::audit::{AuditLine, Target, TargetKind};

use super::frame::{Answer, Part, Query, page, time};
use super::visit::Visit;
use crate::page::name::prose;
use crate::route::admin::audit::listed;

const PATH: &str = "/console/audit";

/// `GET /console/audit`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let target = query.get("target");
    let mut lines = listed(visit.house(), target, query.page()?).await?;
    let pages = query.next(PATH, &mut lines, |line| line.seq.to_string());
    let body = html! {
        h1 { "Audit" }
        p.lead { "What operators did, latest first. Looking at somebody's data is among it." }
        form.search method="get" role="search" {
            label for="target" { "Done to" }
            input id="target" name="target" type="search" value=[target] placeholder="Any id, whole"
                autocomplete="off" spellcheck="false";
            button.secondary type="submit" { "Find" }
        }
        (table(&lines))
        (pages)
    };
    Ok(page(&visit, Part::Audit, "Audit", None, body))
}

/// Lines of the trail.
pub(super) fn table(lines: &[AuditLine]) -> Markup {
    html! {
        @if lines.is_empty() {
            p.empty { "Nothing yet." }
        } @else {
            table {
                thead { tr { th { "When" } th { "Who" } th { "What" } th { "To whom" } } }
                tbody {
                    @for line in lines {
                        tr {
                            td data-label="When" { (time(line.entry.at)) }
                            td data-label="Who" { bdi { (prose(&line.entry.operator)) } }
                            td data-label="What" { code { (line.entry.act.as_str()) } }
                            td data-label="To whom" { (target(&line.entry.target)) }
                        }
                    }
                }
            }
        }
    }
}

fn target(target: &Target) -> Markup {
    let folder = match target.kind {
        TargetKind::Person => Some("people"),
        TargetKind::App => Some("apps"),
        TargetKind::Host => Some("hosts"),
        TargetKind::Developer
        | TargetKind::Scope
        | TargetKind::Connection
        | TargetKind::Delivery
        | TargetKind::Key
        | TargetKind::Store
        | TargetKind::Console => None,
    };
    html! {
        @match folder {
            Some(folder) => { a.id href={ "/console/" (folder) "/" (target.id) } { (target.id) } }
            None => { span.id { (target.id) } }
        }
        @if let Some(part) = &target.part { " " span.id.quiet { (part) } }
    }
}
