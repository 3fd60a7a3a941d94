//! Tying an identity elsewhere to a person, and undoing it.

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{LinkId, UserId};
use crate::moment::Moment;
use crate::noun::link::{Link, LinkProof};

/// An identity that a provider has proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The provider.
    pub issuer: String,
    /// The keyed hash of issuer and subject.
    pub subject_index: [u8; 32],
}

/// What tying a proved identity to a signed-in person comes to.
///
/// An identity of another person is a conflict: people are never merged. One that is this
/// person's already needs nothing.
pub fn link(
    user: UserId,
    holder: Option<UserId>,
    proved: Proved,
    proof: LinkProof,
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    match holder {
        Some(holder) if holder == user => Ok(vec![]),
        Some(_) => Err(Denied::new(Code::Conflict, "this identity belongs to another account")),
        None => {
            let Proved { issuer, subject_index } = proved;
            let link = Link { issuer, subject_index, user, proof, linked_at: now, open_id: None };
            Ok(vec![Change::PersonHeld { user }, Change::Linked(link)])
        }
    }
}

/// Undoes one of a person's links.
///
/// `opens` says of a link whether the person can sign in with it; `other_way` whether they can
/// without any. The last way in is kept.
pub fn unlink(
    links: &[Link],
    id: LinkId,
    opens: impl Fn(&Link) -> bool,
    other_way: bool,
    now: Moment,
) -> Result<Vec<Change>, Denied> {
    let found = links.iter().find(|link| link.id() == id);
    let found = found.ok_or_else(|| Denied::not_found("there is no such link"))?;
    let another = links.iter().any(|link| link.id() != id && opens(link));
    if opens(found) && !other_way && !another {
        return Err(Denied::new(Code::Conflict, "this is the last way to sign in; add another first"));
    }
    let (issuer, subject_index) = (found.issuer.clone(), found.subject_index);
    // Other links are ways in only while they are there, so those that were counted are guarded.
    let counted = Change::LinksCounted { user: found.user, count: links.len() };
    Ok(vec![counted, Change::Unlinked { issuer, subject_index, user: found.user, at: now }])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    fn person(number: u8) -> UserId {
        UserId::from_bytes([number; 16])
    }

    fn tied(number: u8) -> Link {
        Link {
            issuer: format!("https://{number}.example"),
            subject_index: [number; 32],
            user: person(1),
            proof: LinkProof::Login,
            linked_at: NOW,
            open_id: None,
        }
    }

    #[test]
    fn an_identity_of_another_person_is_a_conflict_and_never_a_merge() {
        let proved = || Proved { issuer: "https://1.example".into(), subject_index: [1; 32] };
        let link = |holder| link(person(1), holder, proved(), LinkProof::Login, NOW);
        assert_eq!(link(Some(person(2))).unwrap_err().code, Code::Conflict);
        assert_eq!(link(Some(person(1))), Ok(vec![]));
        let held = Change::PersonHeld { user: person(1) };
        assert_eq!(link(None), Ok(vec![held, Change::Linked(tied(1))]));
    }

    #[test]
    fn the_last_way_in_is_not_taken_away() {
        let (one, two) = (tied(1), tied(2));
        let undo = |links: &[Link], opens: bool, other| unlink(links, one.id(), |_| opens, other, NOW);
        assert_eq!(undo(std::slice::from_ref(&one), true, false).unwrap_err().code, Code::Conflict);
        assert!(undo(std::slice::from_ref(&one), true, true).is_ok());
        assert!(undo(&[one.clone(), two.clone()], true, false).is_ok());
        assert!(undo(std::slice::from_ref(&one), false, false).is_ok());
        let only_that =
            unlink(&[one.clone(), two.clone()], one.id(), |link| link.id() == one.id(), false, NOW);
        assert_eq!(only_that.unwrap_err().code, Code::Conflict);
        assert_eq!(undo(&[two], true, true).unwrap_err().code, Code::NotFound);
    }
}
