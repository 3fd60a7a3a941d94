//! Connections, and the links that they make.

use portico_core::Change;
use portico_core::id::{ConnectionId, UserId};
use portico_core::noun::connection::{Connection, ConnectionKind, Marker};
use portico_core::noun::link::{Link, LinkProof, PastLink};

use super::house::House;
use super::value::{at, digest, link};
use crate::{CommitError, Page, Taken};

fn connection(id: &str) -> Connection {
    Connection {
        id: id.parse().unwrap(),
        name: format!("The “{id}”"),
        icon: None,
        sign_in: true,
        app: None,
        marker: Marker::Platform,
        kind: ConnectionKind::Oidc {
            issuer: format!("https://{id}.example"),
            client_id: "us".to_owned(),
            scope: "openid email".to_owned(),
        },
        wrapped_secret: Some(vec![0, 1, 255]),
        registered_at: at(0),
    }
}

fn registered(id: &str) -> Change {
    Change::ConnectionRegistered(Box::new(connection(id)))
}

pub(super) async fn a_connection_reads_back_with_its_wrapped_secret_and_is_removed_once(house: House) {
    house.done(vec![registered("acme")]).await;
    let acme = connection("acme");
    assert_eq!(house.store.connection(&acme.id).await, Ok(Some(acme.clone())));
    assert_eq!(house.refused(vec![registered("acme")]).await, CommitError::Taken(Taken::Connection));
    let remove = || vec![Change::ConnectionRemoved { connection: acme.id.clone() }];
    house.done(remove()).await;
    assert_eq!(house.store.connection(&acme.id).await, Ok(None));
    assert_eq!(house.refused(remove()).await, CommitError::Conflict);
}

pub(super) async fn a_connection_is_rewritten_only_from_the_version_that_was_read(house: House) {
    house.done(vec![registered("acme")]).await;
    let rewrite = |number: u32| {
        let after = Connection { name: format!("Acme {number}"), wrapped_secret: None, ..connection("acme") };
        vec![Change::ConnectionRewritten { before: Box::new(connection("acme")), after: Box::new(after) }]
    };
    let winner = house.one_of_sixteen(rewrite, CommitError::Conflict).await;
    let now = house.store.connection(&connection("acme").id).await.unwrap().unwrap();
    assert_eq!((now.name, now.wrapped_secret), (format!("Acme {winner}"), None));
}

pub(super) async fn connections_come_in_pages_complete_and_in_order(house: House) {
    let names = ["aa", "bb", "cc", "dd", "ee"];
    house.done(names.iter().rev().map(|name| registered(name)).collect()).await;
    let mut found: Vec<ConnectionId> = Vec::new();
    loop {
        let next = house.store.connections(Page { after: found.last().cloned(), limit: 2 }).await.unwrap();
        if next.is_empty() {
            break;
        }
        found.extend(next.into_iter().map(|connection| connection.id));
    }
    assert_eq!(found.iter().map(ConnectionId::as_str).collect::<Vec<_>>(), names);
}

fn login(number: u32, user: UserId, when: i64) -> Link {
    Link { proof: LinkProof::Login, linked_at: at(when), ..link(number, user) }
}

fn undone(number: u32, user: UserId, when: i64) -> Change {
    let Link { issuer, subject_index, .. } = link(number, user);
    Change::Unlinked { issuer, subject_index, user, at: at(when) }
}

pub(super) async fn a_persons_links_are_theirs_alone_oldest_first(house: House) {
    house.done(vec![Change::Linked(login(6, house.user, 9)), Change::Linked(login(5, house.user, 3))]).await;
    let mine = [link(1, house.user), login(5, house.user, 3), login(6, house.user, 9)];
    assert_eq!(house.store.links_of(house.user).await, Ok(mine.to_vec()));
    assert_eq!(house.store.links_of(house.other_user).await, Ok(vec![link(2, house.other_user)]));
}

pub(super) async fn an_undone_link_is_kept_as_history_until_its_person_is_erased(house: House) {
    let store = &house.store;
    assert_eq!(house.refused(vec![undone(2, house.user, 4)]).await, CommitError::Conflict);
    house.done(vec![undone(1, house.user, 4)]).await;
    assert_eq!(house.refused(vec![undone(1, house.user, 5)]).await, CommitError::Conflict);
    assert_eq!(store.person_by_link("https://issuer.example", &digest(1)).await, Ok(None));
    assert_eq!(store.links_of(house.user).await, Ok(vec![]));
    let past = PastLink { link: link(1, house.user), unlinked_at: at(4) };
    assert_eq!(store.past_links_of(house.user, 10).await, Ok(vec![past.clone()]));
    house.done(vec![Change::Linked(login(1, house.user, 6)), undone(1, house.user, 7)]).await;
    let later = PastLink { link: login(1, house.user, 6), unlinked_at: at(7) };
    assert_eq!(store.past_links_of(house.user, 10).await, Ok(vec![later.clone(), past]));
    assert_eq!(store.past_links_of(house.user, 1).await, Ok(vec![later]));
    house.done(vec![Change::PersonErased { user: house.user, at: at(9) }]).await;
    assert_eq!(store.past_links_of(house.user, 10).await, Ok(vec![]));
}

pub(super) async fn of_two_links_counted_together_only_one_is_undone(house: House) {
    house.done(vec![Change::Linked(login(5, house.user, 3))]).await;
    let counted = Change::LinksCounted { user: house.user, count: 2 };
    house.done(vec![counted.clone(), undone(1, house.user, 4)]).await;
    assert_eq!(house.refused(vec![counted, undone(5, house.user, 4)]).await, CommitError::Conflict);
    assert_eq!(house.store.links_of(house.user).await.unwrap().len(), 1);
}
