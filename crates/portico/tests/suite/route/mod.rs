//! One file per verb.

mod address;
mod admin;
mod agree;
mod assert;
mod authorize;
mod avatar;
mod card;
mod claims;
mod contacts;
mod end_session;
mod events;
mod exchange;
mod expire;
mod feed;
mod kyc;
mod launch;
mod listen;
mod me;
mod payment;
pub mod redeem;
mod refresh;
mod settings;
mod settings_profile;
mod validate;
