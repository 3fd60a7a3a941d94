//! One file per verb.

mod admin;
mod events;
mod feed;
mod assert;
mod launch;
mod listen;
mod me;
mod redeem;
mod refresh;
mod settings;
