//! A bounded cache that never keeps what a commit has made untrue.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash};

use parking_lot::Mutex;
use quick_cache::sync::Cache;

const GATES: usize = 64;

/// A cache that is filled on demand and dropped from by commits.
///
/// A fill that raced a drop of the same key is not kept: the loader notes the gate's count
/// before it reads, and the value is put on the shelf only if nothing was dropped through that
/// gate since. Both happen under the gate's lock; finding a value takes no gate.
pub(crate) struct Shelf<K, V> {
    cache: Cache<K, V>,
    gates: Box<[Mutex<u64>]>,
    /// The same in every process: which keys share a gate is no secret, and a run can be repeated.
    hasher: BuildHasherDefault<DefaultHasher>,
}

impl<K: Hash + Eq + Clone, V: Clone> Shelf<K, V> {
    /// An empty shelf for this many values at most.
    pub(crate) fn new(bound: usize) -> Self {
        let gates = (0..GATES).map(|_| Mutex::new(0)).collect();
        Self { cache: Cache::new(bound), gates, hasher: BuildHasherDefault::default() }
    }

    /// The value, if it is on the shelf.
    #[cfg(test)]
    pub(crate) fn find(&self, key: &K) -> Option<V> {
        self.cache.get(key)
    }

    /// The value, from the shelf or through `load`; what is not there is not remembered.
    pub(crate) async fn get<E>(
        &self,
        key: &K,
        load: impl Future<Output = Result<Option<V>, E>>,
    ) -> Result<Option<V>, E> {
        if let Some(value) = self.cache.get(key) {
            return Ok(Some(value));
        }
        let before = self.before(key);
        let Some(value) = load.await? else { return Ok(None) };
        self.keep(key, value.clone(), before);
        Ok(Some(value))
    }

    /// Notes how it stands before a commit that makes this value true.
    pub(crate) fn before(&self, key: &K) -> u64 {
        *self.gate(key).lock()
    }

    /// Keeps what a commit made true, unless something was dropped since.
    pub(crate) fn keep(&self, key: &K, value: V, before: u64) {
        let gate = self.gate(key).lock();
        if *gate == before {
            self.cache.insert(key.clone(), value);
        }
    }

    /// Takes the value off the shelf and makes every fill under way forget it.
    pub(crate) fn drop_key(&self, key: &K) {
        let mut gate = self.gate(key).lock();
        *gate += 1;
        self.cache.remove(key);
    }

    /// Empties the shelf and makes every fill under way forget its value.
    pub(crate) fn drop_all(&self) {
        let mut gates: Vec<_> = self.gates.iter().map(Mutex::lock).collect();
        gates.iter_mut().for_each(|gate| **gate += 1);
        self.cache.clear();
    }

    /// How many values are on the shelf.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.cache.len()
    }

    fn gate(&self, key: &K) -> &Mutex<u64> {
        &self.gates[self.hasher.hash_one(key) as usize % GATES]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_fill_that_raced_a_drop_is_not_kept() {
        let shelf = Shelf::<u32, &str>::new(10);
        let raced = shelf.get(&1, async {
            shelf.drop_key(&1);
            Ok::<_, ()>(Some("old"))
        });
        assert_eq!(raced.await, Ok(Some("old")));
        assert_eq!(shelf.find(&1), None);
        assert_eq!(shelf.get(&1, async { Ok::<_, ()>(Some("new")) }).await, Ok(Some("new")));
        assert_eq!(shelf.find(&1), Some("new"));
    }

    #[tokio::test]
    async fn emptying_the_shelf_reaches_fills_under_way() {
        let shelf = Shelf::<u32, &str>::new(10);
        let raced = shelf.get(&1, async {
            shelf.drop_all();
            Ok::<_, ()>(Some("old"))
        });
        raced.await.unwrap();
        assert_eq!(shelf.len(), 0);
    }

    #[test]
    fn what_a_commit_made_true_is_not_kept_if_something_was_dropped_meanwhile() {
        let shelf = Shelf::<u32, &str>::new(10);
        let before = shelf.before(&1);
        shelf.drop_all();
        shelf.keep(&1, "old", before);
        assert_eq!(shelf.find(&1), None);
        shelf.keep(&1, "new", shelf.before(&1));
        assert_eq!(shelf.find(&1), Some("new"));
    }

    #[tokio::test]
    async fn absence_is_not_remembered() {
        let shelf = Shelf::<u32, &str>::new(10);
        assert_eq!(shelf.get(&1, async { Ok::<_, ()>(None) }).await, Ok(None));
        assert_eq!(shelf.get(&1, async { Ok::<_, ()>(Some("there")) }).await, Ok(Some("there")));
    }
}
