//! Guarding an account against somebody who has got hold of a session of it.

use crate::moment::{Moment, Span};
use crate::noun::acr::Acr;
use crate::noun::guard::{Former, Fresh, Way};
use crate::noun::person::{HandleKind, Profile};
use crate::rule::contact;

/// How long an address that was the main one is told of a new password.
pub const FORMER: Span = Span::days(7);

/// How long a way in waits before it counts, where it was enrolled on one factor by a person of two.
pub const WAIT: Span = Span::hours(72);

/// Who enrols a way in, or takes one away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// Whether the person could have proved two factors until then.
    pub could: bool,
    /// What they have proved.
    pub level: Acr,
    /// When.
    pub now: Moment,
}

/// The profile of a person with one more way in, or a new one in the place of an old.
///
/// Whoever holds one factor of a person of two must not make the second one of it: what is enrolled on one
/// factor signs in, and for [`WAIT`] counts neither as a second factor nor as phishing-resistant. Enrolled on
/// two factors, or by somebody who had one alone, it counts at once.
pub fn enrolled(mut profile: Profile, way: Way, by: By) -> Profile {
    let guard = &mut profile.guard;
    guard.fresh.retain(|fresh| fresh.way != way && by.now < fresh.counts_from);
    guard.two_until = guard.two_until.filter(|until| by.now < *until);
    if by.level < Acr::Two && (by.could || guard.two_until.is_some()) {
        guard.fresh.push(Fresh { way, counts_from: by.now + WAIT });
    }
    profile
}

/// The profile of a person from whom a way in is taken. On one factor it does not make them one who has
/// one alone, or the next one enrolled would count at once.
pub fn taken_away(mut profile: Profile, by: By) -> Profile {
    if by.could && by.level < Acr::Two {
        profile.guard.two_until = Some(by.now + WAIT);
    }
    profile
}

/// Whether a way in counts by now; it does unless something says otherwise.
pub fn counts(profile: &Profile, way: Way, now: Moment) -> bool {
    !profile.guard.fresh.iter().any(|fresh| fresh.way == way && now < fresh.counts_from)
}

/// The profile after a step, with the addresses that are no longer the main ones of their kinds
/// remembered, and those forgotten whose time is over.
pub fn displaced(before: &Profile, mut after: Profile, now: Moment) -> Profile {
    after.guard.former.retain(|former| now < former.until);
    for kind in [HandleKind::Email, HandleKind::Phone] {
        let Some(old) = main(before, kind).filter(|old| main(&after, kind) != Some(old)) else { continue };
        let former = &mut after.guard.former;
        former.retain(|former| former.value != old);
        // Whoever changes it often does not push the first one out.
        if former.len() < contact::MOST {
            former.push(Former { kind, value: old.to_owned(), until: now + FORMER });
        }
    }
    after
}

/// The profile of a person whom no browser knows any more.
pub fn forgotten(mut profile: Profile) -> Profile {
    profile.guard.forgotten += 1;
    profile
}

/// The addresses that were main ones within the last [`FORMER`].
pub fn former(profile: &Profile, now: Moment) -> impl Iterator<Item = &Former> {
    profile.guard.former.iter().filter(move |former| now < former.until)
}

fn main(profile: &Profile, kind: HandleKind) -> Option<&str> {
    let first = contact::of(profile, kind).first().filter(|main| main.verified_at.is_some());
    first.map(|main| main.value.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::person::Contact;
    use crate::rule::sample::NOW;

    fn reached(emails: &[&str]) -> Profile {
        let proven = |email: &&str| Contact { value: (*email).to_owned(), verified_at: Some(NOW) };
        Profile { emails: emails.iter().map(proven).collect(), ..Profile::default() }
    }

    fn values(profile: &Profile, now: Moment) -> Vec<&str> {
        former(profile, now).map(|former| former.value.as_str()).collect()
    }

    #[test]
    fn what_was_the_main_address_is_remembered_for_seven_days() {
        let (first, second) = (reached(&["a", "b"]), reached(&["b", "a"]));
        let after = displaced(&first, second.clone(), NOW);
        assert_eq!(values(&after, NOW + Span::days(7) - Span::millis(1)), ["a"]);
        assert!(values(&after, NOW + Span::days(7)).is_empty());
        assert!(displaced(&after, after.clone(), NOW + Span::days(7)).guard.former.is_empty());
        assert_eq!(displaced(&second, second.clone(), NOW), second, "nothing has changed");
        assert_eq!(values(&displaced(&first, reached(&[]), NOW), NOW), ["a"]);
    }

    const MAILBOX: Way = Way::Contact([1; 32]);
    const LATER: Moment = Moment::from_millis(NOW.millis() + 72 * 60 * 60 * 1000);

    fn by(could: bool, level: Acr) -> By {
        By { could, level, now: NOW }
    }

    #[test]
    fn what_one_factor_of_two_enrols_waits_for_three_days() {
        let after = enrolled(Profile::default(), MAILBOX, by(true, Acr::One));
        let before = Moment::from_millis(LATER.millis() - 1);
        assert!(!counts(&after, MAILBOX, NOW) && !counts(&after, MAILBOX, before));
        assert!(counts(&after, MAILBOX, LATER));
        for other in [Way::Password, Way::Contact([2; 32]), Way::Passkey([1; 32]), Way::Link([1; 32])] {
            assert!(counts(&after, other, NOW), "{other:?}");
        }
        let past = By { now: LATER, ..by(false, Acr::One) };
        assert_eq!(enrolled(after, Way::Password, past), Profile::default(), "what is over is forgotten");
    }

    #[test]
    fn the_first_second_factor_and_what_two_factors_enrol_count_at_once() {
        let waiting = enrolled(Profile::default(), MAILBOX, by(true, Acr::One));
        for by in [by(false, Acr::One), by(true, Acr::Two), by(true, Acr::PhishingResistant)] {
            assert!(counts(&enrolled(Profile::default(), MAILBOX, by), MAILBOX, NOW), "{by:?}");
            assert!(counts(&enrolled(waiting.clone(), MAILBOX, by), MAILBOX, NOW), "proven anew {by:?}");
        }
    }

    #[test]
    fn taking_the_second_factor_away_first_wins_nothing() {
        let bare = taken_away(Profile::default(), by(true, Acr::One));
        assert!(!counts(&enrolled(bare.clone(), MAILBOX, by(false, Acr::One)), MAILBOX, NOW));
        let later = By { now: LATER, ..by(false, Acr::One) };
        assert!(counts(&enrolled(bare, MAILBOX, later), MAILBOX, LATER));
        for by in [by(false, Acr::One), by(true, Acr::Two)] {
            assert_eq!(taken_away(Profile::default(), by), Profile::default());
        }
    }

    #[test]
    fn changing_it_often_does_not_push_the_first_one_out() {
        let mut profile = reached(&["a"]);
        for number in 0..30 {
            let next = reached(&[&format!("x{number}")]);
            profile = displaced(&profile, Profile { guard: profile.guard.clone(), ..next }, NOW);
        }
        assert_eq!((values(&profile, NOW)[0], values(&profile, NOW).len()), ("a", contact::MOST));
    }
}
