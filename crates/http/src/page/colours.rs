//! The style sheet with a host's colours.

use std::fmt::Write as _;

use portico_core::id::ClientId;
use portico_core::noun::host::Colour;
use portico_core::rule::palette::{self, Palette};

use super::asset::version;

/// The style sheet for an accent. It follows `portico.css` and has the same three cases.
pub fn stylesheet(accent: Colour) -> String {
    let (light, dark) = (properties(&palette::light(accent)), properties(&palette::dark(accent)));
    format!(
        ":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=\"light\"]){{{dark}}}}}\n\
         :root[data-theme=\"dark\"]{{{dark}}}\n"
    )
}

/// The address of the style sheet of a host with this accent; it changes whenever the sheet does.
pub fn address(host: &ClientId, accent: Colour) -> String {
    format!("/theme/{host}.css?v={}", version(&stylesheet(accent)))
}

fn properties(palette: &Palette) -> String {
    let named = [
        ("accent", palette.accent),
        ("accent-deep", palette.deep),
        ("on-accent", palette.on_accent),
        ("tint", palette.tint),
        ("focus", palette.accent),
    ];
    named.iter().fold(String::new(), |mut text, (name, colour)| {
        // Writing to a string does not fail.
        let _ = write!(text, "--{name}:{colour};");
        text
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sheet_sets_every_colour_that_comes_from_an_accent_and_nothing_else() {
        let sheet = stylesheet("#0a6f4e".parse().unwrap());
        for name in ["--accent:", "--accent-deep:", "--on-accent:", "--tint:", "--focus:"] {
            assert_eq!(sheet.matches(name).count(), 3, "{name}");
            assert!(super::super::asset::asset("portico.css").unwrap().body.contains(name), "{name}");
        }
        assert!(sheet.starts_with(":root{--accent:#0a6f4e;"), "{sheet}");
        assert!(!sheet.contains("url") && !sheet.contains('<'));
    }

    #[test]
    fn the_address_changes_with_the_accent() {
        let host = "super.app".parse().unwrap();
        let of = |accent: &str| address(&host, accent.parse().unwrap());
        assert_ne!(of("#0a7f5a"), of("#0a7f5b"));
        assert!(of("#0a7f5a").starts_with("/theme/super.app.css?v="));
    }
}
