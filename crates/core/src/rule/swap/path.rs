//! Where OpenIDs stand in a path.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::name::fold;
use super::spot::{Role, Spot};

/// What is written as itself in a segment (RFC 3986 §2.3); the rest is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path in which `{openid}` stands for an OpenID and `*` for any one segment. What lies under it is meant too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Named(String),
    Every,
    OpenId,
}

/// The text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path with one or more {{openid}}, such as /users/{{openid}}")]
pub struct NotATemplate(String);

impl Template {
    /// Whether a path that lies under this one, written plainly, can be one of it.
    pub fn can_lie_under(&self, plain: &str) -> bool {
        let is_same = |(own, name): (&Segment, &str)| match own {
            Segment::Named(own) => fold(own) == fold(name),
            Segment::Every | Segment::OpenId => true,
        };
        self.0.iter().zip(plain.split('/').skip(1)).all(is_same)
    }
}

impl FromStr for Template {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Self, NotATemplate> {
        let wrong = || NotATemplate(text.to_owned());
        let segment = |segment: &str| match segment {
            "" | "." | ".." => Err(wrong()),
            "*" => Ok(Segment::Every),
            "{openid}" => Ok(Segment::OpenId),
            _ if segment.contains(['{', '}', '*', '?', '#', ';', '%', '\\']) => Err(wrong()),
            _ => Ok(Segment::Named(segment.to_owned())),
        };
        let segments = text.strip_prefix('/').ok_or_else(wrong)?.split('/').map(segment);
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        if segments.contains(&Segment::OpenId) { Ok(Self(segments)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Named(name) => write!(f, "/{name}"),
            Segment::Every => f.write_str("/*"),
            Segment::OpenId => f.write_str("/{openid}"),
        })
    }
}

/// The path is one that back ends read in different ways, so that it is not known what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path has empty or dot segments, encoded slashes, backslashes, semicolons, or is no UTF-8")]
pub struct Ambiguous;

/// What stands at the templates' places in a path, in its order. Where two meet, the first stands.
pub fn find_in_path(path: &str, templates: &[(Template, Role)]) -> Result<Vec<Spot>, Ambiguous> {
    if templates.is_empty() {
        return Ok(vec![]);
    }
    let segments = segments(path)?;
    let mut found: Vec<Spot> = Vec::new();
    for (template, role) in templates {
        let pairs = || template.0.iter().zip(&segments);
        let fits = pairs().all(|(segment, (_, text))| match segment {
            Segment::Named(name) => fold(name) == fold(text),
            Segment::Every | Segment::OpenId => !text.is_empty(),
        });
        if !fits || segments.len() < template.0.len() {
            continue;
        }
        for (_, (span, text)) in pairs().filter(|(segment, _)| **segment == Segment::OpenId) {
            if !found.iter().any(|spot| spot.span == *span) {
                found.push(Spot::text(span.clone(), *role, text.as_ref()));
            }
        }
    }
    found.sort_by_key(|spot| spot.span.start);
    Ok(found)
}

/// Whether a path is this one, written plainly, or lies under it. Both are compared decoded and without regard to
/// case, as some back ends do: whoever writes `/%41pi` must not slip past what is declared for `/api`.
pub fn lies_under(path: &str, plain: &str) -> Result<bool, Ambiguous> {
    let segments = segments(path)?;
    let mut declared = plain.split('/').skip(1);
    let mut written = segments.iter();
    Ok(declared.all(|name| written.next().is_some_and(|(_, text)| fold(name) == fold(text))))
}

/// A segment as it is written: where it stands, and what it says, decoded.
type Written<'p> = (Range<usize>, Cow<'p, str>);

