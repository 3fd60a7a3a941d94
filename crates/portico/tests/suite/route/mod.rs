//! One file per verb.

mod admin;
mod agree;
mod assert;
mod authorize;
mod console;
mod console_provider;
mod end_session;
mod events;
mod exchange;
mod expire;
mod feed;
mod launch;
mod listen;
mod me;
pub mod redeem;
mod refresh;
mod settings;
mod validate;
