use std::collections::BTreeSet;

use portico_core::moment::Span;
use portico_seal::pkce_s256;
use serde_json::Value;

use crate::fixture::{Browser, Launched, World, manifest};

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn authorize(client: &str, redirect: &str, scope: &str, more: &[(&str, &str)]) -> String {
    let challenge = pkce_s256(VERIFIER);
    let mut fields = vec![
        ("client_id", client),
        ("redirect_uri", redirect),
        ("response_type", "code"),
        ("scope", scope),
        ("state", "st"),
        ("nonce", "no"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    fields.extend_from_slice(more);
    format!(
        "/oauth/authorize?{}",
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    )
}

pub fn parameter(location: &str, name: &str) -> String {
    let query = location.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn host_code(world: &World) -> String {
    world.create_person("boris", "a long password").await;
    let request = authorize("super.app", "https://super.app/callback", "openid host", &[]);
    let back = Browser::default().sign_in(world, &request, "boris", "a long password").await;
    let location = back.header("location").to_owned();
    assert!(location.starts_with("https://super.app/callback?"), "{location} {}", back.body);
    assert_eq!(parameter(&location, "state"), "st");
    assert_eq!(parameter(&location, "iss"), "http://localhost:8080");
    parameter(&location, "code")
}

fn fields(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://super.app/callback"),
        ("code_verifier", VERIFIER),
        ("client_id", "super.app"),
    ]
}

fn claims(jwt: &str) -> Value {
    use base64::Engine;
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_host_signs_in_by_code_and_gets_all_three_tokens() {
    let world = World::new().await;
    let code = host_code(&world).await;
    let answer = world.form("/oauth/token", None, &fields(&code)).await.ok().json();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 600);
    assert_eq!(answer["scope"], "openid host");
    let id = claims(answer["id_token"].as_str().unwrap());
    assert_eq!((&id["aud"], &id["nonce"]), (&"super.app".into(), &"no".into()));
    assert!(id["sid"].is_string() && id.get("auth_time").is_none());
    world.get("/v1/me/profile", answer["access_token"].as_str()).await.ok();
    world.refresh(answer["refresh_token"].as_str().unwrap()).await.ok();
}

#[tokio::test]
async fn sixteen_at_once_have_one_winner_and_the_repeats_end_what_it_got() {
    let world = std::sync::Arc::new(World::new().await);
    let code = host_code(&world).await;
    let attempts: Vec<_> = (0..16)
        .map(|_| {
            let (world, code) = (world.clone(), code.clone());
            tokio::spawn(async move { world.form("/oauth/token", None, &fields(&code)).await })
        })
        .collect();
    let mut won = vec![];
    for attempt in attempts {
        let reply = attempt.await.unwrap();
        match reply.status.as_u16() {
            200 => won.push(reply.json()),
            _ => assert_eq!(reply.refusal(), (400, "invalid_grant".into())),
        }
    }
    assert_eq!(won.len(), 1);
    assert_eq!(world.get("/v1/me/profile", won[0]["access_token"].as_str()).await.status, 401);
    assert_eq!(world.refresh(won[0]["refresh_token"].as_str().unwrap()).await.refusal().1, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_only_as_it_was_asked_for() {
    let world = World::new().await;
    let code = host_code(&world).await;
    let with = |name: &'static str, value: Option<&'static str>| {
        let mut fields = fields(&code);
        fields.retain(|(field, _)| *field != name);
        fields.extend(value.map(|value| (name, value)));
        fields
    };
    let other = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMaaaa";
    for wrong in [
        with("redirect_uri", None),
        with("redirect_uri", Some("https://super.app/callback/")),
        with("code_verifier", Some(other)),
        with("code_verifier", None),
        with("client_id", Some("other.app")),
    ] {
        assert_eq!(
            world.form("/oauth/token", None, &wrong).await.refusal(),
            (400, "invalid_grant".into()),
            "{wrong:?}"
        );
    }
    world.pass(Span::seconds(61));
    assert_eq!(world.form("/oauth/token", None, &fields(&code)).await.refusal().1, "invalid_grant");
}

#[tokio::test]
async fn a_login_code_is_redeemed_by_its_app_alone_and_once() {
    let world = World::new().await;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, "org.example.taxi", None).await;
    let wanted = ("requested_token_type", "urn:portico:token-type:login-code");
    let answer = world.exchange(&ana.access, "org.example.taxi", &[wanted]).await.ok().json();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&"N_A".into(), &300.into()));
    assert_eq!(answer["issued_token_type"], wanted.1);
    let code = answer["access_token"].as_str().unwrap();
    let redeem = [("grant_type", "authorization_code"), ("code", code)];
    let shop = world.credentials("org.example.shop");
    assert_eq!(world.form("/oauth/token", Some(&shop), &redeem).await.refusal().1, "invalid_grant");
    let taxi = world.credentials("org.example.taxi");
    let granted = world.form("/oauth/token", Some(&taxi), &redeem).await.ok().json();
    let token = granted["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&token)["act"]["sub"], "super.app");
    assert_eq!(claims(granted["id_token"].as_str().unwrap())["sub"], claims(&token)["sub"]);
    assert_eq!(world.introspect("org.example.taxi", &token).await["active"], true);
    assert_eq!(world.form("/oauth/token", Some(&taxi), &redeem).await.refusal().1, "invalid_grant");
    assert_eq!(world.introspect("org.example.taxi", &token).await["active"], false);
}

#[tokio::test]
async fn two_apps_that_compare_every_byte_find_nothing_in_common() {
    let mut world = World::new().await;
    for app in ["org.example.one", "org.example.two"] {
        world
            .register_app(manifest(app, if app.ends_with("one") { "acme" } else { "bazaar" }, &[], &[]))
            .await;
    }
    let ana = world.sign_in("ana").await;
    let mut seen: Vec<BTreeSet<String>> = vec![];
    for app in ["org.example.one", "org.example.two"] {
        let Launched::Token { token, .. } = world.launch(&ana, app, Some("openid")).await else { panic!() };
        let mut values = BTreeSet::new();
        for document in
            [claims(&token), world.introspect(app, &token).await, world.userinfo(&token).await.ok().json()]
        {
            for (name, value) in document.as_object().unwrap() {
                // What every token of this server and this second has, whoever it is about.
                let common = ["iss", "iat", "exp", "scope", "active", "token_type", "act"];
                if !common.contains(&name.as_str()) {
                    values.insert(value.to_string());
                }
            }
        }
        assert!(values.len() >= 4);
        seen.push(values);
    }
    assert!(seen[0].is_disjoint(&seen[1]), "{seen:?}");
}

#[tokio::test]
async fn the_inner_ids_never_leave_towards_an_app() {
    let world = World::new().await;
    let user = world.create_person("vera", "a long password").await;
    let digits = user.strip_prefix("usr_").unwrap().to_owned();
    let bytes: Vec<u8> =
        (0..16).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()).collect();
    use base64::Engine;
    let encoded = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&bytes);
    let request =
        authorize("org.example.shop", "https://org.example.shop.example/callback", "openid profile", &[]);
    let mut browser = Browser::default();
    let page = browser.sign_in(&world, &request, "vera", "a long password").await;
    assert!(page.body.contains("name=\"decision\""), "{}", page.body);
    for text in [&digits, &encoded, &user] {
        assert!(!page.body.contains(text.as_str()));
    }
    let ana = world.sign_in("ana").await;
    let token = world.launch_granting(&ana, "org.example.taxi", None).await;
    let all = format!(
        "{} {} {}",
        claims(&token),
        world.introspect("org.example.taxi", &token).await,
        world.userinfo(&token).await.body
    );
    assert!(!all.contains("usr_") && !all.contains("ses_"), "{all}");
}

