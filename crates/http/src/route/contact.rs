//! Contacts: asking for a code, proving an address, choosing and removing. The JSON and the pages share it.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::UserId;
use portico_core::noun::challenge::{CHALLENGE_LIFE, ChallengePurpose};
use portico_core::noun::guard::Way;
use portico_core::noun::person::{HandleKind, Profile};
use portico_core::rule::contact as rule;
use portico_core::rule::guard;
use portico_live::LivePerson;
use portico_reach::Address;

use super::code::post;
use super::me::export::recently;
use super::me::links::Tied;
use super::me::{Who, account, still_here};
use super::rewrite::{by, changes};
use crate::challenge::{Answered, CodeProblem, open, pose, take};
use crate::house::{refused, unavailable};
use crate::letter::{self, About, letter};
use crate::page::words::Words;
use crate::throttle::too_many_messages;
use crate::{House, factor};

/// A code that is on its way.
pub struct Asked {
    /// What is brought back with the code.
    pub verification: String,
    /// How long it is good.
    pub seconds: i64,
}

/// The id of an address of a person's, whichever way it is written; 22 characters, the same for ever.
pub fn contact_id(house: &House, user: UserId, kind: HandleKind, value: &str) -> String {
    let vault = house.live.vault();
    let index = vault.handle(kind, value, false).map(|handle| handle.index).unwrap_or_default();
    let of_person = index.iter().fold(format!("{user} "), |text, byte| format!("{text}{byte:02x}"));
    let id = vault.handles().index("contact id", &of_person);
    URL_SAFE_NO_PAD.encode(&id[..16])
}

/// Sends a code to an address that the person says is theirs. Whether anybody has it already is not
/// looked at, so the answer tells nothing of it.
pub async fn ask(
    house: &House,
    who: Who,
    kind: HandleKind,
    value: &str,
    from: IpAddr,
    words: &Words,
) -> Result<Asked, Denied> {
    recently(house, who).await?;
    let person = account(house, who.user).await?;
    let vault = house.live.vault();
    rule::may_add(&person.profile, kind, |other| vault.is_same(kind, other, value))?;
    let to = Address::new(kind, value).filter(|_| house.courier.reaches(kind));
    let to = to.ok_or_else(|| Denied::request("this Portico sends no messages of this kind"))?;
    let handle = vault.handle(kind, value, false).ok_or_else(|| Denied::request("this is no address"))?;
    house.throttles.may_send_for(who.user, handle.index, from).map_err(too_many_messages)?;
    let posed = pose(house, ChallengePurpose::Verify, Some(who.user), &format!("{} {value}", kind.as_str()));
    let held = Change::SessionHeld { session: who.session, now: house.now() };
    house.commit(vec![held, posed.change]).await.map_err(|error| refused(&error))?;
    if !house.courier.post(letter(house.live.issuer(), words, to, About::Verify(&posed.code))) {
        return Err(Denied::unavailable("too many messages wait"));
    }
    Ok(Asked { verification: posed.reference, seconds: CHALLENGE_LIFE.as_seconds() })
}

/// The address that a code was sent to for this person, while the code can still be given.
pub async fn asked_about(
    house: &House,
    who: Who,
    kind: HandleKind,
    verification: &str,
) -> Result<Option<String>, Denied> {
    let found = open(house, ChallengePurpose::Verify, verification).await?;
    Ok(found.and_then(|found| about(who, kind, &found)))
}

fn about(who: Who, kind: HandleKind, found: &Answered) -> Option<String> {
    let (said, value) = found.about.split_once(' ')?;
    (found.user == Some(who.user) && said == kind.as_str()).then(|| value.to_owned())
}

/// Takes the code: the address is the person's from now on, and they are told where they were reached
/// before. Whoever had it before has it no longer, and is told; the newer proof wins.
pub async fn prove(
    house: &House,
    who: Who,
    kind: HandleKind,
    (verification, code): (&str, &str),
    words: &Words,
) -> Result<Result<Profile, CodeProblem>, Denied> {
    let session = recently(house, who).await?;
    let methods = session.method.as_str();
    let taken = take(house, ChallengePurpose::Verify, verification, code, |found| async move {
        still_here(house, who).await?;
        let gone = || Denied::new(Code::InvalidGrant, "the code is for something else; ask for a new one");
        let value = about(who, kind, &found).ok_or_else(gone)?;
        let (person, vault, now) = (account(house, who.user).await?, house.live.vault(), house.now());
        let is_it = |other: &str| vault.is_same(kind, other, &value);
        let mut after = rule::proved(&person.profile, kind, &value, is_it, now)?;
        let way = vault.handle(kind, &value, true).map(|handle| Way::Contact(handle.index));
        if let Some(way) = way.filter(|_| after != person.profile) {
            after = guard::enrolled(after, way, factor::by(house, &person, methods).await?);
        }
        let (mut list, told) = moved(house, Some(who.user), kind, &value).await?;
        let changes = by(house, who, &person, &after)?;
        let added = !changes.is_empty();
        list.extend(changes);
        let before = letter::main(&house.courier, &person.profile).filter(|_| added);
        Ok((list, (after, told, before)))
    })
    .await?;
    Ok(taken.map(|(after, told, before)| {
        tell_moved(house, told);
        if let Some(to) = before {
            post(house, letter(house.live.issuer(), words, to, About::AddressAdded(house.now())));
        }
        after
    }))
}

