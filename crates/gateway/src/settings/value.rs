//! The kinds of values that a key of the gateway's configuration can take.

use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};

/// A number of bytes, written as a number and a unit: `512 KiB`, `1 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub usize);

/// A length of time, written as a number and a unit: `500 ms`, `2 s`, `5 min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length(pub Duration);

const SIZES: [(&str, usize); 6] =
    [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1000), ("MB", 1_000_000)];

const LENGTHS: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];

/// A whole number and what follows it.
fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, text[end..].trim()))
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, unit) = split(text)?;
            let (_, each) = SIZES.iter().find(|(name, _)| *name == unit)?;
            usize::try_from(number).ok()?.checked_mul(*each)
        };
        read().map(Self).ok_or_else(|| format!("'{text}' is not a size such as \"512 KiB\" or \"1 MiB\""))
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, unit) = split(text)?;
            let (_, millis) = LENGTHS.iter().find(|(name, _)| *name == unit)?;
            number.checked_mul(*millis).map(Duration::from_millis)
        };
        read().map(Self).ok_or_else(|| format!("'{text}' is not a duration such as \"500 ms\" or \"30 s\""))
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(D::Error::custom)
    }
}

/// A number of bytes, in words.
pub(crate) fn size(bytes: usize) -> String {
    let fits = |(_, each): &&(&str, usize)| bytes >= *each && bytes.is_multiple_of(*each);
    let (name, each) = SIZES[..4].iter().rev().find(fits).unwrap_or(&SIZES[0]);
    format!("{} {name}", bytes / each)
}

/// A length of time, in words.
pub(crate) fn length(length: Duration) -> String {
    let millis = length.as_millis();
    let fits =
        |(_, each): &&(&str, u64)| millis >= u128::from(*each) && millis.is_multiple_of(u128::from(*each));
    let (name, each) = LENGTHS.iter().rev().find(fits).unwrap_or(&LENGTHS[0]);
    format!("{} {name}", millis / u128::from(*each))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_unit_and_reads_back() {
        for (text, bytes) in [("1 MiB", 1 << 20), ("512KiB", 512 << 10), ("1500 B", 1500), ("3 GiB", 3 << 30)]
        {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
            assert_eq!(size(bytes).parse(), Ok(Size(bytes)), "{text}");
        }
        assert_eq!("2 MB".parse(), Ok(Size(2_000_000)));
        for bad in ["", "1", "MiB", "1 mib", "-1 MiB", "1.5 MiB", "99999999999999999 GiB"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_length_is_a_number_and_a_unit_and_reads_back() {
        for text in ["2 s", "500 ms", "90 s", "5 min", "1 h"] {
            assert_eq!(length(text.parse::<Length>().unwrap().0), text);
        }
        for bad in ["", "2", "s", "2 days", "1.5 s", "-1 s"] {
            assert!(bad.parse::<Length>().is_err(), "{bad}");
        }
    }
}
