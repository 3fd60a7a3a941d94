//! Rewriting messages: heads and whole bodies, without a socket.
//!
//! One request goes like this; nothing here waits:
//!
//! 1. [`request_body`] says from the head whether the body must be read whole ([`BodyDue::is_whole`]), at most
//!    `route.limits.body` bytes as they come (413 beyond), or streams through untouched.
//! 2. [`FoundInRequest::new`] looks for OpenIDs; [`FoundInRequest::others`] are those that have to be looked up.
//! 3. [`strip`] removes what only the gateway may say, and the token. It may come before 2 or after it, but before
//!    the headers that `Connection` names are removed.
//! 4. [`FoundInRequest::apply`] puts the upstream's OpenIDs in place and answers with the body that goes on.
//! 5. [`inject`] adds the identity headers, last.
//!
//! And its answer: [`answer_body`], [`FoundInAnswer::new`], [`FoundInAnswer::others`], [`FoundInAnswer::apply`].
//! The counterparts asked for there are the other way round: of OpenIDs at the upstream, at the app.
//!
//! Whatever was read whole has its `Content-Length` set and `Transfer-Encoding` removed. Trailers of such a body
//! are to be dropped.

mod answer;
mod coding;
mod due;
mod found;
mod identity;
mod maps;
mod request;
mod reseal;
mod wrong;

use portico_core::rule::swap::Caller;

pub use answer::FoundInAnswer;
pub use due::{BodyDue, answer_body, begins_like_json, request_body};
pub use found::{MOST_IDS, Swapped};
pub(crate) use identity::is_removed;
pub use identity::{SECRET, inject, strip};
pub use maps::Maps;
pub use request::FoundInRequest;
pub use reseal::Reseal;

/// Who calls, as both sides know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIds {
    /// The caller's OpenID at the app.
    pub here: String,
    /// The caller's OpenID at the upstream.
    pub there: String,
    /// The caller's UnionID at the upstream's developer, if it may be told.
    pub union_id: Option<String>,
}

impl CallerIds {
    fn as_rule(&self) -> Caller<'_> {
        Caller { here: &self.here, there: &self.there }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod walk_tests;
