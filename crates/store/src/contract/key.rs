//! Signing keys and secrets of the house.

use portico_core::Change;
use portico_core::noun::client::TokenAlg;
use portico_core::noun::key::SigningKeyRecord;

use super::house::House;
use super::value::{at, signing_key};
use crate::{CommitError, Taken};

pub(super) async fn signing_keys_come_oldest_first_and_retire(house: House) {
    let newer = SigningKeyRecord { alg: TokenAlg::Rs256, ..signing_key("a-newer", 9) };
    let older = SigningKeyRecord { alg: TokenAlg::Es256, ..signing_key("z-older", 1) };
    let same = signing_key("y-older", 1);
    let made = [&newer, &older, &same].map(|key| Change::KeyMade(key.clone()));
    house.done(made.to_vec()).await;
    house.done(vec![Change::KeyRetired { kid: "z-older".to_owned(), at: at(500) }]).await;
    let retired = SigningKeyRecord { retires_at: Some(at(500)), ..older };
    assert_eq!(house.store.signing_keys().await, Ok(vec![same, retired, newer]));
}

pub(super) async fn a_secret_is_stored_once(house: House) {
    let store =
        |wrapped: &[u8]| vec![Change::SecretStored { name: "root".to_owned(), wrapped: wrapped.to_vec() }];
    assert_eq!(house.store.secret("root").await, Ok(None));
    house.done(store(b"first")).await;
    assert_eq!(house.refused(store(b"second")).await, CommitError::Taken(Taken::Secret));
    assert_eq!(house.store.secret("root").await, Ok(Some(b"first".to_vec())));
    assert_eq!(house.store.secret("other").await, Ok(None));
}

pub(super) async fn of_sixteen_racing_secrets_of_one_name_one_is_stored(house: House) {
    let store = |number: u32| {
        vec![Change::SecretStored { name: "root".to_owned(), wrapped: number.to_be_bytes().to_vec() }]
    };
    let winner = house.one_of_sixteen(store, CommitError::Taken(Taken::Secret)).await;
    assert_eq!(house.store.secret("root").await, Ok(Some(winner.to_be_bytes().to_vec())));
}
