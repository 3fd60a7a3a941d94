//! Lists of scopes.

use std::fmt;
use std::sync::Arc;

/// Scopes in the order in which they were given, separated by single spaces on the wire (RFC 6749 §3.3).
/// Cloning one costs nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Scopes(Arc<str>);

impl Scopes {
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether this scope is among them. Names are compared as they stand.
    pub fn has(&self, scope: &str) -> bool {
        self.iter().any(|one| one == scope)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|one| !one.is_empty())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Those of them that are in `other` too.
    pub(crate) fn within(&self, other: &Self) -> Self {
        if self.iter().all(|scope| other.has(scope)) {
            return self.clone();
        }
        let both: Vec<_> = self.iter().filter(|scope| other.has(scope)).collect();
        Self(both.join(" ").into())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_both_keeps_its_order() {
        let given = Scopes::parse("openid profile.basic phone.verified");
        assert_eq!(
            given.within(&Scopes::parse("phone.verified openid kyc.status")).to_string(),
            "openid phone.verified"
        );
        assert_eq!(given.within(&given), given);
        assert!(given.within(&Scopes::parse("")).is_empty());
    }

    #[test]
    fn a_part_of_a_name_is_another_name() {
        let given = Scopes::parse("profile.basic");
        assert!(given.has("profile.basic"));
        assert!(!given.has("profile") && !given.has("profile.basic ") && !given.has(""));
    }
}
