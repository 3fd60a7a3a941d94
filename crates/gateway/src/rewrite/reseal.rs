//! Data that WeChat's API encrypted for the app, encrypted for the upstream instead.

use std::collections::BTreeMap;

use portico_core::rule::swap::{Fate, Role, Spot, Value, Wrong};

use super::wrong;
use crate::Refused;

/// Decrypts data and its iv (base64) with the caller's session key at the app, puts the upstream's app id into its
/// watermark, and encrypts it with the caller's session key there. 400 where it cannot be decrypted.
pub type Reseal<'a> = &'a dyn Fn(&str, &str) -> Result<(String, String), Refused>;

/// The new data and iv of the pairs that one part of a message holds, by their numbers.
pub(super) struct Resealed(BTreeMap<usize, (String, String)>);

impl Resealed {
    /// Encrypts every pair anew. An empty text is nothing; 400 for half of a pair, and for two in one place.
    pub fn new(spots: &[Spot], reseal: Reseal<'_>) -> Result<Self, Refused> {
        let mut pairs: BTreeMap<usize, (Option<&str>, Option<&str>)> = BTreeMap::new();
        let odd = || wrong::request("encrypted data and its iv must each stand there once, as texts");
        for spot in spots {
            let (number, is_data) = match spot.role {
                Role::Data(number) => (number, true),
                Role::Iv(number) => (number, false),
                Role::Own | Role::Any => continue,
            };
            let Value::Text(text) = &spot.value else { return Err(odd()) };
            if text.is_empty() {
                continue;
            }
            let pair = pairs.entry(number).or_default();
            let half = if is_data { &mut pair.0 } else { &mut pair.1 };
            if half.replace(text).is_some() {
                return Err(odd());
            }
        }
        let both = |(number, pair)| match pair {
            (Some(data), Some(iv)) => Ok((number, reseal(data, iv)?)),
            _ => Err(odd()),
        };
        pairs.into_iter().map(both).collect::<Result<_, _>>().map(Self)
    }

    /// What becomes of a spot: of half a pair, the new one; of another, what `fate` says.
    pub fn or_else<'a>(
        &'a self,
        spot: &'a Spot,
        fate: impl Fn(&'a Spot) -> Result<Fate<'a>, Wrong>,
    ) -> Result<Fate<'a>, Wrong> {
        let is_empty = matches!(&spot.value, Value::Text(text) if text.is_empty());
        match spot.role {
            Role::Data(_) | Role::Iv(_) if is_empty => Ok(Fate::Stay),
            Role::Data(number) => {
                self.0.get(&number).map(|(data, _)| Fate::Become(data)).ok_or(Wrong::NotAnId)
            }
            Role::Iv(number) => self.0.get(&number).map(|(_, iv)| Fate::Become(iv)).ok_or(Wrong::NotAnId),
            Role::Own | Role::Any => fate(spot),
        }
    }
}
