//! The merchant face: a proxy in front of unchanged back ends. It validates the caller's token, swaps the
//! OpenIDs of the app for those that the merchant knows, and swaps them back in the answer.
//!
//! accept → resolve → rewrite → forward → rewrite, one room each.

pub mod explain;
pub mod refused;
pub mod rewrite;
pub mod route;
pub mod settings;

pub use refused::Refused;
pub use route::{Gateway, Route};
