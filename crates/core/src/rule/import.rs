//! Importing: OpenIDs that a merchant has for people already become theirs at its app.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, UserId};
use crate::moment::Moment;
use crate::noun::client::Client;
use crate::noun::link::{Link, LinkProof, app_issuer};
use crate::noun::person::HandleKind;
use crate::rule::link::Standing;
use crate::rule::readable::{is_blank, is_control};
use crate::rule::register::Object;

/// The most lines of one call.
pub const MOST: usize = 1000;
/// The longest OpenID from elsewhere, in bytes.
pub const LONGEST: usize = 512;

const WHO: [&str; 4] = ["user_id", "username", "email", "phone"];

/// Whom a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By the id inside.
    User(UserId),
    /// By what finds them, which they must have proved to be theirs.
    Handle(HandleKind, String),
}

/// One OpenID and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The OpenID, as the merchant has it.
    pub open_id: String,
    /// Whose it is.
    pub who: Who,
}

/// What is to be imported: one line, or many, of which each that is no line is refused by itself.
#[derive(Debug)]
pub struct ImportSheet {
    /// The app whose OpenIDs they are.
    pub app: ClientId,
    /// The lines, in order.
    pub lines: Vec<Result<Line, Denied>>,
    /// Whether a list was sent.
    pub many: bool,
}

impl ImportSheet {
    /// Reads one line beside its app, or a list of 1,000 at most.
    pub fn read(json: &Value) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        let many = top.has("links");
        let one = [&["app", "openid"], &WHO[..]].concat();
        top.only(if many { &["app", "links"] } else { &one })?;
        let app = top.need_text("app", 255)?.parse().map_err(|_| top.wrong("app", "names no app"))?;
        let lines = match many {
            true => top.list("links", MOST)?.iter().map(Line::read).collect(),
            false => vec![Line::of(&top)],
        };
        match lines.is_empty() {
            true => Err(top.wrong("links", "must not be empty")),
            false => Ok(Self { app, lines, many }),
        }
    }
}

impl Line {
    fn read(json: &Value) -> Result<Self, Denied> {
        let line = Object::whole(json).map_err(|_| Denied::request("the line is not a JSON object"))?;
        line.only(&[&["openid"], &WHO[..]].concat())?;
        Self::of(&line)
    }

    fn of(line: &Object<'_>) -> Result<Self, Denied> {
        let open_id = line.checked("openid", acceptable)?;
        let open_id = open_id.ok_or_else(|| line.wrong("openid", "is missing"))?;
        let mut named = WHO.into_iter().filter(|key| line.has(key));
        let (Some(key), None) = (named.next(), named.next()) else {
            return Err(Denied::request(format!("the line must hold one of: {}", WHO.join(", "))));
        };
        let text = line.need_text(key, 254)?;
        let who = match key {
            "user_id" => Who::User(text.parse().map_err(|_| line.wrong(key, "is not a user id"))?),
            "username" => Who::Handle(HandleKind::Username, text),
            "email" => Who::Handle(HandleKind::Email, text),
            _ => Who::Handle(HandleKind::Phone, text),
        };
        Ok(Self { open_id, who })
    }
}

/// The text, if it can be an OpenID.
pub fn acceptable(text: &str) -> Result<String, &'static str> {
    if is_blank(text) {
        return Err("must not be empty");
    }
    if text.len() > LONGEST {
        return Err("is longer than 512 bytes");
    }
    if text.trim() != text || text.chars().any(is_control) {
        return Err("must not hold control characters, nor begin or end with a space");
    }
    Ok(text.to_owned())
}

/// A line with what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The person, if there is one: neither suspended nor erased.
    pub user: Option<UserId>,
    /// The keyed hash of the OpenID.
    pub subject_index: [u8; 32],
    /// The OpenID, sealed for its app.
    pub sealed: Vec<u8>,
    /// Whether it reads as an OpenID that Portico derives for the app.
    pub is_derived: bool,
    /// What is tied already.
    pub standing: Standing,
}

/// What became of a line that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is imported.
    Imported,
    /// It was there already.
    Unchanged,
}

/// Imports what is good of these lines, and says of each what became of it. A line sees those before it.
///
/// Refuses with `conflict` an OpenID that reads as a derived one of the app, one of another person, one for a
/// person who has another one or whose derived one the app has been told.
pub fn import(
    app: &Client,
    lines: Vec<Result<Candidate, Denied>>,
    proof: LinkProof,
    now: Moment,
) -> (Vec<Change>, Vec<Result<Outcome, Denied>>) {
    let mut ids: BTreeMap<[u8; 32], UserId> = BTreeMap::new();
    let mut people: BTreeMap<UserId, [u8; 32]> = BTreeMap::new();
    let (mut changes, mut outcomes) = (vec![], Vec::with_capacity(lines.len()));
    for line in lines {
        let weighed = line.and_then(|mut line| {
            line.standing.holder = line.standing.holder.or_else(|| ids.get(&line.subject_index).copied());
            let other = |user| people.get(user).is_some_and(|index| *index != line.subject_index);
            line.standing.another |= line.user.as_ref().is_some_and(other);
            Ok((weigh(&line)?, line))
        });
        outcomes.push(weighed.map(|(user, line)| match user {
            None => Outcome::Unchanged,
            Some(user) => {
                ids.insert(line.subject_index, user);
                people.insert(user, line.subject_index);
                changes.extend(tie(app, user, line, proof, now));
                Outcome::Imported
            }
        }));
    }
    // One that is suspended can be prepared; only one that works can be held.
    if !changes.is_empty() && app.is_live() {
        changes.insert(0, Change::ClientHeld { client: app.id.clone() });
    }
    (changes, outcomes)
}

/// The refusal of an OpenID from elsewhere that reads as one of Portico's own.
pub fn derived() -> Denied {
    Denied::new(Code::Conflict, "the OpenID is one that Portico derives for this app")
}

/// The person to whom the line is to be tied; none where it is already.
fn weigh(line: &Candidate) -> Result<Option<UserId>, Denied> {
    let conflict = |why: &'static str| Err(Denied::new(Code::Conflict, why));
    if line.is_derived {
        return Err(derived());
    }
    let user = line.user.ok_or_else(|| Denied::request("there is no such person, or they are suspended"))?;
    match line.standing {
        Standing { holder: Some(holder), .. } if holder == user => Ok(None),
        Standing { holder: Some(_), .. } => conflict("the OpenID belongs to another person"),
        Standing { another: true, .. } => {
            conflict("the person has another OpenID from elsewhere at this app")
        }
        Standing { told: true, .. } => conflict("the app has been told another OpenID of this person"),
        Standing { .. } => Ok(Some(user)),
    }
}

fn tie(app: &Client, user: UserId, line: Candidate, proof: LinkProof, now: Moment) -> [Change; 3] {
    let unissued = Change::OpenIdUnissued { user, app: app.id.clone() };
    let Candidate { subject_index, sealed, .. } = line;
    [
        Change::PersonHeld { user },
        unissued,
        Change::Linked(link(&app.id, user, subject_index, sealed, proof, now)),
    ]
}

/// The link of an OpenID from elsewhere.
pub fn link(
    app: &ClientId,
    user: UserId,
    subject_index: [u8; 32],
    sealed: Vec<u8>,
    proof: LinkProof,
    now: Moment,
) -> Link {
    Link { issuer: app_issuer(app), subject_index, user, proof, linked_at: now, open_id: Some(sealed) }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
