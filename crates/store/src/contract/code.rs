//! One-time codes.

use portico_core::Change;
use portico_core::noun::code::{Code, CodeKind};
use portico_core::noun::event::Happening;

use super::house::House;
use super::value::{at, code, digest, family, family_id, gave, session};
use crate::CommitError;

pub(super) async fn a_code_reads_back_as_it_was_issued(house: House) {
    let full = code(5, house.user, house.session, &house.app);
    let bare = Code {
        digest: digest(6),
        kind: CodeKind::Login,
        redirect_uri: None,
        challenge: None,
        nonce: None,
        auth_time_asked: false,
        acr_asked: false,
        actor: Some(house.host.clone()),
        ..full.clone()
    };
    house.done(vec![Change::CodeIssued(full.clone()), Change::CodeIssued(bare.clone())]).await;
    assert_eq!(house.store.code(&digest(5)).await, Ok(Some(full)));
    assert_eq!(house.store.code(&digest(6)).await, Ok(Some(bare)));
    assert_eq!(house.store.code(&digest(7)).await, Ok(None));
}

pub(super) async fn every_kind_of_code_reads_back(house: House) {
    let kinds = [CodeKind::Authorization, CodeKind::Login, CodeKind::Phone, CodeKind::Wechat];
    for (number, kind) in (5..).zip(kinds) {
        let issued = Code { kind, ..code(number, house.user, house.session, &house.app) };
        house.done(vec![Change::CodeIssued(issued.clone())]).await;
        assert_eq!(house.store.code(&digest(number)).await, Ok(Some(issued)));
    }
}

pub(super) async fn sixteen_racing_redemptions_of_one_code_have_one_winner(house: House) {
    house.done(vec![Change::CodeIssued(code(5, house.user, house.session, &house.app))]).await;
    let redeem = |number: u32| {
        vec![
            Change::SessionHeld { session: house.session, now: at(10) },
            Change::FamilyStarted(family(100 + number, house.session, &house.app)),
            Change::CodeUsed { digest: digest(5), gave: gave(100 + number) },
        ]
    };
    let winner = house.one_of_sixteen(redeem, CommitError::Conflict).await;
    let used = house.store.code(&digest(5)).await.unwrap().unwrap().used;
    assert_eq!(used, Some(gave(100 + winner)));
    for number in 0..16 {
        let family = house.store.family(family_id(100 + number)).await.unwrap();
        assert_eq!(family.is_some(), number == winner);
    }
}

pub(super) async fn a_used_code_says_what_it_gave(house: House) {
    let issued = code(5, house.user, house.session, &house.app);
    let nothing = code(6, house.user, house.session, &house.app);
    house.done(vec![Change::CodeIssued(issued.clone()), Change::CodeIssued(nothing.clone())]).await;
    let gave = portico_core::noun::code::CodeUse { family: None, ..gave(9) };
    let gave_nothing = portico_core::noun::code::CodeUse { token: None, ..gave };
    for (number, issued, gave) in [(5, issued, gave), (6, nothing, gave_nothing)] {
        house.done(vec![Change::CodeUsed { digest: digest(number), gave }]).await;
        assert_eq!(house.store.code(&digest(number)).await, Ok(Some(Code { used: Some(gave), ..issued })));
        let again = house.refused(vec![Change::CodeUsed { digest: digest(number), gave }]).await;
        assert_eq!(again, CommitError::Conflict);
    }
}

/// The events of both lists tell which was committed first.
pub(super) async fn an_exchange_never_gives_a_token_on_a_session_that_ended_first(house: House) {
    for number in 100..140 {
        let begun = session(number, house.user, &house.host);
        let issued = code(number, house.user, begun.id, &house.app);
        house.done(vec![Change::SessionStarted(begun.clone()), Change::CodeIssued(issued)]).await;
        let exchange = vec![
            Change::SessionHeld { session: begun.id, now: at(10) },
            Change::CodeUsed { digest: digest(number), gave: gave(number) },
            Change::FamilyStarted(family(number, begun.id, &house.app)),
            Change::Happened { at: at(10), what: Happening::KeysRotated },
        ];
        let sign_out = vec![
            house.end(begun.id, 10),
            Change::Happened { at: at(10), what: Happening::AppSuspended { app: house.app.clone() } },
        ];
        let results = house.race(vec![exchange.clone(), sign_out]).await;
        let [exchanged, signed_out] = &results[..] else { panic!("two lists were committed") };
        let ended = signed_out.as_ref().expect("nothing stands in the way of signing out").events[0].seq;
        let started = house.store.family(family_id(number)).await.unwrap();
        let used = house.store.code(&digest(number)).await.unwrap().unwrap().used;
        match exchanged {
            Ok(done) => assert!(done.events[0].seq < ended && started.is_some() && used.is_some()),
            Err(refusal) => {
                assert_eq!(*refusal, CommitError::Conflict);
                assert!(started.is_none() && used.is_none());
            }
        }
        assert_eq!(house.refused(exchange).await, CommitError::Conflict);
    }
}
