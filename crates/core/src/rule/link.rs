//! Tying an identity elsewhere to a person, and undoing it.

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::denied::{Code, Denied};
use crate::id::{ClientId, ConnectionId, LinkId, UserId};
use crate::moment::Moment;
use crate::noun::event::Happening;
use crate::noun::link::{Link, LinkProof, app_of};

/// An identity that a provider has proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// One identity among those that are tied to a person together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Where it was proved.
    pub connection: ConnectionId,
    /// The identity.
    pub identity: Proved,
    /// The app whose OpenID it becomes, and that OpenID sealed for it, where it becomes one.
    pub open_id: Option<(ClientId, Vec<u8>)>,
    /// How it was proved.
    pub by: LinkProof,
    /// The provider's id for the person across accounts, where it said one.
    pub union: Option<Union>,
}

/// A provider's id for a person across accounts of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Union {
    /// Who says so: ids of two providers say nothing of each other.
    pub at: String,
    /// The id.
    pub id: String,
}

/// What stands in the way of tying an identity to a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is already.
    pub holder: Option<UserId>,
    /// Whether the app whose OpenID it becomes has been told another one of this person.
    pub told: bool,
    /// Whether the person has another one from elsewhere there.
    pub another: bool,
}

/// Whether nothing says that these identities are those of different people.
pub fn agree(proofs: &[Proof]) -> bool {
    let unions = || proofs.iter().filter_map(|proof| proof.union.as_ref());
    unions().all(|one| unions().all(|other| one.at != other.at || one.id == other.id))
}

/// What tying all of these identities to a person comes to: all of them are, or none is.
pub fn link_all(user: UserId, proofs: &[(Proof, Standing)], now: Moment) -> Result<Vec<Change>, Denied> {
    let conflict = |why: &'static str| Denied::new(Code::Conflict, why);
    let mut changes = vec![];
    for (proof, standing) in proofs {
        match standing.holder {
            Some(holder) if holder == user => continue,
            Some(_) => return Err(conflict("an identity belongs to another account")),
            None => {}
        }
        if let Some((app, _)) = &proof.open_id {
            if standing.told {
                return Err(conflict("the app has been told another OpenID of this person"));
            }
            if standing.another {
                return Err(conflict("the person has another OpenID at the app"));
            }
            changes.push(Change::OpenIdUnissued { user, app: app.clone() });
        }
        let Proved { issuer, subject_index } = proof.identity.clone();
        let open_id = proof.open_id.as_ref().map(|(_, sealed)| sealed.clone());
        changes.push(Change::Linked(Link {
            issuer,
            subject_index,
            user,
            proof: proof.by,
            linked_at: now,
            open_id,
        }));
    }
    if !changes.is_empty() {
        changes.insert(0, Change::PersonHeld { user });
    }
    Ok(changes)
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
    let mut changes = vec![counted, Change::Unlinked { issuer, subject_index, user: found.user, at: now }];
    changes.extend(told(found).map(|what| Change::Happened { at: now, what }));
    Ok(changes)
}

/// What a back end that verifies tokens by itself has to be told of the end of a link.
fn told(link: &Link) -> Option<Happening> {
    let (app, open_id) = app_of(&link.issuer).zip(link.open_id.clone())?;
    Some(Happening::OpenIdUndone { user: link.user, app, open_id })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::noun::link::app_issuer;
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

    #[test]
    fn back_ends_are_told_of_an_open_id_that_was_undone_and_of_no_other_link() {
        let app: ClientId = "org.example.shop".parse().unwrap();
        let marker = Link { issuer: app_issuer(&app), open_id: Some(vec![7]), ..tied(1) };
        let undo = |link: &Link| unlink(std::slice::from_ref(link), link.id(), |_| false, true, NOW).unwrap();
        let what = Happening::OpenIdUndone { user: person(1), app, open_id: vec![7] };
        assert_eq!(undo(&marker).last(), Some(&Change::Happened { at: NOW, what }));
        assert!(matches!(undo(&tied(1))[..], [Change::LinksCounted { .. }, Change::Unlinked { .. }]));
    }

    fn proof(number: u8, app: Option<&str>, union: Option<(&str, &str)>) -> Proof {
        Proof {
            connection: "acme-shop".parse().unwrap(),
            identity: Proved { issuer: format!("https://{number}.example"), subject_index: [number; 32] },
            open_id: app.map(|app| (app.parse().unwrap(), vec![number])),
            by: LinkProof::Login,
            union: union.map(|(at, id)| Union { at: at.into(), id: id.into() }),
        }
    }

    #[test]
    fn identities_are_tied_all_together_or_not_at_all() {
        let all = |second: Standing| {
            let first = (proof(1, None, None), Standing::default());
            link_all(person(1), &[first, (proof(2, Some("org.example.shop"), None), second)], NOW)
        };
        let app = || "org.example.shop".parse().unwrap();
        let open_id = Link { open_id: Some(vec![2]), ..tied(2) };
        let tied_both = vec![
            Change::PersonHeld { user: person(1) },
            Change::Linked(tied(1)),
            Change::OpenIdUnissued { user: person(1), app: app() },
            Change::Linked(open_id),
        ];
        assert_eq!(all(Standing::default()), Ok(tied_both));
        for bad in [
            Standing { holder: Some(person(2)), ..Standing::default() },
            Standing { told: true, ..Standing::default() },
            Standing { another: true, ..Standing::default() },
        ] {
            assert_eq!(all(bad).unwrap_err().code, Code::Conflict, "{bad:?}");
        }
        let own = Standing { holder: Some(person(1)), told: true, another: true };
        assert_eq!(all(own).map(|changes| changes.len()), Ok(2), "it is tied already");
        assert_eq!(link_all(person(1), &[(proof(1, None, None), own)], NOW), Ok(vec![]));
    }

    #[test]
    fn only_ids_of_one_provider_that_differ_say_that_people_do() {
        let one = |union| proof(1, None, union);
        let (a, b) = (Some(("wechat", "a")), Some(("wechat", "b")));
        assert!(agree(&[one(a), one(None), one(a)]));
        assert!(agree(&[one(a), one(Some(("elsewhere", "b")))]));
        assert!(agree(&[one(None)]) && agree(&[]));
        assert!(!agree(&[one(a), one(None), one(b)]));
    }
}
