//! Everything that goes out: logout deliveries, key sets, other providers and messages to people, each
//! under its address policy.
//!
//! [`AddressPolicy`] says what may be connected to, [`Outbound`] connects to nothing else,
//! [`KeySets`] keeps what was fetched, [`Deliveries`] tells back ends that a session ended,
//! [`Upstreams`] asks other providers who somebody is, and a [`Courier`] takes messages to people,
//! which a [`Carrier`] carries. [`Nats`] is the bus between nodes.

pub mod address;
mod attempt;
pub mod bus;
pub mod courier;
pub mod deliver;
mod flights;
pub mod keyset;
pub mod outbound;
pub mod outbox;
pub mod upstream;

#[cfg(test)]
mod fakes;
#[cfg(test)]
mod receiver;

pub use address::{AddressPolicy, Refused};
pub use attempt::{Compose, Composed, Post};
pub use bus::{BadBus, BusSettings, BusState, Nats};
pub use courier::{
    Address, BadMail, BadProvider, Carrier, Courier, Letter, Mail, MailSettings, MailTls, Texts, Ways,
};
pub use deliver::{Clock, Deliveries};
pub use keyset::KeySets;
pub use outbound::{Fetched, Outbound, Unreachable};
pub use outbox::{Duty, OnDuty, Outbox};
pub use upstream::{
    Attempt, Identity, Oauth2Registration, OfficialAccount, Registration, UpstreamError, Upstreams,
    WechatAccount, Wishes,
};
