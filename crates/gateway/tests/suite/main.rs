//! The gateway over real sockets, on loopback.
#![allow(clippy::unwrap_used, missing_docs)]

mod fixture;

mod accepting;
mod ambiguity;
mod answers;
mod balance;
mod forwarding;
mod http2;
mod log;
mod secure;
mod streams;
mod time;
mod websocket;
