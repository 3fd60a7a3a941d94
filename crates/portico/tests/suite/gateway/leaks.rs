//! Nothing that the upstream knows people by goes out in a place that the route declares.

use std::io::Write;

use axum::body::Body;
use axum::response::Response;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::configured;
use super::gate::Gate;
use super::lasting::{handshake, head};

const ROUTE: &str = r#"
[route.response]
header = ["X-Seller"]
json = ["/openid", "/items/*/openid", "/by/*"]
set_cookie = ["buyer"]
"#;

pub fn zipped(text: &str) -> Vec<u8> {
    let mut coder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    coder.write_all(text.as_bytes()).unwrap();
    coder.finish().unwrap()
}

/// An answer that names somebody in one place.
fn naming(place: usize, id: &str) -> Response {
    let kind = |kind: &str| Response::builder().header("content-type", kind);
    let json = || kind("application/json");
    let bodies = [
        format!("{{\"openid\":\"{id}\"}}"),
        format!("{{\"openid\":null,\"openid\":\"{id}\"}}"),
        format!("{{\"OpenID\":\"{id}\"}}"),
        format!("{{\"items\":[{{\"openid\":\"{id}\"}},{{\"a\":1,\"openid\":\"{id}\"}}]}}"),
        format!("{{\"by\":{{\"a\":\"{id}\",\"b\":\"{id}\"}}}}"),
        format!(
            "{{\"openid\":\"{}\"}}",
            id.chars().map(|c| format!("\\u{:04x}", c as u32)).collect::<String>()
        ),
    ];
    let answer = match place {
        0..=5 => json().body(Body::from(bodies[place].clone())),
        6 => json().header("content-encoding", "gzip").body(Body::from(zipped(&bodies[0]))),
        7 => kind("text/html").body(Body::from(bodies[0].clone())),
        8 => Response::builder().body(Body::from(bodies[0].clone())),
        9 => kind("application/problem+json").status(500).body(Body::from(bodies[0].clone())),
        10 => kind("text/plain").header("x-seller", id).body(Body::from("x")),
        11 => kind("text/plain").header("set-cookie", format!("buyer={id}; Path=/")).body(Body::from("x")),
        12 => kind("text/plain").header("X_Seller", id).body(Body::from("x")),
        _ => Response::builder().status(204).header("x-seller", id).body(Body::empty()),
    };
    answer.unwrap()
}

const PLACES: usize = 14;

/// Everything of an answer that a client can read, unpacked and with its escapes undone.
async fn read(answer: reqwest::Response) -> (u16, String) {
    let (status, headers) = (answer.status().as_u16(), format!("{:?}", answer.headers()));
    let packed = answer.headers().get("content-encoding").is_some_and(|coding| coding == "gzip");
    let bytes = answer.bytes().await.unwrap();
    let text = match packed {
        true => std::io::read_to_string(flate2::read::GzDecoder::new(&bytes[..])).unwrap(),
        false => String::from_utf8(bytes.to_vec()).unwrap(),
    };
    let value = serde_json::from_str::<serde_json::Value>(&text).map(|value| value.to_string());
    (status, format!("{headers} {text} {}", value.unwrap_or_default()))
}

#[tokio::test]
async fn in_no_declared_place_does_an_id_of_the_upstream_go_out() {
    for policy in ["refuse", "pass", "empty"] {
        let gate = Gate::new(&format!("unknown = \"{policy}\"\n{ROUTE}")).await;
        let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
        // Somebody whom the upstream knows and the app does not, by an id of either kind.
        let carl = gate.town.world.sign_in("carl").await;
        let shop = gate.town.world.launch_granting(&carl, super::SHOP, None).await;
        let derived = gate.town.sub(super::SHOP, &shop).await;
        gate.town.world.sign_in("dora").await;
        gate.town.import("oWX-dora", "dora").await;
        let people = [
            (ana.there.as_str(), Some(ana.here.as_str())),
            (bob.there.as_str(), Some(bob.here.as_str())),
            (derived.as_str(), None),
            ("oWX-dora", None),
        ];
        for (there, here) in people {
            for place in 0..PLACES {
                let id = there.to_owned();
                gate.back_end.says(move |_| naming(place, &id));
                let answer = gate.request("GET", "/", &ana.token).send().await.unwrap();
                let (status, text) = read(answer).await;
                let what = format!("{policy}, place {place}, {there}: {status} {text}");
                assert!(!text.contains(there), "{what}");
                match here {
                    Some(here) => assert!(text.contains(here), "{what}"),
                    None if policy == "refuse" => assert_eq!(status, 502, "{what}"),
                    None => assert_ne!(status, 502, "{what}"),
                }
            }
        }
    }
}

/// A back end that agrees to WebSockets, and names these two when it does.
async fn agreeing(seller: &str, buyer: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let agreed = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         X-Seller: {seller}\r\nSet-Cookie: buyer={buyer}; Path=/\r\n\r\n"
    );
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            stream.write_all(agreed.as_bytes()).await.unwrap();
        }
    });
    url
}

#[tokio::test]
async fn the_answer_to_a_websocket_is_swapped_like_any_other() {
    let gate = Gate::new(ROUTE).await;
    let (ana, bob) = (gate.caller("ana").await, gate.caller("bob").await);
    let carl = gate.town.world.sign_in("carl").await;
    let shop = gate.town.world.launch_granting(&carl, super::SHOP, None).await;
    let stranger = gate.town.sub(super::SHOP, &shop).await;
    for (buyer, status) in [(&bob.there, "101"), (&stranger, "502")] {
        let url = agreeing(&ana.there, buyer).await;
        gate.routes.replace(portico_gateway::table::Table::new(configured(&url, ROUTE)).unwrap());
        let (_, answer) = handshake(&gate, &format!("Authorization: Bearer {}", ana.token)).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{answer}");
        assert!(!answer.contains(&ana.there) && !answer.contains(buyer.as_str()), "{answer}");
        assert_eq!(answer.contains(&ana.here) && answer.contains(&bob.here), status == "101", "{answer}");
    }
}
