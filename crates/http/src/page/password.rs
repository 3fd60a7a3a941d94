//! The field for a new password, and what is said of one that is not taken.

use maud::{Markup, html};
use portico_core::rule::password::{LONGEST, SHORTEST, WeakPassword};

use super::words::Words;

/// The field, described by what a good password is and by the problem where there is one.
pub(super) fn new_password(words: &Words, label: &str, required: bool, wrong: bool) -> Markup {
    let described = if wrong { "password-hint problem" } else { "password-hint" };
    html! {
        div.field {
            label for="password" { (label) }
            input id="password" name="password" type="password" required[required]
                autocomplete="new-password" minlength=(SHORTEST) maxlength=(LONGEST)
                aria-invalid=[wrong.then_some("true")] aria-describedby=(described);
            p.quiet.small id="password-hint" { (words.say("password-hint")) }
        }
    }
}

/// Why a new password was not taken.
pub(super) fn weakness(words: &Words, weak: WeakPassword) -> String {
    words.say(match weak {
        WeakPassword::TooShort => "password-too-short",
        WeakPassword::TooLong => "password-too-long",
        WeakPassword::Personal => "password-personal",
        WeakPassword::Common => "password-common",
    })
}
