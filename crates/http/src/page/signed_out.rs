//! The pages around signing out: the question, and the answer.

use maud::{Markup, html};

use super::layout::{Frame, Party, Shape, csrf_field, document, is_followable, tile};
use super::{glyph, name};

/// The question before a sign-out that came without an `id_token_hint` (OIDC RP-Initiated Logout §2). Its form
/// posts `csrf`, `decision` (`sign_out` or `stay`) and the hidden fields to the page's own address.
#[derive(Clone, Default)]
pub struct ConfirmSignOut {
    /// Theme and language.
    pub frame: Frame,
    /// The token that the form must bring back.
    pub csrf: String,
    /// Who sent the person here, where known.
    pub asked_by: Option<Party>,
    /// Parameters of the request to carry along, such as `state`; name and value.
    pub fields: Vec<(String, String)>,
}

/// What is shown after the session has ended and there is nowhere to return to.
#[derive(Clone, Default)]
pub struct SignedOut {
    /// Theme and language.
    pub frame: Frame,
    /// The host or app to go back to, and the address; a link only if it is a web address.
    pub back: Option<(Party, String)>,
}

/// The question whether to sign out.
pub fn confirm_sign_out(view: &ConfirmSignOut) -> Markup {
    let words = view.frame.words();
    let title = words.say("signed-out-question");
    document(
        &view.frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    @match &view.asked_by {
                        Some(party) => (tile(party, "large")),
                        None => span.tile.large.plain aria-hidden="true" { (glyph::mark()) },
                    }
                    h1 { (title) }
                    p.lead {
                        @if let Some(party) = &view.asked_by {
                            (words.phrase("signed-out-asked-by", &[("name", &name::shown(party))])) " "
                        }
                        (words.say("signed-out-consequence"))
                    }
                }
                form method="post" {
                    (csrf_field(&view.csrf))
                    @for (field, value) in &view.fields { input type="hidden" name=(field) value=(value); }
                    div.decide {
                        button.secondary type="submit" name="decision" value="stay" { (words.say("signed-out-stay")) }
                        button.primary type="submit" name="decision" value="sign_out" { (words.say("signed-out-sign-out")) }
                    }
                }
            }
        },
    )
}

/// The page that says the session has ended.
pub fn signed_out(view: &SignedOut) -> Markup {
    let words = view.frame.words();
    let title = words.say("signed-out-done");
    document(
        &view.frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    span.tile.large.good aria-hidden="true" { (glyph::check()) }
                    h1 { (title) }
                    p.lead { (words.say("signed-out-done-text")) }
                }
                @if let Some((party, href)) = view.back.as_ref().filter(|(_, href)| is_followable(href)) {
                    a.button.secondary href=(href) rel="noreferrer" {
                        (words.phrase("signed-out-back", &[("name", &name::shown(party))]))
                    }
                }
            }
        },
    )
}
