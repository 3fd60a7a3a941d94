//! Where OpenIDs stand in cookies, as a back end reads them (RFC 6265 §4.2, §5.2): pairs between semicolons.

use std::ops::Range;

use percent_encoding::percent_decode;

use super::name::Fields;
use super::spot::Spot;

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
pub fn find_in_cookies(header: &[u8], fields: &Fields) -> Vec<Spot> {
    if fields.is_empty() {
        return Vec::new();
    }
    pairs(header).into_iter().filter_map(|pair| spot(header, pair, fields)).collect()
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
    let fields = Fields::new([(name, super::spot::Role::Own)]);
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
    use super::super::spot::{Role, Value};
    use super::*;

    fn found(header: &str) -> Vec<(String, &str)> {
        let fields = Fields::new([("openid", Role::Own)]);
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
    fn of_what_is_set_only_the_cookie_itself_is_looked_at() {
        let fields = Fields::new([("path", Role::Any)]);
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
