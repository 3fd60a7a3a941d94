//! Which language a person is spoken to in.

use fluent_langneg::{LanguageIdentifier, NegotiationStrategy, negotiate_languages};

use super::{LANGUAGES, Words};

/// How many tags are looked at.
const MOST: usize = 32;

/// The texts in the first of these languages (BCP 47, in order of preference) that pages speak, in any of its
/// forms: `zh`, `zh-Hans` and `zh-SG` all find `zh-CN`. English where there is none.
pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> &'static Words {
    let read = |tag: &str| tag.parse::<LanguageIdentifier>().ok();
    let wanted: Vec<_> = tags.into_iter().take(MOST).filter_map(read).collect();
    let spoken: Vec<_> = LANGUAGES.iter().filter_map(|words| read(words.lang)).collect();
    let found = negotiate_languages(&wanted, &spoken, None, NegotiationStrategy::Lookup);
    let found = found.first().and_then(|found| spoken.iter().position(|one| one == *found));
    &LANGUAGES[found.unwrap_or_default()]
}

/// The languages of an `Accept-Language` header, the best first (RFC 9110 §12.5.4); those with `q=0` are left
/// out, and so is `*`.
pub fn accepted(header: &str) -> Vec<&str> {
    let range = |range| {
        let (tag, weight) = weighed(range)?;
        (weight > 0 && tag != "*" && !tag.is_empty()).then_some((tag, weight))
    };
    let mut ranges: Vec<_> = header.split(',').take(MOST).filter_map(range).collect();
    ranges.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(tag, _)| tag).collect()
}

/// A language range and its weight in thousandths; `None` where the weight cannot be read.
fn weighed(range: &str) -> Option<(&str, u32)> {
    let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
    let weight = match parameters.trim().split_once('=') {
        None => 1.0,
        Some((name, value)) if name.trim().eq_ignore_ascii_case("q") => value.trim().parse::<f32>().ok()?,
        Some(_) => return None,
    };
    (0.0..=1.0).contains(&weight).then_some((tag.trim(), (weight * 1000.0) as u32))
}
