//! The keys that tokens are signed with.

use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use aws_lc_rs::{digest, rsa};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::aead::Unsealable;
use crate::{Alg, Chance, MasterKey};

/// A key pair, parsed once and held.
pub struct SigningKey {
    kid: String,
    pair: Pair,
    pkcs8: Zeroizing<Vec<u8>>,
    public_jwk: Value,
}

enum Pair {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl SigningKey {
    /// A fresh key pair; RSA with 2048 bits, which takes a noticeable part of a second.
    pub fn generate(alg: Alg) -> Self {
        let pkcs8 = match alg {
            Alg::EdDsa => Ed25519KeyPair::generate().and_then(|pair| Ok(pair.to_pkcs8()?.as_ref().to_vec())),
            Alg::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .and_then(|pair| Ok(pair.to_pkcs8v1()?.as_ref().to_vec())),
            Alg::Rs256 => RsaKeyPair::generate(rsa::KeySize::Rsa2048).and_then(|pair| {
                Ok(AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair)?.as_ref().to_vec())
            }),
        };
        let pkcs8 = Zeroizing::new(pkcs8.expect("the library makes keys of the kinds it knows"));
        Self::from_pkcs8(alg, &pkcs8).expect("a key that was just written reads back")
    }

    /// The key pair in a PKCS#8 document (RFC 5958); [`Unsealable`] if it holds none of this algorithm.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Result<Self, Unsealable> {
        let pair = match alg {
            Alg::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed),
            Alg::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::Ec),
            Alg::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Pair::Rsa(Box::new(pair))),
        };
        let pair = pair.map_err(|_| Unsealable)?;
        let mut public_jwk = pair.public_members();
        let kid = thumbprint(&public_jwk).expect("our own key has every member of its kind");
        public_jwk["use"] = "sig".into();
        public_jwk["alg"] = alg.as_str().into();
        public_jwk["kid"] = kid.as_str().into();
        Ok(Self { kid, pair, pkcs8: Zeroizing::new(pkcs8.to_vec()), public_jwk })
    }

    /// The key as the store keeps it, wrapped for its own `kid`.
    pub fn wrapped(&self, master: &MasterKey, chance: &dyn Chance) -> Vec<u8> {
        master.wrap(&purpose(&self.kid), &self.pkcs8, chance)
    }

    /// The key that [`Self::wrapped`] wrapped; [`Unsealable`] under another master key, `kid` or
    /// algorithm.
    pub fn unwrapped(master: &MasterKey, kid: &str, alg: Alg, wrapped: &[u8]) -> Result<Self, Unsealable> {
        Self::from_pkcs8(alg, &master.unwrap(&purpose(kid), wrapped)?)
    }

    /// The key's name in key sets and headers: its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn alg(&self) -> Alg {
        match self.pair {
            Pair::Ed(_) => Alg::EdDsa,
            Pair::Ec(_) => Alg::Es256,
            Pair::Rsa(_) => Alg::Rs256,
        }
    }

    /// The private key as a PKCS#8 document.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public key as a JWK (RFC 7517 §4) with `use`, `alg` and `kid`.
    pub fn public_jwk(&self) -> &Value {
        &self.public_jwk
    }

    /// The claims as a signed JWT in compact form (RFC 7515 §7.1), with `typ`, `alg` and `kid` in its
    /// header. Panics on claims that are no JSON.
    pub fn sign_jwt(&self, typ: &str, claims: &impl Serialize) -> String {
        let header = Header { typ, alg: self.alg(), kid: &self.kid };
        let header = serde_json::to_vec(&header).expect("three texts are JSON");
        let claims = serde_json::to_vec(claims).expect("claims are JSON");
        let mut token = String::with_capacity((header.len() + claims.len()) / 3 * 4 + 360);
        URL_SAFE_NO_PAD.encode_string(header, &mut token);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.pair.sign(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {})", self.alg(), self.kid)
    }
}

#[derive(Serialize)]
struct Header<'a> {
    typ: &'a str,
    alg: Alg,
    kid: &'a str,
}

impl Pair {
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Ec(pair) => pair
                .sign(&SystemRandom::new(), message)
                .expect("a parsed P-256 key signs anything")
                .as_ref()
                .to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("a parsed RSA key signs anything");
                signature
            }
        }
    }

    fn public_members(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ed(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref())}),
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})
            }
            Self::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"kty": "RSA", "n": text(&public.n), "e": text(&public.e)})
            }
        }
    }
}

