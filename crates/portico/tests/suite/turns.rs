//! Decisions whose grounds keep changing get through.

use futures_util::future::join_all;
use portico_core::Change;
use portico_core::noun::wechat::{AppToken, AppTokenKind};

use crate::fixture::World;

const CALLERS: u32 = 16;
const CALLS: u32 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_that_change_one_row_again_and_again_all_get_through() {
    let world = World::new().await;
    let (house, app) = (&world.house, "org.example.taxi".parse().unwrap());
    let turn = || async {
        let current = house.live.store().app_token(&app, AppTokenKind::Fresh).await.unwrap();
        // Others get between the look and the commit, and who comes first has no turn to wait for.
        tokio::task::yield_now().await;
        let generation = current.map_or(1, |current| current.generation + 1);
        let since = world.now();
        let token =
            AppToken { app: app.clone(), kind: AppTokenKind::Fresh, generation, since, earlier: vec![] };
        Ok((vec![Change::AppTokenTurned(token)], ()))
    };
    let caller = |_| async {
        let mut refused = 0;
        for _ in 0..CALLS {
            refused += u32::from(house.decide(turn).await.is_err());
        }
        refused
    };
    let refused: u32 = join_all((0..CALLERS).map(caller)).await.into_iter().sum();
    assert_eq!(refused, 0);
    let last = house.live.store().app_token(&app, AppTokenKind::Fresh).await.unwrap().unwrap();
    assert_eq!(last.generation, CALLERS * CALLS);
}
