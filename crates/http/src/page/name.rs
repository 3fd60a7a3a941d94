//! Texts that somebody else wrote, made safe to look at. Escaping is maud's; this is about what the eye takes
//! for something else: reversed, invisible and piled-up characters, and names that push the page away.

use super::layout::Party;

/// Longest name in characters; what is longer ends in an ellipsis.
const LONGEST: usize = 48;

/// Most accents that one letter carries; Vietnamese needs two.
const MOST_MARKS: usize = 2;

/// The name of a party, or its id where nothing visible is left of the name.
pub(super) fn shown(party: &Party) -> String {
    let name = tidy(&party.name);
    if name.is_empty() { party.id.clone() } else { name }
}

/// A short text on one line: a name, a title, a label.
pub(super) fn tidy(text: &str) -> String {
    let text = prose(text);
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// A running text, whole, on one paragraph.
pub(super) fn prose(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut last = ' ';
    let mut marks = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            if last != ' ' {
                kept.push(' ');
                last = ' ';
            }
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if is_invisible(c) || marks > MOST_MARKS || (is_joiner(c) && !joins(last)) {
            continue;
        }
        kept.push(c);
        last = c;
    }
    kept.truncate(kept.trim_end().len());
    kept
}

/// Whether a name may be taken for another by the shapes of its letters: where Latin, Cyrillic and Greek stand
/// in one word, and where a word that is not Latin has nothing but the shapes of Latin letters (UTS #39 §4
/// calls both confusable).
pub(super) fn is_doubtful(party: &Party) -> bool {
    let name = tidy(&party.name);
    let mut words = name.split(|c: char| !c.is_alphabetic() && !is_mark(c));
    words.any(|word| {
        let scripts = || word.chars().filter_map(Script::of);
        let mixed = scripts().any(|script| Some(script) != scripts().next());
        let imitates = word.chars().nth(1).is_some()
            && scripts().next().is_some_and(|script| script != Script::Latin)
            && word.chars().all(|c| LATIN_SHAPES.contains(c));
        mixed || imitates
    })
}

/// Letters of other scripts that look like Latin ones.
const LATIN_SHAPES: &str = "\
    \u{410}\u{412}\u{415}\u{41a}\u{41c}\u{41d}\u{41e}\u{420}\u{421}\u{422}\u{425}\u{405}\u{406}\u{408}\
    \u{430}\u{435}\u{43e}\u{440}\u{441}\u{443}\u{445}\u{455}\u{456}\u{458}\u{4bb}\u{501}\u{51b}\u{51d}\
    \u{391}\u{392}\u{395}\u{396}\u{397}\u{399}\u{39a}\u{39c}\u{39d}\u{39f}\u{3a1}\u{3a4}\u{3a5}\u{3a7}\
    \u{3b1}\u{3b9}\u{3bd}\u{3bf}\u{3c1}";

/// The scripts whose letters look alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
}

impl Script {
    fn of(c: char) -> Option<Self> {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(Self::Latin),
            '\u{400}'..='\u{52f}' => Some(Self::Cyrillic),
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Self::Greek),
            _ => None,
        }
    }
}

/// The letter that stands for a party without an icon.
pub(super) fn initial(party: &Party) -> String {
    let name = shown(party);
    let first = name.chars().find(|c| c.is_alphanumeric()).or_else(|| name.chars().next());
    first.map(|c| c.to_uppercase().collect()).unwrap_or_default()
}

/// One of six colours, the same wherever the id appears.
pub(super) fn hue(id: &str) -> u32 {
    id.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 6
}

/// Control characters, direction marks and overrides, and characters without width or ink.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Joiners mean something in Persian, in Indic scripts and in emoji, and only hide between Latin letters.
fn joins(before: char) -> bool {
    before > '\u{52f}' && !is_joiner(before)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}
