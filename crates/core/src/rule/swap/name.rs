//! How names are compared: as the most lenient back end would read them.

use std::borrow::Cow;
use std::iter;

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

/// The same for a field of a query, a form or a cookie header: up to a NUL, without the blanks around it, and with
/// `_` for a dot or a space, as PHP reads it. Without what some readers take off before it: the `?` of a query
/// (`URLSearchParams`), a `!`, by which Spring finds what a field is by default.
pub fn fold_field(name: &str) -> String {
    bare(name).replace([' ', '.'], "_")
}

/// The name of a field without what some readers take off, and without what is no text, which some leave out.
fn bare(name: &str) -> Cow<'_, str> {
    let name = name.trim_start_matches(|c| is_blank(c) || matches!(c, '?' | '!')).trim_end_matches(is_blank);
    let name = fold(name.split('\0').next().unwrap_or_default().trim_end_matches(is_blank));
    if name.contains(char::REPLACEMENT_CHARACTER) {
        name.replace(char::REPLACEMENT_CHARACTER, "").into()
    } else {
        name
    }
}

/// Whether one language or another takes this off the end of a text: spaces, controls, byte order marks.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}' | char::REPLACEMENT_CHARACTER)
}

/// The same for a header: whatever is no letter and no digit is one, as it is behind CGI, for PHP or for lighttpd.
pub fn fold_header(name: &str) -> String {
    let fold = |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.bytes().map(|byte| char::from(fold(byte))).collect()
}

/// Whether a header's name is this one, which is folded by [`fold_header`].
pub fn is_header(name: &str, folded: &str) -> bool {
    name.len() == folded.len() && begins_header(name, folded)
}

/// Whether a header's name begins with this, which is folded by [`fold_header`].
pub fn begins_header(name: &str, folded: &str) -> bool {
    let same = |(own, folded): (u8, u8)| {
        own == folded
            || own.to_ascii_lowercase() == folded
            || (folded == b'-' && !own.is_ascii_alphanumeric())
    };
    name.len() >= folded.len() && name.bytes().zip(folded.bytes()).all(same)
}

/// Whether a header's name is this one, which is folded by [`fold_header`], or ends with it behind a `-`.
pub fn ends_header(name: &str, folded: &str) -> bool {
    let Some(at) = name.len().checked_sub(folded.len()) else { return false };
    let (before, end) = (&name.as_bytes()[..at], name.get(at..).unwrap_or_default());
    is_header(end, folded) && before.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Whether a header's name has other characters than letters, digits and `-`: for those who read it folded it is another
/// header than for those who do not.
pub fn is_odd_header(name: &str) -> bool {
    !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The fields of a query, a form or a cookie header in which something stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields {
    known: Vec<(String, Role)>,
    /// Whether a dot may part a name as brackets do.
    is_tree: bool,
}

impl Fields {
    /// These fields of a query or a form. Of two that are equal the first stands.
    pub fn new<'a>(names: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        let both = |(name, role)| {
            [Some(path_of(name)), dotted(name)].into_iter().flatten().map(move |name| (name, role))
        };
        Self { known: names.into_iter().flat_map(both).collect(), is_tree: true }
    }

    /// These cookies. A dot parts no name of theirs: `sid.sig` is the signature of `sid`.
    pub fn cookies<'a>(names: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        let known = names.into_iter().map(|(name, role)| (path_of(name), role)).collect();
        Self { known, is_tree: false }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What stands in the field of this name, decoded.
    ///
    /// A field such as `openid[]`, `openid[0]` or `[openid]` is one by the name `openid`, and `of[openid][]` one by
    /// the name `of[openid]`: frameworks make lists and trees of these. So they do of `of.openid` (Spring, Koa).
    pub fn role(&self, name: &str) -> Option<Role> {
        if self.is_empty() {
            return None;
        }
        // A NUL is the end of it for some; others leave it out, or where it is.
        let whole = || self.read(&name.contains('\0').then(|| name.replace('\0', ""))?);
        self.read(name).or_else(whole)
    }

    fn read(&self, name: &str) -> Option<Role> {
        let [path, first, rest] = match name.contains(['[', ']']) {
            true => [Some(path_of(name)), unclosed(name), parted(&fold_field(name), &['[', ']'])],
            false => [Some(fold_field(name)), None, None],
        };
        let [tree, dots] = if self.is_tree { [nested(name), dotted(name)] } else { [None, None] };
        let readings = [path, first, rest, tree, dots];
        let is_known = |known: &str| {
            let is_same = |rest: &str| rest.is_empty() || rest.starts_with('[');
            readings.iter().flatten().any(|name| name.strip_prefix(known).is_some_and(is_same))
        };
        self.known.iter().find(|(known, _)| is_known(known)).map(|(_, role)| *role)
    }
}

