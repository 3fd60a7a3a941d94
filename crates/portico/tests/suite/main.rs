//! Tests through the real router, and stories against the real binary.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod access;
mod deploy;
mod fixture;
mod fleet;
mod floors;
mod gateway;
mod property;
mod route;
mod simulation;
mod story;
mod touch;
mod turns;
