//! Passwords, kept as Argon2id (RFC 9106).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use parking_lot::Mutex;

use crate::Chance;

const SHORTEST_CHARS: usize = 8;
const LONGEST_BYTES: usize = 1024;

/// What one computation of a password hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB, at least 8 per lane.
    pub m_kib: u32,
    /// Passes over the memory, at least 1.
    pub t: u32,
    /// Lanes, at least 1.
    pub p: u32,
}

impl Default for PasswordCost {
    /// 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { m_kib: 19_456, t: 2, p: 1 }
    }
}

/// A cost that Argon2 does not take: too little memory for the lanes, or a zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("password cost: memory must be at least 8 KiB per lane, passes and lanes at least 1")]
pub struct NotACost;

/// The most memory of one hash, in KiB: more than this, and a few sign-ins at once take a machine.
const MOST_MEMORY: u32 = 1024 * 1024;

/// Why a new password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAcceptable {
    /// Fewer than 8 characters.
    #[error("the password is shorter than 8 characters")]
    TooShort,
    /// More than 1024 bytes.
    #[error("the password is longer than 1024 bytes")]
    TooLong,
}

/// What a password turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the person's.
    Right {
        /// The stored hash was made at another cost than today's: hash this password anew and store that.
        needs_upgrade: bool,
    },
    /// It is not, or what is stored is no Argon2id hash.
    Wrong,
}

/// Hashes and verifies passwords at one cost.
///
/// Each call takes the cost's memory and time (milliseconds), so callers bound how many run at once.
/// The memory is kept for the next call until [`Self::rest`]: taken anew from the system, each of its
/// pages would be a fault.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    decoy: String,
    computed: Arc<AtomicU64>,
    held: Arc<Mutex<Held>>,
}

/// Memory that no call uses now.
#[derive(Default)]
struct Held {
    free: Vec<Vec<Block>>,
    /// How many hashes had been computed when [`PasswordHasher::rest`] was last called.
    computed: u64,
}

/// What a password leaves in memory is not shown.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("free", &self.free.len()).finish_non_exhaustive()
    }
}

