//! The page on which somebody asks for a new password.

use maud::{Markup, html};

use super::glyph;
use super::layout::{Frame, Shape, csrf_field, document};
use super::words::Words;

/// What the page shows. Its form posts `username` and `csrf` to the page's own address.
#[derive(Clone, Default)]
pub struct Recover {
    /// Theme and language.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// What was typed before. May be empty.
    pub username: String,
    /// Why the last attempt failed.
    pub problem: Option<RecoverProblem>,
    /// The sign-in page.
    pub sign_in: String,
}

/// Why no code was asked for. Whether somebody is known is not among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoverProblem {
    /// Nobody was named.
    Nobody,
    /// Too many codes were asked for; the next is sent after so many seconds.
    TooMany {
        /// Seconds until then, as in `Retry-After`.
        seconds: u64,
    },
    /// The form was too old, or was not ours (`csrf`).
    FormExpired,
}

/// The page.
pub fn recover(view: &Recover) -> Markup {
    let words = view.frame.words();
    let title = words.say("recover-title");
    let described = view.problem.map(|_| "problem");
    document(
        &view.frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    span.tile.large.plain aria-hidden="true" { (glyph::mark()) }
                    h1 { (title) }
                    p.lead { (words.say("recover-lead")) }
                }
                form.stack method="post" {
                    @if let Some(problem) = view.problem {
                        div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(words, problem)) } }
                    }
                    (csrf_field(&view.csrf))
                    div.field {
                        label for="username" { (words.say("sign-in-username")) }
                        input id="username" name="username" type="text" value=(view.username) required
                            autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"
                            maxlength="320" aria-describedby=[described] autofocus;
                    }
                    button.primary type="submit" { (words.say("recover-submit")) }
                }
                p.elsewhere { a href=(view.sign_in) { (words.say("recover-sign-in")) } }
            }
        },
    )
}

fn explain(words: &Words, problem: RecoverProblem) -> String {
    match problem {
        RecoverProblem::Nobody => words.say("sign-in-nobody"),
        RecoverProblem::TooMany { seconds } => {
            words.say_plainly("register-too-many", &[("seconds", seconds.into())])
        }
        RecoverProblem::FormExpired => words.say("register-form-expired"),
    }
}
