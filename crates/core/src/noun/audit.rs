//! The audit trail: what operators did, to whom, and when.

use serde::{Deserialize, Serialize};

use crate::id::NotAnId;
use crate::moment::Moment;

/// One line of the trail. It is appended in the commit of what it tells of, and never changed.
///
/// It holds no secret and nothing personal of the people whom it is about: their random ids only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Moment,
    /// Who: the name by which the operator signed in.
    pub operator: String,
    /// What.
    pub act: Act,
    /// To whom or what.
    pub target: Target,
}

/// A line of the trail with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number in the order of commits, from 1.
    pub seq: AuditSeq,
    /// What it says.
    pub entry: AuditEntry,
}

/// The number of a line of the audit trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AuditSeq(
    /// The number itself.
    pub u64,
);

impl std::fmt::Display for AuditSeq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for AuditSeq {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.map(Self).ok_or(NotAnId("number of an audit line"))
    }
}

/// What an act was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What kind of thing it is.
    pub kind: TargetKind,
    /// Its id, by which the trail is searched.
    pub id: String,
    /// The part of it that the act was about, such as one scope or one session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub part: Option<String>,
}

impl Target {
    /// The thing of this kind and id.
    pub fn new(kind: TargetKind, id: impl std::fmt::Display) -> Self {
        Self { kind, id: id.to_string(), part: None }
    }

    /// The same, narrowed to one part of it.
    pub fn part(self, part: impl std::fmt::Display) -> Self {
        Self { part: Some(part.to_string()), ..self }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word as the wire and the store write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The one written as [`Self::as_str`] writes it.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// The kinds of things that operators act on.
    TargetKind {
        /// A developer.
        Developer = "developer",
        /// A host.
        Host = "host",
        /// An app.
        App = "app",
        /// A scope of the catalogue.
        Scope = "scope",
        /// A connection to another provider.
        Connection = "connection",
        /// A person.
        Person = "person",
        /// A logout message.
        Delivery = "delivery",
        /// A signing key.
        Key = "key",
        /// The store as a whole, or people's keys.
        Store = "store",
        /// The operator's console.
        Console = "console",
    }
}

words! {
    /// What an operator can do, in the past tense. Reading what is personal is among it.
    Act {
        /// A developer was registered or renamed.
        DeveloperRegistered = "developer.registered",
        /// A host was registered, or its registration replaced.
        HostRegistered = "host.registered",
        /// A host was suspended.
        HostSuspended = "host.suspended",
        /// A host was resumed.
        HostResumed = "host.resumed",
        /// A host was given a new secret.
        HostSecretRotated = "host.secret_rotated",
        /// An app was registered or updated.
        AppRegistered = "app.registered",
        /// An app was suspended.
        AppSuspended = "app.suspended",
        /// An app was resumed.
        AppResumed = "app.resumed",
        /// An app was given a new secret.
        AppSecretRotated = "app.secret_rotated",
        /// An app was allowed a scope on everybody's behalf; the part is the scope.
        AppPreauthorised = "app.preauthorised",
        /// An app was allowed to resolve its OpenIDs to those of another; the part is the other.
        AgreementRegistered = "app.agreement_registered",
        /// An app may resolve its OpenIDs to those of another no more; the part is the other.
        AgreementEnded = "app.agreement_ended",
        /// OpenIDs that an app had from elsewhere were imported; the part is how many of how many lines.
        OpenIdsImported = "app.openids_imported",
        /// The OpenIDs that an app had from elsewhere, and whose they are, were looked at.
        OpenIdsRead = "app.openids_read",
        /// An app was given to another developer; the part says from whom to whom.
        AppMoved = "app.moved",
        /// OpenIDs of another app were turned into those of this one; the part is how many, and of which.
        OpenIdsMigrated = "app.openids_migrated",
        /// An app was removed.
        AppRemoved = "app.removed",
        /// A scope was registered or its words changed.
        ScopeRegistered = "scope.registered",
        /// A connection was registered or replaced.
        ConnectionRegistered = "connection.registered",
        /// A connection was removed.
        ConnectionRemoved = "connection.removed",
        /// A person was created.
        PersonCreated = "person.created",
        /// A person's profile was looked at.
        PersonRead = "person.read",
        /// The list of a person's sessions, with the names of their devices, was looked at.
        SessionsRead = "person.sessions_read",
        /// The apps that a person uses, and what they decided, were looked at.
        ConsentsRead = "person.consents_read",
        /// Where else a person is known was looked at.
        LinksRead = "person.links_read",
        /// A person's link was undone on their behalf; the part is the link.
        Unlinked = "person.unlinked",
        /// Everything about a person was exported.
        PersonExported = "person.exported",
        /// What is known of a person's identity check was written.
        IdentityChecked = "person.identity_checked",
        /// An OpenID from elsewhere was tied to a person; the part is its app.
        OpenIdImported = "person.openid_imported",
        /// A person was suspended.
        PersonSuspended = "person.suspended",
        /// A person was resumed.
        PersonResumed = "person.resumed",
        /// A person was signed out everywhere.
        SessionsEnded = "person.sessions_ended",
        /// One session of a person was ended; the part is the session.
        SessionEnded = "person.session_ended",
        /// A person was erased.
        PersonErased = "person.erased",
        /// A logout message was sent again.
        DeliveryRetried = "delivery.retried",
        /// A signing key was made.
        KeyMade = "key.made",
        /// Everything but people's keys was copied.
        StoreCopied = "store.copied",
        /// People's keys, wrapped, were copied.
        KeysCopied = "store.keys_copied",
        /// The operator signed in to the console.
        SignedIn = "console.signed_in",
        /// The operator signed out of the console.
        SignedOut = "console.signed_out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_no_other() {
        for act in Act::ALL {
            assert_eq!(Act::parse(act.as_str()), Some(*act));
        }
        for kind in TargetKind::ALL {
            assert_eq!(TargetKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!((Act::parse("app"), TargetKind::parse("")), (None, None));
    }

    #[test]
    fn an_act_begins_with_the_kind_that_it_is_done_to() {
        for act in Act::ALL {
            let kind = act.as_str().split('.').next().and_then(TargetKind::parse);
            assert!(kind.is_some(), "{}", act.as_str());
        }
    }

    #[test]
    fn the_number_of_a_line_is_digits_alone() {
        assert_eq!("17".parse(), Ok(AuditSeq(17)));
        for bad in ["", "+1", "-1", "1.0", "x", "99999999999999999999999"] {
            assert!(bad.parse::<AuditSeq>().is_err(), "{bad}");
        }
    }
}
