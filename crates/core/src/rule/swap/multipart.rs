//! Where OpenIDs stand in a form of parts (RFC 7578): one scan for the delimiters, and the few header lines of
//! each part. Files are not looked into.
//!
//! Whatever a lenient back end could read in another way is refused: delimiters that only some take for one,
//! parts with two names, with a name in another encoding, in another charset than UTF-8, or packed for transfer.

use std::ops::Range;

use memchr::memmem;

use super::name::Fields;
use super::spot::Spot;

/// The body is not a form of parts that everybody would read in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a form of parts, or one that can be read in two ways")]
pub struct NotParts;

/// What stands in the declared fields of a form with this boundary (RFC 2046 §5.1.1), in its order.
///
/// A file in a declared field is refused.
pub fn find_in_parts(body: &[u8], boundary: &str, fields: &Fields) -> Result<Vec<Spot>, NotParts> {
    let mut found = Vec::new();
    for part in parts(body, boundary)? {
        let end = memmem::find(&body[part.clone()], b"\r\n\r\n").ok_or(NotParts)?;
        let head = std::str::from_utf8(&body[part.start..part.start + end]).map_err(|_| NotParts)?;
        let field = Field::read(head)?;
        let span = part.start + end + 4..part.end;
        if says_charset(&field.name) && !is_plain(&body[span.clone()]) {
            return Err(NotParts);
        }
        let Some(role) = fields.role(&field.name) else { continue };
        if field.is_file {
            return Err(NotParts);
        }
        let value = String::from_utf8_lossy(&body[span.clone()]).into_owned();
        found.push(Spot::text(span, role, value));
    }
    Ok(found)
}

/// What lies between the delimiters, each from the first byte of its headers.
fn parts(body: &[u8], boundary: &str) -> Result<Vec<Range<usize>>, NotParts> {
    let dash = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut open: Option<usize> = None;
    let mut is_over = false;
    for at in memmem::find_iter(body, dash.as_bytes()) {
        let after = at + dash.len();
        let begins_a_line = at == 0 || body[..at].ends_with(b"\r\n");
        let is_last = body[after..].starts_with(b"--");
        let ends_a_line = match body.get(after + 2 * usize::from(is_last)..) {
            Some(rest) => rest.starts_with(b"\r\n") || (is_last && rest.is_empty()),
            None => false,
        };
        if is_over || !begins_a_line || !ends_a_line || (open.is_none() && at != 0) {
            return Err(NotParts);
        }
        if let Some(start) = open {
            // The line break before a delimiter belongs to it.
            let end = at - 2;
            parts.push(if start <= end { start..end } else { return Err(NotParts) });
        }
        open = Some(after + 2);
        is_over = is_last;
    }
    let rest = open.filter(|_| is_over).map(|end| &body[end..]).ok_or(NotParts)?;
    if matches!(rest, b"" | b"\r\n") { Ok(parts) } else { Err(NotParts) }
}

/// What the headers of a part say.
struct Field {
    name: String,
    is_file: bool,
}

impl Field {
    fn read(head: &str) -> Result<Self, NotParts> {
        let (mut disposition, mut is_plain) = (None, true);
        for line in head.split("\r\n") {
            let (name, value) = line.split_once(':').ok_or(NotParts)?;
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if name.is_empty() || !name.chars().all(is_name) || line.contains(['\r', '\n', '\0']) {
                return Err(NotParts);
            }
            if name.eq_ignore_ascii_case("content-disposition") {
                if disposition.replace(value).is_some() {
                    return Err(NotParts);
                }
            } else if name.eq_ignore_ascii_case("content-transfer-encoding") {
                let plain = ["7bit", "8bit", "binary"];
                if !plain.iter().any(|one| value.trim().eq_ignore_ascii_case(one)) {
                    return Err(NotParts);
                }
            } else if name.eq_ignore_ascii_case("content-type") {
                is_plain &= is_of_plain_text(value);
            }
        }
        let field = Self::disposed(disposition.ok_or(NotParts)?)?;
        if is_plain || field.is_file { Ok(field) } else { Err(NotParts) }
    }

