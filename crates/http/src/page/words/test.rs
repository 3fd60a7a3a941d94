#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_bundle::FluentResource;

use super::{FILES, LANGUAGES, Words, accepted, preferred};

/// The keys of a file with the names of the values that each takes.
fn keys(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys = BTreeMap::<String, BTreeSet<String>>::new();
    let mut key = String::new();
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some((name, _)) = line.split_once(" =").filter(|_| trimmed.len() == line.len()) {
            key = name.to_owned();
        } else if let Some((name, _)) = trimmed.strip_prefix('.').and_then(|line| line.split_once(" =")) {
            key = format!("{}.{name}", key.split('.').next().unwrap());
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_owned()
        });
        keys.entry(key.clone()).or_default().extend(variables);
    }
    keys
}

/// Every key of every page.
pub(in super::super) fn every_key() -> impl Iterator<Item = String> {
    FILES.iter().flat_map(|(_, texts)| keys(texts[0]).into_keys())
}

/// Every source file that may name a text.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(sources(&path).into_iter().filter(|_| name != "test"));
        } else if name.ends_with(".rs") && name != "test.rs" && name != "words.rs" {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn source() -> Vec<(String, String)> {
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn every_file_reads_without_a_fault_and_its_keys_begin_with_its_name() {
    for (page, texts) in FILES {
        for text in texts {
            assert!(FluentResource::try_new((*text).to_owned()).is_ok(), "{page}: {text}");
            for key in keys(text).keys() {
                assert!(key.starts_with(&format!("{page}-")), "{page}: {key}");
            }
        }
    }
}

#[test]
fn every_language_has_the_same_keys_with_the_same_values() {
    for (page, [english, others @ ..]) in FILES {
        for other in others {
            assert_eq!(keys(english), keys(other), "{page}");
        }
    }
}

#[test]
fn every_text_file_is_loaded() {
    for lang in LANGUAGES.iter().map(|words| words.lang) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/words").join(lang);
        let there: BTreeSet<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let loaded: BTreeSet<_> = FILES.iter().map(|(page, _)| format!("{page}.ftl")).collect();
        assert_eq!(there, loaded, "{lang}");
    }
}

#[test]
fn no_text_is_unused() {
    let source = source();
    for key in every_key() {
        // Where a key is put together, its message is named and the attribute is added.
        let named = format!("\"{}\"", key.split('.').next().unwrap());
        assert!(source.iter().any(|(_, text)| text.contains(&named)), "{key} is used nowhere");
    }
}

#[test]
fn every_key_that_a_page_names_is_there() {
    let known: BTreeSet<_> = every_key().collect();
    let mut named = 0;
    for (path, text) in source() {
        for call in ["say(", "say_with(", "say_plainly(", "phrase("] {
            for rest in text.split(call).skip(1) {
                let Some(key) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                else {
                    continue;
                };
                assert!(known.contains(key), "{path}: {key}");
                named += 1;
            }
        }
    }
    assert!(named > 30, "the calls are written otherwise: {named}");
}

#[test]
fn a_language_is_found_in_any_of_its_forms() {
    for (tags, lang) in [
        (vec!["zh"], "zh-CN"),
        (vec!["zh-Hans"], "zh-CN"),
        (vec!["zh-SG"], "zh-CN"),
        (vec!["zh_CN"], "zh-CN"),
        (vec!["ZH-hans-cn"], "zh-CN"),
        (vec!["ru-RU"], "ru"),
        (vec!["fr", "ru-UA", "en"], "ru"),
        (vec!["en-GB", "zh"], "en"),
        (vec!["fr"], "en"),
        (vec!["\"><script>", "", "-", "x-private"], "en"),
        (vec![], "en"),
    ] {
        assert_eq!(preferred(tags.iter().copied()).lang, lang, "{tags:?}");
    }
}

#[test]
fn weights_decide_among_accepted_languages() {
    assert_eq!(accepted("en;q=0.5, ru;q=0.9, zh-CN"), ["zh-CN", "ru", "en"]);
    assert_eq!(accepted("ru;q=0, *;q=0.1, en ; q=0.3"), ["en"]);
    assert_eq!(accepted("fr;q=2, de;q=x, it;level=1, es;q=NaN, ,"), [""; 0]);
    assert_eq!(accepted("a,b;q=1.000,c"), ["a", "b", "c"]);
}

fn in_language(lang: &str) -> &'static Words {
    preferred([lang])
}

#[test]
fn plurals_follow_the_language() {
    let say = |lang: &str, seconds: u64| {
        in_language(lang).say_plainly("sign-in-too-many", &[("seconds", seconds.into())])
    };
    assert!(say("en", 1).contains("1 second and") && say("en", 2).contains("2 seconds and"));
    for (seconds, word) in [(1, "секунду"), (2, "секунды"), (5, "секунд"), (11, "секунд"), (21, "секунду")]
    {
        assert!(say("ru", seconds).contains(&format!("{seconds} {word} и")), "{}", say("ru", seconds));
    }
    assert!(say("zh", 1).contains("1 秒"));
}

#[test]
fn a_value_is_isolated_and_never_read_as_text_of_ours() {
    let english = Words::english();
    let page = english.phrase("consent-title", &[("app", "{ $b } \u{e000}<i>")]).into_string();
    assert_eq!(page, "<bdi>{ $b } \u{e000}&lt;i&gt;</bdi> asks for your permission");
    let label =
        english.say_with("apps-withdraw-label", &[("permission", "\u{2069}x".into()), ("app", "y".into())]);
    assert_eq!(label, "Withdraw \u{2068}\u{2069}x\u{2069} from \u{2068}y\u{2069}");
}

#[test]
fn a_missing_key_is_said_in_english_and_an_unknown_one_as_it_is() {
    let lacking = Words::load("ru", std::iter::empty());
    assert_eq!(lacking.say("done-title"), "Your answer was saved");
    assert_eq!(lacking.say("no-such-key"), "no-such-key");
    assert_eq!(lacking.say("done-title.nothing"), "done-title.nothing");
}
