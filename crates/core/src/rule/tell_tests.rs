use super::*;
use crate::id::EventSeq;
use crate::rule::sample::{NOW, scopes, user};

const HERE: SessionId = SessionId::from_bytes([3; 16]);
const ELSEWHERE: SessionId = SessionId::from_bytes([4; 16]);
const TOKEN: TokenId = TokenId::from_bytes([9; 16]);

fn id(text: &str) -> ClientId {
    text.parse().expect("a client id")
}

fn taxi() -> ClientId {
    id("org.example.taxi")
}

fn listener(client: &str) -> Listener {
    Listener { client: id(client), user: user(1), session: HERE, token: TOKEN }
}

fn event(what: Happening) -> Event {
    Event { seq: EventSeq(7), at: NOW, what }
}

fn ended(session: SessionId, reason: EndReason) -> Event {
    event(Happening::SessionEnded { session, user: user(1), reason, clients: vec![id("super"), taxi()] })
}

fn consent(of: u8, app: &str) -> Event {
    let (scope, removed) = (scopes("openid profile.basic"), scopes("phone.verified"));
    event(Happening::ConsentChanged { user: user(of), app: id(app), scope, removed })
}

fn profile(of: u8, claims: &[&str]) -> Event {
    let claims = claims.iter().map(|claim| (*claim).to_owned()).collect();
    event(Happening::ProfileChanged { user: user(of), claims })
}

fn revoked(client: &str, token: TokenId) -> Event {
    event(Happening::TokenRevoked { client: id(client), token })
}

fn suspended(app: &str) -> Event {
    event(Happening::AppSuspended { app: id(app) })
}

fn to_host(event: &Event) -> Option<Told> {
    for_host(event, &listener("super"))
}

fn to_app(event: &Event, granted: &str) -> Option<Told> {
    for_app(event, &listener("org.example.taxi"), &scopes(granted))
}

fn to_feed(event: &Event) -> Option<Told> {
    for_feed(event, &taxi())
}

#[test]
fn a_host_hears_why_its_session_ended_and_nothing_of_another() {
    for reason in EndReason::ALL {
        let told = to_host(&ended(HERE, reason));
        assert_eq!(told, Some(Told::SessionExpired { session: HERE, reason, at: NOW }));
        assert!(told.is_some_and(|told| told.is_last()));
    }
    assert_eq!(to_host(&ended(ELSEWHERE, EndReason::SignedOut)), None);
}

#[test]
fn a_host_hears_of_its_persons_consent_for_any_app() {
    let told = to_host(&consent(1, "org.example.shop"));
    let (scope, removed) = (scopes("openid profile.basic"), scopes("phone.verified"));
    assert_eq!(told, Some(Told::ConsentChanged { app: id("org.example.shop"), scope, removed }));
    assert_eq!(to_host(&consent(2, "org.example.shop")), None);
}

#[test]
fn a_host_hears_of_every_claim_of_its_person() {
    let claims = vec!["name".to_owned(), "email".to_owned()];
    assert_eq!(to_host(&profile(1, &["name", "email"])), Some(Told::ProfileChanged { claims }));
    assert_eq!(to_host(&profile(2, &["name"])), None);
}

#[test]
fn a_host_hears_nothing_of_other_tokens_suspensions_and_keys() {
    assert_eq!(to_host(&revoked("super", TOKEN)), Some(Told::TokenExpired));
    assert_eq!(to_host(&revoked("super", TokenId::from_bytes([8; 16]))), None);
    assert_eq!(to_host(&suspended("org.example.taxi")), None);
    assert_eq!(to_host(&event(Happening::KeysRotated)), None);
}

