//! A phone number in WeChat's three parts.

/// A number as `phone_info` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneParts {
    /// `countryCode`, without a sign.
    pub country_code: String,
    /// `purePhoneNumber`: without the country code.
    pub pure: String,
    /// `phoneNumber`: the same for China, and with sign and country code elsewhere.
    pub full: String,
}

/// Country codes of two digits (ITU-T E.164); those of one are 1 and 7, and all others have three.
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];
const HOME: &str = "86";

/// The parts of a number in E.164; none for any other text.
pub fn parts(number: &str) -> Option<PhoneParts> {
    let digits = number.strip_prefix('+')?;
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        _ if TWO_DIGITS.iter().any(|code| digits.starts_with(code)) => 2,
        _ => 3,
    };
    let (country, pure) = digits.split_at(length);
    let full = if country == HOME { pure } else { number };
    Some(PhoneParts { country_code: country.to_owned(), pure: pure.to_owned(), full: full.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: &str) -> Option<(String, String, String)> {
        parts(number).map(|parts| (parts.country_code, parts.pure, parts.full))
    }

    fn texts(country: &str, pure: &str, full: &str) -> Option<(String, String, String)> {
        Some((country.into(), pure.into(), full.into()))
    }

    #[test]
    fn a_chinese_number_stands_without_its_country_and_any_other_with_it() {
        assert_eq!(of("+8613800138000"), texts("86", "13800138000", "13800138000"));
        assert_eq!(of("+79990000000"), texts("7", "9990000000", "+79990000000"));
        assert_eq!(of("+14155550100"), texts("1", "4155550100", "+14155550100"));
        assert_eq!(of("+447700900123"), texts("44", "7700900123", "+447700900123"));
        assert_eq!(of("+85251234567"), texts("852", "51234567", "+85251234567"));
        assert_eq!(of("+9779812345678"), texts("977", "9812345678", "+9779812345678"));
    }

    #[test]
    fn what_is_no_number_has_no_parts() {
        for bad in ["", "+", "8613800138000", "+86", "+86 138", "+86123456789012345", "+٨٦١٣٨٠٠"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
