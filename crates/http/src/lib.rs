//! The public face: routes, pages and wire formats.
//!
//! [`public`] is everything a host, an app, a back end or a browser talks to; [`admin`] is the
//! operator's. A route loads, asks one rule of the core, commits, and answers.

mod avatar;
mod body;
mod caller;
mod card;
mod ceremony;
mod challenge;
mod claim;
pub mod compose;
mod connection;
mod console;
mod cookie;
mod cors;
mod factor;
pub mod figures;
mod form;
mod house;
mod known;
mod letter;
pub mod page;
mod page_reply;
mod reply;
mod route;
pub mod sweep;
mod throttle;
mod wechat;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use portico_core::denied::Denied;

pub use console::Provider as ConsoleProvider;
pub use house::{ConsoleSettings, FaceSettings, House};
pub use throttle::Limits;

use form::Fields;
use page::Frame;
use page::asset::asset;
use page::error::Problem;
use reply::Reply;
use route::{
    agree, authorize, avatar_link, discovery, end_session, events, feed, health, link, me, recover, register,
    resolve, reveal, revoke, settings, sign_in, theme, token, validate, webhook,
};

/// The public listener's routes.
pub fn public(house: Arc<House>) -> Router {
    Router::new()
        .route("/oauth/introspect", post(validate::introspect))
        .route("/oauth/token", post(token::token))
        .route("/oauth/userinfo", get(reveal::userinfo).post(reveal::userinfo))
        .route("/oauth/authorize", get(authorize::authorize).post(authorize::authorize))
        .route("/oauth/revoke", post(revoke::revoke))
        .route("/oauth/jwks", get(discovery::jwks))
        .route("/oauth/end-session", get(end_session::end_session).post(end_session::end_session))
        .route("/.well-known/openid-configuration", get(discovery::metadata))
        .route("/.well-known/oauth-authorization-server", get(discovery::metadata))
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route("/sign-in/code", get(sign_in::code::show).post(sign_in::code::submit))
        .route("/register", get(register::show).post(register::submit))
        .route("/register/code", get(register::show_code).post(register::submit_code))
        .route("/recover", get(recover::show).post(recover::submit))
        .route("/recover/code", get(recover::show_code).post(recover::submit_code))
        .route("/sign-in/via/{connection}", post(sign_in::via))
        .route("/sign-in/return/{connection}", get(sign_in::back))
        .route("/sign-in/passkey", post(sign_in::passkey::submit))
        .route("/sign-in/passkey/options", post(sign_in::passkey::options))
        .route("/sign-in/step-up", get(sign_in::step_up::show).post(sign_in::step_up::submit))
        .route("/consent/{request}", get(agree::show).post(agree::answer))
        .route("/v1/consents/{request}", get(agree::show_json).post(agree::answer_json))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/assets/{file}", get(assets))
        .route("/avatars/{link}", get(avatar_link::show))
        .route("/v1/webhooks/kyc", post(webhook::kyc))
        .route("/theme/{file}", get(theme::show))
        .merge(me::routes())
        .route("/v1/identities/resolve", post(resolve::resolve))
        .merge(link::routes())
        .merge(settings::routes())
        .merge(events::routes())
        .merge(feed::routes())
        .merge(wechat::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(house.clone(), card::public))
        .layer(from_fn_with_state(house.clone(), cors::cors))
        .layer(from_fn_with_state(house.clone(), figures::count))
        .with_state(house)
}

/// The operator's listener's routes; `/metrics` is added where the recorder is.
pub fn admin(house: Arc<House>) -> Router {
    route::admin::routes(house)
}

async fn assets(Path(file): Path<String>, State(house): State<Arc<House>>) -> Reply {
    let Some(asset) = asset(&file) else {
        return page_reply::problem_page(&house, Frame::default(), Problem::NotFound, None);
    };
    let mut reply = reply::typed(axum::http::StatusCode::OK, asset.content_type, asset.body);
    let headers = reply.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

async fn nothing_here(State(house): State<Arc<House>>, request: Request) -> Reply {
    let denied = Denied::not_found("there is nothing here");
    let path = request.uri().path();
    if path.starts_with(wechat::BASE) {
        return wechat::nothing_here(&house, path);
    }
    match path.starts_with("/v1/") || path.starts_with("/oauth/") || path.starts_with("/.well-known/") {
        true => reply::problem(&denied),
        false => page_reply::problem_page(&house, frame(&request), Problem::NotFound, None),
    }
}

/// Where nothing of the request was understood, the browser's language still is.
fn frame(request: &Request) -> Frame {
    page_reply::frame(&Fields::default(), request.headers())
}

async fn wrong_method(State(house): State<Arc<House>>, request: Request) -> Reply {
    let path = request.uri().path();
    if path.starts_with(wechat::BASE) {
        return wechat::nothing_here(&house, path);
    }
    match path.starts_with("/v1/") || path.starts_with("/oauth/") || path.starts_with("/.well-known/") {
        true => {
            let mut reply = reply::problem(&Denied::request("this method is not for this address"));
            *reply.status_mut() = axum::http::StatusCode::METHOD_NOT_ALLOWED;
            reply
        }
        false => page_reply::problem_page(&house, frame(&request), Problem::MethodNotAllowed, None),
    }
}
