//! Everybody who takes part in a run.

pub(crate) mod asker;
pub(crate) mod close;
pub(crate) mod launch;
pub(crate) mod listener;
pub(crate) mod operator;
pub(crate) mod person;
pub(crate) mod receiver;
