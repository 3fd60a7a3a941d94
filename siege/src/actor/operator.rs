//! The operator, who suspends an app and resumes it.

use super::close;
use crate::chance::Chance;
use crate::history::{How, Record, What};
use crate::requests;
use crate::world::World;
use std::rc::Rc;
use std::time::Duration;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long until a resumption that was not answered is sent again.
const AGAIN: Duration = Duration::from_millis(200);
/// After so long none that was not answered can still take effect: longer than any fault, and than what a
/// database has to do for a connection that was cut off.
const CERTAIN: Duration = Duration::from_secs(45);

/// Suspends and resumes this app in turn until the run's end.
pub(crate) async fn turn(world: Rc<World>, app: usize) {
    let chance = Chance::of(world.seed, 2_000 + app as u64);
    while world.is_at_work() {
        tokio::time::sleep(Duration::from_millis(chance.within(700..4_000))).await;
        let request = |node| call(&world, node, app, "suspend");
        let Some(closing) = close::close(&world, &chance, How::Suspended, request).await else { continue };
        world.closed(What::App(app), closing);
        tokio::time::sleep(Duration::from_millis(chance.within(100..2_500))).await;
        if !resume(&world, &chance, app).await {
            tokio::time::sleep(CERTAIN).await;
            world.record(Record::Certain(What::App(app)));
        }
    }
}

/// Resumes the app; false where a call went unanswered that may still take effect.
async fn resume(world: &World, chance: &Chance, app: usize) -> bool {
    let mut certain = true;
    world.record(Record::Opening(What::App(app), world.clock.now()));
    while world.is_there() {
        let node = chance.below(world.field.count());
        let (to, request) = call(world, node, app, "resume");
        if world.call(to, &request, PATIENCE).await.is_done() {
            break;
        }
        if certain {
            world.record(Record::Doubtful(What::App(app)));
        }
        certain = false;
        tokio::time::sleep(AGAIN).await;
    }
    certain
}

fn call(world: &World, node: usize, app: usize, deed: &str) -> (std::net::SocketAddr, bytes::Bytes) {
    let to = world.field.admin(node);
    (to, requests::operate(to, &world.admin_tokens[node], &format!("apps/{}/{deed}", world.apps[app].id)))
}
