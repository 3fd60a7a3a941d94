//! What is checked, and that the check finds what is broken on purpose.

use stateright::{Checker, Model};

use super::call::How;
use super::{Ask, Flaw, Phase, Protocol, Role, Shown, World};

/// Asked to close something, never what is open.
const CALLER: Role = Role { renewals: 0, asked: false, watches: false };
/// Counts how often the others renew besides.
const WATCHER: Role = Role { renewals: 1, watches: true, ..CALLER };
/// Answers from memory.
const HOLDER: Role = Role { renewals: 2, asked: true, watches: false };
/// Answers from memory under one lease.
const ONCE: Role = Role { renewals: 1, ..HOLDER };

const ACKNOWLEDGED: (&str, Shown) =
    ("a closing is acknowledged", |_, world| world.was_answered(How::Acknowledged));
const WAITED_OUT: (&str, Shown) =
    ("a closing waits for every lease", |_, world| world.was_answered(How::WaitedOut));
const NOT_AWAITED: (&str, Shown) = ("a node that stood still is not waited for", |_, world| {
    world.was_answered(How::NobodyAwaited) && world.store.written.len() == world.nodes.len()
});
const LET_GO: (&str, Shown) =
    ("a node that stands still is let go while it is waited for", |_, world| world.was_answered(How::LetGo));
const RENEWED: (&str, Shown) = ("memory answers after a renewal", |_, world| {
    let counted = |id| world.store.written.get(&id).is_some_and(|renewals| *renewals > 1);
    world.nodes.iter().any(|node| node.answers() && counted(node.id()))
});
const CAME_BACK: (&str, Shown) = ("a node that was struck out comes back and answers", |_, world| {
    world.nodes.iter().any(|node| node.answers() && node.times > 0)
});
const FILL_DROPPED: (&str, Shown) =
    ("a fill is dropped", |_, world| world.nodes.iter().any(|node| node.fills.values().any(|clean| !clean)));
const REPEATED: (&str, Shown) = ("a repeated call answers for one that died", |_, world| {
    world.calls.iter().any(|call| call.phase == Phase::Dead) && world.was_answered(How::Acknowledged)
});
const LEFT: (&str, Shown) = ("a node leaves while its renewal is under way", |_, world| {
    world.nodes.iter().any(|node| node.gone && node.is_renewing())
});

impl World {
    fn was_answered(&self, how: How) -> bool {
        self.calls.iter().any(|call| call.phase == Phase::Answered(how))
    }
}

/// One node closes something and another holds it.
fn pair() -> Protocol {
    let shown = vec![ACKNOWLEDGED, WAITED_OUT, NOT_AWAITED, LET_GO, RENEWED, FILL_DROPPED];
    Protocol {
        nodes: vec![WATCHER, HOLDER],
        calls: vec![(0, Ask::Close)],
        apart: 1,
        crashes: 0,
        leaves: 0,
        flaws: vec![],
        shown,
    }
}

/// The node that closes is there long enough to strike the other out.
fn striking() -> Protocol {
    let watcher = Role { renewals: 2, ..WATCHER };
    Protocol { nodes: vec![watcher, ONCE], shown: vec![CAME_BACK, NOT_AWAITED], ..pair() }
}

/// The node that closes may crash, and the call is repeated there.
fn crashing() -> Protocol {
    let calls = vec![(0, Ask::Close), (0, Ask::Repeat)];
    Protocol { nodes: vec![CALLER, ONCE], calls, apart: 0, crashes: 1, shown: vec![REPEATED], ..pair() }
}

/// The call is repeated at another node, while the first may not have dropped what it closed.
fn repeated_elsewhere() -> Protocol {
    let calls = vec![(0, Ask::Close), (1, Ask::Repeat)];
    Protocol { nodes: vec![ONCE, CALLER], calls, apart: 0, shown: vec![ACKNOWLEDGED, WAITED_OUT], ..pair() }
}

/// Two nodes close something, and the second answers for the first as well.
fn twice() -> Protocol {
    let calls = vec![(0, Ask::Close), (1, Ask::Close)];
    Protocol { nodes: vec![ONCE, CALLER], calls, apart: 0, shown: vec![ACKNOWLEDGED, WAITED_OUT], ..pair() }
}

