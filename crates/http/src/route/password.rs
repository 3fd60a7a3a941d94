//! Changing the password: what the settings, `/v1/me/password` and `/recover` have in common.

use std::sync::Arc;

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::SessionId;
use portico_core::noun::guard::Way;
use portico_core::noun::person::{Person, Profile};
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::guard;
use portico_core::rule::password::acceptable;
use portico_core::rule::sign_in::recent;
use portico_live::LivePerson;
use portico_reach::Address;
use portico_seal::Verdict;

use super::code::post;
use super::me::account;
use super::{rewrite, sign_out};
use crate::house::unavailable;
use crate::letter::{self, About, letter};
use crate::page::words::Words;
use crate::{House, factor};

pub use crate::page::settings::password::PasswordTrouble;

/// Whether the person of this session needs their old password to set a new one: not after a sign-in of
/// the last five minutes.
pub fn needs_old(house: &House, session: &Session) -> bool {
    recent(session, house.now()).is_err()
}

/// Sets a new password, and ends every session of the person but this one.
///
/// When it answers, every question asked afterwards finds those sessions over, and each app is told.
pub async fn change(
    house: &Arc<House>,
    session: &Session,
    old: Option<&str>,
    new: &str,
    words: &'static Words,
) -> Result<Result<(), PasswordTrouble>, Denied> {
    let person = account(house, session.user).await?;
    if let Err(problem) = allowed(house, session, &person.person, old).await? {
        return Ok(Err(problem));
    }
    if let Err(weak) = acceptable(new, &person.profile) {
        return Ok(Err(PasswordTrouble::Weak(weak)));
    }
    let hash = house.hash_password(new.to_owned()).await?;
    let (hash, checked) = (&hash, &person.person.password);
    let changed = house
        .decide_ahead(|| async move {
            let person = account(house, session.user).await?;
            // Of several who knew the old one, one sets the new one; to the others it is the old one no more.
            if old.is_some() && person.person.password != *checked {
                return Ok((vec![], false));
            }
            let held = Change::PasswordHeld { user: session.user, hash: person.person.password.clone() };
            let mut changes = vec![Change::SessionHeld { session: session.id, now: house.now() }, held];
            let after = match old {
                // Nothing new is proven, so what the old one was worth the new one is.
                Some(_) => person.profile.clone(),
                None => {
                    let by = factor::by(house, &person, &session.method).await?;
                    guard::enrolled(person.profile.clone(), Way::Password, by)
                }
            };
            changes.extend(replaced(house, &person, after, hash.clone(), Some(session.id)).await?);
            Ok((changes, true))
        })
        .await?;
    if !changed {
        return Ok(Err(PasswordTrouble::Mismatch));
    }
    // Those that one list does not end, and one that began while the password was being set.
    sign_out::end_others(house, session.user, Some(session.id), EndReason::PasswordChanged).await?;
    tell(house, &person, words).await;
    Ok(Ok(()))
}

async fn allowed(
    house: &House,
    session: &Session,
    person: &Person,
    old: Option<&str>,
) -> Result<Result<(), PasswordTrouble>, Denied> {
    let Some(old) = old else {
        let stale = needs_old(house, session);
        return Ok(if stale { Err(PasswordTrouble::Stale) } else { Ok(()) });
    };
    // Who holds a session must not guess here without end.
    let key = house.live.vault().handles().index("password change", &person.id.to_string());
    let may_try = || house.throttles.accounts.may_try(&key);
    let failed = || house.throttles.accounts.failed(&key);
    match house.guess(person.password.clone(), old.to_owned(), may_try, failed).await? {
        Ok(Verdict::Right { .. }) => Ok(Ok(())),
        Ok(Verdict::Wrong) => Ok(Err(PasswordTrouble::Mismatch)),
        Err(seconds) => Ok(Err(PasswordTrouble::TooMany { seconds })),
    }
}

/// The changes that replace a password and the profile with it, forget the browsers that know the person,
/// and end their sessions but this one: all of it or nothing. Sessions that one list does not end are
/// the caller's to end.
pub async fn replaced(
    house: &House,
    person: &LivePerson,
    after: Profile,
    hash: String,
    but: Option<SessionId>,
) -> Result<Vec<Change>, Denied> {
    let user = person.person.id;
    let mut changes = vec![Change::PersonHeld { user }, Change::PasswordSet { user, hash }];
    changes.extend(rewrite::changes(&house.live, person, &guard::forgotten(after))?);
    let sessions = house.live.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
    for session in sessions.iter().filter(|session| Some(session.id) != but).take(sign_out::AT_ONCE) {
        changes.extend(sign_out::changes(house, session.id, EndReason::PasswordChanged).await?);
    }
    Ok(changes)
}

/// Tells a person that their password was changed: at their main address, and at those that were the
/// main ones until lately, unless they are somebody else's by now.
pub async fn tell(house: &House, person: &LivePerson, words: &'static Words) {
    let mut all = Vec::from_iter(letter::main(&house.courier, &person.profile));
    for former in guard::former(&person.profile, house.now()) {
        let Some(to) = Address::new(former.kind, &former.value).filter(|to| !all.contains(to)) else {
            continue;
        };
        let Some(index) = letter::index(house, &to) else { continue };
        match house.live.store().person_by_handle(former.kind, &index).await {
            Ok(holder) if holder.is_none_or(|holder| holder == person.person.id) => all.push(to),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "a former address was not told of a new password"),
        }
    }
    for to in all {
        post(house, letter(house.live.issuer(), words, to, About::PasswordChanged(house.now())));
    }
}
