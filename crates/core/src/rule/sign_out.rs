//! Ending a session: one row changes, and everyone who must know is told in the same commit.

use crate::change::Change;
use crate::id::{ClientId, DeliveryId};
use crate::moment::Moment;
use crate::noun::event::Happening;
use crate::noun::session::{EndReason, Session};
use crate::rule::deliver;

/// A client that was entered in the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// Which one.
    pub client: ClientId,
    /// The id for its logout message, where its back end is to be told.
    pub tell: Option<DeliveryId>,
}

/// The changes that end a session: none if it has been ended already.
///
/// `entered` is every client recorded in the session; a guard makes sure that none was added
/// since it was read. A session that has expired is ended as `expired`, whatever was asked.
pub fn sign_out(session: &Session, entered: &[Entered], reason: EndReason, now: Moment) -> Vec<Change> {
    if session.ended.is_some() {
        return vec![];
    }
    let reason = if now >= session.expires_at { EndReason::Expired } else { reason };
    let ended = Happening::SessionEnded {
        session: session.id,
        user: session.user,
        reason,
        clients: entered.iter().map(|entered| entered.client.clone()).collect(),
    };
    let mut changes = vec![
        Change::ClientsCounted { session: session.id, count: entered.len() },
        Change::SessionEnded { session: session.id, at: now, reason },
        Change::Happened { at: now, what: ended },
    ];
    changes.extend(entered.iter().filter_map(|entered| {
        let id = entered.tell?;
        let delivery = deliver::queue(id, entered.client.clone(), session.user, session.id, now);
        Some(Change::DeliveryQueued(delivery))
    }));
    changes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::session::Ended;
    use crate::rule::sample::{NOW, session};

    fn entered() -> Vec<Entered> {
        vec![
            Entered { client: "super".parse().unwrap(), tell: None },
            Entered {
                client: "org.example.taxi".parse().unwrap(),
                tell: Some(DeliveryId::from_bytes([1; 16])),
            },
        ]
    }

    #[test]
    fn the_end_the_event_and_the_messages_are_one_list_under_a_guard() {
        let changes = sign_out(&session(), &entered(), EndReason::SignedOut, NOW);
        assert!(matches!(changes[0], Change::ClientsCounted { count: 2, .. }));
        assert!(matches!(changes[1], Change::SessionEnded { reason: EndReason::SignedOut, .. }));
        let Change::Happened { what: Happening::SessionEnded { clients, .. }, .. } = &changes[2] else {
            panic!()
        };
        assert_eq!(clients.len(), 2);
        let Change::DeliveryQueued(delivery) = &changes[3] else { panic!() };
        assert_eq!(delivery.client.as_str(), "org.example.taxi");
        assert_eq!(changes.len(), 4);
    }

    #[test]
    fn a_session_ends_once() {
        let mut over = session();
        over.ended = Some(Ended { at: NOW, reason: EndReason::SignedOut });
        assert!(sign_out(&over, &entered(), EndReason::Revoked, NOW).is_empty());
    }

    #[test]
    fn an_expired_session_ends_as_expired() {
        let session = session();
        let changes = sign_out(&session, &[], EndReason::SignedOut, session.expires_at);
        assert!(matches!(changes[1], Change::SessionEnded { reason: EndReason::Expired, .. }));
    }
}
