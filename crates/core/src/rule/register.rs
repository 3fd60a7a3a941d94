//! Registering: JSON that an operator wrote, in; a noun or a clear refusal, out.
//!
//! Reading ([`Manifest::read`] and its like) knows only the JSON. Registering weighs it against
//! what is there. Every refusal names the member that is wrong.

mod agreement;
mod connection;
mod developer;
mod host;
mod json;
mod keys;
mod manifest;
mod person;
mod scope;
mod standing;
mod uri;

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::moment::Moment;
use crate::noun::client::{AuthMethod, Client, TokenAlg};

pub use agreement::AgreementSheet;
pub use connection::{ConnectionSheet, replaces, speaks_alone};
pub use developer::developer;
pub use host::HostSheet;
pub use json::{LONGEST_NAME, Object, nearest};
pub use manifest::Manifest;
pub use person::PersonSheet;
pub use scope::ScopeSheet;
pub use standing::{move_to, preauthorise, remove, resume, rotate_secret, suspend};

/// What registering a client came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// The client as it is from now on.
    pub client: Client,
    /// Whether it has the fresh secret, which is to be shown this once.
    pub new_secret: bool,
    /// What to commit.
    pub changes: Vec<Change>,
}

/// Fresh secrets for a registration, drawn whether they will be needed or not.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// SHA-256 of a fresh client secret.
    pub secret_digest: [u8; 32],
    /// 64 random bits, for the id of the WeChat-compatible face.
    pub wx: [u8; 8],
}

/// The secret of a client from now on, and whether it is the fresh one: a client keeps the one
/// it has as long as its method needs one.
fn secret(method: AuthMethod, before: Option<&Client>, fresh: &Fresh) -> (Option<[u8; 32]>, bool) {
    match before.and_then(|client| client.secret_digest) {
        _ if !method.has_secret() => (None, false),
        Some(digest) => (Some(digest), false),
        None => (Some(fresh.secret_digest), true),
    }
}

/// The registration of a client, or its replacement by a new version of itself.
fn registered(before: Option<&Client>, mut client: Client, new_secret: bool, now: Moment) -> Registered {
    client.registered_at = before.map_or(now, |before| before.registered_at);
    client.suspended_at = before.and_then(|before| before.suspended_at);
    let after = Box::new(client.clone());
    let change = match before {
        Some(before) => Change::ClientRewritten { before: Box::new(before.clone()), after },
        None => Change::ClientRegistered(after),
    };
    Registered { client, new_secret, changes: vec![change] }
}

fn auth_method(object: &Object<'_>, default: AuthMethod) -> Result<AuthMethod, Denied> {
    object.choice(
        "token_endpoint_auth_method",
        default,
        &[
            ("none", AuthMethod::None),
            ("client_secret_basic", AuthMethod::ClientSecretBasic),
            ("client_secret_post", AuthMethod::ClientSecretPost),
            ("private_key_jwt", AuthMethod::PrivateKeyJwt),
        ],
    )
}

fn token_alg(object: &Object<'_>) -> Result<TokenAlg, Denied> {
    let known = [("RS256", TokenAlg::Rs256), ("ES256", TokenAlg::Es256), ("EdDSA", TokenAlg::EdDsa)];
    object.choice("id_token_signed_response_alg", TokenAlg::default(), &known)
}

/// What the contract has and this version has not: refused where it is asked for.
fn not_yet(object: &Object<'_>, flags: &[&str]) -> Result<(), Denied> {
    for key in flags {
        if object.flag(key)? {
            return Err(Denied::request(format!("{} is not supported by this version", object.name(key))));
        }
    }
    Ok(())
}

fn conflict(description: String) -> Denied {
    Denied::new(Code::Conflict, description)
}

#[cfg(test)]
mod host_tests;
#[cfg(test)]
mod manifest_tests;
#[cfg(test)]
mod tests;
