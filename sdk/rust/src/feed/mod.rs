//! `GET /v1/feed`: what makes tokens of this app good for less, as it happens.

mod back_off;
mod follow;
mod looks;
mod said;
mod sse;

pub(crate) use follow::follow;
pub(crate) use said::{Said, Standing};