/// A name whose first bracket is never closed, as PHP reads it: that bracket is a `_`.
fn unclosed(name: &str) -> Option<String> {
    let name = fold_field(name);
    let (first, rest) = name.split_once('[')?;
    (!rest.contains(']')).then(|| format!("{first}_{rest}"))
}

/// A name with dots, as those read it to whom a dot parts it as brackets do; none where it has none.
fn dotted(name: &str) -> Option<String> {
    name.contains('.').then(|| parted(&bare(name).replace(' ', "_"), &['[', ']', '.']))?
}

/// A name with dots, as Koa's parser of forms reads it: `.x` is `[x]`, and what lies between brackets is passed over.
fn nested(name: &str) -> Option<String> {
    let (first, rest) = name.split_once('.')?;
    let mut path = first.to_owned();
    for part in rest.split('.') {
        let (step, more) = part.split_at(part.find('[').unwrap_or(part.len()));
        match step {
            "" => path.extend([".", more]),
            _ => path.extend(["[", step, "]", more]),
        }
    }
    Some(path_of(&path))
}

/// A folded name with brackets where none belong, as Rack reads it: whatever they part is a part of the path.
fn parted(name: &str, at: &[char]) -> Option<String> {
    joined(name.split(at).filter(|part| !part.is_empty()))
}

/// A path of these parts. Names can have very many: nothing is copied twice.
fn joined<'a>(mut parts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut path = parts.next()?.to_owned();
    for part in parts {
        path.extend(["[", part, "]"]);
    }
    Some(path)
}

