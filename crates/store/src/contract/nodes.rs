//! What an engine that several nodes share promises besides: [`crate::Nodes`].

use std::sync::Arc;

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::id::{ClosingSeq, EventSeq, NodeId};
use portico_core::moment::Moment;
use portico_core::noun::closing::Closing;
use portico_core::noun::delivery::DeliveryState;
use portico_core::noun::event::Happening;
use portico_core::noun::node::Node;

use super::house::House;
use super::value::{at, delivery, delivery_id, session_id, user_id};
use crate::{CommitError, SharedStore};

/// A node of this number.
fn node(number: u8, entered: i64) -> Node {
    let id = NodeId::from_bytes([number; 16]);
    let (name, version) = (format!("node-{number}"), "0.1.0".to_owned());
    // Those of a version before do not say.
    let issuer = (number != 2).then(|| format!("https://id-{number}.example"));
    let gateway = number == 2;
    Node { id, name, version, issuer, gateway, entered_at: at(entered), renewals: 0 }
}

fn closed(number: u32) -> Change {
    Change::Closed { at: at(i64::from(number)), what: what(number) }
}

fn what(number: u32) -> Closing {
    Closing { sessions: vec![session_id(number)], people: vec![user_id(number)], ..Closing::default() }
}

fn told() -> Change {
    Change::Happened { at: at(1), what: Happening::KeysRotated }
}

/// Runs every case on stores that `fresh` makes, each empty.
pub async fn run<S: SharedStore + 'static>(mut fresh: impl AsyncFnMut() -> Arc<S>) {
    nodes_are_listed_eldest_first_and_count_their_renewals(&*fresh().await).await;
    a_node_is_struck_out_only_if_it_has_renewed_just_so_often(&*fresh().await).await;
    a_delivery_is_seen_by_the_node_that_has_it_alone(fresh().await).await;
    of_sixteen_nodes_that_claim_a_delivery_one_has_it(fresh().await).await;
    a_node_that_is_struck_out_lets_go_of_its_deliveries(fresh().await).await;
    closings_are_numbered_in_the_order_of_their_commits_without_gaps(fresh().await).await;
    a_refused_list_takes_no_number(fresh().await).await;
    closings_read_back_and_are_swept_with_their_time(fresh().await).await;
}

async fn nodes_are_listed_eldest_first_and_count_their_renewals(store: &dyn SharedStore) {
    let standing = store.enter(&node(1, 50)).await.unwrap();
    assert_eq!(standing.nodes, [node(1, 50)]);
    assert_eq!((standing.closings, standing.events), (ClosingSeq(0), EventSeq(0)));
    store.enter(&node(2, 10)).await.unwrap();
    let standing = store.renew(node(1, 0).id).await.unwrap().unwrap();
    assert_eq!(standing.nodes, [node(2, 10), Node { renewals: 1, ..node(1, 50) }]);
    assert_eq!(store.standing().await.unwrap(), standing);
    assert_eq!(store.renew(node(3, 0).id).await.unwrap(), None);
}

async fn a_node_is_struck_out_only_if_it_has_renewed_just_so_often(store: &dyn SharedStore) {
    store.enter(&node(1, 1)).await.unwrap();
    store.enter(&node(2, 2)).await.unwrap();
    store.renew(node(1, 1).id).await.unwrap();
    assert!(!store.leave(node(1, 1).id, 0).await.unwrap());
    assert!(store.leave(node(1, 1).id, 1).await.unwrap());
    assert!(!store.leave(node(1, 1).id, 1).await.unwrap());
    assert_eq!(store.renew(node(1, 1).id).await.unwrap(), None);
    assert_eq!(store.standing().await.unwrap().nodes, [node(2, 2)]);
}

async fn a_delivery_is_seen_by_the_node_that_has_it_alone<S: SharedStore + 'static>(store: Arc<S>) {
    let house = House::furnish(store.clone()).await;
    let (one, other) = (node(1, 1), node(2, 2));
    store.enter(&one).await.unwrap();
    store.enter(&other).await.unwrap();
    let free = delivery(20, &house.app, house.user, house.session);
    let mut owned = delivery(10, &house.app, house.user, house.session);
    owned.owner = Some(one.id);
    house.done(vec![Change::DeliveryQueued(owned.clone()), Change::DeliveryQueued(free.clone())]).await;
    assert_eq!(store.delivery(delivery_id(10)).await, Ok(Some(owned.clone())));
    assert_eq!(store.deliveries_due(Some(one.id), at(99), 10).await, Ok(vec![owned, free.clone()]));
    for by in [Some(other.id), None] {
        assert_eq!(store.deliveries_due(by, at(99), 10).await, Ok(vec![free.clone()]));
        assert_eq!(store.next_delivery_at(by).await, Ok(Some(at(20))));
    }
    assert_eq!(store.next_delivery_at(Some(one.id)).await, Ok(Some(at(10))));
}

