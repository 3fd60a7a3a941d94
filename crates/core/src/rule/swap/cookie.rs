//! Where OpenIDs stand in cookies, as a back end reads them (RFC 6265 §4.2, §5.2): pairs between semicolons.

use std::ops::Range;

use percent_encoding::percent_decode;

use super::name::Fields;
use super::spot::{Role, Spot, Value};

/// One pair of a cookie header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// From the end of the pair before to the end of this one.
    pub whole: Range<usize>,
    /// The name, percent-decoded.
    pub name: String,
    /// The value as it is written, without the quotes around it.
    pub value: Range<usize>,
}

/// The pairs of a `Cookie` header, or the pair and then the attributes of a `Set-Cookie` header.
pub fn pairs(header: &[u8]) -> Vec<Pair> {
    let mut start = 0;
    let read = |text: &[u8]| {
        let whole = start..start + text.len();
        start = whole.end + 1;
        let (name, value) = match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (&text[..at], trimmed(header, whole.start + at + 1..whole.end)),
            None => (text, whole.end..whole.end),
        };
        let name = percent_decode(name.trim_ascii()).decode_utf8_lossy().into_owned();
        Pair { whole, name, value }
    };
    header.split(|byte| *byte == b';').map(read).collect()
}

/// The span without spaces and without one pair of quotes.
fn trimmed(header: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &header[span.clone()];
    let start = span.start + (text.len() - text.trim_ascii_start().len());
    let end = start + text.trim_ascii().len();
    match &header[start..end] {
        [b'"', .., b'"'] => start + 1..end - 1,
        _ => start..end,
    }
}

/// What stands in the declared cookies of a `Cookie` header.
///
/// Python's `http.cookies` parts cookies at spaces and commas as well: a declared one behind such is nothing that could
/// be read in one way.
pub fn find_in_cookies(header: &[u8], fields: &Fields) -> Vec<Spot> {
    if fields.is_empty() {
        return Vec::new();
    }
    let is_plain = has_plain_quotes(header);
    let read = |pair: Pair| match spot(header, pair.clone(), fields) {
        Some(spot) => Some(spot),
        None => behind_spaces(&header[pair.whole.clone()], fields, is_plain).map(|role| Spot {
            span: pair.whole,
            role,
            value: Value::Nested,
        }),
    };
    pairs(header).into_iter().filter_map(read).collect()
}

/// Whether those who part a header at semicolons first, and those who read quoted texts first, see the same quotes.
fn has_plain_quotes(header: &[u8]) -> bool {
    let is_even = |pair: &[u8]| pair.iter().filter(|byte| **byte == b'"').count().is_multiple_of(2);
    !header.windows(2).any(|two| two == b"\\\"") && header.split(|byte| *byte == b';').all(is_even)
}

/// What stands in a declared cookie that a pair holds for those who part it at spaces and commas. Where quotes are plain,
/// what stands in them behind the `=` is a value for them as well.
fn behind_spaces(pair: &[u8], fields: &Fields, is_plain: bool) -> Option<Role> {
    let mut parts = pair.trim_ascii().splitn(2, |byte| *byte == b'=');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next().map(<[u8]>::trim_ascii_start));
    let rest = match value {
        Some([b'"', quoted @ ..]) if is_plain => {
            let end = quoted.iter().position(|byte| *byte == b'"');
            [name, b"= ", end.map_or(quoted, |end| &quoted[end + 1..])].concat()
        }
        _ => pair.trim_ascii().to_vec(),
    };
    let is_break = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'"');
    // The first word is the pair's own name, which has been looked at.
    let mut words = rest.split(is_break).skip(1).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let name = word.split(|byte| *byte == b'=').next().unwrap_or_default();
        let is_set = name.len() < word.len() || words.peek().is_some_and(|next| next.starts_with(b"="));
        let role = fields.role(&percent_decode(name).decode_utf8_lossy());
        if is_set && role.is_some() {
            return role;
        }
    }
    None
}

/// Whether a cookie of this name is Portico's own.
pub fn is_own(name: &str) -> bool {
    name.strip_prefix("__Host-").unwrap_or(name).starts_with("portico_")
}

/// What stands in the cookie that a `Set-Cookie` header sets, if it is a declared one.
pub fn find_in_set_cookie(header: &[u8], fields: &Fields) -> Option<Spot> {
    spot(header, pairs(header).into_iter().next()?, fields)
}

