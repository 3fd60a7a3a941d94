//! The person's data: to take along, or to have deleted.

use maud::{Markup, html};

use super::super::layout::csrf_field;
use super::{Section, Sheet, section_page};

/// What the page of the data shows. Its forms post `csrf` and `action` (`export`, `delete`).
#[derive(Clone, Default)]
pub struct Data {
    /// What every section has.
    pub sheet: Sheet,
}

/// The page.
pub fn data(view: &Data) -> Markup {
    let words = view.sheet.frame.words();
    let body = html! {
        section {
            h2 { (words.say("data-export")) }
            div.card { div.below {
                p { (words.say("data-export-text")) }
                form method="post" action=(Section::Data.path()) {
                    (csrf_field(&view.sheet.csrf))
                    input type="hidden" name="action" value="export";
                    button.primary type="submit" { (words.say("data-export-get")) }
                }
            } }
        }
        section {
            h2 { (words.say("data-delete")) }
            div.card { div.below {
                p { (words.say("data-delete-text")) }
                details.sure {
                    summary { (words.say("data-delete")) }
                    form method="post" action=(Section::Data.path()) {
                        (csrf_field(&view.sheet.csrf))
                        input type="hidden" name="action" value="delete";
                        p.small { (words.say("data-delete-sure")) }
                        button.danger type="submit" { (words.say("data-delete-yes")) }
                    }
                }
            } }
            p.quiet.small { (words.say("data-recent")) }
        }
    };
    section_page(&view.sheet, Section::Data, body)
}
