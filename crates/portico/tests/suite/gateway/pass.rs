//! What reaches the upstream, and what does not.

use metrics_exporter_prometheus::PrometheusBuilder;
use portico_gateway::table::Table;
use serde_json::json;

use super::gate::{Gate, Seen, json, status};
use super::{APP, ORIGIN, SHOP, configured};

const PLACES: &str = r#"
[route.inject]
headers = { "X-WX-OPENID" = "openid", "X-WX-APPID" = "app", "X-WX-UNIONID" = "unionid", "X-WX-SOURCE" = "wx_client", "Shop-User" = "openid" }
[route.self]
path = ["/users/{openid}"]
query = ["openid"]
form = ["openid"]
cookie = ["buyer"]
header = ["X-Buyer"]
json = ["/openid", "/user/openid"]
[route.any]
query = ["friend"]
form = ["friend"]
json = ["/items/*/openid"]
[route.response]
header = ["X-Seller"]
json = ["/openid", "/items/*/openid"]
set_cookie = ["buyer"]
"#;

fn post(gate: &Gate, target: &str, token: &str, body: &str) -> reqwest::RequestBuilder {
    gate.request("POST", target, token).header("content-type", "application/json").body(body.to_owned())
}

/// Everything that reached the upstream, as text.
fn all_of(seen: &Seen) -> String {
    format!("{} {} {:?} {}", seen.method, seen.target, seen.headers, seen.body)
}

#[tokio::test]
async fn the_upstream_reads_its_own_openids_and_the_caller_the_apps() {
    let gate = Gate::new(PLACES).await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    let there = ana.there.clone();
    gate.back_end.says(move |_| json(&format!("{{\"openid\" : \"{there}\",\"n\":1e400}}")));
    let body = format!(
        "{{ \"openid\":\"{}\", \"items\":[{{\"openid\":\"{}\"}}, {{\"openid\":\"{}\"}}],\"n\":9007199254740993 }}",
        ana.here, bob.here, ana.here
    );
    let target = format!("/users/{}/orders?openid={}&friend={}&x=%20", ana.here, ana.here, bob.here);
    let answer = post(&gate, &target, &ana.token, &body).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.text().await.unwrap()),
        (200, format!("{{\"openid\" : \"{}\",\"n\":1e400}}", ana.here))
    );
    let seen = gate.back_end.one();
    let expected = format!("/users/{}/orders?openid={}&friend={}&x=%20", ana.there, ana.there, bob.there);
    assert_eq!(seen.target, expected);
    assert_eq!(seen.body, body.replace(&ana.here, &ana.there).replace(&bob.here, &bob.there));
    assert_eq!(seen.header("x-wx-openid"), [&ana.there]);
    assert_eq!(seen.header("shop-user"), [&ana.there]);
    assert_eq!(seen.header("x-wx-source"), ["wx_client"]);
    assert_eq!(seen.header("x-wx-appid"), [&gate.town.client(SHOP).await.client.app().unwrap().wx_app_id]);
    assert_eq!(seen.header("x-wx-unionid"), Vec::<&str>::new());
    assert!(!all_of(&seen).contains(&ana.here) && !all_of(&seen).contains(&bob.here));
}

#[tokio::test]
async fn every_place_that_was_swapped_is_counted_and_nothing_else() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let gate = Gate::new(PLACES).await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    let there = ana.there.clone();
    gate.back_end.says(move |_| json(&format!("{{\"openid\":\"{there}\"}}")));
    let items = |one: &str, two: &str| {
        format!("{{\"items\":[{{\"openid\":\"{one}\"}},{{\"openid\":\"{two}\"}}],\"note\":\"{one}\"}}")
    };
    let target = format!("/users/{}?friend={}&note={}", ana.here, bob.here, bob.here);
    let (token, body) = (&ana.token, items(&bob.here, &ana.here));
    post(&gate, &target, token, &body).send().await.unwrap().bytes().await.unwrap();
    // In the path, in `friend`, twice in the items; and once in the answer.
    let swapped = figures.render();
    let swapped = swapped.lines().find(|line| line.starts_with("portico_gateway_swapped_total{"));
    assert_eq!(swapped.and_then(|line| line.rsplit(' ').next()), Some("5"), "{swapped:?}");
    assert_eq!(
        gate.back_end.one().body,
        items(&bob.there, &ana.there)
            .replace(&format!("\"note\":\"{}\"", bob.there), &format!("\"note\":\"{}\"", bob.here),)
    );
}

