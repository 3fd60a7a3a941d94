//! What a back end sees of a person who comes, allows less, and goes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use portico_sdk::{Cause, Error, Portico, Refused};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::house::House;
use crate::proxy::Proxy;
use crate::taxi;

const NOWHERE: &str = "http://127.0.0.1:9/logout";
/// How long a ping may have been held up in this process and the proxy.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// Waits until a token is what it should be; how long that took.
async fn until(
    portico: &Portico,
    token: &str,
    is_so: impl Fn(&Result<portico_sdk::Validated, Error>) -> bool,
) -> Duration {
    let begun = Instant::now();
    while !is_so(&portico.validate(token).await) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came to be");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    begun.elapsed()
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test"]
async fn a_session_that_ends_and_a_scope_that_is_withdrawn_are_known_without_asking() {
    let house = House::new(NOWHERE).await;
    let portico = house.portico();
    let (ana, bob) = (house.sign_in("ana").await, house.sign_in("bob").await);
    let (hers, his) = (house.launch(&ana).await, house.launch(&bob).await);
    portico.caught_up().await;
    let caller = portico.validate(&hers).await.unwrap();
    assert_eq!((caller.app_id(), caller.actor()), (crate::house::TAXI, Some("super.app")));
    assert_eq!(caller.allowed_scopes().to_string(), "openid profile.basic phone.verified");
    assert_ne!(caller.user_id(), portico.validate(&his).await.unwrap().user_id());

    house.keep(&ana, "profile.basic").await;
    until(&portico, &hers, |answer| !answer.as_ref().unwrap().has("phone.verified")).await;
    let caller = portico.validate(&hers).await.unwrap();
    let withdrawn = Refused::ScopeWithdrawn { scope: "phone.verified".into() };
    assert_eq!(caller.require("phone.verified"), Err(withdrawn));

    house.sign_out(&ana).await;
    until(&portico, &hers, |answer| {
        *answer.as_ref().err().unwrap_or(&Error::InvalidToken(Cause::Inactive))
            == Error::InvalidToken(Cause::SessionEnded)
    })
    .await;
    portico.validate(&his).await.unwrap();
    assert!(portico.is_local());
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test"]
async fn a_feed_that_falls_silent_is_not_believed_for_longer_than_two_seconds() {
    let mut proxy = Proxy::new().await;
    let issuer = format!("http://{}", proxy.address);
    // A port of our own choice: the issuer is the proxy, and the server has to be known to it.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    proxy.forward(free);
    let house = House::behind(NOWHERE, &free.to_string(), Some(&issuer)).await;
    let portico = house.portico();
    let ana = house.sign_in("ana").await;
    let token = house.launch(&ana).await;
    portico.caught_up().await;
    portico.validate(&token).await.unwrap();

    proxy.silence(true);
    house.sign_out(&ana).await;
    let signed_out = Instant::now();
    let bound = Duration::from_secs(2) + ON_ITS_WAY;
    loop {
        let asked = signed_out.elapsed();
        match portico.validate(&token).await {
            Ok(_) => assert!(asked < bound, "{asked:?}"),
            // It was Portico that said so, not the feed.
            Err(error) => break assert_eq!(error, Error::InvalidToken(Cause::Inactive)),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(!portico.is_local());
    let bob = house.launch(&house.sign_in("bob").await).await;
    portico.validate(&bob).await.unwrap();
    assert!(!portico.is_local());

    proxy.silence(false);
    let heard = |answer: &Result<_, Error>| matches!(answer, Err(Error::InvalidToken(Cause::SessionEnded)));
    until(&portico, &token, heard).await;
    assert!(portico.is_local());
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test"]
async fn an_app_that_is_suspended_is_refused_everything_until_it_is_resumed() {
    let house = House::new(NOWHERE).await;
    let portico = house.portico();
    let token = house.launch(&house.sign_in("ana").await).await;
    portico.caught_up().await;
    portico.validate(&token).await.unwrap();
    house.cli(&["apps", "suspend", crate::house::TAXI], "");
    let suspended = |answer: &Result<_, Error>| {
        matches!(answer, Err(Error::InvalidToken(Cause::AppSuspended | Cause::Inactive)))
    };
    until(&portico, &token, suspended).await;
    // Once the feed has been silent for the bound, Portico is asked, though the next connection may be seconds away.
    let asked = |answer: &Result<_, Error>| matches!(answer, Err(Error::InvalidToken(Cause::Inactive)));
    until(&portico, &token, asked).await;
    house.cli(&["apps", "resume", crate::house::TAXI], "");
    portico.validate(&token).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test"]
async fn no_token_is_refused_while_keys_rotate_and_the_server_restarts() {
    let mut house = House::new(NOWHERE).await;
    let portico = house.portico();
    let ana = house.sign_in("ana").await;
    let token = house.launch(&ana).await;
    portico.caught_up().await;
    house.cli(&["keys", "rotate"], "");
    let rotated = Instant::now();
    while rotated.elapsed() < Duration::from_millis(500) {
        portico.validate(&token).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    portico.validate(&house.launch(&ana).await).await.unwrap();
    house.restart();
    assert!(matches!(portico.validate(&token).await, Ok(_) | Err(Error::Unavailable { .. })));
    until(&portico, &token, |answer| answer.is_ok() && portico.is_local()).await;
}

#[tokio::test]
#[ignore = "needs a release build: cargo xtask test"]
async fn the_taxi_of_the_guide_serves_who_is_signed_in_and_hears_of_the_end() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let taxi = listener.local_addr().unwrap();
    let house = House::new(&format!("http://{taxi}/logout")).await;
    let portico = house.portico();
    let routes = taxi::routes(&portico);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let ana = house.sign_in("ana").await;
    let token = house.launch(&ana).await;
    portico.caught_up().await;

    assert_eq!(asked(taxi, "/ride", None).await.0, StatusCode::UNAUTHORIZED);
    let (status, ride) = asked(taxi, "/ride", Some(&token)).await;
    assert_eq!((status, &ride["meet"]), (StatusCode::OK, &"the driver calls".into()));
    assert_eq!(asked(taxi, "/call", Some(&token)).await.0, StatusCode::OK);

    house.keep(&ana, "profile.basic").await;
    until(&portico, &token, |answer| !answer.as_ref().unwrap().has("phone.verified")).await;
    let (status, ride) = asked(taxi, "/ride", Some(&token)).await;
    assert_eq!((status, &ride["meet"]), (StatusCode::OK, &"at the door".into()));
    let (status, refused) = asked(taxi, "/call", Some(&token)).await;
    assert_eq!((status, &refused["withdrawn"]), (StatusCode::FORBIDDEN, &true.into()));

    house.sign_out(&ana).await;
    let begun = Instant::now();
    while asked(taxi, "/ended", None).await.1 != 1 {
        assert!(begun.elapsed() < Duration::from_secs(20), "the taxi was never told");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(asked(taxi, "/ride", Some(&token)).await.0, StatusCode::UNAUTHORIZED);
}

async fn asked(taxi: SocketAddr, path: &str, token: Option<&str>) -> (StatusCode, Value) {
    let request = Client::new().get(format!("http://{taxi}{path}"));
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}
