//! Adding, using, renaming and removing passkeys.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::moment::Moment;
use crate::noun::passkey::{MOST_PASSKEYS, Passkey};
use crate::noun::person::Profile;
use crate::noun::session::Session;
use crate::rule::sign_in;
use crate::rule::way_in::WaysIn;

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

/// The changes that remove a passkey of the session's person, who has these ways in beside what stands
/// in the profile. The caller adds the guards that none of them has gone meanwhile.
///
/// Refuses with `not_found` where the passkey is not there or somebody else's, with
/// `reauthentication_required` where the sign-in is not recent, and with `conflict` where it is the last
/// way in.
pub fn remove(
    passkey: Option<&Passkey>,
    session: &Session,
    (ways, profile): (&WaysIn, &Profile),
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    let passkey = own(passkey, session)?;
    sign_in::recent(session, now)?;
    let after = WaysIn { passkeys: ways.passkeys.saturating_sub(1), ..*ways };
    if !WaysIn::may_go((ways, profile), (&after, profile)) {
        return Err(Denied::new(Code::Conflict, "this passkey is your last way to sign in"));
    }
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

    /// A person with a link elsewhere beside the passkey, and nothing in the profile.
    fn linked() -> (WaysIn, Profile) {
        (WaysIn { passkeys: 1, links: 1, ..WaysIn::default() }, Profile::default())
    }

    fn without(passkey: Option<&Passkey>, now: Moment) -> Result<Vec<Change>, Denied> {
        let (ways, profile) = linked();
        remove(passkey, &session(), (&ways, &profile), now)
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
        assert_eq!(code(without(Some(&passkey()), late)), again);
        assert!(rename(Some(&passkey()), &session(), vec![3], late).is_ok());
    }

    #[test]
    fn the_last_way_in_is_not_removed() {
        let (linked, profile) = linked();
        let only = WaysIn { links: 0, ..linked };
        let attempt = |ways| remove(Some(&passkey()), &session(), (ways, &profile), NOW);
        assert_eq!(code(attempt(&only)), Some(Code::Conflict));
        assert!(attempt(&linked).is_ok() && attempt(&WaysIn { passkeys: 2, ..only }).is_ok());
    }

    #[test]
    fn somebody_elses_passkey_is_not_found() {
        let theirs = Passkey { user: user(9), ..passkey() };
        for passkey in [Some(&theirs), None] {
            assert_eq!(code(rename(passkey, &session(), vec![], NOW)), Some(Code::NotFound));
            assert_eq!(code(without(passkey, NOW)), Some(Code::NotFound));
        }
    }

    #[test]
    fn every_decision_stands_on_the_session_it_was_taken_in() {
        let held = Change::SessionHeld { session: session().id, now: NOW };
        for changes in [
            add(passkey(), &session(), 0, NOW),
            rename(Some(&passkey()), &session(), vec![3], NOW),
            without(Some(&passkey()), NOW),
        ] {
            assert!(changes.is_ok_and(|changes| changes.contains(&held)));
        }
    }
}
