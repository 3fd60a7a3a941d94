//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// Which receivers, key sets and providers may be reached: by default those on the public
/// Internet only, so that nobody who registers an address can make Portico speak to the inside
/// of the operator's network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddressPolicy {
    /// Whether loopback and private addresses, and plain `http`, are allowed: on a developer's
    /// machine, or where the operator said so.
    pub allow_private: bool,
}

/// Why an address is not connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No absolute `http` or `https` URL with a host.
    #[error("not an absolute http or https URL")]
    NotHttp,
    /// The URL carries a user name or a password.
    #[error("a URL with a user name or password")]
    UserInfo,
    /// The URL is plain `http`.
    #[error("https is required")]
    NotHttps,
    /// The host is, or resolves to nothing but, an address that may not be reached.
    #[error("the host is not on a public address")]
    NotPublic,
}

/// How far an address reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The public Internet.
    Public,
    /// This machine, or a network of somebody's own.
    Private,
    /// Never one receiver: unspecified, link-local (cloud metadata lives there), multicast, broadcast, reserved.
    Nowhere,
}

impl AddressPolicy {
    /// Only addresses on the public Internet.
    pub const PUBLIC: Self = Self { allow_private: false };
    /// Loopback and private addresses too, and plain `http`.
    pub const PRIVATE_TOO: Self = Self { allow_private: true };

    /// The URL, if as far as its text tells it may be fetched. A host name is judged by
    /// [`Self::allows`] once more when it has been resolved.
    pub fn url(&self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text).map_err(|_| Refused::NotHttp)?;
        self.check(&url)?;
        Ok(url)
    }

    /// As [`Self::url`], for one that has been parsed.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let allowed = match url.host().ok_or(Refused::NotHttp)? {
            Host::Ipv4(ip) => self.allows(IpAddr::V4(ip)),
            Host::Ipv6(ip) => self.allows(IpAddr::V6(ip)),
            Host::Domain(name) => self.allow_private || !is_localhost(name),
        };
        if !allowed {
            return Err(Refused::NotPublic);
        }
        if url.scheme() != "https" && !self.allow_private {
            return Err(Refused::NotHttps);
        }
        Ok(())
    }

    /// Whether this address may be connected to.
    pub fn allows(&self, ip: IpAddr) -> bool {
        match reach(ip) {
            Reach::Public => true,
            Reach::Private => self.allow_private,
            Reach::Nowhere => false,
        }
    }

    /// Those of a name's addresses that may be connected to; refused if none may.
    pub fn filter(&self, resolved: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let allowed: Vec<_> = resolved.filter(|address| self.allows(address.ip())).collect();
        if allowed.is_empty() { Err(Refused::NotPublic) } else { Ok(allowed) }
    }
}

/// Names that mean this machine wherever they are resolved (RFC 6761 §6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
}

fn reach(ip: IpAddr) -> Reach {
    match ip {
        IpAddr::V4(ip) => reach_v4(ip),
        IpAddr::V6(ip) => reach_v6(ip),
    }
}

/// By the IANA registry of special-purpose IPv4 addresses (RFC 6890).
fn reach_v4(ip: Ipv4Addr) -> Reach {
    match ip.octets() {
        [0, ..] | [169, 254, ..] | [224..=255, ..] => Reach::Nowhere,
        [10, ..] | [127, ..] | [172, 16..=31, ..] | [192, 168, ..] => Reach::Private,
        // Shared by carriers, benchmarks, and protocol assignments.
        [100, 64..=127, ..] | [198, 18..=19, ..] | [192, 0, 0, _] => Reach::Private,
        // Documentation, and the relays of 6to4 that were.
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [192, 88, 99, _] => Reach::Private,
        _ => Reach::Public,
    }
}

