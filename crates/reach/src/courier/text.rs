//! Text messages, handed to the operator's provider by a signed webhook.

use async_trait::async_trait;
use portico_seal::WebhookKey;
use serde_json::json;
use url::{Host, Url};

use super::Address;
use super::carry::{Carry, Errand, NotCarried};
use crate::address::{AddressPolicy, Refused};
use crate::outbound::{Outbound, Unreachable};

/// What is wrong with a provider's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProvider {
    /// It is no address that could be reached.
    #[error("{0}")]
    Address(#[from] Refused),
    /// Codes would cross the Internet readably.
    #[error("https is required, other than on a private network")]
    Plain,
}

/// The operator's provider of text messages.
pub struct Texts {
    url: String,
    key: WebhookKey,
    outbound: Outbound,
}

impl Texts {
    /// A provider at this address, to which messages are signed by this key (Standard Webhooks).
    ///
    /// The operator chose the address, so it may be a private one, and plain `http` there.
    pub fn new(url: &str, key: WebhookKey) -> Result<Self, BadProvider> {
        let parsed = AddressPolicy::PRIVATE_TOO.url(url)?;
        if parsed.scheme() != "https" && !is_inside(&parsed) {
            return Err(BadProvider::Plain);
        }
        Ok(Self { url: url.to_owned(), key, outbound: Outbound::new(AddressPolicy::PRIVATE_TOO) })
    }
}

/// Whether a host is on a network of the operator's own, as far as the text tells: a private address,
/// `localhost`, or a name without a dot.
fn is_inside(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !AddressPolicy::PUBLIC.allows(ip.into()),
        Some(Host::Ipv6(ip)) => !AddressPolicy::PUBLIC.allows(ip.into()),
        Some(Host::Domain(name)) => !name.contains('.') || name.ends_with(".localhost"),
        None => false,
    }
}

#[async_trait]
impl Carry for Texts {
    async fn carry(&self, errand: &Errand) -> Result<(), NotCarried> {
        let Address::Phone(to) = &errand.letter.to else { return Err(NotCarried::Never("no phone number")) };
        let body = json!({ "to": to, "text": errand.letter.text }).to_string().into_bytes();
        let at = errand.at.seconds().to_string();
        let signature = self.key.sign(&errand.id, &at, &body);
        let headers = [
            ("webhook-id", errand.id.as_str()),
            ("webhook-timestamp", at.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        match self.outbound.post_json(&self.url, &headers, body).await {
            Ok(200..=299) => Ok(()),
            Ok(408 | 425 | 429 | 500..) => Err(NotCarried::Later("the provider cannot take it now")),
            Ok(_) => Err(NotCarried::Never("the provider refuses it")),
            Err(Unreachable::Refused(_)) => Err(NotCarried::Never("the provider's address is not allowed")),
            Err(_) => Err(NotCarried::Later("the provider is not reached")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_core::moment::Moment;

    use super::super::Letter;
    use super::*;
    use crate::receiver::{Receiver, answer};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn key() -> WebhookKey {
        WebhookKey::parse(SECRET).unwrap()
    }

    fn errand() -> Errand {
        let to = Address::Phone("+79990000001".into());
        let letter = Letter { to, subject: String::new(), text: "\"123456\" is your code\r\n".into() };
        Errand { letter, id: "msg_1".into(), at: Moment::from_seconds(1_800_000_000) }
    }

    #[tokio::test]
    async fn a_text_is_posted_signed_and_nothing_of_it_reaches_a_header() {
        let receiver = Receiver::always(answer("204 No Content", "", "")).await;
        let texts = Texts::new(&receiver.url("/sms"), key()).unwrap();
        assert_eq!(texts.carry(&errand()).await, Ok(()));
        let arrived = receiver.arrived().remove(0);
        let body: serde_json::Value = serde_json::from_str(&arrived.body).unwrap();
        assert_eq!(body, json!({ "to": "+79990000001", "text": "\"123456\" is your code\r\n" }));
        assert!(arrived.head.starts_with("post /sms "), "{}", arrived.head);
        assert!(arrived.head.contains("\r\nwebhook-id: msg_1\r\n"));
        let signed = key().sign("msg_1", "1800000000", arrived.body.as_bytes()).to_ascii_lowercase();
        assert!(arrived.head.contains(&format!("webhook-signature: {signed}")), "{}", arrived.head);
        assert!(!arrived.head.contains("123456"));
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again_and_a_refusal_is_not() {
        for (status, later) in [("503 No", true), ("429 No", true), ("400 No", false), ("302 No", false)] {
            let receiver = Receiver::always(answer(status, "location: /elsewhere\r\n", "")).await;
            let texts = Texts::new(&receiver.url("/sms"), key()).unwrap();
            let outcome = texts.carry(&errand()).await;
            assert_eq!(matches!(outcome, Err(NotCarried::Later(_))), later, "{status} {outcome:?}");
            assert!(outcome.is_err() && receiver.arrived().len() == 1, "{status}");
        }
    }

    #[test]
    fn plain_http_stays_on_a_private_network() {
        let new = |url: &str| Texts::new(url, key()).map(drop);
        for good in
            ["https://sms.example/send", "http://127.0.0.1:9/", "http://10.0.0.7/", "http://sms:8080/"]
        {
            assert_eq!(new(good), Ok(()), "{good}");
        }
        for bad in ["http://sms.example/", "http://8.8.8.8/"] {
            assert_eq!(new(bad), Err(BadProvider::Plain), "{bad}");
        }
        for bad in
            ["sms.example", "ftp://sms.example/", "https://a:b@sms.example/", "http://169.254.169.254/"]
        {
            assert!(matches!(new(bad), Err(BadProvider::Address(_))), "{bad}");
        }
    }
}
