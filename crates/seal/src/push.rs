//! Events pushed to back ends in WeChat's form: signed by a shared token, encrypted where there is a key.

use std::fmt;

use aws_lc_rs::cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Chance;
use crate::wechat::sha1;

/// 43 characters of base64 carry 258 bits; what stands in the last two is passed over, as WeChat does.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// What messages are padded to a multiple of: PKCS#7 over blocks of 32 bytes, not over those of the cipher.
const PADDED_TO: u8 = 32;

/// What a back end and the house share, as it was registered.
#[derive(Clone, Serialize, Deserialize)]
pub struct PushSecrets {
    /// `token`, by which requests are signed.
    pub token: String,
    /// `encoding_aes_key`: 43 characters of base64, where bodies are encrypted.
    pub encoding_aes_key: Option<String>,
}

impl PushSecrets {
    /// The hexadecimal SHA-1 of token, timestamp, nonce and further parts, sorted and joined: `signature`,
    /// and with the encrypted body `msg_signature`.
    pub fn signature(&self, timestamp: &str, nonce: &str, encrypted: Option<&str>) -> String {
        let mut parts = vec![self.token.as_str(), timestamp, nonce];
        parts.extend(encrypted);
        parts.sort_unstable();
        sha1(&parts.concat())
    }

    /// The message in the place of `Encrypt`: base64 of AES-256-CBC over sixteen random bytes, the length,
    /// the message and the `appid`. None without a key of 32 bytes.
    pub fn encrypt(&self, message: &str, appid: &str, chance: &dyn Chance) -> Option<String> {
        let bytes = Zeroizing::new(LENIENT.decode(self.encoding_aes_key.as_deref()?).ok()?);
        let iv = *bytes.first_chunk::<16>()?;
        let key = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &bytes).ok()?).ok()?;
        let mut data = vec![0; 16];
        chance.fill(&mut data);
        data.extend(u32::try_from(message.len()).ok()?.to_be_bytes());
        data.extend(message.as_bytes());
        data.extend(appid.as_bytes());
        let over = u8::try_from(data.len() % usize::from(PADDED_TO)).ok()?;
        let padding = PADDED_TO - over;
        data.resize(data.len() + usize::from(padding), padding);
        key.less_safe_encrypt(&mut data, EncryptionContext::Iv128(FixedLength::from(iv))).ok()?;
        Some(STANDARD.encode(data))
    }
}

impl fmt::Debug for PushSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushSecrets(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_lc_rs::cipher::{DecryptingKey, DecryptionContext};

    use super::*;
    use crate::counting::Counting;

    fn secrets() -> PushSecrets {
        // The key of WeChat's own example.
        let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
        PushSecrets { token: "AAAAA".into(), encoding_aes_key: Some(key.into()) }
    }

    #[test]
    fn a_signature_is_the_sha1_of_the_sorted_parts() {
        let signed = secrets().signature("1409735669", "xxxxxx", None);
        assert_eq!(signed, sha1("1409735669AAAAAxxxxxx"));
        let with_body = secrets().signature("1409735669", "xxxxxx", Some("Zz"));
        assert_eq!(with_body, sha1("1409735669AAAAAZzxxxxxx"));
    }

    /// What is under the encryption, padding included.
    fn opened(encrypted: &str) -> Vec<u8> {
        let key = LENIENT.decode(secrets().encoding_aes_key.unwrap()).unwrap();
        let iv: [u8; 16] = key[..16].try_into().unwrap();
        let key = DecryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).unwrap()).unwrap();
        let mut data = STANDARD.decode(encrypted).unwrap();
        key.decrypt(&mut data, DecryptionContext::Iv128(iv.into())).unwrap().to_vec()
    }

    #[test]
    fn every_message_is_padded_to_blocks_of_thirty_two() {
        for length in 0..=64 {
            let encrypted = secrets().encrypt(&"x".repeat(length), "wx", &Counting::from(1)).unwrap();
            let plain = opened(&encrypted);
            let padding = *plain.last().unwrap();
            assert_eq!((plain.len() % 32, plain.len() - usize::from(padding)), (0, 22 + length));
            assert!((1..=32).contains(&padding) && plain[22 + length..].iter().all(|one| *one == padding));
        }
    }

    #[test]
    fn a_message_opens_with_the_key_and_names_its_app() {
        let encrypted =
            secrets().encrypt("<xml>安娜</xml>", "wx0123456789abcdef", &Counting::from(1)).unwrap();
        let plain = opened(&encrypted);
        let plain = &plain[..plain.len() - usize::from(*plain.last().unwrap())];
        let length = u32::from_be_bytes(plain[16..20].try_into().unwrap()) as usize;
        assert_eq!(&plain[20..20 + length], "<xml>安娜</xml>".as_bytes());
        assert_eq!(&plain[20 + length..], b"wx0123456789abcdef");
    }

    #[test]
    fn without_a_key_nothing_is_encrypted() {
        let bare = PushSecrets { encoding_aes_key: None, ..secrets() };
        assert_eq!(bare.encrypt("x", "wx", &Counting::from(1)), None);
        let short = PushSecrets { encoding_aes_key: Some("abc".into()), ..secrets() };
        assert_eq!(short.encrypt("x", "wx", &Counting::from(1)), None);
    }
}
