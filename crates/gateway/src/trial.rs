//! What is looked at of a request before and beside the swap, for `portico gateway try`: there is no connection, and no
//! memory in which a token could be validated.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::request;

use crate::pass::withhold;
use crate::resolve::credential;
use crate::route::TokenPlace;
use crate::{Refused, Route, accept};

/// Refuses what no route would be asked for, and takes away what concerns the connection.
pub fn admit(head: &mut request::Parts) -> Result<(), Refused> {
    accept::admit(head)
}

/// The token that a request brings, whosever it is; none where it brings none. 400 for two.
///
/// Whoever writes a request by hand may put any text in the token's place. What cannot be a token is none: it may be a
/// part of anything, so it goes out of its own place alone, as [`crate::rewrite::strip`] takes it.
pub fn token(route: &Route, head: &request::Parts) -> Result<Option<Arc<str>>, Refused> {
    let token = match &route.token {
        TokenPlace::Bearer if head.headers.contains_key(AUTHORIZATION) => credential::bearer(&head.headers),
        TokenPlace::Cookie(name) => credential::cookie(&head.headers, name),
        TokenPlace::Bearer | TokenPlace::None => return Ok(None),
    };
    match token {
        Err(refused) if refused.code == credential::MISSING => Ok(None),
        other => other.map(|token| Some(token).filter(|token| withhold::may_be_token(token))),
    }
}

/// Takes that token out of the head. 400 where it stands in the target.
pub fn withhold(token: &str, head: &mut request::Parts) -> Result<(), Refused> {
    withhold::own_from_head(token, head)
}

/// 400 where it stands in a body that is looked into.
pub fn withhold_from_body(token: &str, body: &[u8]) -> Result<(), Refused> {
    withhold::from_body(token, body)
}
