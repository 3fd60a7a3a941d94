//! The page after an answer when there is no address to go back to.

use maud::{Markup, html};

use super::Frame;
use super::glyph;
use super::layout::{Shape, document};

/// The page that says the answer was taken.
pub fn done(frame: &Frame) -> Markup {
    let words = frame.words();
    let title = words.say("done-title");
    document(
        frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    span.tile.large.plain aria-hidden="true" { (glyph::mark()) }
                    h1 { (title) }
                    p.lead { (words.say("done-lead")) }
                }
            }
        },
    )
}
