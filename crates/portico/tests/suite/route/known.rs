use portico_core::moment::Span;

use crate::fixture::{Browser, World};

const PASSWORD: &str = "a long password";

async fn tried(world: &World, browser: &mut Browser, name: &str, password: &str) -> u16 {
    let fields = [("username", name), ("password", password)];
    browser.fill(world, "/sign-in", "/sign-in", &fields).await.status.as_u16()
}

#[tokio::test]
async fn a_strangers_failures_do_not_lock_the_owner_out() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let (mut own, mut stranger) = (Browser::default(), Browser::default());
    assert_eq!(tried(&world, &mut own, "ana", PASSWORD).await, 303);
    for round in 0..12 {
        let expected = if round < 11 { 400 } else { 429 };
        assert_eq!(tried(&world, &mut stranger, "ana", "wrong").await, expected, "{round}");
    }
    assert_eq!(tried(&world, &mut Browser::default(), "ana", PASSWORD).await, 429);
    assert_eq!(tried(&world, &mut own, "ana", PASSWORD).await, 303);
    world.posted().await;
    // A code is open in any browser.
    let mut fresh = Browser::default();
    fresh.fill(&world, "/sign-in", "/sign-in/code", &[("username", "ana")]).await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str())];
    assert_eq!(fresh.fill(&world, "/sign-in/code", "/sign-in/code", &fields).await.status, 303);
}

#[tokio::test]
async fn a_known_browser_has_a_limit_of_its_own() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    world.create_person("bob", PASSWORD).await;
    let (mut own, mut other) = (Browser::default(), Browser::default());
    assert_eq!(tried(&world, &mut own, "ana", PASSWORD).await, 303);
    assert_eq!(tried(&world, &mut other, "ana", PASSWORD).await, 303);
    for round in 0..12 {
        let expected = if round < 11 { 400 } else { 429 };
        assert_eq!(tried(&world, &mut own, "ana", "wrong").await, expected, "{round}");
    }
    assert_eq!(tried(&world, &mut other, "ana", PASSWORD).await, 303);
    assert_eq!(tried(&world, &mut own, "bob", PASSWORD).await, 303);
}

#[tokio::test]
async fn a_number_written_otherwise_is_the_same_account() {
    let world = World::new().await;
    let mut stranger = Browser::default();
    for round in 0..12 {
        let typed = ["+49 30 1234567", "0049301234567", "+49-30-1234567"][round % 3];
        let expected = if round < 11 { 400 } else { 429 };
        assert_eq!(tried(&world, &mut stranger, typed, "wrong").await, expected, "{round}");
    }
}

#[tokio::test]
async fn a_cookie_that_was_made_up_or_belongs_to_another_browser_knows_nobody() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    world.create_person("eve", PASSWORD).await;
    let (mut own, mut evil) = (Browser::default(), Browser::default());
    tried(&world, &mut own, "ana", PASSWORD).await;
    tried(&world, &mut evil, "eve", PASSWORD).await;
    let (anas, eves) = (
        own.cookie("portico_known").unwrap_or_default().to_owned(),
        evil.cookie("portico_known").unwrap_or_default().to_owned(),
    );
    assert!(!anas.contains("ana") && anas.split('.').next().unwrap().len() == 43, "{anas}");
    let mixed = format!("{}.{}", eves.split('.').next().unwrap(), anas.split('.').nth(1).unwrap());
    let parts: Vec<_> = anas.split(['.', ':']).collect();
    let later = anas.replace(&format!(".{}:", parts[1]), ".99999:");
    let again = anas.replace(&format!(".{}:{}:", parts[1], parts[2]), &format!(".{}:7:", parts[1]));
    for _ in 0..11 {
        tried(&world, &mut Browser::default(), "ana", "wrong").await;
    }
    for cookie in [eves.as_str(), &mixed, &later, &again, "", "x", "..::..", &"a".repeat(43)] {
        let mut browser = Browser::default();
        browser.hold("portico_known", cookie);
        assert_eq!(tried(&world, &mut browser, "ana", PASSWORD).await, 429, "{cookie}");
    }
    let mut browser = Browser::default();
    browser.hold("portico_known", &anas);
    assert_eq!(tried(&world, &mut browser, "ana", PASSWORD).await, 303);
}

