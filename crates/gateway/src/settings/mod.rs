//! The gateway's configuration: read, checked, and refused whole with the reason.

mod check;
mod file;
mod names;
mod value;

pub use file::{
    AnswerKeys, EncryptedKeys, GatewayFile, GatewaySection, InjectKeys, LimitKeys, PairKeys, PlaceKeys,
    RouteKeys, TlsKeys,
};
pub use value::{Length, Size};
pub(crate) use value::{length, size};

use crate::route::Gateway;

/// What is wrong with the configuration, in one line: which route, which key, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(
    /// The line.
    pub String,
);

impl GatewayFile {
    /// Reads the text of a file. The routes are checked by [`Gateway::try_from`] of its [`Self::section`].
    pub fn read(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
            let reason = error.message().trim().replace('\n', ", ");
            SettingsError(line.map_or_else(|| reason.clone(), |line| format!("line {line}: {reason}")))
        })
    }
}

impl TryFrom<GatewaySection> for Gateway {
    type Error = SettingsError;

    /// Checks every key, and reads the files with secrets.
    fn try_from(section: GatewaySection) -> Result<Self, SettingsError> {
        check::gateway(section)
    }
}

#[cfg(test)]
mod tests;
