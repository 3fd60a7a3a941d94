//! What things are, what may change, and who may do it.
//!
//! Everything here is a value or a pure rule: no async, no I/O, no clock, no random source.
//! Time, fresh ids and fresh secrets are handed in.
//!
//! # Glossary
//!
//! - **OpenID**: an app's own id for a person. **OIDC**: OpenID Connect, the protocol.
//! - **app**: a mini-program, also its OAuth client. **host**: a super app.
//!   **client**: either of the two. **developer**: who owns a group of apps.
//! - **person**: who signs in. **handle**: a way to find a person: username, e-mail, phone.
//! - **session**: one sign-in on one device. **launch**: a host opening an app for a person.
//! - **consent**: what a person lets an app see; **permission**: what its manifest asks for.
//! - **merchant**: who runs an app with people of its own. **upstream**: a merchant's back end.

pub mod change;
pub mod denied;
pub mod id;
pub mod moment;
pub mod noun;
pub mod rule;
pub mod scope;

pub use change::Change;
pub use denied::Denied;
