//! Browsers in which a person has signed in before.
//!
//! Such a browser holds a cookie with a random number of its own and, for each of its people, a day, how
//! often that person's browsers had been forgotten by then, and a keyed check of all that and the person.
//! It says nothing to anybody else. A new password, and signing out everywhere else, forgets all of a
//! person's browsers: what is stored for that is one count in the profile.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue};
use portico_core::id::UserId;
use portico_core::moment::Span;
use portico_live::LivePerson;
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
    marks: Vec<Mark>,
}

/// What it says of one person.
#[derive(Clone)]
struct Mark {
    day: i64,
    /// How often their browsers had been forgotten.
    forgotten: u64,
    check: String,
}

impl Mark {
    fn parse(part: &str) -> Option<Self> {
        let (day, rest) = part.split_once(':')?;
        let (forgotten, check) = rest.split_once(':')?;
        Some(Self { day: day.parse().ok()?, forgotten: forgotten.parse().ok()?, check: check.to_owned() })
    }
}

impl Known {
    /// The browser of a request; none where it brings no cookie of ours.
    pub fn of(house: &House, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::get(house, headers, cookie::KNOWN)?;
        let mut parts = value.split('.');
        let browser = parts.next().filter(|browser| browser.len() == 43)?.to_owned();
        Some(Self { browser, marks: parts.take(MOST).filter_map(Mark::parse).collect() })
    }

    /// Whether this person has signed in here within the last year, and their browsers have not been
    /// forgotten since.
    ///
    /// As much is computed for nobody as for somebody. The person is looked at only in a browser that
    /// knew them once, so that others learn nothing from that either.
    pub async fn knows(&self, house: &House, user: Option<UserId>) -> bool {
        let someone = user.unwrap_or(UserId::from_bytes([0; 16]));
        let today = day(house);
        let is_fresh = |day: i64| day <= today && (today - day) * DAY <= KNOWN.as_seconds();
        let fits = |mark: &&Mark| {
            let bound = self.bound(mark.day, mark.forgotten, someone);
            house.live.vault().csrf().check(&bound, &mark.check) && is_fresh(mark.day)
        };
        let fitting: Vec<_> = self.marks.iter().filter(fits).collect();
        let Some(user) = user.filter(|_| !fitting.is_empty()) else { return false };
        let Ok(Some(person)) = house.live.person(user).await else { return false };
        fitting.iter().any(|mark| mark.forgotten == person.profile.guard.forgotten)
    }

    /// The key under which this person's attempts in this browser are counted.
    pub fn counter(&self, house: &House, user: UserId) -> [u8; 32] {
        house.live.vault().handles().index("known browser", &format!("{} {user}", self.browser))
    }

    fn bound(&self, day: i64, forgotten: u64, user: UserId) -> String {
        format!("known browser {} {day} {forgotten} {user}", self.browser)
    }
}

/// The key under which attempts to sign in as this person are counted.
///
/// In a browser that knows the person it is that browser's own. Everywhere else it is that of what was
/// typed and from which address, and, with a larger allowance, that of what was typed. So a stranger
/// holds nobody up elsewhere, and whatever strangers do together, the person can sign in where they did
/// before.
pub async fn counter(
    house: &House,
    headers: &HeaderMap,
    typed: &str,
    user: Option<UserId>,
    address: IpAddr,
) -> Counter {
    if let Some(known) = Known::of(house, headers)
        && known.knows(house, user).await
        && let Some(user) = user
    {
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
pub fn remember(house: &House, headers: &HeaderMap, person: &LivePerson) -> HeaderValue {
    let user = person.person.id;
    let before = Known::of(house, headers);
    let fresh = || secret(house.live.vault().chance()).expose().to_owned();
    let mut known = before.unwrap_or_else(|| Known { browser: fresh(), marks: vec![] });
    let csrf = house.live.vault().csrf();
    let is_theirs = |mark: &Mark| csrf.check(&known.bound(mark.day, mark.forgotten, user), &mark.check);
    let others: Vec<_> = known.marks.iter().filter(|mark| !is_theirs(mark)).cloned().collect();
    let (today, forgotten) = (day(house), person.profile.guard.forgotten);
    let check = csrf.token(&known.bound(today, forgotten, user));
    known.marks = vec![Mark { day: today, forgotten, check }];
    known.marks.extend(others.into_iter().take(MOST - 1));
    let mark = |mark: &Mark| format!(".{}:{}:{}", mark.day, mark.forgotten, mark.check);
    let value =
        std::iter::once(known.browser.clone()).chain(known.marks.iter().map(mark)).collect::<String>();
    cookie::set(house, cookie::KNOWN, &value, Some(KNOWN.as_seconds()))
}

fn day(house: &House) -> i64 {
    house.now().seconds() / DAY
}
