//! Where OpenIDs stand in a query or an urlencoded form (URL Standard §5.1).

use super::name::Fields;
use super::spot::{Role, Spot, Value};

/// What stands in the declared fields, in its order. The span is the value as it is written.
///
/// Pairs are parted by `&`. Some back ends part them by `;` too (HTML 4.01 §B.2.2), and some end a name at the first `=`
/// that is behind a `]`: a declared field that is one for these alone is nothing that could be read in one way.
pub fn find_in_form(text: &[u8], fields: &Fields) -> Vec<Spot> {
    let mut found = Vec::new();
    if fields.is_empty() {
        return found;
    }
    let mut start = 0;
    for pair in text.split(|byte| *byte == b'&') {
        let end = start + pair.len();
        if let Some((name, value)) = form_urlencoded::parse(pair).next()
            && let Some(role) = fields.role(&name)
        {
            let before = pair.iter().position(|byte| *byte == b'=').map_or(pair.len(), |at| at + 1);
            found.push(Spot::text(start + before..end, role, value));
        } else if let Some(role) = behind_bracket(pair, fields).or_else(|| behind_semicolons(pair, fields)) {
            found.push(Spot { span: start..end, role, value: Value::Nested });
        }
        start = end + 1;
    }
    found
}

/// What stands in a declared field that a pair holds for those who part it at semicolons.
fn behind_semicolons(pair: &[u8], fields: &Fields) -> Option<Role> {
    let mut pieces = pair.split(|byte| *byte == b';').skip(1);
    pieces.find_map(|piece| fields.role(&form_urlencoded::parse(piece).next()?.0))
}

/// What stands in a declared field for those who end its name at the first `=` behind a `]` (Express, Koa).
fn behind_bracket(pair: &[u8], fields: &Fields) -> Option<Role> {
    let is_end = |at: &usize| {
        let name = &pair[..*at];
        pair[*at] == b'=' && (name.ends_with(b"]") || name.ends_with(b"%5D") || name.ends_with(b"%5d"))
    };
    let first = pair.iter().position(|byte| *byte == b'=')?;
    let end = (first..pair.len()).find(is_end).filter(|end| *end > first)?;
    let signs = pair[..end].split(|byte| *byte == b'=').collect::<Vec<_>>();
    fields.role(&form_urlencoded::parse(&signs.join(&b"%3D"[..])).next()?.0)
}

/// A value as a form writes it.
pub fn in_form(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        let fields = Fields::new([("openid", Role::Own)]);
        let spots = find_in_form(text.as_bytes(), &fields).into_iter();
        let text = |spot: Spot| match spot.value {
            Value::Text(value) => (value, &text[spot.span]),
            other => panic!("{other:?}"),
        };
        spots.map(text).collect()
    }

    #[test]
    fn values_are_found_with_the_bytes_in_which_they_are_written() {
        assert_eq!(found("a=1&openid=x%79&b"), [("xy".into(), "x%79")]);
        assert_eq!(
            found("openid=a+b&&openid=&openid"),
            [("a b".into(), "a+b"), (String::new(), ""), (String::new(), "")]
        );
        assert_eq!(found("openid==x=&=openid"), [("=x=".into(), "=x=")]);
    }

    #[test]
    fn names_are_decoded_before_they_are_compared() {
        assert_eq!(found("%4fpen+id=1&O%70EN%49D=2&openid%5b%5d=3"), [("2".into(), "2"), ("3".into(), "3")]);
    }

    #[test]
    fn broken_encoding_is_read_as_the_standard_reads_it() {
        assert_eq!(found("openid=%zz%f"), [("%zz%f".into(), "%zz%f")]);
        assert_eq!(found("openid=%ff"), [("\u{fffd}".into(), "%ff")]);
        assert_eq!(found("%f=1&openid=2&"), [("2".into(), "2")]);
    }

    #[test]
    fn a_field_behind_a_semicolon_is_nothing_that_could_be_swapped() {
        let fields = Fields::new([("openid", Role::Any)]);
        for text in ["a=1;openid=x", "a;b;OpenID", "b&a=%3B;openid[]=x"] {
            let found = find_in_form(text.as_bytes(), &fields);
            assert_eq!(found.iter().map(|spot| &spot.value).collect::<Vec<_>>(), [&Value::Nested], "{text}");
        }
        for text in ["a=1;b=openid", "a=1%3Bopenid=x", ";", "openid%3D;x"] {
            assert_eq!(find_in_form(text.as_bytes(), &fields), [], "{text}");
        }
    }

    #[test]
    fn a_value_is_written_so_that_it_reads_back() {
        assert_eq!(in_form("a b&c=+é"), "a+b%26c%3D%2B%C3%A9");
        assert_eq!(in_form("oSHOP-_1"), "oSHOP-_1");
    }
}
