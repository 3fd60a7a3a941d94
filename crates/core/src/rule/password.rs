//! Passwords: which new one is taken.

use crate::noun::person::Profile;

/// The fewest characters of a password.
pub const SHORTEST: usize = 8;
/// The most bytes of a password, in UTF-8: as many characters where they are Latin.
pub const LONGEST: usize = 1024;
/// How many characters around a common word make it no better.
const TRIMMINGS: usize = 6;

/// Why a new password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Fewer than [`SHORTEST`] characters.
    TooShort,
    /// More than [`LONGEST`] bytes.
    TooLong,
    /// It is the person's name, username, e-mail address or phone number.
    Personal,
    /// It is among what everybody would guess first.
    Common,
}

impl WeakPassword {
    /// Why, for a caller that shows its own words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooShort => "the password is shorter than 8 characters",
            Self::TooLong => "the password is longer than 1024 bytes",
            Self::Personal => "the password is the person's own name or address",
            Self::Common => "the password is among the first that anybody would guess",
        }
    }
}

/// Refuses a password that is too short or too long, that is something of the person's own, or that
/// is among the first guesses.
///
/// What is common is told by rules and a list of words, not by a list of leaked passwords: a common
/// word in any case, with digits or signs for letters, and up to six other characters around it; one to
/// four characters over and over; a run of the alphabet, of digits or along a row of keys; eight digits.
pub fn acceptable(password: &str, profile: &Profile) -> Result<(), WeakPassword> {
    if password.len() > LONGEST {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::TooShort);
    }
    let lower = password.trim().to_lowercase();
    if personal(profile).any(|own| own == lower) {
        return Err(WeakPassword::Personal);
    }
    let chars: Vec<char> = lower.chars().collect();
    let guessed = repeats(&chars) || is_run(&chars) || eight_digits(&chars) || is_word(&chars);
    if guessed { Err(WeakPassword::Common) } else { Ok(()) }
}

fn personal(profile: &Profile) -> impl Iterator<Item = String> + '_ {
    let contacts = profile.emails.iter().chain(&profile.phones).map(|contact| contact.value.as_str());
    let mailboxes = profile.emails.iter().filter_map(|email| email.value.split('@').next());
    let numbers = profile.phones.iter().map(|phone| phone.value.trim_start_matches('+'));
    let names = profile.name.iter().chain(&profile.username).map(String::as_str);
    let whole = names.chain(contacts).chain(mailboxes).chain(numbers).map(str::to_lowercase);
    let unspaced = profile.name.iter().map(|name| name.to_lowercase().replace(' ', ""));
    whole.chain(unspaced)
}

/// One to four characters, over and over.
fn repeats(chars: &[char]) -> bool {
    (1..=4).any(|period| chars.iter().skip(period).eq(chars.iter().take(chars.len() - period)))
}

/// A walk along the alphabet, the digits or a row of keys, there or back, around the end too.
fn is_run(chars: &[char]) -> bool {
    const ROWS: [&str; 9] = [
        "abcdefghijklmnopqrstuvwxyz",
        "12345678901234567890",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "1q2w3e4r5t6y7u8i9o0p",
        "йцукенгшщзхъфывапролджэячсмитьбю",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    ];
    let text: String = chars.iter().collect();
    let back: String = chars.iter().rev().collect();
    ROWS.iter().any(|row| row.contains(&text) || row.contains(&back))
}

/// A date, or a number that is as quickly tried.
fn eight_digits(chars: &[char]) -> bool {
    chars.len() == 8 && chars.iter().all(char::is_ascii_digit)
}

/// A common word, however it is dressed.
fn is_word(chars: &[char]) -> bool {
    let plain: Vec<char> = chars.iter().copied().map(undressed).collect();
    // Digits at the ends may be trimmings or letters in disguise: both readings are looked at.
    [chars, &plain].into_iter().any(|reading| {
        let is_letter = |c: &char| c.is_alphabetic();
        let Some(first) = reading.iter().position(is_letter) else { return false };
        let last = reading.iter().rposition(is_letter).unwrap_or(first);
        let stem: String = reading[first..=last].iter().copied().map(undressed).collect();
        reading.len() - (last + 1 - first) <= TRIMMINGS && is_listed(&stem)
    })
}

fn is_listed(stem: &str) -> bool {
    COMMON.split_ascii_whitespace().any(|word| {
        // Twice the same word is no other.
        stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest == word)
    })
}

fn undressed(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Words that passwords are made of first.
const COMMON: &str = include_str!("password/common.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;
    use crate::noun::person::Contact;

    fn ana() -> Profile {
        let contact =
            |value: &str| Contact { value: value.into(), verified_at: Some(Moment::from_seconds(0)) };
        Profile {
            name: Some("Ana Petrova".into()),
            username: Some("ana.petrova".into()),
            emails: vec![contact("ana.p.1990@people.example")],
            phones: vec![contact("+79991234567")],
            ..Profile::default()
        }
    }

    #[test]
    fn eight_characters_are_enough_and_1024_bytes_not_too_many() {
        for good in
            ["vR7-kept", "a long password", "лошадь и скрепка", "正确的马电池订书钉", &"xy z-".repeat(204)]
        {
            assert_eq!(acceptable(good, &ana()), Ok(()), "{good}");
        }
        assert_eq!(acceptable("vR7-kep", &ana()), Err(WeakPassword::TooShort));
        assert_eq!(acceptable(&"xy z-".repeat(205), &ana()), Err(WeakPassword::TooLong));
    }

    #[test]
    fn what_is_the_persons_own_is_no_password() {
        for own in [
            "Ana Petrova",
            "anapetrova",
            "ANA.PETROVA",
            "ana.p.1990@people.example",
            "ana.p.1990",
            "+79991234567",
            "79991234567",
            " ana petrova ",
        ] {
            assert_eq!(acceptable(own, &ana()), Err(WeakPassword::Personal), "{own}");
        }
        assert_eq!(acceptable("Ana Petrova sings", &ana()), Ok(()));
        assert_eq!(acceptable("Ana Petrova", &Profile::default()), Ok(()));
    }

    #[test]
    fn the_first_guesses_are_refused_however_they_are_dressed() {
        for common in [
            "password",
            "Password1",
            "P@ssw0rd",
            "p4$$w0rd!",
            "password2026!",
            "123password",
            "passwordpassword",
            "12345678",
            "123456789",
            "87654321",
            "1234567890",
            "11111111",
            "12341234",
            "abcabcabc",
            "19900131",
            "qwertyui",
            "qwertyuiop",
            "QWERTY123456",
            "1q2w3e4r",
            "1qaz2wsx",
            "zxcvbnm,.",
            "asdfghjkl",
            "abcdefgh",
            "iloveyou",
            "Welcome123",
            "letmein!",
            "football",
            "superman1",
            "Dragon2024",
            "sunshine",
            "пароль123",
            "йцукенгш",
            "woaini520",
            "aaaaaaaa",
            "admin123",
            "trustno1",
        ] {
            assert_eq!(acceptable(common, &Profile::default()), Err(WeakPassword::Common), "{common}");
        }
        for good in
            ["passionate", "my password is long", "sunshineboulevard", "welcome-to-1234567", "19900131x"]
        {
            assert_eq!(acceptable(good, &Profile::default()), Ok(()), "{good}");
        }
    }
}