#[tokio::test]
async fn a_merchants_own_openids_are_what_its_back_end_reads() {
    let gate = Gate::new(PLACES).await;
    let (tokens, token) = gate.town.open("ana").await;
    gate.town.import("oWX-ana", "ana").await;
    let here = gate.town.sub(APP, &token).await;
    gate.back_end.says(|_| json("{\"openid\":\"oWX-ana\"}"));
    let body = format!("{{\"openid\":\"{here}\"}}");
    let answer = post(&gate, "/", &token, &body).send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, body);
    assert_eq!(gate.back_end.one().body, "{\"openid\":\"oWX-ana\"}");
    gate.town.world.sign_out(&tokens).await.ok();
    assert_eq!(gate.refused(post(&gate, "/", &token, &body)).await, (401, "invalid_token".into()));
}

#[tokio::test]
async fn a_token_never_reaches_the_upstream() {
    for (token_place, in_cookie) in [("", false), ("token = \"cookie:session\"\n", true)] {
        let gate = Gate::new(token_place).await;
        let ana = gate.caller("ana").await;
        let request = match in_cookie {
            true => gate.bare("GET", "/x?y=1").header("cookie", format!("a=1; session={}; b=2", ana.token)),
            false => gate.request("GET", "/x?y=1", &ana.token).header("cookie", "a=1; b=2"),
        };
        assert_eq!(request.send().await.unwrap().status(), 200);
        let seen = gate.back_end.one();
        assert!(!all_of(&seen).contains(&ana.token) && seen.header("authorization").is_empty(), "{seen:?}");
        assert_eq!(seen.header("cookie"), ["a=1; b=2"]);
    }
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    let twice = gate.request("GET", "/", &ana.token);
    let twice = twice.header("x-token", &ana.token).header("cookie", format!("a=1; token={}", ana.token));
    twice.header("referer", format!("https://x.example/?t={}", ana.token)).send().await.unwrap();
    assert!(!all_of(&gate.back_end.one()).contains(&ana.token));
    let in_address = gate.request("GET", &format!("/?access_token={}", ana.token), &ana.token);
    assert_eq!(gate.refused(in_address).await, (400, "invalid_request".into()));
    let gate = Gate::new("keep_token = true\n").await;
    let ana = gate.caller("ana").await;
    gate.request("GET", "/", &ana.token).send().await.unwrap();
    assert_eq!(gate.back_end.one().header("authorization"), [format!("Bearer {}", ana.token)]);
}

#[tokio::test]
async fn porticos_own_cookies_neither_reach_the_upstream_nor_come_from_it() {
    for (place, cookie) in
        [("", ""), ("keep_token = true\n", ""), ("token = \"cookie:portico_shop\"\n", "; portico_shop=")]
    {
        let gate = Gate::new(place).await;
        let ana = gate.caller("ana").await;
        gate.back_end.says(|_| {
            let mut answer = json("{}");
            for cookie in ["a=1", "portico_session=x; Path=/", " __Host-portico_known = x", "portico=2"] {
                answer.headers_mut().append("set-cookie", cookie.parse().unwrap());
            }
            answer
        });
        let token = if cookie.is_empty() { String::new() } else { format!("{cookie}{}", ana.token) };
        let cookies =
            format!("a=1; portico_session=s; __Host-portico_session=s;portico_known=k; portico=2{token}");
        let request = match cookie.is_empty() {
            true => gate.request("GET", "/", &ana.token),
            false => gate.bare("GET", "/"),
        };
        let answer = request.header("cookie", cookies).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers().get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "portico=2"]);
        assert_eq!(gate.back_end.one().header("cookie"), ["a=1; portico=2"]);
    }
}

