//! Where OpenIDs stand in a JSON text: one pass over its bytes, by serde_json. What is not on the way to a
//! declared place is skipped, and nothing is built.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::name::fold;
use super::place::{Pointer, Step};
use super::spot::{Role, Spot, Value};

/// The text is not JSON (RFC 8259), or not one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not JSON")]
pub struct NotJson;

/// The declared places of one body and what stands at each, made ready for many bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonMap {
    /// The first is where a text begins; there is none where nothing is declared.
    crossings: Vec<Crossing>,
}

/// A place, as what lies under it is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Crossing {
    /// What stands here.
    role: Option<Role>,
    /// Where members of these names lead, folded; elements too, where the name is a number.
    named: Vec<(String, usize)>,
    /// Where every other member and element leads.
    every: Option<usize>,
}

/// How many crossings a map has at most: stars beside names can lead to as many as there are ways through them.
const MOST_CROSSINGS: usize = 1 << 12;

/// The places cannot be declared together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoMap {
    /// One of two, the inner one, lies within the other.
    #[error("`{0}` lies within another place")]
    Within(Pointer),
    /// There are too many ways to them.
    #[error("too many places with stars")]
    TooMany,
}

impl JsonMap {
    /// The map of these places. Where two meet in one place, the role that comes first in the list stands. Where one
    /// meets the way to another (`/openid` that to `/*/openid`), it stands there alone: an object or an array is no
    /// OpenID, so nothing under it is one that is meant.
    pub fn new<'a>(places: impl IntoIterator<Item = (&'a Pointer, Role)>) -> Result<Self, NoMap> {
        let places: Vec<_> = places.into_iter().collect();
        let mut map = Self::default();
        if places.is_empty() {
            return Ok(map);
        }
        let is_inner = |inner: &Pointer| places.iter().any(|(outer, _)| lies_within(inner, outer));
        if let Some((inner, _)) = places.iter().find(|(place, _)| is_inner(place)) {
            return Err(NoMap::Within((*inner).clone()));
        }
        let all = (0..places.len()).map(|place| (place, 0)).collect();
        Plan { places: &places, known: HashMap::default(), map: &mut map }.cross(all)?;
        Ok(map)
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.crossings.is_empty()
    }

    /// What stands at the declared places of a text, in its order. `null` is nothing.
    pub fn find(&self, text: &[u8]) -> Result<Vec<Spot>, NotJson> {
        let text = std::str::from_utf8(text).map_err(|_| NotJson)?;
        // What serde_json reads as a number or a text on the way must fit one in Rust; where it does not (1e400,
        // half of a surrogate pair), the way is walked again, and looks before each step.
        self.walk(text, false).or_else(|NotJson| self.walk(text, true))
    }

    fn walk(&self, text: &str, looks: bool) -> Result<Vec<Spot>, NotJson> {
        let mut found = Vec::new();
        let mut input = serde_json::Deserializer::from_str(text);
        let read = if self.is_empty() {
            IgnoredAny::deserialize(&mut input).map(drop)
        } else {
            Way { map: self, at: 0, text, looks, found: &mut found }.deserialize(&mut input)
        };
        read.and_then(|()| input.end()).map_err(|_| NotJson)?;
        Ok(found)
    }
}

/// Whether whatever lies at the one place lies within what lies at the other.
fn lies_within(inner: &Pointer, outer: &Pointer) -> bool {
    let covers = |(outer, inner): (&Step, &Step)| match (outer, inner) {
        (Step::Every, _) => true,
        (Step::Named(outer), Step::Named(inner)) => fold(outer) == fold(inner),
        (Step::Named(_), Step::Every) => false,
    };
    outer.0.len() < inner.0.len() && outer.0.iter().zip(&inner.0).all(covers)
}

/// Pointers, each with how many of its steps are behind.
type Live = Vec<(usize, usize)>;

/// Making a map: every set of pointers that can be live at once is one crossing.
struct Plan<'a> {
    places: &'a [(&'a Pointer, Role)],
    known: HashMap<Live, usize, std::hash::BuildHasherDefault<std::hash::DefaultHasher>>,
    map: &'a mut JsonMap,
}

