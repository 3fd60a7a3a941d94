//! The operator's API (contract, section 0): each noun in the file of its name.

pub(crate) mod account;
pub(crate) mod agreements;
pub(crate) mod apps;
pub(crate) mod audit;
mod backup;
mod connections;
pub(crate) mod deliveries;
pub(crate) mod desk;
mod developers;
mod figures;
pub(crate) mod hosts;
mod import;
mod keys;
mod kyc;
pub(crate) mod links;
mod migrate;
mod nodes;
mod page;
pub(crate) mod scopes;
pub(crate) mod standing;
pub(crate) mod users;
pub(crate) mod view;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use portico_core::denied::{Code, Denied};
use portico_seal::matches;
use portico_store::{CommitError, Unavailable};
use serde_json::Value;

use self::desk::Operator;
use crate::house::{refused, unavailable};
use crate::reply::{self, Reply};
use crate::{House, body, caller, card, console};

/// The largest body.
const LARGEST: usize = 1024 * 1024;

/// The routes of the operator's listener: the API, where every route wants the admin token, and
/// the console, where every page wants a visit.
pub fn routes(house: Arc<House>) -> Router {
    api(&house).merge(console::routes()).fallback(nothing_here).with_state(house)
}

fn api(house: &Arc<House>) -> Router<Arc<House>> {
    Router::new()
        .route("/admin/v1/developers", get(developers::list).post(developers::register))
        .route("/admin/v1/developers/{id}", get(developers::show))
        .route("/admin/v1/hosts", get(hosts::list).post(hosts::register))
        .route("/admin/v1/hosts/{id}", get(hosts::show))
        .route("/admin/v1/hosts/{id}/suspend", post(hosts::suspend))
        .route("/admin/v1/hosts/{id}/resume", post(hosts::resume))
        .route("/admin/v1/hosts/{id}/rotate-secret", post(hosts::rotate_secret))
        .route("/admin/v1/apps", get(apps::list).post(apps::register))
        .route("/admin/v1/apps/{id}", get(apps::show).delete(apps::remove))
        .route("/admin/v1/apps/{id}/suspend", post(apps::suspend))
        .route("/admin/v1/apps/{id}/resume", post(apps::resume))
        .route("/admin/v1/apps/{id}/rotate-secret", post(apps::rotate_secret))
        .route("/admin/v1/apps/{id}/preauthorise", post(apps::preauthorise))
        .route("/admin/v1/apps/{id}/move", post(migrate::to_developer))
        .route("/admin/v1/apps/{id}/migrate-openids", post(migrate::open_ids))
        .route("/admin/v1/agreements", get(agreements::list).post(agreements::register))
        .route("/admin/v1/agreements/{from}/{to}", get(agreements::show).delete(agreements::remove))
        .route("/admin/v1/links", get(import::list).post(import::import))
        .route("/admin/v1/scopes", get(scopes::list).post(scopes::register))
        .route("/admin/v1/scopes/{id}", get(scopes::show))
        .route("/admin/v1/connections", get(connections::list).post(connections::register))
        .route("/admin/v1/connections/{id}", get(connections::show).delete(connections::remove))
        .route("/admin/v1/users", get(users::list).post(users::create))
        .route("/admin/v1/users/{id}", get(users::show))
        .route("/admin/v1/users/{id}/sessions", get(account::sessions))
        .route("/admin/v1/users/{id}/sessions/{session}", delete(account::end_session))
        .route("/admin/v1/users/{id}/consents", get(account::consents))
        .route("/admin/v1/users/{id}/links", get(links::list))
        .route("/admin/v1/users/{id}/links/{link}", delete(links::remove))
        .route("/admin/v1/users/{id}/end-sessions", post(account::end_sessions))
        .route("/admin/v1/users/{id}/suspend", post(account::suspend))
        .route("/admin/v1/users/{id}/resume", post(account::resume))
        .route("/admin/v1/users/{id}/export", get(account::export))
        .route("/admin/v1/users/{id}/erase", post(account::erase))
        .route("/admin/v1/users/{id}/kyc", put(kyc::set))
        .route("/admin/v1/deliveries", get(deliveries::list))
        .route("/admin/v1/deliveries/retry", post(deliveries::retry_all))
        .route("/admin/v1/deliveries/{id}/retry", post(deliveries::retry))
        .route("/admin/v1/keys", get(keys::list))
        .route("/admin/v1/keys/rotate", post(keys::rotate))
        .route("/admin/v1/audit", get(audit::list))
        .route("/admin/v1/figures", get(figures::list))
        .route("/admin/v1/nodes", get(nodes::list))
        .route("/admin/v1/backup", get(backup::copy))
        .route("/admin/v1/backup/keys", get(backup::keys))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn(card::admin))
        .layer(from_fn_with_state(house.clone(), operator_only))
}

