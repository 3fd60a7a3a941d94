#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use portico_core::id::{ClientId, SessionId, UserId};
use portico_core::moment::Span;
use portico_core::noun::delivery::DeliveryState;
use portico_core::rule::deliver::queue;
use tokio::task::JoinHandle;

use super::*;
use crate::fakes::{Ear, Numbers, Shelf};
use crate::outbound::{Outbound, Unreachable};
use crate::receiver::{Receiver, answer};

const START: Moment = Moment::from_seconds(1_800_000_000);

/// The loop at work.
struct Running {
    shelf: Arc<Shelf>,
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn run(shelf: &Arc<Shelf>, compose: Numbers, post: Arc<dyn Post>) -> Running {
    run_as(shelf, compose, post, Arc::new(|| Duty::All))
}

fn run_as(shelf: &Arc<Shelf>, compose: Numbers, post: Arc<dyn Post>, on_duty: OnDuty) -> Running {
    let (stop, stopped) = watch::channel(false);
    let wake = Arc::new(Notify::new());
    let began = Instant::now();
    let clock: Clock = Arc::new(move || START + Span::millis(began.elapsed().as_millis() as i64));
    let deliveries = Deliveries::new(shelf.clone(), Arc::new(compose), post, clock, wake.clone(), on_duty);
    Running { shelf: shelf.clone(), wake, stop, task: tokio::spawn(deliveries.run(stopped)) }
}

impl Running {
    async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }

    /// Lets the clock run this long.
    async fn after(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn queue(&self, delivery: Delivery) {
        self.shelf.put(delivery);
        self.wake.notify_one();
    }
}

/// The n-th message to a client; ids are spread as random ones are.
fn message(n: u32, client: &str) -> Delivery {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.wrapping_mul(2_654_435_761).to_be_bytes());
    let client: ClientId = client.parse().unwrap();
    let (user, session) = (UserId::from_bytes([2; 16]), SessionId::from_bytes([3; 16]));
    queue(DeliveryId::from_bytes(id), client, user, session, START)
}

fn shelf(messages: impl IntoIterator<Item = Delivery>) -> Arc<Shelf> {
    let shelf = Arc::new(Shelf::default());
    messages.into_iter().for_each(|message| shelf.put(message));
    shelf
}

