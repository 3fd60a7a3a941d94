//! A list of changes is applied whole, in order, or not at all.

use portico_core::Change;
use portico_core::id::EventSeq;
use portico_core::noun::audit::{Act, AuditEntry, Target, TargetKind};
use portico_core::noun::event::Happening;
use portico_core::noun::person::HandleKind;
use portico_core::noun::wechat::AppTokenKind;

use super::house::House;
use super::refusals;
use super::value::{
    agreement, app, app_token, at, client_id, code, developer, digest, family, family_id, gave, handle, host,
    link, open_id, person, request, session, session_id, session_key, ticket, token_id, user_id,
};
use crate::{CommitError, Committed, Page};

/// Changes of many kinds that nothing stands in the way of, the first and last as visible as any.
fn harmless(house: &House) -> Vec<Change> {
    let begun = session(900, user_id(900), &house.host);
    let phone = handle(HandleKind::Phone, 900, true);
    vec![
        Change::SecretStored { name: "left behind".to_owned(), wrapped: vec![1] },
        Change::DeveloperRegistered(developer("west")),
        Change::ClientRegistered(Box::new(app("west.shop", "west"))),
        Change::ClientRemoved { client: client_id("north.suspended") },
        Change::PersonCreated { person: person(900), handles: vec![phone] },
        Change::Linked(link(900, user_id(900))),
        Change::SessionStarted(begun),
        Change::ClientEntered { session: house.session, client: house.host.clone(), at: at(2) },
        Change::SessionTouched { session: house.session, used_at: at(5), expires_at: at(10_005) },
        Change::CodeIssued(code(900, house.user, house.session, &house.app)),
        Change::ConsentAsked(request(900, house.user, house.session, &house.app)),
        Change::FamilyStarted(family(900, house.session, &house.app)),
        Change::Happened { at: at(5), what: Happening::KeysRotated },
        Change::TokenRevoked { token: token_id(900), until: at(900) },
        Change::Linked(open_id(900, house.user, &client_id("west.shop"))),
        Change::AgreementRegistered(agreement(&house.app, &client_id("west.shop"))),
        Change::LinkTicketIssued(ticket(900, house.user, house.session, &house.host)),
        Change::SessionKeyTurned(session_key(1, house.user, &client_id("west.shop"))),
        Change::AppTokenTurned(app_token(AppTokenKind::Stable, 1, &house.app)),
        Change::Audited(AuditEntry {
            at: at(5),
            operator: "operator".to_owned(),
            act: Act::AppRegistered,
            target: Target::new(TargetKind::App, "west.shop"),
        }),
    ]
}

/// Everything that [`harmless`] would change.
async fn seen(house: &House) -> String {
    let store = &house.store;
    let west = (
        store.secret("left behind").await,
        store.developer(&"west".parse().unwrap()).await,
        store.client(&client_id("west.shop")).await,
        store.client(&client_id("north.suspended")).await,
        store.person(user_id(900)).await,
        store.person_by_handle(HandleKind::Phone, &digest(900)).await,
        store.person_by_link("https://issuer.example", &digest(900)).await,
    );
    let north = (
        store.session(session_id(900)).await,
        store.session(house.session).await,
        store.clients_in(house.session).await,
        store.code(&digest(900)).await,
        store.consent_request(&digest(900)).await,
        store.family(family_id(900)).await,
        store.events_after(EventSeq(0), 10).await,
        store.revoked_tokens().await,
        store.audit(None, Page { after: None, limit: 10 }).await,
    );
    let shop = client_id("west.shop");
    let linked = (
        store.open_id(house.user, &shop).await,
        store.agreement(&house.app, &shop).await,
        store.link_ticket(&digest(900)).await,
        store.session_key(&shop, house.user).await,
        store.app_token(&house.app, AppTokenKind::Stable).await,
    );
    format!("{west:?} {north:?} {linked:?}")
}

pub(super) async fn a_list_that_is_refused_leaves_nothing_wherever_the_refusal_stands(house: House) {
    refusals::prepare(&house).await;
    let before = seen(&house).await;
    for (refused, expected) in refusals::all(&house) {
        for place in [0, 7, harmless(&house).len()] {
            let mut list = harmless(&house);
            list.insert(place, refused.clone());
            assert_eq!(house.refused(list).await, expected, "{refused:?} in place {place}");
            assert_eq!(seen(&house).await, before, "{refused:?} in place {place}");
        }
    }
    house.done(harmless(&house)).await;
    assert_ne!(seen(&house).await, before);
}

pub(super) async fn a_list_sees_its_own_earlier_changes(house: House) {
    let begun = session(5, user_id(5), &house.host);
    house
        .done(vec![
            Change::ClientRegistered(Box::new(host("west-host"))),
            Change::ClientHeld { client: client_id("west-host") },
            Change::PersonCreated { person: person(5), handles: vec![] },
            Change::PersonHeld { user: user_id(5) },
            Change::SessionStarted(begun),
            Change::SessionHeld { session: session_id(5), now: at(1) },
            Change::ClientEntered { session: session_id(5), client: house.app.clone(), at: at(1) },
            Change::ClientsCounted { session: session_id(5), count: 1 },
            Change::CodeIssued(code(5, user_id(5), session_id(5), &house.app)),
            Change::CodeUsed { digest: digest(5), gave: gave(5) },
            Change::FamilyStarted(family(5, session_id(5), &house.app)),
            Change::FamilyRotated { family: family_id(5), generation: 2, at: at(1) },
        ])
        .await;
    let dead = vec![house.end(session_id(5), 3), Change::SessionHeld { session: session_id(5), now: at(1) }];
    assert_eq!(house.refused(dead).await, CommitError::Conflict);
    assert_eq!(house.store.session(session_id(5)).await.unwrap().unwrap().ended, None);
}

pub(super) async fn a_list_of_guards_that_hold_changes_nothing(house: House) {
    let before = seen(&house).await;
    let guards = vec![
        Change::SessionHeld { session: house.session, now: at(9_999) },
        Change::ClientsCounted { session: house.session, count: 1 },
        Change::ClientsCounted { session: session_id(999), count: 0 },
        Change::PersonHeld { user: house.user },
        Change::ClientHeld { client: house.app.clone() },
    ];
    assert_eq!(house.done(guards).await, Committed::default());
    assert_eq!(seen(&house).await, before);
}

pub(super) async fn an_empty_list_is_committed(house: House) {
    assert_eq!(house.done(vec![]).await, Committed::default());
}

pub(super) async fn what_was_answered_is_seen_by_every_later_finder(house: House) {
    let writers = (0..16u32).map(|writer| {
        let house = house.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                let name = format!("{writer} {round}");
                house.done(vec![Change::SecretStored { name: name.clone(), wrapped: vec![7] }]).await;
                assert_eq!(house.store.secret(&name).await, Ok(Some(vec![7])));
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}
