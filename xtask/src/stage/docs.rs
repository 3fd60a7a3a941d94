//! Links between the documents, and what no committed file may contain.

use std::path::Path;

use crate::repository::Repository;
use crate::tally::Tally;

/// One check for the links, one for what belongs to a single machine.
pub(crate) fn check(repository: &Repository) -> Tally {
    let files = match repository.files() {
        Ok(files) => files,
        Err(error) => return Tally::failed(error),
    };
    let (mut links, mut strays) = (Vec::new(), Vec::new());
    for name in &files {
        let Ok(text) = std::fs::read_to_string(repository.at(name)) else { continue };
        strays.extend(strays_in(name, &text));
        if name.ends_with(".md") {
            links.extend(broken_links(repository, name, &text));
        }
    }
    let mut tally = verdict(&links, "broken links");
    tally += verdict(&strays, "paths or hosts of one machine");
    tally
}

fn verdict(found: &[String], what: &str) -> Tally {
    for line in found {
        println!("{line}");
    }
    Tally::of_check(found.is_empty(), &format!("{} {what}", found.len()))
}

fn broken_links(repository: &Repository, name: &str, text: &str) -> Vec<String> {
    let folder = Path::new(name).parent().unwrap_or(Path::new(""));
    let missing = |target: &str| {
        let path = target.split(['#', '?']).next().unwrap_or_default();
        let from = if path.starts_with('/') { Path::new("") } else { folder };
        !path.is_empty() && !repository.root.join(from).join(path.trim_start_matches('/')).exists()
    };
    let broken = relative_targets(text).into_iter().filter(|target| missing(target));
    broken.map(|target| format!("{name}: there is no {target}")).collect()
}

/// Where Markdown links, images and their HTML counterparts point, if within the repository.
fn relative_targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second piece between backticks is code.
        for prose in line.split('`').step_by(2) {
            for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"'), ("href=\"", '"')] {
                let pieces = prose.split(opening).skip(1);
                targets.extend(pieces.filter_map(|piece| piece.split([closing, ' ']).next()));
            }
        }
    }
    targets.retain(|target| !target.contains("://") && !target.starts_with("mailto:"));
    targets
}

fn strays_in(name: &str, text: &str) -> Vec<String> {
    let lock = name.ends_with("package-lock.json");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if names_machine_folder(line) {
            found.push(format!("{name}:{}: a folder of one machine", number + 1));
        }
        if lock && line.trim_start().starts_with("\"resolved\": \"http") {
            found.push(format!("{name}:{}: the host of a package registry", number + 1));
        }
    }
    found
}

/// Whether a line holds an absolute path into a folder that only one machine has.
fn names_machine_folder(line: &str) -> bool {
    ["work", "root", "farm"].iter().any(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(place, _)| {
            let before = line[..place].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || ".-_}$*".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_images_and_html_are_followed_and_code_is_not() {
        let text = "See [a](docs/a.md#part) and ![b](b.png \"B\"), `[c](c.md)`\n\
            <img src=\"d.png\"> [web](https://example.org/x) [mail](mailto:a@b.c)\n\
            ```\n[e](e.md)\n```\n[f](#here)";
        assert_eq!(relative_targets(text), ["docs/a.md#part", "b.png", "d.png", "#here"]);
    }

    #[test]
    fn a_missing_target_is_named_with_its_document() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
        let repository = Repository { target: root.clone(), root };
        let text = "[here](stage/docs.rs) [from the root](/Cargo.toml) [nowhere](nowhere.md#part)";
        assert_eq!(
            broken_links(&repository, "src/page.md", text),
            ["src/page.md: there is no nowhere.md#part"]
        );
    }

    #[test]
    fn a_folder_of_one_machine_is_a_stray_and_a_part_of_an_address_is_not() {
        let machine = ["", "work", "main"].join("/");
        assert_eq!(strays_in("a.rs", &format!("fine\nlet path = \"{machine}\";")).len(), 1);
        assert!(strays_in("a.rs", "https://example.org/work/of-art and target/root/").is_empty());
    }

    #[test]
    fn a_lock_file_names_no_registry() {
        let line = "      \"resolved\": \"https://registry.example/a.tgz\",";
        assert_eq!(strays_in("sdk/package-lock.json", line).len(), 1);
        assert!(strays_in("sdk/package.json", line).is_empty());
    }
}
