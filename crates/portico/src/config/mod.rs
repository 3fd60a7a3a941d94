//! The configuration: one TOML file, overrides from the environment, flags above both.

mod gateway;
mod load;
mod reference;
mod section;
mod value;

pub use gateway::Gateway;
pub use load::{BusFlag, ConfigError, Flags};
pub use reference::reference;
pub use section::{
    Accounts, Bus, Config, Described, Keys, Log, Mail, Memory, Node, Passwords, Postgres, RateLimits,
    Sessions, Sms,
};
pub use value::{BusServers, Issuer, Length, PostgresAddress, Protection, Setting, StoreAddress};
