//! Changing the profile: what a person may write about themselves.

use url::Url;

use crate::denied::Denied;
use crate::noun::person::Profile;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;
/// The longest address of a picture, in bytes.
pub const LONGEST_PICTURE: usize = 2048;

/// What is to be changed: the outer `None` leaves a claim as it is, the inner one removes it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// `name`.
    pub name: Option<Option<String>>,
    /// `picture`.
    pub picture: Option<Option<String>>,
}

/// The profile after the edit, and the names of the claims that are others than before; no
/// names if nothing is to be written.
///
/// Refusals: `invalid_request` where a name is blank, too long or holds control characters, or
/// where a picture is not an `https` address.
pub fn profile(before: &Profile, edit: Edit) -> Result<(Profile, Vec<&'static str>), Denied> {
    let mut after = before.clone();
    if let Some(name) = edit.name {
        after.name = name.map(check_name).transpose()?;
    }
    if let Some(picture) = edit.picture {
        after.picture = picture.map(check_picture).transpose()?;
    }
    let changed = [("name", after.name != before.name), ("picture", after.picture != before.picture)];
    let claims = changed.into_iter().filter(|(_, changed)| *changed).map(|(claim, _)| claim).collect();
    Ok((after, claims))
}

fn check_name(name: String) -> Result<String, Denied> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Denied::request("name is blank; null removes it"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Denied::request(format!("name is longer than {LONGEST_NAME} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Denied::request("name holds a control character"));
    }
    Ok(name.to_owned())
}

fn check_picture(picture: String) -> Result<String, Denied> {
    if picture.len() > LONGEST_PICTURE {
        return Err(Denied::request(format!("picture is longer than {LONGEST_PICTURE} bytes")));
    }
    let no_address = || Denied::request("picture is not an https address");
    // The parser skips these silently, and what is kept is the text as it was sent.
    if picture.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(no_address());
    }
    let url = Url::parse(&picture).map_err(|_| no_address())?;
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    if plain { Ok(picture) } else { Err(no_address()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ana() -> Profile {
        Profile {
            name: Some("Ana".into()),
            picture: Some("https://p.example/a.png".into()),
            ..Profile::default()
        }
    }

    fn name(text: &str) -> Edit {
        Edit { name: Some(Some(text.into())), ..Edit::default() }
    }

    fn picture(text: &str) -> Edit {
        Edit { picture: Some(Some(text.into())), ..Edit::default() }
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let (after, claims) = profile(&ana(), name(" Ana Lucía ")).unwrap();
        assert_eq!((after.name.as_deref(), claims), (Some("Ana Lucía"), vec!["name"]));
        assert_eq!(after.picture, ana().picture);
    }

    #[test]
    fn null_removes_a_claim() {
        let (after, claims) = profile(&ana(), Edit { picture: Some(None), ..Edit::default() }).unwrap();
        assert_eq!((after.picture, after.name.as_deref()), (None, Some("Ana")));
        assert_eq!(claims, ["picture"]);
    }

    #[test]
    fn an_edit_that_says_what_is_there_changes_nothing() {
        assert!(profile(&ana(), name("Ana")).unwrap().1.is_empty());
        assert!(profile(&ana(), Edit::default()).unwrap().1.is_empty());
    }

    #[test]
    fn a_blank_long_or_broken_name_is_refused() {
        for bad in ["", "  ", "a\nb", "a\0b", "a\u{9b}b", &"ä".repeat(LONGEST_NAME + 1)] {
            assert!(profile(&ana(), name(bad)).is_err(), "{bad:?}");
        }
        assert!(profile(&ana(), name(&"ä".repeat(LONGEST_NAME))).is_ok());
    }

    #[test]
    fn a_picture_is_an_https_address_and_nothing_else() {
        let long = format!("https://p.example/{}", "a".repeat(LONGEST_PICTURE));
        for bad in [
            "",
            "a.png",
            "//p.example/a.png",
            "http://p.example/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "https://ana:secret@p.example/",
            "https://p.example/a b",
            "https://p.example/\n",
            "https://",
            &long,
        ] {
            assert!(profile(&ana(), picture(bad)).is_err(), "{bad:?}");
        }
        assert!(profile(&ana(), picture("https://p.example/b.png?v=2")).is_ok());
    }
}
