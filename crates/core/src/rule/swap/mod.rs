//! Swapping: which values of a message are OpenIDs, and what becomes of each.
//!
//! The rule knows values and spans, and no socket. What an OpenID is at the other app is handed in.

mod place;

pub use place::{AnswerPlaces, Places, Pointer, RequestPlaces, Step, Unknown};
