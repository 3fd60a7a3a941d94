//! E-mail addresses and phone numbers: proving, choosing and removing them.
//!
//! Nothing stands in a profile before it is proven, so nobody can hold an address that is not theirs.

use url::Host;

use crate::denied::{Code, Denied};
use crate::moment::Moment;
use crate::noun::person::{Contact, HandleKind, Profile};
use crate::rule::readable::is_invisible;
use crate::rule::way_in::WaysIn;

/// The most e-mail addresses, and the most phone numbers, of one person.
pub const MOST: usize = 10;
/// The longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3).
pub const LONGEST_EMAIL: usize = 254;
/// The longest part before the `@`, in bytes (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// A person's addresses of one kind, the main one first; a username is none.
pub fn of(profile: &Profile, kind: HandleKind) -> &[Contact] {
    match kind {
        HandleKind::Email => &profile.emails,
        HandleKind::Phone => &profile.phones,
        HandleKind::Username => &[],
    }
}

fn of_mut(profile: &mut Profile, kind: HandleKind) -> Option<&mut Vec<Contact>> {
    match kind {
        HandleKind::Email => Some(&mut profile.emails),
        HandleKind::Phone => Some(&mut profile.phones),
        HandleKind::Username => None,
    }
}

/// An e-mail address as it is kept: as typed, without the white space around it.
///
/// Refused where nothing could be sent to it, where it holds what a reader does not see, and where comparing
/// it without regard to case would make other letters of it: the Kelvin sign is no `k`, and a mailbox that
/// is called so is somebody else's. `loopback` says that the issuer is on a developer's machine, where mail
/// to `localhost` arrives.
pub fn email(text: &str, loopback: bool) -> Result<String, Denied> {
    let text = text.trim();
    let fits = text.split_once('@').is_some_and(|(local, domain)| {
        text.len() <= LONGEST_EMAIL && is_local(local) && is_domain(domain, loopback)
    });
    if fits { Ok(text.to_owned()) } else { Err(Denied::request("this is not an e-mail address")) }
}

/// Whether this stands before the `@`: a dot-atom (RFC 5321 §4.1.2), its letters those of any script
/// (RFC 6531 §3.3). A quoted one is refused.
fn is_local(local: &str) -> bool {
    let becomes_ascii = |c: char| !c.is_ascii() && c.to_lowercase().any(|lower| lower.is_ascii());
    let is_atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let fits = |c: char| is_atom(c) && !is_invisible(c) && !becomes_ascii(c);
    local.len() <= LONGEST_LOCAL && local.split('.').all(|part| !part.is_empty() && part.chars().all(fits))
}

/// Whether this is the name of a mail domain (RFC 5321 §4.1.2): never an address, nor one name alone.
fn is_domain(domain: &str, loopback: bool) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !is_invisible(c) && !"@%".contains(c);
    let Ok(Host::Domain(ascii)) = Host::parse(domain) else { return false };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = ascii.contains('.') || loopback && ascii == "localhost";
    domain.chars().all(plain) && is_name && ascii.split('.').all(is_label)
}

/// Whether a person may have one more, or prove one they have. `is_it` says which of theirs it is.
pub fn may_add(profile: &Profile, kind: HandleKind, is_it: impl Fn(&str) -> bool) -> Result<(), Denied> {
    match of(profile, kind).iter().find(|contact| is_it(&contact.value)) {
        Some(known) if known.verified_at.is_some() => Err(conflict("this is yours already, and verified")),
        None if of(profile, kind).len() >= MOST => Err(conflict("there is room for ten; remove one first")),
        _ => Ok(()),
    }
}

/// The profile of a person who has proved that an address is theirs. The first one to be verified
/// becomes the main one.
pub fn proved(
    profile: &Profile,
    kind: HandleKind,
    value: &str,
    is_it: impl Fn(&str) -> bool,
    now: Moment,
) -> Result<Profile, Denied> {
    let mut after = profile.clone();
    let Some(contacts) = of_mut(&mut after, kind) else { return Err(no_such()) };
    let proven = Contact { value: value.to_owned(), verified_at: Some(now) };
    let full = contacts.len() >= MOST;
    match contacts.iter_mut().find(|contact| is_it(&contact.value)) {
        Some(known) if known.verified_at.is_some() => {}
        Some(known) => *known = proven,
        None if full => return Err(conflict("there is room for ten; remove one first")),
        None => contacts.push(proven),
    }
    lead(contacts);
    Ok(after)
}

