//! The sign-in page.

use maud::{Markup, html};

use portico_core::noun::connection::Connection;

use super::layout::{Frame, Party, Shape, caution, csrf_field, document, tile};
use super::passkey::{self, Ceremony};
use super::{glyph, name};

/// What the sign-in page shows. Its form posts `username`, `password` and `csrf` to the page's own address.
#[derive(Clone, Default)]
pub struct SignIn {
    /// Theme and language.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// The app or host that one signs in for; `None` for Portico's own pages.
    pub to: Option<Party>,
    /// What the username field holds at first: a `login_hint`, or what was typed before. May be empty.
    pub username: String,
    /// Somebody is signed in already and is asked to prove it again (`prompt=login`, `max_age`).
    pub again: bool,
    /// Why the last attempt failed.
    pub problem: Option<SignInProblem>,
    /// The other providers at which one may sign in.
    pub vias: Vec<Via>,
    /// A line above the form, such as the demo's person. Text between backticks is set as code.
    pub notice: Option<String>,
    /// Whether passkeys can be used here.
    pub passkey: bool,
    /// The other ways in.
    pub ways: OtherWays,
}

/// The addresses of the ways in beside the password; none for those that are not open.
#[derive(Clone, Debug, Default)]
pub struct OtherWays {
    /// Where the form asks for a code.
    pub code: Option<String>,
    /// Where a lost password is replaced.
    pub recover: Option<String>,
    /// Where an account is made.
    pub register: Option<String>,
}

/// Another provider at which one may sign in; its form posts `csrf` to `action`.
#[derive(Clone, Debug, Default)]
pub struct Via {
    /// The id of the connection.
    pub id: String,
    /// The provider's name.
    pub name: String,
    /// Its picture.
    pub icon: Option<String>,
    /// Where the form posts to.
    pub action: String,
}

impl Via {
    /// The provider of a connection.
    pub fn of(connection: &Connection, action: String) -> Self {
        let (id, name) = (connection.id.to_string(), connection.name.clone());
        Self { id, name, icon: connection.icon.clone(), action }
    }

    /// The name as it is shown.
    pub(super) fn shown(&self) -> String {
        name::shown(&self.party())
    }

    fn party(&self) -> Party {
        let icon = self.icon.clone();
        Party { id: self.id.clone(), name: self.name.clone(), icon, developer: String::new() }
    }
}

/// Why a sign-in was refused, as far as the person may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInProblem {
    /// Username and password do not belong together. Unknown people get the same words.
    Mismatch,
    /// Too many failed attempts; the next is accepted after so many seconds.
    TooMany {
        /// Seconds until the next attempt, as in `Retry-After`.
        seconds: u64,
    },
    /// Nobody was named to send a code to.
    Nobody,
    /// The form was too old, or was not ours (`csrf`).
    FormExpired,
    /// The password was right, but the account is suspended.
    Suspended,
}

/// The sign-in page.
pub fn sign_in(view: &SignIn) -> Markup {
    let words = view.frame.words();
    let title = words.say(if view.again { "sign-in-title-again" } else { "sign-in-title" });
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
                        (caution(words, party))
                    }
                }
                @if let Some(notice) = &view.notice {
                    p.notice { (glyph::info()) span { (with_code(notice)) } }
                }
                (form(view))
                @if view.passkey { (passkey::button(words, Ceremony::SignIn, &view.csrf)) }
                (providers(view))
                (elsewhere(view))
            }
        },
    )
}

fn form(view: &SignIn) -> Markup {
    let words = view.frame.words();
    let wrong = matches!(view.problem, Some(SignInProblem::Mismatch)).then_some("true");
    let described = view.problem.map(|_| "problem");
    let hinted = !view.username.is_empty();
    html! {
        form.stack method="post" {
            @if let Some(problem) = view.problem {
                div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(view, problem)) } }
            }
            (csrf_field(&view.csrf))
            div.field {
                label for="username" { (words.say("sign-in-username")) }
                input id="username" name="username" type="text" value=(view.username) required
                    autocomplete=(if view.passkey { "username webauthn" } else { "username" }) autocapitalize="none" autocorrect="off" spellcheck="false"
                    maxlength="320" aria-invalid=[wrong] aria-describedby=[described] autofocus[!hinted];
            }
            div.field {
                label for="password" { (words.say("sign-in-password")) }
                input id="password" name="password" type="password" required
                    autocomplete="current-password" maxlength="1024"
                    aria-invalid=[wrong] aria-describedby=[described] autofocus[hinted];
            }
            button.primary type="submit" { (words.say("sign-in-submit")) }
            @if let Some(code) = &view.ways.code {
                button.secondary type="submit" formaction=(code) formnovalidate { (words.say("sign-in-code")) }
            }
        }
    }
}

/// The ways to the pages beside this one.
fn elsewhere(view: &SignIn) -> Markup {
    let words = view.frame.words();
    let ways = [(&view.ways.recover, "sign-in-forgotten"), (&view.ways.register, "sign-in-register")];
    let open: Vec<_> = ways.into_iter().filter_map(|(to, key)| Some((to.as_ref()?, key))).collect();
    html! {
        @if !open.is_empty() {
            p.elsewhere { @for (to, key) in open { a href=(to) { (words.say(key)) } } }
        }
    }
}

/// A form for each other provider.
fn providers(view: &SignIn) -> Markup {
    let words = view.frame.words();
    html! {
        @for via in &view.vias {
            form.stack method="post" action=(via.action) {
                (csrf_field(&view.csrf))
                button.quiet-button type="submit" {
                    (tile(&via.party(), "small")) (words.phrase("sign-in-via", &[("name", &via.shown())]))
                }
            }
        }
    }
}

fn explain(view: &SignIn, problem: SignInProblem) -> String {
    let words = view.frame.words();
    match problem {
        SignInProblem::Mismatch => words.say("sign-in-mismatch"),
        SignInProblem::TooMany { seconds } => {
            words.say_plainly("sign-in-too-many", &[("seconds", seconds.into())])
        }
        SignInProblem::Nobody => words.say("sign-in-nobody"),
        SignInProblem::FormExpired => words.say("sign-in-form-expired"),
        SignInProblem::Suspended => words.say("sign-in-suspended"),
    }
}

fn with_code(text: &str) -> Markup {
    html! {
        @for (i, piece) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}