impl PasswordHasher {
    /// A hasher of this cost; [`NotACost`] if Argon2 has none such.
    pub fn new(cost: PasswordCost) -> Result<Self, NotACost> {
        if u64::from(cost.m_kib) < 8 * u64::from(cost.p) || cost.m_kib > MOST_MEMORY {
            return Err(NotACost);
        }
        let params = Params::new(cost.m_kib, cost.t, cost.p, None).map_err(|_| NotACost)?;
        let PasswordCost { m_kib, t, p } = cost;
        let (salt, output) = ("A".repeat(22), "A".repeat(43));
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            decoy: format!("$argon2id$v=19$m={m_kib},t={t},p={p}${salt}${output}"),
            computed: Arc::default(),
            held: Arc::default(),
        })
    }

    /// Whether a new password is long enough (8 characters) and not too long (1024 bytes).
    pub fn acceptable(password: &str) -> Result<(), NotAcceptable> {
        if password.len() > LONGEST_BYTES {
            Err(NotAcceptable::TooLong)
        } else if password.chars().count() < SHORTEST_CHARS {
            Err(NotAcceptable::TooShort)
        } else {
            Ok(())
        }
    }

    /// The hash to store, as a PHC string with a fresh salt of 128 bits.
    pub fn hash(&self, password: &str, chance: &dyn Chance) -> String {
        let mut salt = [0; 16];
        chance.fill(&mut salt);
        let output = self.compute(&self.argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN);
        let checked = "cost and salt length were checked when they were chosen";
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(self.argon2.params()).expect(checked),
            salt: Some(Salt::new(&salt).expect(checked)),
            hash: Some(output.expect(checked)),
        };
        hash.to_string()
    }

    /// Compares a password with a stored hash, at the cost that the hash names. A password beyond
    /// 1024 bytes is wrong without being hashed.
    pub fn verify(&self, phc: &str, password: &str) -> Verdict {
        if password.len() > LONGEST_BYTES {
            return Verdict::Wrong;
        }
        let Ok(stored) = PasswordHash::new(phc) else { return Verdict::Wrong };
        if stored.algorithm != Algorithm::Argon2id.ident() {
            return Verdict::Wrong;
        }
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else { return Verdict::Wrong };
        let version = stored.version.map_or(Ok(Version::default()), Version::try_from);
        let (Ok(version), Ok(params)) = (version, Params::try_from(&stored)) else { return Verdict::Wrong };
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
        // Outputs are compared in constant time.
        match self.compute(&argon2, password, salt, expected.len()) {
            Some(output) if output == *expected => Verdict::Right { needs_upgrade: !self.made_here(&stored) },
            _ => Verdict::Wrong,
        }
    }

    /// Argon2 itself, on memory from the call before where there is some.
    fn compute(&self, argon2: &Argon2<'_>, password: &str, salt: &[u8], len: usize) -> Option<Output> {
        self.computed.fetch_add(1, Ordering::Relaxed);
        let mut memory = self.held.lock().free.pop().unwrap_or_default();
        memory.resize(argon2.params().block_count(), Block::new());
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..len)?;
        let done = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..]);
        if argon2.params().block_count() == self.argon2.params().block_count() {
            self.held.lock().free.push(memory);
        }
        done.ok().and_then(|()| Output::new(output).ok())
    }

    /// Gives the memory that calls left behind back to the system, unless there was a call since this
    /// was asked last.
    pub fn rest(&self) {
        let mut held = self.held.lock();
        let computed = self.computed();
        if held.computed == computed {
            held.free = Vec::new();
        }
        held.computed = computed;
    }

    /// Costs what [`Self::verify`] costs and is always wrong: for people who are not there, so that
    /// the time an answer takes does not tell who is.
    pub fn decoy(&self, password: &str) -> Verdict {
        self.verify(&self.decoy, password)
    }

    /// How many times Argon2 was computed, for hashing and for comparing, decoys included.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn made_here(&self, stored: &PasswordHash) -> bool {
        let (now, version) = (self.argon2.params(), u32::from(Version::V0x13));
        stored.version == Some(version)
            && Params::try_from(stored).is_ok_and(|then| {
                (then.m_cost(), then.t_cost(), then.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::counting::Counting;

    fn hasher(m_kib: u32) -> PasswordHasher {
        PasswordHasher::new(PasswordCost { m_kib, t: 1, p: 1 }).unwrap()
    }

    #[test]
    fn the_right_password_is_right_and_a_near_one_wrong() {
        let hasher = hasher(64);
        let phc = hasher.hash("correct horse", &Counting::from(0));
        assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
        assert_eq!(hasher.verify(&phc, "correct horse"), Verdict::Right { needs_upgrade: false });
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert_eq!(hasher.verify(&phc, wrong), Verdict::Wrong, "{wrong}");
        }
    }

    #[test]
    fn equal_passwords_are_stored_differently() {
        let (hasher, chance) = (hasher(64), Counting::from(0));
        assert_ne!(hasher.hash("correct horse", &chance), hasher.hash("correct horse", &chance));
    }

    #[test]
    fn a_hash_of_another_cost_is_right_and_asks_to_be_made_anew() {
        let phc = hasher(64).hash("correct horse", &Counting::from(0));
        assert_eq!(hasher(128).verify(&phc, "correct horse"), Verdict::Right { needs_upgrade: true });
        assert_eq!(hasher(128).verify(&phc, "battery staple"), Verdict::Wrong);
    }

    #[test]
    fn what_is_not_an_argon2id_hash_matches_nothing() {
        let hasher = hasher(64);
        let other_kind = hasher.hash("correct horse", &Counting::from(0)).replace("argon2id", "argon2i");
        for stored in ["", "correct horse", "$argon2id$", "$2b$12$abc", &other_kind] {
            assert_eq!(hasher.verify(stored, "correct horse"), Verdict::Wrong, "{stored}");
        }
    }

    #[test]
    fn memory_is_kept_for_the_next_hash_and_given_back_after_a_rest_without_any() {
        let (hasher, other) = (hasher(64), hasher(128));
        let free = || hasher.held.lock().free.iter().map(Vec::len).collect::<Vec<_>>();
        let phc = hasher.hash("correct horse", &Counting::from(0));
        assert_eq!(free(), [64]);
        // A hash of another cost leaves memory of another size, which is not kept.
        let foreign = other.hash("correct horse", &Counting::from(0));
        assert!(matches!(hasher.verify(&foreign, "correct horse"), Verdict::Right { .. }));
        assert!(matches!(hasher.verify(&phc, "correct horse"), Verdict::Right { .. }));
        assert_eq!(free(), [64]);
        hasher.rest();
        assert_eq!(free(), [64], "it was used since the last rest");
        hasher.rest();
        assert_eq!(free(), [0_usize; 0]);
        assert!(matches!(hasher.verify(&phc, "correct horse"), Verdict::Right { .. }));
    }

    #[test]
    fn a_hash_is_the_one_that_the_library_makes() {
        use argon2::{PasswordHasher as _, PasswordVerifier as _};
        let hasher = hasher(64);
        let salt = [7; 16];
        let theirs = hasher.argon2.hash_password_with_salt(b"correct horse", &salt).unwrap().to_string();
        assert_eq!(hasher.verify(&theirs, "correct horse"), Verdict::Right { needs_upgrade: false });
        let ours = hasher.hash("correct horse", &Counting::from(0));
        assert!(hasher.argon2.verify_password(b"correct horse", ours.as_str()).is_ok());
        assert!(hasher.argon2.verify_password(b"correct hors", ours.as_str()).is_err());
    }

    #[test]
    fn the_decoy_is_hashed_at_the_current_cost_and_always_wrong() {
        let hasher = hasher(64);
        let decoy = PasswordHash::new(&hasher.decoy).unwrap();
        assert!(hasher.made_here(&decoy));
        assert_eq!(decoy.salt.map(|salt| salt.len()), Some(16));
        assert_eq!(decoy.hash.map(|hash| hash.len()), Some(32));
        assert_eq!(hasher.decoy("correct horse"), Verdict::Wrong);
    }

    #[test]
    fn a_password_has_at_least_8_characters_and_at_most_1024_bytes() {
        assert_eq!(PasswordHasher::acceptable("1234567"), Err(NotAcceptable::TooShort));
        assert_eq!(PasswordHasher::acceptable("éééé"), Err(NotAcceptable::TooShort));
        assert_eq!(PasswordHasher::acceptable("éééééééé"), Ok(()));
        assert_eq!(PasswordHasher::acceptable(&"a".repeat(1024)), Ok(()));
        assert_eq!(PasswordHasher::acceptable(&"a".repeat(1025)), Err(NotAcceptable::TooLong));
    }

    #[test]
    fn a_password_beyond_the_limit_is_wrong_even_if_it_was_once_hashed() {
        let (hasher, long) = (hasher(64), "a".repeat(1025));
        assert_eq!(hasher.verify(&hasher.hash(&long, &Counting::from(0)), &long), Verdict::Wrong);
    }

    #[test]
    fn an_impossible_cost_is_refused() {
        for (m_kib, t, p) in [(0, 1, 1), (7, 1, 1), (64, 0, 1), (64, 1, 0), (64, 1, 9), (8, 1, u32::MAX)] {
            assert!(PasswordHasher::new(PasswordCost { m_kib, t, p }).is_err(), "{m_kib} {t} {p}");
        }
    }
}
