//! What was found in one message, whichever way it goes.

use std::collections::HashSet;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};
use portico_core::rule::swap::{
    Fate, JsonMap, NotJson, Role, Spot, Unknown, Value, Wrong, in_form, in_json, in_path, splice, to_be_known,
};

use super::coding::{self, Coding, Unreadable};
use super::due::BodyDue;

/// How many OpenIDs, the caller's aside, one message may name.
pub const MOST_IDS: usize = 100_000;

/// The byte order mark of UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// Found in one header.
#[derive(Debug)]
pub(super) struct InHeader {
    pub name: HeaderName,
    /// Which one of those with this name.
    pub number: usize,
    /// How values are written.
    pub form: Written,
    pub spots: Vec<Spot>,
}

/// How a value is written where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Written {
    #[default]
    Plain,
    Form,
    Path,
    Json,
}

impl Written {
    pub fn write(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Form => in_form(value),
            Self::Path => in_path(value),
            Self::Json => in_json(value),
        }
    }
}

/// A body that was looked into.
#[derive(Debug, Default)]
pub(super) struct InBody {
    /// As it came.
    pub packed: Bytes,
    pub codings: Vec<Coding>,
    /// Unpacked.
    pub text: Bytes,
    pub form: Written,
    pub spots: Vec<Spot>,
}

impl InBody {
    /// Unpacks a body; nothing is found in it yet.
    pub fn unpacked(
        due: &BodyDue,
        headers: &HeaderMap,
        packed: Bytes,
        limit: usize,
    ) -> Result<Self, Unreadable> {
        if packed.len() > limit {
            return Err(Unreadable::TooLarge);
        }
        let codings = coding::codings(headers).ok_or(Unreadable::Broken)?;
        let text = coding::unpack(&codings, packed.clone(), limit)?;
        let form = match due {
            BodyDue::Form => Written::Form,
            BodyDue::Parts(_) => Written::Plain,
            BodyDue::Stream | BodyDue::Passed | BodyDue::Json | BodyDue::Perhaps => Written::Json,
        };
        Ok(Self { packed, codings, text, form, spots: vec![] })
    }

    /// Looks for JSON places, behind a byte order mark too, which many a parser ignores (RFC 8259 §8.1).
    pub fn find_json(&mut self, map: &JsonMap) -> Result<(), NotJson> {
        let (mark, text) =
            self.text.strip_prefix(MARK).map_or((0, &self.text[..]), |text| (MARK.len(), text));
        self.spots = map.find(text)?;
        for spot in &mut self.spots {
            spot.span = spot.span.start + mark..spot.span.end + mark;
        }
        Ok(())
    }

    /// The body with these edits, unpacked.
    pub fn plain(&self, edits: &[Edit<'_>]) -> Bytes {
        if edits.is_empty() { self.text.clone() } else { spliced(&self.text, self.form, edits).into() }
    }

    /// The body with these edits, in its codings again; as it came, where there are none.
    pub fn edited(&self, edits: &[Edit<'_>]) -> Bytes {
        if edits.is_empty() {
            return self.packed.clone();
        }
        let text = spliced(&self.text, self.form, edits);
        if self.codings.is_empty() { text.into() } else { coding::pack(&self.codings, text) }
    }
}

/// A spot and what stands there from now on.
pub(super) type Edit<'a> = (&'a Spot, &'a str);

/// What becomes of these spots, of those that do not stay.
pub(super) fn edits<'a>(
    spots: &'a [Spot],
    fate: impl Fn(&'a Spot) -> Result<Fate<'a>, Wrong>,
) -> Result<Vec<Edit<'a>>, Wrong> {
    let mut edits = Vec::with_capacity(spots.len());
    for spot in spots {
        if let Fate::Become(value) = fate(spot)? {
            edits.push((spot, value));
        }
    }
    Ok(edits)
}

/// What came of putting OpenIDs in place.
#[derive(Debug, PartialEq, Eq)]
pub struct Swapped {
    /// The body that goes on, where it was read whole.
    pub body: Option<Bytes>,
    /// How many OpenIDs became others.
    pub ids: usize,
}

/// How many of these edits are of OpenIDs.
pub(super) fn ids<'e, 'a: 'e>(edits: impl IntoIterator<Item = &'e Edit<'a>>) -> usize {
    edits.into_iter().filter(|(spot, _)| matches!(spot.role, Role::Own | Role::Any)).count()
}

/// Says how long a body is that was read whole.
pub(super) fn measure(headers: &mut HeaderMap, body: &Bytes) {
    headers.remove(TRANSFER_ENCODING);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
}

/// Removes what is said about the bytes of a body and is not true of others (RFC 9530, and those before it).
pub(super) fn forget_digests(headers: &mut HeaderMap) {
    for name in ["content-md5", "digest", "content-digest", "repr-digest"] {
        headers.remove(name);
    }
}

/// The bytes with these edits.
pub(super) fn spliced(bytes: &[u8], form: Written, edits: &[Edit<'_>]) -> Vec<u8> {
    let written: Vec<_> = edits.iter().map(|(_, value)| form.write(value)).collect();
    let spans = edits.iter().map(|(spot, _)| spot.span.clone());
    splice(bytes, spans.zip(written.iter().map(String::as_bytes)))
}

/// Every declared header of a message: the whole value is the OpenID.
pub(super) fn in_headers(headers: &HeaderMap, role: impl Fn(&str) -> Option<Role>) -> Vec<InHeader> {
    let mut found = Vec::new();
    for name in headers.keys() {
        let Some(role) = role(name.as_str()) else { continue };
        for (number, value) in headers.get_all(name).iter().enumerate() {
            let bytes = value.as_bytes();
            let start = bytes.len() - bytes.trim_ascii_start().len();
            let span = start..start + bytes.trim_ascii().len();
            let text = String::from_utf8_lossy(&bytes[span.clone()]).into_owned();
            let spots = vec![Spot { span, role, value: Value::Line(text) }];
            found.push(InHeader { name: name.clone(), number, form: Written::Plain, spots });
        }
    }
    found
}

/// What `read` finds in each header of this name.
pub(super) fn within_header(
    headers: &HeaderMap,
    name: HeaderName,
    read: impl Fn(&[u8]) -> Vec<Spot>,
) -> Vec<InHeader> {
    let values = headers.get_all(&name).iter().enumerate();
    let found = values.map(|(number, value)| (number, read(value.as_bytes())));
    found
        .filter(|(_, spots)| !spots.is_empty())
        .map(|(number, spots)| InHeader { name: name.clone(), number, form: Written::Path, spots })
        .collect()
}

/// Writes edits into one header.
pub(super) fn write_header(headers: &mut HeaderMap, place: &InHeader, edits: &[Edit<'_>]) {
    if edits.is_empty() {
        return;
    }
    let http::header::Entry::Occupied(mut entry) = headers.entry(&place.name) else { return };
    if let Some(value) = entry.iter_mut().nth(place.number) {
        let bytes = spliced(value.as_bytes(), place.form, edits);
        *value = HeaderValue::from_bytes(&bytes).expect("OpenIDs are visible ASCII");
    }
}

/// The texts of these spots about which more must be known, each once, in their order.
pub(super) fn others<'s>(
    spots: impl Iterator<Item = &'s Spot>,
    own: Option<&str>,
    unknown: Unknown,
) -> Vec<&'s str> {
    let mut seen = HashSet::new();
    spots
        .flat_map(|spot| to_be_known(spot.role, &spot.value, own, unknown))
        .filter(|text| seen.insert(*text))
        .take(MOST_IDS + 1)
        .collect()
}
