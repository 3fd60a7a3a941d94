//! The WeChat-compatible face: back ends written for WeChat's server API run unchanged with
//! `ISSUER/wechat/` as its base (contract, section 9).
//!
//! A refusal is HTTP 200 with an `errcode`, as those back ends expect. Nothing of what is asked or answered
//! here is ever logged.

mod caller;
mod code;
mod data;
pub mod event;
mod grant;
mod identity;
pub(crate) mod migrate;
mod oauth;
mod params;
mod phone;
mod reply;
mod session;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use portico_core::rule::wechat::errcode::Errcode;

use crate::House;
use crate::reply::Reply;

/// Where the face begins.
pub const BASE: &str = "/wechat/";

/// The routes under [`BASE`], and those of a mini-program's own side.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/wechat/sns/jscode2session", get(session::log_in).post(session::log_in))
        .route("/wechat/wxa/checksession", get(session::check).post(session::check))
        .route("/wechat/wxa/resetusersessionkey", get(session::reset).post(session::reset))
        .route("/wechat/cgi-bin/token", get(token::fresh).post(token::fresh))
        .route("/wechat/cgi-bin/stable_token", get(token::stable).post(token::stable))
        .route("/wechat/wxa/business/getuserphonenumber", get(phone::number).post(phone::number))
        .route("/wechat/connect/oauth2/authorize", get(oauth::authorize))
        .route("/wechat/sns/oauth2/access_token", get(oauth::redeem).post(oauth::redeem))
        .route("/wechat/sns/oauth2/refresh_token", get(oauth::refresh).post(oauth::refresh))
        .route("/wechat/sns/userinfo", get(oauth::userinfo).post(oauth::userinfo))
        .route("/wechat/sns/auth", get(oauth::check).post(oauth::check))
        .route("/wechat/cgi-bin/changeopenid", get(migrate::change).post(migrate::change))
        .route("/v1/wechat/user-data", post(data::user_data))
}

/// The answer where nothing is, and to a method that is not for the address: in the form of what is beside it.
pub fn nothing_here(house: &House, path: &str) -> Reply {
    let answer = Err(Errcode::NoRight);
    match path.strip_prefix(BASE).is_some_and(|path| path.starts_with("sns/")) {
        true => reply::sns(house, answer),
        false => reply::api(house, answer),
    }
}
