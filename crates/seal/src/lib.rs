//! Keys, tokens, passwords and the encryption of personal data.
//!
//! Everything here is a pure function of its arguments and of a key: no clock, no I/O, and chance only
//! through [`Chance`] (key pairs excepted, which the cryptographic library draws itself).
//! Two keys carry the rest: the operator's [`MasterKey`], which stays outside the store and wraps
//! what lies in it, and the store's [`RootKey`], from which everything that must never change is derived:
//! what mini-programs know people and sessions by, the look-up of handles, refresh tokens.

mod aead;
pub mod alg;
pub mod avatar;
pub mod bus;
pub mod chance;
pub mod csrf;
mod derive;
pub mod handle;
mod jwk;
pub mod master;
pub mod opaque;
pub mod passkey;
pub mod password;
pub mod person;
pub mod push;
pub mod refresh;
pub mod root;
pub mod secret;
pub mod signing;
pub mod times;
pub mod verify;
pub mod webhook;
pub mod wechat;

pub use aead::Unsealable;
pub use alg::{Alg, NotAnAlg};
pub use avatar::{AvatarKey, AvatarLink};
pub use bus::BusKey;
pub use chance::{Chance, SystemChance, id16, secret};
pub use csrf::CsrfKey;
pub use handle::{HandleIndex, normalise_email, normalise_phone, normalise_username};
pub use master::{MasterKey, NotAMasterKey};
pub use opaque::{ClientKeys, union_id};
pub use passkey::{Begun, Credential, NotPassed, RelyingParty};
pub use password::{NotACost, NotAcceptable, PasswordCost, PasswordHasher, Verdict};
pub use person::PersonKey;
pub use push::PushSecrets;
pub use refresh::RefreshKey;
pub use root::RootKey;
pub use secret::{Secret, digest, digest_of, matches, pkce_s256};
pub use signing::{SigningKey, key_set, thumbprint};
pub use times::check_times;
pub use verify::{Expect, NotVerified, VerifyingKeys};
pub use webhook::{NotAWebhookSecret, WebhookKey};
pub use wechat::{SaysItAll, SessionSecret};

#[cfg(test)]
mod counting;
