//! What back ends written for WeChat know: session keys, signatures and encrypted data in WeChat's own
//! forms, and tokens that say everything themselves.

use std::fmt;

use aws_lc_rs::cipher::{
    AES_128, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{constant_time, digest, hmac};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use portico_core::id::UserId;
use zeroize::Zeroizing;

use crate::aead::Aead;
use crate::{Chance, RootKey, Secret};

const KEY: usize = 16;
const NONCE: usize = 12;

/// The `session_key` of one person at one app: 16 bytes, which back ends know as base64.
pub struct SessionSecret(Zeroizing<[u8; KEY]>);

impl SessionSecret {
    /// The key of this generation. The same root key, `wx_app_id`, person and generation give the same key,
    /// for ever, so that none is stored. An app that was removed and is registered again has another
    /// `wx_app_id`, and so no key that it had.
    pub fn derive(root: &RootKey, wx_app_id: &str, user: UserId, generation: u32) -> Self {
        let name = [wx_app_id.as_bytes(), b"\0", user.as_bytes(), &generation.to_be_bytes()].concat();
        let whole = root.deriving.key("wechat session key", &name);
        Self(Zeroizing::new(*whole.first_chunk().expect("32 bytes begin with 16")))
    }

    /// The key as `jscode2session` answers it: base64 of its 16 bytes.
    pub fn text(&self) -> Secret {
        Secret::from(STANDARD.encode(*self.0))
    }

    /// `signature` of a piece of data for the client side: the hexadecimal SHA-1 of the data and the key's
    /// text, as WeChat defines it. It proves nothing that [`Self::encrypt`] does not.
    pub fn raw_signature(&self, raw_data: &str) -> String {
        sha1(&[raw_data, self.text().expose()].concat())
    }

    /// Whether this is the hexadecimal HMAC-SHA256 of the data under the key's text (`sig_method` of
    /// `checksession`), in constant time.
    pub fn signed(&self, data: &str, signature: &str) -> bool {
        let ours = hmac_hex(self.text().expose(), data);
        constant_time::verify_slices_are_equal(ours.as_bytes(), signature.to_ascii_lowercase().as_bytes())
            .is_ok()
    }

    /// `encryptedData` and `iv`, both in base64: AES-128-CBC with PKCS#7 under the key's bytes.
    pub fn encrypt(&self, plain: &str, chance: &dyn Chance) -> (String, String) {
        let mut iv = [0; KEY];
        chance.fill(&mut iv);
        (STANDARD.encode(cbc(&*self.0, iv, plain.as_bytes())), STANDARD.encode(iv))
    }

    /// What [`Self::encrypt`] encrypted; none under another key.
    pub fn decrypt(&self, encrypted: &str, iv: &str) -> Option<String> {
        let (mut data, iv) = (STANDARD.decode(encrypted).ok()?, STANDARD.decode(iv).ok()?);
        let key =
            PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, &*self.0).ok()?).ok()?;
        let iv = FixedLength::from(*iv.first_chunk::<KEY>()?);
        let plain = key.decrypt(&mut data, DecryptionContext::Iv128(iv)).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

impl fmt::Debug for SessionSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSecret(…)")
    }
}

fn cbc(key: &[u8], iv: [u8; KEY], plain: &[u8]) -> Vec<u8> {
    let key = UnboundCipherKey::new(&AES_128, key).expect("AES-128 takes 16 bytes");
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).expect("AES has this mode");
    let mut data = plain.to_vec();
    key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv)))
        .expect("whatever is encrypted is padded first");
    data
}

/// The hexadecimal HMAC-SHA256 of the data under a key that is text.
fn hmac_hex(key: &str, data: &str) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), data.as_bytes()).as_ref())
}

/// The hexadecimal SHA-1, which WeChat's formats ask for.
pub(crate) fn sha1(text: &str) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key of tokens that say everything themselves, so that none is stored.
///
/// What a token says is encrypted, and bound to what kind of token it is. The same saying always gives the
/// same token: the nonce is a keyed hash of it.
pub struct SaysItAll {
    aead: Aead,
    nonces: hmac::Key,
}

impl SaysItAll {
    /// The key of this store.
    pub fn derive(root: &RootKey) -> Self {
        let nonces = hmac::Key::new(hmac::HMAC_SHA256, &*root.deriving.key("wechat token nonce", b""));
        Self { aead: Aead::new(&root.deriving.key("wechat token", b"")), nonces }
    }

    /// The token of this kind that says this: base64url.
    pub fn token(&self, kind: &str, says: &[u8]) -> Secret {
        let mut mac = hmac::Context::with_key(&self.nonces);
        mac.update(kind.as_bytes());
        mac.update(b"\0");
        mac.update(says);
        let sealed = self.aead.seal(kind.as_bytes(), says, &Derived(mac.sign()));
        Secret::from(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What a token of this kind says; none for any other text.
    pub fn read(&self, kind: &str, token: &str) -> Option<Vec<u8>> {
        self.aead.open(kind.as_bytes(), &URL_SAFE_NO_PAD.decode(token).ok()?).ok()
    }
}

impl fmt::Debug for SaysItAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SaysItAll(…)")
    }
}