/// The node that holds something leaves.
fn leaving() -> Protocol {
    Protocol { nodes: vec![CALLER, HOLDER], leaves: 1, shown: vec![LEFT], ..pair() }
}

/// Follows every path to its end.
fn keeps(protocol: Protocol) {
    let checker = protocol.checker().spawn_bfs().join();
    checker.assert_properties();
}

/// Follows the shortest paths first, until one ends in a wrong answer.
fn fails(protocol: Protocol) {
    let checker = Protocol { shown: vec![], ..protocol }.checker().spawn_bfs().join();
    checker.assert_any_discovery("the closing rule");
}

fn with(protocol: Protocol, flaws: &[Flaw]) -> Protocol {
    Protocol { flaws: flaws.to_vec(), ..protocol }
}

#[test]
fn a_closing_is_kept_however_steps_meet() {
    keeps(pair());
}

#[test]
fn a_closing_is_kept_while_a_node_is_struck_out_and_comes_back() {
    keeps(striking());
}

#[test]
fn a_closing_is_kept_when_a_node_crashes_and_the_call_is_repeated() {
    keeps(crashing());
}

#[test]
fn a_call_repeated_at_another_node_waits_as_the_first_does() {
    keeps(repeated_elsewhere());
    keeps(Protocol { nodes: vec![CALLER, ONCE], ..repeated_elsewhere() });
}

#[test]
fn a_later_closing_answers_for_the_earlier_ones() {
    keeps(twice());
}

#[test]
fn a_closing_is_kept_while_a_node_leaves() {
    keeps(leaving());
}

#[test]
#[ignore = "minutes long: cargo xtask soak"]
fn a_closing_is_kept_among_three_nodes() {
    let shown = vec![ACKNOWLEDGED, WAITED_OUT, FILL_DROPPED];
    keeps(Protocol { nodes: vec![CALLER, ONCE, ONCE], apart: 0, shown, ..pair() });
}

#[test]
fn a_fill_that_races_a_drop_must_not_be_kept() {
    fails(with(pair(), &[Flaw::RacedFillKept]));
}

#[test]
fn a_lease_must_not_be_counted_from_the_reply() {
    fails(with(pair(), &[Flaw::CountedFromReply]));
}

#[test]
fn a_renewal_is_counted_before_it_reads_or_memory_is_emptied_and_one_of_them_is_enough() {
    fails(with(pair(), &[Flaw::ReadBeforeCounted, Flaw::MemoryKept]));
    keeps(with(pair(), &[Flaw::ReadBeforeCounted]));
    keeps(with(pair(), &[Flaw::MemoryKept]));
}

#[test]
fn whoever_waits_for_leases_needs_the_margin() {
    fails(with(pair(), &[Flaw::NoMargin]));
}

#[test]
fn clocks_that_run_apart_by_more_than_the_margin_are_not_defended_against() {
    fails(Protocol { apart: 2, ..pair() });
}

#[test]
fn a_closing_must_not_be_acknowledged_before_it_is_dropped() {
    fails(with(pair(), &[Flaw::AcknowledgedFirst]));
}

#[test]
fn a_repeated_call_must_not_answer_at_once() {
    fails(with(crashing(), &[Flaw::RepeatedAtOnce]));
}

#[test]
fn an_acknowledgement_must_speak_for_the_earlier_closings_too() {
    fails(with(twice(), &[Flaw::AcknowledgedAlone]));
}

#[test]
fn a_renewal_under_way_must_not_give_a_node_its_lease_back_that_has_left() {
    fails(with(leaving(), &[Flaw::BackAfterLeaving]));
}

#[test]
fn a_node_that_has_renewed_since_must_not_be_struck_out() {
    fails(with(striking(), &[Flaw::StruckOutBlindly]));
}

#[test]
fn a_node_that_has_renewed_since_must_not_be_let_go() {
    fails(with(pair(), &[Flaw::RenewedIsEnough]));
}
