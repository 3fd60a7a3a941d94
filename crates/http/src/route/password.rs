//! Changing the password: what the settings, `/v1/me/password` and `/recover` have in common.

use std::sync::Arc;

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::SessionId;
use portico_core::noun::person::Person;
use portico_core::noun::session::{EndReason, Session};
use portico_core::rule::password::acceptable;
use portico_core::rule::sign_in::recent;
use portico_live::LivePerson;
use portico_seal::Verdict;

use super::code::post;
use super::me::account;
use super::sign_out;
use crate::House;
use crate::house::unavailable;
use crate::letter::{self, About, letter};
use crate::page::words::Words;

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
    let (hash, person) = (&hash, &person);
    house
        .decide(|| async move {
            let mut changes = vec![Change::SessionHeld { session: session.id, now: house.now() }];
            changes.extend(replaced(house, &person.person, hash.clone(), Some(session.id)).await?);
            Ok((changes, ()))
        })
        .await?;
    // One that began while the password was being set.
    sign_out::end_others(house, session.user, Some(session.id), EndReason::PasswordChanged).await?;
    tell(house, person, words);
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

/// The changes that replace a password and end the person's sessions but this one, all of it or nothing.
pub async fn replaced(
    house: &House,
    person: &Person,
    hash: String,
    but: Option<SessionId>,
) -> Result<Vec<Change>, Denied> {
    let user = person.id;
    let mut changes = vec![Change::PersonHeld { user }, Change::PasswordSet { user, hash }];
    let sessions = house.live.store().sessions_of(user).await.map_err(|cause| unavailable(&cause))?;
    for session in sessions.iter().filter(|session| Some(session.id) != but) {
        changes.extend(sign_out::changes(house, session.id, EndReason::PasswordChanged).await?);
    }
    Ok(changes)
}

/// Tells a person that their password was changed.
pub fn tell(house: &House, person: &LivePerson, words: &'static Words) {
    let Some(to) = letter::main(&house.courier, &person.profile) else { return };
    post(house, letter(house.live.issuer(), words, to, About::PasswordChanged(house.now())));
}
