//! The page on which a code that was sent is typed in.

use maud::{Markup, html};
use portico_core::rule::password::WeakPassword;

use super::glyph;
use super::layout::{Frame, Party, Shape, csrf_field, document, tile};
use super::password::{new_password, weakness};
use super::words::Words;

/// What a code is for. Each has its own cookie and its own address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// Signing in by a code.
    #[default]
    SignIn,
    /// Making an account.
    Register,
    /// Setting a new password.
    Recover,
}

/// What the page shows. Its form posts `step=check`, `code`, `csrf` and, where there is a field for it,
/// `password` to the page's own address.
#[derive(Clone, Default)]
pub struct CodePage {
    /// Theme and language.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// The app or host that one goes on to; `None` for Portico's own pages.
    pub to: Option<Party>,
    /// What the code is for.
    pub way: Way,
    /// Why the last attempt failed.
    pub trouble: Option<CodeTrouble>,
    /// Where another code is asked for.
    pub start: String,
}

/// Why a code, or the password beside it, was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// It is not the one that was sent.
    Wrong,
    /// It was used, or is too old.
    Gone,
    /// Too many wrong ones were typed.
    TooMany,
    /// Too many wrong ones were typed for this account; the next is looked at after so many seconds.
    Wait {
        /// Seconds until then, as in `Retry-After`.
        seconds: u64,
    },
    /// The form was too old, or was not ours (`csrf`).
    FormExpired,
    /// The password is not taken; the code is still good.
    Weak(WeakPassword),
}

/// The page.
pub fn code(view: &CodePage) -> Markup {
    let words = view.frame.words();
    let title = words.say("code-title");
    let (lead, submit) = match view.way {
        Way::SignIn => (words.say("code-lead-sign-in"), words.say("code-submit-sign-in")),
        Way::Register => (words.say("code-lead-register"), words.say("code-submit-register")),
        Way::Recover => (words.say("code-lead-recover"), words.say("code-submit-recover")),
    };
    document(
        &view.frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    @match &view.to {
                        Some(party) => (tile(party, "large")),
                        None => span.tile.large.plain aria-hidden="true" { (glyph::mark()) },
                    }
                    h1 { (title) }
                    p.lead { (lead) }
                }
                (form(view, &submit))
                p.elsewhere { a href=(view.start) { (words.say("code-restart")) } }
            }
        },
    )
}

fn form(view: &CodePage, submit: &str) -> Markup {
    let words = view.frame.words();
    let weak = matches!(view.trouble, Some(CodeTrouble::Weak(_)));
    let wrong = (view.trouble.is_some() && !weak).then_some("true");
    let described = if wrong.is_some() { "code-hint problem" } else { "code-hint" };
    html! {
        form.stack method="post" {
            @if let Some(trouble) = view.trouble {
                div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(words, trouble)) } }
            }
            (csrf_field(&view.csrf))
            input type="hidden" name="step" value="check";
            div.field {
                label for="code" { (words.say("code-label")) }
                input.code id="code" name="code" type="text" required inputmode="numeric"
                    autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="16"
                    aria-invalid=[wrong] aria-describedby=(described) autofocus;
                p.quiet.small id="code-hint" { (words.say("code-good-for")) }
            }
            @match view.way {
                Way::SignIn => {},
                Way::Register => (new_password(words, &words.say("code-password-optional"), false, weak)),
                Way::Recover => (new_password(words, &words.say("code-password"), true, weak)),
            }
            button.primary type="submit" { (submit) }
        }
    }
}

fn explain(words: &Words, trouble: CodeTrouble) -> String {
    match trouble {
        CodeTrouble::Wrong => words.say("code-wrong"),
        CodeTrouble::Gone => words.say("code-gone"),
        CodeTrouble::TooMany => words.say("code-too-many"),
        CodeTrouble::Wait { seconds } => {
            words.say_plainly("sign-in-too-many", &[("seconds", seconds.into())])
        }
        CodeTrouble::FormExpired => words.say("code-form-expired"),
        CodeTrouble::Weak(weak) => weakness(words, weak),
    }
}
