//! The colours that follow from a host's accent: whatever it chose, what is written in them can be read.

use crate::noun::host::Colour;

/// The least contrast of text with its ground (WCAG 2.2, success criterion 1.4.3).
pub const READABLE: f64 = 4.5;

/// The grounds of the pages, the darkest of the light scheme and the lightest of the dark one among them.
const LIGHT_GROUNDS: [Colour; 3] =
    [Colour([0xff; 3]), Colour([0xf4, 0xf3, 0xef]), Colour([0xf8, 0xf7, 0xf4])];
const DARK_GROUNDS: [Colour; 3] =
    [Colour([0x18, 0x1e, 0x1c]), Colour([0x0f, 0x14, 0x13]), Colour([0x1f, 0x26, 0x24])];
const WHITE: Colour = Colour([0xff; 3]);
const BLACK: Colour = Colour([0; 3]);
/// In how many steps an accent is moved towards black or white.
const STEPS: u8 = 50;

/// The colours of one scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// The accent, as near to the wish as can be read on every ground and on the tint.
    pub accent: Colour,
    /// The accent under the pointer.
    pub deep: Colour,
    /// Text on the accent.
    pub on_accent: Colour,
    /// A ground with a breath of the accent.
    pub tint: Colour,
}

/// The palette for light grounds.
pub fn light(wish: Colour) -> Palette {
    let tint = mix(WHITE, wish, 0.1);
    let accent = readable(wish, BLACK, &LIGHT_GROUNDS, tint);
    Palette { accent, deep: mix(accent, BLACK, 0.25), on_accent: WHITE, tint }
}

/// The palette for dark grounds.
pub fn dark(wish: Colour) -> Palette {
    let tint = mix(DARK_GROUNDS[0], wish, 0.15);
    let accent = readable(wish, WHITE, &DARK_GROUNDS, tint);
    Palette { accent, deep: mix(accent, WHITE, 0.3), on_accent: mix(BLACK, accent, 0.1), tint }
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The wish, moved towards black or white no further than it takes to be readable on each ground.
fn readable(wish: Colour, towards: Colour, grounds: &[Colour], tint: Colour) -> Colour {
    let is_readable =
        |colour: &Colour| grounds.iter().chain([&tint]).all(|ground| contrast(*colour, *ground) >= READABLE);
    let moved = |step| mix(wish, towards, f64::from(step) / f64::from(STEPS));
    (0..=STEPS).map(moved).find(is_readable).unwrap_or(towards)
}

/// One colour with a share of another in it.
fn mix(one: Colour, other: Colour, share: f64) -> Colour {
    let Colour(mut channels) = one;
    for (channel, other) in channels.iter_mut().zip(other.0) {
        let mixed = f64::from(*channel) * (1.0 - share) + f64::from(other) * share;
        // Between two bytes, so a byte.
        *channel = mixed.round() as u8;
    }
    Colour(channels)
}

/// WCAG 2.2, "relative luminance", of a colour in sRGB.
fn luminance(Colour(channels): Colour) -> f64 {
    let [red, green, blue] = channels.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Colours from all over the cube, black, white and the full hues among them.
    fn wishes() -> impl Iterator<Item = Colour> {
        let steps = || (0..=255).step_by(51).map(|channel: u16| u8::try_from(channel).unwrap_or(255));
        steps().flat_map(move |r| steps().flat_map(move |g| steps().map(move |b| Colour([r, g, b]))))
    }

    #[test]
    fn contrast_is_as_the_standard_says() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 1e-9);
        // The well-known grey that is just readable on white.
        assert!((contrast(Colour([0x76; 3]), WHITE) - 4.54).abs() < 0.01);
        assert!(contrast(Colour([0x77; 3]), WHITE) < READABLE);
    }

    #[test]
    fn whatever_the_accent_everything_written_in_it_or_on_it_can_be_read_in_both_schemes() {
        for wish in wishes() {
            for (palette, grounds) in [(light(wish), LIGHT_GROUNDS), (dark(wish), DARK_GROUNDS)] {
                for ground in grounds.into_iter().chain([palette.tint]) {
                    assert!(contrast(palette.accent, ground) >= READABLE, "{wish} on {ground}: {palette:?}");
                }
                assert!(contrast(palette.on_accent, palette.accent) >= READABLE, "{wish}: {palette:?}");
                assert!(contrast(palette.on_accent, palette.deep) >= READABLE, "{wish}: {palette:?}");
            }
            // What the pages write on a tint in their own colours.
            assert!(contrast(Colour([0x1c, 0x23, 0x21]), light(wish).tint) >= READABLE, "{wish}");
            assert!(contrast(Colour([0xe9, 0xee, 0xec]), dark(wish).tint) >= READABLE, "{wish}");
        }
    }

    #[test]
    fn an_accent_that_can_be_read_stays_as_it_is() {
        let green = Colour([0x0d, 0x67, 0x57]);
        assert_eq!(light(green).accent, green);
        let pale = Colour([0x63, 0xcd, 0xb4]);
        assert_eq!(dark(pale).accent, pale);
        assert_ne!(light(pale).accent, pale);
    }
}
