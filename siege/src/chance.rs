//! Chance that comes from a seed.

use std::cell::Cell;
use std::ops::Range;

/// A sequence of numbers that looks random and is the same for the same seed (SplitMix64).
pub(crate) struct Chance(Cell<u64>);

impl Chance {
    /// The sequence of this seed, apart from those of other purposes.
    pub(crate) fn of(seed: u64, purpose: u64) -> Self {
        let chance = Self(Cell::new(seed));
        let mixed = chance.next() ^ purpose.wrapping_mul(0xd1b5_4a32_d192_ed03);
        Self(Cell::new(mixed))
    }

    fn next(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut mixed = self.0.get();
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of this range, which must not be empty.
    pub(crate) fn within(&self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    /// An index below `count`, which must not be 0.
    pub(crate) fn below(&self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// True so often of a hundred times.
    pub(crate) fn percent(&self, share: u64) -> bool {
        self.next() % 100 < share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_sequence_and_each_purpose_another() {
        let draw = |seed, purpose| {
            let chance = Chance::of(seed, purpose);
            (0..20).map(|_| chance.within(10..1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
        assert!(draw(3, 3).iter().all(|number| (10..1000).contains(number)));
    }
}
