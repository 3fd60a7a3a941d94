//! Card numbers: recognised wherever they stand in a text, so that none is ever kept.
//!
//! A card number (ISO/IEC 7812) is 13 to 19 digits, begins like those of an issuer, and its last
//! digit is right by Luhn. People write them with spaces, dashes and dots, and not always with the
//! digits of ASCII.

use crate::denied::Denied;
use crate::id;

/// Members and fields whose values are secrets or codes; what they hold is kept as a digest or not
/// at all, and may be any digits.
pub const SECRET_FIELDS: [&str; 20] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "credential",
    "csrf",
    "current_password",
    "id_token",
    "id_token_hint",
    "js_code",
    "link_code",
    "new_password",
    "otp",
    "password",
    "refresh_token",
    "secret",
    "subject_token",
    "token",
];

/// How many separators in a row may stand within a number.
const GAP: usize = 8;
/// The longest phone number with its country's `+` that is taken for none of a card, in digits.
const PHONE: usize = 13;
/// The shortest and the longest card number, in digits.
const SHORTEST: usize = 13;
const LONGEST: usize = 19;

/// The digit zero of each script whose decimal digits people type.
const ZEROS: [char; 12] = [
    '0',
    '\u{0660}',
    '\u{06f0}',
    '\u{0966}',
    '\u{09e6}',
    '\u{0e50}',
    '\u{ff10}',
    '\u{1d7ce}',
    '\u{1d7d8}',
    '\u{1d7e2}',
    '\u{1d7ec}',
    '\u{1d7f6}',
];

/// How many digits a number of an issuer has, by the first digits: from, to (as many digits), lengths.
const ISSUERS: [(u32, u32, &[usize]); 20] = [
    (4, 4, &[13, 16, 18, 19]),
    (51, 55, &[16]),
    (2221, 2720, &[16]),
    (34, 34, &[15]),
    (37, 37, &[15]),
    (300, 305, &[14, 16, 19]),
    (3095, 3095, &[14, 16, 19]),
    (36, 36, &[14, 16, 19]),
    (38, 39, &[14, 16, 19]),
    (3528, 3589, &[16, 17, 18, 19]),
    (6011, 6011, &[16, 17, 18, 19]),
    (644, 649, &[16, 17, 18, 19]),
    (65, 65, &[16, 17, 18, 19]),
    (60, 60, &[13, 14, 15, 16, 17, 18, 19]),
    (62, 62, &[16, 17, 18, 19]),
    (81, 82, &[16, 17, 18, 19]),
    (2200, 2205, &[16, 17, 18, 19]),
    (50, 50, &[13, 14, 15, 16, 17, 18, 19]),
    (56, 59, &[13, 14, 15, 16, 17, 18, 19]),
    (66, 69, &[13, 14, 15, 16, 17, 18, 19]),
];

/// Refuses a text that holds a card number; the refusal does not repeat it. A random id is let be: one in some
/// thousand has digits like a card's.
pub fn check(text: &str) -> Result<(), Denied> {
    match !id::is_random(text) && holds(text) {
        true => Err(Denied::request("this looks like a card number; card numbers are not accepted here")),
        false => Ok(()),
    }
}

/// Whether a card number stands anywhere in the text.
///
/// It begins where a group of digits begins and ends where one ends: a longer row of digits, such as
/// a bank account's, is not taken to pieces.
pub fn holds(text: &str) -> bool {
    runs(text).iter().any(Run::holds)
}

/// Groups of digits with nothing but a few separators between them.
#[derive(Default)]
struct Run {
    digits: Vec<u8>,
    /// Where groups begin.
    starts: Vec<usize>,
    /// The places directly after a `+`.
    after_plus: Vec<usize>,
}

impl Run {
    fn holds(&self) -> bool {
        self.starts.iter().enumerate().any(|(group, &start)| {
            let ends = self.starts[group + 1..].iter().copied().chain([self.digits.len()]);
            let mut within = ends.take_while(|end| end - start <= LONGEST);
            within.any(|end| {
                let is_phone = end - start <= PHONE && self.after_plus.binary_search(&start).is_ok();
                !is_phone && is_card(&self.digits[start..end])
            })
        })
    }
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = vec![];
    let mut run = Run::default();
    let (mut gap, mut plus) = (0, false);
    for c in text.chars() {
        match digit(c) {
            Some(digit) => {
                if gap > 0 || run.digits.is_empty() {
                    run.starts.push(run.digits.len());
                }
                if plus {
                    run.after_plus.push(run.digits.len());
                }
                run.digits.push(digit);
                (gap, plus) = (0, false);
            }
            None => {
                // A plus begins a number of its own, whatever stands before it.
                plus = matches!(c, '+' | '\u{ff0b}');
                gap += 1;
                if (!is_separator(c) || gap > GAP) && !run.digits.is_empty() {
                    runs.push(std::mem::take(&mut run));
                }
            }
        }
    }
    runs.push(run);
    runs
}

