//! `GET /v1/me/export`: everything that is known of the person, in one document.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use portico_core::denied::Denied;
use portico_core::noun::person::{Contact, Profile};
use portico_core::noun::session::Session;
use portico_core::rule::sign_in;
use portico_live::Signed;
use serde_json::{Value, json};

use super::{Who, account, answer, apps, caller, history, sessions};
use crate::caller::bad_token;
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::when::rfc3339;
use crate::{House, page_reply};

/// The route. Refusal beside the usual ones: `reauthentication_required`.
pub async fn export(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(exported(&house, &headers).await)
}

async fn exported(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    recently(house, who).await?;
    let document = document(house, who, &signed, &page_reply::accepted(headers)).await?;
    let text =
        serde_json::to_vec_pretty(&document).map_err(|_| Denied::unavailable("an export that is no JSON"))?;
    let mut reply = reply::typed(StatusCode::OK, "application/json", text);
    let name = HeaderValue::from_static("attachment; filename=\"portico-export.json\"");
    reply.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(reply)
}

/// The session in which the person speaks, if they signed in within the last minutes.
pub async fn recently(house: &House, who: Who) -> Result<Session, Denied> {
    let session = house.live.session(who.session).await.map_err(|cause| unavailable(&cause))?;
    let session = session.ok_or_else(bad_token)?.now(&house.live.settings().sessions);
    sign_in::recent(&session, house.now())?;
    Ok(session)
}

async fn document(house: &House, who: Who, signed: &Signed, languages: &[&str]) -> Result<Value, Denied> {
    let person = account(house, who.user).await?;
    Ok(json!({
        "exported_at": rfc3339(house.now()),
        "account": { "created_at": person.person.created_at.seconds() },
        "profile": profile(&person.profile),
        "sessions": sessions::view(house, who, &signed.client.keys).await?,
        "apps": apps::view(house, who.user, languages).await?,
        "history": history::view(house, who.user, usize::MAX).await?,
    }))
}

/// The whole profile, not only what is chosen for the claims.
fn profile(profile: &Profile) -> Value {
    let contact = |contact: &Contact| json!({ "value": contact.value, "verified_at": contact.verified_at.map(|at| at.seconds()) });
    json!({
        "name": profile.name,
        "picture": profile.picture,
        "username": profile.username,
        "emails": profile.emails.iter().map(contact).collect::<Vec<_>>(),
        "phones": profile.phones.iter().map(contact).collect::<Vec<_>>(),
    })
}