#[tokio::test(start_paused = true)]
async fn a_pending_message_is_delivered_once() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(204)));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(7200).await;
    assert_eq!(ear.seconds(), [0]);
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_is_tried_after_one_two_and_four_seconds_with_a_fresh_token_each() {
    let ear = Ear::quick(|number| match number {
        0 => Ok(400),
        1 => Err(Unreachable::TooSlow),
        2 => Ok(302),
        _ => Ok(200),
    });
    let shelf = shelf([message(1, "taxi")]);
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(60).await;
    assert_eq!(ear.seconds(), [0, 1, 3, 7]);
    let tokens: Vec<_> = ear.heard().into_iter().map(|heard| heard.token).collect();
    assert_eq!(tokens, ["0", "1", "2", "3"]);
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_nobody_takes_is_given_up_after_seventy_two_hours() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(503)));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(80 * 3600).await;
    assert_eq!(ear.seconds().last(), Some(&(72 * 3600)));
    let failed = shelf.get(message(1, "taxi").id);
    assert_eq!(failed.state, DeliveryState::Failed);
    assert_eq!(failed.last_error.as_deref(), Some("answered 503"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn all_that_is_pending_is_tried_at_start() {
    let waiting = |n| Delivery { attempts: 9, next_at: START + Span::hours(1), ..message(n, "taxi") };
    let (shelf, ear) = (shelf((0..300).map(waiting)), Ear::quick(|_| Ok(200)));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(2).await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 300);
    assert_eq!(ear.heard().len(), 300);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_queued_later_goes_out_at_once() {
    let (shelf, ear) = (shelf([]), Ear::quick(|_| Ok(200)));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(30).await;
    running.queue(message(1, "taxi"));
    running.after(1).await;
    assert_eq!(ear.seconds(), [30]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_queued_without_waking_anyone_is_found_within_a_minute() {
    let (shelf, ear) = (shelf([]), Ear::quick(|_| Ok(200)));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(30).await;
    shelf.put(message(1, "taxi"));
    running.after(60).await;
    assert_eq!(ear.seconds(), [60]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_is_never_in_flight_twice() {
    let ear = Ear::new(|_| Duration::from_secs(9), |_| Ok(500));
    let shelf = shelf([message(1, "taxi")]);
    let running = run(&shelf, Numbers::default(), ear.clone());
    for _ in 0..100 {
        running.wake.notify_one();
        running.after(1).await;
    }
    assert_eq!(ear.most_at_once("all"), 1);
    assert!(ear.heard().len() > 3);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_receiver_with_a_thousand_messages_holds_up_nobody_else() {
    let slow = |uri: &str| Duration::from_secs(if uri.starts_with("slow") { 10 } else { 0 });
    let ear = Ear::new(slow, |_| Ok(200));
    let others = (0..20)
        .map(|n| Delivery { next_at: START + Span::millis(1), ..message(5000 + n, &format!("quick-{n}")) });
    let shelf = shelf((0..1000).map(|n| message(n, "slow")).chain(others));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(2).await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 20);
    running.queue(Delivery { next_at: START + Span::seconds(2), ..message(9000, "late") });
    running.after(1).await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 21);
    assert_eq!(ear.most_at_once("slow"), 4);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn at_most_thirty_two_receivers_are_spoken_to_at_once_and_all_get_their_turn() {
    let ear = Ear::new(|_| Duration::from_secs(5), |_| Ok(200));
    let shelf = shelf((0..200).map(|n| message(n, &format!("client-{n}"))));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(40).await;
    assert_eq!(ear.most_at_once("all"), 32);
    assert_eq!(shelf.count(DeliveryState::Delivered), 200);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_on_time_while_another_attempt_hangs() {
    let hangs = |uri: &str| Duration::from_secs(if uri.starts_with("slow") { 60 } else { 0 });
    let ear = Ear::new(hangs, |number| Ok(if number < 2 { 503 } else { 200 }));
    let shelf = shelf([message(1, "slow"), message(2, "taxi")]);
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(5).await;
    let heard = ear.heard();
    let to_taxi: Vec<_> = heard.iter().filter(|heard| heard.uri.starts_with("taxi")).collect();
    assert_eq!(to_taxi.len(), 2);
    assert!((1000..=1250).contains(&to_taxi[1].at.as_millis()), "{:?}", to_taxi[1].at);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_message_to_a_client_that_is_gone_fails_with_the_reason() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    let running = run(&shelf, Numbers { gone: true, ..Numbers::default() }, ear.clone());
    running.after(1).await;
    let failed = shelf.get(message(1, "taxi").id);
    assert_eq!(failed.state, DeliveryState::Failed);
    assert_eq!(failed.last_error.as_deref(), Some("the client is gone"));
    assert!(ear.heard().is_empty());
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_made_now_counts_as_no_attempt() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    let running = run(&shelf, Numbers { not_now: AtomicU32::new(3), ..Numbers::default() }, ear.clone());
    running.after(5).await;
    assert_eq!(ear.heard().len(), 1);
    let delivered = shelf.get(message(1, "taxi").id);
    assert_eq!((delivered.state, delivered.attempts), (DeliveryState::Delivered, 0));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outbox_that_does_not_answer_is_asked_in_growing_pauses() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    shelf.failing_reads.store(8, SeqCst);
    let running = run(&shelf, Numbers::default(), ear.clone());
    for _ in 0..60 {
        running.wake.notify_one();
        running.after(1).await;
    }
    assert!(ear.heard().is_empty());
    assert!(shelf.reads.load(SeqCst) < 9);
    running.after(30).await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_came_of_an_attempt_is_recorded_when_the_outbox_is_back_and_not_sent_again() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    shelf.failing_writes.store(5, SeqCst);
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(20).await;
    assert_eq!(ear.heard().len(), 1);
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outbox_that_refuses_a_record_is_no_reason_to_hurry() {
    let (shelf, ear) = (shelf([message(1, "taxi")]), Ear::quick(|_| Ok(200)));
    shelf.refused_writes.store(3, SeqCst);
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(10).await;
    assert_eq!(ear.seconds(), [0, 1, 2, 3]);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn stopping_finishes_what_is_in_flight_and_keeps_the_rest() {
    let ear = Ear::new(|_| Duration::from_secs(3), |_| Ok(200));
    let shelf = shelf((0..10).map(|n| message(n, "taxi")));
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(1).await;
    running.stop().await;
    assert_eq!(ear.began.elapsed().as_secs(), 3);
    assert_eq!(shelf.count(DeliveryState::Delivered), 4);
    assert_eq!(shelf.count(DeliveryState::Pending), 6);
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_five_seconds_at_most() {
    let ear = Ear::new(|_| Duration::from_secs(600), |_| Ok(200));
    let shelf = shelf([message(1, "taxi")]);
    let running = run(&shelf, Numbers::default(), ear.clone());
    running.after(1).await;
    running.stop().await;
    assert_eq!(ear.began.elapsed().as_secs(), 6);
    assert_eq!(shelf.count(DeliveryState::Pending), 1);
}

#[tokio::test(start_paused = true)]
async fn the_loop_ends_when_nobody_can_stop_it_any_more() {
    let running = run(&shelf([]), Numbers::default(), Ear::quick(|_| Ok(200)));
    drop(running.stop);
    running.task.await.unwrap();
}

#[tokio::test]
async fn a_real_receiver_gets_the_token_as_a_form() {
    let receiver = Receiver::always(answer("200 OK", "", "")).await;
    let outbound = Arc::new(Outbound::new(crate::AddressPolicy::PRIVATE_TOO));
    let base = receiver.url("/logout/");
    let shelf = shelf([message(1, "taxi")]);
    let running = run(&shelf, Numbers { base, ..Numbers::default() }, outbound);
    receiver.answered(1).await;
    running.stop().await;
    assert_eq!(shelf.count(DeliveryState::Delivered), 1);
    let arrived = &receiver.arrived()[0];
    assert!(arrived.head.starts_with("post /logout/taxi http/1.1"), "{}", arrived.head);
    assert!(arrived.head.contains("content-type: application/x-www-form-urlencoded"), "{}", arrived.head);
    assert_eq!(arrived.body, "logout_token=0");
}

#[test]
fn a_store_is_an_outbox() {
    fn deliver_from<O: Outbox + ?Sized>() {}
    deliver_from::<dyn portico_store::Store>();
}

#[path = "deliver_nodes_tests.rs"]
mod nodes;
