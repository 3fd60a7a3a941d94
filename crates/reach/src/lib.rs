//! Everything that goes out: logout deliveries and key sets, under one address policy and one retry policy.
//!
//! [`AddressPolicy`] says what may be connected to, [`Outbound`] connects to nothing else,
//! [`KeySets`] keeps what was fetched, and [`Deliveries`] tells back ends that a session ended.

pub mod address;
mod attempt;
pub mod courier;
pub mod deliver;
mod flights;
pub mod keyset;
pub mod outbound;
pub mod outbox;

#[cfg(test)]
mod fakes;
#[cfg(test)]
mod receiver;

pub use address::{AddressPolicy, Refused};
pub use attempt::{Compose, Composed, Post};
pub use courier::{Address, Courier, Letter, Ways};
pub use deliver::{Clock, Deliveries};
pub use keyset::KeySets;
pub use outbound::{Fetched, Outbound, Unreachable};
pub use outbox::Outbox;
