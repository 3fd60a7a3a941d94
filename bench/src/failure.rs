//! What stopped a measurement.

use std::fmt;

/// One line that says what went wrong and, where it helps, what to do about it.
#[derive(Debug)]
pub struct Failure(pub String);

/// What a step of the bench gives, or why it could not.
pub type Outcome<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// Says in which step an error came up.
pub trait During<T> {
    /// The value, or the error with the step before it.
    fn during(self, step: &str) -> Outcome<T>;
}

impl<T, E: fmt::Display> During<T> for Result<T, E> {
    fn during(self, step: &str) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{step}: {error}")))
    }
}