/// By the IANA registry of special-purpose IPv6 addresses: only global unicast (2000::/3) is
/// public, and an address that carries an IPv4 address reaches as far as that one.
fn reach_v6(ip: Ipv6Addr) -> Reach {
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        reach_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Reach::Nowhere,
        [0, 0, 0, 0, 0, 0, 0, 1] => Reach::Private,
        // IPv4-mapped, NAT64 (RFC 6052) and 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => carried(high, low),
        [0x2002, high, low, ..] => carried(high, low),
        // IPv4-compatible, which no system uses any more (RFC 4291 §2.5.5.1).
        [0, 0, 0, 0, 0, 0, ..] => Reach::Nowhere,
        // Protocol assignments (Teredo, benchmarks, ORCHID) and documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Private,
        [0x2000..=0x3fff, ..] => Reach::Public,
        // Unique local, and a NAT64 of somebody's own (RFC 8215).
        [0xfc00..=0xfdff, ..] | [0x64, 0xff9b, 1, ..] => Reach::Private,
        _ => Reach::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PRIVATE: &[&str] = &[
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "192.88.99.1",
        "::1",
        "fc00::1",
        "fdff::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2002:c0a8:101::1",
        "2001::1",
        "2001:2::1",
        "2001:1ff::1",
        "2001:db8::1",
        "3fff::1",
    ];
    const NOWHERE: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0.0.0.0",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "5f00::1",
        "4000::1",
    ];
    const ON_THE_INTERNET: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.1.1",
        "198.17.1.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00::1",
        "3fff:1000::1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ];

    #[test]
    fn only_addresses_on_the_internet_are_reached() {
        for text in PRIVATE.iter().chain(NOWHERE) {
            assert!(!AddressPolicy::PUBLIC.allows(text.parse().unwrap()), "{text}");
        }
        for text in ON_THE_INTERNET {
            assert!(AddressPolicy::PUBLIC.allows(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_operator_may_allow_private_addresses_but_never_metadata_or_multicast() {
        for text in PRIVATE.iter().chain(ON_THE_INTERNET) {
            assert!(AddressPolicy::PRIVATE_TOO.allows(text.parse().unwrap()), "{text}");
        }
        for text in NOWHERE {
            assert!(!AddressPolicy::PRIVATE_TOO.allows(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn a_public_https_url_is_good() {
        for good in ["https://taxi.example/logout", "https://taxi.example:8443/a?b=c", "https://8.8.8.8/"] {
            assert!(AddressPolicy::PUBLIC.url(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_bad_url_is_refused_with_its_reason() {
        let table = [
            ("", Refused::NotHttp),
            ("/logout", Refused::NotHttp),
            ("taxi.example/logout", Refused::NotHttp),
            ("ftp://taxi.example/", Refused::NotHttp),
            ("file:///etc/passwd", Refused::NotHttp),
            ("unix:/run/docker.sock", Refused::NotHttp),
            ("https://user@taxi.example/", Refused::UserInfo),
            ("https://:secret@taxi.example/", Refused::UserInfo),
            ("http://taxi.example/", Refused::NotHttps),
            ("https://localhost/", Refused::NotPublic),
            ("https://LOCALHOST./", Refused::NotPublic),
            ("https://shop.localhost:8080/", Refused::NotPublic),
            ("http://127.0.0.1:9000/", Refused::NotPublic),
            ("https://2130706433/", Refused::NotPublic),
            ("https://0x7f.1/", Refused::NotPublic),
            ("https://0177.0.0.1/", Refused::NotPublic),
            ("https://[::1]/", Refused::NotPublic),
            ("https://[::ffff:10.0.0.1]/", Refused::NotPublic),
            ("https://169.254.169.254/latest/meta-data", Refused::NotPublic),
        ];
        for (bad, why) in table {
            assert_eq!(AddressPolicy::PUBLIC.url(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn on_a_developers_machine_plain_http_to_loopback_is_good() {
        for good in ["http://127.0.0.1:9000/logout", "http://localhost:3000/", "http://[::1]:80/"] {
            assert!(AddressPolicy::PRIVATE_TOO.url(good).is_ok(), "{good}");
        }
        assert_eq!(AddressPolicy::PRIVATE_TOO.url("http://a:b@localhost/"), Err(Refused::UserInfo));
        assert_eq!(AddressPolicy::PRIVATE_TOO.url("http://169.254.169.254/"), Err(Refused::NotPublic));
    }

    #[test]
    fn of_a_names_addresses_only_the_allowed_ones_are_tried() {
        let resolved: Vec<SocketAddr> =
            ["10.0.0.1:443", "8.8.8.8:443", "[::1]:443"].map(|text| text.parse().unwrap()).into();
        let allowed = AddressPolicy::PUBLIC.filter(resolved.clone().into_iter());
        assert_eq!(allowed, Ok(vec![resolved[1]]));
        assert_eq!(AddressPolicy::PUBLIC.filter([resolved[0]].into_iter()), Err(Refused::NotPublic));
    }
}
