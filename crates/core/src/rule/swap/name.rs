//! How names are compared: as the most lenient back end would read them.

use std::borrow::Cow;

use super::spot::Role;

/// The form of a name in which two that differ by case alone are equal: in capitals, then in small letters, as
/// Unicode has them. So the long `ſ` is an `s` and the Kelvin sign a `k`, as they are for many a JSON library.
pub fn fold(name: &str) -> Cow<'_, str> {
    if !name.is_ascii() {
        name.to_uppercase().to_lowercase().into()
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// The same for a field of a query, a form or a cookie header: up to a NUL, without the spaces around it, and with
/// `_` for a dot or a space, as PHP reads it.
pub fn fold_field(name: &str) -> String {
    let name = name.trim_matches([' ', '\t', '\r', '\n', '\0']).split('\0').next().unwrap_or_default();
    fold(name.trim_end()).replace([' ', '.'], "_")
}

/// The same for a header: `_` and `-` are one, as they are behind CGI.
pub fn fold_header(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Whether a header's name is this one, which is folded by [`fold_header`].
pub fn is_header(name: &str, folded: &str) -> bool {
    name.len() == folded.len() && begins_header(name, folded)
}

/// Whether a header's name begins with this, which is folded by [`fold_header`].
pub fn begins_header(name: &str, folded: &str) -> bool {
    let same = |(own, folded): (u8, u8)| {
        own == folded || own.to_ascii_lowercase() == folded || (own, folded) == (b'_', b'-')
    };
    name.len() >= folded.len() && name.bytes().zip(folded.bytes()).all(same)
}

/// The fields of a query, a form or a cookie header in which something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Role)>);

impl Fields {
    /// These fields. Of two that are equal the first stands.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        Self(names.into_iter().map(|(name, role)| (path_of(name), role)).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands in the field of this name, decoded.
    ///
    /// A field such as `openid[]`, `openid[0]` or `[openid]` is one by the name `openid`, and `of[openid][]` one by
    /// the name `of[openid]`: frameworks make lists and trees of these.
    pub fn role(&self, name: &str) -> Option<Role> {
        if self.is_empty() {
            return None;
        }
        let readings = match name.contains(['[', ']']) {
            true => [Some(path_of(name)), unclosed(name), parted(name)],
            false => [Some(fold_field(name)), None, None],
        };
        let is_known = |known: &str| {
            let is_same = |rest: &str| rest.is_empty() || rest.starts_with('[');
            readings.iter().flatten().any(|name| name.strip_prefix(known).is_some_and(is_same))
        };
        self.0.iter().find(|(known, _)| is_known(known)).map(|(_, role)| *role)
    }
}

/// A name whose first bracket is never closed, as PHP reads it: that bracket is a `_`.
fn unclosed(name: &str) -> Option<String> {
    let name = fold_field(name);
    let (first, rest) = name.split_once('[')?;
    (!rest.contains(']')).then(|| format!("{first}_{rest}"))
}

/// A name with brackets where none belong, as Rack reads it: whatever they part is a part of the path.
fn parted(name: &str) -> Option<String> {
    let name = fold_field(name);
    let mut parts = name.split(['[', ']']).filter(|part| !part.is_empty());
    let first = parts.next()?.to_owned();
    Some(parts.fold(first, |path, part| format!("{path}[{part}]")))
}

/// The name as a path, folded: what stands before the first bracket, and then what stands in brackets. What lies
/// between is passed over, and where nothing stands before, the first in brackets does: `[of]x[openid]` is
/// `of[openid]`.
fn path_of(name: &str) -> String {
    let name = fold_field(name);
    let Some((first, brackets)) = name.split_once('[') else { return name };
    let parts = brackets.split('[').filter_map(|part| part.split_once(']').map(|(part, _)| part));
    parts.fold(
        first.to_owned(),
        |path, part| if path.is_empty() { part.to_owned() } else { format!("{path}[{part}]") },
    )
}

/// The headers in which something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, Role)>);

impl Headers {
    /// These headers. Of two that are equal the first stands.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        Self(names.into_iter().map(|(name, role)| (fold_header(name), role)).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands in the header of this name.
    pub fn role(&self, name: &str) -> Option<Role> {
        self.0.iter().find(|(known, _)| is_header(name, known)).map(|(_, role)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_by_case_are_equal_beyond_ascii_too() {
        assert_eq!(fold("OpenID"), "openid");
        assert_eq!(fold("u\u{17f}er\u{212a}ey"), "userkey");
        assert_eq!(fold("STRASSE"), fold("straße"));
        assert_ne!(fold("openid"), fold("open_id"));
    }

    #[test]
    fn a_field_is_the_one_that_a_lenient_framework_takes_it_for() {
        let declared = Fields::new([("open_id", Role::Own), ("user[openid]", Role::Any)]);
        for same in ["OPEN_ID", " open_id", "open.id", "open id", "open_id[]", "open_id[0][x]", "open_id\0"] {
            assert_eq!(declared.role(same), Some(Role::Own), "{same}");
        }
        for same in ["[open_id]", "[open_id]x", "[open_id][0]", "open_id[a][b]", "open_id[", "[][open_id]"] {
            assert_eq!(declared.role(same), Some(Role::Own), "{same}");
        }
        for same in ["User[OpenID]", "user[openid][]", "[user][openid]", "[user]x[openid]", "user[openid][0]"]
        {
            assert_eq!(declared.role(same), Some(Role::Any), "{same}");
        }
        for same in
            ["open[id", "open[id[x", "open_id]", "]open_id", "]open_id[", "open_id\0x", "open_id \0[x]"]
        {
            assert_eq!(declared.role(same), Some(Role::Own), "{same}");
        }
        for same in ["user]openid", "user[openid", "user[openid]]", "user[[openid]"] {
            assert_eq!(declared.role(same), Some(Role::Any), "{same}");
        }
        for other in ["openid", "user", "user[name]", "open_id_", "", "[", "]"] {
            assert_eq!(declared.role(other), None, "{other}");
        }
    }

    #[test]
    fn headers_are_equal_in_both_spellings() {
        let declared = Headers::new([("X-Shop-User", Role::Own), ("x_shop_user", Role::Any)]);
        assert_eq!(declared.role("x_Shop-USER"), Some(Role::Own));
        assert_eq!(declared.role("x-shop"), None);
        assert!(begins_header("X_WX-OpenID", "x-wx-") && !begins_header("x-w", "x-wx-"));
        assert!(!is_header("x-wx-a", "x-wx-") && !is_header("x+wx", "x-wx"));
    }
}