#[tokio::test]
async fn the_answer_spells_scopes_as_the_request_did() {
    let world = World::new().await;
    world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    let request =
        authorize("org.example.shop", "https://org.example.shop.example/callback", "openid profile", &[]);
    let page = browser.sign_in(&world, &request, "boris", "a long password").await;
    let at = browser.get(&world, &request).await.header("location").to_owned();
    let page = if page.body.contains("decision") { browser.get(&world, &at).await.ok() } else { page };
    let csrf = Browser::field(&page, "csrf");
    let to = browser
        .post(&world, &at, &[("csrf", &csrf), ("decision", "allow")])
        .await
        .header("location")
        .to_owned();
    let code = parameter(browser.follow(&world, &to).await.header("location"), "code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://org.example.shop.example/callback"),
        ("code_verifier", VERIFIER),
    ];
    let answer =
        world.form("/oauth/token", Some(&world.credentials("org.example.shop")), &fields).await.ok().json();
    assert_eq!(answer["scope"], "openid profile");
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["scope"], "openid profile.basic");
    assert_eq!(world.userinfo(token).await.ok().json()["name"], "boris");
}

#[tokio::test]
async fn the_standard_scope_for_addresses_gives_the_default_one_too() {
    let mut world = World::new().await;
    let app = "org.example.post";
    let redirect = format!("https://{app}.example/callback");
    world.register_app(manifest(app, "acme", &["address.list"], &[])).await;
    world.create_person("boris", "a long password").await;
    let mut browser = Browser::default();
    browser.sign_in(&world, "/sign-in?continue=%2Fsettings%2Fprofile", "boris", "a long password").await.ok();
    for city in ["Bath", "Leeds"] {
        let csrf = Browser::field(&browser.get(&world, "/settings/profile").await.ok(), "csrf");
        let fields = [("csrf", csrf.as_str()), ("action", "add_address"), ("locality", city)];
        assert_eq!(browser.post(&world, "/settings/profile", &fields).await.status, 303);
    }
    for (asked, held, claims) in [
        ("openid address", "openid address.list address", ["address", "addresses", "sub"].as_slice()),
        ("openid address.list", "openid address.list", ["addresses", "sub"].as_slice()),
    ] {
        let at = authorize(app, &redirect, asked, &[]);
        let mut reply = browser.follow(&world, &at).await;
        if reply.body.contains("name=\"decision\"") {
            let page = browser.get(&world, &at).await.header("location").to_owned();
            let csrf = Browser::field(&browser.get(&world, &page).await.ok(), "csrf");
            let onward = browser.post(&world, &page, &[("csrf", &csrf), ("decision", "allow")]).await;
            reply = browser.follow(&world, onward.header("location")).await;
        }
        let code = parameter(reply.header("location"), "code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = world.form("/oauth/token", Some(&world.credentials(app)), &fields).await.ok().json();
        assert_eq!(answer["scope"], asked);
        let token = answer["access_token"].as_str().unwrap();
        assert_eq!(world.introspect(app, token).await["scope"], held);
        let info = world.userinfo(token).await.ok().json();
        assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), claims);
        assert_eq!(info["addresses"].as_array().unwrap().len(), 2);
        if asked.ends_with("address") {
            assert_eq!(info["address"], serde_json::json!({ "formatted": "Bath", "locality": "Bath" }));
        }
    }
}
