//! Sending a code: to which of a person's addresses.

use crate::noun::person::{Contact, HandleKind, Profile};

/// Where a code for this person goes: to the address that was typed if it is theirs and verified, to the
/// main verified one if they were named otherwise. None where there is no such address.
///
/// `is_typed` says whether an address of this kind is what was typed. `reaches` says to which kinds of
/// address anything can be sent.
pub fn destination(
    profile: &Profile,
    is_typed: impl Fn(HandleKind, &str) -> bool,
    reaches: impl Fn(HandleKind) -> bool,
) -> Option<(HandleKind, &str)> {
    let typed = contacts(profile).find(|(kind, contact)| is_typed(*kind, &contact.value));
    let found = match typed {
        Some((kind, contact)) => (contact.verified_at.is_some() && reaches(kind)).then_some((kind, contact)),
        None => return main(profile, reaches),
    };
    found.map(|(kind, contact)| (kind, contact.value.as_str()))
}

/// Where notices for a person go: to the main e-mail address if it is verified, else to the main phone number.
pub fn main(profile: &Profile, reaches: impl Fn(HandleKind) -> bool) -> Option<(HandleKind, &str)> {
    let email = profile.verified_email().map(|email| (HandleKind::Email, email));
    let phone = profile.verified_phone().map(|phone| (HandleKind::Phone, phone));
    email.into_iter().chain(phone).find(|(kind, _)| reaches(*kind))
}

/// Every address that the person has proved to be theirs.
pub fn verified(profile: &Profile) -> impl Iterator<Item = (HandleKind, &str)> {
    let proven = contacts(profile).filter(|(_, contact)| contact.verified_at.is_some());
    proven.map(|(kind, contact)| (kind, contact.value.as_str()))
}

fn contacts(profile: &Profile) -> impl Iterator<Item = (HandleKind, &Contact)> {
    let emails = profile.emails.iter().map(|email| (HandleKind::Email, email));
    emails.chain(profile.phones.iter().map(|phone| (HandleKind::Phone, phone)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::NOW;

    fn ana() -> Profile {
        let contact = |value: &str, verified| Contact { value: value.into(), verified_at: verified };
        Profile {
            username: Some("ana".into()),
            emails: vec![contact("ana@a.example", Some(NOW)), contact("ana@b.example", None)],
            phones: vec![contact("+79990000001", Some(NOW)), contact("+79990000002", Some(NOW))],
            ..Profile::default()
        }
    }

    fn to(profile: &Profile, typed: &str, ways: &[HandleKind]) -> Option<String> {
        let found = destination(profile, |_, value| value == typed, |kind| ways.contains(&kind));
        found.map(|(_, value)| value.to_owned())
    }

    const BOTH: [HandleKind; 2] = [HandleKind::Email, HandleKind::Phone];

    #[test]
    fn a_code_goes_to_the_address_that_was_typed() {
        for typed in ["ana@a.example", "+79990000001", "+79990000002"] {
            assert_eq!(to(&ana(), typed, &BOTH).as_deref(), Some(typed));
        }
    }

    #[test]
    fn an_unverified_address_gets_no_code_and_neither_does_another_in_its_place() {
        assert_eq!(to(&ana(), "ana@b.example", &BOTH), None);
        assert_eq!(to(&ana(), "+79990000002", &[HandleKind::Email]), None);
    }

    #[test]
    fn somebody_named_otherwise_is_reached_at_their_main_address() {
        assert_eq!(to(&ana(), "ana", &BOTH).as_deref(), Some("ana@a.example"));
        assert_eq!(to(&ana(), "ana", &[HandleKind::Phone]).as_deref(), Some("+79990000001"));
        assert_eq!(to(&ana(), "ana", &[]), None);
        assert_eq!(to(&Profile::default(), "ana", &BOTH), None);
    }
}
