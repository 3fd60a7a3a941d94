//! Where the password is changed.

use maud::{Markup, html};
use portico_core::rule::password::WeakPassword;

use super::super::glyph;
use super::super::layout::csrf_field;
use super::super::password::{new_password, weakness};
use super::super::words::Words;
use super::{Section, Sheet, section_page};

/// What the page of the password shows. Its form posts `csrf`, `password` and `old_password`.
#[derive(Clone, Default)]
pub struct Password {
    /// What every section has.
    pub sheet: Sheet,
    /// What the person signs in with, for programs that keep passwords. May be empty.
    pub username: String,
    /// There is a password already.
    pub has_one: bool,
    /// The old password is needed, since the last sign-in is too long ago.
    pub needs_old: bool,
    /// Why the last attempt failed.
    pub problem: Option<PasswordTrouble>,
}

/// Why a password was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordTrouble {
    /// The old password is not that.
    Mismatch,
    /// Neither the old password nor a recent sign-in.
    Stale,
    /// Too many wrong ones; the next is looked at after so many seconds.
    TooMany {
        /// Seconds until then, as in `Retry-After`.
        seconds: u64,
    },
    /// The new password is not taken.
    Weak(WeakPassword),
}

/// The page.
pub fn password(view: &Password) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section {
            div.card.narrow {
                @if !view.has_one { p { (words.say("password-none")) } }
                @if !view.has_one && view.needs_old {
                    a.button.primary href="/sign-in?continue=%2Fsettings%2Fpassword" { (words.say("password-again")) }
                } @else {
                    (form(view, words))
                }
            }
        }
    };
    section_page(&view.sheet, Section::Password, body)
}

fn form(view: &Password, words: &Words) -> Markup {
    let weak = matches!(view.problem, Some(PasswordTrouble::Weak(_)));
    let wrong = matches!(view.problem, Some(PasswordTrouble::Mismatch | PasswordTrouble::Stale));
    let label = if view.needs_old { "password-old" } else { "password-old-optional" };
    let submit = if view.has_one { "password-submit" } else { "password-submit-first" };
    html! {
        form.stack method="post" action=(Section::Password.path()) {
            @if let Some(problem) = view.problem {
                div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(words, problem)) } }
            }
            (csrf_field(&view.sheet.csrf))
            input type="text" name="username" value=(view.username) autocomplete="username" hidden;
            @if view.has_one {
                div.field {
                    label for="old_password" { (words.say(label)) }
                    input id="old_password" name="old_password" type="password" required[view.needs_old]
                        autocomplete="current-password" maxlength="1024"
                        aria-invalid=[wrong.then_some("true")]
                        aria-describedby=[wrong.then_some("problem")];
                }
            }
            (new_password(words, &words.say("password-new"), true, weak))
            button.primary type="submit" { (words.say(submit)) }
        }
    }
}

fn explain(words: &Words, problem: PasswordTrouble) -> String {
    match problem {
        PasswordTrouble::Mismatch => words.say("password-mismatch"),
        PasswordTrouble::Stale => words.say("password-stale"),
        PasswordTrouble::TooMany { seconds } => {
            words.say_plainly("password-too-many", &[("seconds", seconds.into())])
        }
        PasswordTrouble::Weak(weak) => weakness(words, weak),
    }
}
