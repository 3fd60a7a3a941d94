//! `/console/people/{id}`: one person: profile, sessions, consents, and what can be done.

use axum::extract::Path;
use axum::http::Uri;
use maud::{Markup, html};
use portico_core::denied::Denied;
use portico_core::noun::audit::Act;
use portico_core::noun::consent::Decision;
use portico_core::noun::person::{Contact, Person};
use portico_core::rule::acr;
use portico_live::LivePerson;

use super::frame::{Answer, Part, Query, badge, button, csrf, maybe_time, page, time};
use super::links;
use super::people::state;
use super::visit::{Posted, Visit};
use crate::page::name::{prose, tidy};
use crate::reply;
use crate::route::admin::Id;
use crate::route::admin::account::{self, Consented, Signed};
use crate::route::admin::links::undone;
use crate::route::admin::users::read;
use crate::route::me::links::Tied;

const DONE: [(&str, &str); 6] = [
    ("session_ended", "The session is over."),
    ("sessions_ended", "The person is signed out everywhere."),
    ("suspended", "The person is suspended and signed out everywhere."),
    ("resumed", "The person may sign in again."),
    ("unlinked", "The link is undone. It stays in the history below."),
    ("erased", "The person is erased. Their key is gone, and with it everything personal."),
];

/// `GET /console/people/{id}`.
pub(super) async fn show(visit: Visit, id: Option<Path<String>>, uri: Uri) -> Answer {
    let query = Query::read(&uri)?;
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let person = read(&visit.desk, &id, Act::PersonRead).await?;
    let sessions = account::live_sessions(&visit.desk, &person).await?;
    let consents = account::consented(&visit.desk, person.person.id).await?;
    let account = &person.person;
    let (house, live) = (visit.house(), account.erased_at.is_none());
    let mut tied = if live { Some(Tied::of(house, account.id).await?) } else { None };
    let past = match &mut tied {
        Some(tied) => tied.past(house).await?,
        None => vec![],
    };
    let title = person.profile.name.as_deref().map(tidy).filter(|name| !name.is_empty());
    let body = html! {
        p.crumb { a href="/console/people" { "People" } }
        div.head {
            h1 { bdi { (title.as_deref().unwrap_or("A person without a name")) } " " (state(account)) }
            a.small href={ "/console/audit?target=" (account.id) } { "What operators did" }
        }
        p.id { (account.id) }
        div.columns {
            (profile(&person))
            (standing(&visit, account))
        }
        (devices(&visit, &sessions))
        (apps(&consents))
        @if let Some(tied) = &tied { (links::section(&visit, tied, &past)) }
    };
    let done = query.get("done").and_then(|code| DONE.iter().find(|(known, _)| *known == code));
    Ok(page(&visit, Part::People, "Person", done.map(|(_, words)| *words), body))
}

/// `POST /console/people/{id}`.
pub(super) async fn act(id: Option<Path<String>>, posted: Posted) -> Answer {
    let id = Id(id.map(|Path(id)| id).unwrap_or_default());
    let (desk, fields) = (&posted.visit.desk, posted.fields()?);
    let done = match fields.need("action")? {
        "end_session" => {
            account::session_ended(desk, &id, &Id(fields.need("session")?.to_owned())).await?;
            "session_ended"
        }
        "end_sessions" => {
            account::sessions_ended(desk, &id).await?;
            "sessions_ended"
        }
        "unlink" => {
            undone(posted.visit.house(), desk, &id, fields.need("link")?).await?;
            "unlinked"
        }
        "suspend" => {
            account::suspended(desk, &id).await?;
            "suspended"
        }
        "resume" => {
            account::resumed(desk, &id).await?;
            "resumed"
        }
        "erase" => {
            if fields.get("confirm") != Some("erase") {
                return Err(Denied::request("erasing a person must be confirmed").into());
            }
            account::erased(desk, &id).await?;
            "erased"
        }
        _ => return Err(Denied::request("this action is not known").into()),
    };
    Ok(reply::see_other(&format!("/console/people/{}?done={done}", id.0)))
}

