//! Pages as answers: under a strict policy, top-level only, never cached.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use maud::Markup;
use portico_core::denied::{Code, Denied};
use portico_core::noun::client::Client;
use portico_core::noun::host::Scheme;
use url::Url;

use crate::House;
use crate::form::Fields;
use crate::page::error::{ErrorPage, Problem, error};
use crate::page::words::{self, Words};
use crate::page::{Frame, Party, Theme, colours};
use crate::reply::{self, Reply};

/// A page.
pub fn page(house: &House, status: StatusCode, markup: Markup) -> Reply {
    page_leading_to(house, status, markup, None)
}

/// The same page, allowed to run the one script of the house, which calls nobody but the house.
pub fn with_script(mut page: Reply) -> Reply {
    let policy = page.headers().get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    let policy = policy.map(|policy| format!("{policy}; script-src 'self'; connect-src 'self'"));
    if let Some(policy) = policy.and_then(|policy| HeaderValue::from_str(&policy).ok()) {
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// A page whose form may end at this address: browsers hold the redirect that follows a form to
/// `form-action` too.
pub fn page_leading_to(house: &House, status: StatusCode, markup: Markup, to: Option<&str>) -> Reply {
    page_leading_to_any(house, status, markup, to)
}

/// As [`page_leading_to`], for forms that end at one of several addresses.
pub fn page_leading_to_any<'a>(
    house: &House,
    status: StatusCode,
    markup: Markup,
    to: impl IntoIterator<Item = &'a str>,
) -> Reply {
    let mut reply = reply::typed(status, "text/html; charset=utf-8", markup.into_string());
    let targets = to.into_iter().filter_map(form_target).map(|target| format!(" {target}"));
    let target: String = targets.collect();
    // Hosts and apps on a developer's machine have no certificates for their pictures.
    let local = if house.is_secure() { "" } else { " http://127.0.0.1:* http://localhost:*" };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:{local}; form-action 'self'{target}; \
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
        Code::Conflict => Problem::Conflict,
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
        Problem::ProviderFailed => StatusCode::BAD_GATEWAY,
        Problem::ProviderRefused => StatusCode::FORBIDDEN,
        Problem::ClosedToNewcomers => StatusCode::FORBIDDEN,
        Problem::IdentityTaken | Problem::Conflict => StatusCode::CONFLICT,
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
    let logo = || client.host().and_then(|host| host.theme.logo.clone());
    Party {
        id: client.id.to_string(),
        name: client.name.clone(),
        icon: icon.or_else(logo),
        developer: developer.unwrap_or_default().to_owned(),
    }
}

/// What a page was asked to look and speak like, by the parameters `theme` and `ui_locales`.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The scheme.
    pub theme: Option<Scheme>,
    /// Language tags (OIDC Core §3.1.2.1).
    pub ui_locales: Option<String>,
}

impl Wish {
    /// Reads it from the parameters of a page; an unknown theme is none.
    pub fn read(fields: &Fields<'_>) -> Self {
        let theme = fields.get("theme").and_then(Scheme::parse);
        Self { theme, ui_locales: fields.get("ui_locales").map(str::to_owned) }
    }

    /// The same, and where it says nothing another wish.
    pub fn or(self, other: Self) -> Self {
        Self { theme: self.theme.or(other.theme), ui_locales: self.ui_locales.or(other.ui_locales) }
    }

    /// The frame of a page of Portico's own; what was not wished for is as the browser prefers.
    pub fn frame(&self, headers: &HeaderMap) -> Frame {
        let language = language(self.ui_locales.as_deref(), headers);
        Frame { theme: self.theme.and_then(Theme::of), language, colours: None }
    }

    /// The frame of a page that is shown on behalf of a client: a host's in its colours, and in its scheme
    /// where none was wished for.
    pub fn frame_for(&self, client: &Client, headers: &HeaderMap) -> Frame {
        let Some(theme) = client.host().map(|host| &host.theme) else { return self.frame(headers) };
        let frame = Self { theme: self.theme.or(theme.scheme), ..self.clone() }.frame(headers);
        Frame { colours: theme.accent.map(|accent| colours::address(&client.id, accent)), ..frame }
    }
}

/// How a page is to look and speak: by the parameters `theme` and `ui_locales`, else as the browser prefers.
pub fn frame(fields: &Fields<'_>, headers: &HeaderMap) -> Frame {
    Wish::read(fields).frame(headers)
}

/// As much of `ui_locales` as is kept for later: more than anybody speaks.
pub fn kept_locales(ui_locales: &str) -> String {
    ui_locales.chars().take(200).collect()
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
