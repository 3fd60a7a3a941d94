//! Swapping: which values of a message are OpenIDs, and what becomes of each.
//!
//! The rule knows values and spans, and no socket. What an OpenID is at the other app is handed in. Every byte
//! outside the spans stays as it came.

mod cookie;
mod decide;
mod form;
mod json;
mod multipart;
mod name;
mod path;
mod place;
mod spot;

pub use cookie::{find_in_cookies, find_in_set_cookie, is_own as is_own_cookie, keep, without};
pub use decide::{Caller, Counterpart, Fate, Wrong, in_answer, in_request, to_be_known};
pub use form::{find_in_form, in_form};
pub use json::{JsonMap, NoMap, NotJson, in_json};
pub use multipart::{NotParts, find_in_parts};
pub use name::{
    Fields, Headers, begins_header, ends_header, fold_field, fold_header, is_header, is_odd_header,
};
pub use path::{Ambiguous, NotATemplate, Template, find_in_path, in_path, lies_under};
pub use place::{AnswerPlaces, NotAPointer, Places, Pointer, RequestPlaces, Step, Unknown};
pub use spot::{Role, Spot, Value, splice};