fn digit(c: char) -> Option<u8> {
    let value = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    ZEROS.iter().find_map(value).and_then(|value| u8::try_from(value).ok())
}

/// Whatever is neither a letter nor a digit: people separate groups by more than spaces and dashes.
fn is_separator(c: char) -> bool {
    !c.is_alphanumeric()
}

fn is_card(digits: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&digits.len()) && begins_like_one(digits) && luhn(digits)
}

fn begins_like_one(digits: &[u8]) -> bool {
    ISSUERS.iter().any(|(from, to, lengths)| {
        let places = from.to_string().len();
        let prefix = digits.iter().take(places).fold(0, |number, digit| number * 10 + u32::from(*digit));
        (from..=to).contains(&&prefix) && lengths.contains(&digits.len())
    })
}

/// The check of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit < 5 { digit * 2 } else { digit * 2 - 9 };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(if place % 2 == 1 { doubled(*digit) } else { *digit }))
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that card schemes publish for tests.
    const CARDS: [&str; 16] = [
        "4111111111111111",
        "4012888888881881",
        "4222222222222",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "38520000023237",
        "6011111111111117",
        "6011000990139424",
        "3530111333300000",
        "6200000000000005",
        "2200000000000004",
        "6759649826438453",
    ];

    #[test]
    fn a_random_id_is_no_card_number_however_its_digits_fall() {
        assert!(holds("usr_4539578763621486abcdefabcdefabcd"));
        assert_eq!(check("usr_4539578763621486abcdefabcdefabcd"), Ok(()));
        for other in ["usr_4539578763621486", "x usr_4539578763621486abcdefabcdefabcd", "4539578763621486_"] {
            assert!(check(other).is_err(), "{other}");
        }
    }

    #[test]
    fn every_scheme_is_recognised_whole_and_in_groups() {
        for card in CARDS {
            assert!(holds(card), "{card}");
            for separator in
                [" ", "-", ".", " - ", "\u{a0}", "\u{2009}", "\u{2013}", "\u{200b}", "\n", "\u{30fb}"]
            {
                let groups: Vec<_> = card.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
                assert!(holds(&groups.join(separator)), "{card} {separator:?}");
            }
            let wide: String =
                card.bytes().filter_map(|b| char::from_u32(0xff10 + u32::from(b - b'0'))).collect();
            assert!(holds(&wide), "{wide}");
            let eastern: String =
                card.bytes().filter_map(|b| char::from_u32(0x660 + u32::from(b - b'0'))).collect();
            assert!(holds(&eastern), "{eastern}");
        }
    }

    #[test]
    fn a_number_is_found_wherever_it_stands() {
        for text in [
            "card:4111111111111111",
            "my card is 4111 1111 1111 1111, thanks",
            "x4111111111111111y",
            "flat 12 4111 1111 1111 1111 7",
            "+4111111111111111",
            "+7 999 123 45 67 4111 1111 1111 1111",
            "4111111111111111.0",
            "№4111‑1111‑1111‑1111",
            "a\u{0}4111111111111111",
            "4111,1111,1111,1111",
            "(4111)(1111)(1111)(1111)",
            "4111:1111|1111*1111",
            "4111+1111+1111+1111",
            "4111\u{fe0f}1111\u{34f}1111\u{301}1111",
        ] {
            assert!(holds(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_card_number_passes() {
        for text in [
            "",
            "no digits at all",
            "4111111111111112",
            "1111111111111117",
            "411111111111",
            "+4915112345678",
            "+7 999 123-45-67",
            "8 (800) 555-35-35",
            "40817810099910004312",
            "1800000000000",
            "2026-11-21 05:28:50",
            "4111 1111",
            "4111 or 1111 or 1111 or 1111",
            "pm_1NXWPnOoE5DtLMgq",
            "DE89370400440532013000",
        ] {
            assert!(!holds(text), "{text:?}");
        }
    }

    #[test]
    fn a_phone_number_of_thirteen_digits_with_its_plus_is_none_even_if_it_would_fit() {
        assert!(holds("4222222222222"));
        assert!(!holds("+4222222222222"));
        assert!(!holds("+4 222 222 222 222"));
    }

    #[test]
    fn a_refusal_does_not_repeat_the_number() {
        let denied = check("5555 5555 5555 4444").err().map(|denied| format!("{denied:?}"));
        assert!(denied.is_some_and(|text| !text.contains("5555")));
    }

    #[test]
    fn a_long_text_of_digits_is_looked_through_quickly() {
        let groups = "4 ".repeat(100_000);
        let _ = holds(&groups);
        assert!(holds(&format!("{} 4111 1111 1111 1111", "x9".repeat(100_000))));
    }
}
