//! E-mail, handed to the operator's mail server (SMTP, RFC 5321).

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use portico_seal::Secret;

use super::Address;
use super::carry::{Carry, Errand, NotCarried};

/// How long one command of the exchange may take.
const COMMAND: Duration = Duration::from_secs(10);
/// How long a whole exchange may take.
const TOTAL: Duration = Duration::from_secs(30);

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MailTls {
    /// By `STARTTLS`, which the server must offer (RFC 3207).
    #[default]
    StartTls,
    /// From the first byte (RFC 8314).
    Implicit,
    /// Not at all.
    None,
}

impl MailTls {
    fn port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// How the operator's mail server is reached.
pub struct MailSettings {
    /// Its name or address.
    pub host: String,
    /// Its port; the usual one of the protection where there is none.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Whether a server that is not on this machine may be reached without protection.
    pub allow_plain: bool,
    /// Whom to sign in as, and the password.
    pub credentials: Option<(String, Secret)>,
    /// Whom messages are from: an address, or `Name <address>`.
    pub from: String,
}

/// What is wrong with the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMail {
    /// The sender is no address.
    #[error("from is not an e-mail address, or Name <address>")]
    From,
    /// The host is no name.
    #[error("host is not the name or address of a mail server")]
    Host,
    /// Codes and the password would cross a network readably.
    #[error("tls = \"none\" is for a mail server on this machine; allow_plain = true allows it elsewhere")]
    Plain,
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up: are there root certificates on this system?")]
    Tls,
}

/// The operator's mail server.
pub struct Mail {
    from: Mailbox,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

impl Mail {
    /// A mail server by these settings. Nothing is sent yet.
    pub fn new(settings: MailSettings) -> Result<Self, BadMail> {
        let MailSettings { host, port, tls, allow_plain, credentials, from } = settings;
        let from: Mailbox = from.parse().map_err(|_| BadMail::From)?;
        if from.name.iter().any(|name| name.contains(char::is_control)) {
            return Err(BadMail::From);
        }
        url::Host::parse(&host).map_err(|_| BadMail::Host)?;
        let parameters = || TlsParameters::new(host.clone()).map_err(|_| BadMail::Tls);
        let protection = match tls {
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Implicit => Tls::Wrapper(parameters()?),
            MailTls::None if allow_plain || is_here(&host) => Tls::None,
            MailTls::None => return Err(BadMail::Plain),
        };
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(port.unwrap_or(tls.port()))
            .tls(protection)
            .timeout(Some(COMMAND));
        if let Some((user, password)) = credentials {
            server = server.credentials(Credentials::new(user, password.expose().to_owned()));
        }
        Ok(Self { from, server: server.build() })
    }

    fn message(&self, errand: &Errand) -> Option<Message> {
        let Address::Email(to) = &errand.letter.to else { return None };
        let millis = u64::try_from(errand.at.millis()).ok()?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let subject: String = errand.letter.subject.replace(char::is_control, " ");
        MessageBuilder::new()
            .from(self.from.clone())
            .to(Mailbox::new(None, ascii_domain(to)?.parse().ok()?))
            .subject(subject)
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(format!("<{}@{}>", errand.id, self.from.email.domain())))
            // Nobody's holiday notice is wanted (RFC 3834 §5).
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(errand.letter.text.clone())
            .ok()
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The address with its domain as mail servers without SMTPUTF8 take it (RFC 5891).
fn ascii_domain(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    match url::Host::parse(domain).ok()? {
        url::Host::Domain(domain) => Some(format!("{local}@{domain}")),
        _ => None,
    }
}

#[async_trait]
impl Carry for Mail {
    async fn carry(&self, errand: &Errand) -> Result<(), NotCarried> {
        let message = self.message(errand).ok_or(NotCarried::Never("the address takes no e-mail"))?;
        let sent = tokio::time::timeout(TOTAL, self.server.send(message)).await;
        match sent.map_err(|_| NotCarried::Later("the mail server is too slow"))? {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(NotCarried::Never("the mail server refuses it")),
            Err(error) if error.is_client() => {
                Err(NotCarried::Never("the mail server lacks what the message or its protection needs"))
            }
            Err(error) if error.is_tls() => Err(NotCarried::Later("the mail server's TLS does not hold")),
            Err(error) if error.is_transient() => {
                Err(NotCarried::Later("the mail server cannot take it now"))
            }
            Err(_) => Err(NotCarried::Later("the mail server is not reached")),
        }
    }
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
