//! Chance for tests: every byte drawn is one more than the byte before it.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::Chance;

/// Counts from the byte it was made with.
pub(crate) struct Counting(AtomicU8);

impl Counting {
    pub(crate) fn from(first: u8) -> Self {
        Self(AtomicU8::new(first))
    }
}

impl Chance for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}
