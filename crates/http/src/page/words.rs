//! Every text of ours that a person sees, in every language that pages speak.
//!
//! The texts are Fluent files, one per page and language: `words/<language>/<page>.ftl`. A key begins with the
//! name of its file, and a dot leads to an attribute of it (`error-not-found.text`).

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use maud::{Markup, html};

mod choose;
#[cfg(test)]
pub(super) mod test;

pub use choose::{accepted, preferred};

/// The first of the characters that stand for values while a phrase is put together. No text of ours holds
/// one (Unicode's private use area), and no value is looked at.
const FIRST_MARK: u32 = 0xe000;

/// For each page its name and its texts, in the order of [`LANGUAGES`].
macro_rules! files {
    ($($page:literal)*) => {
        [$((
            $page,
            [
                include_str!(concat!("words/en/", $page, ".ftl")),
                include_str!(concat!("words/zh-CN/", $page, ".ftl")),
                include_str!(concat!("words/ru/", $page, ".ftl")),
            ],
        )),*]
    };
}

/// The texts of every page.
const FILES: &[(&str, [&str; 3])] = &files![
    "layout"
    "sign-in"
    "code"
    "register"
    "recover"
    "password"
    "letter"
    "consent"
    "settings"
    "apps"
    "devices"
    "links"
    "history"
    "security"
    "passkey"
    "step-up"
    "profile"
    "contacts"
    "data"
    "signed-out"
    "done"
    "error"
    "when"
];

/// The languages that pages speak; the first one is spoken to everybody else.
static LANGUAGES: LazyLock<[Words; 3]> = LazyLock::new(|| {
    let load = |i: usize, lang| Words::load(lang, FILES.iter().map(|(_, texts)| texts[i]));
    [load(0, "en"), load(1, "zh-CN"), load(2, "ru")]
});

/// The tags of the languages that pages speak, for `ui_locales_supported` (OIDC Discovery §3).
pub fn spoken() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|words| words.lang)
}

/// The texts of one language.
pub struct Words {
    /// Its language tag (BCP 47), for `<html lang>` and for choosing the catalogue's words.
    pub lang: &'static str,
    /// Its direction, `ltr` or `rtl`.
    pub dir: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.lang).finish()
    }
}

impl Words {
    fn load(lang: &'static str, files: impl Iterator<Item = &'static str>) -> Self {
        let id = lang.parse().expect("a tag of ours is well-formed");
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        for text in files {
            // What cannot be read is left out and falls back to English; a test reads every file.
            let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(resource);
        }
        Self { lang, dir: "ltr", bundle }
    }

    /// English.
    pub fn english() -> &'static Self {
        &LANGUAGES[0]
    }

    /// The text of a key; in English where this language lacks it.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The text of a key with values in it. A number stays one, so that the language's plurals apply
    /// (`seconds.into()`). Values stand isolated (U+2068 … U+2069) from the direction of the rest, so this is
    /// for titles and labels, where markup has no place; [`Words::phrase`] is for everything else.
    pub fn say_with(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        let values: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, value.clone())).collect();
        let text = self.find(key, &values).or_else(|| Self::english().find(key, &values));
        text.unwrap_or_else(|| key.to_owned())
    }

    /// The same without isolation, for values of our own that have no direction, such as digits.
    pub fn say_plainly(&self, key: &str, values: &[(&str, FluentValue<'_>)]) -> String {
        self.say_with(key, values).chars().filter(|c| !is_isolate(*c)).collect()
    }

    /// The text of a key with values in it, each one isolated by `<bdi>`.
    pub fn phrase(&self, key: &str, values: &[(&str, &str)]) -> Markup {
        let marks = (FIRST_MARK..).filter_map(char::from_u32);
        let marked: Vec<_> = values
            .iter()
            .zip(marks)
            .map(|((name, _), mark)| (*name, FluentValue::String(Cow::Owned(mark.to_string()))))
            .collect();
        let text = self.say_with(key, &marked);
        let value =
            |c: char| values.get((c as u32).checked_sub(FIRST_MARK)? as usize).map(|(_, value)| value);
        let is_text = |c: char| value(c).is_none() && !is_isolate(c);
        html! {
            @for piece in text.split_inclusive(|c| !is_text(c)) {
                @let last = piece.chars().next_back().filter(|c| !is_text(*c));
                (&piece[..piece.len() - last.map_or(0, char::len_utf8)])
                @if let Some(value) = last.and_then(value) { bdi { (value) } }
            }
        }
    }

    fn find(&self, key: &str, values: &FluentArgs<'_>) -> Option<String> {
        let (id, attribute) = key.split_once('.').map_or((key, None), |(id, name)| (id, Some(name)));
        let message = self.bundle.get_message(id)?;
        let pattern = match attribute {
            Some(name) => message.get_attribute(name)?.value(),
            None => message.value()?,
        };
        // An error is a value that was not given: its name then stands in its place.
        Some(self.bundle.format_pattern(pattern, Some(values), &mut vec![]).into_owned())
    }
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2068}' | '\u{2069}')
}
