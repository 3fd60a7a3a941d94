//! The identities elsewhere with which a person signs in.

use maud::{Markup, html};
use portico_core::noun::link::LinkProof;

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
    /// Those that were undone, the latest first.
    pub past: Vec<Past>,
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
    /// How it was proved.
    pub proof: Option<LinkProof>,
    /// When it was made.
    pub linked: Stamp,
    /// It is the last way to sign in, and stays.
    pub fixed: bool,
}

/// One link that was undone.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The provider's name.
    pub name: String,
    /// How it had been proved.
    pub proof: Option<LinkProof>,
    /// When it was made.
    pub linked: Stamp,
    /// When it was undone.
    pub unlinked: Stamp,
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
        @if !view.past.is_empty() {
            section {
                h2 { (words.say("links-past")) }
                div.card { ul.rows { @for past in &view.past { (past_row(words, past)) } } }
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
                @if let Some(proof) = tie.proof { p.quiet.small { (words.say(proved(proof))) } }
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

fn past_row(words: &Words, past: &Past) -> Markup {
    html! {
        li.row {
            (glyph::undone())
            div.text {
                h3.name { bdi { (name::tidy(&past.name).as_str()) } }
                p.quiet.small { span { (words.say("links-since")) " " (time(&past.linked)) } }
                p.quiet.small { span { (words.say("links-until")) " " (time(&past.unlinked)) } }
                @if let Some(proof) = past.proof { p.quiet.small { (words.say(proved(proof))) } }
            }
        }
    }
}

/// The words for how a link was proved.
fn proved(proof: LinkProof) -> &'static str {
    match proof {
        LinkProof::Assertion => "links-proof-assertion",
        LinkProof::Login => "links-proof-login",
        LinkProof::Silent => "links-proof-silent",
        LinkProof::LoginCode => "links-proof-login-code",
        LinkProof::Import => "links-proof-import",
        LinkProof::Support => "links-proof-support",
    }
}
