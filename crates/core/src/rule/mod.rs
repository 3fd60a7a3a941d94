//! What may happen: each verb in the file of its name; the routes have a file of the same name.
//!
//! A rule takes what was loaded, the moment and fresh secrets, and answers with changes to
//! commit or with a refusal. It loads nothing and commits nothing.

pub mod acr;
pub mod agree;
pub mod assert;
pub mod authorize;
pub mod card;
pub mod challenge;
pub mod contact;
pub mod cover;
pub mod deliver;
pub mod exchange;
pub mod guard;
pub mod import;
pub mod launch;
pub mod lease;
pub mod link;
pub mod operator;
pub mod palette;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod readable;
pub mod redeem;
pub mod refresh;
pub mod register;
pub mod resolve;
pub mod reveal;
pub mod revoke;
pub mod rotate;
pub mod send;
pub mod sign_in;
pub mod sign_out;
pub mod swap;
pub mod sweep;
pub mod tell;
pub mod ticket;
pub mod upstream;
pub mod validate;
pub mod way_in;
pub mod wechat;
pub mod withdraw;

#[cfg(test)]
pub(crate) mod sample;
