//! The kinds of values that a key can take.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use ipnet::IpNet;
use portico_core::moment::Span;
use portico_reach::bus::{BadServers, Servers};
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use url::Url;

/// A value as the reference page describes it.
pub trait Setting {
    /// The kind, in words.
    const KIND: &'static str;
    /// The value as it would be written; empty where there is none.
    fn shown(&self) -> String;
}

macro_rules! setting {
    ($($kind:ty: $words:literal,)*) => {
        $(impl Setting for $kind {
            const KIND: &'static str = $words;
            fn shown(&self) -> String {
                self.to_string()
            }
        })*
    };
}

setting! {
    bool: "true or false",
    u16: "number",
    u32: "number",
    usize: "number",
    String: "text",
    SocketAddr: "address:port",
    Length: "duration",
    Issuer: "URL",
    BusServers: "`nats://…` or `tls://…`",
    StoreAddress: "`sqlite:PATH` or `postgres://…`",
    Protection: "`starttls`, `implicit` or `none`",
}

impl Setting for PathBuf {
    const KIND: &'static str = "path";
    fn shown(&self) -> String {
        self.display().to_string()
    }
}

impl<S: Setting> Setting for Option<S> {
    const KIND: &'static str = S::KIND;
    fn shown(&self) -> String {
        self.as_ref().map(S::shown).unwrap_or_default()
    }
}

/// A list of names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Names(pub Vec<String>);

impl Setting for Names {
    const KIND: &'static str = "list of text";
    fn shown(&self) -> String {
        self.0.join(", ")
    }
}

/// A list of addresses and networks, each written as `192.0.2.1` or `192.0.2.0/24`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<IpNet>);

impl Setting for Networks {
    const KIND: &'static str = "list of networks";
    fn shown(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let read = |text: String| {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            let wrong = || format!("`{text}` is neither an address nor a network such as 192.0.2.0/24");
            network.map_err(|_| D::Error::custom(wrong()))
        };
        Vec::<String>::deserialize(input)?.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// A length of time, written as a number and a unit: `45 s`, `30 min`, `12 h`, `30 days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length(pub Span);

const UNITS: [(&str, &[&str], i64); 5] = [
    ("ms", &["millisecond", "milliseconds"], 1),
    ("s", &["sec", "second", "seconds"], 1000),
    ("min", &["m", "minute", "minutes"], 60_000),
    ("h", &["hour", "hours"], 3_600_000),
    ("days", &["d", "day"], 86_400_000),
];

impl Length {
    /// The length itself.
    pub fn span(self) -> Span {
        self.0
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("'{text}' is not a duration such as \"45 s\", \"30 min\", \"12 h\" or \"30 days\"");
        let end = text.trim().find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = text.trim().split_at(end);
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let unit = unit.trim();
        let (.., millis) = UNITS
            .iter()
            .find(|(name, others, _)| *name == unit || others.contains(&unit))
            .ok_or_else(wrong)?;
        number.checked_mul(*millis).map(|millis| Self(Span::millis(millis))).ok_or_else(wrong)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let fits = |(.., unit): &&(&str, &[&str], i64)| millis % unit == 0;
        let (name, _, unit) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[0]);
        write!(f, "{} {name}", millis / unit)
    }
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// One SQLite database in this file.
    Sqlite(PathBuf),
    /// A database on a PostgreSQL server.
    Postgres(PostgresAddress),
}

/// The URL of a database on a PostgreSQL server. It may hold a password and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresAddress(String);

impl PostgresAddress {
    /// The whole URL, for the driver alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://…")
    }
}

impl FromStr for StoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        // What stands after the scheme may hold a password and is not repeated.
        match text.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)) {
            Some("") => Err("the store 'sqlite:' names no file".into()),
            Some(path) => Ok(Self::Sqlite(path.into())),
            None if is_postgres && Url::parse(text).is_ok() => {
                Ok(Self::Postgres(PostgresAddress(text.to_owned())))
            }
            None => Err("a store is written as sqlite:PATH or postgres://USER@HOST:PORT/DATABASE".into()),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// Where the servers of the bus are. User and password are never shown.
#[derive(Debug, Clone, PartialEq)]
pub struct BusServers(pub Servers);

impl FromStr for BusServers {
    type Err = BadServers;

    fn from_str(text: &str) -> Result<Self, BadServers> {
        text.parse().map(Self)
    }
}

impl fmt::Display for BusServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The address by which everyone knows this Portico, without a trailing slash (OIDC Discovery §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// The issuer as it stands in tokens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Issuer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| format!("the issuer '{text}' is not a URL"))?;
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !matches!(url.scheme(), "http" | "https") || !plain || url.path() != "/" {
            return Err(
                "the issuer is https://HOST or http://HOST, with a port or without, and nothing after it"
                    .into(),
            );
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// By `STARTTLS`.
    StartTls,
    /// From the first byte.
    Implicit,
    /// Not at all.
    None,
}

impl FromStr for Protection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "implicit" => Ok(Self::Implicit),
            "none" => Ok(Self::None),
            _ => Err("tls is \"starttls\", \"implicit\" or \"none\"".into()),
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
            Self::None => "none",
        })
    }
}

macro_rules! read_from_text {
    ($($kind:ty),*) => {
        $(impl<'de> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                String::deserialize(input)?.parse().map_err(D::Error::custom)
            }
        })*
    };
}

read_from_text!(Length, StoreAddress, BusServers, Issuer, Protection);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, millis) in [
            ("45 s", 45_000),
            ("30 min", 1_800_000),
            ("30m", 1_800_000),
            ("12 h", 43_200_000),
            ("30 days", 2_592_000_000),
            ("1 day", 86_400_000),
            ("1500ms", 1500),
        ] {
            assert_eq!(text.parse::<Length>().unwrap().span(), Span::millis(millis), "{text}");
        }
        for bad in ["", "30", "days", "-1 s", "1.5 h", "3 weeks", "99999999999999999 days", "1 s 2"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_duration_is_shown_in_its_largest_whole_unit() {
        for text in ["30 days", "45 s", "90 min", "1500 ms", "36 h"] {
            assert_eq!(text.parse::<Length>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_store_is_in_sqlite_or_on_postgresql_and_its_password_is_never_repeated() {
        for text in ["sqlite:/a/b.db", "sqlite:///a/b.db"] {
            assert_eq!(text.parse(), Ok(StoreAddress::Sqlite("/a/b.db".into())));
        }
        let store = "postgres://u:secret@db/x".parse::<StoreAddress>().unwrap();
        assert!(!format!("{store} {store:?}").contains("secret"), "{store:?}");
        let StoreAddress::Postgres(address) = store else { panic!("{store}") };
        assert_eq!(address.expose(), "postgres://u:secret@db/x");
        for bad in [
            "sqlite:",
            "portico.db",
            "",
            "postgres:secret@db",
            "postgresqlx://u:secret@db",
            "mysql://secret@x",
        ] {
            let refused = bad.parse::<StoreAddress>().unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn an_issuer_is_kept_without_a_trailing_slash() {
        assert_eq!("https://id.example/".parse::<Issuer>().unwrap().as_str(), "https://id.example");
        assert_eq!("http://127.0.0.1:8080".parse::<Issuer>().unwrap().as_str(), "http://127.0.0.1:8080");
        for bad in [
            "id.example",
            "ftp://id.example",
            "https://id.example?x=1",
            "https://a:b@id.example",
            "https://id.example/x",
        ] {
            assert!(bad.parse::<Issuer>().is_err(), "{bad}");
        }
    }
}
