//! Limits on failures and on messages: per account, destination and address, counted by keyed rate limiters.

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use portico_core::denied::{Code, Denied};
use portico_core::id::UserId;
use quick_cache::sync::Cache;

/// How many times the allowance of one address all addresses together have, for one account.
const IN_ALL: NonZeroU32 = NonZeroU32::new(5).expect("five is not zero");
/// What each network still has for one account when all addresses together have used up theirs: so many
/// failures in ten minutes, and so many messages in an hour. Whoever the account belongs to gets through
/// from a network of their own, whatever is done from others.
const OF_A_NETWORK: NonZeroU32 = NonZeroU32::new(3).expect("three is not zero");

const SIX: NonZeroU32 = NonZeroU32::new(6).expect("six is not zero");

/// Wrong codes borne per hour for one account from one address; five times as many from all.
const CODES: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

/// Failures borne per minute before the next attempt must wait, and messages sent per hour.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Failed sign-ins to one account from one address; five times as many from all.
    pub sign_in_per_account: NonZeroU32,
    /// Failed sign-ins from one address.
    pub sign_in_per_address: NonZeroU32,
    /// Failed client authentications from one address.
    pub client_auth_per_address: NonZeroU32,
    /// Passkey sign-ins begun from one address; every look at the sign-in page begins one.
    pub passkeys_per_address: NonZeroU32,
    /// Messages per hour that one person asks for.
    pub messages_per_person: NonZeroU32,
    /// Messages per hour to one e-mail address or phone number.
    pub messages_per_destination: NonZeroU32,
    /// Messages per hour that are asked for from one address.
    pub messages_per_address: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        let count = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            sign_in_per_account: count(10),
            sign_in_per_address: count(60),
            client_auth_per_address: count(60),
            passkeys_per_address: count(300),
            messages_per_person: count(20),
            messages_per_destination: count(10),
            messages_per_address: count(60),
        }
    }
}

/// The counters of failures and of messages.
pub struct Throttles {
    /// Failed sign-ins, by the keyed hash of what was typed and from where.
    pub accounts: Failures<[u8; 32]>,
    /// Failed sign-ins by what was typed, from wherever.
    accounts_in_all: Failures<[u8; 32]>,
    /// Failed sign-ins by what was typed, from one network.
    networks: Failures<([u8; 32], IpAddr)>,
    /// Failed sign-ins, by address.
    pub addresses: Failures<IpAddr>,
    /// Failed client authentications, by address.
    pub clients: Failures<IpAddr>,
    /// Passkey sign-ins begun, by address: each leaves a row for ten minutes.
    pub ceremonies: Failures<IpAddr>,
    /// Failed sign-ins to the operator's console, by address.
    pub console: Failures<IpAddr>,
    codes: Failures<([u8; 32], IpAddr)>,
    codes_in_all: Failures<[u8; 32]>,
    senders: Messages<UserId>,
    destinations: Messages<([u8; 32], IpAddr)>,
    destinations_in_all: Messages<[u8; 32]>,
    destinations_of_networks: Messages<([u8; 32], IpAddr)>,
    callers: Messages<IpAddr>,
}

