//! Checking signed tokens: our own, clients' assertions, and those of trusted issuers.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, crypto, decode_header};
use serde_json::{Map, Value};

use crate::Alg;
use crate::jwk::VerifyingKey;

const LONGEST_TOKEN: usize = 16 * 1024;
const MOST_KEYS: usize = 100;

/// Why a token was not accepted. None of them repeats any of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// No compact JWS of a JSON object, or longer than 16 KiB.
    #[error("not a signed token")]
    Malformed,
    /// No key of this set goes by the token's `kid`, or it has none and not exactly one key would
    /// fit. A set fetched from elsewhere may be fetched once more.
    #[error("signed with a key that is not known")]
    UnknownKey,
    /// The algorithm is not allowed here, or not that of the key.
    #[error("signed with an algorithm that is not allowed")]
    Algorithm,
    /// The header's `typ` is not one of those expected.
    #[error("a token of another type")]
    Type,
    /// The header names extensions that must be understood (RFC 7515 §4.1.11); none is.
    #[error("a token with critical extensions")]
    Critical,
    /// The signature is not that of the key.
    #[error("the signature does not fit")]
    Signature,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies in the future.
    #[error("the token is not yet valid")]
    NotYet,
    /// `exp` is missing, a date is no number or beyond the year 9999, or `exp` is before `iat`.
    #[error("the token's dates make no sense")]
    Dates,
}

/// What a token must be, besides signed.
#[derive(Debug, Clone, Copy)]
pub struct Expect<'a> {
    /// The accepted values of the header's `typ`; upper and lower case and a leading `application/`
    /// do not matter (RFC 7515 §4.1.9). `None` accepts any and none.
    pub typ: Option<&'a [&'a str]>,
    /// The allowed algorithms.
    pub algs: &'a [Alg],
}

/// The public keys of one signer, decoded and checked once and held.
#[derive(Debug, Clone, Default)]
pub struct VerifyingKeys(Vec<VerifyingKey>);

