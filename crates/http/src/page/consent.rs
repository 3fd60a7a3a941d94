//! The page that asks whether an app may see something.

use maud::{Markup, html};

use super::layout::{Frame, Party, Shape, caution, csrf_field, document, tile};
use super::words::Words;
use super::{glyph, name};

/// What the consent page shows; never a value of the profile. Its form posts `csrf`, `decision` (`allow` or
/// `deny`) and one `grant` per optional permission that is switched on, to the page's own address.
#[derive(Clone, Default)]
pub struct Consent {
    /// Theme and language, from the host.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// Who asks.
    pub app: Party,
    /// Through whom: the super app that the person is signed in to.
    pub host: Party,
    /// What is asked for, in the order it is to be shown within each kind.
    pub permissions: Vec<Permission>,
}

/// One permission that is asked for.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The scope, such as `phone.verified`; the value of its `grant` field.
    pub scope: String,
    /// Its title in the catalogue, such as `Phone number`.
    pub title: String,
    /// What it opens, in the catalogue's words.
    pub description: String,
    /// Why, in the app's own words; shown as a quotation.
    pub reason: Option<String>,
    /// Marked as sensitive in the catalogue.
    pub sensitive: bool,
    /// Whether the person has a choice.
    pub kind: PermissionKind,
}

/// Whether the person has a choice about a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionKind {
    /// The app does not open without it; it is granted by "allow".
    Required,
    /// A switch of its own.
    Optional {
        /// Whether the switch is on at first. Off unless the person had allowed it before: a choice made for
        /// them is no consent.
        on: bool,
    },
    /// The operator has allowed it; the person is told, not asked.
    PreAuthorised,
}

/// The consent page.
pub fn consent(view: &Consent) -> Markup {
    let words = view.frame.words();
    let app = name::shown(&view.app);
    document(
        &view.frame,
        Shape::Card,
        &words.say_with("consent-title", &[("app", app.as_str().into())]),
        html! {
            main.card.consent {
                header.head {
                    div.pair {
                        (tile(&view.app, "large"))
                        span.dots aria-hidden="true" {}
                        (tile(&view.host, "large"))
                    }
                    h1 { (words.phrase("consent-title", &[("app", &app)])) }
                    p.lead { (words.phrase("consent-through", &[("host", &name::shown(&view.host))])) }
                    (caution(words, &view.app))
                    (caution(words, &view.host))
                    (small_print(words, &view.app))
                }
                form method="post" {
                    (csrf_field(&view.csrf))
                    (group(view, "consent-required", |kind| kind == PermissionKind::Required))
                    (group(view, "consent-optional", |kind| matches!(kind, PermissionKind::Optional { .. })))
                    (group(view, "consent-pre-authorised", |kind| kind == PermissionKind::PreAuthorised))
                    p.quiet.small { (words.phrase("consent-later", &[("app", &app)])) }
                    div.decide {
                        button.secondary type="submit" name="decision" value="deny" { (words.say("consent-deny")) }
                        button.primary type="submit" name="decision" value="allow" { (words.say("consent-allow")) }
                    }
                }
            }
        },
    )
}

fn small_print(words: &Words, app: &Party) -> Markup {
    html! {
        dl.facts {
            @if !app.developer.is_empty() {
                div { dt { (words.say("consent-developer")) } dd { bdi { (name::tidy(&app.developer)) } } }
            }
            div { dt { (words.say("consent-app-id")) } dd { code { bdi { (app.id) } } } }
        }
    }
}

fn group(view: &Consent, heading: &str, belongs: impl Fn(PermissionKind) -> bool) -> Markup {
    let members: Vec<_> = view.permissions.iter().filter(|p| belongs(p.kind)).collect();
    html! {
        @if !members.is_empty() {
            section.group {
                h2 { (view.frame.words().phrase(heading, &[("app", &name::shown(&view.app))])) }
                ul.permissions { @for permission in members { (item(view, permission)) } }
            }
        }
    }
}

fn item(view: &Consent, permission: &Permission) -> Markup {
    let words = view.frame.words();
    let title = html! {
        bdi { (name::tidy(&permission.title)) }
        @if permission.sensitive { " " span.badge.sensitive { (words.say("consent-sensitive")) } }
    };
    let text = html! {
        p.what { (name::prose(&permission.description)) }
        @if let Some(reason) = permission.reason.as_deref().filter(|reason| !reason.is_empty()) {
            figure.reason {
                figcaption { (words.phrase("consent-reason-by", &[("app", &name::shown(&view.app))])) }
                " " blockquote { bdi { (name::prose(reason)) } }
            }
        }
    };
    html! {
        li.permission {
            (glyph::of_scope(&permission.scope))
            @match permission.kind {
                PermissionKind::Optional { on } => {
                    @let id = format!("grant-{}", permission.scope);
                    label.name for=(id) { (title) }
                    input.switch type="checkbox" role="switch" id=(id) name="grant" value=(permission.scope)
                        aria-describedby={ (id) "-text" } checked[on];
                    div.text id={ (id) "-text" } { (text) }
                }
                PermissionKind::Required => {
                    h3.name { (title) }
                    span.fixed { (glyph::lock()) (words.say("consent-needed")) }
                    div.text { (text) }
                }
                PermissionKind::PreAuthorised => {
                    h3.name { (title) }
                    span.fixed { (glyph::shield()) (words.say("consent-by-operator")) }
                    div.text { (text) }
                }
            }
        }
    }
}
