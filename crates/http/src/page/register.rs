//! The page on which somebody makes an account.

use maud::{Markup, html};

use super::layout::{Frame, Party, Shape, csrf_field, document, tile};
use super::words::Words;
use super::{glyph, name};

/// What is shown to somebody who asked for a new account, and has proved an address that has one.
#[derive(Clone, Default)]
pub struct AlreadyThere {
    /// Theme and language.
    pub frame: Frame,
    /// The app or host that one goes on to; `None` for Portico's own pages.
    pub to: Option<Party>,
    /// Where one goes on.
    pub onward: String,
}

/// The page that says that there was an account, and that the password which was typed is not its.
pub fn already_there(view: &AlreadyThere) -> Markup {
    let words = view.frame.words();
    let title = words.say("register-there");
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
                    p.lead { (words.say("register-there-lead")) }
                }
                a.button.primary href=(view.onward) { (words.say("register-there-onward")) }
            }
        },
    )
}

/// What the page shows. Its form posts `name`, `contact` and `csrf` to the page's own address.
#[derive(Clone, Default)]
pub struct Register {
    /// Theme and language.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// The app or host that one goes on to; `None` for Portico's own pages.
    pub to: Option<Party>,
    /// What was typed as the name. May be empty.
    pub name: String,
    /// What was typed as the address. May be empty.
    pub contact: String,
    /// Why the last attempt failed.
    pub problem: Option<RegisterProblem>,
    /// The sign-in page, for those who have an account.
    pub sign_in: String,
}

/// Why no code was sent. Whether somebody has the address is not among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterProblem {
    /// There is no name, or it is too long.
    Name,
    /// The address is neither an e-mail address nor a phone number.
    Address,
    /// Nothing can be sent to addresses of its kind.
    Unreachable,
    /// Too many codes were asked for; the next is sent after so many seconds.
    TooMany {
        /// Seconds until then, as in `Retry-After`.
        seconds: u64,
    },
    /// The form was too old, or was not ours (`csrf`).
    FormExpired,
}

/// The page.
pub fn register(view: &Register) -> Markup {
    let words = view.frame.words();
    let title = words.say("register-title");
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
                    @if let Some(party) = &view.to {
                        p.lead { (words.phrase("sign-in-to", &[("name", &name::shown(party))])) }
                    }
                }
                (form(view))
                p.elsewhere { a href=(view.sign_in) { (words.say("register-sign-in")) } }
            }
        },
    )
}

fn form(view: &Register) -> Markup {
    let words = view.frame.words();
    let is = |problem: RegisterProblem| (view.problem == Some(problem)).then_some("true");
    let address = is(RegisterProblem::Address).or(is(RegisterProblem::Unreachable));
    let name = is(RegisterProblem::Name);
    let described = if address.is_some() { "contact-hint problem" } else { "contact-hint" };
    html! {
        form.stack method="post" {
            @if let Some(problem) = view.problem {
                div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(words, problem)) } }
            }
            (csrf_field(&view.csrf))
            div.field {
                label for="name" { (words.say("register-name")) }
                input id="name" name="name" type="text" value=(view.name) required autocomplete="name"
                    maxlength="100" aria-invalid=[name] aria-describedby=[name.map(|_| "problem")]
                    autofocus[address.is_none()];
            }
            div.field {
                label for="contact" { (words.say("register-contact")) }
                input id="contact" name="contact" type="text" value=(view.contact) required
                    autocomplete="email" autocapitalize="none" autocorrect="off" spellcheck="false"
                    maxlength="254" aria-invalid=[address] aria-describedby=(described)
                    autofocus[address.is_some()];
                p.quiet.small id="contact-hint" { (words.say("register-contact-hint")) }
            }
            button.primary type="submit" { (words.say("register-submit")) }
        }
    }
}

fn explain(words: &Words, problem: RegisterProblem) -> String {
    match problem {
        RegisterProblem::Name => words.say("register-problem-name"),
        RegisterProblem::Address => words.say("register-problem-address"),
        RegisterProblem::Unreachable => words.say("register-problem-unreachable"),
        RegisterProblem::TooMany { seconds } => {
            words.say_plainly("register-too-many", &[("seconds", seconds.into())])
        }
        RegisterProblem::FormExpired => words.say("register-form-expired"),
    }
}
