//! The outbox of logout messages.

use portico_core::Change;
use portico_core::id::NodeId;
use portico_core::noun::delivery::{DataEvent, DataEventKind, Delivery, DeliveryState, Told};

use super::house::House;
use super::value::{at, delivery, delivery_id};
use crate::{CommitError, Page};

/// A message of either kind, by turns.
fn queued(house: &House, number: u32) -> Delivery {
    let logout = delivery(number, &house.app, house.user, house.session);
    let kind = DataEventKind::Revoked;
    let event = DataEvent { kind, info: 6, open_id: vec![0, 200, 7], union_id: true };
    if number.is_multiple_of(2) { Delivery { what: Told::Data(event), ..logout } } else { logout }
}

fn tried(number: u32, when: i64, state: DeliveryState) -> Change {
    let error = (state != DeliveryState::Delivered).then(|| "refused: 500".to_owned());
    Change::DeliveryTried { delivery: delivery_id(number), attempts: 1, next_at: at(when), state, error }
}

pub(super) async fn a_delivery_is_due_in_the_order_of_its_time(house: House) {
    let store = &house.store;
    assert_eq!(store.next_delivery_at(None).await, Ok(None));
    let queue = [30, 10, 20].map(|number| Change::DeliveryQueued(queued(&house, number)));
    house.done(queue.to_vec()).await;
    assert_eq!(store.next_delivery_at(None).await, Ok(Some(at(10))));
    assert_eq!(store.deliveries_due(None, at(9), 10).await, Ok(vec![]));
    let due = store.deliveries_due(None, at(20), 10).await;
    assert_eq!(due, Ok(vec![queued(&house, 10), queued(&house, 20)]));
    assert_eq!(store.deliveries_due(None, at(99), 1).await, Ok(vec![queued(&house, 10)]));
}

pub(super) async fn a_delivery_that_was_tried_stands_where_it_was_put(house: House) {
    let store = &house.store;
    let queue = [1, 2, 3].map(|number| Change::DeliveryQueued(queued(&house, number)));
    house.done(queue.to_vec()).await;
    house.done(vec![tried(1, 70, DeliveryState::Pending)]).await;
    house.done(vec![tried(2, 0, DeliveryState::Delivered), tried(3, 0, DeliveryState::Failed)]).await;
    let error = Some("refused: 500".to_owned());
    let again = Delivery { attempts: 1, next_at: at(70), last_error: error, ..queued(&house, 1) };
    assert_eq!(store.delivery(delivery_id(1)).await, Ok(Some(again.clone())));
    assert_eq!(store.next_delivery_at(None).await, Ok(Some(at(70))));
    assert_eq!(store.deliveries_due(None, at(99), 10).await, Ok(vec![again]));
    house.done(vec![tried(3, 5, DeliveryState::Pending)]).await;
    assert_eq!(store.next_delivery_at(None).await, Ok(Some(at(5))));
    assert_eq!(store.delivery(delivery_id(4)).await, Ok(None));
}

pub(super) async fn deliveries_come_in_pages_complete_and_in_order(house: House) {
    let queue = (1..=9).rev().map(|number| Change::DeliveryQueued(queued(&house, number)));
    house.done(queue.collect()).await;
    house.done([2, 5, 6].map(|number| tried(number, 0, DeliveryState::Failed)).to_vec()).await;
    let pages = |state: Option<DeliveryState>| {
        let store = house.store.clone();
        async move {
            let mut all = Vec::new();
            loop {
                let page = Page { after: all.last().copied(), limit: 2 };
                let next = store.deliveries(state, page).await.unwrap();
                assert!(next.len() <= 2);
                if next.is_empty() {
                    return all;
                }
                all.extend(next.into_iter().map(|delivery| delivery.id));
            }
        }
    };
    assert_eq!(pages(None).await, (1..=9).map(delivery_id).collect::<Vec<_>>());
    assert_eq!(pages(Some(DeliveryState::Failed)).await, [2, 5, 6].map(delivery_id));
    assert_eq!(pages(Some(DeliveryState::Delivered)).await, []);
    assert_eq!(pages(Some(DeliveryState::Pending)).await, [1, 3, 4, 7, 8, 9].map(delivery_id));
}

pub(super) async fn waiting_deliveries_are_counted_up_to_a_bound(house: House) {
    let store = &house.store;
    assert_eq!(store.deliveries_waiting(10).await, Ok(0));
    let queue = (1..=5).map(|number| Change::DeliveryQueued(queued(&house, number)));
    house.done(queue.collect()).await;
    house.done(vec![tried(1, 0, DeliveryState::Delivered), tried(2, 0, DeliveryState::Failed)]).await;
    assert_eq!(store.deliveries_waiting(10).await, Ok(3));
    assert_eq!(store.deliveries_waiting(2).await, Ok(2));
}

pub(super) async fn who_is_not_written_down_as_a_node_has_no_delivery(house: House) {
    let stranger = NodeId::from_bytes([0xee; 16]);
    let owned = Delivery { owner: Some(stranger), ..queued(&house, 10) };
    house.done(vec![Change::DeliveryQueued(owned)]).await;
    assert_eq!(house.store.deliveries_due(None, at(99), 10).await, Ok(vec![queued(&house, 10)]));
    let claimed = Change::DeliveryClaimed { delivery: delivery_id(10), by: stranger };
    assert_eq!(house.refused(vec![claimed]).await, CommitError::Conflict);
    assert_eq!(house.store.delivery(delivery_id(10)).await, Ok(Some(queued(&house, 10))));
}
