//! `/console/deliveries`: logout messages that wait, were delivered, or were given up.

use axum::http::Uri;
use maud::{Markup, html};
use portico_core::denied::Denied;
use portico_core::noun::delivery::{Delivery, DeliveryState};

use super::frame::{Answer, Part, Query, badge, button, page, time};
use super::visit::{Posted, Visit};
use crate::reply;
use crate::route::admin::Id;
use crate::route::admin::deliveries::{all_retried, listed, retried};

const PATH: &str = "/console/deliveries";
const FILTERS: [(Option<&str>, &str); 4] = [
    (None, "All"),
    (Some("pending"), "Waiting"),
    (Some("failed"), "Given up"),
    (Some("delivered"), "Delivered"),
];

/// `GET /console/deliveries`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let state = query.get("state");
    let mut found = listed(visit.house(), state, query.page()?).await?;
    let pages = query.next(PATH, &mut found, |delivery| delivery.id.to_string());
    let body = html! {
        div.head {
            h1 { "Deliveries" }
            (button(&visit, "retry_all", "secondary", "Send again all that were given up", &[]))
        }
        p.lead { "Logout messages to back ends: at least once, tried for 72 hours." }
        nav.filters aria-label="State" {
            @for (value, words) in FILTERS {
                @let href = value.map_or_else(|| PATH.to_owned(), |value| format!("{PATH}?state={value}"));
                a href=(href) aria-current=[(value == state).then_some("true")] { (words) }
            }
        }
        @if found.is_empty() {
            p.empty { "None." }
        } @else {
            table {
                thead {
                    tr {
                        th { "To" } th { "State" } th { "Since" } th { "Attempts" } th { "Last error" }
                        th { span.unseen { "Retry" } }
                    }
                }
                tbody { @for delivery in &found { (row(&visit, delivery)) } }
            }
        }
        (pages)
    };
    let done = query.get("done").and_then(|code| match (code, query.get("count")) {
        ("retried", None) => Some("The message is sent again now.".to_owned()),
        ("retried", Some(count)) => {
            count.parse::<u32>().ok().map(|count| format!("Messages sent again: {count}."))
        }
        _ => None,
    });
    Ok(page(&visit, Part::Deliveries, "Deliveries", done.as_deref(), body))
}

fn row(visit: &Visit, delivery: &Delivery) -> Markup {
    let (class, words) = match delivery.state {
        DeliveryState::Pending => ("warn", "waiting"),
        DeliveryState::Delivered => ("good", "delivered"),
        DeliveryState::Failed => ("bad", "given up"),
    };
    html! {
        tr {
            td data-label="To" {
                span.id { (delivery.client) } br;
                a.id.small href={ "/console/people/" (delivery.user) } { (delivery.user) }
            }
            td data-label="State" { (badge(class, words)) }
            td data-label="Since" { (time(delivery.queued_at)) }
            td data-label="Attempts" { (delivery.attempts) }
            td data-label="Last error" {
                @match &delivery.last_error {
                    Some(error) => (error),
                    None => { span.quiet { "–" } }
                }
            }
            td.act {
                @if delivery.state != DeliveryState::Delivered {
                    (button(visit, "retry", "secondary", "Send again", &[("delivery", &delivery.id.to_string())]))
                }
            }
        }
    }
}

/// `POST /console/deliveries`.
pub(super) async fn act(posted: Posted) -> Answer {
    let (desk, fields) = (&posted.visit.desk, posted.fields()?);
    match fields.need("action")? {
        "retry" => {
            retried(desk, &Id(fields.need("delivery")?.to_owned())).await?;
            Ok(reply::see_other(&format!("{PATH}?done=retried")))
        }
        "retry_all" => {
            let count = all_retried(desk).await?;
            Ok(reply::see_other(&format!("{PATH}?done=retried&count={count}")))
        }
        _ => Err(Denied::request("this action is not known").into()),
    }
}
