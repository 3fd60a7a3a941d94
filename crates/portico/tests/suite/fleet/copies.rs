//! What is said on the bus more than once, or by nobody who is there.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_flood_of_copies_is_not_worked_on_again_and_delays_no_acknowledgement() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let session = town.session(1).await.id;
    assert!(nodes[1].is_live(session).await);
    town.wires.said.lock().clear();
    nodes[0].live.commit(nodes[0].live.rotation(true)).await.unwrap();
    let word = town.wires.said.lock().first().cloned().expect("it was told of");
    let asked = || nodes[1].reached.asked.lock().get("signing_keys").copied();
    let before = asked();
    nodes[1].reached.slow.lock().insert("signing_keys", Duration::from_millis(300));
    for _ in 0..5_000 {
        town.wires.deliver(nodes[1].id(), &word);
    }
    let begun = Instant::now();
    nodes[0].live.commit(ended(session)).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(!nodes[1].is_live(session).await);
    assert_eq!(asked(), before, "the keys were read once");
}

#[tokio::test(start_paused = true)]
async fn a_reload_at_word_of_a_closing_keeps_nobody_from_being_heard() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    nodes[1].reached.slow.lock().insert("signing_keys", Duration::from_millis(300));
    let (live, rotation) = (nodes[0].live.clone(), nodes[0].live.rotation(true));
    let rotating = tokio::spawn(async move { live.commit(rotation).await });
    tokio::time::sleep(Duration::from_millis(10)).await;
    // What it says itself is acknowledged at once, though it still reads.
    let session = town.session(1).await.id;
    assert!(nodes[0].is_live(session).await);
    let begun = Instant::now();
    nodes[1].live.commit_ahead(ended(session)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert!(!nodes[0].is_live(session).await && begun.elapsed() < Duration::from_millis(100));
    rotating.await.unwrap().unwrap();
    assert!(begun.elapsed() < Duration::from_millis(700));
}

#[tokio::test(start_paused = true)]
async fn what_a_node_said_that_is_gone_is_not_heard_again() {
    let town = Town::new();
    let mut nodes = [town.node().await, town.node().await];
    let gone = nodes[1].id();
    let words: Vec<_> =
        town.wires.said.lock().iter().filter(|word| word.starts_with(gone.as_bytes())).cloned().collect();
    assert!(!words.is_empty());
    nodes[1].kill();
    tokio::time::sleep(3 * LEASE).await;
    words.iter().for_each(|word| town.wires.deliver(nodes[0].id(), word));
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(!nodes[0].live.membership().unwrap().heard.contains(&gone));
}

#[tokio::test(start_paused = true)]
async fn a_node_that_has_just_entered_is_heard_before_its_next_renewal() {
    let town = Town::new();
    let first = town.node().await;
    let session = town.session(1).await.id;
    assert!(first.is_live(session).await);
    let second = town.node_at_once().await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    let begun = Instant::now();
    second.live.commit(ended(session)).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(!first.is_live(session).await);
}
