//! Browsers in which a person has signed in before.
//!
//! Such a browser holds a cookie with a random number of its own and, for each of its people, a day and a
//! keyed check of number, day and person. It says nothing to anybody else, and nothing is stored for it.

use axum::http::{HeaderMap, HeaderValue};
use portico_core::id::UserId;
use portico_core::moment::Span;
use portico_seal::secret;

use crate::{House, cookie};

/// How long a browser is known after a sign-in.
const KNOWN: Span = Span::days(365);
/// How many people a browser is known for at most; the one who signed in longest ago goes.
const MOST: usize = 8;
const DAY: i64 = 24 * 60 * 60;

/// What a browser's cookie says.
pub struct Known {
    browser: String,
    marks: Vec<(i64, String)>,
}

impl Known {
    /// The browser of a request; none where it brings no cookie of ours.
    pub fn of(house: &House, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::get(house, headers, cookie::KNOWN)?;
        let mut parts = value.split('.');
        let browser = parts.next().filter(|browser| browser.len() == 43)?.to_owned();
        let mark = |part: &str| {
            let (day, check) = part.split_once(':')?;
            Some((day.parse().ok()?, check.to_owned()))
        };
        Some(Self { browser, marks: parts.take(MOST).filter_map(mark).collect() })
    }

    /// Whether this person has signed in here within the last year.
    ///
    /// As much is computed for nobody as for somebody.
    pub fn knows(&self, house: &House, user: Option<UserId>) -> bool {
        let someone = user.unwrap_or(UserId::from_bytes([0; 16]));
        let today = day(house);
        let is_fresh = |day: i64| day <= today && (today - day) * DAY <= KNOWN.as_seconds();
        let fits = |(day, check): &(i64, String)| {
            house.live.vault().csrf().check(&self.bound(*day, someone), check) && is_fresh(*day)
        };
        self.marks.iter().filter(|mark| fits(mark)).count() > 0 && user.is_some()
    }

    /// The key under which this person's attempts in this browser are counted.
    pub fn counter(&self, house: &House, user: UserId) -> [u8; 32] {
        house.live.vault().handles().index("known browser", &format!("{} {user}", self.browser))
    }

    fn bound(&self, day: i64, user: UserId) -> String {
        format!("known browser {} {day} {user}", self.browser)
    }
}

/// The key under which attempts to sign in as this person are counted.
///
/// In a browser that knows the person it is that browser's own; everybody else shares the one of what was
/// typed. So whatever strangers do, the person can sign in where they did before.
pub fn counter(house: &House, headers: &HeaderMap, typed: &str, user: Option<UserId>) -> Counter {
    let known = Known::of(house, headers).filter(|known| known.knows(house, user));
    match known.zip(user) {
        Some((known, user)) => Counter { key: known.counter(house, user), known: true },
        None => Counter { key: house.live.vault().typed(typed), known: false },
    }
}

/// Where attempts are counted.
pub struct Counter {
    /// The key.
    pub key: [u8; 32],
    /// Whether it is that of a browser that knows the person.
    pub known: bool,
}

/// The cookie of this browser, which knows this person from now on.
pub fn remember(house: &House, headers: &HeaderMap, user: UserId) -> HeaderValue {
    let before = Known::of(house, headers);
    let fresh = || secret(house.live.vault().chance()).expose().to_owned();
    let mut known = before.unwrap_or_else(|| Known { browser: fresh(), marks: vec![] });
    let csrf = house.live.vault().csrf();
    let is_theirs = |(day, check): &(i64, String)| csrf.check(&known.bound(*day, user), check);
    let others: Vec<_> = known.marks.iter().filter(|mark| !is_theirs(mark)).cloned().collect();
    let today = day(house);
    known.marks = vec![(today, csrf.token(&known.bound(today, user)))];
    known.marks.extend(others.into_iter().take(MOST - 1));
    let marks = known.marks.iter().map(|(day, check)| format!(".{day}:{check}"));
    let value = std::iter::once(known.browser.clone()).chain(marks).collect::<String>();
    cookie::set(house, cookie::KNOWN, &value, Some(KNOWN.as_seconds()))
}

fn day(house: &House) -> i64 {
    house.now().seconds() / DAY
}
