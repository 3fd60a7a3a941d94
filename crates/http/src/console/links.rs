//! Where else a person is known, on their page.

use maud::{Markup, html};
use portico_core::moment::Moment;
use portico_core::noun::link::{Link, PastLink};

use super::frame::{button, maybe_time, time};
use super::visit::Visit;
use crate::page::name::tidy;
use crate::route::me::links::Tied;

/// The links of a person, and those that were undone: a form for each that may be undone posts `unlink`.
pub(super) fn section(visit: &Visit, tied: &Tied, past: &[PastLink]) -> Markup {
    html! {
        section {
            h2 { "Links " span.count { (tied.links.len()) } }
            @if tied.links.is_empty() && past.is_empty() {
                p.empty { "Known nowhere else." }
            } @else {
                table {
                    thead {
                        tr {
                            th { "Known at" } th { "Proved by" } th { "Linked" } th { "Undone" }
                            th { span.unseen { "Undo" } }
                        }
                    }
                    tbody {
                        @for link in &tied.links {
                            tr {
                                (cells(tied, link, None))
                                td.act {
                                    @if tied.may_be_undone(link, visit.desk.now()) {
                                        (button(visit, "unlink", "secondary", "Undo", &[("link", &link.id().to_string())]))
                                    } @else {
                                        span.quiet { "the last way to sign in" }
                                    }
                                }
                            }
                        }
                        @for past in past {
                            tr { (cells(tied, &past.link, Some(past.unlinked_at))) td.act {} }
                        }
                    }
                }
            }
        }
    }
}

fn cells(tied: &Tied, link: &Link, undone: Option<Moment>) -> Markup {
    html! {
        td data-label="Known at" { bdi { (tidy(&tied.name(link))) } " " span.id { (link.issuer) } }
        td data-label="Proved by" { (link.proof.as_str()) }
        td data-label="Linked" { (time(link.linked_at)) }
        td data-label="Undone" { (maybe_time(undone)) }
    }
}
