//! An app's own access tokens: which one a call is answered with, and which are good.

use crate::change::Change;
use crate::id::ClientId;
use crate::moment::{Moment, Span};
use crate::noun::wechat::{AppToken, AppTokenKind};

/// How long a token is good unless another takes its place.
pub const LIFE: Span = Span::seconds(7200);
/// How long a token stays good after another took its place.
pub const OVERLAP: Span = Span::minutes(5);
/// How long a generation is shared: who asks this soon after it became current turns no other.
pub const SHARED: Span = Span::seconds(1);

/// What a token says: it is good as long as its generation is, and its own time has not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// Which of the two kinds it is.
    pub kind: AppTokenKind,
    /// Its generation.
    pub generation: u32,
    /// When it was given.
    pub at: Moment,
}

impl Given {
    /// How long it is good from then on, unless another takes its place.
    pub fn left(self, now: Moment) -> Span {
        self.at + LIFE - now
    }
}

/// The next token of `cgi-bin/token`: a new one each time, and a new generation unless this one has just begun.
///
/// So of many that call side by side one turns the generation, and the others share it: nobody waits for
/// anybody, and nobody takes another's token away. Tokens of one generation are told apart by what the
/// caller seals into each.
pub fn fresh(app: &ClientId, current: Option<&AppToken>, now: Moment) -> (Given, Vec<Change>) {
    let (token, changes) = shared_or_turned(app, AppTokenKind::Fresh, current, now);
    (Given { kind: AppTokenKind::Fresh, generation: token.generation, at: now }, changes)
}

/// The token of `cgi-bin/stable_token`: the same one while it is good, unless another is asked for.
///
/// Where it has just been given, it is other enough.
pub fn stable(app: &ClientId, current: Option<&AppToken>, force: bool, now: Moment) -> (Given, Vec<Change>) {
    let (token, changes) = match current.filter(|token| !force && now - token.since < LIFE) {
        Some(token) => (token.clone(), vec![]),
        None => shared_or_turned(app, AppTokenKind::Stable, current, now),
    };
    (Given { kind: AppTokenKind::Stable, generation: token.generation, at: token.since }, changes)
}

fn shared_or_turned(
    app: &ClientId,
    kind: AppTokenKind,
    current: Option<&AppToken>,
    now: Moment,
) -> (AppToken, Vec<Change>) {
    if let Some(shared) = current.filter(|token| now - token.since < SHARED) {
        return (shared.clone(), vec![]);
    }
    let token = turned(app, kind, current, now);
    (token.clone(), vec![Change::AppTokenTurned(token)])
}

/// The next generation. Each lasts as long as it is shared, so those to be remembered are few.
fn turned(app: &ClientId, kind: AppTokenKind, current: Option<&AppToken>, now: Moment) -> AppToken {
    let generation = current.map_or(1, |current| current.generation.saturating_add(1));
    let matters = |since: &Moment| now - *since < OVERLAP;
    let before =
        current.into_iter().flat_map(|current| [current.since].into_iter().chain(current.earlier.clone()));
    let earlier = before.take_while(matters).collect();
    AppToken { app: app.clone(), kind, generation, since: now, earlier }
}

/// How a token that was presented stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is good.
    Good,
    /// Its time has passed.
    Expired,
    /// Another has taken its place.
    Replaced,
}

/// How a token that says this stands beside the current generation of its kind.
pub fn standing(given: Given, current: Option<&AppToken>, now: Moment) -> Standing {
    let age = current.and_then(|current| current.generation.checked_sub(given.generation));
    let (Some(current), Some(age)) = (current, age) else { return Standing::Replaced };
    let is_good = match age {
        0 => true,
        _ => replaced_at(current, age).is_some_and(|replaced| now - replaced < OVERLAP),
    };
    match (now - given.at < LIFE, is_good) {
        (false, _) => Standing::Expired,
        (true, false) => Standing::Replaced,
        (true, true) => Standing::Good,
    }
}

