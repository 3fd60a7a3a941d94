//! Scopes: what a person may let a mini-program see (RFC 6749 §3.3).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::id::NotAnId;

/// One scope token: 1 to 64 of `a-z A-Z 0-9 . _ : -`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(Arc<str>);

impl Scope {
    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this scope opens only the OpenID and therefore never needs consent.
    pub fn is_openid(&self) -> bool {
        &*self.0 == "openid"
    }
}

impl FromStr for Scope {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'));
        if fits { Ok(Self(text.into())) } else { Err(NotAnId("scope")) }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A set of scopes that remembers the order in which they were asked for.
///
/// Two sets are equal when they hold the same scopes, in whatever order. Written as OAuth
/// writes them: separated by single spaces.
#[derive(Clone, Default)]
pub struct ScopeSet(Vec<Scope>);

impl ScopeSet {
    /// The most scopes that one request may name.
    pub const MOST: usize = 64;

    /// The set without any scope.
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Whether the scope is in the set.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether a scope of this name is in the set.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|scope| scope.as_str() == name)
    }

    /// Adds a scope; one that is there already changes nothing.
    pub fn insert(&mut self, scope: Scope) {
        if !self.contains(&scope) {
            self.0.push(scope);
        }
    }

    /// The scopes of this set that satisfy the condition, in their order.
    pub fn only(&self, mut keep: impl FnMut(&Scope) -> bool) -> Self {
        Self(self.0.iter().filter(|scope| keep(scope)).cloned().collect())
    }

    /// The scopes that both sets hold, in this set's order.
    pub fn intersection(&self, other: &Self) -> Self {
        self.only(|scope| other.contains(scope))
    }

    /// The scopes of this set that the other lacks, in this set's order.
    pub fn without(&self, other: &Self) -> Self {
        self.only(|scope| !other.contains(scope))
    }

    /// Whether the other set holds every scope of this one.
    pub fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|scope| other.contains(scope))
    }

    /// Whether there is no scope in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scopes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The scopes in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Scope> {
        self.0.iter()
    }
}

impl PartialEq for ScopeSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.within(other)
    }
}

impl Eq for ScopeSet {}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        let mut set = Self::empty();
        scopes.into_iter().for_each(|scope| set.insert(scope));
        set
    }
}

impl<'a> IntoIterator for &'a ScopeSet {
    type Item = &'a Scope;
    type IntoIter = std::slice::Iter<'a, Scope>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromStr for ScopeSet {
    type Err = NotAnId;

    /// Reads a `scope` parameter (RFC 6749 §3.3): scopes separated by spaces, [`Self::MOST`] at most.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let set =
            text.split(' ').filter(|part| !part.is_empty()).map(str::parse).collect::<Result<Self, _>>()?;
        if set.len() > Self::MOST { Err(NotAnId("scope")) } else { Ok(set) }
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn a_set_keeps_the_order_asked_and_forgets_repeats() {
        assert_eq!(set("openid  profile.basic openid").to_string(), "openid profile.basic");
        assert_eq!(set("a b"), set("b a"));
        assert_ne!(set("a b"), set("a"));
    }

    #[test]
    fn intersection_keeps_the_order_of_what_was_asked() {
        assert_eq!(set("c a b").intersection(&set("a b c d")).to_string(), "c a b");
        assert_eq!(set("c a").without(&set("a")).to_string(), "c");
    }

    #[test]
    fn a_scope_with_a_quote_or_beyond_ascii_is_refused() {
        for bad in ["a\"b", "a\\b", "é", "a\tb", &"x".repeat(65)] {
            assert!(bad.parse::<ScopeSet>().is_err(), "{bad}");
        }
        let many = (0..65).map(|i| format!("s{i}")).collect::<Vec<_>>().join(" ");
        assert!(many.parse::<ScopeSet>().is_err());
    }
}
