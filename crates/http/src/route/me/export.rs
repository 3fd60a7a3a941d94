//! `GET /v1/me/export`: everything that is known of the person, in one document.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::avatar::Avatar;
use portico_core::noun::guard::Former;
use portico_core::noun::link::{Link, app_of};
use portico_core::noun::passkey::Passkey;
use portico_core::noun::person::{Contact, Profile};
use portico_core::noun::session::Session;
use portico_core::rule::{guard, sign_in};
use portico_live::{Live, LivePerson};
use portico_seal::ClientKeys;
use serde_json::{Value, json};

use super::{
    Who, account, addresses, answer, apps, avatar, caller, history, payment_methods, sessions, spoken_in,
};
use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::settings::name_of;
use crate::when::rfc3339;
use crate::{House, claim, page_reply};

/// The route. Refusal beside the usual ones: `reauthentication_required`.
pub async fn export(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(exported(&house, &headers).await)
}

async fn exported(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    recently(house, who).await?;
    let document = document(house, who, &signed.client.keys, &page_reply::accepted(headers)).await?;
    attachment(&document)
}

/// The document as a file to keep.
pub fn attachment(document: &Value) -> Result<Reply, Denied> {
    let text =
        serde_json::to_vec_pretty(document).map_err(|_| Denied::unavailable("an export that is no JSON"))?;
    let mut reply = reply::typed(StatusCode::OK, "application/json", text);
    let name = HeaderValue::from_static("attachment; filename=\"portico-export.json\"");
    reply.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(reply)
}

/// The session in which the person speaks, if they signed in within the last minutes.
pub async fn recently(house: &House, who: Who) -> Result<Session, Denied> {
    let session = spoken_in(house, who).await?;
    sign_in::recent(&session, house.now())?;
    Ok(session)
}

/// Everything that is known of the person, under the ids by which the holder of these keys knows it.
pub async fn document(
    house: &House,
    who: Who,
    keys: &ClientKeys,
    languages: &[&str],
) -> Result<Value, Denied> {
    let person = account(house, who.user).await?;
    Ok(json!({
        "exported_at": rfc3339(house.now()),
        "account": { "created_at": person.person.created_at.seconds() },
        "profile": profile(&person.profile),
        "former_main_contacts": former(&person.profile, house.now()),
        "addresses": addresses::view(&person.profile, keys),
        "payment_methods": payment_methods::view(&person.profile, keys),
        "kyc": claim::kyc(&person.profile.kyc),
        "avatar": picture(&house.live, &person).await?,
        "links": links(&house.live, who.user).await?,
        "sessions": sessions::view(house, who, keys).await?,
        "passkeys": passkeys(house, &person).await?,
        "apps": apps::view(house, who.user, languages).await?,
        "history": history::view(house, who.user, usize::MAX).await?,
    }))
}

/// The passkeys, by what their person sees of them; the keys themselves lie in the authenticators.
async fn passkeys(house: &House, person: &LivePerson) -> Result<Vec<Value>, Denied> {
    let stored = house.live.store().passkeys_of(person.person.id).await;
    let one = |stored: &Passkey| {
        json!({
            "name": name_of(stored, person),
            "created_at": stored.created_at.seconds(),
            "used_at": stored.used_at.map(|at| at.seconds()),
        })
    };
    Ok(stored.map_err(|cause| unavailable(&cause))?.iter().map(one).collect())
}

/// The person's own picture with its bytes in base64, or null.
pub async fn picture(live: &Live, person: &LivePerson) -> Result<Value, Denied> {
    let picture = |(kept, bytes): (Avatar, Vec<u8>)| json!({ "content_type": kept.format.media_type(), "data": STANDARD.encode(bytes) });
    Ok(avatar::kept(live, person).await?.map_or(Value::Null, picture))
}

/// Where else the person is and was known. What they are called there is kept as a keyed hash alone, but for
/// the ids that became their OpenIDs.
pub async fn links(live: &Live, user: UserId) -> Result<Vec<Value>, Denied> {
    let store = live.store();
    let links = store.links_of(user).await.map_err(|cause| unavailable(&cause))?;
    let past = store.past_links_of(user, usize::MAX).await.map_err(|cause| unavailable(&cause))?;
    let shown = |link: &Link, unlinked_at: Option<Moment>| {
        let app = app_of(&link.issuer);
        let sealed = app.as_ref().zip(link.open_id.as_ref());
        json!({
            "issuer": link.issuer,
            "app_id": app,
            "openid": sealed.and_then(|(app, sealed)| live.vault().unseal_open_id(app, sealed)),
            "proof": link.proof.as_str(),
            "linked_at": rfc3339(link.linked_at),
            "unlinked_at": unlinked_at.map(rfc3339),
        })
    };
    let now = links.iter().map(|link| shown(link, None));
    Ok(now.chain(past.iter().map(|past| shown(&past.link, Some(past.unlinked_at)))).collect())
}

/// The addresses that were main ones until lately, which are still told of a new password.
fn former(profile: &Profile, now: Moment) -> Vec<Value> {
    let one = |former: &Former| json!({ "value": former.value, "until": former.until.seconds() });
    guard::former(profile, now).map(one).collect()
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
