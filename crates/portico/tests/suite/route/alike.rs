//! Sign-in, recovery and codes: the same work before the answer, whoever is typed. Work is counted, since
//! a clock would not tell it from the noise.

use std::sync::Arc;

use serde_json::json;

use super::code::{suspend, unverified};
use crate::fixture::{Browser, Counting, World};

/// What a form of a page is answered with, and what that took.
#[derive(Debug, PartialEq)]
struct Taken {
    status: u16,
    asked: Vec<String>,
    hashes: u64,
}

struct Counted {
    world: World,
    store: Arc<Counting>,
}

impl Counted {
    /// A house that knows Ana, Bob by an unverified address, and Eve, who is suspended.
    async fn new() -> Self {
        let store = Arc::new(Counting::default());
        let world = World::over(store.clone()).await;
        world.create_person("ana", "a long password").await;
        unverified(&world, "bob").await;
        let suspended = world.create_person("eve", "a long password").await;
        suspend(&world, &suspended).await;
        Self { world, store }
    }

    /// Posts the form of this page, with what the store was asked before the answer was out.
    async fn post(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Taken {
        let mut browser = Browser::default();
        let csrf = Browser::field(&browser.get(&self.world, page).await, "csrf");
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.store.asked();
        let before = self.world.house.passwords.computed();
        let reply = browser.post(&self.world, to, &all).await;
        let asked = self.store.asked();
        let hashes = self.world.house.passwords.computed() - before;
        // What the answer left to do is not counted for the next one.
        self.world.posted().await;
        Taken { status: reply.status.as_u16(), asked, hashes }
    }
}

const EVERYBODY: [&str; 9] = [
    "ana@people.example",
    "ana",
    "bob@people.example",
    "bob",
    "eve@people.example",
    "eve",
    "nobody@people.example",
    "nobody",
    "+49 30 1234567",
];
const LOOK_UPS: [&str; 3] = ["person_by_handle"; 3];

#[tokio::test]
async fn a_wrong_password_takes_the_same_work_for_everybody_and_for_nobody() {
    let counted = Counted::new().await;
    let mut expected: Vec<_> = LOOK_UPS.map(str::to_owned).into();
    expected.push("person".to_owned());
    // The page is shown again, with the providers.
    expected.push("connections".to_owned());
    let expected = Taken { status: 400, asked: expected, hashes: 1 };
    // A second time too: what is in memory by then makes no difference.
    for typed in EVERYBODY.iter().chain(&EVERYBODY) {
        let fields = [("username", *typed), ("password", "not the password")];
        assert_eq!(counted.post("/sign-in", "/sign-in", &fields).await, expected, "{typed}");
    }
}

#[tokio::test]
async fn asking_for_a_code_takes_the_same_work_for_everybody_and_for_nobody() {
    let mut expected: Vec<_> = LOOK_UPS.map(str::to_owned).into();
    expected.push("commit ChallengeSent".to_owned());
    let expected = Taken { status: 303, asked: expected, hashes: 0 };
    for (page, to) in [("/sign-in", "/sign-in/code"), ("/recover", "/recover"), ("/register", "/register")] {
        let counted = Counted::new().await;
        let is_address = |typed: &&&str| page != "/register" || typed.contains(['@', '+']);
        for typed in EVERYBODY.iter().filter(is_address).chain(EVERYBODY.iter().filter(is_address)) {
            let fields = [("username", *typed), ("name", "Someone"), ("contact", *typed)];
            assert_eq!(counted.post(page, to, &fields).await, expected, "{to} {typed}");
        }
    }
}

#[tokio::test]
async fn adding_an_address_takes_the_same_work_whoever_has_it() {
    let counted = Counted::new().await;
    let world = &counted.world;
    let tokens = world.sign_in("someone").await;
    // From here on the speaker is in memory.
    world.get("/v1/me/emails", Some(&tokens.access)).await.ok();
    let mut all = vec![];
    for address in ["new@people.example", "ana@people.example", "bob@people.example", "eve@people.example"] {
        counted.store.asked();
        let body = json!({ "value": address });
        let reply = world.json(axum::http::Method::POST, "/v1/me/emails", Some(&tokens.access), &body).await;
        assert_eq!(reply.status, 202, "{}", reply.body);
        all.push(counted.store.asked());
    }
    assert!(all[0].contains(&"commit ChallengeSent".to_owned()), "{all:?}");
    assert!(all.iter().all(|asked| *asked == all[0]), "{all:#?}");
}
