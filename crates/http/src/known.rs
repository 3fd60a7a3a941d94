//! Browsers in which a person has signed in before.
//!
//! Such a browser holds a cookie with a random number of its own and, for each of its people, a day and a
//! keyed check of number, day and person. It says nothing to anybody else, and nothing is stored for it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue};
use portico_core::id::UserId;
use portico_core::moment::Span;
use portico_seal::secret;

use crate::throttle::Throttles;
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
/// In a browser that knows the person it is that browser's own. Everywhere else it is that of what was
/// typed and from which address, and, with a larger allowance, that of what was typed. So a stranger
/// holds nobody up elsewhere, and whatever strangers do together, the person can sign in where they did
/// before.
pub fn counter(
    house: &House,
    headers: &HeaderMap,
    typed: &str,
    user: Option<UserId>,
    address: IpAddr,
) -> Counter {
    let known = Known::of(house, headers).filter(|known| known.knows(house, user));
    if let Some((known, user)) = known.zip(user) {
        return Counter { key: known.counter(house, user), in_all: None };
    }
    let vault = house.live.vault();
    let in_all = vault.typed(typed);
    let from = in_all.iter().fold(address.to_string(), |text, byte| format!("{text} {byte:02x}"));
    Counter { key: vault.handles().index("sign-in from", &from), in_all: Some(in_all) }
}

/// Where attempts are counted.
pub struct Counter {
    key: [u8; 32],
    /// That of all addresses together; none in a browser that knows the person.
    in_all: Option<[u8; 32]>,
}

impl Counter {
    /// Whether an attempt may be made now; if not, how many seconds to wait.
    ///
    /// A browser that knows the person is not held up by others at its address either.
    pub fn may_try(&self, throttles: &Throttles, address: IpAddr) -> Result<(), u64> {
        throttles.accounts.may_try(&self.key)?;
        match &self.in_all {
            Some(in_all) => {
                throttles.may_try_in_all(in_all, address)?;
                throttles.addresses.may_try(&address)
            }
            None => Ok(()),
        }
    }

    /// Counts an attempt that failed.
    pub fn failed(&self, throttles: &Throttles, address: IpAddr) {
        throttles.accounts.failed(&self.key);
        self.in_all.iter().for_each(|in_all| throttles.failed_in_all(in_all, address));
        throttles.addresses.failed(&address);
    }

    /// The key of messages that are asked for: a known browser's own, or what was typed.
    pub fn destination(&self) -> [u8; 32] {
        self.in_all.unwrap_or(self.key)
    }
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