/// When the generation that is this many before the current one was replaced: when the one after it became
/// current. None where that was too long ago to be remembered.
fn replaced_at(current: &AppToken, age: u32) -> Option<Moment> {
    let after = usize::try_from(age).ok()?.checked_sub(1)?;
    [current.since].iter().chain(&current.earlier).nth(after).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    fn app() -> ClientId {
        "org.example.shop".parse().unwrap()
    }

    fn current(kind: AppTokenKind) -> AppToken {
        AppToken { app: app(), kind, generation: 3, since: NOW, earlier: vec![] }
    }

    /// What becomes of it when a token is asked for at each of these moments.
    fn asked(
        mut token: Option<AppToken>,
        moments: impl IntoIterator<Item = Moment>,
    ) -> (AppToken, Vec<Given>) {
        let mut all = vec![];
        for now in moments {
            let (given, changes) = fresh(&app(), token.as_ref(), now);
            all.push(given);
            for change in changes {
                let Change::AppTokenTurned(turned) = change else { panic!("{change:?}") };
                token = Some(turned);
            }
        }
        (token.unwrap(), all)
    }

    const LAST: Span = Span::millis(1);
    const ALMOST: Span = Span::millis(OVERLAP.as_millis() - 1);

    #[test]
    fn a_call_for_a_fresh_token_turns_the_generation() {
        let (given, changes) = fresh(&app(), None, NOW);
        let first = AppToken { generation: 1, ..current(AppTokenKind::Fresh) };
        assert_eq!(changes, [Change::AppTokenTurned(first)]);
        assert_eq!(given, Given { kind: AppTokenKind::Fresh, generation: 1, at: NOW });
        let (next, changes) = fresh(&app(), Some(&current(AppTokenKind::Fresh)), NOW + SHARED);
        assert_eq!((next.generation, next.at, changes.len()), (4, NOW + SHARED, 1));
    }

    #[test]
    fn calls_within_a_second_of_a_turn_share_its_generation_and_have_their_own_time() {
        for later in [-5000, -1, 0, 1, 999] {
            let now = NOW + Span::millis(later);
            let (given, changes) = fresh(&app(), Some(&current(AppTokenKind::Fresh)), now);
            assert_eq!((given.generation, given.at, changes), (3, now, vec![]), "{later}");
            assert_eq!(given.left(now), LIFE);
        }
    }

    #[test]
    fn a_stable_token_stays_the_same_while_it_is_good() {
        let before = current(AppTokenKind::Stable);
        let same = Given { kind: AppTokenKind::Stable, generation: 3, at: NOW };
        assert_eq!(stable(&app(), Some(&before), false, NOW + LIFE - LAST), (same, vec![]));
        assert_eq!(same.left(NOW + LIFE - Span::minutes(1)), Span::minutes(1));
        assert_eq!(stable(&app(), Some(&before), false, NOW + LIFE).0.generation, 4);
        assert_eq!(stable(&app(), None, false, NOW).0.generation, 1);
    }

    #[test]
    fn another_stable_token_is_given_where_it_is_asked_for() {
        let before = current(AppTokenKind::Stable);
        let (token, changes) = stable(&app(), Some(&before), true, NOW + SHARED);
        let other = Given { kind: AppTokenKind::Stable, generation: 4, at: NOW + SHARED };
        assert_eq!((token, changes.len()), (other, 1));
        let (token, changes) = stable(&app(), Some(&before), true, NOW + SHARED - LAST);
        assert_eq!((token.generation, token.at, changes), (3, NOW, vec![]));
    }

    #[test]
    fn the_token_before_stays_good_for_five_minutes_and_no_longer_than_its_own_time() {
        let given = Given { kind: AppTokenKind::Fresh, generation: 2, at: NOW };
        let replaced = |since| AppToken { since, ..current(AppTokenKind::Fresh) };
        let hour = NOW + Span::hours(1);
        let at = |span| standing(given, Some(&replaced(hour)), hour + span);
        assert_eq!((at(Span::ZERO), at(ALMOST)), (Standing::Good, Standing::Good));
        assert_eq!(at(OVERLAP), Standing::Replaced);
        let late = replaced(NOW + LIFE - Span::minutes(1));
        assert_eq!(standing(given, Some(&late), NOW + LIFE - LAST), Standing::Good);
        assert_eq!(standing(given, Some(&late), NOW + LIFE), Standing::Expired);
    }

    #[test]
    fn the_current_token_is_good_until_its_time_has_passed() {
        let token = current(AppTokenKind::Fresh);
        let given = Given { kind: AppTokenKind::Fresh, generation: 3, at: NOW };
        assert_eq!(standing(given, Some(&token), NOW + LIFE - LAST), Standing::Good);
        assert_eq!(standing(given, Some(&token), NOW + LIFE), Standing::Expired);
        // One that was given later in the same second has its own time.
        let later = Given { at: NOW + SHARED - LAST, ..given };
        assert_eq!(standing(later, Some(&token), NOW + LIFE), Standing::Good);
    }

    #[test]
    fn each_of_several_in_quick_succession_is_good_for_five_minutes_from_its_own_replacement() {
        for apart in [1, 2, 7, 60, 299, 300, 301] {
            let moment = |number: i64| NOW + Span::seconds(number * apart);
            let (mut token, mut all) = (None, vec![]);
            for now in (0..320).map(moment) {
                let (after, given) = asked(token, [now]);
                all.extend(given);
                assert!(after.earlier.len() < 300, "{apart}: {}", after.earlier.len());
                for (given, replaced) in all.iter().zip((1..).map(moment)) {
                    let expected = match (now - given.at < LIFE, now - replaced < OVERLAP) {
                        (false, _) => Standing::Expired,
                        (true, false) => Standing::Replaced,
                        (true, true) => Standing::Good,
                    };
                    assert_eq!(standing(*given, Some(&after), now), expected, "{apart} {now:?} {given:?}");
                }
                token = Some(after);
            }
        }
    }

    #[test]
    fn what_came_between_takes_no_time_away() {
        let minutes = [0, 60, 61, 63];
        let (token, given) = asked(None, minutes.map(|minute| NOW + Span::minutes(minute)));
        let at = |number: usize, minute| standing(given[number], Some(&token), NOW + Span::minutes(minute));
        assert_eq!((at(0, 64), at(0, 65)), (Standing::Good, Standing::Replaced));
        assert_eq!((at(1, 65), at(1, 66)), (Standing::Good, Standing::Replaced));
        assert_eq!((at(2, 67), at(2, 68)), (Standing::Good, Standing::Replaced));
        assert_eq!((at(3, 68), at(3, 182), at(3, 183)), (Standing::Good, Standing::Good, Standing::Expired));
    }

    #[test]
    fn a_clock_that_went_back_turns_nothing_and_takes_nothing_away() {
        let (token, given) = asked(None, [NOW, NOW - Span::hours(1), NOW + SHARED]);
        assert_eq!(given.iter().map(|given| given.generation).collect::<Vec<_>>(), [1, 1, 2]);
        assert_eq!(standing(given[0], Some(&token), NOW), Standing::Good);
    }

    #[test]
    fn tokens_long_replaced_or_never_given_are_not_good() {
        let token = AppToken { earlier: vec![NOW - Span::minutes(1)], ..current(AppTokenKind::Fresh) };
        for (generation, expected) in [
            (0, Standing::Replaced),
            (1, Standing::Good),
            (2, Standing::Good),
            (4, Standing::Replaced),
            (u32::MAX, Standing::Replaced),
        ] {
            let given = Given { kind: AppTokenKind::Fresh, generation, at: NOW };
            assert_eq!(standing(given, Some(&token), NOW), expected, "{generation}");
            assert_eq!(standing(given, None, NOW), Standing::Replaced);
        }
    }
}
