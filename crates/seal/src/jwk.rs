//! Public keys as others write them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use serde_json::Value;

use crate::Alg;

/// One key of a signer, for one algorithm.
#[derive(Debug, Clone)]
pub(crate) struct VerifyingKey {
    pub(crate) kid: Option<String>,
    pub(crate) alg: Alg,
    pub(crate) key: DecodingKey,
}

impl VerifyingKey {
    /// The key in a JWK (RFC 7517 §4), if it is one of ours to use: of a kind and size we verify,
    /// well-formed, and meant for signatures with the one algorithm of its kind.
    pub(crate) fn from_jwk(jwk: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let common = &jwk.common;
        let for_signatures = common.public_key_use.as_ref().is_none_or(|u| *u == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|ops| ops.contains(&KeyOperations::Verify));
        let alg = alg_of_kind(&jwk.algorithm)?;
        let for_this_alg = common.key_algorithm.is_none_or(|named| named == name_of(alg));
        if !for_signatures || !for_this_alg {
            return None;
        }
        Some(Self { kid: common.key_id.clone(), alg, key: DecodingKey::from_jwk(&jwk).ok()? })
    }
}

/// The algorithm that a key of this kind verifies, if the library can parse the key.
fn alg_of_kind(parameters: &AlgorithmParameters) -> Option<Alg> {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
    match parameters {
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 => {
            ParsedPublicKey::new(&ED25519, bytes(&okp.x)?).ok()?;
            Some(Alg::EdDsa)
        }
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => {
            let (x, y) = (bytes(&ec.x)?, bytes(&ec.y)?);
            if x.len() != 32 || y.len() != 32 {
                return None;
            }
            ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [&[4], &*x, &*y].concat()).ok()?;
            Some(Alg::Es256)
        }
        AlgorithmParameters::RSA(rsa) => {
            let public = RsaPublicKeyComponents { n: bytes(&rsa.n)?, e: bytes(&rsa.e)? };
            let sized =
                public.n.first().is_some_and(|&high| high != 0) && (256..=1024).contains(&public.n.len());
            public.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
            sized.then_some(Alg::Rs256)
        }
        _ => None,
    }
}

fn name_of(alg: Alg) -> KeyAlgorithm {
    match alg {
        Alg::EdDsa => KeyAlgorithm::EdDSA,
        Alg::Es256 => KeyAlgorithm::ES256,
        Alg::Rs256 => KeyAlgorithm::RS256,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::{SigningKey, VerifyingKeys, key_set};

    fn changed(alg: Alg, change: impl Fn(&mut Value)) -> Option<VerifyingKey> {
        let mut jwk = SigningKey::generate(alg).public_jwk().clone();
        change(&mut jwk);
        VerifyingKey::from_jwk(&jwk)
    }

    #[test]
    fn our_own_keys_of_every_algorithm_are_usable() {
        for alg in Alg::ALL {
            assert_eq!(changed(alg, |_| ()).map(|key| key.alg), Some(alg));
        }
    }

    #[test]
    fn a_key_that_says_nothing_of_its_use_is_usable_and_one_for_something_else_is_not() {
        let bare = |jwk: &mut Value| {
            jwk.as_object_mut().unwrap().retain(|name, _| !["use", "alg", "kid"].contains(&&**name))
        };
        assert!(changed(Alg::Es256, bare).is_some_and(|key| key.kid.is_none()));
        assert!(changed(Alg::EdDsa, |jwk| jwk["use"] = "enc".into()).is_none());
        assert!(changed(Alg::EdDsa, |jwk| jwk["key_ops"] = json!(["encrypt"])).is_none());
        assert!(changed(Alg::EdDsa, |jwk| jwk["key_ops"] = json!(["verify"])).is_some());
        assert!(changed(Alg::Es256, |jwk| jwk["alg"] = "ES384".into()).is_none());
        assert!(changed(Alg::Es256, |jwk| jwk["alg"] = "HS256".into()).is_none());
        assert!(changed(Alg::Es256, |jwk| jwk["alg"] = "XY256".into()).is_none());
    }

    #[test]
    fn a_malformed_or_weak_key_is_passed_over() {
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        assert!(changed(Alg::EdDsa, |jwk| jwk["x"] = short.as_str().into()).is_none());
        assert!(changed(Alg::EdDsa, |jwk| jwk["x"] = "!".into()).is_none());
        assert!(changed(Alg::EdDsa, |jwk| jwk["crv"] = "X25519".into()).is_none());
        assert!(changed(Alg::Es256, |jwk| jwk["x"] = short.as_str().into()).is_none());
        assert!(changed(Alg::Es256, |jwk| jwk["y"] = jwk["x"].clone()).is_none());
        let weak = json!({"kty": "RSA", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode([0xd5; 128])});
        assert!(VerifyingKey::from_jwk(&weak).is_none());
        let padded = [vec![0; 200], vec![0xd5; 128]].concat();
        let padded = json!({"kty": "RSA", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(padded)});
        assert!(VerifyingKey::from_jwk(&padded).is_none());
        assert!(VerifyingKey::from_jwk(&json!({"kty": "oct", "k": "AAAA", "alg": "HS256"})).is_none());
    }

    #[test]
    fn a_point_whose_coordinates_are_cut_at_the_wrong_place_is_passed_over() {
        let member = |jwk: &Value, name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let recut = changed(Alg::Es256, |jwk| {
            let point = [member(jwk, "x"), member(jwk, "y")].concat();
            jwk["x"] = URL_SAFE_NO_PAD.encode(&point[..31]).into();
            jwk["y"] = URL_SAFE_NO_PAD.encode(&point[31..]).into();
        });
        assert!(recut.is_none());
    }

    #[test]
    fn one_bad_key_does_not_spoil_the_set() {
        let mut set = key_set([&SigningKey::generate(Alg::EdDsa)]);
        let keys = set["keys"].as_array_mut().unwrap();
        keys.insert(0, json!({"kty": "future"}));
        keys.insert(0, json!("text"));
        assert_eq!(VerifyingKeys::from_jwks(&set).len(), 1);
        for no_set in [json!(null), json!([]), json!({"keys": {}}), json!("keys")] {
            assert!(VerifyingKeys::from_jwks(&no_set).is_empty(), "{no_set}");
        }
    }
}
