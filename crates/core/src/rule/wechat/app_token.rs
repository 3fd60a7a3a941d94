//! An app's own access tokens: which one a call is answered with, and which are good.

use crate::change::Change;
use crate::id::ClientId;
use crate::moment::{Moment, Span};
use crate::noun::wechat::{AppToken, AppTokenKind};

/// How long a token is good unless another takes its place.
pub const LIFE: Span = Span::seconds(7200);
/// How long the token before the current one stays good, and any other from the moment at which it was given.
pub const OVERLAP: Span = Span::minutes(5);

/// The next token of `cgi-bin/token`: a new one each time.
pub fn fresh(app: &ClientId, before: Option<&AppToken>, now: Moment) -> (AppToken, Vec<Change>) {
    turned(app, AppTokenKind::Fresh, before, now)
}

/// The token of `cgi-bin/stable_token`: the same one while it is good, unless another is asked for.
pub fn stable(
    app: &ClientId,
    before: Option<&AppToken>,
    force: bool,
    now: Moment,
) -> (AppToken, Vec<Change>) {
    match before.filter(|token| !force && now - token.since < LIFE) {
        Some(token) => (token.clone(), vec![]),
        None => turned(app, AppTokenKind::Stable, before, now),
    }
}

fn turned(
    app: &ClientId,
    kind: AppTokenKind,
    before: Option<&AppToken>,
    now: Moment,
) -> (AppToken, Vec<Change>) {
    let generation = before.map_or(1, |before| before.generation.saturating_add(1));
    let token = AppToken { app: app.clone(), kind, generation, since: now };
    (token.clone(), vec![Change::AppTokenTurned(token)])
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

/// How a token of this generation, given at that moment, stands beside the current one.
pub fn standing(generation: u32, given_at: Moment, current: Option<&AppToken>, now: Moment) -> Standing {
    let Some(current) = current else { return Standing::Replaced };
    let is_current = generation == current.generation;
    let was_before = generation.checked_add(1) == Some(current.generation) && now - current.since < OVERLAP;
    // Several that call side by side turn each other's token: each was current at least when it was given.
    let is_recent = generation < current.generation && now - given_at < OVERLAP;
    match (now - given_at < LIFE, is_current, was_before || is_recent) {
        (false, ..) => Standing::Expired,
        (true, false, false) => Standing::Replaced,
        (true, ..) => Standing::Good,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rule::sample::NOW;

    fn app() -> ClientId {
        "org.example.shop".parse().unwrap()
    }

    fn given(kind: AppTokenKind) -> AppToken {
        AppToken { app: app(), kind, generation: 3, since: NOW }
    }

    #[test]
    fn every_call_for_a_fresh_token_gives_a_new_one() {
        let (first, changes) = fresh(&app(), None, NOW);
        assert_eq!((first.generation, &changes[..]), (1, &[Change::AppTokenTurned(first.clone())][..]));
        let (next, _) = fresh(&app(), Some(&given(AppTokenKind::Fresh)), NOW);
        assert_eq!((next.generation, next.kind), (4, AppTokenKind::Fresh));
    }

    #[test]
    fn a_stable_token_stays_the_same_while_it_is_good() {
        let before = given(AppTokenKind::Stable);
        let last = NOW + LIFE - Span::millis(1);
        assert_eq!(stable(&app(), Some(&before), false, last), (before.clone(), vec![]));
        assert_eq!(stable(&app(), Some(&before), false, NOW + LIFE).0.generation, 4);
        assert_eq!(stable(&app(), None, false, NOW).0.generation, 1);
    }

    #[test]
    fn another_stable_token_is_given_where_it_is_asked_for() {
        let (token, changes) = stable(&app(), Some(&given(AppTokenKind::Stable)), true, NOW);
        assert_eq!((token.generation, token.kind, changes.len()), (4, AppTokenKind::Stable, 1));
    }

    #[test]
    fn the_token_before_stays_good_for_five_minutes_and_no_longer_than_its_own_time() {
        let current = AppToken { since: NOW + Span::hours(1), ..given(AppTokenKind::Fresh) };
        let at = |minutes| standing(2, NOW, Some(&current), NOW + Span::hours(1) + Span::minutes(minutes));
        assert_eq!((at(0), at(4), at(5)), (Standing::Good, Standing::Good, Standing::Replaced));
        let late = AppToken { since: NOW + LIFE - Span::minutes(1), ..current };
        assert_eq!(standing(2, NOW, Some(&late), NOW + LIFE), Standing::Expired);
    }

    #[test]
    fn the_current_token_is_good_until_its_time_has_passed() {
        let current = given(AppTokenKind::Fresh);
        let last = NOW + LIFE - Span::millis(1);
        assert_eq!(standing(3, NOW, Some(&current), last), Standing::Good);
        assert_eq!(standing(3, NOW, Some(&current), NOW + LIFE), Standing::Expired);
    }

    #[test]
    fn of_several_that_were_given_in_quick_succession_each_is_good_for_five_minutes() {
        let current = AppToken { generation: 9, ..given(AppTokenKind::Fresh) };
        for generation in 1..8 {
            let at = |span| standing(generation, NOW, Some(&current), NOW + span);
            assert_eq!(at(Span::millis(OVERLAP.as_millis() - 1)), Standing::Good, "{generation}");
            assert_eq!(at(OVERLAP), Standing::Replaced, "{generation}");
        }
    }

    #[test]
    fn tokens_long_replaced_or_never_given_are_not_good() {
        let current = given(AppTokenKind::Fresh);
        let before = Moment::from_millis(NOW.millis() - OVERLAP.as_millis());
        for (generation, given_at) in [(0, before), (1, before), (4, NOW), (u32::MAX, NOW)] {
            let stands = standing(generation, given_at, Some(&current), NOW);
            assert_eq!(stands, Standing::Replaced, "{generation}");
        }
        assert_eq!(standing(1, NOW, None, NOW), Standing::Replaced);
    }
}
