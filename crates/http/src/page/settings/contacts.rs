//! The addresses at which a person is reached, and with which they sign in.

use maud::{Markup, html};
use portico_core::noun::person::HandleKind;

use super::super::layout::csrf_field;
use super::super::words::Words;
use super::super::{glyph, name};
use super::{Section, Sheet, section_page};

/// What the page of the contacts shows. Every form posts `csrf` and `action`: `add` with `contact`, `verify`
/// with `code`, `resend`, or `main` and `remove` with `kind` and `id`.
#[derive(Clone, Default)]
pub struct Contacts {
    /// What every section has.
    pub sheet: Sheet,
    /// The e-mail addresses, the main one first.
    pub emails: Vec<Reached>,
    /// The phone numbers, the main one first.
    pub phones: Vec<Reached>,
    /// The address whose code is waited for.
    pub waiting: Option<String>,
    /// The sign-in is recent enough to add, choose or remove one.
    pub recent: bool,
    /// Codes can be sent, so that one can be added.
    pub can_add: bool,
    /// What was typed as a new address, to be mended.
    pub typed: String,
    /// Why the last attempt failed.
    pub problem: Option<ContactTrouble>,
}

/// One address.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// Its id, sent back as `id`.
    pub id: String,
    /// The address.
    pub value: String,
    /// It was proven to be the person's.
    pub verified: bool,
    /// It is the one to which messages go.
    pub main: bool,
}

/// Why something about the contacts was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactTrouble {
    /// It is no address.
    Address,
    /// No messages are sent to addresses of its kind.
    Unreachable,
    /// The person has it already.
    Yours,
    /// There is no room for another one.
    Full,
    /// Too many codes were asked for.
    TooMany {
        /// How long to wait.
        seconds: u64,
    },
    /// The code is not the one that was sent.
    Wrong,
    /// The code was used, or is too old.
    Gone,
    /// Too many wrong codes were typed.
    TooManyWrong,
    /// Without it the person could not sign in any more.
    LastWay,
    /// The sign-in is not recent.
    Stale,
}

impl ContactTrouble {
    fn is_of_code(self) -> bool {
        matches!(self, Self::Wrong | Self::Gone | Self::TooManyWrong)
    }

    fn is_of_address(self) -> bool {
        matches!(self, Self::Address | Self::Unreachable | Self::Yours | Self::Full)
    }
}

/// The page.
pub fn contacts(view: &Contacts) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        @if let Some(problem) = view.problem {
            div.alert id="problem" role="alert" { (glyph::warning()) p { (explain(words, problem)) } }
        }
        @if !view.recent { (sign_in_first(words)) }
        @if let Some(address) = view.waiting.as_ref().filter(|_| view.recent) { (code(view, words, address)) }
        (list(view, words, HandleKind::Email, "contacts-emails", "contacts-emails-none"))
        (list(view, words, HandleKind::Phone, "contacts-phones", "contacts-phones-none"))
        @if view.can_add && view.recent { (new(view, words)) }
    };
    section_page(&view.sheet, Section::Contacts, body)
}

fn sign_in_first(words: &Words) -> Markup {
    html! {
        p.small {
            (words.say("contacts-sign-in-first")) " "
            a href="/sign-in?continue=%2Fsettings%2Fcontacts" { (words.say("passkey-sign-in-again")) }
        }
    }
}

fn code(view: &Contacts, words: &Words, address: &str) -> Markup {
    let wrong = view.problem.filter(|problem| problem.is_of_code()).map(|_| "true");
    let described = if wrong.is_some() { "code-hint problem" } else { "code-hint" };
    let address = name::prose(address);
    html! {
        section {
            h2 { (words.say("contacts-code")) }
            div.card.narrow {
                form.stack method="post" action=(Section::Contacts.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="verify";
                    p { (words.say("contacts-code-sent")) " " bdi { (address.as_str()) } }
                    div.field {
                        label for="code" { (words.say("code-label")) }
                        input.code id="code" name="code" type="text" required inputmode="numeric"
                            autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                            maxlength="16" aria-invalid=[wrong] aria-describedby=(described);
                        p.quiet.small id="code-hint" { (words.say("code-good-for")) }
                    }
                    button.primary type="submit" { (words.say("contacts-code-submit")) }
                }
                form method="post" action=(Section::Contacts.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="resend";
                    button.quiet-button type="submit" { (words.say("contacts-code-resend")) }
                }
            }
        }
    }
}

