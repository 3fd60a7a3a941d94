//! What the console's pages share: the document around them, and the small things that stand on several.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use portico_core::denied::{Code, Denied};
use portico_core::moment::Moment;
use portico_store::{Page, Unavailable};

use super::asset::VERSION;
use super::visit::Visit;
use crate::form::Fields;
use crate::house::unavailable;
use crate::page::glyph;
use crate::page::name::prose;
use crate::page::words::Words;
use crate::reply::{self, Reply};
use crate::when::stamp;

/// How many rows a page of a list has.
const ROWS: usize = 50;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A part of the console, as the navigation names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Overview,
    People,
    Apps,
    Hosts,
    Scopes,
    Deliveries,
    Audit,
}

const PARTS: [(Part, &str, &str); 7] = [
    (Part::Overview, "Overview", "/console"),
    (Part::People, "People", "/console/people"),
    (Part::Apps, "Apps", "/console/apps"),
    (Part::Hosts, "Hosts", "/console/hosts"),
    (Part::Scopes, "Scopes", "/console/scopes"),
    (Part::Deliveries, "Deliveries", "/console/deliveries"),
    (Part::Audit, "Audit", "/console/audit"),
];

/// What a handler answers: a page, or a refusal as a page.
pub(super) type Answer = Result<Reply, Refused>;

/// A refusal on its way out.
pub(super) struct Refused(Denied);

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self(denied)
    }
}

impl From<Unavailable> for Refused {
    fn from(cause: Unavailable) -> Self {
        Self(unavailable(&cause))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        refusal(&self.0)
    }
}

/// A refusal as a page.
pub(super) fn refusal(denied: &Denied) -> Reply {
    reply::log(denied);
    let status = reply::status(denied.code);
    let words = match denied.code {
        Code::Unavailable => "No answer can be given now. Try again in a moment.".to_owned(),
        _ => sentence(&denied.description),
    };
    let mut reply = plain(
        status,
        "Not done",
        html! {
            h1 { (status.canonical_reason().unwrap_or("Refused")) }
            p.alert role="alert" { (glyph::warning()) span { (words) } }
            p { a href="/console" { "To the overview" } }
        },
    );
    if denied.code.may_be_retried() {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    reply
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// A page outside the navigation.
pub(super) fn plain(status: StatusCode, title: &str, body: Markup) -> Reply {
    send(status, document(title, "lone", html! { main.card { (body) } }))
}

/// A page of the console.
pub(super) fn page(visit: &Visit, part: Part, title: &str, done: Option<&str>, body: Markup) -> Reply {
    let shell = html! {
        a.skip href="#content" { "Skip to content" }
        header.bar {
            a.brand href="/console" { (glyph::mark()) span { "Portico" } }
            nav aria-label="Console" {
                ul {
                    @for (other, name, href) in PARTS {
                        li { a href=(href) aria-current=[(other == part).then_some("page")] { (name) } }
                    }
                }
            }
            form.who method="post" action="/console/sign-out" {
                (csrf(visit))
                span.quiet title="You are signed in as" { bdi { (prose(visit.desk.operator().name())) } }
                button.plain type="submit" { "Sign out" }
            }
        }
        main id="content" tabindex="-1" {
            @if let Some(done) = done {
                p.done role="status" { (glyph::check()) span { (done) } }
            }
            (body)
        }
    };
    send(StatusCode::OK, document(title, "console", shell))
}

fn document(title: &str, class: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Portico console" }
                link rel="icon" type="image/svg+xml" href={ "/console/assets/mark.svg?v=" (VERSION) };
                link rel="stylesheet" href={ "/console/assets/console.css?v=" (VERSION) };
                script src={ "/console/assets/console.js?v=" (VERSION) } defer {}
            }
            body class=(class) { (body) }
        }
    }
}

fn send(status: StatusCode, markup: Markup) -> Reply {
    let mut reply = reply::typed(status, "text/html; charset=utf-8", markup.into_string());
    let headers = reply.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// The field that ties a form to the visit.
pub(super) fn csrf(visit: &Visit) -> Markup {
    html! { input type="hidden" name="csrf" value=(visit.csrf()); }
}

/// A form of one button.
pub(super) fn button(
    visit: &Visit,
    action: &str,
    class: &str,
    words: &str,
    fields: &[(&str, &str)],
) -> Markup {
    html! {
        form method="post" {
            (csrf(visit))
            input type="hidden" name="action" value=(action);
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            button class=(class) type="submit" { (words) }
        }
    }
}

/// A moment.
pub(super) fn time(at: Moment) -> Markup {
    let stamp = stamp(at, Words::english());
    html! { time datetime=(stamp.datetime) { (stamp.text) } }
}

/// A moment, or a dash.
pub(super) fn maybe_time(at: Option<Moment>) -> Markup {
    html! {
        @match at {
            Some(at) => (time(at)),
            None => { span.quiet { "–" } }
        }
    }
}

/// Where somebody or something stands, in one word.
pub(super) fn badge(class: &str, words: &str) -> Markup {
    html! { span class={ "badge " (class) } { (words) } }
}

/// The query of a list.
pub(super) struct Query {
    fields: Vec<(String, String)>,
}

impl Query {
    /// Reads it.
    pub(super) fn read(uri: &Uri) -> Result<Self, Denied> {
        let fields = Fields::parse(uri.query().unwrap_or_default().as_bytes())?;
        Ok(Self { fields: fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect() })
    }

    /// A parameter, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.trim())?;
        Some(value).filter(|value| !value.is_empty())
    }

    /// The page to load: one more row than is shown.
    pub(super) fn page<K: std::str::FromStr>(&self) -> Result<Page<K>, Denied> {
        let after =
            self.get("after").map(|text| text.parse().map_err(|_| Denied::request("'after' is no id")));
        Ok(Page { after: after.transpose()?, limit: ROWS + 1 })
    }

    /// Cuts the extra row off and answers the link to the next page, if there is one.
    pub(super) fn next<T>(&self, path: &str, found: &mut Vec<T>, id: impl Fn(&T) -> String) -> Markup {
        let more = found.len() > ROWS;
        found.truncate(ROWS);
        let next = found.last().filter(|_| more).map(id);
        let link = |after: Option<&str>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            let kept = self.fields.iter().filter(|(name, _)| name != "after" && name != "done");
            query.extend_pairs(kept.map(|(name, value)| (name.as_str(), value.as_str())));
            query.extend_pairs(after.map(|after| ("after", after)));
            match query.finish() {
                query if query.is_empty() => path.to_owned(),
                query => format!("{path}?{query}"),
            }
        };
        html! {
            @if next.is_some() || self.get("after").is_some() {
                nav.pages aria-label="Pages" {
                    @if self.get("after").is_some() { a href=(link(None)) { "First page" } }
                    @if let Some(next) = &next { a href=(link(Some(next))) rel="next" { "Next page" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_link_to_the_next_page_keeps_the_filter() {
        let query = Query::read(&"/x?state=failed&after=a&done=x".parse().unwrap()).unwrap();
        let mut found: Vec<u32> = (0..51).collect();
        let links = query.next("/x", &mut found, u32::to_string).into_string();
        assert_eq!(found.len(), 50);
        assert!(links.contains("href=\"/x?state=failed&amp;after=49\""), "{links}");
        assert!(links.contains("href=\"/x?state=failed\""), "{links}");
        let first = Query::read(&"/x".parse().unwrap()).unwrap();
        assert_eq!(first.next("/x", &mut vec![1_u32], u32::to_string).into_string(), "");
    }
}
