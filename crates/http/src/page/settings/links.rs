//! The identities elsewhere with which a person signs in.

use maud::{Markup, html};

use super::super::layout::{Stamp, csrf_field, time};
use super::super::sign_in::Via;
use super::super::words::Words;
use super::super::{glyph, name};
use super::{Section, Sheet, section_page};

/// What the page of the links shows. Every form posts `csrf` and `action`: `disconnect` with `link`, or
/// `connect` with `connection`.
#[derive(Clone, Default)]
pub struct Links {
    /// What every section has.
    pub sheet: Sheet,
    /// The links, oldest first.
    pub links: Vec<Tie>,
    /// The providers that can be connected.
    pub vias: Vec<Via>,
}

/// One link.
#[derive(Clone, Debug, Default)]
pub struct Tie {
    /// The link's id, sent back as `link`.
    pub id: String,
    /// The provider's name.
    pub name: String,
    /// When it was made.
    pub linked: Stamp,
    /// It is the last way to sign in, and stays.
    pub fixed: bool,
}

/// The page.
pub fn links(view: &Links) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section {
            div.card {
                @if view.links.is_empty() { div.below { p.quiet { (words.say("links-none")) } } }
                @else { ul.rows { @for tie in &view.links { (row(view, words, tie)) } } }
                @for via in &view.vias {
                    div.below {
                        form method="post" action=(Section::Links.path()) {
                            (csrf_field(&view.sheet.csrf))
                            input type="hidden" name="action" value="connect";
                            input type="hidden" name="connection" value=(via.id);
                            button.quiet-button type="submit" {
                                (words.phrase("links-connect", &[("name", &via.shown())]))
                            }
                        }
                    }
                }
            }
        }
    };
    section_page(&view.sheet, Section::Links, body)
}

fn row(view: &Links, words: &Words, tie: &Tie) -> Markup {
    let label = name::tidy(&tie.name);
    html! {
        li.row {
            (glyph::shield())
            div.text {
                h2.name { bdi { (label.as_str()) } }
                p.quiet.small { span { (words.say("links-since")) " " (time(&tie.linked)) } }
                @if tie.fixed { p.quiet.small { (words.say("links-last")) } }
            }
            @if !tie.fixed {
                form method="post" action=(Section::Links.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="disconnect";
                    input type="hidden" name="link" value=(tie.id);
                    button.quiet-button type="submit"
                        aria-label=(words.say_with("links-disconnect-label", &[("name", label.into())])) {
                        (words.say("links-disconnect"))
                    }
                }
            }
        }
    }
}
