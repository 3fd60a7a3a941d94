//! Signed webhooks from elsewhere, by the Standard Webhooks specification (symmetric, `v1`).

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

/// The text is no secret of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a webhook secret: whsec_ and 24 to 64 bytes in base64")]
pub struct NotAWebhookSecret;

/// The secret that a sender of webhooks shares.
#[derive(Clone)]
pub struct WebhookKey(hmac::Key);

impl WebhookKey {
    /// Reads a secret as senders show it: `whsec_` (which may be missing) and base64.
    pub fn parse(text: &str) -> Result<Self, NotAWebhookSecret> {
        let text = text.trim();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text));
        let bytes = Zeroizing::new(bytes.map_err(|_| NotAWebhookSecret)?);
        if !(24..=64).contains(&bytes.len()) {
            return Err(NotAWebhookSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The signature of a message, as `webhook-signature` carries it.
    pub fn sign(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(hmac::sign(&self.0, &signed(id, timestamp, body))))
    }

    /// Whether one of the signatures, separated by spaces, is that of the message; in time that does
    /// not depend on where one differs. Of more than sixteen the rest is passed over.
    pub fn verify(&self, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
        let message = signed(id, timestamp, body);
        let ours = signatures.split(' ').take(16).filter_map(|signature| signature.strip_prefix("v1,"));
        let mut decoded = ours.filter_map(|signature| STANDARD.decode(signature).ok());
        decoded.any(|signature| hmac::verify(&self.0, &message, &signature).is_ok())
    }
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body].concat()
}

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_signature_is_that_of_the_specifications_example() {
        let key = WebhookKey::parse(SECRET).unwrap();
        let (id, at, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b"{\"test\": 2432232314}");
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(key.sign(id, at, body), signature);
        assert!(key.verify(id, at, body, signature));
        assert!(key.verify(id, at, body, &format!("v1a,xyz v1,AAAA {signature}")));
    }

    #[test]
    fn another_message_secret_or_version_is_not_verified() {
        let key = WebhookKey::parse(SECRET).unwrap();
        let signature = key.sign("msg_1", "1614265330", b"{}");
        assert!(!key.verify("msg_2", "1614265330", b"{}", &signature));
        assert!(!key.verify("msg_1", "1614265331", b"{}", &signature));
        assert!(!key.verify("msg_1", "1614265330", b"{ }", &signature));
        assert!(!key.verify("msg_1", "1614265330", b"{}", &signature.replace("v1,", "v2,")));
        assert!(!key.verify("msg_1", "1614265330", b"{}", ""));
        let other = WebhookKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx").unwrap();
        assert!(!other.verify("msg_1", "1614265330", b"{}", &signature));
    }

    #[test]
    fn a_short_or_malformed_secret_is_refused() {
        for bad in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64", "secret"] {
            assert!(WebhookKey::parse(bad).is_err(), "{bad}");
        }
        assert!(WebhookKey::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").is_ok());
    }
}
