//! What is known of a request that a connection of HTTP/2 did not answer.

use std::error::Error;

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The other side says that it did nothing with it, and goes on (RFC 9113 §8.7).
    Refused,
    /// Nothing was done with it, and its connection ends: the other side says so, or none of it went out.
    Left,
    /// Its connection broke, and nobody knows.
    Broken,
    /// The other side gave it up.
    Reset,
}

impl Fate {
    pub(super) fn of(error: &hyper::Error, is_unsent: bool) -> Self {
        if is_unsent {
            return Self::Left;
        }
        match Self::h2(error).filter(|error| error.is_remote()) {
            Some(error) if error.is_reset() => match error.reason() {
                Some(h2::Reason::REFUSED_STREAM) => Self::Refused,
                _ => Self::Reset,
            },
            Some(error) if error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR) => Self::Left,
            _ => Self::Broken,
        }
    }

    fn h2(error: &hyper::Error) -> Option<&h2::Error> {
        let mut next = error.source();
        while let Some(error) = next {
            if let Some(error) = error.downcast_ref() {
                return Some(error);
            }
            next = error.source();
        }
        None
    }

    /// Whether the connection takes nothing more.
    pub(super) fn ends_connection(self) -> bool {
        matches!(self, Self::Left | Self::Broken)
    }

    /// Whether any request may be sent again.
    pub(super) fn is_unserved(self) -> bool {
        matches!(self, Self::Refused | Self::Left)
    }
}
