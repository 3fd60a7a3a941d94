//! What can be configured: one struct per section, each key with its default and its meaning in
//! one place, from which the reference page is generated.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use portico_core::moment::Span;
use portico_core::noun::session::SessionLimits;
use portico_live::Bounds;
use portico_reach::BusSettings;
use portico_seal::PasswordCost;
use portico_sql::postgres::PostgresOptions;
use serde::Deserialize;

use super::gateway::Gateway;
use super::value::{BusServers, Issuer, Length, Names, Networks, Protection, Setting, StoreAddress};

/// One key, for the reference page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The name within its section.
    pub key: &'static str,
    /// What kind of value it takes, in words.
    pub kind: &'static str,
    /// The value where none is given.
    pub default: String,
    /// What it means.
    pub meaning: String,
}

macro_rules! section {
    ($(#[$about:meta])* $name:ident {
        $($(#[doc = $meaning:literal])* $key:ident: $kind:ty = $default:expr,)*
    } $(with { $($(#[doc = $within:literal])* $sub:ident: $section:ty,)* })?) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[doc = $meaning])* pub $key: $kind,)*
            $($($(#[doc = $within])* pub $sub: $section,)*)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($key: $default,)*
                    $($($sub: <$section>::default(),)*)?
                }
            }
        }

        impl $name {
            /// The keys of this section, in order.
            pub fn described() -> Vec<Described> {
                let default = Self::default();
                vec![$(Described {
                    key: stringify!($key),
                    kind: <$kind as Setting>::KIND,
                    default: default.$key.shown(),
                    meaning: [$($meaning.trim()),*].join(" "),
                },)*]
            }

            $(
                /// The sections within, with what each is about.
                pub fn sections() -> Vec<(&'static str, String, Vec<Described>)> {
                    vec![$((
                        stringify!($sub),
                        [$($within.trim()),*].join(" "),
                        <$section>::described(),
                    ),)*]
                }
            )?
        }
    };
}

section! {
    /// The whole configuration.
    Config {
        /// The folder that holds the database, the master key and the admin token. Made at the first start.
        data: PathBuf = "./portico-data".into(),
        /// Where people, hosts and apps reach Portico. Port 0 takes a free one.
        listen: SocketAddr = (Ipv4Addr::LOCALHOST, 8080).into(),
        /// Where the admin API and `/metrics` are served. Port 0 takes a free one.
        admin_listen: SocketAddr = (Ipv4Addr::LOCALHOST, 8081).into(),
        /// The address by which everyone knows this Portico, `iss` in every token. Where none is given: `http://` and the address bound.
        issuer: Option<Issuer> = None,
        /// Where everything is kept: `sqlite:PATH`, or `postgres://USER@HOST:PORT/DATABASE?sslmode=MODE` with a mode as in libpq (`disable`, `prefer`, `require`, `verify-ca`, `verify-full`; `prefer` where none is given). Where none is given: `portico.db` in the data folder.
        store: Option<StoreAddress> = None,
        /// The file with the operator's key, which opens the store. Where none is given: `master.key` in the data folder. Made for an empty store only.
        master_key: Option<PathBuf> = None,
        /// Whether logout messages and key sets may go to private and loopback addresses although the issuer is not on loopback itself.
        allow_private_callbacks: bool = false,
        /// The proxies in front of the public listener, by address or network. From these alone
        /// `X-Forwarded-For` says whose request it is that they pass on.
        trusted_proxies: Networks = Networks::default(),
    } with {
        /// How a store on PostgreSQL is spoken to.
        postgres: Postgres,
        /// The bus (NATS) by which nodes that share a store on PostgreSQL reach each other. Needed as soon as there are two.
        bus: Bus,
        /// This node among the others.
        node: Node,
        /// Who may make an account.
        accounts: Accounts,
        /// How long people stay signed in.
        sessions: Sessions,
        /// How many failed attempts are allowed in a minute, and how many messages to people in an hour. As many may come at once; after that, 429.
        rate_limits: RateLimits,
        /// What the computation of a password's hash (Argon2id) costs.
        passwords: Passwords,
        /// The signing keys.
        keys: Keys,
        /// The mail server by which people get codes and notices. Without a `host` no e-mail is sent.
        mail: Mail,
        /// The provider by which people get codes and notices as text messages. Without a `url` none are sent.
        sms: Sms,
        /// Where the outcome of identity checks comes from.
        kyc: Kyc,
        /// How much is held in memory at most, by number of entries.
        memory: Memory,
        /// The operator's console, on the admin listener. Operators can sign in with the admin token; with `issuer`, also at that OpenID Connect provider.
        console: Console,
        /// The gateway: callers of merchants' back ends come in here. Without a route there is none.
        gateway: Gateway,
        /// What is written to standard error.
        log: Log,
    }
}

section! {
    /// How a store on PostgreSQL is spoken to.
    Postgres {
        /// The most connections of this node. A quarter of them is left to reading when changes wait for each other.
        connections: usize = PostgresOptions::default().connections,
        /// How long a request waits for one of them to become free.
        wait_timeout: Length = length(PostgresOptions::default().wait_timeout),
        /// How long making a connection may take.
        connect_timeout: Length = length(PostgresOptions::default().connect_timeout),
        /// How long a statement may take, waiting for another's locks included.
        statement_timeout: Length = length(PostgresOptions::default().statement_timeout),
        /// How long a transaction may be idle before the server ends it, with its locks.
        idle_in_transaction_timeout: Length = length(PostgresOptions::default().idle_in_transaction_timeout),
        /// The file with the certificates (PEM) of the authorities to trust, in place of the system's. With one, `sslmode=require` verifies as `verify-ca` does.
        tls_ca: Option<PathBuf> = None,
        /// The file with the password, so that it need not stand in `store`.
        password_file: Option<PathBuf> = None,
        /// Whether statements are prepared once a connection. `false` through a proxy that pools transactions, such as pgbouncer.
        prepared: bool = true,
    }
}

section! {
    /// The bus between nodes.
    Bus {
        /// Where its servers are: `nats://HOST:PORT`, or `tls://HOST:PORT` for one that must be reached over TLS, several with commas between them. May name a user and a password, as `nats://USER:PASSWORD@HOST`; somebody without a password is a token.
        url: Option<BusServers> = None,
        /// The name under which the nodes of one store meet, where several stores share a bus: letters, digits, `-` and `_`.
        name: String = "portico".into(),
        /// The file with the password of the user that `url` names, or with a token where it names none.
        password_file: Option<PathBuf> = None,
        /// A NATS credentials file, in place of a password.
        credentials_file: Option<PathBuf> = None,
        /// The file with the certificates (PEM) of the authorities to trust, in place of the system's. With one, TLS is required.
        tls_ca: Option<PathBuf> = None,
        /// The file with the certificate (PEM) that this node shows. With one, TLS is required.
        tls_cert: Option<PathBuf> = None,
        /// The file with the key (PEM) of that certificate.
        tls_key: Option<PathBuf> = None,
    }
}

section! {
    /// This node among the others.
    Node {
        /// What operators know it by. Where none is given: the address of its admin listener.
        name: Option<String> = None,
        /// How long requests are still taken after SIGTERM, while `/health/ready` says 503 already, so that a load balancer looks elsewhere. Where none is given: 5 s with a bus, else not at all.
        drain: Option<Length> = None,
    }
}

section! {
    /// Who may make an account.
    Accounts {
        /// Whether people may make accounts by themselves, at `/register`. It takes a way of sending them a code; without one nobody can.
        registration: bool = true,
    }
}

section! {
    /// How long people stay signed in.
    Sessions {
        /// A session that is not used for this long ends.
        idle: Length = Length(Span::days(30)),
        /// A session this old ends, however much it is used.
        age: Length = Length(Span::days(180)),
    }
}

section! {
    /// How many failed attempts and how many messages are allowed.
    RateLimits {
        /// Failed sign-ins to one account from one address; five times as many from all addresses together.
        sign_in_per_account: u32 = 10,
        /// Failed sign-ins from one address.
        sign_in_per_address: u32 = 60,
        /// Failed authentications of clients from one address.
        client_auth_per_address: u32 = 120,
        /// Passkey sign-ins begun from one address; in most browsers every look at the sign-in page begins one.
        passkeys_per_address: u32 = 300,
        /// Messages that one person asks for, in an hour.
        messages_per_person: u32 = 20,
        /// Messages to one e-mail address or phone number that are asked for from one address, in an hour; five times as many from all addresses together.
        messages_per_destination: u32 = 10,
        /// Messages that are asked for from one address, in an hour.
        messages_per_address: u32 = 60,
    }
}

section! {
    /// What the computation of a password's hash costs.
    Passwords {
        /// Memory in KiB.
        memory_kib: u32 = PasswordCost::default().m_kib,
        /// Passes over the memory.
        iterations: u32 = PasswordCost::default().t,
        /// Lanes.
        parallelism: u32 = PasswordCost::default().p,
    }
}

section! {
    /// The signing keys.
    Keys {
        /// How long a signing key signs before the next one takes over.
        rotate_every: Length = Length(Span::days(90)),
    }
}

section! {
    /// The mail server.
    Mail {
        /// Its name or address.
        host: Option<String> = None,
        /// Its port. Where none is given: 587 for `starttls`, 465 for `implicit`, 25 for `none`.
        port: Option<u16> = None,
        /// How the connection is protected: `starttls` (the server must offer it), `implicit` (TLS from the first byte) or `none` (a server on this machine).
        tls: Protection = Protection::StartTls,
        /// Whether `tls = "none"` is meant for a server that is not on this machine: codes then cross the network readably.
        allow_plain: bool = false,
        /// Whom to sign in as. Where none is given, nobody.
        user: Option<String> = None,
        /// The file with the password.
        password_file: Option<PathBuf> = None,
        /// Whom messages are from: an address, or `Name <address>`.
        from: Option<String> = None,
    }
}

section! {
    /// The provider of text messages.
    Sms {
        /// Where `{"to", "text"}` is posted for each message. May be a private address; `http` only there.
        url: Option<String> = None,
        /// The file with the secret that signs each post: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks).
        secret_file: Option<PathBuf> = None,
    }
}

section! {
    /// Where the outcome of identity checks comes from.
    Kyc {
        /// The file with the secret of the provider that reports to `/v1/webhooks/kyc`: `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks). Where none is given, there is no such address.
        webhook_secret_file: Option<PathBuf> = None,
    }
}

section! {
    /// How much is held in memory at most.
    Memory {
        /// Hosts and apps.
        clients: usize = Bounds::default().clients,
        /// Sessions.
        sessions: usize = Bounds::default().sessions,
        /// Decisions of one person about one app.
        consents: usize = Bounds::default().consents,
        /// People with their profiles.
        people: usize = Bounds::default().people,
        /// Tokens whose signature has been checked.
        tokens: usize = Bounds::default().tokens,
    }
}

section! {
    /// The operator's console.
    Console {
        /// The address at which operators open it, without a path. Where none is given: `http://` and the admin address bound. With `https://`, its cookies are `Secure`. The provider sends operators back to `/console/provider` there.
        url: Option<Issuer> = None,
        /// The issuer of the OpenID Connect provider, exactly as it writes it.
        issuer: Option<String> = None,
        /// The console's client id at the provider.
        client_id: Option<String> = None,
        /// The file with the console's secret at the provider, on one line. None for a public client.
        client_secret_file: Option<PathBuf> = None,
        /// Who is an operator: e-mail addresses, which count where the provider says that they are verified, and subjects.
        allow: Names = Names::default(),
    }
}

section! {
    /// What is written to standard error.
    Log {
        /// Which lines: a level (`error`, `warn`, `info`, `debug`), or levels by module such as `info,portico_reach=debug`.
        filter: String = "info".into(),
    }
}

/// How long requests are still taken by one of several nodes that is to stop: twice as long as load
/// balancers commonly take between two looks.
const DRAIN: Duration = Duration::from_secs(5);

/// A time as the reference page writes it.
fn length(time: Duration) -> Length {
    Length(Span::millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
}

fn duration(length: Length) -> Duration {
    Duration::from_millis(length.span().as_millis().unsigned_abs())
}

impl Postgres {
    /// The settings as the store takes them.
    pub fn options(&self) -> PostgresOptions {
        PostgresOptions {
            connections: self.connections,
            wait_timeout: duration(self.wait_timeout),
            connect_timeout: duration(self.connect_timeout),
            statement_timeout: duration(self.statement_timeout),
            idle_in_transaction_timeout: duration(self.idle_in_transaction_timeout),
            tls_ca: self.tls_ca.clone(),
            password_file: self.password_file.clone(),
            prepared: self.prepared,
        }
    }
}

impl Bus {
    /// The settings as the bus takes them; none where no bus is configured.
    pub fn settings(&self) -> Option<BusSettings> {
        Some(BusSettings {
            servers: self.url.as_ref()?.0.clone(),
            name: self.name.clone(),
            tls_ca: self.tls_ca.clone(),
            tls_cert: self.tls_cert.clone(),
            tls_key: self.tls_key.clone(),
            credentials_file: self.credentials_file.clone(),
            password_file: self.password_file.clone(),
        })
    }
}

impl Config {
    /// How long requests are still taken after SIGTERM.
    pub fn drain(&self) -> Duration {
        match (self.node.drain, &self.bus.url) {
            (Some(given), _) => duration(given),
            (None, Some(_)) => DRAIN,
            (None, None) => Duration::ZERO,
        }
    }
}

impl Sessions {
    /// The limits as the rules take them.
    pub fn limits(&self) -> SessionLimits {
        SessionLimits { idle: self.idle.span(), age: self.age.span() }
    }
}

impl Passwords {
    /// The cost as the hasher takes it.
    pub fn cost(&self) -> PasswordCost {
        PasswordCost { m_kib: self.memory_kib, t: self.iterations, p: self.parallelism }
    }
}

impl Memory {
    /// The bounds as the memory takes them.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            clients: self.clients,
            sessions: self.sessions,
            consents: self.consents,
            people: self.people,
            tokens: self.tokens,
        }
    }
}
