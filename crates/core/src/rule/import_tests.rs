#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::rule::sample::{NOW, client, user};

fn line(person: u8, id: u8) -> Candidate {
    Candidate {
        user: Some(user(person)),
        subject_index: [id; 32],
        sealed: vec![id],
        is_derived: false,
        standing: Standing::default(),
    }
}

fn run(lines: Vec<Candidate>) -> (Vec<Change>, Vec<Result<Outcome, Denied>>) {
    let lines = lines.into_iter().map(Ok).collect();
    import(&client("org.example.shop"), lines, LinkProof::Import, NOW)
}

fn why(outcome: &Result<Outcome, Denied>) -> (Code, &str) {
    let denied = outcome.as_ref().unwrap_err();
    (denied.code, &denied.description)
}

#[test]
fn what_is_good_is_imported_under_guards_and_the_rest_is_refused_line_by_line() {
    let unreadable = Err(Denied::request("no line"));
    let lines = vec![Ok(line(1, 1)), unreadable, Ok(line(2, 2))];
    let shop = client("org.example.shop");
    let (changes, outcomes) = import(&shop, lines, LinkProof::Import, NOW);
    assert_eq!((&outcomes[0], &outcomes[2]), (&Ok(Outcome::Imported), &Ok(Outcome::Imported)));
    assert_eq!(why(&outcomes[1]), (Code::InvalidRequest, "no line"));
    let held = |person| Change::PersonHeld { user: user(person) };
    let unissued = |person| Change::OpenIdUnissued { user: user(person), app: shop.id.clone() };
    let linked =
        |id: u8| Change::Linked(link(&shop.id, user(id), [id; 32], vec![id], LinkProof::Import, NOW));
    let app = Change::ClientHeld { client: shop.id.clone() };
    assert_eq!(changes, [app, held(1), unissued(1), linked(1), held(2), unissued(2), linked(2)]);
}

#[test]
fn each_way_to_be_somebody_elses_or_told_is_a_conflict() {
    let standing = |standing| Candidate { standing, ..line(1, 1) };
    let none = Standing::default();
    for bad in [
        Candidate { is_derived: true, ..line(1, 1) },
        standing(Standing { holder: Some(user(2)), ..none }),
        standing(Standing { another: true, ..none }),
        standing(Standing { told: true, ..none }),
    ] {
        let (changes, outcomes) = run(vec![bad.clone()]);
        assert_eq!(why(&outcomes[0]).0, Code::Conflict, "{bad:?}");
        assert!(changes.is_empty());
    }
    let (changes, outcomes) = run(vec![Candidate { user: None, ..line(1, 1) }]);
    assert_eq!(why(&outcomes[0]).0, Code::InvalidRequest);
    assert!(changes.is_empty());
}

#[test]
fn the_same_line_again_is_unchanged_also_after_the_app_was_told_it() {
    let there = Standing { holder: Some(user(1)), told: true, another: false };
    let (changes, outcomes) = run(vec![Candidate { standing: there, ..line(1, 1) }]);
    assert_eq!((changes, outcomes), (vec![], vec![Ok(Outcome::Unchanged)]));
}

#[test]
fn a_line_sees_those_before_it() {
    let (changes, outcomes) = run(vec![line(1, 1), line(1, 1), line(1, 2), line(2, 1), line(2, 2)]);
    assert_eq!(outcomes[..2], [Ok(Outcome::Imported), Ok(Outcome::Unchanged)]);
    assert!(why(&outcomes[2]).1.contains("another OpenID"));
    assert!(why(&outcomes[3]).1.contains("another person"));
    assert_eq!(outcomes[4], Ok(Outcome::Imported), "a refused line stands in nobody's way");
    assert_eq!(changes.len(), 7);
}

#[test]
fn a_sheet_is_one_line_or_a_list_of_a_thousand() {
    let one =
        ImportSheet::read(&json!({ "app": "org.example.shop", "openid": "o1", "email": "a@b.example" }));
    let one = one.unwrap();
    let ana = Line { open_id: "o1".into(), who: Who::Handle(HandleKind::Email, "a@b.example".into()) };
    assert_eq!((one.many, one.lines), (false, vec![Ok(ana)]));
    let list = |count: usize| {
        let lines = vec![json!({ "openid": "o1", "phone": "+491" }); count];
        ImportSheet::read(&json!({ "app": "org.example.shop", "links": lines }))
    };
    assert_eq!(list(1000).map(|sheet| (sheet.many, sheet.lines.len())).unwrap(), (true, 1000));
    assert!(list(1001).is_err() && list(0).is_err());
    for bad in [
        json!([]),
        json!({ "openid": "o1", "email": "a@b.example" }),
        json!({ "app": "No App", "openid": "o1", "email": "a@b.example" }),
        json!({ "app": "org.example.shop", "links": [], "openid": "o1" }),
        json!({ "app": "org.example.shop", "openid": "o1", "mail": "a@b.example" }),
    ] {
        assert!(ImportSheet::read(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_line_that_is_none_is_refused_by_itself_with_a_reason() {
    for (bad, reason) in [
        (json!(7), "not a JSON object"),
        (json!({ "user_id": "usr_1" }), "'openid' is missing"),
        (json!({ "openid": "", "email": "a@b.example" }), "empty"),
        (json!({ "openid": "\u{2800}", "email": "a@b.example" }), "empty"),
        (json!({ "openid": "o".repeat(513), "email": "a@b.example" }), "512"),
        (json!({ "openid": "o\n1", "email": "a@b.example" }), "control"),
        (json!({ "openid": " o1", "email": "a@b.example" }), "space"),
        (json!({ "openid": "o1" }), "one of"),
        (json!({ "openid": "o1", "email": "a@b.example", "phone": "+491" }), "one of"),
        (json!({ "openid": "o1", "user_id": "usr_1" }), "not a user id"),
        (json!({ "openid": "o1", "email": "a@b.example", "name": "A" }), "unknown member"),
    ] {
        let sheet = ImportSheet::read(&json!({ "app": "org.example.shop", "links": [bad] })).unwrap();
        let denied = sheet.lines[0].as_ref().unwrap_err();
        assert!(denied.description.contains(reason), "{}", denied.description);
    }
    let longest = "o".repeat(512);
    assert_eq!(acceptable(&longest), Ok(longest));
}
