//! Answering a challenge: once, in time, in few tries, for what it was made for.

use crate::change::Change;
use crate::moment::Moment;
use crate::noun::challenge::{Challenge, ChallengePurpose, MOST_TRIES};

/// Why an answer does not count.
#[derive(Debug, Clone, PartialEq)]
pub enum NotAnswered {
    /// There is no such challenge, it is for something else, or it was answered or has expired.
    Gone,
    /// Too many wrong answers were given already.
    TooMany,
    /// The answer is wrong; this change counts it, and must be committed.
    Wrong(Box<Change>),
}

/// The change that takes the answer, or why it does not count.
///
/// `right` says whether the answer is the one, compared in constant time by the caller. It is
/// looked at last, so that a right answer to a dead challenge is worth nothing.
pub fn answer(
    challenge: Option<&Challenge>,
    purpose: ChallengePurpose,
    right: bool,
    now: Moment,
) -> Result<Change, NotAnswered> {
    let open = challenge.filter(|challenge| {
        challenge.purpose == purpose && challenge.answered_at.is_none() && now < challenge.expires_at
    });
    let challenge = open.ok_or(NotAnswered::Gone)?;
    if challenge.tries >= MOST_TRIES {
        return Err(NotAnswered::TooMany);
    }
    if !right {
        let tries = challenge.tries + 1;
        return Err(NotAnswered::Wrong(Box::new(Change::ChallengeTried { digest: challenge.digest, tries })));
    }
    Ok(Change::ChallengeAnswered { digest: challenge.digest, tries: challenge.tries, at: now })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Span;
    use crate::rule::sample::NOW;

    fn challenge() -> Challenge {
        Challenge {
            digest: [1; 32],
            purpose: ChallengePurpose::SignIn,
            user: None,
            answer: [2; 32],
            sealed: vec![],
            tries: 0,
            expires_at: NOW + Span::minutes(10),
            answered_at: None,
        }
    }

    #[test]
    fn a_right_answer_in_time_counts() {
        let taken = Change::ChallengeAnswered { digest: [1; 32], tries: 0, at: NOW };
        assert_eq!(answer(Some(&challenge()), ChallengePurpose::SignIn, true, NOW), Ok(taken));
    }

    #[test]
    fn an_answer_is_good_for_nothing_but_its_purpose() {
        for purpose in ChallengePurpose::ALL.into_iter().filter(|one| *one != ChallengePurpose::SignIn) {
            assert_eq!(answer(Some(&challenge()), purpose, true, NOW), Err(NotAnswered::Gone));
        }
    }

    #[test]
    fn an_expired_answered_or_unknown_challenge_takes_no_answer() {
        let sign_in = ChallengePurpose::SignIn;
        let expired = Challenge { expires_at: NOW, ..challenge() };
        let answered = Challenge { answered_at: Some(NOW), ..challenge() };
        for gone in [Some(&expired), Some(&answered), None] {
            assert_eq!(answer(gone, sign_in, true, NOW), Err(NotAnswered::Gone));
        }
    }

    #[test]
    fn the_fifth_wrong_answer_is_the_last_one_looked_at() {
        let sign_in = ChallengePurpose::SignIn;
        for tries in 0..MOST_TRIES {
            let tried = Challenge { tries, ..challenge() };
            let counted = Change::ChallengeTried { digest: [1; 32], tries: tries + 1 };
            let wrong = answer(Some(&tried), sign_in, false, NOW);
            assert_eq!(wrong, Err(NotAnswered::Wrong(Box::new(counted))));
        }
        let worn = Challenge { tries: MOST_TRIES, ..challenge() };
        for right in [true, false] {
            assert_eq!(answer(Some(&worn), sign_in, right, NOW), Err(NotAnswered::TooMany));
        }
    }
}
