//! The pages where a person sees what is known of them, and takes it back: one page per section.

pub mod apps;
pub mod contacts;
pub mod data;
pub mod devices;
pub mod history;
pub mod links;
pub mod password;
pub mod profile;
pub mod security;

use maud::{Markup, html};

use super::glyph;
use super::layout::{Frame, PRODUCT, Shape, document};
use super::words::Words;

/// A section of the settings: a page of its own, with an entry in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The mini-programs and what each may see.
    Apps,
    /// What is known of the person.
    Profile,
    /// Where the person is reached.
    Contacts,
    /// Where the person is signed in.
    Devices,
    /// How the person signs in.
    Security,
    /// Identities elsewhere with which the person signs in.
    Links,
    /// What the person decided.
    History,
    /// The password.
    Password,
    /// The person's data, to take along or to have deleted.
    Data,
}

impl Section {
    /// Every section in the order of the navigation, with its address, its name and its first line.
    const ALL: &[(Self, &'static str, &'static str, &'static str)] = &[
        (Self::Apps, "/settings", "settings-apps", "apps-lead"),
        (Self::Profile, "/settings/profile", "settings-profile", "profile-lead"),
        (Self::Contacts, "/settings/contacts", "settings-contacts", "contacts-lead"),
        (Self::Devices, "/settings/devices", "settings-devices", "devices-lead"),
        (Self::Security, "/settings/security", "settings-security", "security-lead"),
        (Self::Links, "/settings/links", "settings-links", "links-lead"),
        (Self::History, "/settings/history", "settings-history", "history-lead"),
        (Self::Password, "/settings/password", "settings-password", "password-lead"),
        (Self::Data, "/settings/data", "settings-data", "data-lead"),
    ];

    /// Its address; its forms post there.
    pub fn path(self) -> &'static str {
        Self::ALL.iter().find(|(section, ..)| *section == self).map_or("/settings", |(_, path, ..)| path)
    }

    fn title(self, words: &Words) -> String {
        Self::ALL.iter().find(|(section, ..)| *section == self).map_or_else(String::new, |l| words.say(l.2))
    }

    fn lead(self, words: &Words) -> String {
        Self::ALL.iter().find(|(section, ..)| *section == self).map_or_else(String::new, |l| words.say(l.3))
    }
}

/// What was just done. The code travels as `?done=…` in the redirect that follows a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// One permission was withdrawn.
    Withdrawn,
    /// All permissions of an app were withdrawn.
    WithdrawnAll,
    /// Another session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey has another name.
    PasskeyRenamed,
    /// A passkey was removed.
    PasskeyRemoved,
    /// The password was changed.
    PasswordChanged,
    /// The profile was changed.
    Saved,
    /// Something was removed from the profile.
    Removed,
    /// A code was sent to a new address.
    CodeSent,
    /// A new address was confirmed.
    ContactAdded,
    /// Another address is the main one.
    MainChosen,
    /// An address was removed.
    ContactRemoved,
    /// An identity elsewhere was tied to the person.
    Linked,
    /// An identity elsewhere is no longer tied to the person.
    Unlinked,
}

impl Done {
    /// Every code with what it stands for and what is then said.
    const ALL: &[(Self, &'static str, &'static str)] = &[
        (Self::Withdrawn, "withdrawn", "apps-done-withdrawn"),
        (Self::WithdrawnAll, "withdrawn-all", "apps-done-withdrawn-all"),
        (Self::SessionEnded, "session-ended", "devices-done-ended"),
        (Self::OthersEnded, "others-ended", "devices-done-others-ended"),
        (Self::PasskeyAdded, "passkey-added", "passkey-done-added"),
        (Self::PasskeyRenamed, "passkey-renamed", "passkey-done-renamed"),
        (Self::PasskeyRemoved, "passkey-removed", "passkey-done-removed"),
        (Self::PasswordChanged, "password-changed", "password-done-changed"),
        (Self::Saved, "saved", "profile-done-saved"),
        (Self::Removed, "removed", "profile-done-removed"),
        (Self::CodeSent, "code-sent", "contacts-done-sent"),
        (Self::ContactAdded, "contact-added", "contacts-done-added"),
        (Self::MainChosen, "main-chosen", "contacts-done-main"),
        (Self::ContactRemoved, "contact-removed", "contacts-done-removed"),
        (Self::Linked, "linked", "links-done-linked"),
        (Self::Unlinked, "unlinked", "links-done-unlinked"),
    ];

    /// The value of `done` in the address.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(done, ..)| *done == self).map_or("", |(_, code, _)| code)
    }

    /// What a value of `done` stands for; an unknown one for nothing.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == code).map(|(done, ..)| *done)
    }

    /// Everything that can be said.
    #[cfg(test)]
    pub(super) fn every() -> impl Iterator<Item = Self> {
        Self::ALL.iter().map(|(done, ..)| *done)
    }

    fn text(self, words: &Words) -> String {
        Self::ALL.iter().find(|(done, ..)| *done == self).map_or_else(String::new, |(.., key)| words.say(key))
    }
}

/// What every page of the settings is given.
#[derive(Clone, Default)]
pub struct Sheet {
    /// Theme and language.
    pub frame: Frame,
    /// The token that every form must bring back.
    pub csrf: String,
    /// What was just done, after the redirect that follows a form.
    pub done: Option<Done>,
}

/// The page of a section: the navigation, the section's name and first line, what was just done, and the body.
pub fn section_page(sheet: &Sheet, section: Section, body: Markup) -> Markup {
    let words = sheet.frame.words();
    let title = section.title(words);
    document(
        &sheet.frame,
        Shape::Wide,
        &title,
        html! {
            a.skip href="#content" { (words.say("layout-skip")) }
            (top(words, section))
            main id="content" tabindex="-1" {
                header.intro { h1 { (title) } p.lead { (section.lead(words)) } }
                @if let Some(done) = sheet.done {
                    p.done role="status" { (glyph::check()) span { (done.text(words)) } }
                }
                (body)
            }
        },
    )
}

fn top(words: &Words, here: Section) -> Markup {
    html! {
        header.top {
            span.brand { (glyph::mark()) (PRODUCT) }
            nav aria-label=(words.say("settings-sections")) {
                @for (section, path, name, _) in Section::ALL {
                    a href=(path) aria-current=[(*section == here).then_some("page")] { (words.say(name)) }
                }
            }
        }
    }
}
