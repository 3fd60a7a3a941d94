//! Stories against the real server, whose binary `PORTICO_BIN` names.
#![allow(clippy::unwrap_used)]

mod guide;
mod house;
mod proxy;
mod story;
#[path = "../../examples/taxi.rs"]
#[expect(dead_code, reason = "its routes are served here, on a port of the test's own")]
mod taxi;
