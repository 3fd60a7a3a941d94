//! What the person decided, when, and in which words they were asked.

use maud::{Markup, html};

use super::super::layout::{is_followable, tile, time};
use super::super::name;
use super::super::words::SettingsWords;
use super::{Decision, Outcome, Settings, Verdict};

pub(super) fn section(view: &Settings, words: &SettingsWords) -> Markup {
    html! {
        section id="history" aria-labelledby="history-title" {
            h2 id="history-title" { (words.history) }
            p.quiet { (words.history_lead) }
            @if view.history.is_empty() {
                p.empty { (words.no_history) }
            } @else {
                div.card { ol.rows { @for decision in &view.history { (row(words, decision)) } } }
            }
            @if let Some(href) = view.older.as_deref().filter(|href| is_followable(href)) {
                p.more { a href=(href) { (words.older) } }
            }
        }
    }
}

fn row(words: &SettingsWords, decision: &Decision) -> Markup {
    let shown = decision.outcomes.iter().any(|outcome| !outcome.words.is_empty());
    html! {
        li.row.decision {
            (tile(&decision.app, "tiny"))
            div.text {
                div.line {
                    h3.name { bdi { (name::shown(&decision.app)) } }
                    span.quiet.small { (time(&decision.at)) }
                }
                ul.verdicts { @for outcome in &decision.outcomes { (verdict(words, outcome)) } }
                @if shown {
                    details.shown {
                        summary { (words.words_shown) }
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

fn verdict(words: &SettingsWords, outcome: &Outcome) -> Markup {
    let (text, class) = match outcome.verdict {
        Verdict::Allowed => (words.allowed, "state yes"),
        Verdict::Refused => (words.refused, "state no"),
        Verdict::Withdrawn => (words.withdrawn, "state no"),
        Verdict::PreAuthorised => (words.pre_authorised, "state operator"),
        Verdict::PreAuthorisationEnded => (words.pre_authorisation_ended, "state no"),
    };
    html! { li { span class=(class) { (text) } " " bdi { (name::tidy(&outcome.title)) } } }
}
