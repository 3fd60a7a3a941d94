//! A person: signs in, launches, withdraws, grants again, and leaves in one of the ways there are.

use super::close;
use super::launch::{self, Launched, Session};
use super::listener;
use crate::chance::Chance;
use crate::history::{How, Scopes};
use crate::pool::Watched;
use crate::world::World;
use std::rc::Rc;
use std::time::Duration;

/// How far apart the numbers of one place's people are.
const PLACES: u32 = 1_000;

/// What a person did next.
#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    /// What an app may see is not known any more.
    Leave,
}

/// Lives one life after the other in this place until the run's end.
pub(crate) async fn live(world: Rc<World>, place: u32) {
    let chance = Chance::of(world.seed, 1_000 + u64::from(place));
    let mut person = place;
    while let Some(session) = launch::sign_in(&world, &chance, person).await {
        let session = Rc::new(session);
        if session.has_stream {
            tokio::task::spawn_local(listener::follow_session(Rc::clone(&world), Rc::clone(&session)));
        }
        let next = visit(&world, &chance, &session).await;
        let how = way_out(&chance);
        let ended = close::end(&world, &chance, &session, how).await;
        if next == Next::Leave || how == How::Erased || !ended {
            person += PLACES;
        }
    }
}

fn way_out(chance: &Chance) -> How {
    match chance.within(0..100) {
        0..45 => How::SignedOut,
        45..75 => How::RefreshRevoked,
        75..90 => How::SessionsEnded,
        _ => How::Erased,
    }
}

/// Uses one or two apps for a while.
async fn visit(world: &Rc<World>, chance: &Chance, session: &Session) -> Next {
    let first = chance.below(world.apps.len());
    let second = chance.below(world.apps.len());
    for app in [first, second].into_iter().take(1 + chance.below(2)) {
        let mut at = launch::launch(world, chance, session, app, chance.percent(50)).await;
        for _ in 0..chance.below(4) {
            let (watched, scopes) = match at {
                Launched::Running(watched, scopes) => (watched, scopes),
                Launched::Refused => break,
                Launched::Doubtful => return Next::Leave,
            };
            tokio::time::sleep(Duration::from_millis(chance.within(20..400))).await;
            at = match use_app(world, chance, session, &watched, scopes).await {
                Some(next) => next,
                None => return Next::Leave,
            };
        }
        if matches!(at, Launched::Doubtful) {
            return Next::Leave;
        }
    }
    tokio::time::sleep(Duration::from_millis(chance.within(20..600))).await;
    Next::Stay
}

/// Withdraws something, or revokes the token, or does nothing, and launches again; none where a withdrawal was
/// refused.
async fn use_app(
    world: &Rc<World>,
    chance: &Chance,
    session: &Session,
    watched: &Watched,
    granted: Scopes,
) -> Option<Launched> {
    let mut again = false;
    if granted != Scopes(0) && chance.percent(60) {
        let keep =
            granted.each().filter(|_| chance.percent(33)).fold(Scopes(0), |all, one| Scopes(all.0 | one.0));
        if keep != granted && !close::withdraw(world, chance, session, watched, (granted, keep)).await {
            return None;
        }
        again = chance.percent(70);
    } else if chance.percent(40) && !world.apps[watched.app].suspendable {
        close::revoke_token(world, chance, watched).await;
    } else {
        again = granted == Scopes(0);
    }
    Some(launch::launch(world, chance, session, watched.app, again).await)
}