fn purpose(kid: &str) -> String {
    format!("signing key {kid}")
}

/// The key set to publish (RFC 7517 §5).
pub fn key_set<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Value {
    let keys: Vec<&Value> = keys.into_iter().map(SigningKey::public_jwk).collect();
    json!({"keys": keys})
}

/// The SHA-256 thumbprint of a public JWK (RFC 7638 §3), in base64url; `None` if a member that its
/// kind requires is missing or no text, or the kind is not one of EC, OKP, RSA.
pub fn thumbprint(jwk: &Value) -> Option<String> {
    let required: &[&str] = match jwk["kty"].as_str()? {
        "EC" => &["crv", "kty", "x", "y"],
        "OKP" => &["crv", "kty", "x"],
        "RSA" => &["e", "kty", "n"],
        _ => return None,
    };
    let members = required
        .iter()
        .map(|name| Some(format!("{}:{}", json!(name), json!(jwk[*name].as_str()?))))
        .collect::<Option<Vec<_>>>()?;
    let canonical = format!("{{{}}}", members.join(","));
    Some(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, canonical.as_bytes())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    /// The PKCS#8 document (RFC 8410 §7) of the key in RFC 8037 appendix A.1.
    fn rfc_8037_key() -> SigningKey {
        let mut pkcs8 = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        pkcs8.extend(URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap());
        SigningKey::from_pkcs8(Alg::EdDsa, &pkcs8).unwrap()
    }

    #[test]
    fn the_public_key_and_its_name_are_those_of_rfc_8037_appendix_a() {
        let key = rfc_8037_key();
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(
            *key.public_jwk(),
            json!({
                "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "use": "sig", "alg": "EdDSA", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            })
        );
    }

    #[test]
    fn the_signature_is_that_of_rfc_8037_appendix_a_4() {
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(rfc_8037_key().pair.sign(message)),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638_and_ignores_other_members() {
        let jwk = json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP\
                  ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY36\
                  8QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lF\
                  d2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        });
        assert_eq!(thumbprint(&jwk).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        for bad in [json!({}), json!({"kty": "RSA", "e": "AQAB"}), json!({"kty": "oct", "k": "AA"}), json!(1)]
        {
            assert_eq!(thumbprint(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_names_its_type_algorithm_and_key() {
        let key = rfc_8037_key();
        let token = key.sign_jwt("at+jwt", &json!({"sub": "anna"}));
        let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        let header: Value = serde_json::from_slice(&parts[0]).unwrap();
        assert_eq!(header, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": key.kid()}));
        assert_eq!(parts[1], br#"{"sub":"anna"}"#);
        assert_eq!((parts.len(), parts[2].len()), (3, 64));
    }

    #[test]
    fn a_key_of_every_algorithm_survives_being_wrapped() {
        let master = MasterKey::generate(&Counting::from(0));
        for alg in Alg::ALL {
            let key = SigningKey::generate(alg);
            let wrapped = key.wrapped(&master, &Counting::from(50));
            let again = SigningKey::unwrapped(&master, key.kid(), alg, &wrapped).unwrap();
            assert_eq!((again.alg(), again.public_jwk()), (alg, key.public_jwk()));
            assert_eq!(again.public_jwk()["alg"], alg.to_string());
            assert!(SigningKey::unwrapped(&master, "another", alg, &wrapped).is_err());
            let other = Alg::ALL.into_iter().find(|other| *other != alg).unwrap();
            assert!(SigningKey::unwrapped(&master, key.kid(), other, &wrapped).is_err());
        }
    }

    #[test]
    fn a_key_set_holds_public_members_only() {
        let (ed, ec) = (SigningKey::generate(Alg::EdDsa), SigningKey::generate(Alg::Es256));
        let set = key_set([&ed, &ec]);
        assert_eq!(set["keys"].as_array().unwrap().len(), 2);
        assert!(set["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()));
    }

    #[test]
    fn debug_output_names_the_key_and_hides_it() {
        let key = rfc_8037_key();
        assert_eq!(format!("{key:?}"), "SigningKey(EdDSA, kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k)");
    }
}
