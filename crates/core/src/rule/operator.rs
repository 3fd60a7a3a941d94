//! Who may operate the house, of those whom a provider names.

/// By what name somebody whom the console's provider has identified is an operator: the entry of
/// `allow` that they are. None if they are none.
///
/// An entry with an `@` is an e-mail address, compared without case, and counts only where the provider
/// says that it is verified (OIDC Core §5.1). Any other entry is a subject, compared exactly; so a
/// subject that somebody chose to look like an address opens nothing.
pub fn recognised(
    subject: &str,
    email: Option<&str>,
    email_verified: bool,
    allow: &[String],
) -> Option<String> {
    let email = email.filter(|_| email_verified).map(|email| email.trim().to_lowercase());
    let is_theirs = |entry: &&String| match entry.contains('@') {
        true => email.as_ref().is_some_and(|email| entry.trim().to_lowercase() == *email),
        false => entry.as_str() == subject,
    };
    allow.iter().find(is_theirs).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(subject: &str, email: Option<&str>, verified: bool) -> Option<String> {
        let allow = ["Ops@Example.org", "sub-7"].map(str::to_owned);
        recognised(subject, email, verified, &allow)
    }

    #[test]
    fn an_operator_is_known_by_a_verified_address_or_by_the_subject() {
        assert_eq!(named("x", Some("ops@example.ORG"), true).as_deref(), Some("Ops@Example.org"));
        assert_eq!(named("sub-7", None, false).as_deref(), Some("sub-7"));
    }

    #[test]
    fn nobody_else_is_one() {
        assert_eq!(named("x", Some("ops@example.org"), false), None);
        assert_eq!(named("ops@example.org", None, true), None);
        assert_eq!(named("Ops@Example.org", Some("sub-7"), true), None);
        assert_eq!(named("SUB-7", Some("ops@example.org.evil"), true), None);
        assert_eq!(named("", None, true), None);
        assert_eq!(recognised("sub-7", None, true, &[]), None);
    }
}