impl Plan<'_> {
    fn cross(&mut self, live: Live) -> Result<usize, NoMap> {
        if let Some(known) = self.known.get(&live) {
            return Ok(*known);
        }
        let at = self.map.crossings.len();
        if at >= MOST_CROSSINGS {
            return Err(NoMap::TooMany);
        }
        self.map.crossings.push(Crossing::default());
        self.known.insert(live.clone(), at);
        let next = |(place, behind): &(usize, usize)| self.places[*place].0.0.get(*behind);
        if let Some((place, _)) = live.iter().find(|one| next(one).is_none()) {
            self.map.crossings[at].role = Some(self.places[*place].1);
            return Ok(at);
        }
        let names: Vec<String> = live
            .iter()
            .filter_map(|one| match next(one) {
                Some(Step::Named(name)) => Some(fold(name).into_owned()),
                _ => None,
            })
            .collect();
        let after = |name: Option<&str>| -> Live {
            let leads = |one: &&(usize, usize)| match next(one) {
                Some(Step::Every) => true,
                Some(Step::Named(own)) => name.is_some_and(|name| fold(own) == name),
                None => false,
            };
            live.iter().filter(leads).map(|(place, behind)| (*place, behind + 1)).collect()
        };
        let every = Some(after(None)).filter(|live| !live.is_empty());
        let named: Vec<_> = names.iter().map(|name| (name.clone(), after(Some(name)))).collect();
        for (name, live) in named {
            if !self.map.crossings[at].named.iter().any(|(known, _)| *known == name) {
                let to = self.cross(live)?;
                self.map.crossings[at].named.push((name, to));
            }
        }
        if let Some(live) = every {
            self.map.crossings[at].every = Some(self.cross(live)?);
        }
        Ok(at)
    }
}

impl Crossing {
    fn member(&self, name: &str) -> Option<usize> {
        let same = |known: &str| {
            known.eq_ignore_ascii_case(name) || (!name.is_ascii() && known == fold(name).as_ref())
        };
        self.named.iter().find(|(known, _)| same(known)).map(|(_, to)| *to).or(self.every)
    }

    fn element(&self, number: usize) -> Option<usize> {
        // `01` is no element (RFC 6901 §4), and what does not begin with a digit is none.
        let same = |known: &str| {
            known.as_bytes().first().is_some_and(u8::is_ascii_digit)
                && (known == "0" || !known.starts_with('0'))
                && known.parse() == Ok(number)
        };
        self.named.iter().find(|(known, _)| same(known)).map(|(_, to)| *to).or(self.every)
    }
}

/// The way down to the declared places, at one crossing.
struct Way<'a, 'f> {
    map: &'a JsonMap,
    at: usize,
    text: &'a str,
    /// Whether nothing is read before it is known to be an object or an array.
    looks: bool,
    found: &'f mut Vec<Spot>,
}

impl<'a> Way<'a, '_> {
    fn here(&self) -> &'a Crossing {
        &self.map.crossings[self.at]
    }

    fn on(&mut self, at: usize) -> Way<'a, '_> {
        Way { map: self.map, at, text: self.text, looks: self.looks, found: self.found }
    }

    fn take(self, raw: &'a RawValue, role: Role) {
        let raw = raw.get();
        let start = raw.as_ptr().addr() - self.text.as_ptr().addr();
        let span = start..start + raw.len();
        if let Some(value) = read(raw) {
            self.found.push(Spot { span, role, value });
        }
    }
}

/// What a JSON value says about who is meant; `null` nothing.
fn read(raw: &str) -> Option<Value> {
    match raw.as_bytes().first() {
        Some(b'n') => None,
        Some(b'"') => Some(match serde_json::from_str::<Text<'_>>(raw) {
            Ok(Text(text)) => Value::Text(text.into_owned()),
            // Half of a surrogate pair: no OpenID, and no text either.
            Err(_) => Value::Nested,
        }),
        Some(b'[' | b'{') => Some(Value::Nested),
        _ => Some(Value::Scalar),
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> DeserializeSeed<'a> for Way<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, input: D) -> Result<(), D::Error> {
        match self.here().role {
            Some(role) => <&RawValue>::deserialize(input).map(|raw| self.take(raw, role)),
            None if self.looks => {
                let raw = <&RawValue>::deserialize(input)?.get();
                let leads_on = raw.starts_with(['{', '[']);
                if leads_on { serde_json::Deserializer::from_str(raw).deserialize_any(self) } else { Ok(()) }
                    .map_err(D::Error::custom)
            }
            None => input.deserialize_any(self),
        }
    }
}

impl<'a> Visitor<'a> for Way<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = members.next_key()? {
            match self.here().member(&name) {
                Some(at) => members.next_value_seed(self.on(at))?,
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut elements: A) -> Result<(), A::Error> {
        for number in 0.. {
            let more = match self.here().element(number) {
                Some(at) => elements.next_element_seed(self.on(at))?,
                None => elements.next_element::<IgnoredAny>()?.map(drop),
            };
            if more.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A text as JSON writes it.
pub fn in_json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