/// Lets through whoever bears the operator's token; compared in constant time.
async fn operator_only(State(house): State<Arc<House>>, mut request: Request, next: Next) -> Response {
    match bears_the_token(&house, request.headers()) {
        Ok(operator) => {
            request.extensions_mut().insert(operator);
            next.run(request).await
        }
        Err(denied) => reply::problem(&denied),
    }
}

fn bears_the_token(house: &House, headers: &HeaderMap) -> Result<Operator, Denied> {
    let token = caller::bearer(headers).ok_or_else(caller::no_token)?;
    match matches(&house.settings.admin_token_digest, token) {
        true => Ok(Operator::of_the_token()),
        false => Err(Denied::new(Code::InvalidToken, "this is not the admin token")),
    }
}

/// What is not there is not told to anybody else.
async fn nothing_here(State(house): State<Arc<House>>, request: Request) -> Reply {
    if request.uri().path().starts_with("/console/") {
        return console::nothing_here();
    }
    let allowed = bears_the_token(&house, request.headers());
    reply::problem(&allowed.err().unwrap_or_else(|| Denied::not_found("there is nothing here")))
}

async fn wrong_method() -> Reply {
    let mut reply = reply::problem(&Denied::request("this method is not for this address"));
    *reply.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    reply
}

/// What a route answers: a reply, or a refusal as a problem.
type Answer = Result<Reply, Refusal>;

/// A refusal on its way out.
pub(crate) struct Refusal(Denied);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        reply::problem(&self.0)
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        Self(denied)
    }
}

impl From<Unavailable> for Refusal {
    fn from(cause: Unavailable) -> Self {
        Self(unavailable(&cause))
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        Self(refused(&error))
    }
}

/// The id in the path; one that cannot be any is simply not there.
pub(crate) struct Id(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Refusal(nobody())),
        }
    }
}

impl Id {
    /// The id as one of this kind.
    pub(crate) fn of<T: std::str::FromStr>(&self) -> Result<T, Denied> {
        self.0.parse().map_err(|_| nobody())
    }
}

fn nobody() -> Denied {
    Denied::not_found("there is none of this id")
}

/// The JSON of a body.
async fn document(headers: &HeaderMap, body: Body) -> Result<Value, Denied> {
    body::json(headers, body, LARGEST).await
}

/// The entries of a body that is one of them or a list of this many at most.
fn one_or_many(document: &Value, most: usize) -> Result<(&[Value], bool), Denied> {
    match document {
        Value::Array(list) if list.is_empty() || list.len() > most => {
            Err(Denied::request(format!("a list must have 1 to {most} entries")))
        }
        Value::Array(list) => Ok((list, true)),
        one => Ok((std::slice::from_ref(one), false)),
    }
}

/// The refusal of one entry of a list, with its place.
fn at(index: usize, many: bool) -> impl FnOnce(Denied) -> Denied {
    move |denied| match many {
        true => Denied { description: format!("entry {index}: {}", denied.description).into(), ..denied },
        false => denied,
    }
}
