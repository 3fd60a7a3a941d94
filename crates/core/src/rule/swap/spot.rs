//! Where something stands, and putting something else there.

use std::ops::Range;

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
    /// A number, or true or false.
    Scalar,
    /// Something that may hold texts of its own, or is no text that can be read.
    Nested,
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
    fn what_lies_between_the_spans_stays() {
        let edits: [(Range<usize>, &[u8]); 3] = [(0..1, b"xyz"), (2..2, b"+"), (4..5, b"")];
        assert_eq!(splice(b"abcde", edits), b"xyzb+cd");
        assert_eq!(splice(b"abc", []), b"abc");
    }
}
