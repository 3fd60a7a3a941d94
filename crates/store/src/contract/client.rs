//! Clients, developers and the catalogue.

use std::collections::BTreeMap;

use portico_core::Change;
use portico_core::id::ClientId;
use portico_core::noun::catalogue::{CatalogueEntry, Sensitivity};
use portico_core::noun::client::Client;
use portico_core::noun::developer::Developer;

use super::house::House;
use super::value::{app, at, client_id, code, developer, digest, family_id, host, request};
use crate::{CommitError, Page, Taken};

pub(super) async fn a_client_reads_back_as_it_was_registered(house: House) {
    assert_eq!(house.store.client(&house.host).await, Ok(Some(host("north-host"))));
    assert_eq!(house.store.client(&house.app).await, Ok(Some(app("north.taxi", "north"))));
    assert_eq!(house.store.client(&client_id("nobody")).await, Ok(None));
    assert_eq!(house.store.developer(&"north".parse().unwrap()).await, Ok(Some(developer("north"))));
}

fn rewritten(before: Client, name: &str) -> Change {
    let after = Box::new(Client { name: name.to_owned(), ..before.clone() });
    Change::ClientRewritten { before: Box::new(before), after }
}

pub(super) async fn a_client_is_rewritten_only_from_the_version_that_was_read(house: House) {
    let first = app("north.taxi", "north");
    house.done(vec![rewritten(first.clone(), "Second")]).await;
    assert_eq!(house.refused(vec![rewritten(first, "Third")]).await, CommitError::Conflict);
    let now = house.store.client(&house.app).await.unwrap().unwrap();
    assert_eq!(now.name, "Second");
}

pub(super) async fn of_two_racing_rewrites_of_one_client_one_wins(house: House) {
    let rewrite = |number: u32| vec![rewritten(host("north-host"), &format!("Version {number}"))];
    let winner = house.one_of_sixteen(rewrite, CommitError::Conflict).await;
    let now = house.store.client(&house.host).await.unwrap().unwrap();
    assert_eq!(now.name, format!("Version {winner}"));
}

pub(super) async fn a_removed_client_takes_its_consents_codes_and_families_with_it(house: House) {
    house
        .done(vec![
            Change::CodeIssued(code(5, house.user, house.session, &house.app)),
            Change::ConsentAsked(request(6, house.user, house.session, &house.app)),
            Change::ClientRemoved { client: house.app.clone() },
        ])
        .await;
    let store = &house.store;
    assert_eq!(store.client(&house.app).await, Ok(None));
    assert_eq!(store.consents(house.user, &house.app).await, Ok(Default::default()));
    assert_eq!(store.consent_history(house.user, 10).await, Ok(vec![]));
    assert_eq!(store.apps_of(house.user).await, Ok(vec![]));
    assert_eq!(store.code(&digest(5)).await, Ok(None));
    assert_eq!(store.consent_request(&digest(6)).await, Ok(None));
    assert_eq!(store.family(family_id(1)).await, Ok(None));
    assert_eq!(store.clients_in(house.session).await, Ok(vec![]));
    assert_eq!(store.origin_is_registered("https://north.taxi.example").await, Ok(false));
    house.done(vec![Change::ClientRegistered(Box::new(app("north.taxi", "north")))]).await;
    assert_eq!(store.consents(house.user, &house.app).await, Ok(Default::default()));
}

pub(super) async fn hosts_and_apps_come_in_pages_complete_and_in_order(house: House) {
    let more = (0..7).rev().map(|number| app(&format!("north.app-{number}"), "north"));
    house.done(more.map(|app| Change::ClientRegistered(Box::new(app))).collect()).await;
    let mut apps: Vec<ClientId> = Vec::new();
    loop {
        let page = Page { after: apps.last().cloned(), limit: 2 };
        let next = house.store.apps(page).await.unwrap();
        assert!(next.len() <= 2 && next.iter().all(|client| client.app().is_some()));
        if next.is_empty() {
            break;
        }
        apps.extend(next.into_iter().map(|client| client.id));
    }
    assert_eq!(apps.len(), 9);
    assert!(apps.is_sorted());
    let ids =
        |clients: Vec<Client>| clients.into_iter().map(|client| client.id.to_string()).collect::<Vec<_>>();
    let hosts = house.store.hosts(Page { after: None, limit: 10 }).await.unwrap();
    assert_eq!(ids(hosts), ["north-host", "south-host"]);
    let developers = house.store.developers(Page { after: Some("north".parse().unwrap()), limit: 10 }).await;
    assert_eq!(developers, Ok(vec![developer("south")]));
}