#[tokio::test]
async fn who_calls_is_said_by_the_gateway_alone() {
    let gate = Gate::new(PLACES).await;
    let ana = gate.caller("ana").await;
    let forged = [
        "X-WX-OPENID",
        "x_wx_openid",
        "X-Wx_OpenId",
        "X-WX-ANYTHING",
        "X.WX.OPENID",
        "X-WX.APPID",
        "Shop.User",
        "X-Portico.Secret",
        "Shop-User",
        "shop_user",
        "x-portico-secret",
    ];
    let mut request = gate.request("GET", "/", &ana.token);
    for name in forged {
        request = request.header(name, "forged");
    }
    request = request.header("connection", "close, X-WX-OPENID, shop-user");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let seen = gate.back_end.one();
    assert!(!all_of(&seen).contains("forged"), "{seen:?}");
    assert_eq!(
        (seen.header("x-wx-openid"), seen.header("shop-user")),
        (vec![ana.there.as_str()], vec![ana.there.as_str()])
    );
}

#[tokio::test]
async fn where_the_caller_must_be_named_anybody_else_is_403_in_every_place() {
    let gate = Gate::new(PLACES).await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    let strangers = [bob.here.as_str(), bob.there.as_str(), ana.there.as_str(), "nobody"];
    for other in strangers {
        let get = |target: &str| gate.request("GET", target, &ana.token);
        let form = |body: String| {
            let post = gate.request("POST", "/", &ana.token);
            post.header("content-type", "application/x-www-form-urlencoded").body(body)
        };
        let parts =
            format!("--b\r\ncontent-disposition: form-data; name=\"openid\"\r\n\r\n{other}\r\n--b--\r\n");
        let multipart = gate
            .request("POST", "/", &ana.token)
            .header("content-type", "multipart/form-data; boundary=b")
            .body(parts);
        let requests = [
            get(&format!("/users/{other}")),
            get(&format!("/Users/{other}/orders")),
            get(&format!("/?openid={other}")),
            get(&format!("/?OpenID={other}")),
            get(&format!("/?openid={}&openid={other}", ana.here)),
            get("/").header("x-buyer", other),
            get("/").header("cookie", format!("buyer={other}")),
            form(format!("openid={other}")),
            form(format!("openid={}&open%69d={other}", ana.here)),
            multipart,
            post(&gate, "/", &ana.token, &format!("{{\"openid\":\"{other}\"}}")),
            post(&gate, "/", &ana.token, &format!("{{\"openid\":\"{}\",\"openid\":\"{other}\"}}", ana.here)),
            post(&gate, "/", &ana.token, &format!("{{\"user\":{{\"openid\":\"{other}\"}}}}")),
        ];
        for (place, request) in requests.into_iter().enumerate() {
            assert_eq!(gate.refused(request).await, (403, "access_denied".into()), "place {place}, {other}");
        }
    }
}

#[tokio::test]
async fn an_id_that_nobody_has_follows_the_policy_and_none_of_the_upstreams_is_passed() {
    for (policy, unknown) in [("refuse", None), ("pass", Some("o-unknown")), ("empty", Some(""))] {
        let gate = Gate::new(&format!("unknown = \"{policy}\"\n{PLACES}")).await;
        let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
        let ask =
            |id: &str| post(&gate, "/", &ana.token, &format!("{{\"items\":[{{\"openid\":\"{id}\"}}]}}"));
        match unknown {
            None => assert_eq!(gate.refused(ask("o-unknown")).await, (400, "invalid_request".into())),
            Some(becomes) => {
                ask("o-unknown").send().await.unwrap();
                assert_eq!(gate.back_end.one().body, format!("{{\"items\":[{{\"openid\":\"{becomes}\"}}]}}"));
            }
        }
        for of_the_upstream in [&bob.there, &ana.there] {
            let answer = ask(of_the_upstream).send().await.unwrap();
            let seen = gate.back_end.seen();
            match policy {
                "empty" => assert_eq!(seen[0].body, "{\"items\":[{\"openid\":\"\"}]}"),
                _ => assert!(answer.status() == 400 && seen.is_empty(), "{policy}"),
            }
        }
    }
}

