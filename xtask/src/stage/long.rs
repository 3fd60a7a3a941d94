//! The tests that take minutes: marked where they stand, run by `cargo xtask soak` alone.

use crate::repository::Repository;

/// The mark, above the test's name.
const MARK: &str = "#[ignore = \"minutes long: cargo xtask soak\"]";

/// The names of all tests that are marked.
pub(crate) fn tests(repository: &Repository) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for file in repository.files()?.iter().filter(|file| file.ends_with(".rs")) {
        let text =
            std::fs::read_to_string(repository.at(file)).map_err(|error| format!("{file}: {error}"))?;
        names.extend(marked(&text).map(str::to_owned));
    }
    Ok(names)
}

/// The names of the functions that stand right below the mark.
fn marked(text: &str) -> impl Iterator<Item = &str> {
    // On a line of its own: this file, too, holds the mark.
    let below = text.split('\n').skip_while(|line| line.trim() != MARK);
    let mut due = false;
    below.filter_map(move |line| {
        if line.trim() == MARK {
            due = true;
            return None;
        }
        let name = line.split_once("fn ")?.1.split('(').next()?;
        std::mem::take(&mut due).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_test_is_found_by_the_name_below_its_mark() {
        let text = format!(
            "fn one() {{}}\n    {MARK}\n    async fn two() {{\nfn three() {{}}\n{MARK}\n#[test]\nfn four() {{}}\n"
        );
        assert_eq!(marked(&text).collect::<Vec<_>>(), ["two", "four"]);
        assert_eq!(marked("fn five() {}").count(), 0);
    }
}