fn list(view: &Contacts, words: &Words, kind: HandleKind, title: &str, none: &str) -> Markup {
    let all = if kind == HandleKind::Phone { &view.phones } else { &view.emails };
    html! {
        section {
            h2 { (words.say(title)) }
            div.card {
                @if all.is_empty() { p.quiet { (words.say(none)) } }
                @else { ul.rows { @for one in all { (row(view, words, kind, one)) } } }
            }
        }
    }
}

fn row(view: &Contacts, words: &Words, kind: HandleKind, one: &Reached) -> Markup {
    let called = name::prose(&one.value);
    html! {
        li.row {
            (glyph::of_scope(kind.as_str()))
            div.text {
                h3.name {
                    bdi { (called.as_str()) }
                    @if one.main && one.verified { " " span.badge.here { (words.say("contacts-main")) } }
                }
                p.quiet.small {
                    (words.say(if one.verified { "contacts-verified" } else { "contacts-unverified" }))
                }
            }
            @if view.recent && one.verified && !one.main {
                (button(view, words, kind, one, "main", ("contacts-make-main", "contacts-make-main-label")))
            }
            @if view.recent {
                (button(view, words, kind, one, "remove", ("contacts-remove", "contacts-remove-label")))
            }
        }
    }
}

/// A button of a row; it says one thing, and another to who cannot see the row that it stands in.
fn button(
    view: &Contacts,
    words: &Words,
    kind: HandleKind,
    one: &Reached,
    action: &str,
    (text, label): (&str, &str),
) -> Markup {
    let called = name::prose(&one.value);
    html! {
        form method="post" action=(Section::Contacts.path()) {
            (csrf_field(&view.sheet.csrf))
            input type="hidden" name="action" value=(action);
            input type="hidden" name="kind" value=(kind.as_str());
            input type="hidden" name="id" value=(one.id);
            button.quiet-button type="submit"
                aria-label=(words.say_with(label, &[("name", called.into())])) { (words.say(text)) }
        }
    }
}

fn new(view: &Contacts, words: &Words) -> Markup {
    let wrong = view.problem.filter(|problem| problem.is_of_address()).map(|_| "true");
    let described = if wrong.is_some() { "contact-hint problem" } else { "contact-hint" };
    html! {
        section {
            h2 { (words.say("contacts-add")) }
            div.card.narrow {
                form.stack method="post" action=(Section::Contacts.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="add";
                    div.field {
                        label for="contact" { (words.say("register-contact")) }
                        input id="contact" name="contact" type="text" value=(view.typed) required
                            maxlength="254" autocapitalize="none" spellcheck="false"
                            aria-invalid=[wrong] aria-describedby=(described);
                        p.quiet.small id="contact-hint" { (words.say("register-contact-hint")) }
                    }
                    button.primary type="submit" { (words.say("register-submit")) }
                }
            }
        }
    }
}

fn explain(words: &Words, problem: ContactTrouble) -> String {
    match problem {
        ContactTrouble::Address => words.say("register-problem-address"),
        ContactTrouble::Unreachable => words.say("register-problem-unreachable"),
        ContactTrouble::Yours => words.say("contacts-yours"),
        ContactTrouble::Full => words.say("contacts-full"),
        ContactTrouble::TooMany { seconds } => {
            words.say_plainly("register-too-many", &[("seconds", seconds.into())])
        }
        ContactTrouble::Wrong => words.say("code-wrong"),
        ContactTrouble::Gone => words.say("code-gone"),
        ContactTrouble::TooManyWrong => words.say("code-too-many"),
        ContactTrouble::LastWay => words.say("contacts-last-way"),
        ContactTrouble::Stale => words.say("contacts-sign-in-first"),
    }
}
