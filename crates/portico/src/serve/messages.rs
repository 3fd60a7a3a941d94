//! The ways of reaching people, from what is configured.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use portico_reach::courier::Carry;
use portico_reach::{BadMail, BadProvider, Carrier, Clock, Mail, MailSettings, MailTls, Texts};
use portico_seal::{Chance, NotAWebhookSecret, Secret, WebhookKey};

use crate::config::{self, Config};

/// Why messages cannot be sent as configured; one clear line.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// A key of `[mail]` is missing beside the others.
    #[error("mail.{0} is needed where mail.{1} is given")]
    MailLacks(&'static str, &'static str),
    /// The mail server cannot be used.
    #[error("[mail] {0}")]
    Mail(#[from] BadMail),
    /// A key of `[sms]` is missing beside the other.
    #[error("sms.{0} is needed where sms.{1} is given")]
    SmsLacks(&'static str, &'static str),
    /// The provider cannot be used.
    #[error("sms.url: {0}")]
    Sms(#[from] BadProvider),
    /// The provider's secret is none.
    #[error("sms.secret_file {0}")]
    Secret(#[from] NotAWebhookSecret),
    /// A file cannot be read.
    #[error("{0}: cannot read {path}: {2}", path = .1.display())]
    File(&'static str, PathBuf, std::io::Error),
}

/// What carries messages, by the ways that are configured.
pub(super) fn carrier(
    config: &Config,
    chance: Arc<dyn Chance>,
    clock: Clock,
) -> Result<Arc<Carrier>, MessagesError> {
    Ok(Carrier::new(mail(&config.mail)?, texts(&config.sms)?, chance, clock))
}

fn mail(section: &config::Mail) -> Result<Option<Arc<dyn Carry>>, MessagesError> {
    let Some(host) = section.host.clone() else {
        let given = [
            ("from", section.from.is_some()),
            ("user", section.user.is_some()),
            ("password_file", section.password_file.is_some()),
            ("port", section.port.is_some()),
        ];
        let alone = given.into_iter().find(|(_, is_given)| *is_given);
        return alone.map_or(Ok(None), |(key, _)| Err(MessagesError::MailLacks("host", key)));
    };
    let from = section.from.clone().ok_or(MessagesError::MailLacks("from", "host"))?;
    let credentials = match (&section.user, &section.password_file) {
        (Some(user), Some(file)) => Some((user.clone(), secret("mail.password_file", file)?)),
        (None, None) => None,
        (Some(_), None) => return Err(MessagesError::MailLacks("password_file", "user")),
        (None, Some(_)) => return Err(MessagesError::MailLacks("user", "password_file")),
    };
    let tls = match section.tls {
        config::Protection::StartTls => MailTls::StartTls,
        config::Protection::Implicit => MailTls::Implicit,
        config::Protection::None => MailTls::None,
    };
    let allow_plain = section.allow_plain;
    let settings = MailSettings { host, port: section.port, tls, allow_plain, credentials, from };
    Ok(Some(Arc::new(Mail::new(settings)?)))
}

fn texts(section: &config::Sms) -> Result<Option<Arc<dyn Carry>>, MessagesError> {
    match (&section.url, &section.secret_file) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(MessagesError::SmsLacks("secret_file", "url")),
        (None, Some(_)) => Err(MessagesError::SmsLacks("url", "secret_file")),
        (Some(url), Some(file)) => {
            let key = WebhookKey::parse(secret("sms.secret_file", file)?.expose())?;
            Ok(Some(Arc::new(Texts::new(url, key)?)))
        }
    }
}

/// The first line's worth of a file: what stands in it, without the line break at its end.
fn secret(key: &'static str, file: &Path) -> Result<Secret, MessagesError> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| MessagesError::File(key, file.to_owned(), error))?;
    Ok(Secret::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}
