//! Reading the configuration and refusing what is wrong with it, in one line.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::error::Kind;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use portico_gateway::settings::GatewayFile;
use portico_seal::PasswordHasher;
use serde::Serialize;
use url::Url;

use super::section::{Config, Console, Postgres};
use super::value::StoreAddress;

/// What is wrong with the configuration, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(
    /// The line.
    pub String,
);

/// What the command line says; it stands above file and environment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// `--data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// `--listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// `--admin-listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_listen: Option<SocketAddr>,
    /// `--issuer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `--store`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// `--bus`, which is `url` of the section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus: Option<BusFlag>,
    /// `--master-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<PathBuf>,
}

/// The one key of `[bus]` that the command line takes.
#[derive(Clone, Serialize)]
pub struct BusFlag {
    /// Where its servers are. May hold a password and is never shown.
    pub url: String,
}

impl fmt::Debug for BusFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BusFlag(…)")
    }
}

/// How alike a name must be to a key for it to count as a slip of the pen.
const A_SLIP: f64 = 0.8;

/// Whether a variable is somebody else's: those of the admin client, those that Kubernetes sets
/// for every service that happens to be called `portico`, and whatever a build or a test has put
/// beside them. A name that is nearly a key of ours is a slip, and refused as one.
fn is_foreign(name: &str) -> bool {
    if name.contains("__") {
        return false;
    }
    let key = name.to_ascii_lowercase();
    let like = |known: &str| strsim::jaro_winkler(known, &key);
    matches!(name, "ADMIN_TOKEN" | "ADMIN_URL")
        || Config::described().iter().all(|known| like(known.key) < A_SLIP)
}

struct Environment(Vec<(String, String)>);

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut all = Dict::new();
        for (name, text) in &self.0 {
            let Some(name) = name.strip_prefix("PORTICO_").filter(|name| !is_foreign(name)) else { continue };
            let key = name.to_ascii_lowercase();
            let value: Value = text.parse().expect("any text is a value");
            match key.split_once("__") {
                None => drop(all.insert(key, value)),
                Some((section, key)) => {
                    let within = all.entry(section.to_owned()).or_insert_with(|| Dict::new().into());
                    if let Value::Dict(_, within) = within {
                        within.insert(key.to_owned(), value);
                    }
                }
            }
        }
        Ok(Profile::Default.collect(all))
    }
}

impl Config {
    /// Reads the file, if there is one, then the variables that begin with `PORTICO_`, then the
    /// flags; each overrides what came before.
    ///
    /// Refuses an unknown key (naming the nearest known one), a value of another kind, and
    /// values that contradict each other.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &Flags,
    ) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| ConfigError(format!("cannot read {}: {error}", path.display())))?;
            figment = figment.merge(Toml::string(&text));
        }
        let figment =
            figment.merge(Environment(environment.into_iter().collect())).merge(Serialized::globals(flags));
        let config: Self = figment.extract().map_err(|error| ConfigError(in_words(error, file)))?;
        config.checked()
    }

    /// The configuration of a gateway that runs by itself: what its file has of a node's keys, then the
    /// environment.
    pub fn of_gateway(
        file: &Path,
        keys: &GatewayFile,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut own = toml::Table::new();
        let mut put = |key: &str, value: Option<toml::Value>| {
            own.extend(value.map(|value| (key.to_owned(), value)));
        };
        let text = |text: &Option<String>| text.clone().map(toml::Value::String);
        put("issuer", text(&keys.issuer));
        put("store", text(&keys.store));
        put("master_key", keys.master_key.as_ref().map(|path| path.to_string_lossy().into_owned().into()));
        let bus = text(&keys.bus).map(|url| toml::Table::from_iter([("url".to_owned(), url)]));
        put("bus", bus.map(toml::Value::Table));
        put("trusted_proxies", Some(keys.trusted_proxies.clone().into()));
        for (name, section) in [
            ("postgres", &keys.postgres),
            ("node", &keys.node),
            ("sessions", &keys.sessions),
            ("memory", &keys.memory),
            ("log", &keys.log),
        ] {
            put(name, section.clone());
        }
        let own = Serialized::globals(own);
        let figment = Figment::new().merge(own).merge(Environment(environment.into_iter().collect()));
        let config: Self = figment.extract().map_err(|error| ConfigError(in_words(error, Some(file))))?;
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let wrong = |line: &str| Err(ConfigError(line.to_owned()));
        let (sessions, limits, memory) = (&self.sessions, &self.rate_limits, &self.memory);
        if sessions.idle.span().as_seconds() < 1 || sessions.age.span().as_seconds() < 1 {
            return wrong("sessions.idle and sessions.age must be a second or more");
        }
        let attempts = [
            limits.sign_in_per_account,
            limits.sign_in_per_address,
            limits.client_auth_per_address,
            limits.passkeys_per_address,
        ];
        if attempts.contains(&0) {
            return wrong("a rate limit must allow at least 1 attempt a minute");
        }
        let messages =
            [limits.messages_per_person, limits.messages_per_destination, limits.messages_per_address];
        if messages.contains(&0) {
            return wrong("a rate limit must allow at least 1 message an hour");
        }
        if [memory.clients, memory.sessions, memory.consents, memory.people, memory.tokens].contains(&0) {
            return wrong("a bound of [memory] must be at least 1");
        }
        let Postgres { wait_timeout, connect_timeout, statement_timeout, .. } = &self.postgres;
        if self.postgres.connections < 2 {
            return wrong("postgres.connections must be 2 or more");
        }
        if [wait_timeout, connect_timeout, statement_timeout].iter().any(|time| time.span().as_millis() < 1) {
            return wrong("a timeout of [postgres] must be more than nothing");
        }
        if !portico_reach::bus::is_name(&self.bus.name) {
            return wrong("bus.name takes letters, digits, - and _");
        }
        if self.bus.tls_cert.is_some() != self.bus.tls_key.is_some() {
            return wrong("bus.tls_cert and bus.tls_key go together");
        }
        if self.bus.url.is_some() && !matches!(self.store, Some(StoreAddress::Postgres(_))) {
            return wrong("bus.url needs a store that nodes can share: store = 'postgres://…'");
        }
        if self.keys.rotate_every.span().as_seconds() < 3600 {
            return wrong("keys.rotate_every must be an hour or more");
        }
        if let Err(error) = PasswordHasher::new(self.passwords.cost()) {
            return Err(ConfigError(format!("[passwords] {error}")));
        }
        if tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err() {
            return wrong("log.filter is not a level or a list of module=level");
        }
        self.console.checked().map_err(|line| ConfigError(line.to_owned()))?;
        Ok(self)
    }
}

