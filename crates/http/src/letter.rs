//! Messages to people: what they say, in the language of the page that caused them.
//!
//! Nothing that a stranger can type stands in one of them.

use portico_core::moment::Moment;
use portico_core::noun::guard::Way;
use portico_core::noun::person::{HandleKind, Profile};
use portico_core::rule::{guard, send};
use portico_live::LivePerson;
use portico_reach::{Address, Courier, Letter};

use crate::House;
use crate::page::words::Words;
use crate::when::stamp;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About<'a> {
    /// The code with which the person signs in.
    SignIn(&'a str),
    /// The code with which an account is made.
    Register(&'a str),
    /// The same where the address has an account already: it signs in.
    HasAccount(&'a str),
    /// The code with which a new password is set.
    Recover(&'a str),
    /// The code with which an address is shown to be one's own.
    Verify(&'a str),
    /// Another address is the main one now, or none is.
    MainChanged(Moment),
    /// Another address was added.
    AddressAdded(Moment),
    /// An address was removed.
    AddressRemoved(Moment),
    /// Somebody else has proved since that an address is theirs.
    Moved(Moment),
    /// The password was changed.
    PasswordChanged(Moment),
    /// The code that proves one thing more.
    StepUp(&'a str),
    /// A passkey was added.
    PasskeyAdded(Moment),
    /// A passkey was removed.
    PasskeyRemoved(Moment),
    /// A passkey was refused because its counter went back.
    PasskeyCopied(Moment),
    /// Somebody signed in in a browser where this person never did.
    NewDevice {
        /// What the device called itself.
        device: &'a str,
        /// When.
        at: Moment,
    },
}

impl About<'_> {
    fn key(self) -> &'static str {
        match self {
            Self::SignIn(_) => "letter-sign-in",
            Self::Register(_) => "letter-register",
            Self::HasAccount(_) => "letter-has-account",
            Self::Recover(_) => "letter-recover",
            Self::Verify(_) => "letter-verify",
            Self::MainChanged(_) => "letter-main-changed",
            Self::AddressAdded(_) => "letter-address-added",
            Self::AddressRemoved(_) => "letter-address-removed",
            Self::Moved(_) => "letter-moved",
            Self::PasswordChanged(_) => "letter-password-changed",
            Self::StepUp(_) => "letter-step-up",
            Self::PasskeyAdded(_) => "letter-passkey-added",
            Self::PasskeyRemoved(_) => "letter-passkey-removed",
            Self::PasskeyCopied(_) => "letter-passkey-copied",
            Self::NewDevice { .. } => "letter-new-device",
        }
    }
}

/// The message to this address.
pub fn letter(issuer: &str, words: &Words, to: Address, about: About<'_>) -> Letter {
    let key = about.key();
    let (code, device, at) = match about {
        About::SignIn(code)
        | About::Register(code)
        | About::HasAccount(code)
        | About::Recover(code)
        | About::Verify(code)
        | About::StepUp(code) => (code, String::new(), None),
        About::PasswordChanged(at)
        | About::MainChanged(at)
        | About::AddressAdded(at)
        | About::AddressRemoved(at)
        | About::Moved(at)
        | About::PasskeyAdded(at)
        | About::PasskeyRemoved(at)
        | About::PasskeyCopied(at) => ("", String::new(), Some(at)),
        About::NewDevice { device, at } => ("", plain(device), Some(at)),
    };
    let time = at.map(|at| stamp(at, words).text).unwrap_or_default();
    let unknown = || words.say("letter-unknown-device");
    let device = if device.is_empty() { unknown() } else { device };
    let site = issuer.split_once("://").map_or(issuer, |(_, site)| site);
    let part = |part: &str| {
        let values = [
            ("code", code.into()),
            ("device", device.as_str().into()),
            ("time", time.as_str().into()),
            ("site", site.into()),
        ];
        words.say_plainly(&format!("{key}.{part}"), &values)
    };
    match to.kind() {
        HandleKind::Phone => Letter { to, subject: String::new(), text: part("short") },
        _ => Letter { to, subject: part("subject"), text: part("text") },
    }
}

/// The address to which a code for this person goes after this was typed.
pub fn destination(house: &House, person: &LivePerson, typed: &str) -> Option<Address> {
    let vault = house.live.vault();
    let is_typed = |kind, value: &str| vault.is_same(kind, value, typed);
    let found = send::destination(&person.profile, is_typed, |kind| house.courier.reaches(kind));
    found.and_then(|(kind, value)| Address::new(kind, value))
}

/// The keyed index of an address.
pub fn index(house: &House, to: &Address) -> Option<[u8; 32]> {
    house.live.vault().handle(to.kind(), to.value(), true).map(|handle| handle.index)
}

/// The address of this keyed index, if it is a verified one of the person's that codes are sent to.
pub fn verified(house: &House, person: &LivePerson, index: &[u8; 32]) -> Option<Address> {
    let found = send::verified(&person.profile).find_map(|(kind, value)| {
        Address::new(kind, value).filter(|to| self::index(house, to) == Some(*index))
    });
    found.filter(|to| house.courier.reaches(to.kind()))
}

/// The address to which a code goes that is to prove one factor more: the main one, or another that
/// counts by now.
pub fn second(house: &House, person: &LivePerson) -> Option<Address> {
    let counts = |to: &Address| {
        let way = index(house, to).map(Way::Contact);
        way.is_some_and(|way| guard::counts(&person.profile, way, house.now()))
    };
    let reached =
        |(kind, value)| Address::new(kind, value).filter(|to| house.courier.reaches(kind) && counts(to));
    let main = main(&house.courier, &person.profile).filter(counts);
    main.or_else(|| send::verified(&person.profile).find_map(reached))
}

/// The address to which notices for the person of this profile go.
pub fn main(courier: &Courier, profile: &Profile) -> Option<Address> {
    let found = send::main(profile, |kind| courier.reaches(kind));
    found.and_then(|(kind, value)| Address::new(kind, value))
}

/// Tells a person, where they can be reached, what has happened to their account.
pub fn tell(house: &House, person: &LivePerson, words: &Words, about: About<'_>) {
    let Some(to) = main(&house.courier, &person.profile) else { return };
    if !house.courier.post(letter(house.live.issuer(), words, to, about)) {
        tracing::warn!("a notice was not taken");
    }
}

/// A device's name without what a mail program would make a link of.
fn plain(device: &str) -> String {
    device.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::words::preferred;

    const NOW: Moment = Moment::from_seconds(1_795_269_900);

    #[test]
    fn every_message_says_what_it_must_in_every_language() {
        for language in ["en", "zh-CN", "ru"] {
            let words = preferred([language]);
            for (about, said) in [
                (About::SignIn("123456"), "123456"),
                (About::Register("123456"), "123456"),
                (About::HasAccount("123456"), "123456"),
                (About::Recover("123456"), "123456"),
                (About::Verify("123456"), "123456"),
                (About::MainChanged(NOW), "14:05"),
                (About::Moved(NOW), "14:05"),
                (About::AddressAdded(NOW), "14:05"),
                (About::AddressRemoved(NOW), "14:05"),
                (About::PasswordChanged(NOW), "14:05"),
                (About::NewDevice { device: "Chrome on Linux", at: NOW }, "Chrome on Linux"),
                (About::NewDevice { device: "", at: NOW }, "14:05"),
            ] {
                let mail = Address::Email("ana@people.example".into());
                let mail = letter("https://id.example", words, mail, about);
                assert!(mail.text.contains(said) && mail.text.contains("id.example"), "{}", mail.text);
                assert!(
                    !mail.subject.is_empty() && !mail.subject.contains(['\r', '\n', '{']),
                    "{}",
                    mail.subject
                );
                assert!(!mail.text.contains(['{', '\u{2068}']), "{}", mail.text);
                let short = letter("https://id.example", words, Address::Phone("+79990000001".into()), about);
                assert!(short.text.contains(said) && short.subject.is_empty(), "{}", short.text);
                let most = if language == "en" { 160 } else { 140 };
                assert!(short.text.chars().count() <= most, "{} {}", short.text.chars().count(), short.text);
            }
        }
    }

    #[test]
    fn a_device_cannot_put_a_link_into_a_message() {
        assert_eq!(plain("https://evil.example/x\r\nBcc: a@b"), "httpsevilexamplexBcc ab");
        assert_eq!(plain("Chrome on Linux"), "Chrome on Linux");
    }
}
