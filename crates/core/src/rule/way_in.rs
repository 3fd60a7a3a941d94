//! Whether a person can still sign in: asked before a password, an address, a passkey or a link goes.

use crate::noun::person::{Contact, HandleKind, Profile};

/// The ways in that a person has beside those that stand in the profile.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaysIn {
    /// They have a password.
    pub password: bool,
    /// The passkeys that they can sign in with.
    pub passkeys: usize,
    /// The links through which a provider or a super app signs them in.
    pub links: usize,
    /// Whether codes are sent by mail.
    pub mail: bool,
    /// Whether codes are sent by text message.
    pub text: bool,
}

impl WaysIn {
    /// Whether a person of this profile can sign in: with a passkey or a link, with the password and
    /// anything that names them, or with a code to a verified address that codes are sent to.
    pub fn open(&self, profile: &Profile) -> bool {
        let named = profile.username.is_some() || !profile.emails.is_empty() || !profile.phones.is_empty();
        let verified = |contacts: &[Contact]| contacts.iter().any(|contact| contact.verified_at.is_some());
        self.passkeys > 0
            || self.links > 0
            || self.password && named
            || self.mail && verified(&profile.emails)
            || self.text && verified(&profile.phones)
    }

    /// Whether what is left after a step lets them in, or nothing did before it either.
    pub fn may_go(before: (&Self, &Profile), after: (&Self, &Profile)) -> bool {
        after.0.open(after.1) || !before.0.open(before.1)
    }

    /// The same with these kinds of address reached.
    pub fn reaching(self, reaches: impl Fn(HandleKind) -> bool) -> Self {
        Self { mail: reaches(HandleKind::Email), text: reaches(HandleKind::Phone), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::NOW;

    fn with(verified: bool) -> Profile {
        let email = Contact { value: "a@people.example".into(), verified_at: verified.then_some(NOW) };
        Profile { emails: vec![email], ..Profile::default() }
    }

    #[test]
    fn each_way_lets_in_by_itself_and_a_password_needs_a_name() {
        let (none, nobody) = (WaysIn::default(), Profile::default());
        assert!(!none.open(&nobody) && !none.open(&with(true)));
        assert!(WaysIn { passkeys: 1, ..none }.open(&nobody));
        assert!(WaysIn { links: 1, ..none }.open(&nobody));
        let password = WaysIn { password: true, ..none };
        assert!(!password.open(&nobody) && password.open(&with(false)));
        assert!(password.open(&Profile { username: Some("ana".into()), ..nobody }));
    }

    #[test]
    fn a_verified_address_counts_only_while_codes_are_sent_to_it() {
        let mail = WaysIn::default().reaching(|kind| kind == HandleKind::Email);
        assert!(mail.open(&with(true)) && !mail.open(&with(false)));
        assert!(!WaysIn { text: true, ..WaysIn::default() }.open(&with(true)));
    }

    #[test]
    fn only_the_last_way_in_is_kept() {
        let (none, one) = (WaysIn::default(), WaysIn { links: 1, ..WaysIn::default() });
        let nobody = Profile::default();
        assert!(!WaysIn::may_go((&one, &nobody), (&none, &nobody)));
        assert!(WaysIn::may_go((&none, &nobody), (&none, &nobody)), "nothing is taken");
        assert!(WaysIn::may_go((&one, &nobody), (&one, &nobody)));
    }
}
