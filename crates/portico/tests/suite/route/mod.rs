//! One file per verb.

mod admin;
mod events;
mod feed;
mod agree;
mod assert;
mod authorize;
mod end_session;
mod launch;
mod listen;
mod me;
pub mod redeem;
mod refresh;
mod settings;