/// The profile of a person without the address that another one has proved since.
pub fn given_up(profile: &Profile, kind: HandleKind, is_it: impl Fn(&str) -> bool) -> Profile {
    let mut after = profile.clone();
    if let Some(contacts) = of_mut(&mut after, kind) {
        contacts.retain(|contact| !is_it(&contact.value));
        lead(contacts);
    }
    after
}

/// The profile with another main address. Only a verified one can be the main one.
pub fn main(profile: &Profile, kind: HandleKind, is_it: impl Fn(&str) -> bool) -> Result<Profile, Denied> {
    let mut after = profile.clone();
    let contacts = of_mut(&mut after, kind).ok_or_else(no_such)?;
    let place = contacts.iter().position(|contact| is_it(&contact.value)).ok_or_else(no_such)?;
    if contacts[place].verified_at.is_none() {
        return Err(conflict("only a verified one can be the main one"));
    }
    contacts[..=place].rotate_right(1);
    Ok(after)
}

/// The profile without an address. It stays where it is the last way in that the person has.
pub fn removed(
    profile: &Profile,
    kind: HandleKind,
    is_it: impl Fn(&str) -> bool,
    ways: WaysIn,
) -> Result<Profile, Denied> {
    of(profile, kind).iter().find(|contact| is_it(&contact.value)).ok_or_else(no_such)?;
    let after = given_up(profile, kind, &is_it);
    match WaysIn::may_go((&ways, profile), (&ways, &after)) {
        true => Ok(after),
        false => Err(conflict("without it you could not sign in any more; add another one first")),
    }
}

/// Puts the first verified address first where an unverified one leads.
fn lead(contacts: &mut [Contact]) {
    if let Some(place) = contacts.iter().position(|contact| contact.verified_at.is_some()) {
        contacts[..=place].rotate_right(1);
    }
}

fn no_such() -> Denied {
    Denied::not_found("you have none of this id")
}

