//! Codes that are sent and typed in again.

use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::challenge::{CHALLENGE_LIFE, Challenge, ChallengePurpose};
use portico_core::rule::challenge::{NotAnswered, answer};
use portico_seal::{digest, secret};

use crate::House;
use crate::house::unavailable;

/// A challenge to be committed, what the asker keeps of it, and the code to be sent.
pub struct Posed {
    /// 256 random bits that the asker brings back with the code.
    pub reference: String,
    /// Six digits, for the one who is reached at the address alone.
    pub code: String,
    /// The change that makes the challenge.
    pub change: Change,
}

/// A challenge that was answered rightly.
pub struct Answered {
    /// Whom it is about, if that is somebody known.
    pub user: Option<UserId>,
    /// What it is about, as it was posed.
    pub about: String,
}

/// Why a code did not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeProblem {
    /// It is used, too old, or for something else: a new one is needed.
    Gone,
    /// Too many wrong ones were given: a new one is needed.
    TooMany,
    /// It is not the one that was sent.
    Wrong,
}

/// Poses a challenge with a fresh six-digit code.
///
/// `user` is the person it is about, or none; `about` is kept sealed and comes back with the answer.
pub fn pose(house: &House, purpose: ChallengePurpose, user: Option<UserId>, about: &str) -> Posed {
    let vault = house.live.vault();
    let reference = secret(vault.chance());
    let number = u128::from_be_bytes(vault.fresh()) % 1_000_000;
    let code = format!("{number:06}");
    let digest = reference.digest();
    let challenge = Challenge {
        digest,
        purpose,
        user,
        answer: answer_of(house, reference.expose(), &code),
        sealed: vault.master().wrap(&sealed_for(&digest), about.as_bytes(), vault.chance()),
        tries: 0,
        expires_at: house.now() + CHALLENGE_LIFE,
        answered_at: None,
    };
    Posed { reference: reference.expose().to_owned(), code, change: Change::ChallengeSent(challenge) }
}

/// Takes a code, and commits with it what `then` makes of it: all of it or nothing.
///
/// A wrong code is counted before the answer goes out. `then` may run more than once.
pub async fn take<T, F>(
    house: &House,
    purpose: ChallengePurpose,
    reference: &str,
    code: &str,
    then: impl Fn(Answered) -> F,
) -> Result<Result<T, CodeProblem>, Denied>
where
    F: Future<Output = Result<(Vec<Change>, T), Denied>>,
{
    house.decide(|| attempt(house, purpose, (reference, code), &then)).await
}

/// The same as one of several steps of a call, which waits for other nodes at its end.
pub async fn take_ahead<T, F>(
    house: &House,
    purpose: ChallengePurpose,
    reference: &str,
    code: &str,
    then: impl Fn(Answered) -> F,
) -> Result<Result<T, CodeProblem>, Denied>
where
    F: Future<Output = Result<(Vec<Change>, T), Denied>>,
{
    house.decide_ahead(|| attempt(house, purpose, (reference, code), &then)).await
}

async fn attempt<T, F>(
    house: &House,
    purpose: ChallengePurpose,
    (reference, code): (&str, &str),
    then: &impl Fn(Answered) -> F,
) -> Result<(Vec<Change>, Result<T, CodeProblem>), Denied>
where
    F: Future<Output = Result<(Vec<Change>, T), Denied>>,
{
    let digest = digest(reference);
    let typed: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(16).collect();
    let given = answer_of(house, reference, &typed);
    let found = house.live.store().challenge(&digest).await.map_err(|cause| unavailable(&cause))?;
    // Both are keyed hashes, so the time that comparing takes tells a guesser nothing.
    let right = found.as_ref().is_some_and(|found| found.answer == given);
    match (answer(found.as_ref(), purpose, right, house.now()), found) {
        (Ok(change), Some(found)) => {
            let (mut changes, outcome) = then(opened(house, &found)?).await?;
            changes.insert(0, change);
            Ok((changes, Ok(outcome)))
        }
        (Err(NotAnswered::Wrong(counted)), _) => Ok((vec![*counted], Err(CodeProblem::Wrong))),
        (Err(NotAnswered::TooMany), _) => Ok((vec![], Err(CodeProblem::TooMany))),
        (Err(NotAnswered::Gone) | Ok(_), _) => Ok((vec![], Err(CodeProblem::Gone))),
    }
}

/// What an open challenge is about, without an answer to it; none where it is answered, too old, or
/// for something else.
pub async fn open(
    house: &House,
    purpose: ChallengePurpose,
    reference: &str,
) -> Result<Option<Answered>, Denied> {
    let found =
        house.live.store().challenge(&digest(reference)).await.map_err(|cause| unavailable(&cause))?;
    let found = found.filter(|found| answer(Some(found), purpose, true, house.now()).is_ok());
    found.map(|found| opened(house, &found)).transpose()
}

/// The change that notes where the code of a challenge went: to the address of this keyed index, or
/// nowhere. It stands beside the challenge, as one that nothing answers, and goes when that does.
///
/// The code counts for that address alone; see [`went_to`].
pub fn note(
    house: &House,
    purpose: ChallengePurpose,
    reference: &str,
    (user, index): (Option<UserId>, Option<[u8; 32]>),
) -> Change {
    let (vault, digest) = (house.live.vault(), beside(house, reference));
    let index = index.unwrap_or_default();
    Change::ChallengeSent(Challenge {
        digest,
        purpose,
        user,
        answer: [0; 32],
        sealed: vault.master().wrap(&sealed_for(&digest), &index, vault.chance()),
        tries: 0,
        expires_at: house.now() + CHALLENGE_LIFE,
        answered_at: None,
    })
}

/// The keyed index of the address that the code of this challenge went to; none where it went nowhere.
pub async fn went_to(house: &House, reference: &str) -> Result<Option<[u8; 32]>, Denied> {
    let digest = beside(house, reference);
    let found = house.live.store().challenge(&digest).await.map_err(|cause| unavailable(&cause))?;
    let Some(found) = found else { return Ok(None) };
    let plain = house.live.vault().master().unwrap(&sealed_for(&digest), &found.sealed);
    let index = plain.ok().and_then(|plain| <[u8; 32]>::try_from(&plain[..]).ok());
    let index = index.ok_or_else(|| Denied::unavailable("a challenge does not open"))?;
    Ok(Some(index).filter(|index| *index != [0; 32]))
}

/// Where the note beside a challenge is kept.
fn beside(house: &House, reference: &str) -> [u8; 32] {
    house.live.vault().handles().index("code went to", reference)
}

fn opened(house: &House, found: &Challenge) -> Result<Answered, Denied> {
    let plain = house.live.vault().master().unwrap(&sealed_for(&found.digest), &found.sealed);
    let about = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    let about = about.ok_or_else(|| Denied::unavailable("a challenge does not open"))?;
    Ok(Answered { user: found.user, about })
}

fn answer_of(house: &House, reference: &str, code: &str) -> [u8; 32] {
    house.live.vault().handles().index("sent code", &format!("{reference} {code}"))
}

fn sealed_for(digest: &[u8; 32]) -> String {
    digest.iter().fold("challenge ".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