impl Console {
    fn checked(&self) -> Result<(), &'static str> {
        let Self { url: _, issuer, client_id, client_secret_file, allow } = self;
        let Some(issuer) = issuer else {
            let alone = client_id.is_none() && client_secret_file.is_none() && allow.0.is_empty();
            return if alone { Ok(()) } else { Err("[console] needs 'issuer' beside its other keys") };
        };
        let usable =
            Url::parse(issuer).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match () {
            () if !usable => Err("console.issuer is not the URL of a provider"),
            () if client_id.is_none() => Err("console.issuer needs console.client_id"),
            () if allow.0.is_empty() => Err("console.allow must name an operator"),
            // The audit trail would not tell them apart.
            () if allow.0.iter().any(|name| name.trim().is_empty() || name == "operator") => Err(
                "console.allow must hold e-mail addresses and subjects; 'operator' is whoever bears the token",
            ),
            () => Ok(()),
        }
    }
}

/// The first thing that is wrong, as one line.
fn in_words(error: figment::Error, file: Option<&Path>) -> String {
    let from_environment = error.metadata.as_ref().is_some_and(|metadata| metadata.name == "the environment");
    let place = match file {
        _ if from_environment => " in the environment".to_owned(),
        Some(path) => format!(" in {}", path.display()),
        None => String::new(),
    };
    let mut path = error.path.clone();
    match error.kind {
        Kind::UnknownField(key, known) => {
            if path.last() != Some(&key) {
                path.push(key.clone());
            }
            let section = path[..path.len() - 1].join(".");
            let full =
                |name: &str| if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            let nearest = known
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, &key).total_cmp(&strsim::jaro_winkler(b, &key)));
            let hint = nearest.map(|name| format!("; did you mean '{}'?", full(name))).unwrap_or_default();
            format!("unknown key '{}'{place}{hint}", full(&key))
        }
        kind if path.is_empty() => one_line(format!("{kind}{place}")),
        kind => one_line(format!("'{}'{place}: {kind}", path.join("."))),
    }
}

