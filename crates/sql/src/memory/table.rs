//! A map that remembers what a list of changes replaced, so that a failing list leaves nothing behind.

use std::collections::BTreeMap;

/// Rows by key, in the order of keys.
#[derive(Clone)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// What stood under a key before each change of the list that is being applied.
    replaced: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), replaced: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn has(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn rows(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter()
    }

    /// The values in the order of their keys.
    pub(super) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.rows.values()
    }

    /// The values whose key comes after this one, or all of them.
    pub(super) fn after(&self, key: Option<&K>) -> impl Iterator<Item = &V> {
        self.rows.iter().filter(move |(there, _)| key.is_none_or(|key| *there > key)).map(|(_, value)| value)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        let before = self.rows.insert(key.clone(), value);
        self.replaced.push((key, before));
    }

    pub(super) fn remove(&mut self, key: &K) -> bool {
        let Some(before) = self.rows.remove(key) else { return false };
        self.replaced.push((key.clone(), Some(before)));
        true
    }

    /// Removes every row that satisfies the condition.
    pub(super) fn clear_where(&mut self, mut gone: impl FnMut(&K, &V) -> bool) {
        let keys: Vec<K> =
            self.rows().filter(|(key, value)| gone(key, value)).map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| {
            self.remove(key);
        });
    }

    /// What has changed stays.
    pub(super) fn keep(&mut self) {
        self.replaced.clear();
    }

    /// What has changed since [`Self::keep`] is as it was.
    pub(super) fn undo(&mut self) {
        while let Some((key, before)) = self.replaced.pop() {
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}
