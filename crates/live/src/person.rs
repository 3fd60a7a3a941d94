//! A person in memory, with the profile open; and how accounts are sealed and found.

use portico_core::Change;
use portico_core::id::{AvatarId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::person::{Contact, Handle, HandleKind, Person, Profile};
use portico_seal::{PersonKey, Unsealable, normalise_email, normalise_phone, normalise_username};

use crate::Vault;

const PROFILE: &str = "profile";
const LABEL: &str = "session label";

/// A person and their open profile.
pub struct LivePerson {
    /// The account as stored.
    pub person: Person,
    /// The profile; empty for an erased person.
    pub profile: Profile,
    key: Option<PersonKey>,
}

impl LivePerson {
    pub(crate) fn open(person: Person, vault: &Vault) -> Result<Self, Unsealable> {
        if person.erased_at.is_some() {
            return Ok(Self { person, profile: Profile::default(), key: None });
        }
        let key = PersonKey::unwrapped(vault.master(), person.id, &person.wrapped_key)?;
        let plain = key.open(PROFILE, &person.sealed_profile)?;
        let profile = serde_json::from_slice(&plain).map_err(|_| Unsealable)?;
        Ok(Self { person, profile, key: Some(key) })
    }

    /// What a device called itself, sealed under the person's key; empty if that is gone.
    pub fn seal_label(&self, label: &str, vault: &Vault) -> Vec<u8> {
        match &self.key {
            Some(key) if !label.is_empty() => key.seal(LABEL, label.as_bytes(), vault.chance()),
            _ => vec![],
        }
    }

    /// What a device called itself, open.
    pub fn open_label(&self, sealed: &[u8]) -> Option<String> {
        let plain = self.key.as_ref()?.open(LABEL, sealed).ok()?;
        String::from_utf8(plain).ok()
    }

    /// A value sealed under the person's key, for the field of this name; none if the key is gone.
    pub fn seal(&self, field: &str, plain: &[u8], vault: &Vault) -> Option<Vec<u8>> {
        Some(self.key.as_ref()?.seal(field, plain, vault.chance()))
    }

    /// What [`Self::seal`] sealed for the field of this name; none for anything else.
    pub fn open_sealed(&self, field: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        self.key.as_ref()?.open(field, sealed).ok()
    }

    /// The change that keeps these bytes as the picture of this version, sealed under the person's key
    /// for this version alone; none if the key is gone.
    pub fn set_avatar(&self, version: AvatarId, picture: &[u8], vault: &Vault) -> Option<Change> {
        let sealed = self.key.as_ref()?.seal(&avatar_field(version), picture, vault.chance());
        Some(Change::AvatarSet { user: self.person.id, sealed })
    }

    /// The bytes of the picture of this version, if what is sealed is that.
    pub fn open_avatar(&self, version: AvatarId, sealed: &[u8]) -> Option<Vec<u8>> {
        self.key.as_ref()?.open(&avatar_field(version), sealed).ok()
    }

    /// The change that replaces the profile by this one.
    pub fn rewrite(&self, profile: &Profile, vault: &Vault) -> Option<Change> {
        Some(Change::ProfileRewritten {
            user: self.person.id,
            before: self.person.sealed_profile.clone(),
            after: seal_profile(self.key.as_ref()?, profile, vault),
            handles: vault.handles_of(profile),
        })
    }
}

fn avatar_field(version: AvatarId) -> String {
    format!("avatar {version}")
}

fn seal_profile(key: &PersonKey, profile: &Profile, vault: &Vault) -> Vec<u8> {
    let plain = serde_json::to_vec(profile).expect("a profile is plain data");
    key.seal(PROFILE, &plain, vault.chance())
}

impl Vault {
    /// The change that creates a person with this profile, under a fresh key of their own.
    pub fn new_person(&self, profile: &Profile, password: Option<String>, now: Moment) -> (UserId, Change) {
        let id = UserId::from_bytes(self.fresh());
        let key = PersonKey::generate(id, self.chance());
        let person = Person {
            id,
            created_at: now,
            blocked_at: None,
            erased_at: None,
            password,
            wrapped_key: key.wrapped(self.master(), self.chance()),
            sealed_profile: seal_profile(&key, profile, self),
        };
        (id, Change::PersonCreated { person, handles: self.handles_of(profile) })
    }

    /// The handles that find the person of this profile.
    pub fn handles_of(&self, profile: &Profile) -> Vec<Handle> {
        let username = profile.username.iter().map(|name| (HandleKind::Username, name.as_str(), true));
        let contacts = |kind, contacts: &'_ [Contact]| {
            contacts.iter().map(move |c| (kind, c.value.clone(), c.verified_at.is_some())).collect::<Vec<_>>()
        };
        let emails = contacts(HandleKind::Email, &profile.emails);
        let phones = contacts(HandleKind::Phone, &profile.phones);
        let others =
            emails.iter().chain(&phones).map(|(kind, value, verified)| (*kind, value.as_str(), *verified));
        let handles = username.chain(others);
        handles.filter_map(|(kind, text, verified)| self.handle(kind, text, verified)).collect()
    }

    /// The key under which attempts are counted for what somebody typed to sign in: the same for every way
    /// of writing one address or number.
    pub fn typed(&self, text: &str) -> [u8; 32] {
        let normal = normalise_phone(text).or_else(|| normalise_email(text));
        self.handles().index("sign-in", &normal.unwrap_or_else(|| normalise_username(text)))
    }

    /// Whether two texts are the same address or number.
    pub fn is_same(&self, kind: HandleKind, one: &str, other: &str) -> bool {
        let index = |text| self.handle(kind, text, false).map(|handle| handle.index);
        index(one).is_some_and(|one| index(other) == Some(one))
    }

    /// The handle for this text, unless it is not of the kind.
    pub fn handle(&self, kind: HandleKind, text: &str, verified: bool) -> Option<Handle> {
        let normal = match kind {
            HandleKind::Username => Some(normalise_username(text)).filter(|name| !name.is_empty()),
            HandleKind::Email => normalise_email(text),
            HandleKind::Phone => normalise_phone(text),
        }?;
        Some(Handle { kind, index: self.handles().index(kind.as_str(), &normal), verified })
    }
}
