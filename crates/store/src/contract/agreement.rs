//! Agreements between apps.

use portico_core::Change;
use portico_core::id::ClientId;
use portico_core::noun::agreement::Agreement;

use super::house::House;
use super::value::{agreement, at, client_id};
use crate::{CommitError, Page};

fn registered(from: &str, to: &str) -> Change {
    Change::AgreementRegistered(agreement(&client_id(from), &client_id(to)))
}

pub(super) async fn an_agreement_holds_one_way_until_it_is_ended(house: House) {
    let (store, from, to) = (&house.store, &house.app, &house.other_app);
    assert_eq!(store.agreement(from, to).await, Ok(None));
    let made = agreement(from, to);
    let again = Agreement { registered_at: at(50), ..made.clone() };
    house.done(vec![Change::AgreementRegistered(made.clone()), Change::AgreementRegistered(again)]).await;
    assert_eq!(store.agreement(from, to).await, Ok(Some(made)));
    assert_eq!(store.agreement(to, from).await, Ok(None));
    let end = || vec![Change::AgreementEnded { from: from.clone(), to: to.clone() }];
    let reverse = vec![Change::AgreementEnded { from: to.clone(), to: from.clone() }];
    assert_eq!(house.refused(reverse).await, CommitError::Conflict);
    house.done(end()).await;
    assert_eq!(store.agreement(from, to).await, Ok(None));
    assert_eq!(house.refused(end()).await, CommitError::Conflict);
}

pub(super) async fn agreements_come_in_pages_complete_and_in_order(house: House) {
    let pairs = [("aa", "bb"), ("aa", "cc"), ("bb", "aa"), ("bb", "cc"), ("cc", "aa")];
    house.done(pairs.iter().rev().map(|(from, to)| registered(from, to)).collect()).await;
    let mut found: Vec<(ClientId, ClientId)> = Vec::new();
    loop {
        let page = Page { after: found.last().cloned(), limit: 2 };
        let next = house.store.agreements(None, page).await.unwrap();
        if next.is_empty() {
            break;
        }
        assert!(next.len() <= 2);
        found.extend(next.into_iter().map(|agreement| (agreement.from, agreement.to)));
    }
    let found: Vec<_> = found.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    assert_eq!(found, pairs);
    // Those of one app, either way round.
    let of = async |app: &str, after: Option<(&str, &str)>| {
        let after = after.map(|(from, to)| (client_id(from), client_id(to)));
        let page = Page { after, limit: 2 };
        let found = house.store.agreements(Some(&client_id(app)), page).await.unwrap();
        found.into_iter().map(|found| (found.from.to_string(), found.to.to_string())).collect::<Vec<_>>()
    };
    let named = |pairs: &[(&str, &str)]| -> Vec<_> {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    };
    assert_eq!(of("bb", None).await, named(&[("aa", "bb"), ("bb", "aa")]));
    assert_eq!(of("bb", Some(("bb", "aa"))).await, named(&[("bb", "cc")]));
    assert_eq!(of("dd", None).await, named(&[]));
}

pub(super) async fn an_agreement_goes_with_either_of_its_apps(house: House) {
    let (app, other) = (house.app.as_str(), house.other_app.as_str());
    let all = [registered(app, other), registered(other, app), registered(other, "north-host")];
    house.done(all.to_vec()).await;
    house.done(vec![Change::ClientRemoved { client: house.app.clone() }]).await;
    let left = house.store.agreements(None, Page { after: None, limit: 10 }).await;
    assert_eq!(left, Ok(vec![agreement(&house.other_app, &house.host)]));
}
