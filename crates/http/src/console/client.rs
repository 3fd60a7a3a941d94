//! What the pages of apps and of hosts have in common.

use maud::{Markup, html};
use portico_core::noun::client::{Client, KeySource};
use serde::Serialize;

use super::frame::{badge, button, time};
use super::visit::Visit;
use crate::page::name::prose;

/// How a client stands.
pub(super) fn state(client: &Client) -> Markup {
    if client.is_live() { badge("good", "live") } else { badge("bad", "suspended") }
}

/// Facts of a registration that both kinds of clients have.
pub(super) fn facts(client: &Client) -> Markup {
    html! {
        dt { "Authenticates by" } dd { code { (word(&client.auth)) } }
        @if let Some(KeySource::JwksUri(uri)) = &client.keys { dt { "Key set" } dd { span.id { (uri) } } }
        dt { "ID tokens" } dd { code { (word(&client.id_token_alg)) } }
        dt { "Origins" } dd { (list(&client.origins)) }
        dt { "Redirect URIs" } dd { (list(&client.redirect_uris)) }
        dt { "After sign-out" } dd { (list(&client.post_logout_redirect_uris)) }
        dt { "Logout messages to" } dd { (list(client.backchannel_logout_uri.as_slice())) }
        dt { "Registered" } dd { (time(client.registered_at)) }
        @if let Some(at) = client.suspended_at { dt { "Suspended" } dd { (time(at)) } }
    }
}

/// The word by which the wire names one of a few.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn list(items: &[String]) -> Markup {
    html! {
        @if items.is_empty() { span.quiet { "–" } }
        @for item in items { div.id { bdi { (prose(item)) } } }
    }
}

/// Suspending, resuming, and a new secret.
pub(super) fn acts(visit: &Visit, client: &Client, suspension: &str) -> Markup {
    html! {
        div.acts {
            @if client.is_live() {
                (button(visit, "suspend", "secondary", "Suspend", &[]))
                p.hint { (suspension) }
            } @else {
                (button(visit, "resume", "secondary", "Resume", &[]))
            }
            @if client.auth.has_secret() {
                details.sure {
                    summary { "New secret…" }
                    p { "The old secret is good no longer from that moment on. The new one is shown once." }
                    (button(visit, "rotate_secret", "danger", "Make a new secret", &[]))
                }
            }
        }
    }
}

/// A new secret, the one time that it is seen.
pub(super) fn new_secret(id: &str, secret: &str, back: &str) -> Markup {
    html! {
        h1 { "A new secret" }
        p.lead { "For " code { (id) } ". It is shown this once; Portico keeps only its SHA-256." }
        p.secret { code { (secret) } }
        p { a.button.secondary href=(back) { "I have it" } }
    }
}