#[tokio::test]
async fn a_refusal_says_what_is_missing_and_nothing_more() {
    let gate = Gate::new("require = [\"openid\", \"union_id\", \"phone.verified\"]\n").await;
    let ana = gate.caller("ana").await;
    let bare = gate.bare("GET", "/").send().await.unwrap();
    assert_eq!(
        (bare.status().as_u16(), bare.headers()["www-authenticate"].to_str().unwrap()),
        (401, "Bearer")
    );
    let bad = gate.request("GET", "/", "nonsense").send().await.unwrap();
    let challenge = bad.headers()["www-authenticate"].to_str().unwrap();
    assert!(bad.status() == 401 && challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
    let narrow = gate.request("GET", "/", &ana.token).send().await.unwrap();
    let challenge = narrow.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert_eq!(narrow.status(), 403);
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("scope=\"phone.verified\""),
        "{challenge}"
    );
    assert!(gate.back_end.seen().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_where_a_swap_is_due_goes_no_further() {
    let gate = Gate::new(&format!("{PLACES}[route.limits]\nbody = \"1 KiB\"\n")).await;
    let ana = gate.caller("ana").await;
    let typed = |kind: &str, body: &str| {
        gate.request("POST", "/", &ana.token).header("content-type", kind).body(body.to_owned())
    };
    let deep = "[".repeat(500);
    for (request, expected) in [
        (typed("application/json", "{\"openid\""), (400, "invalid_request")),
        (typed("application/json", &deep), (400, "invalid_request")),
        (typed("text/plain", "{}"), (415, "unsupported_media_type")),
        (typed("application/json", &format!("\"{}\"", "x".repeat(2000))), (413, "content_too_large")),
        (typed("application/json", "{}").header("content-encoding", "gzip"), (400, "invalid_request")),
        (
            typed("application/json", "{}").header("content-encoding", "compress"),
            (415, "unsupported_media_type"),
        ),
    ] {
        assert_eq!(gate.refused(request).await, (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn a_hundred_thousand_ids_in_one_body_are_swapped_where_the_route_takes_so_much() {
    let gate = Gate::new(&format!("unknown = \"pass\"\n{PLACES}[route.limits]\nbody = \"8 MiB\"\n")).await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    let items = |ids: &mut dyn Iterator<Item = String>| {
        let items: Vec<_> = ids.map(|id| format!("{{\"openid\":\"{id}\"}}")).collect();
        format!("{{\"items\":[{}]}}", items.join(","))
    };
    let all = |own: &str| items(&mut (1..100_000).map(|n| format!("o-{n}")).chain([own.to_owned()]));
    let answer = post(&gate, "/", &ana.token, &all(&bob.here)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(gate.back_end.one().body == all(&bob.there));
    let more = items(&mut (0..100_001).map(|n| format!("o-{n}")));
    assert_eq!(gate.refused(post(&gate, "/", &ana.token, &more)).await, (413, "content_too_large".into()));
}

#[tokio::test]
async fn a_token_that_dies_while_its_request_is_forwarded_gets_that_answer_and_no_other() {
    let gate = Gate::new(PLACES).await;
    let ana = gate.caller("ana").await;
    let slow = gate.back_end.slowly();
    let there = ana.there.clone();
    gate.back_end.says(move |_| json(&format!("{{\"openid\":\"{there}\"}}")));
    let asked = tokio::spawn(gate.request("GET", "/", &ana.token).send());
    gate.back_end.reached().await;
    gate.town.world.sign_out(&ana.tokens).await.ok();
    slow.notify_one();
    let answer = asked.await.unwrap().unwrap();
    assert_eq!(answer.text().await.unwrap(), format!("{{\"openid\":\"{}\"}}", ana.here));
    gate.back_end.seen();
    assert_eq!(gate.refused(gate.request("GET", "/", &ana.token)).await, (401, "invalid_token".into()));
}

#[tokio::test]
async fn another_back_end_is_let_in_by_its_secret_and_names_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = (folder.path().join("secret"), "0123456789abcdef0123456789abcdef");
    std::fs::write(&file, secret).unwrap();
    let route = format!("token = \"none\"\nsecret_file = {file:?}\n[route.any]\nquery = [\"friend\"]\n");
    let gate = Gate::new(&route).await;
    let bob = gate.caller("bob").await;
    let ask = || gate.bare("GET", &format!("/?friend={}", bob.here));
    assert_eq!(gate.refused(ask()).await, (401, "invalid_client".into()));
    assert_eq!(gate.refused(ask().header("x-portico-secret", "wrong")).await, (401, "invalid_client".into()));
    ask().header("x-portico-secret", secret).send().await.unwrap();
    let seen = gate.back_end.one();
    assert_eq!(seen.target, format!("/?friend={}", bob.there));
    assert!(!all_of(&seen).contains(secret));
}

#[tokio::test]
async fn scripts_of_the_apps_own_pages_may_call_and_no_others() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    let preflight = |origin: &str| {
        let ask = gate.bare("OPTIONS", "/orders").header("origin", origin.to_owned());
        ask.header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization")
    };
    let answer = preflight(ORIGIN).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], ORIGIN);
    assert_eq!(answer.headers()["access-control-allow-headers"], "authorization");
    let evil = preflight("https://evil.example").send().await.unwrap();
    assert!(evil.headers().get("access-control-allow-origin").is_none());
    assert!(gate.back_end.seen().is_empty());
    let ask = |token: &str| gate.request("GET", "/", token).header("origin", ORIGIN);
    for (token, status) in [(ana.token.as_str(), 200), ("nonsense", 401)] {
        let answer = ask(token).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["access-control-allow-origin"]),
            (status, &ORIGIN.parse().unwrap())
        );
    }
    gate.back_end.says(|_| {
        let mut answer = status(200);
        answer.headers_mut().insert("access-control-allow-origin", "https://its.own".parse().unwrap());
        answer
    });
    let answer = ask(&ana.token).send().await.unwrap();
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://its.own");
}

#[tokio::test]
async fn an_answer_says_that_it_is_another_by_origin_whether_one_is_named_or_not() {
    let gate = Gate::new("").await;
    let ana = gate.caller("ana").await;
    let varies = async |origin: Option<&str>| {
        let ask = gate.request("GET", "/", &ana.token);
        let ask = origin.into_iter().fold(ask, |ask, origin| ask.header("origin", origin));
        let answer = ask.send().await.unwrap();
        let lines = answer.headers().get_all("vary").iter();
        lines.map(|line| line.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for origin in [None, Some(ORIGIN), Some("https://evil.example")] {
        for (said, must) in [
            (vec![], vec!["Origin"]),
            (vec!["Accept-Encoding"], vec!["Accept-Encoding", "Origin"]),
            (vec!["Accept, origin", "x"], vec!["Accept, origin", "x"]),
            (vec!["*"], vec!["*"]),
        ] {
            gate.back_end.says(move |_| {
                let mut answer = status(200);
                for line in &said {
                    answer.headers_mut().append("vary", line.parse().unwrap());
                }
                answer
            });
            assert_eq!(varies(origin).await, must, "{origin:?}");
        }
    }
    gate.back_end.says(|_| {
        let mut answer = status(200);
        answer.headers_mut().insert("access-control-allow-origin", "*".parse().unwrap());
        answer
    });
    assert!(varies(None).await.is_empty(), "who says itself who may read it has the last word");
}

#[tokio::test]
async fn another_table_takes_the_place_of_the_first_for_requests_from_then_on() {
    let gate = Gate::new("path = \"/old\"\n").await;
    let ana = gate.caller("ana").await;
    let get =
        async |target: &str| gate.request("GET", target, &ana.token).send().await.unwrap().status().as_u16();
    assert_eq!((get("/old").await, get("/new").await), (200, 404));
    gate.routes.replace(Table::new(configured(&gate.back_end.url, "path = \"/new\"\n")).unwrap());
    assert_eq!((get("/old").await, get("/new").await), (404, 200));
}

#[tokio::test]
async fn what_was_encrypted_for_the_app_reaches_the_merchant_encrypted_for_it() {
    let gate = Gate::new("[route.encrypted]\njson = [{ data = \"/encryptedData\", iv = \"/iv\" }]\n").await;
    let (_, resolved, profile) = gate.town.logged_in().await;
    let caller = resolved.caller.as_ref().unwrap();
    let chance = gate.town.world.house.live.vault().chance();
    let (data, iv) = gate.town.key(APP, &resolved).await.encrypt(&profile.to_string(), chance);
    let body = json!({ "encryptedData": data, "iv": iv, "x": 1 }).to_string();
    assert_eq!(post(&gate, "/", &caller.text, &body).send().await.unwrap().status(), 200);
    let sent: serde_json::Value = serde_json::from_str(&gate.back_end.one().body).unwrap();
    let text = |name: &str| sent[name].as_str().unwrap();
    let open = gate.town.key(SHOP, &resolved).await.decrypt(text("encryptedData"), text("iv")).unwrap();
    assert!(open.contains(&caller.ids.there) && !open.contains(&caller.ids.here), "{open}");
    let foreign = json!({ "encryptedData": "AAAA", "iv": iv }).to_string();
    assert_eq!(gate.refused(post(&gate, "/", &caller.text, &foreign)).await, (400, "invalid_request".into()));
}

#[tokio::test]
async fn no_good_token_reaches_the_upstream_in_a_cookie_and_the_cookies_beside_it_do() {
    let gate = Gate::new(PLACES).await;
    let ana = gate.caller("ana").await;
    let (tokens, second) = gate.town.open("ana").await;
    let own = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLW9mLXRoZS1tZXJjaGFudHMtb3duLWxvZy1pbg";
    for token in [&ana.token, &second, &tokens.access] {
        let cookies = format!("a=1; t={token}; own={own}");
        let asked = gate.request("GET", "/", &ana.token).header("cookie", cookies).send().await.unwrap();
        assert_eq!(asked.status(), 200);
        assert_eq!(gate.back_end.one().header("cookie"), [format!("a=1; own={own}")]);
    }
}

#[tokio::test]
async fn a_token_in_the_address_or_in_a_body_that_is_looked_into_goes_nowhere() {
    let gate = Gate::new(PLACES).await;
    let ana = gate.caller("ana").await;
    let encoded = ana.token.replace('.', "%2E");
    for target in [format!("/p/{}", ana.token), format!("/?t={}", ana.token), format!("/?t={encoded}")] {
        assert_eq!(gate.request("GET", &target, &ana.token).send().await.unwrap().status(), 400, "{target}");
    }
    let body = format!("{{\"t\":\"{}\"}}", ana.token);
    assert_eq!(post(&gate, "/", &ana.token, &body).send().await.unwrap().status(), 400);
    let packed = gate.request("POST", "/", &ana.token).header("content-type", "application/json");
    let packed = packed.header("content-encoding", "gzip").body(super::leaks::zipped(&body));
    assert_eq!(packed.send().await.unwrap().status(), 400);
    assert!(gate.back_end.seen().is_empty());
}

#[tokio::test]
async fn a_page_of_any_length_goes_through_where_answers_in_json_are_swapped() {
    let gate = Gate::new(PLACES).await;
    let ana = gate.caller("ana").await;
    let page = format!("<p>{}</p>", "long ".repeat(500_000));
    for (kind, is_packed) in [("text/html", false), ("text/plain", false), ("text/html", true)] {
        let (said, body) =
            (page.clone(), if is_packed { super::leaks::zipped(&page) } else { page.clone().into_bytes() });
        gate.back_end.says(move |_| {
            let answer = axum::response::Response::builder().header("content-type", kind);
            let answer = if is_packed { answer.header("content-encoding", "gzip") } else { answer };
            answer.body(body.clone().into()).unwrap()
        });
        let answer = gate.request("GET", "/", &ana.token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{kind}");
        let bytes = answer.bytes().await.unwrap();
        let text = match is_packed {
            true => std::io::read_to_string(flate2::read::GzDecoder::new(&bytes[..])).unwrap(),
            false => String::from_utf8(bytes.to_vec()).unwrap(),
        };
        assert!(text == said, "{kind}");
    }
}
