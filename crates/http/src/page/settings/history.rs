//! What the person decided, when, and in which words they were asked.

use maud::{Markup, html};

use super::super::layout::{Party, Stamp, is_followable, tile, time};
use super::super::name;
use super::super::words::Words;
use super::{Section, Sheet, section_page};

/// What the page of the history shows.
#[derive(Clone, Default)]
pub struct History {
    /// What every section has.
    pub sheet: Sheet,
    /// The decisions, newest first.
    pub history: Vec<Decision>,
    /// The address of the page with older decisions, where there are any.
    pub older: Option<String>,
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

/// The page.
pub fn history(view: &History) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section {
            @if view.history.is_empty() {
                p.empty { (words.say("history-none")) }
            } @else {
                div.card { ol.rows { @for decision in &view.history { (row(words, decision)) } } }
            }
            @if let Some(href) = view.older.as_deref().filter(|href| is_followable(href)) {
                p.more { a href=(href) { (words.say("history-older")) } }
            }
        }
    };
    section_page(&view.sheet, Section::History, body)
}

fn row(words: &Words, decision: &Decision) -> Markup {
    let shown = decision.outcomes.iter().any(|outcome| !outcome.words.is_empty());
    html! {
        li.row.decision {
            (tile(&decision.app, "tiny"))
            div.text {
                div.line {
                    h2.name { bdi { (name::shown(&decision.app)) } }
                    span.quiet.small { (time(&decision.at)) }
                }
                ul.verdicts { @for outcome in &decision.outcomes { (verdict(words, outcome)) } }
                @if shown {
                    details.shown {
                        summary { (words.say("history-words-shown")) }
                        dl {
                            @for outcome in decision.outcomes.iter().filter(|o| !o.words.is_empty()) {
                                dt { bdi { (name::tidy(&outcome.title)) } }
                                dd { bdi { (name::prose(&outcome.words)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn verdict(words: &Words, outcome: &Outcome) -> Markup {
    let (text, class) = match outcome.verdict {
        Verdict::Allowed => ("settings-allowed", "state yes"),
        Verdict::Refused => ("settings-refused", "state no"),
        Verdict::Withdrawn => ("settings-withdrawn", "state no"),
        Verdict::PreAuthorised => ("settings-pre-authorised", "state operator"),
        Verdict::PreAuthorisationEnded => ("history-pre-authorisation-ended", "state no"),
    };
    html! { li { span class=(class) { (words.say(text)) } " " bdi { (name::tidy(&outcome.title)) } } }
}
