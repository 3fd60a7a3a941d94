//! The stores: SQLite for use, memory for tests and simulations. Both keep the one promise of
//! [`portico_store`] and run its suite.

pub mod memory;
pub mod sqlite;
