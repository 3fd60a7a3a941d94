//! The guide, and what it shows.

const GUIDE: &str = include_str!("../../../../docs/guides/quick-start-rust.md");
const TAXI: &str = include_str!("../../examples/taxi.rs");
const README: &str = include_str!("../../README.md");

/// The blocks of this language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    text.split(opening.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_program_of_the_guide_is_the_example_that_the_stories_run() {
    assert_eq!(blocks(GUIDE, "rust"), [TAXI]);
}

#[test]
fn the_guide_and_the_readme_ask_for_this_version() {
    let version = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap().0;
    let wanted = format!("portico-sdk = \"{version}\"");
    for text in [GUIDE, README] {
        assert!(blocks(text, "toml").iter().any(|block| block.contains(&wanted)), "{wanted}");
    }
}
