//! Last uses are written down in bounded lists.

use std::sync::Arc;

use portico_core::Change;
use portico_core::id::{SessionId, UserId};
use portico_core::moment::Span;
use portico_core::rule::sign_in;
use portico_store::{Commit, Read};

use crate::fixture::{Counting, HOST, World};

/// As many as are written down in one list.
const LIST: usize = 200;
const USED: u128 = 2 * LIST as u128 + 50;

/// A world in which this many sessions were used, each in an app, and nothing is written down yet.
async fn used() -> (Arc<Counting>, World) {
    let store = Arc::new(Counting::default());
    let world = World::over(store.clone()).await;
    let live = &world.house.live;
    let limits = live.settings().sessions;
    let begin = |number: u128| sign_in::Begin {
        id: SessionId::from_bytes(number.to_be_bytes()),
        user: UserId::from_bytes(number.to_be_bytes()),
        client: HOST.parse().unwrap(),
        method: "pwd".to_owned(),
        sealed_label: vec![],
        cookie_digest: None,
    };
    let sessions: Vec<_> =
        (0..USED).map(|number| sign_in::begin(begin(number), &limits, world.now()).0).collect();
    store.commit(sessions.iter().cloned().map(Change::SessionStarted).collect()).await.unwrap();
    world.pass(Span::days(1));
    // The last one is used first: the order is not that of the uses.
    for session in sessions.iter().rev() {
        live.touch(&live.session(session.id).await.unwrap().unwrap());
        live.app_used(session.user, &"org.example.taxi".parse().unwrap());
    }
    store.lists();
    (store, world)
}

/// The session or the person of a last use.
fn whose(change: &Change) -> u128 {
    u128::from_be_bytes(match change {
        Change::SessionTouched { session, .. } => *session.as_bytes(),
        Change::AppUsed { user, .. } => *user.as_bytes(),
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn a_list_holds_no_more_than_two_hundred_and_they_are_in_the_order_of_ids() {
    let (store, world) = used().await;
    world.house.live.flush().await.unwrap();
    let lists = store.lists();
    assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [LIST, LIST, 50, LIST, LIST, 50]);
    let (sessions, apps) = lists.split_at(3);
    for kind in [sessions, apps] {
        assert!(kind.concat().iter().map(whose).eq(0..USED));
    }
    world.house.live.flush().await.unwrap();
    assert_eq!(store.lists(), [] as [Vec<Change>; 0], "once is enough");
}

#[tokio::test]
async fn what_cannot_be_written_now_is_written_later_and_nothing_twice() {
    for taken in 0..6 {
        let (store, world) = used().await;
        let live = &world.house.live;
        store.take_only(Some(taken));
        assert!(live.flush().await.is_err());
        store.take_only(None);
        live.flush().await.unwrap();
        let written = store.lists().concat();
        assert_eq!(written.len(), 2 * USED as usize, "{taken} lists were taken at first");
        let last = SessionId::from_bytes((USED - 1).to_be_bytes());
        assert_eq!(store.session(last).await.unwrap().unwrap().used_at, world.now());
    }
}
