//! The routes: each verb in the file of its name. A route loads, asks one rule, commits and answers.

pub mod admin;
pub mod agree;
pub mod assert;
pub mod authorize;
pub mod discovery;
pub mod end_session;
pub mod events;
pub mod exchange;
pub mod feed;
pub mod health;
pub mod issue;
pub mod launch;
pub mod me;
pub mod redeem;
pub mod refresh;
pub mod reveal;
pub mod revoke;
pub mod settings;
pub mod sign_in;
pub mod sign_out;
pub mod stream;
pub mod theme;
pub mod token;
pub mod validate;
