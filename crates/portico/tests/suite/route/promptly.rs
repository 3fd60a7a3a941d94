//! Whatever a call closes, and however many commits that takes, it waits for one lease and no more when a
//! node does not answer, and does not answer before that lease is over.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use portico_core::Change;
use portico_core::id::{SessionId, TokenId, UserId};
use portico_core::rule::lease::Terms;
use portico_core::rule::sign_in;
use portico_seal::{MasterKey, SystemChance};
use portico_sql::memory::Memory;
use portico_store::{Commit, Read};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::fixture::{ADMIN, Browser, HOST, Reply, Tokens, World};

const TAXI: &str = "org.example.taxi";
const LEASE: Duration = Duration::from_micros(Terms::DEFAULT.lease);
/// What is promised beside the lease.
const ALLOWED: Duration = Duration::from_millis(100);

/// A node whose calls are measured, and one that hears nothing of them. Both renew their leases, and
/// somewhere something is closed all the time.
struct Deaf {
    world: World,
    store: Arc<Memory>,
    _tasks: JoinSet<()>,
}

impl Deaf {
    async fn new() -> Self {
        let store = Arc::new(Memory::new());
        let master = MasterKey::generate(&SystemChance).to_text();
        let world = World::node(&store, &master, None).await;
        let other = World::node(&store, &master, Some(&world)).await;
        let mut tasks = JoinSet::new();
        for live in [&world.house.live, &other.house.live].map(Arc::clone) {
            tasks.spawn(async move { live.keep_lease().await });
        }
        let live = Arc::clone(&other.house.live);
        tasks.spawn(async move {
            let mut others = JoinSet::new();
            for number in 0u128.. {
                let (live, token) = (live.clone(), TokenId::from_bytes(number.to_be_bytes()));
                let until = live.now();
                others.spawn(async move { live.commit(vec![Change::TokenRevoked { token, until }]).await });
                sleep(ALLOWED / 3).await;
            }
        });
        // Each has read that the other is there.
        sleep(LEASE).await;
        Self { world, store, _tasks: tasks }
    }

    /// Begins so many more sessions of the person of these tokens.
    async fn sessions(&self, tokens: &Tokens, more: u128) -> UserId {
        let (world, now) = (&self.world, self.world.now());
        let limits = world.house.live.settings().sessions;
        let token = world.house.live.token(&tokens.access).await.unwrap().unwrap();
        let user = self.store.session(token.session).await.unwrap().unwrap().user;
        let begin = |number: u128| sign_in::Begin {
            id: SessionId::from_bytes((number + 1).to_be_bytes()),
            user,
            client: HOST.parse().unwrap(),
            method: "pwd".to_owned(),
            sealed_label: vec![],
            cookie_digest: None,
        };
        let sessions = (0..more).map(|number| sign_in::begin(begin(number), &limits, now).0);
        self.store.commit(sessions.map(Change::SessionStarted).collect()).await.unwrap();
        user
    }

    async fn left(&self, user: UserId) -> usize {
        self.store.sessions_of(user).await.unwrap().len()
    }

    async fn admin(&self, path: &str) -> Reply {
        self.world.admin_post(&format!("/admin/v1/{path}"), json!({})).await
    }
}

/// The answer to a call that closes something, which waits for the other node's lease and no longer.
async fn one_lease(what: &str, call: impl Future<Output = Reply>) -> Reply {
    let before = Instant::now();
    let reply = call.await;
    let took = before.elapsed();
    assert!(reply.status.is_success() || reply.status.is_redirection(), "{what}: {}", reply.body);
    assert!(took > LEASE, "{what} answered after {took:?}, while the other node may answer as before");
    assert!(took <= LEASE + ALLOWED, "{what} took {took:?}");
    reply
}

