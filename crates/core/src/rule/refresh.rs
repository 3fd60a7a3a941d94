//! Refreshing: rotation with a grace for lost answers, and what a late repeat means.

use crate::change::Change;
use crate::denied::Denied;
use crate::id::ClientId;
use crate::moment::{Moment, Span};
use crate::noun::family::Family;
use crate::noun::session::Session;

/// How long a repeat gets the same successor: phones lose answers.
pub const GRACE: Span = Span::seconds(60);

/// What comes of presenting a refresh token.
#[derive(Debug, Clone, PartialEq)]
pub enum Refresh {
    /// The token of this generation is the answer; commit the changes first.
    Granted {
        /// The generation of the refresh token to answer with.
        generation: u32,
        /// What to commit; empty for a repeat inside the grace.
        changes: Vec<Change>,
    },
    /// A token was used again after its successor was taken up: the session ends, with reason
    /// `refresh_reused`, and the answer is `invalid_grant`.
    Reused,
}

/// Decides a refresh (RFC 6749 §6; RFC 9700 §4.14).
///
/// `presented` is the generation that the token carried; its keyed check has been verified.
/// Tokens of clients that can be told apart from a thief (`rotates` is false) stay the same.
pub fn refresh(
    family: Option<&Family>,
    session: Option<&Session>,
    client: &ClientId,
    presented: u32,
    rotates: bool,
    now: Moment,
) -> Result<Refresh, Denied> {
    let over = || Denied::grant("the refresh token is unknown, or its session is over");
    let family =
        family.filter(|family| family.client == *client && family.revoked_at.is_none()).ok_or_else(over)?;
    let session = session.filter(|session| session.is_live(now)).ok_or_else(over)?;
    let held = Change::SessionHeld { session: session.id, now };
    if !rotates {
        return match presented == family.generation {
            true => Ok(Refresh::Granted { generation: presented, changes: vec![] }),
            false => Err(over().because("a generation that was never issued")),
        };
    }
    if presented == family.generation {
        let generation = presented.checked_add(1).ok_or_else(over)?;
        let rotated = Change::FamilyRotated { family: family.id, generation, at: now };
        return Ok(Refresh::Granted { generation, changes: vec![held, rotated] });
    }
    if presented.checked_add(1) == Some(family.generation) && now - family.rotated_at <= GRACE {
        return Ok(Refresh::Granted { generation: family.generation, changes: vec![] });
    }
    if presented > family.generation {
        return Err(over().because("a generation that was never issued"));
    }
    Ok(Refresh::Reused)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::denied::Code;
    use crate::id::{FamilyId, SessionId};
    use crate::noun::session::{EndReason, Ended};
    use crate::rule::sample::{NOW, scopes, session};

    fn family() -> Family {
        Family {
            id: FamilyId::from_bytes([5; 16]),
            session: SessionId::from_bytes([3; 16]),
            client: "super".parse().unwrap(),
            scope: scopes("openid host"),
            generation: 4,
            rotated_at: NOW,
            revoked_at: None,
        }
    }

    fn present(generation: u32, now: Moment) -> Result<Refresh, Denied> {
        refresh(Some(&family()), Some(&session()), &"super".parse().unwrap(), generation, true, now)
    }

    #[test]
    fn the_current_token_gives_its_successor_under_a_guard() {
        let Ok(Refresh::Granted { generation: 5, changes }) = present(4, NOW) else { panic!() };
        assert!(matches!(changes[0], Change::SessionHeld { .. }));
        assert!(matches!(changes[1], Change::FamilyRotated { generation: 5, .. }));
    }

    #[test]
    fn a_repeat_inside_the_grace_gets_the_same_successor_and_changes_nothing() {
        let result = present(3, NOW + GRACE).unwrap();
        assert_eq!(result, Refresh::Granted { generation: 4, changes: vec![] });
    }

    #[test]
    fn a_repeat_after_the_grace_or_of_an_older_token_is_reuse() {
        assert_eq!(present(3, NOW + GRACE + Span::millis(1)), Ok(Refresh::Reused));
        assert_eq!(present(2, NOW), Ok(Refresh::Reused));
    }

    #[test]
    fn a_generation_from_the_future_another_client_and_a_dead_session_are_refused() {
        assert_eq!(present(6, NOW).map_err(|d| d.code), Err(Code::InvalidGrant));
        let other = refresh(Some(&family()), Some(&session()), &"other".parse().unwrap(), 4, true, NOW);
        assert_eq!(other.map_err(|d| d.code), Err(Code::InvalidGrant));
        let mut dead = session();
        dead.ended = Some(Ended { at: NOW, reason: EndReason::SignedOut });
        let over = refresh(Some(&family()), Some(&dead), &"super".parse().unwrap(), 4, true, NOW);
        assert_eq!(over.map_err(|d| d.code), Err(Code::InvalidGrant));
        let gone = refresh(None, Some(&session()), &"super".parse().unwrap(), 4, true, NOW);
        assert_eq!(gone.map_err(|d| d.code), Err(Code::InvalidGrant));
    }

    #[test]
    fn a_confidential_clients_token_stays_the_same() {
        let kept = refresh(Some(&family()), Some(&session()), &"super".parse().unwrap(), 4, false, NOW);
        assert_eq!(kept, Ok(Refresh::Granted { generation: 4, changes: vec![] }));
    }
}
