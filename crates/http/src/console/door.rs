//! Signing in to the console with the operator's token, and out.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::{Markup, html};
use portico_core::denied::Denied;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_seal::{matches, secret};
use url::Url;

use super::frame::{self, Answer};
use super::visit::{Posted, Scope, Visit, cookie, set_cookie};
use crate::form::Fields;
use crate::page::glyph;
use crate::reply::{self, Reply};
use crate::route::admin::desk::{Desk, Operator};
use crate::{House, body, caller};

/// What the sign-in form is bound to.
const FORM: &str = "portico_console_form";

/// Why nobody was signed in.
enum Problem {
    WrongToken,
    FormExpired,
    TooMany { seconds: u64 },
}

/// `GET /console/sign-in`.
pub(super) async fn show(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    form(&house, &headers, None)
}

/// `POST /console/sign-in`.
pub(super) async fn submit(State(house): State<Arc<House>>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let bytes = body::form(&parts.headers, body).await?;
    let fields = Fields::parse(&bytes)?;
    let address = caller::address(&parts.extensions);
    let held = cookie(&parts.headers, FORM).unwrap_or_default();
    if !house.live.vault().csrf().check(&binding(&held), fields.get("csrf").unwrap_or_default()) {
        return Ok(form(&house, &parts.headers, Some(Problem::FormExpired)));
    }
    let token = fields.get("token").unwrap_or_default().trim();
    // The right one always passes: 256 bits are not guessed, and nobody is to shut the operator out.
    if !matches(&house.settings.admin_token_digest, token) {
        if let Err(seconds) = house.throttles.console.may_try(&address) {
            return Ok(form(&house, &parts.headers, Some(Problem::TooMany { seconds })));
        }
        house.throttles.console.failed(&address);
        return Ok(form(&house, &parts.headers, Some(Problem::WrongToken)));
    }
    let cookie = enter(&house, &Operator::of_the_token(), false).await?;
    let mut reply = reply::see_other("/console");
    reply.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(reply)
}

/// Begins the visit of an operator who has been recognised, by a provider or by the token; answers the
/// header that sets its cookie.
pub(super) async fn enter(
    house: &Arc<House>,
    operator: &Operator,
    provided: bool,
) -> Result<HeaderValue, Denied> {
    Desk::new(house.clone(), operator.clone()).note(Act::SignedIn, console()).await?;
    Ok(Visit::begin(house, operator, provided))
}

/// `POST /console/sign-out`.
pub(super) async fn leave(posted: Posted) -> Answer {
    posted.visit.desk.note(Act::SignedOut, console()).await?;
    let mut reply = reply::see_other("/console/sign-in");
    reply.headers_mut().append(header::SET_COOKIE, posted.visit.end());
    Ok(reply)
}

fn console() -> Target {
    Target::new(TargetKind::Console, "console")
}

fn binding(held: &str) -> String {
    match held {
        "" => String::new(),
        held => format!("console sign-in {held}"),
    }
}

fn form(house: &House, headers: &HeaderMap, problem: Option<Problem>) -> Reply {
    let held = cookie(headers, FORM).filter(|held| held.len() == 43);
    let fresh = held.is_none().then(|| secret(house.live.vault().chance()).expose().to_owned());
    let bound = held.or_else(|| fresh.clone()).unwrap_or_default();
    let csrf = house.live.vault().csrf().token(&binding(&bound));
    let (status, wait) = match problem {
        None => (StatusCode::OK, None),
        Some(Problem::WrongToken | Problem::FormExpired) => (StatusCode::BAD_REQUEST, None),
        Some(Problem::TooMany { seconds }) => (StatusCode::TOO_MANY_REQUESTS, Some(seconds)),
    };
    let mut reply = frame::plain(status, "Sign in", page(house, &csrf, problem.as_ref()));
    if let Some(fresh) = fresh {
        reply
            .headers_mut()
            .append(header::SET_COOKIE, set_cookie(house, FORM, &fresh, None, Scope::OwnPages));
    }
    if let Some(seconds) = wait {
        reply.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    reply
}

fn page(house: &House, csrf: &str, problem: Option<&Problem>) -> Markup {
    html! {
        p.brand { (glyph::mark()) span { "Portico" } }
        h1 { "Operator's console" }
        @if let Some(problem) = problem {
            p.alert role="alert" {
                (glyph::warning())
                span {
                    @match problem {
                        Problem::WrongToken => "This is not the operator's token.",
                        Problem::FormExpired => "The form was too old. Try again.",
                        Problem::TooMany { seconds } => {
                            "Too many failed attempts. Try again in " (seconds) " seconds."
                        }
                    }
                }
            }
        }
        form.stack method="post" {
            input type="hidden" name="csrf" value=(csrf);
            div.field {
                label for="token" { "Operator's token" }
                input id="token" name="token" type="password" autocomplete="current-password" required autofocus
                    aria-describedby="where" aria-invalid=[problem.map(|_| "true")];
                p.hint id="where" { "It is in " code { "admin.token" } ", in the data folder." }
            }
            button.primary type="submit" { "Sign in" }
        }
        @if let Some(provider) = &house.settings.console.provider {
            p.or {
                a.button.secondary href="/console/provider/leave" {
                    "Sign in at " (host_of(&provider.registration.issuer))
                }
            }
        }
    }
}

fn host_of(issuer: &str) -> String {
    let url = Url::parse(issuer).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| issuer.to_owned())
}
