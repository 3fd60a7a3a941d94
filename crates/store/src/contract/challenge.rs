//! Challenges.

use portico_core::Change;
use portico_core::noun::challenge::{Challenge, ChallengePurpose};

use super::house::House;
use super::value::{at, challenge, digest};
use crate::CommitError;

pub(super) async fn a_challenge_reads_back_as_it_was_sent(house: House) {
    for (number, purpose) in (10..).zip(ChallengePurpose::ALL) {
        let known = Challenge { purpose, ..challenge(number, Some(house.user)) };
        let nobody = Challenge { digest: digest(number + 100), user: None, ..known.clone() };
        for sent in [known, nobody] {
            house.done(vec![Change::ChallengeSent(sent.clone())]).await;
            assert_eq!(house.store.challenge(&sent.digest).await, Ok(Some(sent)));
        }
    }
    assert_eq!(house.store.challenge(&digest(99)).await, Ok(None));
}

pub(super) async fn of_sixteen_racing_answers_to_a_challenge_one_is_taken(house: House) {
    house.done(vec![Change::ChallengeSent(challenge(10, Some(house.user)))]).await;
    let answer = |number: u32| {
        vec![Change::ChallengeAnswered { digest: digest(10), tries: 0, at: at(i64::from(number)) }]
    };
    let winner = house.one_of_sixteen(answer, CommitError::Conflict).await;
    let answered = house.store.challenge(&digest(10)).await.unwrap().unwrap().answered_at;
    assert_eq!(answered, Some(at(i64::from(winner))));
    let late = Change::ChallengeTried { digest: digest(10), tries: 1 };
    assert_eq!(house.refused(vec![late]).await, CommitError::Conflict);
}

pub(super) async fn of_sixteen_racing_wrong_answers_each_is_counted_by_itself(house: House) {
    house.done(vec![Change::ChallengeSent(challenge(10, None))]).await;
    let wrong = |tries| vec![Change::ChallengeTried { digest: digest(10), tries }];
    house.one_of_sixteen(|_| wrong(1), CommitError::Conflict).await;
    assert_eq!(house.store.challenge(&digest(10)).await.unwrap().unwrap().tries, 1);
    assert_eq!(house.refused(wrong(3)).await, CommitError::Conflict);
    house.done(wrong(2)).await;
    assert_eq!(house.store.challenge(&digest(10)).await.unwrap().unwrap().tries, 2);
}

pub(super) async fn the_challenges_of_an_erased_person_are_gone(house: House) {
    let (hers, nobodys) = (challenge(10, Some(house.user)), challenge(11, None));
    house.done(vec![Change::ChallengeSent(hers), Change::ChallengeSent(nobodys.clone())]).await;
    house.done(vec![Change::PersonErased { user: house.user, at: at(5) }]).await;
    assert_eq!(house.store.challenge(&digest(10)).await, Ok(None));
    assert_eq!(house.store.challenge(&digest(11)).await, Ok(Some(nobodys)));
}

pub(super) async fn a_challenge_is_swept_when_it_has_expired(house: House) {
    let sent = [challenge(10, None), challenge(11, None)];
    house.done(sent.iter().cloned().map(Change::ChallengeSent).collect()).await;
    let expires_at = sent[0].expires_at;
    let later = Challenge { digest: digest(12), expires_at: at(10_000), ..sent[0].clone() };
    house.done(vec![Change::ChallengeSent(later.clone())]).await;
    let expired_before = expires_at + portico_core::moment::Span::seconds(1);
    let (spent_before, events_before, ended_before) = (at(0), at(0), at(0));
    let sweep = portico_core::change::Sweep { spent_before, expired_before, events_before, ended_before };
    house.done(vec![Change::Swept(sweep)]).await;
    for gone in [10, 11] {
        assert_eq!(house.store.challenge(&digest(gone)).await, Ok(None));
    }
    assert_eq!(house.store.challenge(&digest(12)).await, Ok(Some(later)));
}
