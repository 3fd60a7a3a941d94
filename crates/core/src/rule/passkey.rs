//! Adding, using, renaming and removing passkeys.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::moment::Moment;
use crate::noun::passkey::{MOST_PASSKEYS, Passkey};
use crate::noun::session::Session;
use crate::rule::sign_in;

/// Refuses unless one more passkey may be added in this session: with `reauthentication_required`
/// where the sign-in is not recent, with `conflict` where there are [`MOST_PASSKEYS`] already.
pub fn may_add(session: &Session, held: usize, now: Moment) -> Result<(), Denied> {
    sign_in::recent(session, now)?;
    match held < MOST_PASSKEYS {
        true => Ok(()),
        false => Err(Denied::new(Code::Conflict, "there are 20 passkeys already; remove one first")),
    }
}

/// The changes that add a passkey, under the guards that person and session are held and that
/// no other one was added meanwhile. Refusals are those of [`may_add`].
pub fn add(passkey: Passkey, session: &Session, held: usize, now: Moment) -> Result<Vec<Change>, Denied> {
    may_add(session, held, now)?;
    Ok(vec![
        Change::PersonHeld { user: passkey.user },
        Change::SessionHeld { session: session.id, now },
        Change::PasskeysCounted { user: passkey.user, count: held },
        Change::PasskeyAdded(passkey),
    ])
}

/// The changes that rename a passkey of the session's person.
///
/// Refuses with `not_found` where the passkey is not there or somebody else's.
pub fn rename(
    passkey: Option<&Passkey>,
    session: &Session,
    sealed_name: Vec<u8>,
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    let passkey = own(passkey, session)?;
    let renamed = Change::PasskeyRenamed { digest: passkey.digest, user: passkey.user, sealed_name };
    Ok(vec![Change::SessionHeld { session: session.id, now }, renamed])
}

/// The changes that remove a passkey of the session's person.
///
/// Refuses with `not_found` where the passkey is not there or somebody else's, and with
/// `reauthentication_required` where the sign-in is not recent.
pub fn remove(passkey: Option<&Passkey>, session: &Session, now: Moment) -> Result<Vec<Change>, Denied> {
    let passkey = own(passkey, session)?;
    sign_in::recent(session, now)?;
    let removed = Change::PasskeyRemoved { digest: passkey.digest, user: passkey.user };
    Ok(vec![Change::SessionHeld { session: session.id, now }, removed])
}

/// The change after a passkey was used. It holds only if nobody used the passkey meanwhile, so that
/// of two uses of one counter the second is looked at again.
pub fn used(passkey: &Passkey, sealed_credential: Vec<u8>, now: Moment) -> Change {
    Change::PasskeyUsed {
        digest: passkey.digest,
        before: passkey.sealed_credential.clone(),
        after: sealed_credential,
        at: now,
    }
}

fn own<'a>(passkey: Option<&'a Passkey>, session: &Session) -> Result<&'a Passkey, Denied> {
    passkey
        .filter(|passkey| passkey.user == session.user)
        .ok_or_else(|| Denied::not_found("you have no passkey of this id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Span;
    use crate::rule::sample::{NOW, session, user};

    fn passkey() -> Passkey {
        Passkey {
            digest: [1; 32],
            user: session().user,
            sealed_credential: vec![1],
            sealed_name: vec![2],
            created_at: NOW,
            used_at: None,
        }
    }

    fn code<T>(result: Result<T, Denied>) -> Option<Code> {
        result.err().map(|denied| denied.code)
    }

    #[test]
    fn the_twentieth_passkey_is_the_last_one() {
        assert!(add(passkey(), &session(), 19, NOW).is_ok());
        assert_eq!(code(add(passkey(), &session(), 20, NOW)), Some(Code::Conflict));
    }

    #[test]
    fn adding_and_removing_need_a_recent_sign_in_and_renaming_does_not() {
        let late = NOW + sign_in::RECENT + Span::millis(1);
        let again = Some(Code::ReauthenticationRequired);
        assert_eq!(code(add(passkey(), &session(), 0, late)), again);
        assert_eq!(code(remove(Some(&passkey()), &session(), late)), again);
        assert!(rename(Some(&passkey()), &session(), vec![3], late).is_ok());
    }

    #[test]
    fn somebody_elses_passkey_is_not_found() {
        let theirs = Passkey { user: user(9), ..passkey() };
        for passkey in [Some(&theirs), None] {
            assert_eq!(code(rename(passkey, &session(), vec![], NOW)), Some(Code::NotFound));
            assert_eq!(code(remove(passkey, &session(), NOW)), Some(Code::NotFound));
        }
    }

    #[test]
    fn every_decision_stands_on_the_session_it_was_taken_in() {
        let held = Change::SessionHeld { session: session().id, now: NOW };
        for changes in [
            add(passkey(), &session(), 0, NOW),
            rename(Some(&passkey()), &session(), vec![3], NOW),
            remove(Some(&passkey()), &session(), NOW),
        ] {
            assert!(changes.is_ok_and(|changes| changes.contains(&held)));
        }
    }
}
