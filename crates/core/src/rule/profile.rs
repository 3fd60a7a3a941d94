//! Changing the profile: what a person may write about themselves.

use url::Url;

use crate::denied::Denied;
use crate::noun::payment::PaymentMethod;
use crate::noun::person::Profile;
use crate::rule::readable::{is_blank, is_control};
use crate::rule::register::Object;

use self::entry::Entry;

pub mod address;
mod country;
mod entry;
pub mod kyc;
pub mod payment;

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

/// The profile after the edit.
///
/// Refusals: `invalid_request` where a name is blank, too long or holds control characters, or
/// where a picture is not an `https` address.
pub fn profile(before: &Profile, edit: Edit) -> Result<Profile, Denied> {
    let mut after = before.clone();
    if let Some(name) = edit.name {
        after.name = name.map(check_name).transpose()?;
    }
    if let Some(picture) = edit.picture {
        after.picture = picture.map(check_picture).transpose()?;
    }
    Ok(after)
}

/// The names of the claims that are others than before, as an app that may see them is told.
pub fn changed(before: &Profile, after: &Profile) -> Vec<String> {
    let picture = |profile: &Profile| match profile.avatar {
        Some(avatar) => (Some(avatar), None),
        None => (None, profile.picture.clone()),
    };
    // An app sees no reference.
    let seen = |profile: &Profile| -> Vec<_> {
        let unreferenced = |method: &PaymentMethod| PaymentMethod { reference: None, ..method.clone() };
        profile.payment_methods.iter().map(unreferenced).collect()
    };
    let differs = [
        ("name", before.name != after.name),
        ("picture", picture(before) != picture(after)),
        ("email", before.emails != after.emails),
        ("phone_number", before.phones != after.phones),
        ("addresses", before.addresses != after.addresses),
        ("address", before.default_address() != after.default_address()),
        ("payment_methods", seen(before) != seen(after)),
        ("kyc", !before.kyc.says_the_same(&after.kyc)),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(claim, _)| claim.to_owned()).collect()
}

/// Does what `default` says about the entry at this place; none is told, and some entry always is the
/// default.
fn set_default(top: &Object<'_>, list: &mut [impl Entry], index: usize) -> Result<(), Denied> {
    let wanted = top.flag("default")?;
    if !wanted && top.get("default").is_some() && list.len() > 1 && list[index].is_default() {
        return Err(top.wrong("default", "cannot be false here: make another one the default"));
    }
    if wanted {
        entry::choose(list, index);
    }
    entry::settle(list);
    Ok(())
}

fn check_name(name: String) -> Result<String, Denied> {
    let name = name.trim();
    if is_blank(name) {
        return Err(Denied::request("name is blank; null removes it"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Denied::request(format!("name is longer than {LONGEST_NAME} characters")));
    }
    if name.chars().any(is_control) {
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
    use serde_json::json;

    use super::*;
    use crate::id::{AddressId, AvatarId, PaymentMethodId};
    use crate::noun::avatar::{Avatar, PictureFormat};
    use crate::noun::kyc::{Kyc, KycLevel};

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
        let after = profile(&ana(), name(" Ana Lucía ")).unwrap();
        assert_eq!(
            (after.name.as_deref(), changed(&ana(), &after)),
            (Some("Ana Lucía"), vec!["name".into()])
        );
        assert_eq!(after.picture, ana().picture);
    }

    #[test]
    fn null_removes_a_claim() {
        let after = profile(&ana(), Edit { picture: Some(None), ..Edit::default() }).unwrap();
        assert_eq!((after.picture.as_deref(), after.name.as_deref()), (None, Some("Ana")));
        assert_eq!(changed(&ana(), &after), ["picture"]);
    }

    #[test]
    fn an_edit_that_says_what_is_there_changes_nothing() {
        assert_eq!(profile(&ana(), name("Ana")).unwrap(), ana());
        assert_eq!(profile(&ana(), Edit::default()).unwrap(), ana());
        assert!(changed(&ana(), &ana()).is_empty());
    }

    #[test]
    fn a_picture_behind_an_avatar_changes_no_claim() {
        let avatar = Avatar { version: AvatarId::from_bytes([1; 16]), format: PictureFormat::Jpeg };
        let before = Profile { avatar: Some(avatar), ..ana() };
        let after = profile(&before, picture("https://p.example/b.png")).unwrap();
        assert!(after != before && changed(&before, &after).is_empty());
        let newer = Avatar { version: AvatarId::from_bytes([2; 16]), ..avatar };
        assert_eq!(changed(&before, &Profile { avatar: Some(newer), ..before.clone() }), ["picture"]);
    }

    #[test]
    fn each_part_changes_its_own_claims() {
        let home = json!({ "street_address": "1 High Street", "country": "GB" });
        let one = address::add(&ana(), AddressId::from_bytes([1; 16]), &home).unwrap();
        assert_eq!(changed(&ana(), &one), ["addresses", "address"]);
        let two = address::add(&one, AddressId::from_bytes([2; 16]), &home).unwrap();
        assert_eq!(changed(&one, &two), ["addresses"]);
        let id = PaymentMethodId::from_bytes([1; 16]);
        let card = payment::add(&ana(), id, &json!({ "kind": "card", "reference": "pm_1" })).unwrap();
        assert_eq!(changed(&ana(), &card), ["payment_methods"]);
        let other = payment::change(&card, id, &json!({ "reference": "pm_2" })).unwrap();
        assert!(other != card && changed(&card, &other).is_empty());
        let kyc = Kyc { level: KycLevel::Basic, ..Kyc::default() };
        assert_eq!(changed(&ana(), &Profile { kyc, ..ana() }), ["kyc"]);
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
