//! The loop where several nodes deliver from one outbox.

use std::sync::atomic::AtomicBool;

use portico_core::id::NodeId;

use super::*;

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 16])
}

fn of(number: u8) -> OnDuty {
    Arc::new(move || Duty::Of(node(number)))
}

fn owned(n: u32, by: u8) -> Delivery {
    Delivery { owner: Some(node(by)), ..message(n, &format!("client-{n}")) }
}

#[tokio::test(start_paused = true)]
async fn two_nodes_make_each_delivery_once_and_leave_alone_what_another_has() {
    let free = (0..200).map(|n| message(n, &format!("client-{n}")));
    let shelf = shelf(free.chain([owned(901, 1), owned(902, 2), owned(903, 3)]));
    let ear = Ear::new(|_| Duration::from_millis(100), |_| Ok(200));
    let nodes = [1, 2].map(|me| run_as(&shelf, Numbers::default(), ear.clone(), of(me)));
    nodes[0].after(60).await;
    assert_eq!(ear.heard().len(), 202, "each once");
    assert_eq!(shelf.count(DeliveryState::Delivered), 202);
    assert_eq!(shelf.get(owned(903, 3).id), owned(903, 3));
    for running in nodes {
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_node_let_go_is_taken_up_within_seconds() {
    let (shelf, ear) = (shelf([owned(1, 3)]), Ear::quick(|_| Ok(200)));
    let running = run_as(&shelf, Numbers::default(), ear.clone(), of(1));
    running.after(30).await;
    assert!(ear.heard().is_empty());
    shelf.put(message(1, "client-1"));
    running.after(2).await;
    assert_eq!(ear.heard().len(), 1);
    assert_eq!(shelf.get(owned(1, 1).id).owner, Some(node(1)));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_node_that_enters_again_delivers_in_its_new_name() {
    let me = Arc::new(AtomicU32::new(1));
    let name = me.clone();
    let on_duty: OnDuty = Arc::new(move || Duty::Of(node(name.load(SeqCst) as u8)));
    let (shelf, ear) = (shelf([]), Ear::quick(|_| Ok(200)));
    let running = run_as(&shelf, Numbers::default(), ear.clone(), on_duty);
    me.store(2, SeqCst);
    running.queue(owned(1, 2));
    running.after(1).await;
    running.queue(owned(2, 1));
    running.after(10).await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_node_without_a_lease_sends_nothing_and_goes_on_when_it_is_back() {
    let holds = Arc::new(AtomicBool::new(false));
    let held = holds.clone();
    let on_duty: OnDuty = Arc::new(move || if held.load(SeqCst) { Duty::Of(node(1)) } else { Duty::None });
    let (shelf, ear) = (shelf([owned(1, 1)]), Ear::quick(|_| Ok(200)));
    let running = run_as(&shelf, Numbers::default(), ear.clone(), on_duty);
    running.after(10).await;
    assert!(ear.heard().is_empty());
    holds.store(true, SeqCst);
    running.after(1).await;
    assert_eq!(ear.heard().len(), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_was_made_by_a_node_now_gone_is_not_made_again() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    let outbox: Arc<Shelf> = shelf.clone();
    let stale = shelf.get(message(1, "taxi").id);
    shelf.put(Delivery { state: DeliveryState::Delivered, ..stale.clone() });
    let clock: Clock = Arc::new(|| START + Span::hours(1));
    let attempts =
        Attempts { outbox, compose: Arc::new(Numbers::default()), post: ear.clone(), clock, on_duty: of(1) };
    assert_eq!(attempts.make(stale, Duty::Of(node(1))).await, Landed::Dropped);
    assert!(ear.heard().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_came_of_an_attempt_is_not_written_over_what_another_node_has_done() {
    let ear = Ear::new(|_| Duration::from_secs(5), |_| Ok(503));
    let shelf = shelf([owned(1, 1)]);
    let running = run_as(&shelf, Numbers::default(), ear.clone(), of(1));
    running.after(1).await;
    let elsewhere = Delivery { state: DeliveryState::Delivered, ..owned(1, 2) };
    shelf.put(elsewhere.clone());
    running.after(30).await;
    assert_eq!(shelf.get(elsewhere.id), elsewhere);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn at_start_a_node_brings_forward_what_it_can_have_and_nothing_of_others() {
    let later = START + Span::hours(1);
    let waiting = |delivery| Delivery { attempts: 3, next_at: later, ..delivery };
    let others = waiting(owned(2, 2));
    let shelf = shelf([waiting(message(1, "taxi")), others.clone()]);
    let ear = Ear::quick(|_| Ok(200));
    let running = run_as(&shelf, Numbers::default(), ear.clone(), of(1));
    running.after(2).await;
    assert_eq!(ear.heard().len(), 1);
    assert_eq!(shelf.get(others.id), others);
    running.stop().await;
}
