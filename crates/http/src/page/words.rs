//! Every English text that a person sees, in one place. Another language is another [`Words`].
//!
//! Names stand in braces (`{app}`); `phrase` puts them in, isolated, so that a translation may move them.

use maud::{Markup, html};

use super::error::Problem;
use super::settings::Done;

mod english;

/// The texts of one language.
pub struct Words {
    /// Its language tag (BCP 47), for `<html lang>`.
    pub lang: &'static str,
    /// Its direction, `ltr` or `rtl`.
    pub dir: &'static str,
    pub(super) layout: LayoutWords,
    pub(super) sign_in: SignInWords,
    pub(super) consent: ConsentWords,
    pub(super) settings: SettingsWords,
    pub(super) signed_out: SignedOutWords,
    pub(super) done: DoneWords,
    pub(super) error: ErrorWords,
}

pub(super) struct DoneWords {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
}

/// The languages that pages speak; the first one is spoken to everybody else.
const LANGUAGES: &[&Words] = &[&english::ENGLISH];

/// The texts in the first language of a list of tags (OIDC Core §3.1.2.1 `ui_locales`) that pages speak.
pub fn preferred(ui_locales: &str) -> &'static Words {
    ui_locales
        .split_ascii_whitespace()
        .filter_map(|tag| tag.split(['-', '_']).next())
        .find_map(|wanted| LANGUAGES.iter().find(|words| words.lang.eq_ignore_ascii_case(wanted)))
        .unwrap_or(&LANGUAGES[0])
}

/// A text with values in place of the names in braces, each one isolated from the direction of the rest.
pub(super) fn phrase(text: &str, values: &[(&str, &str)]) -> Markup {
    html! {
        @for piece in pieces(text, values) {
            @match piece { Ok(value) => bdi { (value) }, Err(text) => (text) }
        }
    }
}

/// The same where markup has no place: titles and labels. U+2068 and U+2069 isolate there.
pub(super) fn phrase_text(text: &str, values: &[(&str, &str)]) -> String {
    pieces(text, values)
        .map(|piece| piece.map_or_else(str::to_owned, |value| format!("\u{2068}{value}\u{2069}")))
        .collect()
}

/// `Ok` for a value, `Err` for the text between; a name in braces without a value stays as it is.
fn pieces<'a>(
    text: &'a str,
    values: &'a [(&'a str, &'a str)],
) -> impl Iterator<Item = Result<&'a str, &'a str>> {
    text.split_inclusive('}').flat_map(move |piece| {
        let slot = piece.strip_suffix('}').and_then(|head| head.rsplit_once('{'));
        let value = slot.and_then(|(before, name)| {
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (before, *value))
        });
        match value {
            Some((before, value)) => [Some(Err(before)), Some(Ok(value))],
            None => [Some(Err(piece)), None],
        }
        .into_iter()
        .flatten()
    })
}

pub(super) struct LayoutWords {
    pub(super) product: &'static str,
    pub(super) promise: &'static str,
}

pub(super) struct SignInWords {
    pub(super) title: &'static str,
    pub(super) title_again: &'static str,
    pub(super) to: &'static str,
    pub(super) username: &'static str,
    pub(super) password: &'static str,
    pub(super) submit: &'static str,
    pub(super) mismatch: &'static str,
    pub(super) too_many: &'static str,
    pub(super) form_expired: &'static str,
    pub(super) suspended: &'static str,
}

pub(super) struct ConsentWords {
    pub(super) title: &'static str,
    pub(super) through: &'static str,
    pub(super) developer: &'static str,
    pub(super) app_id: &'static str,
    pub(super) required: &'static str,
    pub(super) optional: &'static str,
    pub(super) pre_authorised: &'static str,
    pub(super) needed: &'static str,
    pub(super) by_operator: &'static str,
    pub(super) sensitive: &'static str,
    pub(super) reason_by: &'static str,
    pub(super) later: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
}