impl VerifyingKeys {
    /// The usable keys of a JWK set (RFC 7517 §5): Ed25519, P-256 and RSA of 2048 to 8192 bits, meant for
    /// signatures and for one of our algorithms. Others are passed over, as that section asks, and so is
    /// what comes after the first 100; a value that is no set has none.
    pub fn from_jwks(set: &Value) -> Self {
        let keys = set["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self(keys.iter().take(MOST_KEYS).filter_map(VerifyingKey::from_jwk).collect())
    }

    /// Whether there is no usable key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many usable keys there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The claims of a token in compact form (RFC 7515 §7.1) that one of these keys signed and that is
    /// what was expected. Dates are not looked at; see [`crate::check_times`].
    pub fn verify(&self, token: &str, expect: &Expect<'_>) -> Result<Value, NotVerified> {
        if token.len() > LONGEST_TOKEN {
            return Err(NotVerified::Malformed);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(NotVerified::Malformed)?;
        let (_, payload) = message.split_once('.').ok_or(NotVerified::Malformed)?;
        let header = decode_header(token).map_err(|_| NotVerified::Malformed)?;
        let alg = alg_of(header.alg).filter(|alg| expect.algs.contains(alg)).ok_or(NotVerified::Algorithm)?;
        if header.crit.is_some() {
            return Err(NotVerified::Critical);
        }
        if !expect.accepts(header.typ.as_deref()) {
            return Err(NotVerified::Type);
        }
        let key = self.select(header.kid.as_deref(), alg)?;
        match crypto::verify(signature, message.as_bytes(), &key.key, header.alg) {
            Ok(true) => {}
            Ok(false) => return Err(NotVerified::Signature),
            Err(_) => return Err(NotVerified::Malformed),
        }
        let claims = URL_SAFE_NO_PAD.decode(payload).map_err(|_| NotVerified::Malformed)?;
        let claims: Map<String, Value> =
            serde_json::from_slice(&claims).map_err(|_| NotVerified::Malformed)?;
        Ok(Value::Object(claims))
    }

    fn select(&self, kid: Option<&str>, alg: Alg) -> Result<&VerifyingKey, NotVerified> {
        let Some(kid) = kid else {
            let mut fitting = self.0.iter().filter(|key| key.alg == alg);
            return match (fitting.next(), fitting.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(NotVerified::UnknownKey),
            };
        };
        let mut named = self.0.iter().filter(|key| key.kid.as_deref() == Some(kid)).peekable();
        if named.peek().is_none() {
            return Err(NotVerified::UnknownKey);
        }
        named.find(|key| key.alg == alg).ok_or(NotVerified::Algorithm)
    }
}

impl Expect<'_> {
    fn accepts(&self, typ: Option<&str>) -> bool {
        let Some(accepted) = self.typ else { return true };
        let Some(typ) = typ.map(media_subtype) else { return false };
        accepted.iter().any(|one| media_subtype(one).eq_ignore_ascii_case(typ))
    }
}

/// The part after `application/`, which a `typ` may leave out.
fn media_subtype(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.get(..PREFIX.len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case(PREFIX) => &typ[PREFIX.len()..],
        _ => typ,
    }
}

fn alg_of(alg: Algorithm) -> Option<Alg> {
    match alg {
        Algorithm::EdDSA => Some(Alg::EdDsa),
        Algorithm::ES256 => Some(Alg::Es256),
        Algorithm::RS256 => Some(Alg::Rs256),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::{SigningKey, key_set};

    const ANY: Expect<'_> = Expect { typ: None, algs: &Alg::ALL };

    fn verify_alone(jwk: Value, token: &str) -> Result<Value, NotVerified> {
        VerifyingKeys::from_jwks(&json!({"keys": [jwk]})).verify(token, &ANY)
    }

    /// A token with this header, signed rightly with an Ed25519 key.
    fn with_header(key: &SigningKey, header: &Value) -> String {
        let signed = key.sign_jwt("JWT", &json!({}));
        let (_, rest) = signed.split_once('.').unwrap();
        let (payload, _) = rest.split_once('.').unwrap();
        let message = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(header.to_string()));
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(key.pkcs8()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
    }

    #[test]
    fn the_rs256_token_of_rfc_7515_appendix_a_2_verifies() {
        let jwk = json!({"kty": "RSA", "e": "AQAB", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmf\
            HQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bS\
            f63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7a\
            GhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"});
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
            c19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O\
            8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7\
            K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs\
            98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        assert_eq!(verify_alone(jwk, token).unwrap()["iss"], "joe");
    }

    #[test]
    fn the_es256_token_of_rfc_7515_appendix_a_3_verifies() {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
            c19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        assert_eq!(verify_alone(jwk, token).unwrap()["exp"], 1_300_819_380);
    }

    #[test]
    fn the_signature_of_rfc_8037_appendix_a_4_fits_though_its_payload_is_no_claims() {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let right = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        let wrong = right.replace("hgyY", "hgyZ");
        assert_eq!(verify_alone(jwk.clone(), &format!("{message}.{right}")), Err(NotVerified::Malformed));
        assert_eq!(verify_alone(jwk, &format!("{message}.{wrong}")), Err(NotVerified::Signature));
    }

    #[test]
    fn what_each_algorithm_signs_verifies_and_nothing_changed_does() {
        let signers = Alg::ALL.map(SigningKey::generate);
        let keys = VerifyingKeys::from_jwks(&key_set(&signers));
        for signer in &signers {
            let token = signer.sign_jwt("at+jwt", &json!({"sub": "anna"}));
            assert_eq!(keys.verify(&token, &ANY), Ok(json!({"sub": "anna"})));
            for i in 0..token.len() {
                let mut changed = token.clone().into_bytes();
                changed[i] = if changed[i] == b'A' { b'g' } else { b'A' };
                assert!(
                    keys.verify(&String::from_utf8(changed).unwrap(), &ANY).is_err(),
                    "{} at {i}",
                    signer.alg()
                );
            }
        }
    }

    #[test]
    fn an_unknown_kid_is_told_apart_so_that_keys_can_be_fetched_anew() {
        let (known, unknown) = (SigningKey::generate(Alg::EdDsa), SigningKey::generate(Alg::EdDsa));
        let keys = VerifyingKeys::from_jwks(&key_set([&known]));
        assert_eq!(keys.verify(&unknown.sign_jwt("JWT", &json!({})), &ANY), Err(NotVerified::UnknownKey));
        let disguised = with_header(&unknown, &json!({"alg": "EdDSA", "kid": known.kid()}));
        assert_eq!(keys.verify(&disguised, &ANY), Err(NotVerified::Signature));
    }

    #[test]
    fn a_token_without_kid_needs_exactly_one_fitting_key() {
        let (ed, ec) = (SigningKey::generate(Alg::EdDsa), SigningKey::generate(Alg::Es256));
        let token = with_header(&ed, &json!({"alg": "EdDSA"}));
        let verify = |signers: &[&SigningKey]| {
            VerifyingKeys::from_jwks(&key_set(signers.iter().copied())).verify(&token, &ANY)
        };
        assert_eq!(verify(&[&ed, &ec]), Ok(json!({})));
        assert_eq!(verify(&[&ed, &SigningKey::generate(Alg::EdDsa)]), Err(NotVerified::UnknownKey));
        assert_eq!(verify(&[&ec]), Err(NotVerified::UnknownKey));
    }

    #[test]
    fn an_algorithm_that_is_not_allowed_or_not_the_keys_is_refused() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        let only_es256 = Expect { typ: None, algs: &[Alg::Es256] };
        assert_eq!(keys.verify(&ed.sign_jwt("JWT", &json!({})), &only_es256), Err(NotVerified::Algorithm));
        for (alg, why) in [
            ("ES256", NotVerified::Algorithm),
            ("RS256", NotVerified::Algorithm),
            ("HS256", NotVerified::Algorithm),
            ("PS256", NotVerified::Algorithm),
            ("none", NotVerified::Malformed),
        ] {
            let token = with_header(&ed, &json!({"alg": alg, "kid": ed.kid()}));
            assert_eq!(keys.verify(&token, &ANY), Err(why), "{alg}");
        }
    }

    #[test]
    fn an_hmac_under_the_public_key_is_refused() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let public = URL_SAFE_NO_PAD.decode(ed.public_jwk()["x"].as_str().unwrap()).unwrap();
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "kid": ed.kid()}).to_string());
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode("{}"));
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &public);
        let tag = URL_SAFE_NO_PAD.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()));
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        assert_eq!(keys.verify(&format!("{message}.{tag}"), &ANY), Err(NotVerified::Algorithm));
    }

    #[test]
    fn the_type_is_compared_without_case_and_prefix_and_must_be_there() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        let access = Expect { typ: Some(&["at+jwt"]), algs: &Alg::ALL };
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
            assert_eq!(keys.verify(&ed.sign_jwt(typ, &json!({})), &access), Ok(json!({})), "{typ}");
        }
        for typ in ["JWT", "logout+jwt", "", "application/", "text/at+jwt", "at+jw\u{17f}"] {
            assert_eq!(keys.verify(&ed.sign_jwt(typ, &json!({})), &access), Err(NotVerified::Type), "{typ}");
        }
        let untyped = with_header(&ed, &json!({"alg": "EdDSA"}));
        assert_eq!(keys.verify(&untyped, &access), Err(NotVerified::Type));
    }

    #[test]
    fn critical_extensions_are_refused_even_when_there_are_none_in_the_list() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        for crit in [json!(["b64"]), json!(["exp"]), json!([])] {
            let token = with_header(&ed, &json!({"alg": "EdDSA", "crit": crit, "b64": true}));
            assert_eq!(keys.verify(&token, &ANY), Err(NotVerified::Critical), "{crit}");
        }
    }

    #[test]
    fn garbage_is_refused_as_malformed() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        let token = ed.sign_jwt("JWT", &json!({}));
        let more = [
            format!("{token}."),
            format!("{token}.a.b"),
            format!(".{token}"),
            format!("{token}="),
            format!(" {token}"),
            token.rsplit_once('.').unwrap().0.to_owned(),
            "A".repeat(17 * 1024),
            with_header(&ed, &json!("text")),
            with_header(&ed, &json!({"kid": 7, "alg": "EdDSA"})),
            with_header(&ed, &json!({"kid": "7"})),
        ];
        let bad = ["", ".", "..", "...", "a.b.c", "é.é.é", "e30.e30.e30"];
        for bad in bad.into_iter().chain(more.iter().map(String::as_str)) {
            assert_eq!(keys.verify(bad, &ANY), Err(NotVerified::Malformed), "{bad}");
        }
        for claims in [json!([]), json!("text"), json!(7), json!(null)] {
            assert_eq!(
                keys.verify(&ed.sign_jwt("JWT", &claims), &ANY),
                Err(NotVerified::Malformed),
                "{claims}"
            );
        }
    }

    #[test]
    fn a_token_longer_than_16_kib_is_refused_unread() {
        let ed = SigningKey::generate(Alg::EdDsa);
        let keys = VerifyingKeys::from_jwks(&key_set([&ed]));
        let verify = |length| keys.verify(&ed.sign_jwt("JWT", &json!({"pad": "a".repeat(length)})), &ANY);
        assert!(verify(11_000).is_ok());
        assert_eq!(verify(12_500), Err(NotVerified::Malformed));
    }
}