#[tokio::test(start_paused = true)]
async fn ending_sessions_takes_one_lease_however_many_there_are() {
    let deaf = Deaf::new().await;
    let world = &deaf.world;
    let ana = world.sign_in("ana").await;
    let user = deaf.sessions(&ana, 350).await;
    let path = format!("users/{user}/end-sessions");
    let ended = one_lease("end-sessions", deaf.admin(&path)).await;
    assert_eq!((ended.json()["ended"].as_u64(), deaf.left(user).await), (Some(351), 0));
    one_lease("end-sessions with nothing left to end", deaf.admin(&path)).await;

    let ana = world.sign_in("ana").await;
    for _ in 0..3 {
        world.sign_in("ana").await;
    }
    let nothing = json!({});
    let others = world.json(Method::DELETE, "/v1/me/sessions", Some(&ana.access), &nothing);
    one_lease("the end of the other sessions", others).await;
    assert_eq!(deaf.left(user).await, 1);
    one_lease("a sign-out", world.sign_out(&ana)).await;
    one_lease("a sign-out again", world.sign_out(&ana)).await;
}

#[tokio::test(start_paused = true)]
async fn withdrawing_takes_one_lease_and_so_does_withdrawing_again() {
    let deaf = Deaf::new().await;
    let world = &deaf.world;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    for what in ["a withdrawal", "a withdrawal again"] {
        let path = format!("/v1/me/apps/{TAXI}");
        one_lease(what, world.json(Method::DELETE, &path, Some(&ana.access), &json!({}))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_operator_does_to_a_client_or_a_person_takes_one_lease() {
    let deaf = Deaf::new().await;
    let ana = deaf.world.sign_in("ana").await;
    let user = deaf.sessions(&ana, 5).await;
    for path in ["suspend", "suspend", "resume", "rotate-secret"] {
        one_lease(path, deaf.admin(&format!("apps/{TAXI}/{path}"))).await;
    }
    for path in ["suspend", "suspend", "erase", "erase"] {
        one_lease(path, deaf.admin(&format!("users/{user}/{path}"))).await;
    }
    assert_eq!(deaf.left(user).await, 0);
    let ben = deaf.world.sign_in("ben").await;
    let user = deaf.sessions(&ben, 0).await;
    let [session] = &deaf.store.sessions_of(user).await.unwrap()[..] else { panic!("he has one") };
    for what in ["the end of one session", "its end again"] {
        let path = format!("/admin/v1/users/{user}/sessions/{}", session.id);
        one_lease(what, deaf.world.admin_call(Method::DELETE, &path, Some(ADMIN), "")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_password_takes_one_lease_and_ends_every_other_session() {
    let deaf = Deaf::new().await;
    let world = &deaf.world;
    let ana = world.sign_in("ana").await;
    let user = deaf.sessions(&ana, 250).await;
    let body = json!({ "password": "vR7-kept-well" });
    let changed = world.json(Method::POST, "/v1/me/password", Some(&ana.access), &body);
    assert_eq!(one_lease("a new password", changed).await.status, StatusCode::NO_CONTENT);
    assert_eq!(deaf.left(user).await, 1);

    world.posted().await;
    let mut browser = Browser::default();
    browser.fill(world, "/recover", "/recover", &[("username", "ana@people.example")]).await;
    let code = world.code().await;
    let fields = [("step", "check"), ("code", code.as_str()), ("password", "wT4-kept-better")];
    let recovered = browser.fill(world, "/recover/code", "/recover/code", &fields);
    assert_eq!(one_lease("a recovery", recovered).await.header("location"), "/settings");
    assert_eq!(deaf.left(user).await, 1);
}

#[tokio::test(start_paused = true)]
async fn who_goes_waits_for_one_lease() {
    let deaf = Deaf::new().await;
    let world = &deaf.world;
    let ana = world.sign_in("ana").await;
    let user = deaf.sessions(&ana, 250).await;
    one_lease("erasure", world.json(Method::DELETE, "/v1/me", Some(&ana.access), &json!({}))).await;
    assert_eq!(deaf.left(user).await, 0);
}
