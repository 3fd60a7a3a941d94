//! Passkey ceremonies between their two halves: kept here as challenges, for one browser and one answer.

use axum::http::{HeaderMap, header};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::UserId;
use portico_core::noun::challenge::{CHALLENGE_LIFE, Challenge, ChallengePurpose};
use portico_core::rule::challenge::{NotAnswered, answer};
use portico_seal::{Begun, NotPassed, RelyingParty, digest, secret};
use serde_json::{Value, json};
use url::Url;

use crate::House;
use crate::house::{refused, unavailable};

/// The largest answer of a browser; an ordinary one is a tenth of it.
pub const LARGEST: usize = 32 * 1024;
/// The header in which the page's script brings the form token.
const TOKEN: &str = "x-csrf-token";

/// This issuer as a relying party; `not_found` where browsers offer no passkeys.
pub fn relying_party(house: &House) -> Result<&RelyingParty, Denied> {
    house.passkeys.as_ref().ok_or_else(|| Denied::not_found("there is nothing here"))
}

/// Refuses unless a page of ours, shown to the browser of this binding, is what calls.
pub fn from_our_page(house: &House, headers: &HeaderMap, binding: &str) -> Result<(), Denied> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let origin = Url::parse(house.live.issuer()).map(|issuer| issuer.origin().ascii_serialization());
    let is_ours = origin.is_ok_and(|origin| origin == text(header::ORIGIN.as_str()));
    match is_ours && house.live.vault().csrf().check(binding, text(TOKEN)) {
        true => Ok(()),
        false => Err(Denied::new(Code::AccessDenied, "this was not sent by a page of ours; load it again")),
    }
}

/// Keeps what the ceremony has to remember, and answers what the page's script begins it with.
///
/// `user` is the person it is about, where that is known; `binding` is what the browser is known by.
pub async fn begin(
    house: &House,
    purpose: ChallengePurpose,
    user: Option<UserId>,
    binding: &str,
    begun: Begun,
) -> Result<Value, Denied> {
    let vault = house.live.vault();
    let reference = secret(vault.chance());
    let digest = reference.digest();
    let challenge = Challenge {
        digest,
        purpose,
        user,
        answer: mark(house, reference.expose(), binding),
        sealed: vault.master().wrap(&sealed_for(&digest), &begun.state, vault.chance()),
        tries: 0,
        expires_at: house.now() + CHALLENGE_LIFE,
        answered_at: None,
    };
    house.commit(vec![Change::ChallengeSent(challenge)]).await.map_err(|error| refused(&error))?;
    Ok(json!({ "reference": reference.expose(), "publicKey": begun.options }))
}

/// A ceremony whose answer has come.
pub struct Answered {
    /// Whom it was begun for, where that was known.
    pub user: Option<UserId>,
    /// What it had to remember.
    pub state: Vec<u8>,
    /// The change that takes the answer, whether or not it turns out to be good: to be committed with
    /// whatever comes of it.
    pub taken: Change,
}

/// The ceremony of this reference, if it waits for an answer from this browser; none if it was answered,
/// is too old or another browser's.
pub async fn answered(
    house: &House,
    purpose: ChallengePurpose,
    reference: &str,
    binding: &str,
) -> Result<Option<Answered>, Denied> {
    let digest = digest(reference);
    let found = house.live.store().challenge(&digest).await.map_err(|cause| unavailable(&cause))?;
    // Both are keyed hashes, so the time that comparing takes tells a guesser nothing.
    let right = found.as_ref().is_some_and(|found| found.answer == mark(house, reference, binding));
    let taken = match answer(found.as_ref(), purpose, right, house.now()) {
        Ok(taken) => taken,
        Err(NotAnswered::Gone | NotAnswered::TooMany | NotAnswered::Wrong(_)) => return Ok(None),
    };
    let Some(found) = found else { return Ok(None) };
    let state = house.live.vault().master().unwrap(&sealed_for(&digest), &found.sealed);
    let state = state.map_err(|_| Denied::unavailable("a ceremony does not open"))?.to_vec();
    Ok(Some(Answered { user: found.user, state, taken }))
}

/// The refusal of an answer that is none a browser would send.
pub fn malformed(problem: NotPassed) -> Denied {
    Denied::request("the credential is not as a browser sends it").because(problem.to_string())
}

fn mark(house: &House, reference: &str, binding: &str) -> [u8; 32] {
    house.live.vault().handles().index("passkey ceremony", &format!("{reference} {binding}"))
}

fn sealed_for(digest: &[u8; 32]) -> String {
    digest.iter().fold("ceremony ".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