/// The segments of a path.
fn segments(path: &str) -> Result<Vec<Written<'_>>, Ambiguous> {
    let Some(inner) = path.strip_prefix('/') else { return Ok(vec![]) };
    let mut segments = Vec::new();
    let mut start = 1;
    for raw in inner.split('/') {
        // Some back ends leave out what is no UTF-8.
        let decoded = percent_decode_str(raw).decode_utf8().map_err(|_| Ambiguous)?;
        let is_last = start + raw.len() == path.len();
        let is_doubtful = matches!(&*decoded, "." | "..")
            || decoded.contains(['/', '\\', '\0'])
            || raw.contains(';')
            || (raw.is_empty() && !is_last);
        if is_doubtful {
            return Err(Ambiguous);
        }
        segments.push((start..start + raw.len(), decoded));
        start += raw.len() + 1;
    }
    Ok(segments)
}

/// A value as a segment writes it.
pub fn in_path(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::spot::Value;
    use super::*;

    fn found(path: &str) -> Result<Vec<(&str, Role)>, Ambiguous> {
        let templates = [("/users/{openid}", Role::Own), ("/*/{openid}/to/{openid}", Role::Any)]
            .map(|(text, role)| (text.parse().unwrap(), role));
        let spots = find_in_path(path, &templates)?;
        Ok(spots.into_iter().map(|spot| (&path[spot.span], spot.role)).collect())
    }

    #[test]
    fn a_template_fits_a_path_and_what_lies_under_it() {
        assert_eq!(found("/users/x"), Ok(vec![("x", Role::Own)]));
        assert_eq!(found("/users/x/orders/"), Ok(vec![("x", Role::Own)]));
        assert_eq!(found("/%55SERS/%78"), Ok(vec![("%78", Role::Own)]));
        for other in ["/", "/users", "/users/", "/shop/users/x", "/userss/x", "*"] {
            assert_eq!(found(other), Ok(vec![]), "{other}");
        }
    }

    #[test]
    fn where_two_templates_meet_the_first_stands() {
        assert_eq!(found("/users/x/to/y"), Ok(vec![("x", Role::Own), ("y", Role::Any)]));
        assert_eq!(found("/shops/x/to/y"), Ok(vec![("x", Role::Any), ("y", Role::Any)]));
    }

    #[test]
    fn a_path_that_may_be_read_in_two_ways_is_none() {
        for path in [
            "/a/../users/x",
            "/./x",
            "/a/%2E%2e/b",
            "//users/x",
            "/users%2fx",
            "/users/x%5C",
            "/a;b/c",
            "/a/;",
            "/%00",
        ] {
            assert_eq!(found(path), Err(Ambiguous), "{path}");
        }
        assert_eq!(find_in_path("//..", &[]), Ok(vec![]));
    }

    #[test]
    fn a_value_is_decoded_and_written_back() {
        let templates = [("/{openid}".parse().unwrap(), Role::Any)];
        let spots = find_in_path("/a%20b", &templates).unwrap();
        assert_eq!(spots[0].value, Value::Text("a b".into()));
        assert_eq!(in_path("a b/~"), "a%20b%2F~");
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for bad in [
            "users/{openid}",
            "/users",
            "/",
            "/a//{openid}",
            "/{id}/{openid}",
            "/x{openid}",
            "/../{openid}",
            "",
        ] {
            assert!(bad.parse::<Template>().is_err(), "{bad}");
        }
        let good: Template = "/a/*/{openid}/b".parse().unwrap();
        assert_eq!(good.to_string(), "/a/*/{openid}/b");
    }

    #[test]
    fn a_path_lies_under_another_at_a_slash_however_it_is_written() {
        for path in ["/api", "/api/", "/api/x", "/API/x", "/%61pi/x", "/a%50i"] {
            assert_eq!(lies_under(path, "/api"), Ok(true), "{path}");
        }
        for path in ["/apis", "/ap", "/", "/x/api", "*"] {
            assert_eq!(lies_under(path, "/api"), Ok(false), "{path}");
        }
        assert_eq!(lies_under("/api/v1/x", "/api/v1"), Ok(true));
        assert_eq!(lies_under("/api", "/api/v1"), Ok(false));
        for path in ["//api", "/x/../api", "/x/%2e%2e/api", "/api;x", "/%2fapi", "/x%5capi"] {
            assert_eq!(lies_under(path, "/api"), Err(Ambiguous), "{path}");
        }
    }
}
