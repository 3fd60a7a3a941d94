//! What must be so when everything has been well for a while.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use portico_core::id::EventSeq;
use portico_core::moment::Moment;
use portico_core::noun::delivery::DeliveryState;
use portico_store::{Nodes, Page, Read};

use super::history::{Deed, Entry, Said, Token};
use super::town::{NODES, Town};

/// Says what is wrong, if anything is.
pub async fn look(town: &Town) -> Result<(), String> {
    everyone_answers_alike(town).await?;
    everyone_was_told(town).await?;
    everyone_publishes_the_keys(town).await?;
    nothing_belongs_to_the_dead(town).await
}

/// After everything that is ever due.
const FOREVER: Moment = Moment::from_millis(4_000_000_000_000);
/// How many tokens are asked about.
const SAMPLE: usize = 12;

async fn everyone_answers_alike(town: &Town) -> Result<(), String> {
    let tokens = town.tokens.lock().len();
    let closed = closed(town);
    for token in (0..SAMPLE).map(|_| town.dice.index(tokens)) {
        let mut said = Vec::with_capacity(NODES);
        for place in 0..NODES {
            said.push(town.introspect(place, token).await);
        }
        let clear = |said: &Said| matches!(said, Said::Active(_) | Said::Inactive);
        if !said.iter().all(clear) || said.iter().any(|other| *other != said[0]) {
            return Err(format!("about token {token} the nodes say {said:?}"));
        }
        if said[0] == Said::Inactive && !closed.contains(&token) {
            return Err(format!("token {token} is not good any more, and nobody closed it"));
        }
    }
    Ok(())
}

/// The tokens that anybody tried to close, with or without an answer.
fn closed(town: &Town) -> BTreeSet<Token> {
    let (sessions, tokens) = (town.sessions.lock(), town.tokens.lock());
    let lines = town.history.lines();
    let deeds = || {
        lines
            .iter()
            .filter_map(|line| if let Entry::Sent(_, _, deed) = &line.entry { Some(deed) } else { None })
    };
    let is_closed = |token: &Token| {
        let (session, app, _) = &tokens[*token];
        deeds().any(|deed| match deed {
            Deed::SignOut(other) | Deed::Revoke(other) => session == other,
            Deed::EndOthers(other) | Deed::Go(other) => sessions[*session].0 == sessions[*other].0,
            Deed::RevokeToken(other) => token == other,
            Deed::SuspendApp(other) => app == other,
            Deed::EndAll(other) | Deed::Suspend(other) | Deed::Erase(other) => sessions[*session].0 == *other,
            _ => false,
        })
    };
    (0..tokens.len()).filter(is_closed).collect()
}

async fn everyone_was_told(town: &Town) -> Result<(), String> {
    let events = town.memory.events_after(EventSeq(0), usize::MAX).await.unwrap();
    for (number, place) in town.places.iter().enumerate() {
        let Some(node) = place.node() else { return Err(format!("node {number} is not there")) };
        let told = node.told.lock().clone();
        let expected: Vec<_> = events.iter().map(|event| event.seq).filter(|seq| *seq > node.since).collect();
        let said: Vec<_> = told.iter().copied().filter(|seq| *seq > node.since).collect();
        if said != expected {
            return Err(format!("node {number} passed on {said:?} of the events {expected:?}"));
        }
    }
    Ok(())
}

async fn everyone_publishes_the_keys(town: &Town) -> Result<(), String> {
    let stored = town.memory.signing_keys().await.unwrap();
    let stored: BTreeSet<_> = stored.iter().map(|key| key.kid.as_str()).collect();
    for (number, place) in town.places.iter().enumerate() {
        let Some(node) = place.node() else { return Err(format!("node {number} is not there")) };
        let (_, set) = node.answer(Request::get("/oauth/jwks").body(Body::empty()).unwrap()).await;
        let published = set["keys"].as_array().into_iter().flatten().filter_map(|key| key["kid"].as_str());
        if published.collect::<BTreeSet<_>>() != stored {
            return Err(format!("node {number} does not publish the keys that are stored"));
        }
    }
    Ok(())
}

async fn nothing_belongs_to_the_dead(town: &Town) -> Result<(), String> {
    let nodes = town.memory.standing().await.unwrap().nodes;
    let members: BTreeSet<_> = nodes.iter().map(|node| node.id).collect();
    let there = || town.places.iter().filter_map(|place| place.node()?.live.membership());
    if there().map(|membership| membership.me).collect::<BTreeSet<_>>() != members {
        return Err(format!("written down are {members:?}"));
    }
    let page = Page { after: None, limit: usize::MAX };
    let pending = town.memory.deliveries(Some(DeliveryState::Pending), page).await.unwrap();
    let mut within_reach = BTreeSet::new();
    for member in members {
        let due = town.memory.deliveries_due(Some(member), FOREVER, usize::MAX).await.unwrap();
        within_reach.extend(due.into_iter().map(|delivery| delivery.id));
    }
    match pending.iter().find(|delivery| !within_reach.contains(&delivery.id)) {
        Some(delivery) => Err(format!("nobody delivers {} any more", delivery.id)),
        None => Ok(()),
    }
}