fn conflict(why: &'static str) -> Denied {
    Denied::new(Code::Conflict, why)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    const EMAIL: HandleKind = HandleKind::Email;

    fn contact(value: &str, verified: bool) -> Contact {
        Contact { value: value.into(), verified_at: verified.then_some(NOW) }
    }

    fn with(emails: &[(&str, bool)]) -> Profile {
        let emails = emails.iter().map(|(value, verified)| contact(value, *verified)).collect();
        Profile { emails, ..Profile::default() }
    }

    fn is(value: &str) -> impl Fn(&str) -> bool {
        move |other| other == value
    }

    fn values(profile: &Profile) -> Vec<&str> {
        profile.emails.iter().map(|email| email.value.as_str()).collect()
    }

    #[test]
    fn an_address_is_kept_as_it_was_typed() {
        for good in
            ["ana@people.example", " Ana.B+x@People.Example\n", "анна@пример.рф", "a@xn--e1afmkfd.xn--p1ai"]
        {
            assert_eq!(email(good, false).unwrap(), good.trim());
        }
        assert!(email("ana@localhost", true).is_ok() && email("ana@people", true).is_err());
    }

    #[test]
    fn what_no_mail_reaches_or_no_reader_sees_is_refused() {
        let long = format!("{}@people.example", "a".repeat(65));
        let longer = format!("a@{}example", "a.".repeat(130));
        for bad in [
            "",
            "ana",
            "ana@",
            "@people.example",
            "a@b@people.example",
            "ana@localhost",
            "ana@people.example.",
            "ana@127.0.0.1",
            "ana@[127.0.0.1]",
            "ana@[::1]",
            ".ana@people.example",
            "ana.@people.example",
            "a..b@people.example",
            "a b@people.example",
            "a\r\nBcc:b@people.example",
            "a\0@people.example",
            "\"a\"@people.example",
            "a,b@people.example",
            "Ana<a@people.example",
            "ana@peo%70le.example",
            "an\u{200b}a@people.example",
            "ana@peo\u{200d}ple.example",
            "\u{202e}ana@people.example",
            "ana\u{ad}@people.example",
            "ana\u{feff}@people.example",
            "ana@-.example x",
            "a@b..example",
            "a@-b.example",
            "a@b-.example",
            "a@b_c.example",
            "a@b",
            "x@localhost.",
            "<x@people.example",
            "\u{1f600}@people.example",
            "vi\u{212a}e@people.example",
            "\u{130}van@people.example",
            &long,
            &longer,
        ] {
            assert!(email(bad, false).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ten_may_be_had_and_one_that_is_verified_is_not_added_again() {
        let ana = with(&[("a", true), ("b", false)]);
        assert!(may_add(&ana, EMAIL, is("a")).is_err());
        assert!(may_add(&ana, EMAIL, is("b")).is_ok() && may_add(&ana, EMAIL, is("c")).is_ok());
        let ten: Vec<_> = (0..MOST).map(|n| (["a", "b"][n % 2], n != 1)).collect();
        let full = with(&ten);
        assert!(may_add(&full, EMAIL, is("c")).is_err());
        assert!(proved(&full, EMAIL, "c", is("c"), NOW).is_err());
    }

    #[test]
    fn what_is_proven_is_there_once_and_the_first_of_all_leads() {
        let first = proved(&with(&[]), EMAIL, "a", is("a"), NOW).unwrap();
        assert_eq!(first, with(&[("a", true)]));
        let second = proved(&first, EMAIL, "b", is("b"), NOW).unwrap();
        assert_eq!(second, with(&[("a", true), ("b", true)]));
        assert_eq!(proved(&second, EMAIL, "b", is("b"), NOW).unwrap(), second);
        let known = with(&[("a", false), ("b", false)]);
        assert_eq!(proved(&known, EMAIL, "b", is("b"), NOW).unwrap(), with(&[("b", true), ("a", false)]));
        assert!(proved(&first, HandleKind::Username, "a", is("a"), NOW).is_err());
    }

    #[test]
    fn what_is_given_up_is_gone_and_a_verified_one_leads_again() {
        let ana = with(&[("a", true), ("b", false), ("c", true)]);
        assert_eq!(given_up(&ana, EMAIL, is("a")), with(&[("c", true), ("b", false)]));
        assert_eq!(given_up(&ana, EMAIL, is("x")), ana);
        assert_eq!(given_up(&ana, HandleKind::Phone, is("a")), ana);
    }

    #[test]
    fn only_a_verified_one_becomes_the_main_one() {
        let ana = with(&[("a", true), ("b", false), ("c", true)]);
        assert_eq!(values(&main(&ana, EMAIL, is("c")).unwrap()), ["c", "a", "b"]);
        assert_eq!(main(&ana, EMAIL, is("a")).unwrap(), ana);
        assert_eq!(main(&ana, EMAIL, is("b")).unwrap_err().code, Code::Conflict);
        assert_eq!(main(&ana, EMAIL, is("x")).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn the_last_way_in_is_not_removed() {
        let none = WaysIn { mail: true, text: true, ..WaysIn::default() };
        let ana = with(&[("a", true), ("b", false)]);
        assert_eq!(removed(&ana, EMAIL, is("a"), none).unwrap_err().code, Code::Conflict);
        assert_eq!(removed(&ana, EMAIL, is("x"), none).unwrap_err().code, Code::NotFound);
        assert_eq!(removed(&ana, EMAIL, is("b"), none).unwrap(), with(&[("a", true)]));
        assert!(removed(&ana, EMAIL, is("a"), WaysIn { links: 1, ..none }).is_ok());
        let password = WaysIn { password: true, ..none };
        let alone = with(&[("a", true)]);
        assert!(removed(&alone, EMAIL, is("a"), password).is_err(), "nobody is named by a password alone");
        let mute = WaysIn { mail: false, ..none };
        assert!(removed(&ana, EMAIL, is("a"), mute).is_ok(), "it was no way in");
        let named = Profile { username: Some("ana".into()), ..ana.clone() };
        assert!(removed(&named, EMAIL, is("a"), password).is_ok());
        assert!(removed(&named, EMAIL, is("a"), none).is_err());
        let reached = Profile { phones: vec![contact("+7", true)], ..ana.clone() };
        assert!(removed(&reached, EMAIL, is("a"), none).is_ok());
        let unproven = Profile { phones: vec![contact("+7", false)], ..ana };
        assert!(removed(&unproven, EMAIL, is("a"), none).is_err());
    }
}