    /// Reads `form-data; name="…"; filename="…"` (RFC 7578 §4.2).
    fn disposed(value: &str) -> Result<Self, NotParts> {
        let mut rest = value.trim();
        let kind = rest.split(';').next().unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("form-data") {
            return Err(NotParts);
        }
        rest = &rest[kind.len()..];
        let (mut name, mut is_file) = (None, false);
        while let Some(parameter) = rest.strip_prefix(';') {
            let (key, after) = parameter.split_once('=').ok_or(NotParts)?;
            let written = after.trim_start();
            let (text, after) = word(written)?;
            // In single quotes too a name stands for PHP.
            let is_odd = written[..written.len() - after.len()].contains('\\')
                || (text.contains('\'') && !written.starts_with('"'));
            rest = after.trim_start();
            match key.trim().to_ascii_lowercase().as_str() {
                "name" => {
                    // Some back ends drop a backslash wherever it stands, others where a quote follows, others never.
                    // Servlets read encoded words (RFC 2047) too, which RFC 7578 §5.1.3 has nobody send, and some
                    // take controls off.
                    let is_odd = is_odd || text.contains("=?") || text.contains(char::is_control);
                    if is_odd || name.replace(text).is_some() {
                        return Err(NotParts);
                    }
                }
                "filename" | "filename*" => is_file = true,
                _ => return Err(NotParts),
            }
        }
        match name {
            Some(name) if rest.is_empty() => Ok(Self { name, is_file }),
            _ => Err(NotParts),
        }
    }
}

/// Whether a field of this name says in which charset the others are (HTML §4.10.21.5, RFC 7578 §4.6).
fn says_charset(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("_charset_")
}

/// Whether OpenIDs, and what they might be taken for, are the bytes in this charset that they are in ASCII.
fn is_plain(charset: &[u8]) -> bool {
    let known: [&[u8]; 6] = [b"", b"utf-8", b"utf8", b"us-ascii", b"iso-8859-1", b"windows-1252"];
    known.iter().any(|known| charset.trim_ascii().eq_ignore_ascii_case(known))
}

/// The same of the type of a part, in which each back end looks for `charset` in its own way.
fn is_of_plain_text(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let Some((_, after)) = kind.split_once("charset") else { return true };
    let Some(value) = after.strip_prefix('=').filter(|value| !value.contains("charset")) else {
        return false;
    };
    is_plain(value.split(';').next().unwrap_or_default().trim().trim_matches('"').as_bytes())
}

/// A token or a quoted text, and what follows. In quotes `%22` is a quote, as browsers write it (HTML §4.10.21.8),
/// and so is one after a backslash, as RFC 822 does; the backslash of a Windows path stays.
fn word(text: &str) -> Result<(String, &str), NotParts> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let token = text[..end].trim_end();
        let is_token = !token.is_empty() && !token.contains([' ', '"', '\t', '=', ',', '\\']);
        return if is_token { Ok((token.to_owned(), &text[end..])) } else { Err(NotParts) };
    };
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Ok((out.replace("%22", "\""), &quoted[at + 1..])),
            '\\' => match characters.clone().next() {
                Some((_, next @ ('"' | '\\'))) => {
                    characters.next();
                    out.push(next);
                }
                _ => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    Err(NotParts)
}

#[cfg(test)]
mod tests {
    use super::super::spot::Role;
    use super::*;

    fn found(body: &str) -> Result<Vec<&str>, NotParts> {
        let fields = Fields::new([("openid", Role::Any)]);
        let spots = find_in_parts(body.as_bytes(), "b", &fields)?;
        Ok(spots.into_iter().map(|spot| &body[spot.span]).collect())
    }

    fn part(head: &str, value: &str) -> String {
        format!("--b\r\n{head}\r\n\r\n{value}\r\n")
    }

    #[test]
    fn the_values_of_declared_fields_are_found_and_files_are_passed_over() {
        let body = [
            part("Content-Disposition: form-data; name=\"OpenID\"", "one"),
            part(
                "content-type: image/png\r\ncontent-disposition: form-data; filename=\"a;b\\\"c\"; name=\"x\"",
                "\0\r\n-b",
            ),
            part("Content-Disposition:form-data;name=openid[]", "two\r\n"),
            part("Content-Disposition: form-data; name=\"openid\"", ""),
            "--b--\r\n".to_owned(),
        ];
        assert_eq!(found(&body.concat()), Ok(vec!["one", "two\r\n", ""]));
        assert_eq!(found("--b--"), Ok(vec![]));
    }

