//! How the public face is set up, from what is configured.

use std::num::NonZeroU32;
use std::path::Path;

use portico_http::{ConsoleProvider, ConsoleSettings, Limits};
use portico_reach::Registration;
use portico_seal::{Secret, WebhookKey};

use super::ServeError;
use crate::config::Config;

/// How operators get into the console.
pub(super) fn console_settings(config: &Config, admin_url: &str) -> Result<ConsoleSettings, ServeError> {
    let section = &config.console;
    let url = section.url.as_ref().map_or(admin_url, |url| url.as_str());
    let provider = match (&section.issuer, &section.client_id) {
        (Some(issuer), Some(client_id)) => Some(ConsoleProvider {
            registration: Registration {
                issuer: issuer.clone(),
                client_id: client_id.clone(),
                client_secret: section.client_secret_file.as_deref().map(client_secret).transpose()?,
                scope: "openid email".to_owned(),
                redirect_uri: format!("{url}/console/provider"),
            },
            allow: section.allow.0.clone(),
        }),
        _ => None,
    };
    Ok(ConsoleSettings { secure: url.starts_with("https://"), provider })
}

fn client_secret(file: &Path) -> Result<Secret, ServeError> {
    let unreadable = |error: std::io::Error| ServeError::ConsoleSecret(file.to_owned(), error.to_string());
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    match text.trim() {
        "" => Err(ServeError::ConsoleSecret(file.to_owned(), "it is empty".to_owned())),
        secret => Ok(Secret::from(secret.to_owned())),
    }
}

/// The secret in this file, if one is named.
pub(super) fn kyc_webhook(file: Option<&Path>) -> Result<Option<WebhookKey>, ServeError> {
    let Some(file) = file else { return Ok(None) };
    let wrong = |why: String| ServeError::KycSecret(file.display().to_string(), why);
    let text = std::fs::read_to_string(file).map(Secret::from);
    let text = text.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    WebhookKey::parse(text.expose()).map(Some).map_err(|error| wrong(error.to_string()))
}

/// How many failures are borne.
pub(super) fn limits(config: &Config) -> Limits {
    let count = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Limits {
        sign_in_per_account: count(config.rate_limits.sign_in_per_account),
        sign_in_per_address: count(config.rate_limits.sign_in_per_address),
        client_auth_per_address: count(config.rate_limits.client_auth_per_address),
        passkeys_per_address: count(config.rate_limits.passkeys_per_address),
        messages_per_person: count(config.rate_limits.messages_per_person),
        messages_per_destination: count(config.rate_limits.messages_per_destination),
        messages_per_address: count(config.rate_limits.messages_per_address),
    }
}
