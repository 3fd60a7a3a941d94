//! What became of a schema.

/// What was done to a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// The schema that was found, 0 where there was nothing.
    pub from: i64,
    /// The schema that is there now.
    pub to: i64,
    /// The migrations that ran, in order.
    pub ran: Vec<&'static str>,
    /// What did not run, since nodes serve that it would take something away from.
    pub held: Option<Held>,
}

/// A contract step that waits, and everything after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The migration.
    pub name: &'static str,
    /// The names of the nodes that do not know it.
    pub nodes: Vec<String>,
}
