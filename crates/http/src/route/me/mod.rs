//! `/v1/me`: the person's own view, with the token of their host.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use portico_core::denied::Denied;
use portico_core::id::{SessionId, UserId};
use portico_core::noun::session::Session;
use portico_live::{LivePerson, Signed};

use self::contacts::{emails, phones};
use crate::caller::{bad_token, person};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, caller};

pub mod addresses;
pub mod apps;
pub mod avatar;
pub mod contacts;
pub mod erase;
pub mod export;
pub mod history;
pub mod kyc;
pub mod links;
pub mod password;
pub mod payment_methods;
pub mod profile;
pub mod sessions;

/// The routes.
pub fn routes() -> Router<Arc<House>> {
    Router::new()
        .route("/v1/me", axum::routing::delete(erase::erase))
        .route("/v1/me/profile", get(profile::show).patch(profile::change))
        .route("/v1/me/addresses", get(addresses::list).post(addresses::add))
        .route(
            "/v1/me/addresses/{id}",
            get(addresses::show).put(addresses::replace).patch(addresses::change).delete(addresses::remove),
        )
        .route("/v1/me/payment-methods", get(payment_methods::list).post(payment_methods::add))
        .route(
            "/v1/me/payment-methods/{id}",
            get(payment_methods::show)
                .put(payment_methods::replace)
                .patch(payment_methods::change)
                .delete(payment_methods::remove),
        )
        .route("/v1/me/kyc", get(kyc::show))
        .route("/v1/me/avatar", get(avatar::show).put(avatar::put).delete(avatar::remove))
        .route("/v1/me/password", axum::routing::post(password::change_password))
        .route("/v1/me/apps", get(apps::list))
        .route("/v1/me/apps/{app_id}", axum::routing::patch(apps::keep).delete(apps::withdraw_all))
        .route("/v1/me/sessions", get(sessions::list).delete(sessions::end_others))
        .route("/v1/me/sessions/{sid}", axum::routing::delete(sessions::end))
        .route("/v1/me/links", get(links::list))
        .route("/v1/me/links/{id}", axum::routing::delete(links::remove))
        .route("/v1/me/history", get(history::list))
        .route("/v1/me/export", get(export::export))
        .route("/v1/me/emails", get(emails::list).post(emails::add))
        .route("/v1/me/emails/resend", post(emails::resend))
        .route("/v1/me/emails/verify", post(emails::verify))
        .route("/v1/me/emails/{id}", axum::routing::delete(emails::remove))
        .route("/v1/me/emails/{id}/verify", post(emails::verify_one))
        .route("/v1/me/emails/{id}/main", post(emails::main))
        .route("/v1/me/phones", get(phones::list).post(phones::add))
        .route("/v1/me/phones/resend", post(phones::resend))
        .route("/v1/me/phones/verify", post(phones::verify))
        .route("/v1/me/phones/{id}", axum::routing::delete(phones::remove))
        .route("/v1/me/phones/{id}/verify", post(phones::verify_one))
        .route("/v1/me/phones/{id}/main", post(phones::main))
}

/// A person, and the session in which they speak.
#[derive(Debug, Clone, Copy)]
pub struct Who {
    /// The person.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

/// The person of a request with a host's token; the session counts as used.
pub async fn caller(house: &House, headers: &HeaderMap) -> Result<(Who, Signed), Denied> {
    let signed = person(house, headers).await?;
    let who = Who { user: signed.token.user, session: signed.token.session };
    let session = house.live.session(who.session).await.map_err(|cause| unavailable(&cause))?;
    house.live.touch(&*session.ok_or_else(bad_token)?);
    Ok((who, signed))
}

/// Refuses unless the session is live: for a decision that is taken again after a conflict.
pub async fn still_here(house: &House, who: Who) -> Result<(), Denied> {
    let session = house.live.session(who.session).await.map_err(|cause| unavailable(&cause))?;
    match session.is_some_and(|session| session.is_live(&house.live.settings().sessions, house.now())) {
        true => Ok(()),
        false => Err(bad_token()),
    }
}

/// The session in which the person speaks.
pub async fn spoken_in(house: &House, who: Who) -> Result<Session, Denied> {
    let session = house.live.session(who.session).await.map_err(|cause| unavailable(&cause))?;
    Ok(session.ok_or_else(bad_token)?.now(&house.live.settings().sessions))
}

/// The person behind a session, with the profile open.
pub async fn account(house: &House, user: UserId) -> Result<Arc<LivePerson>, Denied> {
    let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
    person.filter(|person| person.person.erased_at.is_none()).ok_or_else(bad_token)
}

fn answer(result: Result<Reply, Denied>) -> Reply {
    result.unwrap_or_else(|denied| reply::problem(&denied))
}
