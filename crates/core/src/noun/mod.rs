//! What there is: plain values, each in the file of its name; the store has a file of the same name.

pub mod acr;
pub mod address;
pub mod app;
pub mod audit;
pub mod avatar;
pub mod catalogue;
pub mod challenge;
pub mod client;
pub mod closing;
pub mod code;
pub mod connection;
pub mod consent;
pub mod delivery;
pub mod developer;
pub mod event;
pub mod family;
pub mod host;
pub mod key;
pub mod kyc;
pub mod link;
pub mod node;
pub mod passkey;
pub mod payment;
pub mod person;
pub mod session;
pub mod token;
