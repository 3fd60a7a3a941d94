//! A store that goes back under running nodes: a copy was restored, or a failover lost commits.

use super::*;

#[tokio::test(start_paused = true)]
async fn nodes_begin_anew_when_the_numbers_of_closings_go_back() {
    let town = Town::new();
    let nodes = [town.node().await, town.node().await];
    let sessions = [town.session(1).await.id, town.session(2).await.id, town.session(3).await.id];
    let copy = Memory::clone(&town.store);
    nodes[0].live.commit(ended(sessions[0])).await.unwrap();
    nodes[0].live.commit(ended(sessions[1])).await.unwrap();
    town.store.restore(&copy);
    tokio::time::sleep(LEASE).await;
    for node in &nodes {
        assert!(node.live.hold().is_ok());
        // What the copy says is believed, since nothing else is known.
        assert!(node.is_live(sessions[0]).await && node.is_live(sessions[2]).await);
    }
    // The same number is given out again, and the second node has it from the store alone.
    town.wires.cut.lock().push(nodes[1].id());
    nodes[0].live.commit(ended(sessions[2])).await.unwrap();
    assert!(!nodes[1].is_live(sessions[2]).await);
    nodes[0].live.settled().await.unwrap();
}
