//! One file per verb.

mod admin;
mod agree;
mod assert;
mod authorize;
mod code;
mod end_session;
mod events;
mod exchange;
mod expire;
mod feed;
mod known;
mod launch;
mod listen;
mod me;
mod password;
mod recover;
pub mod redeem;
mod refresh;
mod register;
mod settings;
mod validate;
