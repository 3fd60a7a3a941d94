//! Those who ask whether tokens are good.

use super::launch::{self, Session};
use crate::chance::Chance;
use crate::history::{Answer, Manner, Question, Record, SCOPES, Scopes};
use crate::pool::Watched;
use crate::requests;
use crate::world::{Called, World};
use std::rc::Rc;
use std::time::Duration;

/// How long an answer may take: longer than any pause, since a node that wakes up must not answer as if it
/// had not slept.
const PATIENCE: Duration = Duration::from_secs(15);
/// The pause after an answer that was none.
const BREATH: Duration = Duration::from_millis(30);
/// The claim that each scope opens.
const CLAIMS: [&str; SCOPES.len()] = ["name", "email"];

/// Asks one node about one token after the other until the end, at most so many times a second.
pub(crate) async fn ask(world: Rc<World>, node: usize, purpose: u64, per_second: f64) {
    let chance = Chance::of(world.seed, purpose);
    let step = Duration::from_secs_f64(1.0 / per_second);
    let mut due = tokio::time::Instant::now();
    while world.is_there() {
        tokio::time::sleep_until(due).await;
        // What was missed in a pause is not made up for.
        due = (due + step).max(tokio::time::Instant::now());
        let watched = world.pool.borrow_mut().pick(&chance, world.clock.now());
        let Some(watched) = watched else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let manner = if chance.percent(12) { Manner::Revealed } else { Manner::Introspected };
        match question(&world, node, &watched, manner).await {
            Answer::Unavailable | Answer::Lost => tokio::time::sleep(BREATH).await,
            Answer::Active(_) | Answer::Inactive => {}
        }
    }
}

/// Asks every node about this token at once, in tasks of their own.
pub(crate) fn probe(world: &Rc<World>, watched: &Watched) {
    for node in 0..world.field.count() {
        for manner in [Manner::Introspected, Manner::Revealed] {
            let (world, watched) = (Rc::clone(world), watched.clone());
            tokio::task::spawn_local(async move { question(&world, node, &watched, manner).await });
        }
    }
}

/// Tries to launch in a session that is over, at every node at once, in tasks of their own.
pub(crate) fn try_launch(world: &Rc<World>, session: &Session) {
    let over = Rc::new(Session {
        access: session.access.clone(),
        refresh: String::new(),
        followed_since: Default::default(),
        tokens: Default::default(),
        entered: Default::default(),
        ..*session
    });
    for node in 0..world.field.count() {
        let (world, over) = (Rc::clone(world), Rc::clone(&over));
        tokio::task::spawn_local(async move {
            let to = world.field.public(node);
            let request = requests::launch(to, &world.apps[0], &over.access, false);
            let called = world.call(to, &request, PATIENCE).await;
            if called.is_done() {
                launch::launched(&world, &over, 0, node, &called);
            }
        });
    }
}

async fn question(world: &World, node: usize, watched: &Watched, manner: Manner) -> Answer {
    let to = world.field.public(node);
    let request = match manner {
        Manner::Revealed => requests::reveal(to, &watched.text),
        _ => requests::introspect(to, &world.apps[watched.app], &watched.text),
    };
    let called = world.call(to, &request, PATIENCE).await;
    let answer = read(&called, manner);
    let (token, sent, at) = (watched.number, called.sent, called.at);
    world.record(Record::Asked(Question { token, manner, node, sent, at, answer }));
    answer
}

fn read(called: &Called, manner: Manner) -> Answer {
    let Some((status, body)) = &called.answer else { return Answer::Lost };
    match status {
        200 if manner == Manner::Revealed => {
            let shown = |bit: usize| u8::from(body.get(CLAIMS[bit]).is_some()) << bit;
            Answer::Active(Scopes((0..CLAIMS.len()).map(shown).sum()))
        }
        200 if body["active"] == true => {
            Answer::Active(Scopes::read(body["scope"].as_str().unwrap_or_default()))
        }
        // An app that is suspended may not even ask.
        200 | 400 | 401 | 403 => Answer::Inactive,
        _ => Answer::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;
    use serde_json::json;

    #[test]
    fn answers_are_read_for_what_they_grant() {
        let called = |answer| Called { sent: Time(0), at: Time(1), answer };
        let reply = |status, body| called(Some((status, body)));
        let introspected = |status, body| read(&reply(status, body), Manner::Introspected);
        let scope = json!({ "active": true, "scope": "openid email.verified" });
        assert_eq!(introspected(200, scope), Answer::Active(Scopes(2)));
        assert_eq!(introspected(200, json!({ "active": false })), Answer::Inactive);
        assert_eq!(introspected(401, json!({})), Answer::Inactive);
        assert_eq!(introspected(503, json!({})), Answer::Unavailable);
        assert_eq!(read(&called(None), Manner::Introspected), Answer::Lost);
        let shown = reply(200, json!({ "sub": "x", "name": "N", "email": "e" }));
        assert_eq!(read(&shown, Manner::Revealed), Answer::Active(Scopes(3)));
    }
}
