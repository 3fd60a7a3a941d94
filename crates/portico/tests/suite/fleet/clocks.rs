//! Wall clocks that are wrong: nothing that was closed comes back by them.

use portico_core::Change;
use portico_core::id::TokenId;
use portico_core::moment::Span;
use portico_http::sweep;
use portico_live::Clock;
use portico_store::{CommitError, Read, Taken};

use super::*;
use crate::simulation::house;

const TOKEN: TokenId = TokenId::from_bytes([7; 16]);
const ASSERTION: [u8; 32] = [8; 32];
/// How far ahead a wrong clock is.
const AHEAD: Span = Span::minutes(40);

/// A token is revoked, and an assertion used, that are good for ten minutes more.
fn spent() -> Vec<Change> {
    let until = Fixed.now() + Span::minutes(10);
    vec![Change::TokenRevoked { token: TOKEN, until }, Change::AssertionUsed { digest: ASSERTION, until }]
}

/// The store and every machine go on by so much.
fn pass(town: &Town, nodes: &[&Node], span: Span) {
    town.clock.set(town.clock.now().millis() - Fixed.now().millis() + span.as_millis());
    nodes
        .iter()
        .for_each(|node| node.wall.set(node.wall.now().millis() - Fixed.now().millis() + span.as_millis()));
}

#[tokio::test(start_paused = true)]
async fn the_eldest_node_with_a_clock_ahead_clears_nothing_away_that_is_still_good() {
    let town = Town::new();
    let eldest = town.node_ahead(AHEAD).await;
    eldest.live.commit(spent()).await.unwrap();
    let house = house(eldest.live.clone());
    sweep::clear(&house).await.unwrap();
    sweep::rest(&house).await.unwrap();
    assert!(eldest.live.is_revoked(TOKEN));
    // Another starts anew, by the right clock.
    let other = town.node().await;
    assert!(other.live.is_revoked(TOKEN));
    let again = vec![spent().remove(1)];
    assert_eq!(other.live.commit(again).await, Err(CommitError::Taken(Taken::Assertion)));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_starts_or_begins_anew_with_a_clock_ahead_forgets_no_revocation() {
    let town = Town::new();
    town.node().await.live.commit(spent()).await.unwrap();
    let ahead = town.node_ahead(AHEAD).await;
    assert!(ahead.live.is_revoked(TOKEN));
    let before = ahead.id();
    let nodes = town.store.standing().await.unwrap().nodes;
    let renewals = nodes.iter().find(|node| node.id == before).unwrap().renewals;
    assert!(town.store.leave(before, renewals).await.unwrap());
    tokio::time::sleep(LEASE).await;
    assert_ne!(ahead.id(), before, "it has entered again");
    // The clock is set right.
    ahead.wall.set(0);
    assert!(ahead.live.is_revoked(TOKEN));
}

#[tokio::test(start_paused = true)]
async fn what_is_spent_is_kept_for_a_day_beyond_its_time_and_then_goes_from_every_memory() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    nodes[0].live.commit(spent()).await.unwrap();
    let houses = nodes.each_ref().map(|node| house(node.live.clone()));
    for (gone_by, kept) in [(Span::hours(24), true), (Span::hours(1), false)] {
        pass(&town, &nodes.each_ref(), gone_by);
        for house in &houses {
            sweep::clear(house).await.unwrap();
            sweep::rest(house).await.unwrap();
        }
        assert_eq!(town.store.revoked_tokens().await.unwrap().len(), usize::from(kept));
        for node in &nodes {
            assert_eq!(node.live.is_revoked(TOKEN), kept);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_clock_is_not_the_stores_ends_no_session_for_the_others() {
    let town = Town::new();
    let eldest = town.node_ahead(Span::days(31)).await;
    town.session(1).await;
    let house = house(eldest.live.clone());
    assert_eq!(sweep::expire(&house).await, Ok(0));
    eldest.wall.set(0);
    pass(&town, &[&eldest], Span::days(31));
    assert_eq!(sweep::expire(&house).await, Ok(1));
}
