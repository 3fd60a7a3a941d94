//! The audit trail.

use portico_core::Change;
use portico_core::change::Sweep;
use portico_core::noun::audit::{Act, AuditEntry, AuditLine, AuditSeq, Target, TargetKind};

use super::house::House;
use super::value::{at, client_id, user_id};
use crate::{CommitError, Page};

fn entry(when: i64, act: Act, target: Target) -> AuditEntry {
    AuditEntry { at: at(when), operator: "ops@example.org".to_owned(), act, target }
}

fn about(number: u32) -> Target {
    Target::new(TargetKind::Person, user_id(number))
}

async fn trail(house: &House, target: Option<&str>) -> Vec<AuditLine> {
    house.store.audit(target, Page { after: None, limit: 100 }).await.unwrap()
}

pub(super) async fn the_trail_reads_back_latest_first(house: House) {
    assert_eq!(trail(&house, None).await, []);
    let scope = Target::new(TargetKind::App, "north.taxi").part("kyc.status");
    let first = entry(5, Act::AppPreauthorised, scope);
    let second = entry(2, Act::PersonRead, about(1));
    house.done(vec![Change::Audited(first.clone()), Change::Audited(second.clone())]).await;
    let lines = trail(&house, None).await;
    assert!(lines[0].seq > lines[1].seq);
    assert!(lines.into_iter().map(|line| line.entry).eq([second, first]));
    let every: Vec<_> = Act::ALL.iter().zip(TargetKind::ALL.iter().cycle()).collect();
    for (act, kind) in every {
        let line = entry(9, *act, Target::new(*kind, "x"));
        house.done(vec![Change::Audited(line.clone())]).await;
        assert_eq!(trail(&house, None).await[0].entry, line);
    }
}

pub(super) async fn a_line_goes_with_the_list_that_it_tells_of(house: House) {
    let line = Change::Audited(entry(1, Act::AppRemoved, Target::new(TargetKind::App, "nobody")));
    let refused = Change::ClientRemoved { client: client_id("nobody") };
    assert_eq!(house.refused(vec![line.clone(), refused]).await, CommitError::Conflict);
    assert_eq!(trail(&house, None).await, []);
    house.done(vec![line]).await;
    assert_eq!(trail(&house, None).await.len(), 1);
}

pub(super) async fn the_trail_of_one_target_holds_nothing_else(house: House) {
    let lines = [1, 2, 1, 3, 1].map(|number| Change::Audited(entry(1, Act::PersonRead, about(number))));
    house.done(lines.to_vec()).await;
    let target = user_id(1).to_string();
    let found = trail(&house, Some(&target)).await;
    assert!(found.len() == 3 && found.iter().all(|line| line.entry.target.id == target));
    let page = Page { after: Some(found[0].seq), limit: 1 };
    assert_eq!(house.store.audit(Some(&target), page).await, Ok(vec![found[1].clone()]));
    assert_eq!(trail(&house, Some("nobody")).await, []);
}

pub(super) async fn the_trail_comes_in_pages_complete_and_in_order(house: House) {
    house.race((0..9).map(|n| vec![Change::Audited(entry(n, Act::PersonRead, about(1)))]).collect()).await;
    let mut all: Vec<AuditSeq> = Vec::new();
    loop {
        let page = Page { after: all.last().copied(), limit: 2 };
        let next = house.store.audit(None, page).await.unwrap();
        assert!(next.len() <= 2);
        if next.is_empty() {
            break;
        }
        all.extend(next.into_iter().map(|line| line.seq));
    }
    assert!(all.len() == 9 && all.is_sorted_by(|a, b| a > b), "{all:?}");
}

pub(super) async fn a_sweep_leaves_the_trail(house: House) {
    house.done(vec![Change::Audited(entry(1, Act::PersonErased, about(1)))]).await;
    let sweep =
        Sweep { spent_before: at(99), expired_before: at(99), events_before: at(99), ended_before: at(99) };
    house.done(vec![Change::Swept(sweep)]).await;
    assert_eq!(trail(&house, None).await.len(), 1);
}
