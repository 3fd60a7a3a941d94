//! The ring of signing keys: parsed once, held, and replaced whole when one is made or retired.

use std::sync::Arc;

use portico_core::Change;
use portico_core::moment::Moment;
use portico_core::noun::client::TokenAlg;
use portico_core::noun::key::SigningKeyRecord;
use portico_core::rule::rotate;
use portico_seal::{Alg, SigningKey, Unsealable, VerifyingKeys};
use portico_store::{CommitError, Store, Unavailable};
use serde_json::json;

use crate::Vault;

/// Why there is no ring.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key does not open under the master key.
    #[error("the master key does not fit this store")]
    WrongMasterKey,
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] Unavailable),
}

impl From<Unsealable> for KeyError {
    fn from(_: Unsealable) -> Self {
        Self::WrongMasterKey
    }
}

/// A key as it is stored, and opened.
type Held = (SigningKeyRecord, Arc<SigningKey>);

/// The signing keys at one moment.
pub struct Ring {
    keys: Vec<Held>,
    records: Vec<SigningKeyRecord>,
    verifying: VerifyingKeys,
}

/// The algorithm of the sealing floor for one of the core's.
pub(crate) fn alg(alg: TokenAlg) -> Alg {
    match alg {
        TokenAlg::Rs256 => Alg::Rs256,
        TokenAlg::Es256 => Alg::Es256,
        TokenAlg::EdDsa => Alg::EdDsa,
    }
}

const ALGS: [TokenAlg; 3] = [TokenAlg::EdDsa, TokenAlg::Rs256, TokenAlg::Es256];

impl Ring {
    /// Reads the keys of a store, making the first of each algorithm where there is none.
    pub async fn open(store: &dyn Store, vault: &Vault, now: Moment) -> Result<Self, KeyError> {
        let records = store.signing_keys().await?;
        let missing: Vec<_> =
            ALGS.into_iter().filter(|alg| !records.iter().any(|key| key.alg == *alg)).collect();
        if missing.is_empty() {
            return Self::from_records(records, &[], vault);
        }
        let made = missing.into_iter().map(|alg| Change::KeyMade(make(&[], alg, vault, now)));
        match store.commit(made.collect()).await {
            Err(CommitError::Unavailable(unavailable)) => return Err(unavailable.into()),
            Ok(_) | Err(CommitError::Conflict | CommitError::Taken(_)) => {}
        }
        Self::from_records(store.signing_keys().await?, &[], vault)
    }

    /// Reads the keys again. Those that were open stay so: opening one tests whether it is a key, which
    /// for RSA takes a while.
    pub(crate) async fn reload(&self, store: &dyn Store, vault: &Vault) -> Result<Self, KeyError> {
        Self::from_records(store.signing_keys().await?, &self.keys, vault)
    }

    fn from_records(records: Vec<SigningKeyRecord>, there: &[Held], vault: &Vault) -> Result<Self, KeyError> {
        let open = |record: &SigningKeyRecord| {
            let same = |(held, _): &&Held| held.kid == record.kid && held.wrapped == record.wrapped;
            let key = match there.iter().find(same) {
                Some((_, key)) => Arc::clone(key),
                None => {
                    let (kid, alg) = (&record.kid, alg(record.alg));
                    Arc::new(SigningKey::unwrapped(vault.master(), kid, alg, &record.wrapped)?)
                }
            };
            Ok::<_, KeyError>((record.clone(), key))
        };
        let keys: Vec<_> = records.iter().map(open).collect::<Result<_, _>>()?;
        let set = json!({ "keys": records.iter().map(|record| &record.public_jwk).collect::<Vec<_>>() });
        Ok(Self { keys, records, verifying: VerifyingKeys::from_jwks(&set) })
    }

    /// The key that signs with this algorithm now.
    pub fn signing(&self, alg: TokenAlg, now: Moment) -> Option<&Arc<SigningKey>> {
        let kid = &rotate::signing(&self.records, alg, now)?.kid;
        self.keys.iter().find(|(record, _)| record.kid == *kid).map(|(_, key)| key)
    }

    /// The records of all keys, oldest first.
    pub fn records(&self) -> &[SigningKeyRecord] {
        &self.records
    }

    /// The public keys, for tokens of our own.
    pub fn verifying(&self) -> &VerifyingKeys {
        &self.verifying
    }

    /// The key set as published at this moment (RFC 7517 §5).
    pub fn published(&self, now: Moment) -> serde_json::Value {
        json!({ "keys": rotate::published(&self.records, now).map(|key| &key.public_jwk).collect::<Vec<_>>() })
    }
}

/// A fresh key and its record; it begins to sign when those there are have been published long
/// enough.
pub(crate) fn make(
    there: &[SigningKeyRecord],
    token_alg: TokenAlg,
    vault: &Vault,
    now: Moment,
) -> SigningKeyRecord {
    let key = SigningKey::generate(alg(token_alg));
    SigningKeyRecord {
        kid: key.kid().to_owned(),
        alg: token_alg,
        wrapped: key.wrapped(vault.master(), vault.chance()),
        public_jwk: key.public_jwk().clone(),
        created_at: now,
        signs_from: rotate::signs_from(there, token_alg, now),
        retires_at: None,
    }
}

impl crate::Live {
    /// The changes that rotate the keys of every algorithm for which one is due; all of them
    /// where `force` is set. Making an RSA key takes a good fraction of a second of CPU.
    pub fn rotation(&self, force: bool) -> Vec<Change> {
        let (ring, now) = (self.ring(), self.now());
        let every = self.settings().rotate_keys_every;
        let due = ALGS.into_iter().filter(|alg| force || rotate::is_due(ring.records(), *alg, every, now));
        due.flat_map(|alg| rotate::rotate(ring.records(), make(ring.records(), alg, self.vault(), now), now))
            .collect()
    }
}
