//! The section of the settings in which a person adds, chooses and removes the ways to reach them.

use portico_core::moment::Span;
use portico_reach::Address;

use crate::fixture::{Browser, Reply, World};

const CONTACTS: &str = "/settings/contacts";
const AGAIN: &str = "/sign-in?continue=%2Fsettings%2Fcontacts";
const VERIFY: &str = "portico_code_verify";

/// Signs in a person who has a password, a username and one verified e-mail address.
async fn signed_in(world: &World, username: &str) -> Browser {
    world.create_person(username, "a long enough password").await;
    let mut browser = Browser::default();
    let page = browser.sign_in(world, AGAIN, username, "a long enough password").await.ok();
    assert!(page.body.contains(&format!("{username}@people.example")), "{}", page.body);
    world.posted().await;
    browser
}

async fn send(world: &World, browser: &mut Browser, fields: &[(&str, &str)]) -> Reply {
    browser.fill(world, CONTACTS, CONTACTS, fields).await
}

async fn add(world: &World, browser: &mut Browser, contact: &str) -> Reply {
    send(world, browser, &[("action", "add"), ("contact", contact)]).await
}

async fn verify(world: &World, browser: &mut Browser, code: &str) -> Reply {
    send(world, browser, &[("action", "verify"), ("code", code)]).await
}

/// The id in the form that does this with an address.
fn id(page: &Reply, action: &str, address: &str) -> String {
    let row = page.body.split("<li").find(|row| row.contains(&format!("<bdi>{address}</bdi>")));
    let row = row.unwrap_or_else(|| panic!("no row for {address}: {}", page.body));
    let form = row.split("<form").find(|form| form.contains(&format!("value=\"{action}\"")));
    let form = form.unwrap_or_else(|| panic!("no form to {action} {address}: {row}"));
    form.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_address_is_added_chosen_and_removed_without_a_script() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    let asked = add(&world, &mut ana, " new@people.example ").await;
    assert_eq!(asked.header("location"), "/settings/contacts?done=code-sent");
    let code = world.code().await;
    let page = ana.get(&world, CONTACTS).await.ok();
    assert!(page.body.contains("name=\"code\""), "{}", page.body);
    assert!(!page.body.contains("<li class=\"row\"><bdi>new@"), "it is not theirs yet");
    let added = verify(&world, &mut ana, &code).await;
    assert_eq!(added.header("location"), "/settings/contacts?done=contact-added");
    assert_eq!(ana.cookie(VERIFY), None);
    let page = ana.get(&world, CONTACTS).await.ok();
    assert!(!page.body.contains("name=\"code\""));
    let new = id(&page, "main", "new@people.example");
    let chosen = [("action", "main"), ("kind", "email"), ("id", new.as_str())];
    let chosen = send(&world, &mut ana, &chosen).await;
    assert_eq!(chosen.header("location"), "/settings/contacts?done=main-chosen");
    let told = world.posted().await;
    assert!(told[0].to == Address::Email("ana@people.example".into()));
    let page = ana.get(&world, CONTACTS).await.ok();
    let old = id(&page, "main", "ana@people.example");
    let removed = send(&world, &mut ana, &[("action", "remove"), ("kind", "email"), ("id", &old)]).await;
    assert_eq!(removed.header("location"), "/settings/contacts?done=contact-removed");
    assert!(!ana.get(&world, CONTACTS).await.ok().body.contains("ana@people.example"));
    world.posted().await;
    assert_eq!(add(&world, &mut ana, "+49 (30) 123-456").await.status, 303);
    let code = world.code().await;
    assert_eq!(verify(&world, &mut ana, &code).await.status, 303);
    assert!(ana.get(&world, CONTACTS).await.ok().body.contains("<bdi>+4930123456</bdi>"));
}

#[tokio::test]
async fn a_wrong_code_adds_nothing_and_another_one_is_sent() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    add(&world, &mut ana, "new@people.example").await;
    let code = world.code().await;
    let other = if code == "000000" { "000001" } else { "000000" };
    for wrong in [other, "", "x"] {
        let refused = verify(&world, &mut ana, wrong).await;
        assert_eq!(refused.status, 400, "{wrong:?}");
        assert!(refused.body.contains("role=\"alert\"") && refused.body.contains("name=\"code\""));
    }
    let again = send(&world, &mut ana, &[("action", "resend")]).await;
    assert_eq!(again.header("location"), "/settings/contacts?done=code-sent");
    let second = world.code().await;
    world.pass(Span::minutes(10));
    ana.sign_in(&world, AGAIN, "ana", "a long enough password").await.ok();
    assert_eq!(verify(&world, &mut ana, &second).await.status, 400, "too old");
    assert_eq!(send(&world, &mut ana, &[("action", "resend")]).await.status, 400, "of what?");
    assert!(world.posted().await.is_empty());
    assert!(!ana.get(&world, CONTACTS).await.ok().body.contains("new@people.example"));
}

