//! What holds for every page, with hostile content too.

use super::super::asset::{STYLESHEET_HASH, asset};
use super::super::words;
use super::{attribute, pages};

/// The tags of a page, without the text between them and with attribute values blanked.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for rest in page.split('<').skip(1) {
        let tag = rest.split('>').next().unwrap_or_default();
        tags.push(tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\""));
    }
    tags
}

#[test]
fn no_page_holds_an_inline_script_or_style_or_a_handler() {
    for (name, page) in pages() {
        for tag in tags(&page) {
            let tag = tag.to_ascii_lowercase();
            assert!(!tag.starts_with("style"), "{name}: <{tag}>");
            assert!(!tag.contains(" style=") && !tag.contains(" on"), "{name}: <{tag}>");
        }
        // The one script stands in a file of its own, on the pages that need it.
        let external = format!("<script src=\"/assets/passkey.js?v={STYLESHEET_HASH}\" defer></script>");
        let needed = usize::from(page.contains("data-passkey="));
        assert_eq!(page.matches(&external).count(), needed, "{name}");
        assert_eq!(page.matches("<script").count(), needed, "{name}");
        assert!(!page.contains("style="), "{name}");
    }
}

#[test]
fn no_page_loads_anything_without_tls_or_follows_a_script_address() {
    for (name, page) in pages() {
        for attribute in [" src=\"", " href=\"", " action=\""] {
            for address in page.split(attribute).skip(1) {
                let fine =
                    ["/", "https://", "#", "data:image/"].iter().any(|start| address.starts_with(start));
                assert!(fine && !address.starts_with("//"), "{name}: {attribute}{address:.60}");
            }
        }
    }
}

#[test]
fn every_tag_is_closed_even_around_hostile_names() {
    const VOID: [&str; 4] = ["meta", "link", "input", "img"];
    for (page_name, page) in pages() {
        let mut open: Vec<String> = Vec::new();
        for tag in tags(&page).iter().filter(|tag| !tag.starts_with('!')) {
            let name = tag.split([' ', '"']).next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop().as_deref(), Some(closed), "{page_name}"),
                None if VOID.contains(&name) => {}
                None => open.push(name.to_owned()),
            }
        }
        assert_eq!(open, Vec::<String>::new(), "{page_name}");
    }
}

#[test]
fn every_id_on_a_page_is_used_once_and_every_reference_has_one() {
    for (name, page) in pages() {
        let ids: Vec<_> = attribute(&page, " id=\"");
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(unique.len(), ids.len(), "{name}: {ids:?}");
        for reference in [" for=\"", " aria-describedby=\"", " aria-labelledby=\"", " href=\"#"] {
            for wanted in attribute(&page, reference).iter().flat_map(|list| list.split(' ')) {
                assert!(ids.contains(&wanted), "{name}:{reference}{wanted}");
            }
        }
    }
}

#[test]
fn every_page_speaks_one_language_and_every_text_is_there() {
    let keys: Vec<_> = words::test::every_key().collect();
    assert!(keys.len() > 80);
    for (name, page) in pages() {
        let lang = name.split(' ').next().unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{name}");
        let text = text(&page);
        for key in &keys {
            assert!(!text.contains(key.as_str()), "{name}: {key} is not there");
        }
        assert!(!text.contains("{$"), "{name}: a value is not there");
        let is_cyrillic = |c| matches!(c, '\u{400}'..='\u{4ff}');
        let is_han = |c| matches!(c, '\u{4e00}'..='\u{9fff}');
        assert_eq!(text.contains(is_cyrillic), lang == "ru", "{name}");
        assert_eq!(text.contains(is_han), lang == "zh-CN", "{name}");
    }
}

/// What stands between the tags.
fn text(page: &str) -> String {
    page.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect()
}

#[test]
fn a_page_with_its_style_sheet_is_smaller_than_fifty_kilobytes() {
    let css = asset("portico.css").unwrap().body.len();
    for (name, page) in pages().iter().filter(|(name, _)| !name.contains("hostile")) {
        assert!(page.len() + css < 50_000, "{name}: {} + {css}", page.len());
    }
}