fn spot(header: &[u8], pair: Pair, fields: &Fields) -> Option<Spot> {
    let role = fields.role(&pair.name)?;
    let value = percent_decode(&header[pair.value.clone()]).decode_utf8_lossy().into_owned();
    Some(Spot::text(pair.value, role, value))
}

/// The header without the cookies of this name, if any other is left. Every other pair stays as it is.
pub fn without(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let fields = Fields::cookies([(name, Role::Own)]);
    keep(header, |name, _| fields.role(name).is_none())
}

/// The header with those cookies alone whose name and value, as it is written, are to be kept, if any are.
pub fn keep(header: &[u8], is_kept: impl Fn(&str, &[u8]) -> bool) -> Option<Vec<u8>> {
    let rest: Vec<_> = pairs(header)
        .into_iter()
        .filter(|pair| is_kept(&pair.name, &header[pair.value.clone()]))
        .map(|pair| header[pair.whole].trim_ascii())
        .filter(|pair| !pair.is_empty())
        .collect();
    (!rest.is_empty()).then(|| rest.join(&b"; "[..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: &str) -> Vec<(String, &str)> {
        let fields = Fields::cookies([("openid", Role::Own)]);
        let text = |spot: Spot| match spot.value {
            Value::Text(value) => (value, &header[spot.span]),
            other => panic!("{other:?}"),
        };
        find_in_cookies(header.as_bytes(), &fields).into_iter().map(text).collect()
    }

    #[test]
    fn values_are_found_between_quotes_and_spaces() {
        assert_eq!(
            found("a=1; OpenID=x%79;openid = \"z\" ; openid"),
            [("xy".into(), "x%79"), ("z".into(), "z"), (String::new(), "")]
        );
        assert_eq!(found("openid=\""), [("\"".into(), "\"")]);
        assert_eq!(found("open%69d==;;"), [("=".into(), "=")]);
    }

    #[test]
    fn a_declared_cookie_behind_a_space_or_a_comma_is_nothing_that_could_be_swapped() {
        let fields = Fields::cookies([("who", Role::Own)]);
        for header in [
            "a=1 who=x",
            "a=1\twho=x",
            "a=1, who=x",
            "a=\"1\" who=x",
            "a=1 who =x",
            "a=1 who = x",
            "a who=x",
            "a=1 b=2 WHO=x",
            "a who=\"x\"",
            ", who=x",
            "a=b; ,who=x",
            "a=b\" who=x \"",
            "a=\"1\" b=\"2 who=x\"",
            "q=\"; z=\" who=x \"",
            "q=\"\\\"; z=\" who=x \"",
        ] {
            let found = find_in_cookies(header.as_bytes(), &fields);
            assert_eq!(
                found.iter().map(|spot| &spot.value).collect::<Vec<_>>(),
                [&Value::Nested],
                "{header}"
            );
        }
        for header in [
            "a=\"tell me who=boss\"",
            "list=\"a,who=b\"",
            "a=who",
            "a=1 whom=x",
            "a=1 who",
            "a=\"x who y\"",
            "a={\"who\":\"x\"}; b=\"c who=d\"",
            "awho=x",
        ] {
            assert_eq!(find_in_cookies(header.as_bytes(), &fields), [], "{header}");
        }
    }

    #[test]
    fn cookies_of_our_own_are_known_by_their_names() {
        for name in ["portico_session", "__Host-portico_session", "portico_console"] {
            assert!(is_own(name), "{name}");
        }
        assert!(!is_own("session") && !is_own("porticosession") && !is_own("x_portico_session"));
    }

    #[test]
    fn of_what_is_set_only_the_cookie_itself_is_looked_at() {
        let fields = Fields::cookies([("path", Role::Any)]);
        assert_eq!(find_in_set_cookie(b"a=1; Path=/", &fields), None);
        assert_eq!(find_in_set_cookie(b"path=x; Path=/", &fields), Some(Spot::text(5..6, Role::Any, "x")));
    }

    #[test]
    fn a_cookie_is_taken_out_alone() {
        assert_eq!(without(b"a=1; s=2; b=\"3;4\"", "s").as_deref(), Some(&b"a=1; b=\"3; 4\""[..]));
        assert_eq!(without(b"s=1;S=2", "s"), None);
        assert_eq!(without(b"", "s"), None);
        assert_eq!(without(b"a", "s").as_deref(), Some(&b"a"[..]));
        let is_short = |_: &str, value: &[u8]| value.len() < 2;
        assert_eq!(keep(b"a=1; b=12;c", is_short).as_deref(), Some(&b"a=1; c"[..]));
    }
}
