//! The merchant face: a proxy in front of unchanged back ends. It validates the caller's token, swaps the
//! OpenIDs of the app for those that the merchant knows, and swaps them back in the answer.
//!
//! accept → resolve → rewrite → forward → rewrite, one room each.

pub mod accept;
mod answer;
pub mod body;
pub mod explain;
pub mod forward;
pub mod guard;
pub mod hop;
pub mod log;
mod pace;
pub mod pass;
pub mod refused;
pub mod reseal;
pub mod resolve;
pub mod rewrite;
pub mod route;
pub mod settings;
pub mod table;
pub mod trial;
mod whole;

pub use body::Body;
pub use pass::Pass;
pub use refused::Refused;
pub use route::{Gateway, Route};