#[test]
fn an_app_hears_one_of_three_reasons() {
    for (reason, told) in [
        (EndReason::SignedOut, EndReason::SignedOut),
        (EndReason::Expired, EndReason::Expired),
        (EndReason::Revoked, EndReason::Revoked),
        (EndReason::PasswordChanged, EndReason::Revoked),
        (EndReason::RefreshReused, EndReason::Revoked),
        (EndReason::Suspended, EndReason::Revoked),
        (EndReason::Erased, EndReason::Revoked),
    ] {
        let expected = Told::SessionExpired { session: HERE, reason: told, at: NOW };
        assert_eq!(to_app(&ended(HERE, reason), "openid"), Some(expected));
    }
    assert_eq!(to_app(&ended(ELSEWHERE, EndReason::SignedOut), "openid"), None);
}

#[test]
fn an_app_hears_of_its_own_consent_only() {
    assert!(matches!(to_app(&consent(1, "org.example.taxi"), "openid"), Some(Told::ConsentChanged { .. })));
    assert_eq!(to_app(&consent(1, "org.example.shop"), "openid"), None);
    assert_eq!(to_app(&consent(2, "org.example.taxi"), "openid"), None);
}

#[test]
fn an_app_hears_only_of_claims_that_its_scopes_open() {
    let all =
        profile(1, &["name", "picture", "email", "email_verified", "phone_number", "phone_number_verified"]);
    let heard = |granted: &str| match to_app(&all, granted) {
        Some(Told::ProfileChanged { claims }) => claims.join(" "),
        _ => String::new(),
    };
    assert_eq!(heard("openid"), "");
    assert_eq!(heard("openid profile.basic"), "name picture");
    assert_eq!(heard("openid email.verified"), "email email_verified");
    assert_eq!(heard("phone.verified"), "phone_number phone_number_verified");
    let more = profile(1, &["addresses", "address", "payment_methods", "kyc"]);
    let heard = |granted: &str| match to_app(&more, granted) {
        Some(Told::ProfileChanged { claims }) => claims.join(" "),
        _ => String::new(),
    };
    assert_eq!(heard("openid profile.basic email.verified phone.verified union_id"), "");
    assert_eq!(heard("address.list"), "addresses");
    assert_eq!(heard("address.list address"), "addresses address");
    assert_eq!(heard("payment.methods"), "payment_methods");
    assert_eq!(heard("kyc.status"), "kyc");
    assert_eq!(to_app(&profile(1, &["shoe_size"]), "openid profile.basic"), None);
    assert_eq!(to_app(&profile(2, &["name"]), "openid profile.basic"), None);
}

#[test]
fn an_app_hears_that_its_token_is_no_longer_good() {
    for what in [revoked("org.example.taxi", TOKEN), suspended("org.example.taxi")] {
        let told = to_app(&what, "openid");
        assert_eq!(told, Some(Told::TokenExpired));
        assert!(told.is_some_and(|told| told.is_last()));
    }
    assert_eq!(to_app(&revoked("org.example.taxi", TokenId::from_bytes([8; 16])), "openid"), None);
    assert_eq!(to_app(&suspended("org.example.shop"), "openid"), None);
    assert_eq!(to_app(&event(Happening::KeysRotated), "openid"), None);
}

#[test]
fn a_back_end_hears_of_sessions_in_which_its_app_was_entered() {
    assert_eq!(
        to_feed(&ended(ELSEWHERE, EndReason::Erased)),
        Some(Told::SessionEnded { session: ELSEWHERE })
    );
    assert_eq!(for_feed(&ended(HERE, EndReason::SignedOut), &id("org.example.shop")), None);
}

#[test]
fn a_back_end_hears_of_grants_to_its_app_by_anyone() {
    let scope = scopes("openid profile.basic");
    assert_eq!(to_feed(&consent(2, "org.example.taxi")), Some(Told::GrantChanged { user: user(2), scope }));
    assert_eq!(to_feed(&consent(1, "org.example.shop")), None);
    assert_eq!(to_feed(&profile(1, &["name"])), None);
}

#[test]
fn a_back_end_hears_that_an_open_id_of_its_app_is_nobodys() {
    let undone = |app| event(Happening::OpenIdUndone { user: user(1), app: id(app), open_id: vec![7] });
    assert_eq!(to_feed(&undone("org.example.taxi")), Some(Told::OpenIdUndone { open_id: vec![7] }));
    assert_eq!(to_feed(&undone("org.example.shop")), None);
    assert_eq!(to_host(&undone("org.example.taxi")), None);
    assert!(meets(&undone("org.example.taxi"), &topics_of_app(&listener("org.example.taxi"))));
}

