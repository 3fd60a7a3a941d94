//! The merchant face, in front of a back end that was not written for it.

mod back_ends;
mod gate;
mod lasting;
mod leaks;
mod pass;
mod reseal;
mod resolve;
mod trailers;

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Method, Request};
use portico_gateway::resolve::{Resolved, counterparts};
use portico_gateway::route::Counterpart;
use portico_gateway::settings::GatewayFile;
use portico_gateway::{Gateway, Refused, Route};
use portico_live::LiveClient;
use serde_json::json;

use crate::fixture::{Tokens, World};

/// Whose tokens callers bring.
const APP: &str = "org.example.rides";
/// Whose OpenIDs the upstream knows.
const SHOP: &str = "org.example.shop";
/// What pages of the app's own say that they come from.
const ORIGIN: &str = "https://org.example.rides.example";

/// A world with a merchant that knows people by the OpenIDs of another app.
struct Town {
    world: World,
    route: Route,
}

/// A configuration of one route with these keys beside what it needs.
fn configured(upstream: &str, more: &str) -> Gateway {
    let text = format!("[[route]]\nupstream = [\"{upstream}\"]\napp = \"{APP}\"\nas = \"{SHOP}\"\n{more}");
    GatewayFile::read(&text).unwrap().section().try_into().unwrap()
}

fn route() -> Route {
    configured("http://127.0.0.1:9", "").routes.remove(0)
}

impl Town {
    async fn new() -> Self {
        Self { world: World::new().await, route: route() }
    }

    /// Signs a person in and launches the app.
    async fn open(&self, person: &str) -> (Tokens, String) {
        let tokens = self.world.sign_in(person).await;
        let token = self.world.launch_granting(&tokens, APP, None).await;
        (tokens, token)
    }

    async fn sub(&self, app: &str, token: &str) -> String {
        self.world.introspect(app, token).await["sub"].as_str().unwrap().to_owned()
    }

    async fn resolve(&self, head: &Parts) -> Result<Resolved, Refused> {
        portico_gateway::resolve::resolve(&self.world.house.live, &self.route, head, false).await
    }

    async fn client(&self, app: &str) -> Arc<LiveClient> {
        self.world.house.live.client(&app.parse().unwrap()).await.unwrap().unwrap()
    }

    /// What is known of one name of the first app at the second.
    async fn known(&self, from: &str, to: &str, name: &str) -> Counterpart {
        let (from, to) = (self.client(from).await, self.client(to).await);
        let found = counterparts(&self.world.house.live, &from, &to, &[name]).await.unwrap();
        found[name].clone()
    }

    /// Gives the shop an OpenID of its own for a person.
    async fn import(&self, open_id: &str, person: &str) {
        let link = json!({ "app": SHOP, "openid": open_id, "email": format!("{person}@people.example") });
        self.world.admin_post("/admin/v1/links", link).await.ok();
    }
}

/// The head of a request with these headers.
fn head(method: Method, headers: &[(&str, &str)]) -> Parts {
    let builder = Request::builder().method(method).uri("/");
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(()).unwrap().into_parts().0
}

fn bearer(token: &str) -> Parts {
    head(Method::POST, &[("authorization", &format!("Bearer {token}"))])
}

/// The status and code of a refusal.
fn refusal<T>(result: Result<T, Refused>) -> (u16, &'static str) {
    let Err(refused) = result else { panic!("it was not refused") };
    (refused.status.as_u16(), refused.code)
}