pub(super) async fn apps_are_found_by_the_beginning_of_their_id(house: House) {
    let ids = ["north.taxi-2", "north.taxi", "north.tax", "north.taxj", "north.taxi.air"];
    let more = ids.iter().filter(|id| **id != "north.taxi").map(|id| app(id, "north"));
    house.done(more.map(|app| Change::ClientRegistered(Box::new(app))).collect()).await;
    house.done(vec![Change::ClientRegistered(Box::new(host("north.taxi-host")))]).await;
    let found = async |prefix: &str, after: Option<&str>, limit: usize| -> Vec<String> {
        let page = Page { after: after.map(client_id), limit };
        let found = house.store.apps_starting(prefix, page).await.unwrap();
        found.into_iter().map(|client| client.id.to_string()).collect()
    };
    assert_eq!(found("north.taxi", None, 10).await, ["north.taxi", "north.taxi-2", "north.taxi.air"]);
    assert_eq!(found("north.taxi", Some("north.taxi"), 1).await, ["north.taxi-2"]);
    assert_eq!(found("north.taxi", Some("north.tax"), 1).await, ["north.taxi"]);
    assert_eq!(found("north.taxi", Some("north.taxi.air"), 10).await, [""; 0]);
    assert_eq!(found("north.taxi", Some("zz"), 10).await, [""; 0]);
    assert_eq!(found("", None, 10).await.len(), 6);
    assert_eq!(found("%", None, 10).await, [""; 0]);
}

pub(super) async fn an_origin_counts_while_a_live_client_lists_it(house: House) {
    let origin = "https://north.taxi.example";
    let store = &house.store;
    assert_eq!(store.origin_is_registered(origin).await, Ok(true));
    assert_eq!(store.origin_is_registered("https://north.taxi.example.org").await, Ok(false));
    let first = app("north.taxi", "north");
    let suspended = Client { suspended_at: Some(at(5)), ..first.clone() };
    let change = |before: &Client, after: &Client| {
        vec![Change::ClientRewritten { before: Box::new(before.clone()), after: Box::new(after.clone()) }]
    };
    house.done(change(&first, &suspended)).await;
    assert_eq!(store.origin_is_registered(origin).await, Ok(false));
    let moved = Client { origins: vec!["https://new.example".to_owned()], ..first };
    house.done(change(&suspended, &moved)).await;
    assert_eq!(store.origin_is_registered(origin).await, Ok(false));
    assert_eq!(store.origin_is_registered("https://new.example").await, Ok(true));
    let twice = Client { id: client_id("north.same"), ..app("north.same", "north") };
    let twice = Client { origins: vec!["https://new.example".to_owned(); 2], ..twice };
    house.done(vec![Change::ClientRegistered(Box::new(twice))]).await;
    house.done(vec![Change::ClientRemoved { client: house.app.clone() }]).await;
    assert_eq!(store.origin_is_registered("https://new.example").await, Ok(true));
    let again = house.refused(vec![Change::ClientRegistered(Box::new(app("north.same", "north")))]).await;
    assert_eq!(again, CommitError::Taken(Taken::Client));
}

pub(super) async fn a_developer_registered_again_has_its_new_name(house: House) {
    let renamed = Developer { name: "North & Co".to_owned(), ..developer("north") };
    house.done(vec![Change::DeveloperRegistered(renamed.clone())]).await;
    assert_eq!(house.store.developer(&renamed.id).await, Ok(Some(renamed.clone())));
    let all = house.store.developers(Page { after: None, limit: 10 }).await;
    assert_eq!(all, Ok(vec![renamed, developer("south")]));
}

pub(super) async fn a_scope_registered_again_has_its_new_words(house: House) {
    let entry = |name: &str, title: &str| CatalogueEntry {
        acr: None,
        scope: name.parse().unwrap(),
        title: BTreeMap::from([("en".to_owned(), title.to_owned())]),
        description: BTreeMap::from([("en".to_owned(), "…".to_owned())]),
        sensitivity: Sensitivity::Sensitive,
        served_by: Some(house.app.clone()),
    };
    let register = |name, title| Change::ScopeRegistered(entry(name, title));
    house.done(vec![register("rides.read", "Rides"), register("points.read", "Points")]).await;
    house.done(vec![register("rides.read", "Your rides")]).await;
    assert_eq!(
        house.store.scopes().await,
        Ok(vec![entry("points.read", "Points"), entry("rides.read", "Your rides")])
    );
}
