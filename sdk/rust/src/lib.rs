#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod ask;
#[cfg(feature = "axum")]
mod axum;
mod builder;
mod claims;
mod clock;
mod error;
mod feed;
mod flight;
mod inner;
mod introspect;
mod jws;
mod key_source;
mod keys;
mod layer;
mod logout;
mod portico;
mod recent;
mod refused;
mod scopes;
#[cfg(test)]
mod tests;
mod times;
mod validated;
mod verify;

pub use builder::{BuildError, Builder};
pub use clock::{Clock, Moment};
pub use error::{Cause, Error, Unreached};
pub use layer::{PorticoLayer, PorticoService};
pub use logout::{LoggedOut, LogoutReceiver};
pub use portico::Portico;
pub use refused::Refused;
pub use scopes::Scopes;
pub use validated::Validated;
