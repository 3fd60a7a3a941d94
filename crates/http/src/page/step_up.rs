//! The page on which a signed-in person proves one thing more.

use axum::http::StatusCode;
use maud::{Markup, html};
use portico_core::rule::acr::Means;

use super::layout::{Frame, Party, Shape, csrf_field, document, tile};
use super::passkey::{self, Ceremony};
use super::words::Words;
use super::{glyph, name};
use crate::challenge::CodeProblem;

/// What the page shows. Its forms post `csrf` and `action` (`send`, `code`, `password`) to the page's own
/// address, and with them `reference` and `code`, or `password`.
#[derive(Clone, Default)]
pub struct StepUp {
    /// Theme and language.
    pub frame: Frame,
    /// The token that every form must bring back.
    pub csrf: String,
    /// The app or host that asks for it.
    pub to: Option<Party>,
    /// What would do.
    pub means: Means,
    /// The code that was sent and is waited for.
    pub sent: Option<Sent>,
    /// Why the last attempt failed.
    pub problem: Option<StepUpProblem>,
}

/// A code on its way.
#[derive(Clone)]
pub struct Sent {
    /// What is brought back with it.
    pub reference: String,
}

/// Why nothing was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepUpProblem {
    /// The code did not count.
    Code(CodeProblem),
    /// The password is another one.
    Password,
    /// The form was too old, or was not ours.
    FormExpired,
    /// Too many attempts; the next is accepted after so many seconds.
    TooMany {
        /// Seconds until then.
        seconds: u64,
    },
}

impl StepUpProblem {
    /// The status of the page that says so.
    pub fn status(self) -> StatusCode {
        match self {
            Self::TooMany { .. } | Self::Code(CodeProblem::TooMany) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn text(self, words: &Words) -> String {
        match self {
            Self::Code(CodeProblem::Wrong) => words.say("step-up-wrong-code"),
            Self::Code(CodeProblem::Gone) => words.say("step-up-code-gone"),
            Self::Code(CodeProblem::TooMany) => words.say("step-up-code-worn"),
            Self::Password => words.say("step-up-wrong-password"),
            Self::FormExpired => words.say("sign-in-form-expired"),
            Self::TooMany { seconds } => {
                words.say_plainly("sign-in-too-many", &[("seconds", seconds.into())])
            }
        }
    }
}

/// The page.
pub fn step_up(view: &StepUp) -> Markup {
    let words = view.frame.words();
    let title = words.say("step-up-title");
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
                    @match &view.to {
                        Some(party) => p.lead { (words.phrase("step-up-for", &[("name", &name::shown(party))])) },
                        None => p.lead { (words.say("step-up-lead")) },
                    }
                }
                @if let Some(problem) = view.problem {
                    div.alert id="problem" role="alert" { (glyph::warning()) p { (problem.text(words)) } }
                }
                @if let Some(sent) = &view.sent { (code(view, words, sent)) }
                @if view.means.password { (password(view, words)) }
                @if view.means.code { (send(view, words)) }
                @if view.means.passkey {
                    @if !view.means.password && !view.means.code {
                        // The script takes it away where it finds that passkeys work.
                        p.small data-without-passkeys { (words.say("passkey-needs-script")) }
                    }
                    (passkey::button(words, Ceremony::StepUp, &view.csrf))
                }
            }
        },
    )
}

fn code(view: &StepUp, words: &Words, sent: &Sent) -> Markup {
    let described = view.problem.map(|_| "problem");
    html! {
        form.stack method="post" {
            (csrf_field(&view.csrf))
            input type="hidden" name="action" value="code";
            input type="hidden" name="reference" value=(sent.reference);
            div.field {
                label for="code" { (words.say("step-up-code")) }
                input id="code" name="code" type="text" required inputmode="numeric"
                    autocomplete="one-time-code" maxlength="16" aria-describedby=[described] autofocus;
            }
            button.primary type="submit" { (words.say("step-up-confirm")) }
        }
    }
}

fn password(view: &StepUp, words: &Words) -> Markup {
    let described = view.problem.map(|_| "problem");
    html! {
        form.stack method="post" {
            (csrf_field(&view.csrf))
            input type="hidden" name="action" value="password";
            div.field {
                label for="password" { (words.say("sign-in-password")) }
                input id="password" name="password" type="password" required maxlength="1024"
                    autocomplete="current-password" aria-describedby=[described];
            }
            button.primary type="submit" { (words.say("step-up-confirm")) }
        }
    }
}

fn send(view: &StepUp, words: &Words) -> Markup {
    let again = view.sent.is_some();
    html! {
        form.stack method="post" {
            (csrf_field(&view.csrf))
            input type="hidden" name="action" value="send";
            button class=(if again { "quiet-button" } else { "primary" }) type="submit" {
                (words.say(if again { "step-up-send-again" } else { "step-up-send" }))
            }
        }
    }
}