fn profile(person: &LivePerson) -> Markup {
    let text = |text: &Option<String>| -> Markup {
        html! {
            @match text {
                Some(text) => { bdi { (prose(text)) } }
                None => { span.quiet { "–" } }
            }
        }
    };
    html! {
        section {
            h2 { "Profile" }
            dl.facts {
                dt { "Name" } dd { (text(&person.profile.name)) }
                dt { "Username" } dd { (text(&person.profile.username)) }
                dt { "E-mail" } dd { (contacts(&person.profile.emails)) }
                dt { "Phone" } dd { (contacts(&person.profile.phones)) }
                dt { "Password" } dd { @if person.person.password.is_some() { "yes" } @else { span.quiet { "none" } } }
                dt { "Since" } dd { (time(person.person.created_at)) }
                @if let Some(at) = person.person.blocked_at { dt { "Suspended" } dd { (time(at)) } }
                @if let Some(at) = person.person.erased_at { dt { "Erased" } dd { (time(at)) } }
            }
        }
    }
}

fn contacts(contacts: &[Contact]) -> Markup {
    html! {
        @if contacts.is_empty() { span.quiet { "–" } }
        @for contact in contacts {
            div {
                bdi { (prose(&contact.value)) } " "
                @if contact.verified_at.is_some() { (badge("good", "verified")) } @else { (badge("off", "not verified")) }
            }
        }
    }
}

fn standing(visit: &Visit, person: &Person) -> Markup {
    html! {
        section {
            h2 { "What can be done" }
            @if person.erased_at.is_some() {
                p.quiet { "Nothing: the person is erased." }
            } @else {
                div.acts {
                    @if person.blocked_at.is_some() {
                        (button(visit, "resume", "secondary", "Let them in again", &[]))
                    } @else {
                        (button(visit, "suspend", "secondary", "Suspend", &[]))
                        p.hint { "Signs the person out everywhere and lets them in no more, until resumed." }
                    }
                    details.sure {
                        summary { "Erase this person…" }
                        form method="post" {
                            (csrf(visit))
                            input type="hidden" name="action" value="erase";
                            p {
                                "Destroys the person's key and with it name, addresses, decisions and history; every "
                                "app is told that the session is over. It cannot be undone."
                            }
                            label.check {
                                input type="checkbox" name="confirm" value="erase" required;
                                span { "Yes, erase " code { (person.id) } }
                            }
                            button.danger type="submit" { "Erase for good" }
                        }
                    }
                }
            }
        }
    }
}

fn devices(visit: &Visit, sessions: &[Signed]) -> Markup {
    html! {
        section {
            div.head {
                h2 { "Sessions " span.count { (sessions.len()) } }
                @if sessions.len() > 1 { (button(visit, "end_sessions", "secondary", "End all", &[])) }
            }
            @if sessions.is_empty() {
                p.empty { "Not signed in anywhere." }
            } @else {
                table {
                    thead {
                        tr {
                            th { "Device" } th { "Through" } th { "Signed in" } th { "Last used" } th { "Expires" }
                            th { span.unseen { "End" } }
                        }
                    }
                    tbody {
                        @for Signed { session, label } in sessions {
                            tr {
                                td data-label="Device" { bdi { (label.as_deref().map_or_else(|| "–".to_owned(), tidy)) } }
                                td data-label="Through" { span.id { (session.client) } }
                                td data-label="Signed in" { (time(session.started_at)) " " span.quiet { (acr::named(&session.method).join(" ")) } }
                                td data-label="Last used" { (time(session.used_at)) }
                                td data-label="Expires" { (time(session.expires_at)) }
                                td.act {
                                    (button(visit, "end_session", "secondary", "End", &[("session", &session.id.to_string())]))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn apps(consents: &[Consented]) -> Markup {
    html! {
        section {
            h2 { "Apps and consents " span.count { (consents.len()) } }
            @if consents.is_empty() {
                p.empty { "No app has been used or decided about." }
            } @else {
                table {
                    thead { tr { th { "App" } th { "OpenID there" } th { "Last used" } th { "Decisions" } } }
                    tbody {
                        @for known in consents {
                            tr {
                                td data-label="App" { a.id href={ "/console/apps/" (known.app) } { (known.app) } }
                                td data-label="OpenID there" { span.id { (known.open_id.as_deref().unwrap_or("–")) } }
                                td data-label="Last used" { (maybe_time(known.used_at)) }
                                td data-label="Decisions" {
                                    @if known.decisions.is_empty() { span.quiet { "none of their own" } }
                                    span.chips {
                                        @for standing in &known.decisions {
                                            (decision(standing.decision, standing.scope.as_str()))
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
}

fn decision(decision: Decision, scope: &str) -> Markup {
    match decision {
        Decision::Granted => badge("good", scope),
        Decision::Refused | Decision::Withdrawn => badge("off", &format!("{scope} {}", decision.as_str())),
    }
}