impl Throttles {
    /// Counters at these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            accounts: Failures::new(limits.sign_in_per_account),
            accounts_in_all: Failures::new(limits.sign_in_per_account.saturating_mul(IN_ALL)),
            networks: Failures::at(
                Quota::per_hour(OF_A_NETWORK.saturating_mul(SIX)).allow_burst(OF_A_NETWORK),
            ),
            addresses: Failures::new(limits.sign_in_per_address),
            clients: Failures::new(limits.client_auth_per_address),
            ceremonies: Failures::new(limits.passkeys_per_address),
            // A token of 256 bits is not guessed; the limit keeps whoever tries from being a burden.
            console: Failures::new(limits.sign_in_per_account),
            codes: Failures::at(Quota::per_hour(CODES)),
            codes_in_all: Failures::at(Quota::per_hour(CODES.saturating_mul(IN_ALL))),
            senders: Messages::new(limits.messages_per_person),
            destinations: Messages::new(limits.messages_per_destination),
            destinations_in_all: Messages::new(limits.messages_per_destination.saturating_mul(IN_ALL)),
            destinations_of_networks: Messages::new(OF_A_NETWORK),
            callers: Messages::new(limits.messages_per_address),
        }
    }

    /// Counts a message to this destination (its keyed index), asked for from this address, and
    /// says whether it may be sent now; if not, how many seconds to wait.
    ///
    /// Each address has an allowance of its own for the destination, so that a stranger does not use
    /// up that of whoever the destination belongs to; together they have [`IN_ALL`] of them, and when
    /// those are used up, each network has a few. An address that may not send uses up nothing of the
    /// destination's.
    pub fn may_send(&self, destination: [u8; 32], address: IpAddr) -> Result<(), u64> {
        self.callers.count(&address)?;
        self.destinations.count(&(destination, address))?;
        let network = || self.destinations_of_networks.count(&(destination, network(address)));
        self.destinations_in_all.count(&destination).or_else(|_| network())
    }

    /// Whether an attempt to sign in as this one may be made from this address now, as far as the
    /// attempts of all addresses go; if not, how many seconds to wait.
    pub fn may_try_in_all(&self, typed: &[u8; 32], address: IpAddr) -> Result<(), u64> {
        let network = || self.networks.may_try(&(*typed, network(address)));
        self.accounts_in_all.may_try(typed).or_else(|_| network())
    }

    /// Notes a failure among those of all addresses.
    pub fn failed_in_all(&self, typed: &[u8; 32], address: IpAddr) {
        self.accounts_in_all.failed(typed);
        self.networks.failed(&(*typed, network(address)));
    }

    /// As [`Self::may_send`], for a message that this person asks for.
    pub fn may_send_for(&self, user: UserId, destination: [u8; 32], address: IpAddr) -> Result<(), u64> {
        self.senders.count(&user)?;
        self.may_send(destination, address)
    }

    /// Whether a code that was sent for this one (a keyed index) may be answered from this address now; if
    /// not, how many seconds to wait. However many codes are asked for, so many are guessed.
    pub fn may_guess(&self, sent_for: &[u8; 32], address: IpAddr) -> Result<(), u64> {
        self.codes.may_try(&(*sent_for, address))?;
        let network = || self.networks.may_try(&(*sent_for, network(address)));
        self.codes_in_all.may_try(sent_for).or_else(|_| network())
    }

    /// Notes that it was answered wrongly.
    pub fn guessed_wrong(&self, sent_for: &[u8; 32], address: IpAddr) {
        self.codes.failed(&(*sent_for, address));
        self.codes_in_all.failed(sent_for);
        self.networks.failed(&(*sent_for, network(address)));
    }

    /// Forgets counters that are full again. Run it now and then.
    pub fn sweep(&self) {
        self.accounts.limiter.retain_recent();
        self.addresses.limiter.retain_recent();
        self.clients.limiter.retain_recent();
        self.ceremonies.limiter.retain_recent();
        self.console.limiter.retain_recent();
        self.codes.limiter.retain_recent();
        self.codes_in_all.limiter.retain_recent();
        self.senders.0.retain_recent();
        self.destinations.0.retain_recent();
        self.destinations_in_all.0.retain_recent();
        self.destinations_of_networks.0.retain_recent();
        self.accounts_in_all.limiter.retain_recent();
        self.networks.limiter.retain_recent();
        self.callers.0.retain_recent();
    }
}

/// Counts messages by key.
struct Messages<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Messages<K> {
    fn new(per_hour: NonZeroU32) -> Self {
        Self(DefaultKeyedRateLimiter::keyed(Quota::per_hour(per_hour)))
    }

    fn count(&self, key: &K) -> Result<(), u64> {
        self.0
            .check_key(key)
            .map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
    }
}

/// Counts failures by key. Only failures count: a key that never fails never waits.
pub struct Failures<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    waiting: Cache<K, <DefaultClock as Clock>::Instant>,
}

impl<K: Hash + Eq + Clone> Failures<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        Self::at(Quota::per_minute(per_minute))
    }

    fn at(quota: Quota) -> Self {
        let limiter = DefaultKeyedRateLimiter::keyed(quota);
        Self { limiter, clock: DefaultClock::default(), waiting: Cache::new(10_000) }
    }

    /// Whether an attempt may be made now; if not, how many seconds to wait.
    pub fn may_try(&self, key: &K) -> Result<(), u64> {
        let Some(until) = self.waiting.get(key) else { return Ok(()) };
        let now = self.clock.now();
        if now >= until {
            self.waiting.remove(key);
            return Ok(());
        }
        let wait = until.duration_since(now);
        Err(wait.as_secs() + 1)
    }

    /// Notes a failure.
    pub fn failed(&self, key: &K) {
        if let Err(not_until) = self.limiter.check_key(key) {
            self.waiting.insert(key.clone(), not_until.earliest_possible());
        }
    }
}

/// The key of an address: an IPv6 host owns its whole /64.
pub fn address_key(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).into(),
        },
        v4 => v4,
    }
}

/// The network of an address, as far as one party usually has it: /24 of IPv4, /48 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address_key(address) {
        IpAddr::V4(v4) => Ipv4Addr::from(u32::from(v4) & !0xff).into(),
        IpAddr::V6(v6) => Ipv6Addr::from(u128::from(v6) & !(u128::MAX >> 48)).into(),
    }
}

