//! Mini-programs and what each may see.

use maud::{Markup, html};

use super::super::layout::{Party, Stamp, caution, csrf_field, tile, time};
use super::super::words::Words;
use super::super::{glyph, name};
use super::{Section, Sheet, section_page};

/// What the page of the mini-programs shows. Every form posts `csrf`, `action` (`withdraw`, `withdraw_all`),
/// `app_id` and, for one permission, `scope`.
#[derive(Clone, Default)]
pub struct Apps {
    /// What every section has.
    pub sheet: Sheet,
    /// The mini-programs that know the person, most recently used first.
    pub apps: Vec<AppAccess>,
    /// The app whose card is open whatever their number, so that a person finds it again after a form.
    pub open_app: Option<String>,
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

/// Up to so many cards are open from the start; beyond it the list is for finding one.
const OPEN_AT_MOST: usize = 4;

/// The page.
pub fn apps(view: &Apps) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section {
            @if view.apps.is_empty() { p.empty { (words.say("apps-none")) } }
            @for entry in &view.apps { (card(view, words, entry)) }
        }
    };
    section_page(&view.sheet, Section::Apps, body)
}

fn card(view: &Apps, words: &Words, entry: &AppAccess) -> Markup {
    let open = view.apps.len() <= OPEN_AT_MOST || view.open_app.as_deref() == Some(entry.app.id.as_str());
    let revocable = entry.permissions.iter().any(|access| access.state == AccessState::Allowed);
    html! {
        details.card.app open[open] {
            summary {
                (tile(&entry.app, "medium"))
                div.text {
                    h2 { bdi { (name::shown(&entry.app)) } }
                    (caution(words, &entry.app))
                    p.quiet.small {
                        @if !entry.app.developer.is_empty() {
                            span { (words.phrase("apps-by", &[("developer", &name::tidy(&entry.app.developer))])) }
                        }
                        span {
                            @match &entry.last_used {
                                Some(stamp) => { (words.say("settings-last-used")) " " (time(stamp)) }
                                None => (words.say("apps-never-used")),
                            }
                        }
                    }
                }
                (glyph::chevron())
            }
            ul.rows { @for access in &entry.permissions { (row(view, words, entry, access)) } }
            div.below {
                code.quiet.small { bdi { (entry.app.id) } }
                @if revocable { (all(view, words, entry)) }
            }
        }
    }
}

fn row(view: &Apps, words: &Words, entry: &AppAccess, access: &Access) -> Markup {
    let (state, class) = match access.state {
        AccessState::Allowed => ("settings-allowed", "state yes"),
        AccessState::PreAuthorised => ("settings-pre-authorised", "state operator"),
        AccessState::Refused => ("settings-refused", "state no"),
        AccessState::Withdrawn => ("settings-withdrawn", "state no"),
    };
    let holds = matches!(access.state, AccessState::Allowed | AccessState::PreAuthorised);
    let title = name::tidy(&access.title);
    html! {
        li.row class=[(!holds).then_some("off")] {
            (glyph::of_scope(&access.scope))
            div.text {
                h3.name {
                    bdi { (title.as_str()) }
                    @if access.sensitive { " " span.badge.sensitive { (words.say("apps-sensitive")) } }
                }
                p.what { (name::prose(&access.opens)) }
                p.small {
                    span class=(class) { (words.say(state)) }
                    @if access.required && holds { " " span.quiet { (words.say("apps-required")) } }
                }
            }
            @if access.state == AccessState::Allowed {
                form method="post" action=(Section::Apps.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="withdraw";
                    input type="hidden" name="app_id" value=(entry.app.id);
                    input type="hidden" name="scope" value=(access.scope);
                    button.quiet-button type="submit"
                        aria-label=(words.say_with("apps-withdraw-label",
                            &[("permission", title.into()), ("app", name::shown(&entry.app).into())])) {
                        (words.say("apps-withdraw"))
                    }
                }
            }
        }
    }
}

fn all(view: &Apps, words: &Words, entry: &AppAccess) -> Markup {
    html! {
        details.sure {
            summary { (words.say("apps-withdraw-all")) }
            form method="post" action=(Section::Apps.path()) {
                (csrf_field(&view.sheet.csrf))
                input type="hidden" name="action" value="withdraw_all";
                input type="hidden" name="app_id" value=(entry.app.id);
                p.small { (words.phrase("apps-withdraw-all-sure", &[("app", &name::shown(&entry.app))])) }
                button.danger type="submit" { (words.say("apps-withdraw-all-yes")) }
            }
        }
    }
}