#[tokio::test]
async fn a_sign_in_on_a_new_device_is_told_and_the_first_one_ever_is_not() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut own = Browser::default();
    tried(&world, &mut own, "ana", PASSWORD).await;
    assert!(world.posted().await.is_empty(), "the first sign-in ever");
    tried(&world, &mut own, "ana", PASSWORD).await;
    assert!(world.posted().await.is_empty(), "a browser that is known");
    world.pass(Span::seconds(1));
    tried(&world, &mut Browser::default(), "ana", PASSWORD).await;
    let told = world.posted().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "A sign-in on a new device");
    world.create_person("bob", PASSWORD).await;
    tried(&world, &mut own, "bob", PASSWORD).await;
    assert!(world.posted().await.is_empty(), "several people share a browser");
    tried(&world, &mut own, "ana", PASSWORD).await;
    assert!(world.posted().await.is_empty(), "and it knows each of them");
    world.pass(Span::days(366));
    tried(&world, &mut own, "ana", PASSWORD).await;
    assert_eq!(world.posted().await.len(), 1, "a year later it knows nobody");
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_else_forget_every_browser_but_this_one() {
    const NEW: &str = "vR7-kept-well";
    for way in ["/settings/password", "/recover", "/settings/devices"] {
        let world = World::new().await;
        world.create_person("ana", PASSWORD).await;
        let (mut own, mut intruder) = (Browser::default(), Browser::default());
        assert_eq!(tried(&world, &mut own, "ana", PASSWORD).await, 303);
        assert_eq!(tried(&world, &mut intruder, "ana", PASSWORD).await, 303);
        world.posted().await;
        let done = match way {
            "/recover" => {
                own.fill(&world, way, way, &[("username", "ana")]).await;
                let code = world.code().await;
                let fields = [("step", "check"), ("code", code.as_str()), ("password", NEW)];
                own.fill(&world, "/recover/code", "/recover/code", &fields).await
            }
            "/settings/password" => own.fill(&world, way, way, &[("password", NEW)]).await,
            _ => own.fill(&world, way, way, &[("action", "end_others")]).await,
        };
        assert_eq!(done.status, 303, "{way} {}", done.body);
        world.posted().await;
        world.pass(Span::seconds(1));
        let now = if way == "/settings/devices" { PASSWORD } else { NEW };
        assert_eq!(tried(&world, &mut own, "ana", now).await, 303);
        assert!(world.posted().await.is_empty(), "{way}: it is still known");
        for _ in 0..11 {
            tried(&world, &mut Browser::default(), "ana", "wrong").await;
        }
        assert_eq!(tried(&world, &mut intruder, "ana", "wrong").await, 429, "{way}: one of all the others");
        assert_eq!(tried(&world, &mut own, "ana", now).await, 303, "{way}");
    }
}

#[tokio::test]
async fn guesses_sent_side_by_side_are_counted_one_by_one() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let guesses = (0..32).map(|_| async {
        let mut stranger = Browser::default();
        tried(&world, &mut stranger, "ana", "wrong").await
    });
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|status| **status == 400).count();
    // As many as are hashed at once may be under way when the limit is reached.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(looked_at <= 11 + cores, "{looked_at} guesses were looked at");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 32 - looked_at);
}

#[tokio::test]
async fn wrong_codes_are_counted_for_the_account_however_many_codes_are_asked_for() {
    let world = World::new().await;
    world.create_person("ana", PASSWORD).await;
    let mut looked_at = 0;
    for round in 0..5 {
        let mut stranger = Browser::default();
        stranger.fill(&world, "/sign-in", "/sign-in/code", &[("username", "ana")]).await;
        for guess in 0..5 {
            let fields = [("step", "check"), ("code", "not it")];
            let reply = stranger.fill(&world, "/sign-in/code", "/sign-in/code", &fields).await;
            match reply.status.as_u16() {
                400 => looked_at += 1,
                429 => assert!(reply.headers.contains_key("retry-after"), "{round} {guess}"),
                other => panic!("{other}"),
            }
        }
    }
    assert_eq!(looked_at, 21);
}
