//! A person, as the operator creates them.

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use super::uri;
use crate::denied::Denied;
use crate::id::ClientId;
use crate::moment::Moment;
use crate::noun::person::{Contact, Profile};
use crate::rule::import::acceptable;

const KNOWN: [&str; 9] = [
    "name",
    "username",
    "email",
    "email_verified",
    "phone",
    "phone_verified",
    "picture",
    "password",
    "links",
];
/// The most OpenIDs from elsewhere that a person is created with.
const MOST_LINKS: usize = 32;
const LONGEST_USERNAME: usize = 64;

/// A person to create: the profile, and a password still to be hashed.
///
/// Whether the e-mail address and the phone number can be ones is for their index to say.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonSheet {
    /// The profile.
    pub profile: Profile,
    /// The password, if there is to be one.
    pub password: Option<String>,
    /// OpenIDs that apps have for the person already; one for each app.
    pub links: Vec<(ClientId, String)>,
}

impl PersonSheet {
    /// Reads a person; an unknown member is refused. What is said to be verified counts as
    /// verified now.
    pub fn read(json: &Value, now: Moment) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        top.only(&KNOWN)?;
        let username = top.text("username", LONGEST_USERNAME)?;
        if username.as_deref().is_some_and(|name| !is_username(name)) {
            return Err(
                top.wrong("username", "must begin with a letter or digit and hold neither spaces nor '@'")
            );
        }
        let password = match top.get("password") {
            None => None,
            Some(password) => {
                Some(password.as_str().ok_or_else(|| top.wrong("password", "must be a text"))?.to_owned())
            }
        };
        let profile = Profile {
            name: top.text("name", LONGEST_NAME)?,
            picture: top.checked("picture", uri::page)?,
            username,
            emails: contact(&top, "email", "email_verified", 254, now)?,
            phones: contact(&top, "phone", "phone_verified", 32, now)?,
            ..Profile::default()
        };
        Ok(Self { profile, password, links: links(&top)? })
    }
}

/// Whether nobody could take the name for an e-mail address or a phone number, since people sign
/// in with any of the three.
fn is_username(name: &str) -> bool {
    let begins = name.starts_with(char::is_alphanumeric);
    let is_number = name.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '(' | ')' | '/'));
    begins && !is_number && !name.contains('@') && !name.contains(char::is_whitespace)
}

fn links(top: &Object<'_>) -> Result<Vec<(ClientId, String)>, Denied> {
    let mut links: Vec<(ClientId, String)> = vec![];
    for link in top.objects("links", MOST_LINKS)? {
        link.only(&["app", "openid"])?;
        let app: ClientId =
            link.need_text("app", 255)?.parse().map_err(|_| link.wrong("app", "names no app"))?;
        if links.iter().any(|(other, _)| *other == app) {
            return Err(link.wrong("app", "is there twice"));
        }
        let open_id = link.checked("openid", acceptable)?;
        links.push((app, open_id.ok_or_else(|| link.wrong("openid", "is missing"))?));
    }
    Ok(links)
}

fn contact(
    top: &Object<'_>,
    key: &str,
    verified: &str,
    most: usize,
    now: Moment,
) -> Result<Vec<Contact>, Denied> {
    let is_verified = top.flag(verified)?;
    match top.text(key, most)? {
        Some(value) => Ok(vec![Contact { value, verified_at: is_verified.then_some(now) }]),
        None if is_verified => Err(top.wrong(verified, &format!("is of no use without '{key}'"))),
        None => Ok(vec![]),
    }
}
