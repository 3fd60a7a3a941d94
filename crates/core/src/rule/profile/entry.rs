//! Lists of the profile of which one entry is the default.

/// An entry that can be the default.
pub(super) trait Entry {
    /// Whether it is.
    fn is_default(&self) -> bool;
    /// Makes it the default, or one that is not.
    fn set_default(&mut self, is_default: bool);
}

/// Makes this entry the only default.
pub(super) fn choose(list: &mut [impl Entry], chosen: usize) {
    list.iter_mut().enumerate().for_each(|(index, entry)| entry.set_default(index == chosen));
}

/// Where no entry is the default, makes the first one it.
pub(super) fn settle(list: &mut [impl Entry]) {
    if !list.iter().any(Entry::is_default) {
        choose(list, 0);
    }
}