/// The changes by which whoever else has this address has it no longer, and where they are told of it.
pub async fn moved(
    house: &House,
    user: Option<UserId>,
    kind: HandleKind,
    value: &str,
) -> Result<(Vec<Change>, Option<Address>), Denied> {
    let Some(older) = holder(house, user, kind, value).await? else { return Ok((vec![], None)) };
    let is_it = |other: &str| house.live.vault().is_same(kind, other, value);
    let left = rule::given_up(&older.profile, kind, is_it);
    let mut list = changes(&house.live, &older, &left)?;
    // It moves from a blocked person too.
    list.retain(|change| !matches!(change, Change::PersonHeld { .. }));
    Ok((list, letter::main(&house.courier, &left)))
}

/// Tells whoever had an address that it is somebody else's now.
pub fn tell_moved(house: &House, told: Option<Address>) {
    if let Some(to) = told {
        let words = Words::english();
        house.courier.post(letter(house.live.issuer(), words, to, About::Moved(house.now())));
    }
}

/// Who else has this address.
async fn holder(
    house: &House,
    user: Option<UserId>,
    kind: HandleKind,
    value: &str,
) -> Result<Option<Arc<LivePerson>>, Denied> {
    let Some(handle) = house.live.vault().handle(kind, value, true) else { return Ok(None) };
    let found = house.live.store().person_by_handle(kind, &handle.index).await;
    match found.map_err(|cause| unavailable(&cause))? {
        Some(other) if Some(other) != user => {
            house.live.person(other).await.map_err(|cause| unavailable(&cause))
        }
        _ => Ok(None),
    }
}

/// Makes an address the main one; the one that was is told.
pub async fn main(
    house: &House,
    who: Who,
    kind: HandleKind,
    id: &str,
    words: &Words,
) -> Result<Profile, Denied> {
    recently(house, who).await?;
    let is_it = |value: &str| contact_id(house, who.user, kind, value) == id;
    let (before, after) = house
        .decide(|| async move {
            still_here(house, who).await?;
            let person = account(house, who.user).await?;
            let after = rule::main(&person.profile, kind, is_it)?;
            let after = guard::displaced(&person.profile, after, house.now());
            Ok((by(house, who, &person, &after)?, (person.profile.clone(), after)))
        })
        .await?;
    let main = |profile| rule::of(profile, kind).first().filter(|main| main.verified_at.is_some()).cloned();
    let old = main(&before).filter(|old| main(&after).is_none_or(|new| new.value != old.value));
    if let Some(to) = old.and_then(|old| Address::new(kind, &old.value)) {
        post(house, letter(house.live.issuer(), words, to, About::MainChanged(house.now())));
    }
    Ok(after)
}

/// Removes an address; it is told, and so is the main one that is left.
pub async fn remove(
    house: &House,
    who: Who,
    kind: HandleKind,
    id: &str,
    words: &Words,
) -> Result<(), Denied> {
    let session = recently(house, who).await?;
    let methods = session.method.as_str();
    let is_it = |value: &str| contact_id(house, who.user, kind, value) == id;
    let (before, after) = house
        .decide(|| async move {
            still_here(house, who).await?;
            let (person, tied) = (account(house, who.user).await?, Tied::of(house, who.user).await?);
            let after = rule::removed(&person.profile, kind, is_it, tied.ways)?;
            let after = guard::displaced(&person.profile, after, house.now());
            let after = guard::taken_away(after, factor::by(house, &person, methods).await?);
            let mut changes = by(house, who, &person, &after)?;
            changes.extend(tied.guards());
            Ok((changes, (person.profile.clone(), after)))
        })
        .await?;
    let gone = rule::of(&before, kind).iter().find(|contact| is_it(&contact.value));
    let gone = gone.filter(|gone| gone.verified_at.is_some());
    let gone = gone.and_then(|gone| Address::new(kind, &gone.value));
    for to in gone.into_iter().chain(letter::main(&house.courier, &after)) {
        post(house, letter(house.live.issuer(), words, to, About::AddressRemoved(house.now())));
    }
    Ok(())
}
