//! Where something stands, and putting something else there.

use std::ops::Range;

use super::name::is_blank;

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The caller's OpenID, and nobody else's.
    Own,
    /// Anybody's OpenID.
    Any,
    /// Encrypted data, of the pair with this number.
    Data(usize),
    /// The initialization vector that belongs to it.
    Iv(usize),
}

/// What a message says at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, decoded.
    Text(String),
    /// The whole of a header, decoded: a text, or several between commas.
    Line(String),
    /// A number, or true or false.
    Scalar,
    /// Something that may hold texts of its own, or is no text that can be read.
    Nested,
}

impl Value {
    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Line(text) => Some(text),
            Self::Scalar | Self::Nested => None,
        }
    }

    /// What a reader may take for the text where it is not just that: the text without the blanks around it, as many
    /// a back end has it, and of a header each element, since several headers of one name may become one (RFC 9110
    /// §5.3).
    pub fn other_readings(&self) -> impl Iterator<Item = &str> {
        let text = self.text().unwrap_or_default();
        let is_line = matches!(self, Self::Line(_));
        let elements = text.split(move |c| is_line && c == ',').map(|element| element.trim_matches(is_blank));
        elements.filter(|element| !element.is_empty() && element.len() < text.len())
    }
}

/// Something that was found at a declared place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The bytes that are to be replaced, if anything is.
    pub span: Range<usize>,
    /// What stands there.
    pub role: Role,
    /// What it says.
    pub value: Value,
}

impl Spot {
    /// A text at a place.
    pub fn text(span: Range<usize>, role: Role, text: impl Into<String>) -> Self {
        Self { span, role, value: Value::Text(text.into()) }
    }
}

/// The bytes with other ones in place of these spans, which are in order and do not overlap. Every other byte
/// is where it was.
pub fn splice<'e>(bytes: &[u8], edits: impl IntoIterator<Item = (Range<usize>, &'e [u8])>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut done = 0;
    for (span, new) in edits {
        out.extend_from_slice(&bytes[done..span.start]);
        out.extend_from_slice(new);
        done = span.end;
    }
    out.extend_from_slice(&bytes[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_be_read_without_blanks_and_a_header_as_a_list_too() {
        let readings = |value: Value| value.other_readings().map(str::to_owned).collect::<Vec<_>>();
        for text in ["x", "", "x y", "x,y"] {
            assert_eq!(readings(Value::Text(text.into())), [""; 0], "{text}");
        }
        for text in [" x", "x\n", "\u{a0}x\u{feff}", "\0x\u{3000}\t", "\u{fffd}x"] {
            assert_eq!(readings(Value::Text(text.into())), ["x"], "{text:?}");
        }
        assert_eq!(readings(Value::Text(" \n".into())), [""; 0]);
        assert_eq!(readings(Value::Text(" x,y".into())), ["x,y"]);
        assert_eq!(readings(Value::Line("x".into())), [""; 0]);
        assert_eq!(readings(Value::Line("x, y ,,\tx y".into())), ["x", "y", "x y"]);
        assert_eq!(readings(Value::Line(",x".into())), ["x"]);
        assert_eq!([readings(Value::Scalar), readings(Value::Nested)], [[""; 0]; 2]);
    }

    #[test]
    fn what_lies_between_the_spans_stays() {
        let edits: [(Range<usize>, &[u8]); 3] = [(0..1, b"xyz"), (2..2, b"+"), (4..5, b"")];
        assert_eq!(splice(b"abcde", edits), b"xyzb+cd");
        assert_eq!(splice(b"abc", []), b"abc");
    }
}
