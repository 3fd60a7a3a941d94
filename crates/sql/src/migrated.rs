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
}
