//! The gateway at its work: a token validated, an OpenID swapped on the way in and back, beside nginx, which
//! passes the same requests on, and beside proxies of Node.js that swap without validating.

use super::contest::{self, Contender, Task};
use super::options::Options;
use super::relay::SEEN;
use super::{LOAD, PROXIES, nginx, node};
use crate::failure::{During, Failure, Outcome};
use crate::load::Expected;
use crate::measure::progress;
use crate::report::{Cost, Row, Run};
use crate::server::{self, Portico};
use crate::setup::launch::{self, Pair};
use crate::setup::{World, crowd, sign_in};
use crate::wire::{Connection, Request};
use bytes::Bytes;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// What validating and swapping may cost, beside nginx passing the same on.
const SWAPPED: f64 = 1.9;
/// What callers consent to at the app.
const SCOPE: &str = "openid profile.basic email.verified";

/// What the bodies are: how they are called, how many bytes they have about, and how long the texts in them are.
const BODIES: [(&str, usize, usize); 3] = [
    ("1 KiB", 1024, 17),
    ("16 KiB of many small members", 16 * 1024, 17),
    ("16 KiB of longer texts", 16 * 1024, 600),
];

/// A caller: their launch token and their OpenID at the app, and at the upstream.
pub(crate) struct Caller {
    token: String,
    pub(crate) at_app: String,
    pub(crate) at_upstream: String,
}

/// Everything that is compared, with every body.
pub(crate) async fn measure(options: &Options, folder: &Path) -> Outcome<Vec<Run>> {
    let program = options.server.clone().map_or_else(server::release_binary, Ok)?;
    let amount = options.amount();
    let (_echo, upstream) = contest::echo(LOAD, folder)?;
    let file = folder.join("portico.toml");
    let gateway = nginx::free()?;
    std::fs::write(&file, configuration(gateway, upstream)).during("the configuration")?;
    let mut portico = Portico::new(program, PROXIES)?.configured(&file);
    let serving = portico.serve()?;
    progress("signing in, consenting, launching");
    let world = World::register(&serving, amount).await?;
    let callers =
        crowd::each(serving.public, amount.connections, amount.people, async |connection, person| {
            let tokens = sign_in::sign_in(connection, &world.signer, person).await?;
            let pair = Pair { tokens, app: 0 };
            launch::allow(connection, &world.apps[0], &pair).await?;
            let token = launch::launch(connection, &world.apps[0], &pair.tokens.access, SCOPE).await?;
            let at_app = subject(connection, &token).await?;
            introduce(gateway, token, at_app).await
        })
        .await?;

    let (process, address) = nginx::start(&options.nginx, PROXIES, upstream, folder)?;
    let mut contenders = vec![
        Contender { name: "nginx", process, address },
        Contender { name: "ours", process: serving.process, address: gateway },
    ];
    contenders.extend(node::start(options, PROXIES, upstream, &callers, folder)?);
    let mut found: Vec<(&str, Vec<Cost>)> = Vec::new();
    for (size, bytes, text) in BODIES {
        progress(&format!("swapping in {size}"));
        let requests: Arc<[Bytes]> = callers.iter().map(|caller| request(caller, bytes, text)).collect();
        let count = if bytes > 1024 { amount.heavy } else { amount.light };
        let task = Task {
            requests,
            count,
            expected: Expected { status: 200, body_at_least: bytes - 64, begins: "{" },
        };
        found.push((size, contest::run(&contenders, &task, amount).await?));
    }
    Ok(runs(&contenders, &found))
}

/// Ours beside nginx, and ours beside each proxy of Node.js.
fn runs(contenders: &[Contender], found: &[(&str, Vec<Cost>)]) -> Vec<Run> {
    let beside = |other: usize, [light, heavy]: [f64; 2]| {
        let limits = [light, heavy, heavy];
        let rows = found.iter().zip(limits).map(|((size, costs), limit)| {
            Row::new(&format!("{size}, swapped"), Some(limit), costs[1], costs[other])
        });
        let name = format!("validating and swapping, beside {}", contenders[other].name);
        Run { name, beside: contenders[other].name, rows: rows.collect(), figures: Vec::new() }
    };
    let limits = |name: &str| match name {
        "nginx" => [SWAPPED, SWAPPED],
        "undici" => [1.0 / 2.5, 1.0 / 8.0],
        _ => [1.0 / 5.0, 1.0 / 12.0],
    };
    let others = (0..contenders.len()).filter(|index| *index != 1);
    others.map(|index| beside(index, limits(contenders[index].name))).collect()
}

/// Without the access log: none of the others writes one.
fn configuration(listen: SocketAddr, upstream: SocketAddr) -> String {
    format!(
        "[log]
filter = \"warn\"
[gateway]
listen = \"{listen}\"
[[gateway.route]]
upstream = [\"http://{upstream}\"]
app = \"org.example.app0000000\"
as = \"org.example.app0000001\"
require = [\"openid\"]
[gateway.route.inject]
headers = {{ \"X-WX-OPENID\" = \"openid\", \"X-WX-APPID\" = \"app\", \"X-WX-SOURCE\" = \"wx_client\" }}
[gateway.route.self]
json = [\"/openid\"]
[gateway.route.response]
json = [\"/openid\"]
"
    )
}

/// The caller's OpenID at the app.
async fn subject(connection: &mut Connection, token: &str) -> Outcome<String> {
    let request = launch::userinfo(connection.address(), token);
    let claims = connection.ask(&request).await?.json(200..=200, "userinfo")?;
    claims["sub"].as_str().map(str::to_owned).ok_or_else(|| Failure("userinfo: no sub".into()))
}

/// Sends one request through the gateway: what comes back must be what was sent, and what the upstream saw
/// must be another OpenID.
async fn introduce(gateway: SocketAddr, token: String, at_app: String) -> Outcome<Caller> {
    let mut caller = Caller { token, at_app, at_upstream: String::new() };
    let mut connection = Connection::open(gateway).await?;
    let answer = connection.ask(&request(&caller, 1024, 17)).await?;
    let back: Value = answer.json(200..=200, "the first request through the gateway")?;
    let seen = answer.headers().into_iter().find(|(name, _)| name.eq_ignore_ascii_case(SEEN));
    caller.at_upstream = seen.map(|(_, value)| value).unwrap_or_default();
    if back["openid"] != *caller.at_app
        || caller.at_upstream.is_empty()
        || caller.at_upstream == caller.at_app
    {
        return Err(Failure("the gateway does not swap".into()));
    }
    Ok(caller)
}

/// An order, about so many bytes long; what it says of each thing is `text` bytes long.
fn request(caller: &Caller, bytes: usize, text: usize) -> Bytes {
    let name: String = "Tea, 250 g, loose. ".chars().cycle().take(text).collect();
    let item = |number: usize| {
        json!({
            "id": number, "sku": format!("SKU-{number:08}"), "name": name, "price": 12.5,
            "currency": "KZT", "count": 1 + number % 3, "tags": ["tea", "green", "2026"]
        })
    };
    let mut order = json!({ "order": 1_000_001, "openid": caller.at_app, "note": "", "items": [] });
    let rest = bytes - order.to_string().len();
    let each = item(1_000).to_string().len() + 1;
    order["items"] = (0..rest / each).map(|number| item(1_000 + number)).collect();
    order["note"] = "x".repeat(bytes - order.to_string().len()).into();
    let host = SocketAddr::from(([127, 0, 0, 1], 80));
    Request::new("POST", "/api/orders", host)
        .header("authorization", &format!("Bearer {}", caller.token))
        .json(&order)
        .bytes()
}