/// The refusal after too many failures.
pub fn too_many() -> Denied {
    Denied::new(Code::TooManyRequests, "too many failed attempts; wait and try again")
}

/// The refusal after too many messages, for this many seconds.
pub fn too_many_messages(seconds: u64) -> Denied {
    Denied::new(Code::TooManyRequests, "too many messages were asked for; wait and try again").after(seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_failures_count_and_each_key_for_itself() {
        let failures = Failures::new(NonZeroU32::new(2).unwrap());
        assert_eq!(failures.may_try(&1), Ok(()));
        failures.failed(&1);
        failures.failed(&1);
        assert_eq!(failures.may_try(&1), Ok(()));
        failures.failed(&1);
        assert!(failures.may_try(&1).is_err_and(|seconds| (1..=60).contains(&seconds)));
        assert_eq!(failures.may_try(&2), Ok(()));
    }

    #[test]
    fn a_stranger_uses_up_nobody_elses_allowance_and_all_together_have_five_times_it() {
        let messages_per_destination = NonZeroU32::new(2).unwrap();
        let throttles = Throttles::new(Limits { messages_per_destination, ..Limits::default() });
        let from = |last| IpAddr::from([192, 0, 2, last]);
        for caller in 1..=5 {
            assert_eq!(throttles.may_send([1; 32], from(caller)), Ok(()), "{caller}");
            assert_eq!(throttles.may_send([1; 32], from(caller)), Ok(()), "{caller}");
            assert!(throttles.may_send([1; 32], from(caller)).is_err(), "{caller}");
        }
        // Their network has a few more, and so has any other, however many have used up theirs.
        for caller in [6, 7, 8] {
            assert_eq!(throttles.may_send([1; 32], from(caller)), Ok(()), "{caller}");
        }
        assert!(throttles.may_send([1; 32], from(9)).is_err());
        assert_eq!(throttles.may_send([1; 32], IpAddr::from([198, 51, 100, 1])), Ok(()));
        assert_eq!(throttles.may_send([2; 32], from(10)), Ok(()));
    }

    #[test]
    fn failures_from_other_networks_shut_nobody_out() {
        let sign_in_per_account = NonZeroU32::new(1).unwrap();
        let throttles = Throttles::new(Limits { sign_in_per_account, ..Limits::default() });
        let elsewhere = |last| IpAddr::from([192, 0, 2, last]);
        for last in 0..9 {
            throttles.failed_in_all(&[1; 32], elsewhere(last));
        }
        assert!(throttles.may_try_in_all(&[1; 32], elsewhere(10)).is_err());
        let own = IpAddr::from([198, 51, 100, 1]);
        for _ in 0..=OF_A_NETWORK.get() {
            assert_eq!(throttles.may_try_in_all(&[1; 32], own), Ok(()));
            throttles.failed_in_all(&[1; 32], own);
        }
        assert!(throttles.may_try_in_all(&[1; 32], own).is_err_and(|wait| wait <= 200));
    }

    #[test]
    fn a_network_is_what_one_party_usually_has() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("192.0.2.200"));
        assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:ffff::1"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
    }

    #[test]
    fn messages_are_counted_by_person_destination_and_address() {
        let count = |n| NonZeroU32::new(n).unwrap();
        let throttles = Throttles::new(Limits {
            messages_per_person: count(3),
            messages_per_destination: count(2),
            messages_per_address: count(5),
            ..Limits::default()
        });
        let (user, from) = (UserId::from_bytes([1; 16]), IpAddr::from([192, 0, 2, 1]));
        assert_eq!(throttles.may_send([1; 32], from), Ok(()));
        assert_eq!(throttles.may_send_for(user, [1; 32], from), Ok(()));
        let wait = throttles.may_send([1; 32], from).unwrap_err();
        assert!((1700..=1801).contains(&wait), "{wait}");
        assert_eq!(throttles.may_send_for(user, [2; 32], from), Ok(()));
        assert_eq!(throttles.may_send_for(user, [2; 32], from), Ok(()));
        assert!(throttles.may_send_for(user, [3; 32], from).is_err(), "the person has sent enough");
        assert!(throttles.may_send([3; 32], from).is_err(), "the address has sent enough");
        let elsewhere = IpAddr::from([192, 0, 2, 2]);
        for _ in 0..2 {
            assert_eq!(throttles.may_send([3; 32], elsewhere), Ok(()), "nothing of it was used up");
        }
        assert!(throttles.may_send([3; 32], elsewhere).is_err());
    }

    #[test]
    fn a_whole_ipv6_network_is_one_address() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:2"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
