//! The operator's console, through the real router.

use axum::http::Method;
use portico_core::moment::Span;
use serde_json::{Value, json};

use crate::fixture::{ADMIN, Browser, Reply, World};

const TAXI: &str = "org.example.taxi";

struct Operator {
    world: World,
    browser: Browser,
}

impl Operator {
    async fn new() -> Self {
        let (world, mut browser) = (World::new().await, Browser::default());
        let reply = browser.sign_in_to_console(&world).await;
        assert_eq!((reply.status.as_u16(), reply.header("location")), (303, "/console"));
        Self { world, browser }
    }

    async fn get(&mut self, path: &str) -> Reply {
        self.browser.at_console(&self.world, Method::GET, path, &[]).await
    }

    /// Sends the form of this action, with the token that the page carries.
    async fn act(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.get(path).await.ok();
        let csrf = Browser::field(&page, "csrf");
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.browser.at_console(&self.world, Method::POST, path, &fields).await
    }

    /// As [`Self::act`], and the page to which it leads.
    async fn done(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.act(path, fields).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        let to = reply.header("location").to_owned();
        self.get(&to).await.ok()
    }

    async fn trail(&self) -> Vec<String> {
        let trail = self.world.admin_get("/admin/v1/audit?limit=1000").await.ok().json();
        let line = |line: &Value| {
            format!("{} {}", line["act"].as_str().unwrap(), line["target"]["id"].as_str().unwrap())
        };
        trail["items"].as_array().unwrap().iter().map(line).collect()
    }

    /// Whoever is found by this.
    async fn person(&self, query: &str) -> String {
        let found = self.world.admin_get(&format!("/admin/v1/users?query={query}")).await.ok().json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{query}: {found}");
        found["items"][0]["user_id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_console_is_entered_with_the_operators_token_alone() {
    let (world, mut browser) = (World::new().await, Browser::default());
    assert_eq!(browser.at_console(&world, Method::GET, "/", &[]).await.header("location"), "/console");
    let to = browser.at_console(&world, Method::GET, "/console", &[]).await;
    assert_eq!(to.header("location"), "/console/sign-in");
    let page = browser.at_console(&world, Method::GET, "/console/sign-in", &[]).await.ok();
    let csrf = Browser::field(&page, "csrf");
    for token in ["", "wrong", &ADMIN[1..], "\u{202e}"] {
        let fields = [("csrf", csrf.as_str()), ("token", token)];
        let reply = browser.at_console(&world, Method::POST, "/console/sign-in", &fields).await;
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("not the operator") && browser.cookie("portico_console").is_none());
    }
    let entered = browser.sign_in_to_console(&world).await;
    let cookie = entered.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/console", "Max-Age=28800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(ADMIN));
    browser.at_console(&world, Method::GET, "/console", &[]).await.ok();
}

#[tokio::test]
async fn whoever_guesses_tokens_is_made_to_wait() {
    let (world, mut browser) = (World::new().await, Browser::default());
    let page = browser.at_console(&world, Method::GET, "/console/sign-in", &[]).await.ok();
    let csrf = Browser::field(&page, "csrf");
    let mut statuses = vec![];
    for _ in 0..13 {
        let fields = [("csrf", csrf.as_str()), ("token", "a guess")];
        let reply = browser.at_console(&world, Method::POST, "/console/sign-in", &fields).await;
        statuses.push(reply.status.as_u16());
        assert_eq!(reply.status == 429, !reply.header("retry-after").is_empty());
    }
    assert_eq!((statuses[0], statuses[12]), (400, 429), "{statuses:?}");
}

