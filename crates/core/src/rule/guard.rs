//! Guarding an account against somebody who has got hold of a session of it.

use crate::moment::{Moment, Span};
use crate::noun::guard::Former;
use crate::noun::person::{HandleKind, Profile};
use crate::rule::contact;

/// How long an address that was the main one is told of a new password.
pub const FORMER: Span = Span::days(7);

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
