//! `/console/hosts`: the super apps, and one of them.

use axum::extract::Path;
use axum::http::{StatusCode, Uri};
use maud::{Markup, html};
use portico_core::denied::Denied;
use portico_core::noun::client::{Client, KeySource};
use portico_core::noun::host::TrustedIssuer;

use super::client::{acts, facts, new_secret, state};
use super::frame::{self, Answer, Part, Query, page, time};
use super::visit::{Posted, Visit};
use crate::page::name::tidy;
use crate::reply;
use crate::route::admin::standing::{HOST, find};
use crate::route::admin::{Id, hosts};

const PATH: &str = "/console/hosts";
const DONE: [(&str, &str); 2] = [
    ("suspended", "The host is suspended: nobody can sign in through it."),
    ("resumed", "The host works again."),
];

/// `GET /console/hosts`.
pub(super) async fn show(visit: Visit, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let mut found = hosts::listed(visit.house(), query.page()?).await?;
    let pages = query.next(PATH, &mut found, |client| client.id.to_string());
    let body = html! {
        h1 { "Hosts" }
        @if found.is_empty() {
            p.empty { "No host is registered." }
        } @else {
            table {
                thead { tr { th { "Host" } th { "Id" } th { "Since" } th { "State" } } }
                tbody { @for client in &found { (row(client)) } }
            }
        }
        (pages)
    };
    Ok(page(&visit, Part::Hosts, "Hosts", None, body))
}

fn row(client: &Client) -> Markup {
    html! {
        tr {
            td data-label="Host" { bdi { (tidy(&client.name)) } }
            td data-label="Id" { a.id href={ (PATH) "/" (client.id) } { (client.id) } }
            td data-label="Since" { (time(client.registered_at)) }
            td data-label="State" { (state(client)) }
        }
    }
}

/// `GET /console/hosts/{id}`.
pub(super) async fn show_one(visit: Visit, id: Option<Path<String>>, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let client = find(visit.desk.store(), &id.of()?, HOST).await?;
    let issuers = client.host().map(|host| host.trusted_issuers.as_slice()).unwrap_or_default();
    let body = html! {
        p.crumb { a href=(PATH) { "Hosts" } }
        div.head {
            h1 { bdi { (tidy(&client.name)) } " " (state(&client)) }
            a.small href={ "/console/audit?target=" (client.id) } { "What operators did" }
        }
        p.id { (client.id) }
        div.columns {
            section { h2 { "Registration" } dl.facts { (facts(&client)) } }
            section {
                h2 { "What can be done" }
                (acts(&visit, &client, "Nobody can sign in or launch through it from that moment on."))
            }
        }
        (trusted(issuers))
    };
    let done = query.get("done").and_then(|code| DONE.iter().find(|(known, _)| *known == code));
    Ok(page(&visit, Part::Hosts, "Host", done.map(|(_, words)| *words), body))
}

fn trusted(issuers: &[TrustedIssuer]) -> Markup {
    html! {
        section {
            h2 { "Trusted issuers " span.count { (issuers.len()) } }
            @if issuers.is_empty() {
                p.empty { "None: people sign in at Portico's own pages." }
            } @else {
                table {
                    thead { tr { th { "Issuer" } th { "Audience" } th { "Person by" } th { "Keys" } } }
                    tbody {
                        @for issuer in issuers {
                            tr {
                                td data-label="Issuer" { span.id { (issuer.issuer) } }
                                td data-label="Audience" { span.id { (issuer.audience.as_deref().unwrap_or("this Portico")) } }
                                td data-label="Person by" { code { (issuer.user_claim) } }
                                td data-label="Keys" {
                                    @match &issuer.keys {
                                        KeySource::JwksUri(uri) => { span.id { (uri) } }
                                        KeySource::Jwks(_) => "registered here",
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// `POST /console/hosts/{id}`.
pub(super) async fn act(id: Option<Path<String>>, posted: Posted) -> Answer {
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let (desk, fields) = (&posted.visit.desk, posted.fields()?);
    let done = match fields.need("action")? {
        "suspend" => {
            hosts::suspended(desk, &id).await?;
            "suspended"
        }
        "resume" => {
            hosts::resumed(desk, &id).await?;
            "resumed"
        }
        "rotate_secret" => {
            let (client, secret) = hosts::secret_rotated(desk, &id).await?;
            let shown = new_secret(client.id.as_str(), secret.expose(), &format!("{PATH}/{}", client.id));
            return Ok(frame::plain(StatusCode::OK, "New secret", shown));
        }
        _ => return Err(Denied::request("this action is not known").into()),
    };
    Ok(reply::see_other(&format!("{PATH}/{}?done={done}", id.0)))
}