/// The name as a path, folded: what stands before the first bracket, and then what stands in brackets. What lies
/// between is passed over, and where nothing stands before, the first in brackets does: `[of]x[openid]` is
/// `of[openid]`.
fn path_of(name: &str) -> String {
    let name = fold_field(name);
    let Some((first, brackets)) = name.split_once('[') else { return name };
    let parts = brackets.split('[').filter_map(|part| part.split_once(']').map(|(part, _)| part));
    joined(iter::once(first).chain(parts).skip_while(|part| part.is_empty())).unwrap_or_default()
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
        for same in [
            "!open_id",
            "?open_id",
            "\u{feff}open_id",
            "?!open.id",
            "open[id",
            "open[id[x",
            "open_id]",
            "]open_id",
            "]open_id[",
            "open_id\0x",
            "open_id \0[x]",
        ] {
            assert_eq!(declared.role(same), Some(Role::Own), "{same}");
        }
        for same in ["user]openid", "user[openid", "user[openid]]", "user[[openid]"] {
            assert_eq!(declared.role(same), Some(Role::Any), "{same}");
        }
        for other in ["openid", "user", "user[name]", "open_id_", "", "[", "]", ".", "open.x.id"] {
            assert_eq!(declared.role(other), None, "{other}");
        }
    }

    #[test]
    fn blanks_of_whatever_language_around_a_name_do_not_count() {
        let declared = Fields::new([("openid", Role::Own)]);
        for blank in
            ["\u{b}", "\u{c}", "\u{1c}", "\u{7f}", "\u{85}", "\u{a0}", "\u{200b}", "\u{3000}", "\u{feff}"]
        {
            assert_eq!(declared.role(&format!("{blank}openid")), Some(Role::Own), "{blank:?} before");
            assert_eq!(declared.role(&format!("openid{blank}\0x")), Some(Role::Own), "{blank:?} behind");
        }
    }

    #[test]
    fn a_name_of_very_many_parts_is_read_at_once() {
        let declared = Fields::new([("openid", Role::Own)]);
        for part in ["[", "[;", "]", "[b]", ".b", ".", " ", "\0", "\u{a0}", "!", "[]", "]["] {
            let many = part.repeat((1 << 20) / part.len());
            assert_eq!(declared.role(&format!("a{many}b")), None, "{part:?}");
            assert_eq!(declared.role(&format!("openid[{many}")), Some(Role::Own), "{part:?}");
        }
    }

    #[test]
    fn what_is_no_text_in_a_name_does_not_count() {
        let declared = Fields::new([("openid", Role::Own)]);
        assert_eq!(declared.role("open\u{fffd}id"), Some(Role::Own));
    }

    #[test]
    fn a_dot_parts_the_name_of_a_field_as_brackets_do_and_no_cookies() {
        let declared = [("openid", Role::Own), ("user[name]", Role::Any), ("of.openid", Role::Data(0))];
        let fields = Fields::new(declared);
        for same in [".openid", "openid.", "openid.x", "openid[0].x", "[openid].x", "..OpenID", "openid.x[y"]
        {
            assert_eq!(fields.role(same), Some(Role::Own), "{same}");
        }
        for same in [
            "[user]x.name",
            "[user] .name",
            "[user]?.name[]",
            "[user]\0[name]",
            "[user]x\0[name]",
            "user\0.name",
        ] {
            assert_eq!(fields.role(same), Some(Role::Any), "{same}");
        }
        for same in ["user.name", "user.name[]", "[user].name", ".user[name]", "user.name.x", " User.Name"] {
            assert_eq!(fields.role(same), Some(Role::Any), "{same}");
        }
        for same in ["of.openid", "of[openid]", "of_openid", "of openid", ".of.openid[0]"] {
            assert_eq!(fields.role(same), Some(Role::Data(0)), "{same}");
        }
        assert_eq!(fields.role("x.openid"), None);
        let cookies = Fields::cookies(declared);
        for (same, role) in [("openid", Role::Own), ("OpenID[x]", Role::Own), ("of_openid", Role::Data(0))] {
            assert_eq!(cookies.role(same), Some(role), "{same}");
        }
        assert_eq!([cookies.role("openid.sig"), cookies.role(".openid")], [None, None]);
    }

    #[test]
    fn headers_are_equal_in_both_spellings() {
        let declared = Headers::new([("X-Shop-User", Role::Own), ("x_shop_user", Role::Any)]);
        assert_eq!(declared.role("x_Shop-USER"), Some(Role::Own));
        assert_eq!(declared.role("x-shop"), None);
        assert!(begins_header("X_WX-OpenID", "x-wx-") && !begins_header("x-w", "x-wx-"));
        assert!(begins_header("X.WX.OpenID", "x-wx-") && is_header("x+wx", "x-wx"));
        assert!(ends_header("SCRIPT_NAME", "script-name") && ends_header("X.Script-Name", "script-name"));
        assert!(!ends_header("x-transcript-name", "script-name") && !ends_header("name", "script-name"));
        assert!(is_odd_header("Content_Type") && is_odd_header("a.b") && !is_odd_header("X-A-1"));
        assert!(!is_header("x-wx-a", "x-wx-") && !is_header("x1wx", "x-wx") && !is_header("xxwx", "x-wx"));
    }
}
