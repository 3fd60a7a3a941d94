//! The back ends that receive logout messages (OIDC Back-Channel Logout §2.5), and sometimes fail to.

use crate::chance::Chance;
use crate::ledger::Word;
use crate::requests;
use crate::world::World;
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use portico_bench::failure::{During, Outcome};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How many of a hundred messages are answered with 500.
const FAILING: u64 = 10;
/// How many of a hundred are answered late.
const SLOW: u64 = 3;
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The back ends of all apps.
pub(crate) struct Receivers {
    chance: Chance,
    seen: RefCell<HashSet<String>>,
}

/// Listens here, so that nodes may be told the address.
pub(crate) async fn bind(address: SocketAddr) -> Outcome<TcpListener> {
    TcpListener::bind(address).await.during("listening for logout messages")
}

/// Receives until the run's end.
pub(crate) async fn receive(world: Rc<World>, listener: TcpListener) {
    let receivers = Rc::new(Receivers { chance: Chance::of(world.seed, 4_000), seen: RefCell::default() });
    while let Ok((stream, _)) = listener.accept().await {
        let (world, receivers) = (Rc::clone(&world), Rc::clone(&receivers));
        let service = service_fn(move |request| {
            let (world, receivers) = (Rc::clone(&world), Rc::clone(&receivers));
            async move { Ok::<_, Infallible>(receivers.answer(&world, request).await) }
        });
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::task::spawn_local(connection.serve_connection(TokioIo::new(stream), service));
    }
}

impl Receivers {
    async fn answer(&self, world: &World, request: Request<Incoming>) -> Response<Empty<Bytes>> {
        let app = request.uri().path().trim_start_matches("/logout/").to_owned();
        let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if self.chance.percent(FAILING) {
            return reply(StatusCode::INTERNAL_SERVER_ERROR);
        }
        if self.chance.percent(SLOW) {
            tokio::time::sleep(Duration::from_millis(self.chance.within(200..2_000))).await;
        }
        let token = form_urlencoded::parse(&body).find(|(key, _)| key == "logout_token");
        let token = token.map(|(_, token)| token.into_owned()).unwrap_or_default();
        match self.take(&app, &requests::header(&token), &requests::claims(&token)) {
            Ok(sid) => {
                world.hear(Word::LoggedOut { app, sid }, "it");
                reply(StatusCode::OK)
            }
            Err(why) => {
                world.complain(format!("a logout message to {app} {why}"));
                reply(StatusCode::BAD_REQUEST)
            }
        }
    }

    /// The session that a message is about, or what is wrong with it.
    fn take(&self, app: &str, header: &Value, claims: &Value) -> Result<String, &'static str> {
        if header["typ"] != "logout+jwt" || header["alg"] == "none" {
            return Err("is no logout token");
        }
        if claims["aud"] != app || claims["events"].get(EVENT).is_none() || claims.get("nonce").is_some() {
            return Err("is not meant for it");
        }
        let jti = claims["jti"].as_str().ok_or("has no jti")?;
        if !self.seen.borrow_mut().insert(jti.to_owned()) {
            return Err("has a jti that was there before");
        }
        claims["sid"].as_str().map(str::to_owned).ok_or("has no sid")
    }
}

fn reply(status: StatusCode) -> Response<Empty<Bytes>> {
    let mut reply = Response::new(Empty::new());
    *reply.status_mut() = status;
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_names_its_app_and_is_fresh() {
        let receivers = Receivers { chance: Chance::of(1, 1), seen: RefCell::default() };
        let header = json!({ "typ": "logout+jwt", "alg": "EdDSA" });
        let claims = json!({ "aud": "a", "sid": "s", "jti": "1", "events": { EVENT: {} } });
        assert_eq!(receivers.take("b", &header, &claims), Err("is not meant for it"));
        assert_eq!(receivers.take("a", &header, &claims), Ok("s".to_owned()));
        assert_eq!(receivers.take("a", &header, &claims), Err("has a jti that was there before"));
        assert!(receivers.take("a", &json!({ "typ": "JWT" }), &claims).is_err());
    }
}
