//! What people see: pages as pure functions from a view to markup.
//!
//! A page knows no route, clock or store. Every text of ours stands in [`words`]; every text of somebody
//! else's (names, reasons, labels) passes through `name` on its way out. Pages need no script and carry no
//! inline style, so they hold under `default-src 'none'; style-src 'self'; img-src 'self' https: data:`.

pub mod asset;
pub mod code;
pub mod colours;
pub mod consent;
pub mod done;
pub mod error;
pub(crate) mod glyph;
pub mod layout;
pub(crate) mod name;
pub mod passkey;
pub mod password;
pub mod recover;
pub mod register;
#[cfg(test)]
mod sample;
pub mod settings;
pub mod sign_in;
pub mod signed_out;
pub mod step_up;
#[cfg(test)]
mod test;
pub mod words;

pub use layout::{Frame, Party, Stamp, Theme};
