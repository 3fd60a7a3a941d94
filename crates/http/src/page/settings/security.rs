//! How the person signs in: this session, and their passkeys.

use maud::{Markup, html};

use super::super::layout::{Stamp, csrf_field, time};
use super::super::passkey::{self, Ceremony};
use super::super::words::Words;
use super::super::{glyph, name};
use super::{Section, Sheet, section_page};

/// What the page shows. Every form posts `csrf`, `action` (`rename_passkey`, `remove_passkey`), `passkey` and,
/// for a new name, `name`.
#[derive(Clone, Default)]
pub struct Security {
    /// What every section has.
    pub sheet: Sheet,
    /// When the person last proved who they are in this session.
    pub signed_in: Stamp,
    /// How they did, by the methods of RFC 8176.
    pub methods: Vec<String>,
    /// Whether passkeys can be used at this address.
    pub offers_passkeys: bool,
    /// Whether the sign-in is recent enough to add or remove one.
    pub recent: bool,
    /// Whether there is room for one more.
    pub room: bool,
    /// The passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
}

/// A passkey as its person knows it.
#[derive(Clone, Debug, Default)]
pub struct Passkey {
    /// Its id on this page, sent back as `passkey`.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub added: Stamp,
    /// When it was last used; `None` if never.
    pub last_used: Option<Stamp>,
}

/// The page.
pub fn security(view: &Security) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section aria-labelledby="this-session" {
            h2 id="this-session" { (words.say("security-session")) }
            div.card { ul.rows { li.row {
                (glyph::device())
                div.text {
                    h3.name { (methods(&view.methods, words)) }
                    p.quiet.small { span { (words.say("devices-signed-in")) " " (time(&view.signed_in)) } }
                }
            } } }
        }
        @if view.offers_passkeys || !view.passkeys.is_empty() { (passkeys(view, words)) }
    };
    section_page(&view.sheet, Section::Security, body)
}

/// The methods of a session in words.
fn methods(methods: &[String], words: &Words) -> String {
    let has = |wanted: &str| methods.iter().any(|method| method == wanted);
    let named = [
        ("pwd", "security-by-password"),
        ("otp", "security-by-email"),
        ("sms", "security-by-phone"),
        ("pop", "security-by-passkey"),
        ("fed", "security-by-provider"),
    ];
    let named: Vec<_> = named
        .iter()
        .filter(|(method, _)| has(method) && !(*method == "otp" && has("sms")))
        .map(|(_, key)| words.say(key))
        .collect();
    if named.is_empty() { words.say("security-by-other") } else { named.join(" + ") }
}

fn passkeys(view: &Security, words: &Words) -> Markup {
    html! {
        section aria-labelledby="passkeys" {
            h2 id="passkeys" { (words.say("passkey-title")) }
            p.quiet { (words.say("passkey-lead")) }
            div.card {
                @if view.passkeys.is_empty() { p.quiet { (words.say("passkey-none")) } }
                @else { ul.rows {
                    @for (i, passkey) in view.passkeys.iter().enumerate() { (row(view, words, i, passkey)) }
                } }
                div.below { (adding(view, words)) }
            }
        }
    }
}

fn adding(view: &Security, words: &Words) -> Markup {
    html! {
        @if !view.room {
            p.small { (words.say("passkey-full")) }
        } @else if !view.recent {
            p.small {
                (words.say("passkey-sign-in-first")) " "
                a href="/sign-in?continue=%2Fsettings%2Fsecurity" { (words.say("passkey-sign-in-again")) }
            }
        } @else if view.offers_passkeys {
            // The script takes it away where it finds that passkeys work.
            p.small data-without-passkeys { (words.say("passkey-needs-script")) }
            (passkey::button(words, Ceremony::Add, &view.sheet.csrf))
        }
    }
}

fn row(view: &Security, words: &Words, i: usize, passkey: &Passkey) -> Markup {
    let label = name::tidy(&passkey.name);
    let field = format!("name-{i}");
    let spoken = |key: &str| words.say_with(key, &[("name", label.as_str().into())]);
    html! {
        li.row {
            (glyph::check())
            div.text {
                h3.name { bdi { (label.as_str()) } }
                p.quiet.small {
                    span { (words.say("passkey-added")) " " (time(&passkey.added)) }
                    @match &passkey.last_used {
                        Some(used) => span { (words.say("settings-last-used")) " " (time(used)) },
                        None => span { (words.say("passkey-never-used")) },
                    }
                }
                details.sure {
                    summary aria-label=(spoken("passkey-change-label")) { (words.say("passkey-change")) }
                    form method="post" action=(Section::Security.path()) {
                        (csrf_field(&view.sheet.csrf))
                        input type="hidden" name="action" value="rename_passkey";
                        input type="hidden" name="passkey" value=(passkey.id);
                        div.field {
                            label for=(field) { (words.say("passkey-name")) }
                            input id=(field) name="name" type="text" value=(passkey.name) required maxlength="60";
                        }
                        button.quiet-button type="submit" aria-label=(spoken("passkey-rename-label")) {
                            (words.say("passkey-rename"))
                        }
                    }
                    @if view.recent {
                        form method="post" action=(Section::Security.path()) {
                            (csrf_field(&view.sheet.csrf))
                            input type="hidden" name="action" value="remove_passkey";
                            input type="hidden" name="passkey" value=(passkey.id);
                            button.danger type="submit" aria-label=(spoken("passkey-remove-label")) {
                                (words.say("passkey-remove"))
                            }
                        }
                    }
                }
            }
        }
    }
}
