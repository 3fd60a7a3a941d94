//! Chance by a seed: the same throws in every run.

use parking_lot::Mutex;
use portico_seal::Chance;

/// SplitMix64 (Steele, Lea, Flood 2014), which is all the randomness of a run.
pub struct Dice(Mutex<u64>);

impl Dice {
    /// The dice of this seed for this purpose: what one purpose throws changes nothing for another.
    pub fn of(seed: u64, purpose: &str) -> Self {
        let named = purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let dice = Self(Mutex::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ named));
        dice.throw();
        dice
    }

    fn throw(&self) -> u64 {
        let mut state = self.0.lock();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below this one.
    pub fn below(&self, bound: u64) -> u64 {
        self.throw() % bound
    }

    /// A number from the first to the last.
    pub fn between(&self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True once in so many throws.
    pub fn one_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these, of which there is at least one.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// A place in a list of this length.
    pub fn index(&self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }
}

impl Chance for Dice {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&self.throw().to_le_bytes()[..chunk.len()]);
        }
    }
}
