//! The stores: SQLite for one node, PostgreSQL for many, memory for tests and simulations. All keep
//! the one promise of [`portico_store`] and run its suite.

pub mod memory;
mod migrated;
pub mod postgres;
pub mod sqlite;

pub use migrated::{Held, Migrated};
