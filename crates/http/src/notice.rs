//! Messages that tell a person what happened to their account.

use portico_core::noun::person::HandleKind;
use portico_live::LivePerson;
use portico_reach::{Address, Letter};

use crate::House;
use crate::page::words::Words;

/// What a person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was refused because its counter went back.
    PasskeyCloned,
}

impl Notice {
    /// The keys of subject and text.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::PasskeyAdded => ("passkey-letter-added", "passkey-letter-added.text"),
            Self::PasskeyRemoved => ("passkey-letter-removed", "passkey-letter-removed.text"),
            Self::PasskeyCloned => ("passkey-letter-cloned", "passkey-letter-cloned.text"),
        }
    }
}

/// Tells a person at their main verified e-mail address, or else at their main verified number, where the
/// operator has set up a way there.
pub fn post(house: &House, person: &LivePerson, notice: Notice, words: &Words) {
    if let Some(to) = reachable(house, person) {
        let (subject, text) = notice.keys();
        let letter = Letter { to, subject: words.say(subject), text: words.say(text) };
        if !house.courier.post(letter) {
            tracing::warn!("too many messages wait; one was not taken");
        }
    }
}

/// Where a person can be reached now: the main verified e-mail address, or else the main verified number.
pub fn reachable(house: &House, person: &LivePerson) -> Option<Address> {
    let (email, phone) = (person.profile.verified_email(), person.profile.verified_phone());
    let email = email.filter(|_| house.courier.reaches(HandleKind::Email));
    let phone = phone.filter(|_| house.courier.reaches(HandleKind::Phone));
    let email = email.and_then(|email| Address::new(HandleKind::Email, email));
    email.or_else(|| phone.and_then(|phone| Address::new(HandleKind::Phone, phone)))
}
