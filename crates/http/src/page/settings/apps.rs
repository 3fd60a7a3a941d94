//! Mini-programs and what each may see.

use maud::{Markup, html};

use super::super::layout::{csrf_field, tile, time};
use super::super::words::{SettingsWords, phrase, phrase_text};
use super::super::{glyph, name};
use super::{Access, AccessState, AppAccess, Settings};

/// Up to so many cards are open from the start; beyond it the list is for finding one.
const OPEN_AT_MOST: usize = 4;

pub(super) fn section(view: &Settings, words: &SettingsWords) -> Markup {
    html! {
        section id="mini-programs" aria-labelledby="mini-programs-title" {
            h2 id="mini-programs-title" { (words.apps) }
            p.quiet { (words.apps_lead) }
            @if view.apps.is_empty() { p.empty { (words.no_apps) } }
            @for entry in &view.apps { (card(view, words, entry)) }
        }
    }
}

fn card(view: &Settings, words: &SettingsWords, entry: &AppAccess) -> Markup {
    let open = view.apps.len() <= OPEN_AT_MOST || view.open_app.as_deref() == Some(entry.app.id.as_str());
    let revocable = entry.permissions.iter().any(|access| access.state == AccessState::Allowed);
    html! {
        details.card.app open[open] {
            summary {
                (tile(&entry.app, "medium"))
                div.text {
                    h3 { bdi { (name::shown(&entry.app)) } }
                    p.quiet.small {
                        @if !entry.app.developer.is_empty() {
                            span { (phrase(words.by, &[("developer", &name::tidy(&entry.app.developer))])) }
                        }
                        span {
                            @match &entry.last_used {
                                Some(stamp) => { (words.last_used) " " (time(stamp)) }
                                None => (words.never_used),
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

fn row(view: &Settings, words: &SettingsWords, entry: &AppAccess, access: &Access) -> Markup {
    let (state, class) = match access.state {
        AccessState::Allowed => (words.allowed, "state yes"),
        AccessState::PreAuthorised => (words.pre_authorised, "state operator"),
        AccessState::Refused => (words.refused, "state no"),
        AccessState::Withdrawn => (words.withdrawn, "state no"),
    };
    let holds = matches!(access.state, AccessState::Allowed | AccessState::PreAuthorised);
    let title = name::tidy(&access.title);
    html! {
        li.row class=[(!holds).then_some("off")] {
            (glyph::of_scope(&access.scope))
            div.text {
                h4.name {
                    bdi { (title) }
                    @if access.sensitive { " " span.badge.sensitive { (words.sensitive) } }
                }
                p.what { (name::prose(&access.opens)) }
                p.small {
                    span class=(class) { (state) }
                    @if access.required && holds { " " span.quiet { (words.required) } }
                }
            }
            @if access.state == AccessState::Allowed {
                form method="post" action="/settings" {
                    (csrf_field(&view.csrf))
                    input type="hidden" name="action" value="withdraw";
                    input type="hidden" name="app_id" value=(entry.app.id);
                    input type="hidden" name="scope" value=(access.scope);
                    button.quiet-button type="submit"
                        aria-label=(phrase_text(words.withdraw_label,
                            &[("permission", &title), ("app", &name::shown(&entry.app))])) {
                        (words.withdraw)
                    }
                }
            }
        }
    }
}

fn all(view: &Settings, words: &SettingsWords, entry: &AppAccess) -> Markup {
    html! {
        details.sure {
            summary { (words.withdraw_all) }
            form method="post" action="/settings" {
                (csrf_field(&view.csrf))
                input type="hidden" name="action" value="withdraw_all";
                input type="hidden" name="app_id" value=(entry.app.id);
                p.small { (phrase(words.withdraw_all_sure, &[("app", &name::shown(&entry.app))])) }
                button.danger type="submit" { (words.withdraw_all_yes) }
            }
        }
    }
}
