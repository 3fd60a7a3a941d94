//! People: creating, finding, showing.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use futures_util::{StreamExt, TryStreamExt, stream};
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::person::{Contact, Person, Profile};
use portico_core::rule::register::PersonSheet;
use portico_live::LivePerson;
use portico_seal::{PasswordHasher, normalise_email, normalise_phone};
use serde_json::{Value, json};

use super::page::Paged;
use super::view::when;
use super::{Answer, Id, at, document, nobody, one_or_many};
use crate::house::unavailable;
use crate::when::rfc3339;
use crate::{House, reply};

/// The most people in one call.
const MOST: usize = 1000;
/// How many passwords of one call are under way at once; the house bounds how many are hashed.
const HASHING: usize = 4;

/// `POST /users`: creates a person, or up to 1,000, all or none.
pub(super) async fn create(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let (entries, many) = one_or_many(&document, MOST)?;
    let sheets =
        entries.iter().enumerate().map(|(index, entry)| sheet(&house, entry).map_err(at(index, many)));
    let sheets: Vec<_> = sheets.collect::<Result<_, _>>()?;
    let created = stream::iter(sheets).map(|sheet| person(&house, sheet)).buffered(HASHING);
    let created: Vec<_> = created.try_collect().await?;
    let (ids, changes): (Vec<UserId>, Vec<_>) = created.into_iter().unzip();
    house.commit(changes).await?;
    let mut answers: Vec<_> = ids.iter().map(|id| json!({ "user_id": id })).collect();
    let answer = if many { json!({ "users": answers }) } else { answers.remove(0) };
    Ok(reply::json(StatusCode::CREATED, &answer))
}

/// Reads a person and sees that address, number and password can be ones.
fn sheet(house: &House, json: &Value) -> Result<PersonSheet, Denied> {
    let mut sheet = PersonSheet::read(json, house.now())?;
    if sheet.profile.emails.iter().any(|email| normalise_email(&email.value).is_none()) {
        return Err(Denied::request("'email' is not an e-mail address"));
    }
    for phone in &mut sheet.profile.phones {
        let wrong = || Denied::request("'phone' must be a number with its country, such as +49 30 123456");
        phone.value = normalise_phone(&phone.value).ok_or_else(wrong)?;
    }
    if let Some(password) = &sheet.password {
        PasswordHasher::acceptable(password).map_err(|why| Denied::request(why.to_string()))?;
    }
    Ok(sheet)
}

async fn person(house: &Arc<House>, sheet: PersonSheet) -> Result<(UserId, portico_core::Change), Denied> {
    let hash = match sheet.password {
        Some(password) => Some(house.hash_password(password).await?),
        None => None,
    };
    Ok(house.live.vault().new_person(&sheet.profile, hash, house.now()))
}

/// `GET /users`: who there is, without what is personal.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<UserId>::read(&uri)?;
    let found = house.live.store().people(paged.page()).await?;
    Ok(reply::ok(&paged.answer(found, |person| person.id.to_string(), account)))
}

/// `GET /users/{id}`: the account and the profile.
pub(super) async fn show(State(house): State<Arc<House>>, id: Id) -> Answer {
    let person = find(&house, &id).await?;
    let mut shown = account(&person.person);
    shown["profile"] = profile(&person.profile);
    Ok(reply::ok(&shown))
}

/// The person of the id in the path.
pub(super) async fn find(house: &House, id: &Id) -> Result<Arc<LivePerson>, Denied> {
    let found = house.live.person(id.of()?).await.map_err(|cause| unavailable(&cause))?;
    found.ok_or_else(nobody)
}

/// An account without what is personal.
pub(super) fn account(person: &Person) -> Value {
    json!({
        "user_id": person.id,
        "created_at": rfc3339(person.created_at),
        "suspended_at": when(person.blocked_at),
        "erased_at": when(person.erased_at),
        "has_password": person.password.is_some(),
    })
}

/// A profile in the words of its creation.
pub(super) fn profile(profile: &Profile) -> Value {
    let contacts = |contacts: &[Contact], key: &str| -> Value {
        let shown =
            |contact: &Contact| json!({ key: contact.value, "verified_at": when(contact.verified_at) });
        contacts.iter().map(shown).collect()
    };
    json!({
        "name": profile.name,
        "username": profile.username,
        "picture": profile.picture,
        "emails": contacts(&profile.emails, "email"),
        "phones": contacts(&profile.phones, "phone"),
    })
}
