//! The page where a person sees and takes back what they allowed.

mod apps;
mod devices;
mod history;

use maud::{Markup, html};

use super::glyph;
use super::layout::{Frame, Party, Shape, Stamp, document};
use super::words::{SettingsWords, Words};

/// What the settings page shows. Every form posts to `/settings` with `csrf`, `action` (`withdraw`,
/// `withdraw_all`, `end_session`, `end_others`) and, as it applies, `app_id`, `scope`, `session`.
#[derive(Clone, Default)]
pub struct Settings {
    /// Theme and language.
    pub frame: Frame,
    /// The token that every form must bring back.
    pub csrf: String,
    /// What was just done, after the redirect that follows a form.
    pub done: Option<Done>,
    /// The mini-programs that know the person, most recently used first.
    pub apps: Vec<AppAccess>,
    /// The app whose card is open whatever their number, so that a person finds it again after a form.
    pub open_app: Option<String>,
    /// The sessions, this one first.
    pub devices: Vec<Device>,
    /// The decisions, newest first.
    pub history: Vec<Decision>,
    /// The address of the page with older decisions, where there are any.
    pub older: Option<String>,
}

/// What was just done. The code travels as `/settings?done=…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// One permission was withdrawn.
    Withdrawn,
    /// All permissions of an app were withdrawn.
    WithdrawnAll,
    /// Another session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
}

impl Done {
    /// Every code with what it stands for.
    const CODES: [(&'static str, Self); 4] = [
        ("withdrawn", Self::Withdrawn),
        ("withdrawn-all", Self::WithdrawnAll),
        ("session-ended", Self::SessionEnded),
        ("others-ended", Self::OthersEnded),
    ];

    /// The value of `done` in the address.
    pub fn code(self) -> &'static str {
        Self::CODES.iter().find(|(_, done)| *done == self).map_or("", |(code, _)| code)
    }

    /// What a value of `done` stands for; an unknown one for nothing.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, done)| *done)
    }
}

/// A mini-program and what it may see.
#[derive(Clone, Debug, Default)]
pub struct AppAccess {
    /// The mini-program.
    pub app: Party,
    /// When it was last opened; `None` if never since it was allowed.
    pub last_used: Option<Stamp>,
    /// Its permissions, those that hold first.
    pub permissions: Vec<Access>,
}

/// One permission of a mini-program.
#[derive(Clone, Debug)]
pub struct Access {
    /// The scope, such as `phone.verified`.
    pub scope: String,
    /// Its title in the catalogue.
    pub title: String,
    /// What it opens, in plain words.
    pub opens: String,
    /// Whether it holds.
    pub state: AccessState,
    /// The app does not open without it.
    pub required: bool,
    /// Marked as sensitive in the catalogue.
    pub sensitive: bool,
}

/// Whether a permission holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessState {
    /// The person allowed it; a button withdraws it.
    Allowed,
    /// The operator allowed it; shown as such, not withdrawn here.
    PreAuthorised,
    /// The person refused it.
    Refused,
    /// The person had allowed it and withdrew it.
    Withdrawn,
}

/// A session, as the device it lives on.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// The session's id, sent back as `session`.
    pub session: String,
    /// What tells it apart, such as `Firefox on Windows` or the host's name.
    pub label: String,
    /// When it began.
    pub signed_in: Stamp,
    /// When it was last used.
    pub last_used: Stamp,
    /// It is the session of this page.
    pub current: bool,
}

/// One decision in the person's history.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// When it was taken.
    pub at: Stamp,
    /// The app it was about.
    pub app: Party,
    /// What was decided, one by one.
    pub outcomes: Vec<Outcome>,
}

/// What was decided about one permission.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The permission's title.
    pub title: String,
    /// What was decided.
    pub verdict: Verdict,
    /// The words that were shown; empty where none were (a withdrawal).
    pub words: String,
}

/// What a decision can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The person allowed it.
    Allowed,
    /// The person refused it.
    Refused,
    /// The person withdrew it.
    Withdrawn,
    /// The operator allowed it for them.
    PreAuthorised,
    /// The operator took that back.
    PreAuthorisationEnded,
}

/// The settings page.
pub fn settings(view: &Settings) -> Markup {
    let words = view.frame.words();
    let page = &words.settings;
    document(
        &view.frame,
        Shape::Wide,
        page.title,
        html! {
            a.skip href="#content" { (page.skip) }
            (top(words))
            main id="content" tabindex="-1" {
                header.intro { h1 { (page.title) } p.lead { (page.lead) } }
                @if let Some(done) = view.done {
                    p.done role="status" { (glyph::check()) span { (page.done(done)) } }
                }
                (apps::section(view, page))
                (devices::section(view, page))
                (history::section(view, page))
            }
        },
    )
}

fn top(words: &Words) -> Markup {
    let page: &SettingsWords = &words.settings;
    html! {
        header.top {
            span.brand { (glyph::mark()) (words.layout.product) }
            nav aria-label=(page.sections) {
                a href="#mini-programs" { (page.apps) }
                a href="#devices" { (page.devices) }
                a href="#history" { (page.history) }
            }
        }
    }
}
