//! A whole run: the field, everybody at work, the faults, the peace after them, and the verdict.

use crate::actor::{asker, listener, operator, person, receiver};
use crate::fault::Fault;
use crate::field::{Field, Plan, RECEIVER, clocks_can_be_set};
use crate::inflict;
use crate::options::Siege;
use crate::report::Report;
use crate::schedule::{Bounds, schedule};
use crate::setup;
use crate::world::{Phase, World};
use crate::{binary, say};
use portico_bench::Signer;
use portico_bench::failure::Outcome;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long everybody goes on working when everything is mended.
const AFTER_FAULTS: Duration = Duration::from_secs(3);
/// How long what is owed may take to come when nothing is wrong any more. A clock that was ahead may have put
/// a delivery off for as long as it jumped.
const PEACE: Duration = Duration::from_secs(100);
/// How long the last closing is asked about before it is over.
const LAST_QUESTIONS: Duration = Duration::from_secs(3);
/// How often it is looked whether all is well.
const LOOK: Duration = Duration::from_millis(200);

/// Carries it out and gives the report.
pub(crate) async fn run(options: &Siege) -> Outcome<Report> {
    let field = Field::lay(Plan {
        program: binary(options.server.as_deref())?,
        embedded: options.embedded,
        sync: !options.no_fsync,
        configuration: setup::CONFIGURATION.to_owned(),
    })?;
    let bounds = Bounds {
        nodes: field.count(),
        services: !options.embedded,
        clock: clocks_can_be_set(),
        length: Duration::from_secs(options.seconds).saturating_sub(AFTER_FAULTS),
    };
    let faults = schedule(options.seed, bounds);
    announce(options, bounds, &faults);
    for node in 0..field.count() {
        field.start(node).await?;
    }
    let receivers = receiver::bind((field.host(), RECEIVER).into()).await?;
    let signer = Signer::fresh(&field.issuer())?;
    let apps = setup::register(&field, &signer).await?;
    let world = Rc::new(World::new(options.seed, field, signer, apps)?);
    begin(&world, options, receivers);
    inflict::inflict(&world, faults).await;
    let rest =
        Duration::from_secs(options.seconds).saturating_sub(Duration::from_micros(world.clock.now().0));
    tokio::time::sleep(rest.max(AFTER_FAULTS)).await;
    world.phase.set(Phase::Peace);
    peace(&world).await;
    world.phase.set(Phase::Over);
    let report = Report::of(&world);
    if !report.is_clean() {
        world.field.keep_folder();
        say(&format!("logs: {} (until the next run)", world.field.folder().display()));
    }
    Ok(report)
}

fn announce(options: &Siege, bounds: Bounds, faults: &[Fault]) {
    let (nodes, seconds) = (bounds.nodes, options.seconds);
    say(&format!("seed {}, {seconds} s, {nodes} node(s), {} faults:", options.seed, faults.len()));
    faults.iter().for_each(|fault| say(&fault.to_string()));
    if !bounds.clock {
        say("no clock jumps: they take libfaketime (apt-get install faketime)");
    }
}

fn begin(world: &Rc<World>, options: &Siege, receivers: TcpListener) {
    tokio::task::spawn_local(watch(Rc::clone(world)));
    tokio::task::spawn_local(receiver::receive(Rc::clone(world), receivers));
    for place in 0..options.people {
        tokio::task::spawn_local(person::live(Rc::clone(world), place));
    }
    let askers = 3 * world.field.count();
    let share = f64::from(options.rate) / askers as f64;
    for asker in 0..askers {
        let node = asker % world.field.count();
        tokio::task::spawn_local(asker::ask(Rc::clone(world), node, 5_000 + asker as u64, share));
    }
    for (app, registered) in world.apps.iter().enumerate() {
        if registered.suspendable {
            tokio::task::spawn_local(operator::turn(Rc::clone(world), app));
        } else {
            tokio::task::spawn_local(listener::follow_feed(Rc::clone(world), app));
        }
    }
}

/// Complains of nodes that ended although nobody asked them to.
async fn watch(world: Rc<World>) {
    while world.is_there() {
        if let Some((node, words)) = world.field.ended_by_itself() {
            world.complain(format!("node {node} ended by itself: {words}"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until everything owed has come, or it has had time enough.
async fn peace(world: &World) {
    let begin = tokio::time::Instant::now();
    while begin.elapsed() < PEACE {
        tokio::time::sleep(LOOK).await;
        if begin.elapsed() > LAST_QUESTIONS && world.ledger.borrow().lost().is_empty() {
            return;
        }
    }
}
