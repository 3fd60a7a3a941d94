//! The launch tokens that are asked about.

use crate::chance::Chance;
use crate::time::Time;
use std::rc::Rc;
use std::time::Duration;

/// How long a token is still asked about when it is closed: longer than any memory may last.
const AFTERWARDS: Duration = Duration::from_secs(6);

/// A token that is asked about.
#[derive(Clone)]
pub(crate) struct Watched {
    /// Its number in the history.
    pub(crate) number: u32,
    /// Its app.
    pub(crate) app: usize,
    /// The token itself.
    pub(crate) text: Rc<str>,
    closed: Option<Time>,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Pool(Vec<Watched>);

impl Pool {
    /// Takes up a fresh token.
    pub(crate) fn add(&mut self, number: u32, app: usize, text: &str) -> Watched {
        let watched = Watched { number, app, text: text.into(), closed: None };
        self.0.push(watched.clone());
        watched
    }

    /// This token is closed for good.
    pub(crate) fn close(&mut self, number: u32, at: Time) {
        let those = self.0.iter_mut().filter(|watched| watched.number == number);
        those.for_each(|watched| watched.closed = Some(at));
    }

    /// One of those that are worth asking about now.
    pub(crate) fn pick(&mut self, chance: &Chance, now: Time) -> Option<Watched> {
        while !self.0.is_empty() {
            let index = chance.below(self.0.len());
            match self.0[index].closed {
                Some(at) if now.since(at) > AFTERWARDS => drop(self.0.swap_remove(index)),
                _ => return Some(self.0[index].clone()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_token_is_asked_about_for_a_while() {
        let (mut pool, chance) = (Pool::default(), Chance::of(1, 1));
        pool.add(4, 0, "t");
        pool.close(4, Time(0));
        assert_eq!(pool.pick(&chance, Time(5_000_000)).map(|watched| watched.number), Some(4));
        assert!(pool.pick(&chance, Time(7_000_000)).is_none());
    }
}
