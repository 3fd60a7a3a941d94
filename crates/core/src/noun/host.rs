//! What a host (a super app) has beyond what every client has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::noun::client::KeySource;

/// A super app.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Issuers whose assertions sign people in without a page (RFC 7523 §2.1).
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// How pages look that are shown on its behalf.
    #[serde(default, skip_serializing_if = "Theme::is_plain")]
    pub theme: Theme,
}

/// How pages look that are shown on behalf of a host. What it leaves out is as on Portico's own pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// The colour that its buttons and links come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<Colour>,
    /// The scheme of its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// The address of its logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

impl Theme {
    /// Whether nothing was chosen.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Dark text on light ground, whatever the device prefers.
    Light,
    /// Light text on dark ground, whatever the device prefers.
    Dark,
    /// As the device prefers.
    Auto,
}

impl Scheme {
    /// Every scheme with its name.
    pub const ALL: [(&'static str, Self); 3] =
        [("light", Self::Light), ("dark", Self::Dark), ("auto", Self::Auto)];

    /// The scheme of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, scheme)| *scheme)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, scheme)| *scheme == self).map_or("", |(name, _)| name)
    }
}

/// A colour in sRGB: red, green and blue. Written as in CSS, `#0a7f5a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(
    /// The three channels.
    pub [u8; 3],
);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = ();

    /// Reads six hexadecimal digits after a `#`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        let mut channels = [0; 3];
        for (channel, pair) in channels.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let [high, low] = [pair[0], pair[1]].map(digit);
            *channel = high.ok_or(())? << 4 | low.ok_or(())?;
        }
        Ok(Self(channels))
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom("not a colour such as #0a7f5a"))
    }
}

/// An issuer whose word about who a person is is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// The `iss` of its assertions.
    pub issuer: String,
    /// The keys with which it signs them.
    pub keys: KeySource,
    /// The `aud` its assertions carry; Portico's own issuer where none is given.
    pub audience: Option<String>,
    /// The claim that names the person, `sub` by default.
    pub user_claim: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_colour_is_written_as_it_is_read() {
        let colour: Colour = "#0A7f5a".parse().unwrap();
        assert_eq!((colour, colour.to_string().as_str()), (Colour([10, 127, 90]), "#0a7f5a"));
        for bad in ["", "#", "0a7f5a", "#0a7f5", "#0a7f5a0", "#0a7f5g", "#äöü", "red", "#+1+2+3"] {
            assert!(bad.parse::<Colour>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_that_was_stored_before_there_were_themes_is_read() {
        let host: Host = serde_json::from_str(r#"{"trusted_issuers":[]}"#).unwrap();
        assert!(host.theme.is_plain());
    }
}