#[tokio::test]
async fn a_visit_ends_by_signing_out_by_time_and_with_the_token() {
    let mut operator = Operator::new().await;
    let copied = operator.browser.cookie("portico_console").unwrap().to_owned();
    let page = operator.get("/console").await.ok();
    let fields = [("csrf", Browser::field(&page, "csrf"))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let left = operator.browser.at_console(&operator.world, Method::POST, "/console/sign-out", &fields).await;
    assert_eq!(left.header("location"), "/console/sign-in");
    let mut thief = Browser::default();
    thief.plant("portico_console", &copied);
    assert_eq!(thief.at_console(&operator.world, Method::GET, "/console", &[]).await.status, 303);

    operator.browser.sign_in_to_console(&operator.world).await;
    operator.world.pass(Span::seconds(8 * 3600 - 1));
    operator.get("/console").await.ok();
    operator.world.pass(Span::seconds(1));
    assert_eq!(operator.get("/console").await.status, 303);

    operator.browser.sign_in_to_console(&operator.world).await;
    operator.get("/console").await.ok();
    operator.world.restart_with_admin_token(ADMIN);
    operator.get("/console").await.ok();
    operator.world.restart_with_admin_token("another token");
    assert_eq!(operator.get("/console").await.header("location"), "/console/sign-in");
}

#[tokio::test]
async fn a_cookie_that_was_not_sealed_here_is_none() {
    let world = World::new().await;
    let mut stranger = Operator::new().await;
    let foreign = stranger.browser.cookie("portico_console").unwrap().to_owned();
    for value in ["x", "AAAA", &foreign, &foreign[1..], &format!("{foreign}A")] {
        let mut browser = Browser::default();
        browser.plant("portico_console", value);
        assert_eq!(browser.at_console(&world, Method::GET, "/console", &[]).await.status, 303, "{value}");
    }
    stranger.get("/console").await.ok();
}

#[tokio::test]
async fn a_form_without_the_token_of_the_visit_changes_nothing() {
    let mut operator = Operator::new().await;
    let path = format!("/console/apps/{TAXI}");
    let other = operator.world.house.live.vault().csrf().token("console another");
    for csrf in ["", "x", &other] {
        let fields = [("csrf", csrf), ("action", "suspend")];
        let reply = operator.browser.at_console(&operator.world, Method::POST, &path, &fields).await;
        assert_eq!(reply.status, 400);
    }
    let shown = operator.world.admin_get(&format!("/admin/v1/apps/{TAXI}")).await.ok().json();
    assert_eq!(shown["suspended_at"], Value::Null);
}

#[tokio::test]
async fn every_page_has_a_strict_policy_and_may_not_be_framed() {
    let mut operator = Operator::new().await;
    operator.world.create_person("mira", "correct horse battery").await;
    let mira = operator.person("mira").await;
    let person = format!("/console/people/{mira}");
    let pages = ["/console", "/console/people", &person, "/console/apps", "/console/apps/org.example.taxi"];
    let more = ["/console/hosts", "/console/hosts/super.app", "/console/scopes", "/console/deliveries"];
    for path in
        pages.into_iter().chain(more).chain(["/console/audit", "/console/nowhere", "/console/sign-in"])
    {
        let page = operator.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"), "{path}");
        assert!(!policy.contains("unsafe") && page.header("cache-control") == "no-store", "{path}");
        assert!(!page.body.contains(" style=") && !page.body.contains("<script>"), "{path}");
        assert!(page.body.len() < 50_000, "{path}: {}", page.body.len());
    }
}

#[tokio::test]
async fn a_person_is_found_by_each_handle_and_by_nothing_less() {
    let mut operator = Operator::new().await;
    let person = json!({
        "name": "Mira", "username": "mira", "email": "Mira@Example.org", "email_verified": true,
        "phone": "+49 30 123456", "phone_verified": true,
    });
    operator.world.admin_post("/admin/v1/users", person).await.ok();
    let mira = operator.person("mira").await;
    for query in ["MIRA", "mira%40example.ORG", "%2B49%2030%20123-456", "0049+30123456", &mira, "+mira+"] {
        let page = operator.get(&format!("/console/people?query={query}")).await.ok();
        assert!(page.body.contains(&mira), "{query}");
        assert!(!page.body.contains("Example.org"), "a list shows nothing personal");
    }
    for query in ["mir", "example.org", "usr_", "%25", "*", "%00x"] {
        let page = operator.get(&format!("/console/people?query={query}")).await;
        assert!(!page.body.contains(&mira), "{query}");
    }
    let everybody = operator.get("/console/people?query=").await.ok();
    assert!(everybody.body.contains(&mira));
}

#[tokio::test]
async fn what_is_done_to_a_person_in_the_console_is_done_and_in_the_trail() {
    let mut operator = Operator::new().await;
    let (first, _second) = (operator.world.sign_in("ana").await, operator.world.sign_in("ana").await);
    let rides = operator.world.launch_granting(&first, TAXI, None).await;
    let ana = operator.person("ana%40people.example").await;
    let path = format!("/console/people/{ana}");
    let page = operator.get(&path).await.ok();
    for shown in ["Name of ana", "ana@people.example", TAXI, "phone.verified"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    let session = Browser::field(&page, "session");
    let page = operator.done(&path, &[("action", "end_session"), ("session", &session)]).await;
    assert!(page.body.contains("The session is over.") && !page.body.contains(&session));
    operator.done(&path, &[("action", "end_sessions")]).await;
    assert_eq!(operator.world.introspect(TAXI, &rides).await, json!({ "active": false }));
    let page = operator.done(&path, &[("action", "suspend")]).await;
    assert!(page.body.contains("Let them in again"));
    operator.done(&path, &[("action", "resume")]).await;
    assert_eq!(operator.act(&path, &[("action", "erase")]).await.status, 400, "without the confirmation");
    let page = operator.done(&path, &[("action", "erase"), ("confirm", "erase")]).await;
    assert!(!page.body.contains("ana@people.example") && page.body.contains("erased"));
    let trail = operator.trail().await;
    let acts = ["session_ended", "sessions_ended", "suspended", "resumed", "erased", "read"];
    for act in acts {
        assert!(trail.contains(&format!("person.{act} {ana}")), "{act}: {trail:?}");
    }
}

#[tokio::test]
async fn an_operator_sees_where_else_a_person_is_known_and_undoes_it() {
    let mut operator = Operator::new().await;
    operator.world.sign_in("ana").await;
    let ana = operator.person("ana%40people.example").await;
    let path = format!("/console/people/{ana}");
    let known =
        json!({ "app": TAXI, "openid": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "email": "ana@people.example" });
    operator.world.admin_post("/admin/v1/links", known).await.ok();
    let page = operator.get(&path).await.ok();
    assert!(page.body.contains("support") && page.body.contains(&format!("app:{TAXI}")), "{}", page.body);
    let links = operator.world.admin_get(&format!("/admin/v1/users/{ana}/links")).await.ok().json();
    let theirs = links["links"].as_array().unwrap().iter().find(|link| link["app_id"] == TAXI).unwrap();
    let link = theirs["id"].as_str().unwrap().to_owned();
    assert!(page.body.contains(&link), "a form undoes it");
    let page = operator.done(&path, &[("action", "unlink"), ("link", &link)]).await;
    assert!(page.body.contains("The link is undone.") && !page.body.contains(&link));
    assert!(page.body.contains(&format!("app:{TAXI}")), "it is in the history");
    assert_eq!(operator.act(&path, &[("action", "unlink"), ("link", &link)]).await.status, 404);
    assert_eq!(operator.act(&path, &[("action", "unlink"), ("link", "lnk_0")]).await.status, 404);
    let trail = operator.trail().await;
    assert!(trail.iter().any(|line| line.starts_with(&format!("person.unlinked {ana}"))), "{trail:?}");
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_ended_through_this_person() {
    let mut operator = Operator::new().await;
    let ben = operator.world.sign_in("ben").await;
    operator.world.sign_in("ana").await;
    let (ana, ben_id) =
        (operator.person("ana%40people.example").await, operator.person("ben%40people.example").await);
    let page = operator.get(&format!("/console/people/{ben_id}")).await.ok();
    let bens = Browser::field(&page, "session");
    for session in [bens.as_str(), "ses_0", ""] {
        let fields = [("action", "end_session"), ("session", session)];
        let reply = operator.act(&format!("/console/people/{ana}"), &fields).await;
        assert!(reply.status.is_client_error(), "{session}: {}", reply.status);
    }
    operator.world.get("/v1/me/profile", Some(&ben.access)).await.ok();
}

#[tokio::test]
async fn what_is_done_to_an_app_in_the_console_is_done_and_its_secret_is_shown_once() {
    let mut operator = Operator::new().await;
    let ana = operator.world.sign_in("ana").await;
    let rides = operator.world.launch_granting(&ana, TAXI, None).await;
    let path = format!("/console/apps/{TAXI}");
    let page = operator.get(&path).await.ok();
    for shown in ["phone.verified", "https://org.example.taxi.example", "/callback", "acme", "/logout"] {
        assert!(page.body.contains(shown), "{shown}");
    }
    operator.done(&path, &[("action", "suspend")]).await;
    assert_eq!(operator.world.introspect(TAXI, &rides).await, json!({ "active": false }));
    operator.done(&path, &[("action", "resume")]).await;
    let page = operator.done(&path, &[("action", "preauthorise"), ("scope", "phone.verified")]).await;
    assert!(page.body.contains("pre-authorised"));
    let shown = operator.act(&path, &[("action", "rotate_secret")]).await.ok();
    let secret = shown.body.split("class=\"secret\"><code>").nth(1).unwrap().split('<').next().unwrap();
    operator.world.secrets.insert(TAXI.into(), secret.to_owned());
    assert_eq!(operator.world.introspect(TAXI, &rides).await["active"], true);
    assert!(!operator.get(&path).await.ok().body.contains(secret));
    for bad in ["", "x y", "none.such"] {
        let reply = operator.act(&path, &[("action", "preauthorise"), ("scope", bad)]).await;
        assert!(reply.status.is_client_error(), "{bad}");
    }
    assert_eq!(operator.act(&path, &[("action", "explode")]).await.status, 400);
    let trail = operator.trail().await;
    for act in ["suspended", "resumed", "preauthorised", "secret_rotated"] {
        assert!(trail.contains(&format!("app.{act} {TAXI}")), "{act}");
    }
}

#[tokio::test]
async fn hosts_are_suspended_and_resumed_in_the_console() {
    let mut operator = Operator::new().await;
    let path = "/console/hosts/super.app";
    assert!(operator.get(path).await.ok().body.contains("https://super.example"));
    let page = operator.done(path, &[("action", "suspend")]).await;
    assert!(page.body.contains("suspended"));
    operator.done(path, &[("action", "resume")]).await;
    operator.world.sign_in("ana").await;
    assert_eq!(operator.get(&format!("/console/hosts/{TAXI}")).await.status, 404);
    assert_eq!(operator.get("/console/apps/super.app").await.status, 404);
}

#[tokio::test]
async fn deliveries_are_filtered_and_sent_again_in_the_console() {
    let mut operator = Operator::new().await;
    let ana = operator.world.sign_in("ana").await;
    operator.world.launch_granting(&ana, TAXI, None).await;
    operator.world.sign_out(&ana).await.ok();
    let path = "/console/deliveries";
    let page = operator.get(&format!("{path}?state=pending")).await.ok();
    let delivery = Browser::field(&page, "delivery");
    assert!(!operator.get(&format!("{path}?state=failed")).await.ok().body.contains(&delivery));
    let page = operator.done(path, &[("action", "retry"), ("delivery", &delivery)]).await;
    assert!(page.body.contains("sent again now"));
    let page = operator.done(path, &[("action", "retry_all")]).await;
    assert!(page.body.contains("Messages sent again: 0."));
    assert_eq!(operator.act(path, &[("action", "retry"), ("delivery", "dlv_x")]).await.status, 404);
    assert_eq!(operator.get(&format!("{path}?state=lost")).await.status, 400);
}

#[tokio::test]
async fn lists_go_on_where_a_page_ends() {
    let mut operator = Operator::new().await;
    let people: Vec<_> = (0..60).map(|number| json!({ "username": format!("person-{number}") })).collect();
    operator.world.admin_post("/admin/v1/users", people.into()).await.ok();
    let first = operator.get("/console/people").await.ok().body;
    let rows = |page: &str| page.matches("href=\"/console/people/usr_").count();
    assert_eq!(rows(&first), 50);
    let next = first.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(rows(&operator.get(&next).await.ok().body), 10);
    for bad in
        ["people?after=x", "apps?after=UPPER", "audit?after=x", "people?after=a&after=b", "people?query=%ff"]
    {
        assert_eq!(operator.get(&format!("/console/{bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn the_names_that_somebody_else_wrote_are_shown_safely() {
    let mut operator = Operator::new().await;
    let name = "<script>alert(1)</script>\" onclick=x";
    operator.world.admin_post("/admin/v1/users", json!({ "name": name, "username": "evil" })).await.ok();
    let evil = operator.person("evil").await;
    let page = operator.get(&format!("/console/people/{evil}")).await.ok();
    assert!(page.body.contains("&lt;script&gt;") && !page.body.contains("<script>alert"));
    assert!(!page.body.contains("\" onclick"));
    for path in [
        "people?query=%22%3E%3Cscript%3E",
        "audit?target=%22%3E%3Cscript%3E",
        "apps?prefix=%22%3E%3Cscript%3E",
    ] {
        let page = operator.get(&format!("/console/{path}")).await.ok();
        assert!(!page.body.contains("\"><script>"), "{path}");
    }
}

#[tokio::test]
async fn the_figures_count_sessions_launches_refusals_and_waiting_messages() {
    let mut operator = Operator::new().await;
    let world = &operator.world;
    let ana = world.sign_in("ana").await;
    world.launch_granting(&ana, TAXI, None).await;
    world.get("/v1/me/profile", Some("no token")).await;
    portico_http::figures::sample(&world.house).await.unwrap();
    world.sign_out(&ana).await.ok();
    world.pass(Span::seconds(5));
    portico_http::figures::sample(&world.house).await.unwrap();
    let figures = world.admin_get("/admin/v1/figures").await.ok().json();
    let (first, second) = (&figures["items"][0], &figures["items"][1]);
    assert_eq!(
        (&first["sessions"], &first["launches"], &first["refusals"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!((&first["deliveries_waiting"], &second["deliveries_waiting"]), (&json!(0), &json!(1)));
    assert_eq!((&second["launches"], &second["refusals"]), (&json!(0), &json!(0)));
    let page = operator.get("/console").await.ok();
    for title in ["Live sessions", "Launches a second", "Refusals a second", "Logout messages waiting"] {
        assert!(page.body.contains(&format!("aria-label=\"{title}: now ")), "{title}");
    }
}
