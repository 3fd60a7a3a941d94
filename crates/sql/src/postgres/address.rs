//! Where the server is, and how the way to it is protected.

use std::path::Path;

use tokio_postgres::config::SslMode;
use url::Url;

use super::{OpenError, PostgresOptions};

/// How far TLS goes (`sslmode`, as libpq names it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TlsMode {
    /// None.
    Disable,
    /// If the server has it; nothing is checked.
    Prefer,
    /// Always; the certificate is checked if there is an authority to check it against.
    Require,
    /// Always, by an authority that is trusted.
    VerifyCa,
    /// Always, and the certificate names the host.
    VerifyFull,
}

/// The server's address, taken apart. It holds no password that could be shown.
pub(super) struct Address {
    url: Url,
    pub(super) tls: TlsMode,
}

impl Address {
    /// Reads `postgres://user@host:port/database?sslmode=…`.
    pub(super) fn parse(text: &str) -> Result<Self, OpenError> {
        let wrong = |what: &str| OpenError::Settings(what.to_owned());
        let mut url = Url::parse(text).map_err(|_| wrong("its address is not a URL"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(wrong("its address does not begin with postgres://"));
        }
        let mut tls = TlsMode::Prefer;
        let mut others = Vec::new();
        for (name, value) in url.query_pairs().into_owned() {
            if name != "sslmode" {
                others.push((name, value));
                continue;
            }
            tls = match value.as_str() {
                "disable" => TlsMode::Disable,
                "prefer" => TlsMode::Prefer,
                "require" => TlsMode::Require,
                "verify-ca" => TlsMode::VerifyCa,
                "verify-full" => TlsMode::VerifyFull,
                _ => return Err(wrong("sslmode is one of disable, prefer, require, verify-ca, verify-full")),
            };
        }
        url.set_query(None);
        if !others.is_empty() {
            // Spaces are written %20: the driver does not read a plus sign as one.
            let pairs = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&others).finish();
            url.set_query(Some(&pairs.replace('+', "%20")));
        }
        Ok(Self { url, tls })
    }

    /// What the driver is told, with the password from its file and the session's settings.
    pub(super) fn driver(&self, options: &PostgresOptions) -> Result<tokio_postgres::Config, OpenError> {
        let wrong = |_| OpenError::Settings("its address has a part that is not understood".to_owned());
        let mut config: tokio_postgres::Config = self.url.as_str().parse().map_err(wrong)?;
        config.ssl_mode(match self.tls {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        if let Some(file) = &options.password_file {
            if config.get_password().is_some() {
                let twice = "its password is given twice, in its address and in postgres.password_file";
                return Err(OpenError::Settings(twice.to_owned()));
            }
            config.password(password(file)?);
        }
        if options.prepared {
            let mut session = config.get_options().unwrap_or_default().to_owned();
            for (name, millis) in options.timeouts() {
                session.push_str(&format!(" -c {name}={millis}"));
            }
            config.options(session.trim_start());
        }
        Ok(config)
    }

    /// The server in words, for an operator: no user, no password.
    pub(super) fn shown(&self) -> String {
        let host = self.url.host_str().unwrap_or("localhost");
        let port = self.url.port().unwrap_or(5432);
        format!("postgres://{host}:{port}{}", self.url.path())
    }
}

fn password(file: &Path) -> Result<String, OpenError> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| OpenError::Settings(format!("{}: {error}", file.display())))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_in_the_address_and_one_in_a_file_are_one_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "offen\n").unwrap();
        let options = PostgresOptions { password_file: Some(file), ..PostgresOptions::default() };
        for address in ["postgres://ana:geheim@db/x", "postgres://ana@db/x?password=geheim"] {
            let line = Address::parse(address).unwrap().driver(&options).unwrap_err().to_string();
            assert!(line.contains("password_file") && !line.contains("geheim"), "{line}");
        }
        let config = Address::parse("postgres://ana@db/x").unwrap().driver(&options).unwrap();
        assert_eq!(config.get_password(), Some(&b"offen"[..]));
    }
}