async fn of_sixteen_nodes_that_claim_a_delivery_one_has_it<S: SharedStore + 'static>(store: Arc<S>) {
    let house = House::furnish(store.clone()).await;
    let nodes: Vec<_> = (0..16).map(|number| node(number, 1)).collect();
    for node in &nodes {
        store.enter(node).await.unwrap();
    }
    let waiting = delivery(1, &house.app, house.user, house.session);
    house.done(vec![Change::DeliveryQueued(waiting)]).await;
    let claim = |by: NodeId, number| Change::DeliveryClaimed { delivery: delivery_id(number), by };
    let lists = |number: u32| vec![claim(nodes[number as usize].id, 1)];
    let owner = nodes[house.one_of_sixteen(lists, CommitError::Conflict).await as usize].id;
    assert_eq!(store.delivery(delivery_id(1)).await.unwrap().unwrap().owner, Some(owner));
    house.done(vec![claim(owner, 1)]).await;
    let (state, error) = (DeliveryState::Pending, None);
    let tried =
        Change::DeliveryTried { delivery: delivery_id(1), attempts: 1, next_at: at(70), state, error };
    house.done(vec![tried]).await;
    assert_eq!(store.delivery(delivery_id(1)).await.unwrap().unwrap().owner, Some(owner));
    assert_eq!(house.refused(vec![claim(owner, 9)]).await, CommitError::Conflict);
}

async fn a_node_that_is_struck_out_lets_go_of_its_deliveries<S: SharedStore + 'static>(store: Arc<S>) {
    let house = House::furnish(store.clone()).await;
    let (one, other) = (node(1, 1), node(2, 2));
    store.enter(&one).await.unwrap();
    store.enter(&other).await.unwrap();
    let owned = |number, by: &Node| {
        let mut delivery = delivery(number, &house.app, house.user, house.session);
        delivery.owner = Some(by.id);
        Change::DeliveryQueued(delivery)
    };
    house.done(vec![owned(1, &one), owned(2, &other)]).await;
    assert!(store.leave(one.id, 0).await.unwrap());
    assert_eq!(store.delivery(delivery_id(1)).await.unwrap().unwrap().owner, None);
    assert_eq!(store.delivery(delivery_id(2)).await.unwrap().unwrap().owner, Some(other.id));
    assert_eq!(store.deliveries_due(Some(other.id), at(99), 10).await.unwrap().len(), 2);
}

async fn closings_are_numbered_in_the_order_of_their_commits_without_gaps<S: SharedStore + 'static>(
    store: Arc<S>,
) {
    let house = House::furnish(store.clone()).await;
    let before = store.standing().await.unwrap();
    let watching = store.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    // However commits meet, no number is seen before a smaller one.
    let watch = tokio::spawn(async move {
        loop {
            let last = watching.standing().await.unwrap().closings;
            let lines = watching.closings_after(ClosingSeq(0), 1000).await.unwrap();
            let seqs: Vec<_> = lines.iter().map(|(seq, _)| seq.0).collect();
            assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
            assert!(seqs.len() as u64 >= last.0);
            if stopped.try_recv().is_ok() {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    let lists = (1..=16).map(|number| vec![told(), closed(number), told()]).collect();
    let mut given: Vec<_> =
        house.race(lists).await.into_iter().map(|result| result.unwrap().closing.unwrap().0).collect();
    given.sort_unstable();
    assert_eq!(given, (1..=16).collect::<Vec<_>>());
    stop.send(()).unwrap();
    watch.await.unwrap();
    let standing = store.standing().await.unwrap();
    assert_eq!(standing.closings, ClosingSeq(16));
    assert_eq!(standing.events.0, before.events.0 + 32);
}

async fn a_refused_list_takes_no_number<S: SharedStore + 'static>(store: Arc<S>) {
    let house = House::furnish(store.clone()).await;
    let refused = vec![closed(1), told(), Change::PersonHeld { user: user_id(99) }];
    assert_eq!(house.refused(refused).await, CommitError::Conflict);
    let committed = house.done(vec![closed(2), told()]).await;
    assert_eq!(committed.closing, Some(ClosingSeq(1)));
    assert_eq!(committed.events.len(), 1);
    assert_eq!(house.done(vec![told()]).await.closing, None);
}

async fn closings_read_back_and_are_swept_with_their_time<S: SharedStore + 'static>(store: Arc<S>) {
    let house = House::furnish(store.clone()).await;
    for number in [1, 2, 3] {
        house.done(vec![closed(number)]).await;
    }
    let read = async |after| store.closings_after(ClosingSeq(after), 2).await.unwrap();
    assert_eq!(read(0).await, [(ClosingSeq(1), what(1)), (ClosingSeq(2), what(2))]);
    assert_eq!(read(2).await, [(ClosingSeq(3), what(3))]);
    let never = Moment::from_millis(0);
    let sweep =
        Sweep { spent_before: never, expired_before: never, events_before: at(3), ended_before: never };
    house.done(vec![Change::Swept(sweep)]).await;
    assert_eq!(read(0).await, [(ClosingSeq(3), what(3))]);
    assert_eq!(house.done(vec![closed(4)]).await.closing, Some(ClosingSeq(4)));
    assert_eq!(store.standing().await.unwrap().closings, ClosingSeq(4));
}
