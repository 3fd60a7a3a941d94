//! Latencies, counted in buckets that grow with the value.

/// Buckets per doubling: a quantile is read within 1/64 of its value.
const STEPS: u64 = 64;
const BUCKETS: usize = (STEPS as usize) * 59;

/// How often each latency was seen, in nanoseconds, within 1.6 %.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

impl Histogram {
    /// One that has counted nothing.
    pub fn new() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }

    /// Counts one latency.
    pub fn add(&mut self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)] += 1;
        self.total += 1;
    }

    /// Counts all that the other has counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    /// How many latencies it has counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The upper end, in nanoseconds, of the bucket that holds this part of all latencies; 0 when empty.
    pub fn quantile(&self, part: f64) -> u64 {
        let wanted = ((self.count() as f64 * part).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, &count) in self.counts.iter().enumerate() {
            seen += u64::from(count);
            if seen >= wanted {
                return upper_end(index as u64);
            }
        }
        0
    }
}

fn bucket(value: u64) -> usize {
    if value < STEPS {
        return value as usize;
    }
    let shift = u64::from(value.ilog2() - STEPS.ilog2());
    ((shift + 1) * STEPS + (value >> shift) - STEPS) as usize
}

fn upper_end(bucket: u64) -> u64 {
    if bucket < STEPS {
        return bucket;
    }
    let shift = bucket / STEPS - 1;
    let first = (bucket % STEPS + STEPS) << shift;
    first + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_value_lies_in_a_bucket_that_ends_at_most_a_sixty_fourth_above_it() {
        for power in 0..63 {
            for value in [1_u64 << power, (1_u64 << power) + 1, (1_u64 << power) * 3 / 2] {
                let end = upper_end(bucket(value) as u64);
                assert!(end >= value && end - value <= value / STEPS, "{value} ends at {end}");
            }
        }
    }

    #[test]
    fn the_largest_value_has_a_bucket() {
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(upper_end(BUCKETS as u64 - 1), u64::MAX);
    }

    #[test]
    fn quantiles_of_one_to_a_hundred_are_near_themselves() {
        let mut histogram = Histogram::new();
        (1..=100).for_each(|value| histogram.add(value * 1000));
        for (part, expected) in [(0.5, 50_000), (0.99, 99_000), (1.0, 100_000)] {
            let found = histogram.quantile(part);
            assert!(found >= expected && found <= expected + expected / STEPS, "{part}: {found}");
        }
    }

    #[test]
    fn merged_histograms_count_as_one() {
        let (mut low, mut high) = (Histogram::new(), Histogram::new());
        (0..50).for_each(|_| low.add(10));
        (0..50).for_each(|_| high.add(20));
        low.merge(&high);
        assert_eq!((low.quantile(0.5), low.quantile(0.51)), (10, 20));
    }

    #[test]
    fn an_empty_histogram_has_no_latency() {
        assert_eq!(Histogram::new().quantile(0.5), 0);
    }
}