    #[test]
    fn a_body_that_may_be_read_in_two_ways_is_none() {
        let good = "Content-Disposition: form-data; name=\"x\"";
        for head in [
            "Content-Type: text/plain",
            "Content-Disposition: form-data",
            "Content-Disposition: attachment; name=\"openid\"",
            "Content-Disposition: form-data; name=\"x\"; name=\"openid\"",
            "Content-Disposition: form-data; name*=utf-8''openid",
            "Content-Disposition: form-data; name=\"x\"; name*=utf-8''openid",
            "Content-Disposition: form-data; name=\"x",
            "Content-Disposition: form-data; name=\"open\\id\"",
            "Content-Disposition: form-data; name=\"open\\\"id\"",
            "Content-Disposition: form-data; name='openid'",
            "Content-Disposition: form-data; name=open\\id",
            "Content-Disposition: form-data; name=\"x\" y",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"openid\"",
            "Content-Disposition: form-data; name=\"x\"\nContent-Disposition: form-data; name=\"openid\"",
            "Content-Disposition: form-data; name=\"x\";\r\n name=\"openid\"",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Transfer-Encoding: base64",
            "Content-Disposition: form-data; name=\"openid\"; filename=\"x\"",
            ": x\r\nContent-Disposition: form-data; name=\"x\"",
            "Content-Disposition : form-data; name=\"openid\"",
            "Content-Disposition: form-data; name=\"=?utf-8?B?b3Blbmlk?=\"",
            "Content-Disposition: form-data; name=\"x =?utf-8?Q?openid?=\"",
            "Content-Disposition: form-data; name=\"\u{c}openid\"",
            "Content-Disposition: form-data; name=\"x\u{b}\"",
            "Content-Disposition: form-data; name=\"x\u{85}\"",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain; charset=utf-7",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain; charset=utf-8; charset=utf-7",
            "Content-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain; charset*=utf-8''utf-7",
        ] {
            assert_eq!(found(&(part(head, "1") + "--b--")), Err(NotParts), "{head}");
        }
        let one = part(good, "1");
        for body in [
            String::new(),
            one.clone(),
            format!("x\r\n{one}--b--"),
            format!("\r\n{one}--b--"),
            format!("{one}--b--\r\nmore"),
            format!("{one}--b--\r\n{one}--b--"),
            format!("{one}--b --"),
            one.replace('\r', "") + "--b--",
            part(good, "1\n--b\nContent-Disposition: form-data; name=\"openid\"\n\n2") + "--b--",
            part(good, "1\r\n--bb\r\n") + "--b--",
            "--b\r\n--b--".to_owned(),
            "--b\r\n\r\n--b--".to_owned(),
            "--b-".to_owned(),
            part("Content-Disposition: form-data; name=\"_charset_\"", "utf-16") + &one + "--b--",
        ] {
            assert_eq!(found(&body), Err(NotParts), "{body:?}");
        }
    }

    #[test]
    fn a_form_may_say_that_it_is_in_plain_text_and_files_may_be_in_any() {
        let body = [
            part("Content-Disposition: form-data; name=\"_charset_\"", "UTF-8"),
            part(
                "Content-Disposition: form-data; name=openid\r\nContent-Type: text/plain; charset=\"UTF-8\"",
                "one",
            ),
            part(
                "Content-Type: text/plain;charset=us-ascii\r\nContent-Disposition: form-data; name=openid",
                "two",
            ),
            part(
                "Content-Disposition: form-data; name=x; filename=y\r\nContent-Type: text/csv; charset=gbk",
                "1",
            ),
            part("Content-Disposition: form-data; name=f; filename=a.txt; filename*=utf-8''a.txt", "1"),
            "--b--".to_owned(),
        ];
        assert_eq!(found(&body.concat()), Ok(vec!["one", "two"]));
    }
}
