//! `/v1/me/password`: a new password.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use portico_core::denied::{Code, Denied};
use serde::Deserialize;

use super::{answer, caller};
use crate::caller::bad_token;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::password::{PasswordTrouble, change};
use crate::throttle::too_many;
use crate::{House, body, page_reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    password: String,
    old_password: Option<String>,
}

/// `POST /v1/me/password` `{"password", "old_password"}`. The old one may be left out within five minutes
/// of a sign-in. Every other session of the person ends.
pub async fn change_password(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Reply {
    answer(changed(&house, &headers, body).await)
}

async fn changed(house: &Arc<House>, headers: &HeaderMap, body: Body) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let asked: Asked = body::object(headers, body).await?;
    let live = house.live.session(who.session).await.map_err(|cause| unavailable(&cause))?;
    let session = live.ok_or_else(bad_token)?.now(&house.live.settings().sessions);
    let words = page_reply::language(None, headers);
    match change(house, &session, asked.old_password.as_deref(), &asked.password, words).await? {
        Ok(()) => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Err(problem) => Err(denied(problem)),
    }
}

fn denied(problem: PasswordTrouble) -> Denied {
    match problem {
        PasswordTrouble::Mismatch => Denied::request("old_password is not the password"),
        PasswordTrouble::Stale => Denied::new(
            Code::ReauthenticationRequired,
            "this needs old_password, or a sign-in of the last five minutes",
        ),
        PasswordTrouble::TooMany { seconds } => too_many().after(seconds),
        PasswordTrouble::Weak(weak) => Denied::request(weak.reason()),
    }
}
