//! The page for when something went wrong.

use maud::{Markup, html};

use super::layout::{Frame, Party, Shape, document, is_followable};
use super::words::Words;
use super::{glyph, name};

/// What the error page shows.
#[derive(Clone)]
pub struct ErrorPage {
    /// Theme and language.
    pub frame: Frame,
    /// What happened.
    pub problem: Problem,
    /// One sentence for whoever builds the app, such as `redirect_uri is not registered`. Never a cause from
    /// inside, and nothing that the caller may not know.
    pub detail: Option<String>,
    /// What a person can quote to support, and support can find in the log.
    pub reference: Option<String>,
    /// Where to go on, and the address; a link only if it is a web address.
    pub back: Option<(Party, String)>,
}

/// What can go wrong, as far as a person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is here, or nothing that this person may know of.
    NotFound,
    /// The link was used already or is too old (consent requests, sign-in requests).
    LinkExpired,
    /// The form was too old, or was not ours (`csrf`).
    FormExpired,
    /// The request of the app that sent the person here is malformed.
    BadRequest,
    /// The app that sent the person here is not registered, or not live.
    UnknownApp,
    /// The address to return to is not one that the app registered, so the person stays here.
    UnregisteredReturn,
    /// The page is for somebody else than the person signed in in this browser.
    SomebodyElse,
    /// The account is suspended.
    Suspended,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// Too many requests; the next is accepted after so many seconds.
    TooMany {
        /// Seconds until the next attempt, as in `Retry-After`.
        seconds: u64,
    },
    /// Portico cannot be sure of its answer now; trying again helps.
    Unavailable,
    /// The provider at which the person was to sign in gives no answer that can be used.
    ProviderFailed,
    /// That provider said no, or the person did there.
    ProviderRefused,
    /// The identity belongs to another account.
    IdentityTaken,
    /// Nobody knows the identity, and the operator lets nobody make an account by themselves.
    ClosedToNewcomers,
    /// It would take away the person's last way to sign in, or clashes with what is there.
    Conflict,
    /// A fault of ours.
    Internal,
}

impl Problem {
    /// The key of its title; its explanation is the attribute `text`.
    fn key(self) -> &'static str {
        match self {
            Self::NotFound => "error-not-found",
            Self::LinkExpired => "error-link-expired",
            Self::FormExpired => "error-form-expired",
            Self::BadRequest => "error-bad-request",
            Self::UnknownApp => "error-unknown-app",
            Self::UnregisteredReturn => "error-unregistered-return",
            Self::SomebodyElse => "error-somebody-else",
            Self::Suspended => "error-suspended",
            Self::MethodNotAllowed => "error-method-not-allowed",
            Self::TooMany { .. } => "error-too-many",
            Self::Unavailable => "error-unavailable",
            Self::ProviderFailed => "error-provider-failed",
            Self::ProviderRefused => "error-provider-refused",
            Self::IdentityTaken => "error-identity-taken",
            Self::ClosedToNewcomers => "error-closed-to-newcomers",
            Self::Conflict => "error-conflict",
            Self::Internal => "error-internal",
        }
    }

    /// What happened, in a few words.
    pub(super) fn title(self, words: &Words) -> String {
        words.say(self.key())
    }

    /// What it means and what to do about it.
    fn explanation(self, words: &Words) -> String {
        let seconds = match self {
            Self::TooMany { seconds } => seconds,
            _ => 0,
        };
        words.say_plainly(&format!("{}.text", self.key()), &[("seconds", seconds.into())])
    }
}

/// The error page.
pub fn error(view: &ErrorPage) -> Markup {
    let words = view.frame.words();
    let title = view.problem.title(words);
    document(
        &view.frame,
        Shape::Card,
        &title,
        html! {
            main.card {
                header.head {
                    span.tile.large.warn aria-hidden="true" { (glyph::warning()) }
                    h1 { (title) }
                    p.lead { (view.problem.explanation(words)) }
                }
                @if view.detail.is_some() || view.reference.is_some() {
                    dl.facts.boxed {
                        @if let Some(detail) = &view.detail {
                            div { dt { (words.say("error-detail")) } dd { bdi { (name::prose(detail)) } } }
                        }
                        @if let Some(reference) = &view.reference {
                            div { dt { (words.say("error-reference")) } dd { code { (reference) } } }
                        }
                    }
                }
                @if let Some((party, href)) = view.back.as_ref().filter(|(_, href)| is_followable(href)) {
                    a.button.secondary href=(href) rel="noreferrer" {
                        (words.phrase("error-back", &[("name", &name::shown(party))]))
                    }
                }
            }
        },
    )
}