#[test]
fn a_back_end_hears_of_its_own_tokens_its_own_suspension_and_of_new_keys() {
    assert_eq!(to_feed(&revoked("org.example.taxi", TOKEN)), Some(Told::TokenRevoked { token: TOKEN }));
    assert_eq!(to_feed(&revoked("org.example.shop", TOKEN)), None);
    let told = to_feed(&suspended("org.example.taxi"));
    assert_eq!(told, Some(Told::AppSuspended));
    assert!(told.is_some_and(|told| told.is_last()));
    assert_eq!(to_feed(&suspended("org.example.shop")), None);
    assert_eq!(to_feed(&event(Happening::KeysRotated)), Some(Told::KeysRotated));
    assert!(!Told::KeysRotated.is_last());
}

/// Everything that can happen to two people, two of their sessions, two tokens and three clients.
fn small_world() -> Vec<Event> {
    let clients = || ["super", "org.example.taxi", "org.example.shop"].map(id);
    let mut all = vec![Happening::KeysRotated];
    for (of, session, token) in [(1, HERE, TOKEN), (2, ELSEWHERE, TokenId::from_bytes([8; 16]))] {
        for entered in 0..8 {
            let entered = clients().into_iter().enumerate().filter(|(bit, _)| entered >> bit & 1 == 1);
            let clients = entered.map(|(_, client)| client).collect();
            let reason = EndReason::SignedOut;
            // Of either person: the rule goes by the session alone.
            for of in [1, 2] {
                let (user, clients) = (user(of), Vec::clone(&clients));
                all.push(Happening::SessionEnded { session, user, reason, clients });
            }
        }
        let claims = vec!["name".to_owned(), "kyc".to_owned(), "shoe_size".to_owned()];
        all.push(Happening::ProfileChanged { user: user(of), claims });
        for client in clients() {
            all.push(consent(of, client.as_str()).what);
            all.push(Happening::TokenRevoked { client: client.clone(), token });
            all.push(Happening::AppSuspended { app: client });
        }
    }
    all.into_iter().map(event).collect()
}

fn meets(event: &Event, listened_for: &[Topic]) -> bool {
    topics(&event.what).iter().any(|topic| listened_for.contains(topic))
}

#[test]
fn whoever_is_told_of_an_event_listens_for_a_topic_of_it() {
    let (mut told, granted) = (0, scopes("openid profile.basic kyc.status"));
    for event in small_world() {
        for client in ["super", "org.example.taxi", "org.example.shop"] {
            let listener = listener(client);
            for (tells, topics) in [
                (for_host(&event, &listener), topics_of_host(&listener)),
                (for_app(&event, &listener, &granted), topics_of_app(&listener)),
                (for_feed(&event, &listener.client), topics_of_feed(&listener.client)),
            ] {
                told += u32::from(tells.is_some());
                assert!(tells.is_none() || meets(&event, &topics), "{client} is told of {event:?}");
            }
        }
        assert!(meets(&event, &[Topic::Anything]));
    }
    assert!(told > 100, "the small world tells {told} times only");
}

#[test]
fn what_concerns_somebody_else_meets_nobody_here() {
    let (host, app) = (listener("super"), listener("org.example.taxi"));
    let event = event(Happening::SessionEnded {
        session: ELSEWHERE,
        user: user(1),
        reason: EndReason::SignedOut,
        clients: vec![id("super"), id("org.example.shop")],
    });
    for topics in [topics_of_host(&host), topics_of_app(&app), topics_of_feed(&app.client)] {
        assert!(!meets(&event, &topics));
        for elses in [consent(2, "org.example.shop"), profile(2, &["name"]), suspended("org.example.shop")] {
            assert!(!meets(&elses, &topics));
        }
    }
    assert!(meets(&event, &topics_of_feed(&id("org.example.shop"))));
}