#[tokio::test]
async fn a_code_is_for_the_person_who_asked_and_a_form_for_its_browser() {
    let world = World::new().await;
    let (mut ana, mut bob) = (signed_in(&world, "ana").await, signed_in(&world, "bob").await);
    add(&world, &mut ana, "new@people.example").await;
    let code = world.code().await;
    bob.hold(VERIFY, ana.cookie(VERIFY).unwrap());
    let page = bob.get(&world, CONTACTS).await.ok();
    assert!(!page.body.contains("new@people.example") && !page.body.contains("name=\"code\""));
    assert_eq!(verify(&world, &mut bob, &code).await.status, 400);
    assert_eq!(send(&world, &mut bob, &[("action", "resend")]).await.status, 400);
    let foreign = Browser::field(&page, "csrf");
    for csrf in ["", "x", foreign.as_str()] {
        for action in ["add", "verify", "resend", "main", "remove"] {
            let fields =
                [("action", action), ("contact", "x@people.example"), ("code", &code), ("csrf", csrf)];
            assert_eq!(ana.post(&world, CONTACTS, &fields).await.status, 400, "{action}");
        }
    }
    assert!(world.posted().await.is_empty());
    assert_eq!(verify(&world, &mut ana, &code).await.status, 303, "none of it used the code up");
}

#[tokio::test]
async fn the_last_way_in_stays_and_the_page_says_why() {
    let world = World::new().await;
    let mut ana = Browser::default();
    let fields = [("name", "Ana"), ("contact", "ana@people.example")];
    ana.fill(&world, "/register", "/register", &fields).await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str())];
    assert_eq!(ana.fill(&world, "/register/code", "/register/code", &fields).await.status, 303);
    world.posted().await;
    let only = id(&ana.get(&world, CONTACTS).await.ok(), "remove", "ana@people.example");
    let remove = [("action", "remove"), ("kind", "email"), ("id", only.as_str())];
    let refused = send(&world, &mut ana, &remove).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("Add another one first") && refused.body.contains("ana@people.example"));
    assert!(world.posted().await.is_empty());
    add(&world, &mut ana, "+4930123456").await;
    let code = world.code().await;
    assert_eq!(verify(&world, &mut ana, &code).await.status, 303);
    assert_eq!(send(&world, &mut ana, &remove).await.status, 303, "the phone is a way in too");
}

#[tokio::test]
async fn what_cannot_be_added_is_said_and_nothing_is_sent() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    for (contact, status) in [
        ("", 400),
        ("ana", 400),
        ("030 123456", 400),
        ("a\r\nBcc: b@people.example", 400),
        ("a@b.example\r\nBcc: b@people.example", 400),
        ("ANA@people.example", 409),
    ] {
        let refused = add(&world, &mut ana, contact).await;
        assert_eq!(refused.status, status, "{contact:?}");
        assert!(refused.body.contains("role=\"alert\""), "{contact:?}");
    }
    for (fields, status) in [
        (&[("action", "dance")][..], 400),
        (&[("action", "main"), ("kind", "email"), ("id", "x")], 404),
        (&[("action", "remove"), ("kind", "phone"), ("id", "x")], 404),
        (&[("action", "remove"), ("kind", "username"), ("id", "x")], 400),
        (&[("action", "remove"), ("kind", "email")], 400),
    ] {
        assert_eq!(send(&world, &mut ana, fields).await.status, status, "{fields:?}");
    }
    assert!(world.posted().await.is_empty());
    for _ in 0..10 {
        assert_eq!(add(&world, &mut ana, "new@people.example").await.status, 303);
        world.posted().await;
    }
    let refused = add(&world, &mut ana, "new@people.example").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 60);
    assert!(world.posted().await.is_empty());
}

#[tokio::test]
async fn an_old_sign_in_shows_the_addresses_and_asks_to_sign_in_for_more() {
    let world = World::new().await;
    let mut ana = signed_in(&world, "ana").await;
    add(&world, &mut ana, "new@people.example").await;
    let code = world.code().await;
    let only = id(&ana.get(&world, CONTACTS).await.ok(), "remove", "ana@people.example");
    let csrf = Browser::field(&ana.get(&world, CONTACTS).await.ok(), "csrf");
    world.pass(Span::seconds(301));
    let page = ana.get(&world, CONTACTS).await.ok();
    assert!(page.body.contains("ana@people.example") && page.body.contains(AGAIN), "{}", page.body);
    for action in ["add", "resend", "verify", "main", "remove"] {
        assert!(!page.body.contains(&format!("value=\"{action}\"")), "{action}: {}", page.body);
        let fields = [
            ("csrf", csrf.as_str()),
            ("action", action),
            ("contact", "x@people.example"),
            ("code", &code),
            ("kind", "email"),
            ("id", &only),
        ];
        assert_eq!(ana.post(&world, CONTACTS, &fields).await.status, 403, "{action}");
    }
    assert!(world.posted().await.is_empty());
    ana.sign_in(&world, AGAIN, "ana", "a long enough password").await.ok();
    assert_eq!(verify(&world, &mut ana, &code).await.status, 303, "the code waited");
}
