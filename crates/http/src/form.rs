//! Form and query parameters, read strictly.

use std::borrow::Cow;

use portico_core::denied::Denied;

/// The longest value of one parameter, in bytes; tokens and assertions fit.
const LONGEST: usize = 16 * 1024;
/// The most parameters of one request.
const MOST: usize = 64;

/// Parameters of a request (`application/x-www-form-urlencoded`), each once.
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Fields<'a> {
    /// Reads a form body or query. Refuses what is not UTF-8, repeats (RFC 6749 §3.1) and what is
    /// out of measure.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Denied> {
        Self::parse_only(bytes, |_| true)
    }

    /// Reads the same way only the parameters of these names; what is left out may repeat.
    pub fn parse_only(bytes: &'a [u8], wanted: impl Fn(&str) -> bool) -> Result<Self, Denied> {
        let mut fields = Vec::with_capacity(8);
        for (number, (name, value)) in form_urlencoded::parse(bytes).enumerate() {
            // The parser puts U+FFFD where the bytes are no UTF-8.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(Denied::request("a parameter is not UTF-8"));
            }
            if value.len() > LONGEST || name.len() > 256 || number == MOST {
                return Err(Denied::request("a parameter is too long, or there are too many"));
            }
            if value.contains('\0') {
                return Err(Denied::request("a parameter holds a NUL character"));
            }
            if !wanted(&name) {
                continue;
            }
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(Denied::request("a parameter was sent more than once"));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// The same parameters, on their own.
    pub fn into_owned(self) -> Fields<'static> {
        let owned = |(name, value): (Cow<'a, str>, Cow<'a, str>)| {
            (Cow::Owned(name.into_owned()), Cow::Owned(value.into_owned()))
        };
        Fields(self.0.into_iter().map(owned).collect())
    }

    /// The value of a parameter; one sent empty counts as not sent (RFC 6749 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(field, _)| field == name).map(|(_, value)| &**value)?;
        Some(value).filter(|value| !value.is_empty())
    }

    /// The value of a parameter, or a refusal that names it.
    pub fn need(&self, name: &'static str) -> Result<&str, Denied> {
        self.get(name).ok_or_else(|| Denied::request(format!("{name} is missing")))
    }

    /// All parameters in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// The values of a checkbox group, which is the one kind of field that may repeat.
pub fn repeated(bytes: &[u8], name: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(bytes).take(MOST * 2);
    pairs.filter(|(field, _)| field == name).map(|(_, value)| value.into_owned()).collect()
}

/// Reads a form in which this one field may repeat.
pub fn parse_with_repeats(bytes: &[u8], name: &str) -> Result<(Fields<'static>, Vec<String>), Denied> {
    let mut rest = form_urlencoded::Serializer::new(String::new());
    form_urlencoded::parse(bytes).filter(|(field, _)| field != name).for_each(|(field, value)| {
        rest.append_pair(&field, &value);
    });
    let rest = rest.finish();
    Ok((Fields::parse(rest.as_bytes())?.into_owned(), repeated(bytes, name)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_repeat_bad_utf8_and_excess_are_refused() {
        assert!(Fields::parse(b"a=1&b=2").is_ok());
        assert!(Fields::parse(b"a=1&a=1").is_err());
        assert!(Fields::parse(b"a=%ff").is_err());
        assert!(Fields::parse(b"a=\xff").is_err());
        assert!(Fields::parse(b"a=%00").is_err());
        assert!(Fields::parse(format!("a={}", "x".repeat(LONGEST + 1)).as_bytes()).is_err());
        let many = (0..=MOST).map(|i| format!("p{i}=1")).collect::<Vec<_>>().join("&");
        assert!(Fields::parse(many.as_bytes()).is_err());
    }

    #[test]
    fn an_empty_parameter_counts_as_not_sent() {
        let fields = Fields::parse(b"scope=&state=x").unwrap();
        assert_eq!((fields.get("scope"), fields.get("state")), (None, Some("x")));
        assert!(fields.need("scope").is_err());
    }

    #[test]
    fn checkboxes_may_repeat_and_nothing_else() {
        let (fields, grants) = parse_with_repeats(b"csrf=x&grant=a&grant=b", "grant").unwrap();
        assert_eq!((fields.get("csrf"), grants), (Some("x"), vec!["a".to_owned(), "b".to_owned()]));
        assert!(parse_with_repeats(b"csrf=x&csrf=y&grant=a", "grant").is_err());
    }
}
