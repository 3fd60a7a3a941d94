//! The configuration: one TOML file, overrides from the environment, flags above both.

mod load;
mod reference;
mod section;
mod value;

pub use load::{ConfigError, Flags};
pub use reference::reference;
pub use section::{
    Accounts, Config, Described, Keys, Log, Mail, Memory, Passwords, Postgres, RateLimits, Sessions, Sms,
};
pub use value::{Issuer, Length, PostgresAddress, Protection, Setting, StoreAddress};