fn one_line(text: String) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_core::moment::Span;

    use super::*;

    fn load(toml: &str, environment: &[(&str, &str)], flags: &Flags) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portico.toml");
        std::fs::write(&file, toml).unwrap();
        let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Config::load(Some(&file), environment, flags)
    }

    fn refused(toml: &str, environment: &[(&str, &str)]) -> String {
        let line = load(toml, environment, &Flags::default()).unwrap_err().0;
        assert!(!line.contains('\n'), "{line}");
        line
    }

    #[test]
    fn without_anything_the_defaults_hold() {
        let config = Config::load(None, [], &Flags::default()).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.sessions.idle.span(), Span::days(30));
    }

    #[test]
    fn the_environment_overrides_the_file_and_a_flag_overrides_both() {
        let toml =
            "listen = '127.0.0.1:1'\nadmin_listen = '127.0.0.1:2'\n[sessions]\nidle = '1 h'\nage = '2 h'";
        let flags = Flags { listen: Some("127.0.0.1:5".parse().unwrap()), ..Flags::default() };
        let environment = [
            ("PORTICO_LISTEN", "127.0.0.1:3"),
            ("PORTICO_ADMIN_LISTEN", "127.0.0.1:4"),
            ("PORTICO_SESSIONS__IDLE", "30 min"),
        ];
        let config = load(toml, &environment, &flags).unwrap();
        assert_eq!((config.listen.port(), config.admin_listen.port()), (5, 4));
        assert_eq!(config.sessions.idle.span(), Span::minutes(30));
        assert_eq!(config.sessions.age.span(), Span::hours(2));
    }

    #[test]
    fn the_bus_of_the_command_line_stands_beside_the_keys_of_its_section() {
        let toml = "store = 'postgres://db/x'\n[bus]\nname = 'here'\nurl = 'nats://a'";
        let bus = Some(BusFlag { url: "nats://anna:s3cr3t@b".to_owned() });
        let config = load(toml, &[], &Flags { bus, ..Flags::default() }).unwrap();
        assert_eq!(config.bus.name, "here");
        assert_eq!(config.bus.url.as_ref().unwrap().to_string(), "nats://b");
        assert!(!format!("{config:?}").contains("s3cr3t"));
        assert_eq!(config.drain().as_secs(), 5);
        let config = load("[node]\ndrain = '250 ms'", &[], &Flags::default()).unwrap();
        assert_eq!(config.drain().as_millis(), 250);
        assert!(Config::default().drain().is_zero());
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_known_one() {
        let line = refused("listne = '127.0.0.1:1'", &[]);
        assert!(line.contains("'listne'") && line.contains("did you mean 'listen'?"), "{line}");
        let line = refused("[sessions]\nidel = '1 h'", &[]);
        assert!(line.contains("'sessions.idel'") && line.contains("'sessions.idle'?"), "{line}");
        let line = refused("[session]\nidle = '1 h'", &[]);
        assert!(line.contains("'session'") && line.contains("'sessions'?"), "{line}");
        let line = refused("", &[("PORTICO_SESSIONS__IDEL", "1 h")]);
        assert!(line.contains("in the environment") && line.contains("'sessions.idle'?"), "{line}");
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        let others = [
            ("PORTICO_ADMIN_TOKEN", "x"),
            ("PORTICO_ADMIN_URL", "http://x"),
            ("PORTICO_PORT", "tcp://10.0.0.1:80"),
            ("PORTICO_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("PORTICO_SERVICE_HOST", "10.0.0.1"),
            ("HOME", "/"),
        ];
        assert_eq!(load("", &others, &Flags::default()).unwrap(), Config::default());
    }

    #[test]
    fn a_value_of_another_kind_is_refused_by_its_key() {
        for (toml, key) in [
            ("listen = 'nowhere'", "listen"),
            ("[sessions]\nidle = 30", "sessions.idle"),
            ("[sessions]\nidle = 'soon'", "sessions.idle"),
            ("[rate_limits]\nsign_in_per_account = -1", "rate_limits.sign_in_per_account"),
            ("store = 'mysql://db/x'", "store"),
            ("issuer = 'id.example'", "issuer"),
        ] {
            let line = refused(toml, &[]);
            assert!(line.contains(key), "{toml}: {line}");
        }
        assert!(refused("listen = ", &[]).contains("portico.toml"));
    }

    #[test]
    fn values_that_cannot_work_are_refused() {
        for toml in [
            "[sessions]\nidle = '0 s'",
            "[rate_limits]\nsign_in_per_address = 0",
            "[memory]\ntokens = 0",
            "[keys]\nrotate_every = '1 min'",
            "[postgres]\nconnections = 1",
            "[postgres]\nstatement_timeout = '0 s'",
            "[passwords]\nmemory_kib = 1",
            "[log]\nfilter = 'a=b=c'",
            "[bus]\nname = 'a.b'",
            "[bus]\nurl = 'nats://127.0.0.1:4222'",
            "store = 'postgres://db/x'\n[bus]\nurl = 'http://127.0.0.1:4222'",
            "store = 'postgres://db/x'\n[bus]\ntls_cert = 'x'",
            "[console]\nclient_id = 'x'",
            "[console]\nissuer = 'https://id.example'\nclient_id = 'x'",
            "[console]\nissuer = 'https://id.example'\nallow = ['a@b.c']",
            "[console]\nissuer = 'id.example'\nclient_id = 'x'\nallow = ['a@b.c']",
            "[console]\nissuer = 'https://id.example'\nclient_id = 'x'\nallow = ['operator']",
        ] {
            assert!(load(toml, &[], &Flags::default()).is_err(), "{toml}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let line = Config::load(Some(Path::new("/nowhere/p.toml")), [], &Flags::default()).unwrap_err().0;
        assert!(line.starts_with("cannot read /nowhere/p.toml"), "{line}");
    }
}
