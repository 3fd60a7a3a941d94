//! People: creating, finding, showing.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use futures_util::{StreamExt, TryStreamExt, stream};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::audit::{Act, Target, TargetKind};
use portico_core::noun::link::{LinkProof, app_issuer};
use portico_core::noun::person::{Contact, HandleKind, Person, Profile};
use portico_core::rule::import;
use portico_core::rule::register::PersonSheet;
use portico_live::LivePerson;
use portico_seal::{PasswordHasher, normalise_email, normalise_phone};
use portico_store::Page;
use serde_json::{Value, json};

use super::account::live_sessions;
use super::desk::{Deed, Desk};
use super::import::find_app;
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
pub(super) async fn create(desk: Desk, headers: HeaderMap, body: Body) -> Answer {
    let document = document(&headers, body).await?;
    let (entries, many) = one_or_many(&document, MOST)?;
    let sheets =
        entries.iter().enumerate().map(|(index, entry)| sheet(&desk, entry).map_err(at(index, many)));
    let sheets: Vec<_> = sheets.collect::<Result<_, _>>()?;
    let created = stream::iter(sheets).map(|sheet| person(&desk, sheet)).buffered(HASHING);
    let created: Vec<_> = created.try_collect().await?;
    let (ids, changes): (Vec<UserId>, Vec<_>) = created.into_iter().unzip();
    let changes = changes.into_iter().flatten().collect();
    let targets = ids.iter().map(|id| target(*id));
    desk.commit(Deed::each(Act::PersonCreated, targets), changes).await?;
    let mut answers: Vec<_> = ids.iter().map(|id| json!({ "user_id": id })).collect();
    let answer = if many { json!({ "users": answers }) } else { answers.remove(0) };
    Ok(reply::json(StatusCode::CREATED, &answer))
}

/// Reads a person and sees that address, number and password can be ones.
fn sheet(desk: &Desk, json: &Value) -> Result<PersonSheet, Denied> {
    let mut sheet = PersonSheet::read(json, desk.now())?;
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

/// The changes that create a person, and tie the OpenIDs to them that apps have for them already.
async fn person(desk: &Desk, sheet: PersonSheet) -> Result<(UserId, Vec<Change>), Denied> {
    let hash = match sheet.password {
        Some(password) => Some(desk.hash_password(password).await?),
        None => None,
    };
    let (vault, now) = (desk.live().vault(), desk.now());
    let (user, created) = vault.new_person(&sheet.profile, hash, now);
    let mut changes = vec![created];
    for (app, open_id) in &sheet.links {
        let client = find_app(desk, app).await?;
        if client.keys.person(open_id).is_some() {
            return Err(import::derived());
        }
        let (index, sealed) = (vault.link_index(&app_issuer(app), open_id), vault.seal_open_id(app, open_id));
        changes.push(Change::Linked(import::link(app, user, index, sealed, LinkProof::Import, now)));
    }
    Ok((user, changes))
}

/// A person as the audit trail names them.
pub(super) fn target(user: UserId) -> Target {
    Target::new(TargetKind::Person, user)
}

/// People by id.
pub(crate) async fn listed(house: &House, page: Page<UserId>) -> Result<Vec<Person>, Denied> {
    house.live.store().people(page).await.map_err(|cause| unavailable(&cause))
}

/// Whoever has exactly this user id, username, e-mail address or phone number.
pub(crate) async fn found(house: &House, query: &str) -> Result<Vec<Person>, Denied> {
    let (store, vault) = (house.live.store(), house.live.vault());
    let mut ids: Vec<UserId> = query.trim().parse().into_iter().collect();
    for kind in [HandleKind::Username, HandleKind::Email, HandleKind::Phone] {
        let Some(handle) = vault.handle(kind, query, true) else { continue };
        let holder = store.person_by_handle(kind, &handle.index).await;
        ids.extend(holder.map_err(|cause| unavailable(&cause))?);
    }
    ids.sort();
    ids.dedup();
    let mut people = Vec::with_capacity(ids.len());
    for id in ids {
        people.extend(store.person(id).await.map_err(|cause| unavailable(&cause))?);
    }
    Ok(people)
}

/// `GET /users`: who there is, without what is personal; with `query`, whom it finds exactly.
pub(super) async fn list(State(house): State<Arc<House>>, uri: Uri) -> Answer {
    let paged = Paged::<UserId>::read_with(&uri, &["query"])?;
    let found = match paged.further("query") {
        Some(query) => self::found(&house, query).await?,
        None => listed(&house, paged.page()).await?,
    };
    Ok(reply::ok(&paged.answer(found, |person| person.id.to_string(), account)))
}

/// `GET /users/{id}`: the account and the profile, and how many sessions are live.
pub(super) async fn show(desk: Desk, id: Id) -> Answer {
    let person = read(&desk, &id, Act::PersonRead).await?;
    let mut shown = account(&person.person);
    shown["profile"] = profile(&person.profile);
    shown["sessions"] = live_sessions(&desk, &person).await?.len().into();
    Ok(reply::ok(&shown))
}

/// The person of this id, whose personal data is about to be looked at like this.
pub(crate) async fn read(desk: &Desk, id: &Id, act: Act) -> Result<Arc<LivePerson>, Denied> {
    let person = find(desk, id).await?;
    desk.note(act, target(person.person.id)).await?;
    Ok(person)
}

/// The person of this id.
pub(super) async fn find(desk: &Desk, id: &Id) -> Result<Arc<LivePerson>, Denied> {
    let found = desk.live().person(id.of()?).await.map_err(|cause| unavailable(&cause))?;
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