pub(super) struct SettingsWords {
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) skip: &'static str,
    pub(super) sections: &'static str,
    pub(super) apps: &'static str,
    pub(super) apps_lead: &'static str,
    pub(super) no_apps: &'static str,
    pub(super) by: &'static str,
    pub(super) last_used: &'static str,
    pub(super) never_used: &'static str,
    pub(super) allowed: &'static str,
    pub(super) refused: &'static str,
    pub(super) withdrawn: &'static str,
    pub(super) pre_authorised: &'static str,
    pub(super) pre_authorisation_ended: &'static str,
    pub(super) sensitive: &'static str,
    pub(super) required: &'static str,
    pub(super) withdraw: &'static str,
    pub(super) withdraw_label: &'static str,
    pub(super) withdraw_all: &'static str,
    pub(super) withdraw_all_sure: &'static str,
    pub(super) withdraw_all_yes: &'static str,
    pub(super) devices: &'static str,
    pub(super) devices_lead: &'static str,
    pub(super) this_device: &'static str,
    pub(super) signed_in: &'static str,
    pub(super) end: &'static str,
    pub(super) end_label: &'static str,
    pub(super) end_this: &'static str,
    pub(super) end_this_label: &'static str,
    pub(super) end_others: &'static str,
    pub(super) end_others_sure: &'static str,
    pub(super) end_others_yes: &'static str,
    pub(super) history: &'static str,
    pub(super) history_lead: &'static str,
    pub(super) no_history: &'static str,
    pub(super) words_shown: &'static str,
    pub(super) older: &'static str,
    pub(super) done_withdrawn: &'static str,
    pub(super) done_withdrawn_all: &'static str,
    pub(super) done_session_ended: &'static str,
    pub(super) done_others_ended: &'static str,
}

impl SettingsWords {
    pub(super) fn done(&self, done: Done) -> &'static str {
        match done {
            Done::Withdrawn => self.done_withdrawn,
            Done::WithdrawnAll => self.done_withdrawn_all,
            Done::SessionEnded => self.done_session_ended,
            Done::OthersEnded => self.done_others_ended,
        }
    }
}

pub(super) struct SignedOutWords {
    pub(super) question: &'static str,
    pub(super) asked_by: &'static str,
    pub(super) consequence: &'static str,
    pub(super) stay: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) done: &'static str,
    pub(super) done_text: &'static str,
    pub(super) back: &'static str,
}

/// Pairs are a title and an explanation.
pub(super) struct ErrorWords {
    pub(super) detail: &'static str,
    pub(super) reference: &'static str,
    pub(super) back: &'static str,
    pub(super) not_found: (&'static str, &'static str),
    pub(super) link_expired: (&'static str, &'static str),
    pub(super) form_expired: (&'static str, &'static str),
    pub(super) bad_request: (&'static str, &'static str),
    pub(super) unknown_app: (&'static str, &'static str),
    pub(super) unregistered_return: (&'static str, &'static str),
    pub(super) somebody_else: (&'static str, &'static str),
    pub(super) suspended: (&'static str, &'static str),
    pub(super) method_not_allowed: (&'static str, &'static str),
    pub(super) too_many: (&'static str, &'static str),
    pub(super) unavailable: (&'static str, &'static str),
    pub(super) internal: (&'static str, &'static str),
}

impl ErrorWords {
    pub(super) fn of(&self, problem: Problem) -> (&'static str, &'static str) {
        match problem {
            Problem::NotFound => self.not_found,
            Problem::LinkExpired => self.link_expired,
            Problem::FormExpired => self.form_expired,
            Problem::BadRequest => self.bad_request,
            Problem::UnknownApp => self.unknown_app,
            Problem::UnregisteredReturn => self.unregistered_return,
            Problem::SomebodyElse => self.somebody_else,
            Problem::Suspended => self.suspended,
            Problem::MethodNotAllowed => self.method_not_allowed,
            Problem::TooMany { .. } => self.too_many,
            Problem::Unavailable => self.unavailable,
            Problem::Internal => self.internal,
        }
    }
}
