//! What is known of the person.

use maud::{Markup, html};

use super::super::layout::csrf_field;
use super::super::name;
use super::super::words::Words;
use super::{Section, Sheet, section_page};

/// Where the picture is shown from and sent to.
pub const PICTURE: &str = "/settings/profile/picture";

/// What the page of the profile shows. Every form posts to the section with `csrf` and `action` (`name`,
/// `remove_picture`, `add_address`, `default_address`, `remove_address`, `default_payment`,
/// `remove_payment`) and, for one entry, `id`; the picture is sent to [`PICTURE`] as a file.
#[derive(Clone, Default)]
pub struct Profile {
    /// What every section has.
    pub sheet: Sheet,
    /// The person's name.
    pub name: String,
    /// The picture that is kept, by its version.
    pub picture: Option<String>,
    /// The addresses.
    pub addresses: Vec<Entry>,
    /// The payment methods.
    pub payments: Vec<Entry>,
    /// The level and the status of the identity check, by their names on the wire.
    pub kyc: (&'static str, &'static str),
}

/// An address or a payment method.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Its id here, sent back as `id`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What else is known of it, line by line.
    pub lines: Vec<String>,
    /// It is the one to take where one is wanted.
    pub is_default: bool,
}

/// The levels of an identity check by their names on the wire, with what is said of each.
const LEVELS: [(&str, &str); 3] = [
    ("none", "profile-kyc-level-none"),
    ("basic", "profile-kyc-level-basic"),
    ("full", "profile-kyc-level-full"),
];
/// The same of where a check stands.
const STATUSES: [(&str, &str); 5] = [
    ("none", "profile-kyc-status-none"),
    ("pending", "profile-kyc-status-pending"),
    ("verified", "profile-kyc-status-verified"),
    ("rejected", "profile-kyc-status-rejected"),
    ("expired", "profile-kyc-status-expired"),
];

fn text_of(said: &[(&str, &'static str)], name: &str) -> &'static str {
    said.iter().find(|(known, _)| *known == name).map_or(LEVELS[0].1, |(_, key)| key)
}

/// What a button says, and what it says to who cannot see the row that it stands in.
type Button = (&'static str, &'static str);
const MAKE_DEFAULT: Button = ("profile-make-default", "profile-make-default-label");
const REMOVE: Button = ("profile-remove", "profile-remove-label");

/// The page.
pub fn profile(view: &Profile) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        (basic(view, words))
        section {
            h2 { (words.say("profile-addresses")) }
            div.card {
                (entries(view, words, &view.addresses, "address", "profile-addresses-none"))
                div.below { (new_address(view, words)) }
            }
        }
        section {
            h2 { (words.say("profile-payments")) }
            div.card { (entries(view, words, &view.payments, "payment", "profile-payments-none")) }
        }
        section {
            h2 { (words.say("profile-kyc")) }
            div.card { div.below {
                p { (words.say(text_of(&LEVELS, view.kyc.0))) }
                p.quiet.small { (words.say(text_of(&STATUSES, view.kyc.1))) }
            } }
        }
    };
    section_page(&view.sheet, Section::Profile, body)
}

fn basic(view: &Profile, words: &Words) -> Markup {
    html! {
        section {
            div.card { div.below {
                form.stack method="post" action=(Section::Profile.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="name";
                    (field(words, "name", "profile-name", &view.name, 100, "name"))
                    button.primary type="submit" { (words.say("profile-save")) }
                }
            }
            div.below {
                @if let Some(version) = &view.picture {
                    img.avatar src=(format!("{PICTURE}?v={version}")) width="96" height="96"
                        alt=(words.say("profile-picture-alt"));
                    form method="post" action=(Section::Profile.path()) {
                        (csrf_field(&view.sheet.csrf))
                        input type="hidden" name="action" value="remove_picture";
                        button.quiet-button type="submit" { (words.say("profile-picture-remove")) }
                    }
                }
                form.stack method="post" action=(PICTURE) enctype="multipart/form-data" {
                    (csrf_field(&view.sheet.csrf))
                    div.field {
                        label for="picture" { (words.say("profile-picture")) }
                        input id="picture" name="picture" type="file" required
                            accept="image/png,image/jpeg,image/webp";
                    }
                    button.quiet-button type="submit" { (words.say("profile-picture-send")) }
                }
            } }
        }
    }
}

fn field(words: &Words, id: &str, label: &str, value: &str, most: u16, autocomplete: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (words.say(label)) }
            input id=(id) name=(id) type="text" value=(value) maxlength=(most) autocomplete=(autocomplete);
        }
    }
}

fn new_address(view: &Profile, words: &Words) -> Markup {
    html! {
        details.sure {
            summary { (words.say("profile-address-add")) }
            form.stack method="post" action=(Section::Profile.path()) {
                (csrf_field(&view.sheet.csrf))
                input type="hidden" name="action" value="add_address";
                (field(words, "label", "profile-address-label", "", 50, "off"))
                (field(words, "street_address", "profile-address-street", "", 500, "street-address"))
                (field(words, "postal_code", "profile-address-code", "", 20, "postal-code"))
                (field(words, "locality", "profile-address-city", "", 100, "address-level2"))
                (field(words, "region", "profile-address-region", "", 100, "address-level1"))
                (field(words, "country", "profile-address-country", "", 2, "country"))
                button.primary type="submit" { (words.say("profile-save")) }
            }
        }
    }
}

fn entries(view: &Profile, words: &Words, entries: &[Entry], kind: &str, none: &str) -> Markup {
    html! {
        @if entries.is_empty() { div.below { p.quiet { (words.say(none)) } } }
        @else { ul.rows { @for entry in entries { (row(view, words, entry, kind)) } } }
    }
}

fn row(view: &Profile, words: &Words, entry: &Entry, kind: &str) -> Markup {
    let called = name::tidy(&entry.name);
    html! {
        li.row {
            div.text {
                h3.name {
                    bdi { (called.as_str()) }
                    @if entry.is_default { " " span.badge.here { (words.say("profile-default")) } }
                }
                @for line in &entry.lines { p.quiet.small { bdi { (name::tidy(line).as_str()) } } }
            }
            @if !entry.is_default {
                (one(view, words, entry, &format!("default_{kind}"), MAKE_DEFAULT, &called))
            }
            (one(view, words, entry, &format!("remove_{kind}"), REMOVE, &called))
        }
    }
}

fn one(view: &Profile, words: &Words, entry: &Entry, action: &str, button: Button, called: &str) -> Markup {
    html! {
        form method="post" action=(Section::Profile.path()) {
            (csrf_field(&view.sheet.csrf))
            input type="hidden" name="action" value=(action);
            input type="hidden" name="id" value=(entry.id);
            button.quiet-button type="submit"
                aria-label=(words.say_with(button.1, &[("name", called.into())])) {
                (words.say(button.0))
            }
        }
    }
}