/// A nonce that is a keyed hash of what it is for: two different sayings share one once in 2⁹⁶ pairs.
struct Derived(hmac::Tag);

impl Chance for Derived {
    fn fill(&self, out: &mut [u8]) {
        debug_assert_eq!(out.len(), NONCE, "only a nonce is drawn from here");
        out.copy_from_slice(&self.0.as_ref()[..out.len()]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    const ANNA: UserId = UserId::from_bytes([1; 16]);

    fn root() -> RootKey {
        RootKey::generate(&Counting::from(0))
    }

    fn key(app: &str, user: UserId, generation: u32) -> SessionSecret {
        SessionSecret::derive(&root(), app, user, generation)
    }

    #[test]
    fn a_session_key_is_the_base64_of_sixteen_bytes_and_always_the_same() {
        let text = key("wx0000000000000001", ANNA, 1).text();
        assert_eq!(STANDARD.decode(text.expose()).unwrap().len(), 16);
        assert_eq!(key("wx0000000000000001", ANNA, 1).text().expose(), text.expose());
    }

    #[test]
    fn every_app_person_and_generation_has_a_key_of_its_own() {
        let keys = [
            key("wx0000000000000001", ANNA, 1),
            key("wx0000000000000001", ANNA, 2),
            key("wx0000000000000002", ANNA, 1),
            key("wx0000000000000001", UserId::from_bytes([2; 16]), 1),
        ];
        for (i, one) in keys.iter().enumerate() {
            let same = keys.iter().position(|other| other.text().expose() == one.text().expose());
            assert_eq!(same, Some(i));
        }
    }

    #[test]
    fn the_signature_under_the_keys_text_is_that_of_wechats_documentation() {
        let vector = "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b";
        assert_eq!(hmac_hex("o0q0otL8aEzpcZL/FT9WsQ==", r#"{"foo":"bar"}"#), vector);
    }

    #[test]
    fn the_signature_of_raw_data_is_the_sha1_of_it_and_the_keys_text() {
        // The example of WeChat's documentation.
        let raw = r#"{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}"#;
        let signed = sha1(&format!("{raw}HyVFkGl5F5OQWJZZaNzBBg=="));
        assert_eq!(signed, "75e81ceda165f4ffa64f4068af58c64b8f54b88c");
        let key = key("wx0000000000000001", ANNA, 1);
        assert_eq!(key.raw_signature(raw), sha1(&format!("{raw}{}", key.text().expose())));
    }

    #[test]
    fn a_check_passes_for_its_own_key_alone() {
        let (ours, theirs) = (key("wx0000000000000001", ANNA, 1), key("wx0000000000000001", ANNA, 2));
        let signature = hmac_hex(ours.text().expose(), "");
        assert!(ours.signed("", &signature));
        assert!(ours.signed("", &signature.to_uppercase()));
        assert!(!theirs.signed("", &signature));
        assert!(!ours.signed("", ""));
        assert!(!ours.signed("x", &signature));
    }

    #[test]
    fn what_is_encrypted_opens_under_its_key_alone() {
        let ours = key("wx0000000000000001", ANNA, 1);
        for plain in ["", "{}", "sixteen letters!", "Анна, 安娜"] {
            let (data, iv) = ours.encrypt(plain, &Counting::from(9));
            assert_eq!(STANDARD.decode(&iv).unwrap().len(), 16);
            assert_eq!(ours.decrypt(&data, &iv).as_deref(), Some(plain));
            assert_ne!(key("wx0000000000000001", ANNA, 2).decrypt(&data, &iv).as_deref(), Some(plain));
        }
    }

    #[test]
    fn the_cipher_is_that_of_wechats_documentation() {
        // The published sample of WeChat: appid wx4f4bc4dec97d474b.
        let key: [u8; 16] = STANDARD.decode("tiihtNczf5v6AKRyjwEUhQ==").unwrap().try_into().unwrap();
        let data = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==";
        let plain = SessionSecret(Zeroizing::new(key)).decrypt(data, "r7BXXKkLb8qrSNn05n0qiA==").unwrap();
        assert!(
            plain.contains(r#""watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"}"#),
            "{plain}"
        );
    }

    #[test]
    fn a_token_says_what_it_was_made_of_and_nothing_else_does() {
        let key = SaysItAll::derive(&root());
        let token = key.token("app", b"says");
        assert_eq!(key.read("app", token.expose()).as_deref(), Some(&b"says"[..]));
        assert_eq!(key.token("app", b"says").expose(), token.expose());
        assert_ne!(key.token("app", b"said").expose(), token.expose());
        assert_eq!(key.read("oauth", token.expose()), None);
        assert_eq!(
            SaysItAll::derive(&RootKey::generate(&Counting::from(1))).read("app", token.expose()),
            None
        );
        for i in 0..token.expose().len() {
            let mut changed = token.expose().to_owned().into_bytes();
            changed[i] = if changed[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character carries bits that are no part of the token.
            assert_ne!(key.read("app", &changed).as_deref(), Some(&b"said"[..]), "at {i}");
        }
        for garbage in ["", "A", "é", &"A".repeat(5000)] {
            assert_eq!(key.read("app", garbage), None);
        }
    }
}
