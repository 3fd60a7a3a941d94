//! What all pages share: the document around them, and the small things that stand on several.

use maud::{DOCTYPE, Markup, html};
use portico_core::noun::host::Scheme;
use url::{Host, Url};

use super::asset::STYLESHEET_HASH;
use super::words::Words;
use super::{glyph, name};

/// What this is called, in every language.
pub(super) const PRODUCT: &str = "Portico";

/// A colour scheme that the host asked for by its `theme` parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on a light ground, whatever the device prefers.
    Light,
    /// Light text on a dark ground, whatever the device prefers.
    Dark,
}

impl Theme {
    /// The theme of a scheme; `auto` leaves the choice to the device.
    pub fn of(scheme: Scheme) -> Option<Self> {
        match scheme {
            Scheme::Light => Some(Self::Light),
            Scheme::Dark => Some(Self::Dark),
            Scheme::Auto => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How a page is to look and speak.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The theme, or `None` to follow the device (`prefers-color-scheme`).
    pub theme: Option<Theme>,
    /// The texts in the person's language.
    pub language: &'static Words,
    /// The address of a style sheet with the colours of the host on whose behalf the page is shown.
    pub colours: Option<String>,
}

impl Default for Frame {
    /// In English, as the device prefers.
    fn default() -> Self {
        Self { theme: None, language: Words::english(), colours: None }
    }
}

impl Frame {
    /// The texts that the page speaks in.
    pub fn words(&self) -> &'static Words {
        self.language
    }
}

/// An app or a host as people see it.
#[derive(Clone, Debug, Default)]
pub struct Party {
    /// The id it is registered under, such as `org.example.taxi`. Shown in small print, because names can be
    /// imitated and ids cannot.
    pub id: String,
    /// Its name as registered; shown with direction marks and invisible characters removed.
    pub name: String,
    /// Address of an icon. Shown only when it starts with `https://` or `data:image/`; otherwise the initial
    /// stands in for it.
    pub icon: Option<String>,
    /// The registered name of who makes it; empty where unknown (a host has none).
    pub developer: String,
}

/// A point in time, formatted by the caller.
#[derive(Clone, Debug, Default)]
pub struct Stamp {
    /// What is read, such as `2 hours ago` or `4 March 2026, 14:05`.
    pub text: String,
    /// The same for machines, RFC 3339, such as `2026-03-04T14:05:00Z`.
    pub datetime: String,
}

/// The measure of a page: one card in the middle, or a column with navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Card,
    Wide,
}

pub(super) fn document(frame: &Frame, shape: Shape, title: &str, body: Markup) -> Markup {
    let words = frame.words();
    html! {
        (DOCTYPE)
        html lang=(words.lang) dir=(words.dir) data-theme=[frame.theme.map(Theme::as_str)] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content=(frame.theme.map_or("light dark", Theme::as_str));
                meta name="robots" content="noindex";
                title { (title) " · " (PRODUCT) }
                link rel="icon" type="image/svg+xml" href={ "/assets/mark.svg?v=" (STYLESHEET_HASH) };
                link rel="stylesheet" href={ "/assets/portico.css?v=" (STYLESHEET_HASH) };
                @if let Some(colours) = &frame.colours { link rel="stylesheet" href=(colours); }
            }
            body class=(match shape { Shape::Card => "lone", Shape::Wide => "wide" }) {
                (body)
                footer.foot {
                    (glyph::mark())
                    span { strong { (PRODUCT) } " " span.quiet { (words.say("layout-promise")) } }
                }
            }
        }
    }
}

pub(super) fn csrf_field(csrf: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(csrf); }
}

pub(super) fn time(stamp: &Stamp) -> Markup {
    html! { time datetime=(stamp.datetime) { (stamp.text) } }
}

/// The id beside a name whose letters imitate others; names can be imitated and ids cannot.
pub(super) fn caution(words: &Words, party: &Party) -> Markup {
    html! {
        @if name::is_doubtful(party) {
            p.caution { (words.phrase("layout-doubtful", &[("id", &party.id)])) }
        }
    }
}

/// The square that stands for an app: its icon, or its initial on a colour that its id decides.
pub(super) fn tile(party: &Party, size: &'static str) -> Markup {
    let icon = party.icon.as_deref().filter(|src| is_showable(src));
    html! {
        span class={ "tile " (size) " hue-" (name::hue(&party.id)) } aria-hidden="true" {
            @match icon {
                Some(src) => img src=(src) alt=(name::initial(party)) width="64" height="64" referrerpolicy="no-referrer";,
                None => (name::initial(party)),
            }
        }
    }
}

/// Pictures come over TLS or lie in the address itself; on a developer's machine loopback will do, which the
/// policy of the page allows only there.
fn is_showable(src: &str) -> bool {
    let starts =
        |prefix: &str| src.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("https://") || starts("data:image/") || is_loopback(src)
}

fn is_loopback(src: &str) -> bool {
    Url::parse(src).is_ok_and(|url| match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    })
}

/// Whether a link may lead there: web addresses and paths of our own, never `javascript:` and the like.
pub(super) fn is_followable(href: &str) -> bool {
    href.starts_with("https://")
        || href.starts_with("http://")
        || (href.starts_with('/') && !href.starts_with("//") && !href.starts_with("/\\"))
}
