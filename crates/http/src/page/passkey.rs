//! What pages show of passkeys. It stays hidden until the script has found that the browser knows them, so
//! that a page without it shows nothing that does not work.

use maud::{Markup, html};

use super::asset::STYLESHEET_HASH;
use super::glyph;
use super::words::Words;

/// What a passkey is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Signing in, also from the list that browsers offer at the name's field.
    SignIn,
    /// Proving one thing more.
    StepUp,
    /// Making one.
    Add,
}

impl Ceremony {
    /// What the script does, where it begins, where it brings the answer, and what the button says.
    fn script(self) -> [&'static str; 4] {
        let [begin, finish] = ["/sign-in/passkey/options", "/sign-in/passkey"];
        match self {
            Self::SignIn => ["sign-in", begin, finish, "passkey-sign-in"],
            Self::StepUp => ["step-up", begin, finish, "passkey-step-up"],
            Self::Add => {
                ["add", "/settings/security/passkeys/options", "/settings/security/passkeys", "passkey-add"]
            }
        }
    }
}

/// The button, the place for what went wrong, and the script.
pub(super) fn button(words: &Words, ceremony: Ceremony, csrf: &str) -> Markup {
    let [kind, begin, finish, says] = ceremony.script();
    html! {
        div.stack.passkey hidden data-passkey=(kind) data-begin=(begin) data-finish=(finish) data-csrf=(csrf)
            data-failed=(words.say("passkey-failed")) data-known=(words.say("passkey-known")) {
            div.alert role="alert" hidden { (glyph::warning()) p {} }
            button class=(if ceremony == Ceremony::Add { "quiet-button" } else { "secondary" }) type="button" {
                (words.say(says))
            }
        }
        script src={ "/assets/passkey.js?v=" (STYLESHEET_HASH) } defer {}
    }
}
