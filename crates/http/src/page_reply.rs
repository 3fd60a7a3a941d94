//! Pages as answers: under a strict policy, top-level only, never cached.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::Markup;
use portico_core::denied::{Code, Denied};
use portico_core::noun::client::Client;
use url::Url;

use crate::House;
use crate::form::Fields;
use crate::page::error::{ErrorPage, Problem, error};
use crate::page::words::{self, Words};
use crate::page::{Frame, Party, Theme};
use crate::reply::{self, Reply};

/// A page.
pub fn page(house: &House, status: StatusCode, markup: Markup) -> Reply {
    page_leading_to(house, status, markup, None)
}

/// A page whose form may end at this address: browsers hold the redirect that follows a form to
/// `form-action` too.
pub fn page_leading_to(_house: &House, status: StatusCode, markup: Markup, to: Option<&str>) -> Reply {
    let mut reply = reply::typed(status, "text/html; charset=utf-8", markup.into_string());
    let target = to.and_then(form_target).map(|target| format!(" {target}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'{target}; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = reply.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

fn form_target(to: &str) -> Option<String> {
    let url = Url::parse(to).ok()?;
    match url.scheme() {
        "http" | "https" => Some(url.origin().ascii_serialization()),
        scheme => Some(format!("{scheme}:")),
    }
}

/// A refusal as a page.
pub fn refusal(house: &House, frame: Frame, denied: &Denied) -> Reply {
    reply::log(denied);
    let problem = match denied.code {
        Code::NotFound => Problem::NotFound,
        Code::TooManyRequests => Problem::TooMany { seconds: 60 },
        Code::Unavailable => Problem::Unavailable,
        Code::InvalidClient => Problem::UnknownApp,
        _ => Problem::BadRequest,
    };
    problem_page(house, frame, problem, Some(denied.description.to_string()))
}

/// A page that says what went wrong.
pub fn problem_page(house: &House, frame: Frame, problem: Problem, detail: Option<String>) -> Reply {
    let status = match problem {
        Problem::NotFound => StatusCode::NOT_FOUND,
        Problem::LinkExpired => StatusCode::GONE,
        Problem::FormExpired | Problem::BadRequest | Problem::UnknownApp | Problem::UnregisteredReturn => {
            StatusCode::BAD_REQUEST
        }
        Problem::Suspended | Problem::SomebodyElse => StatusCode::FORBIDDEN,
        Problem::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Problem::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Problem::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let wait = match problem {
        Problem::TooMany { seconds } => Some(seconds),
        Problem::Unavailable => Some(1),
        _ => None,
    };
    let view = ErrorPage { frame, problem, detail, reference: None, back: None };
    let mut reply = page(house, status, error(&view));
    if let Some(seconds) = wait {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// How pages name a client.
pub fn party(client: &Client, developer: Option<&str>) -> Party {
    let icon = client.app().and_then(|app| app.icons.first()).map(|icon| icon.src.clone());
    Party {
        id: client.id.to_string(),
        name: client.name.clone(),
        icon,
        developer: developer.unwrap_or_default().to_owned(),
    }
}

/// How a page is to look and speak: by the parameters `theme` and `ui_locales`, else as the browser prefers.
pub fn frame(fields: &Fields<'_>, headers: &HeaderMap) -> Frame {
    Frame {
        theme: fields.get("theme").and_then(Theme::named),
        language: language(fields.get("ui_locales"), headers),
    }
}

/// The language of `ui_locales` (OIDC Core §3.1.2.1), else of `Accept-Language`, else English.
pub fn language(ui_locales: Option<&str>, headers: &HeaderMap) -> &'static Words {
    let asked = ui_locales.unwrap_or_default().split_ascii_whitespace();
    words::preferred(asked.chain(accepted(headers)))
}

/// The languages that a browser or a caller prefers, the best first.
pub fn accepted(headers: &HeaderMap) -> Vec<&str> {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    words::accepted(header.unwrap_or_default())
}
