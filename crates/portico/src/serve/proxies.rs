//! Whose request it is that a proxy of ours passes on.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies that are believed.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// The proxies at these addresses and in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The address that a request came from: that of the peer, and where that is a proxy of ours, the one
    /// that it says (`X-Forwarded-For`), from the last to the first as long as it is again one of ours.
    /// What stands before that was written by somebody else, and is not looked at.
    pub fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.has(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let said = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        let mut client = peer;
        for text in said {
            let Ok(address) = text.trim().parse::<IpAddr>() else { return client };
            client = address.to_canonical();
            if !self.has(client) {
                break;
            }
        }
        client
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn client(peer: &str, said: &[&str]) -> String {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        said.iter().for_each(|line| {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        });
        proxies.client_of(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_says_nothing_about_where_it_is() {
        assert_eq!(client("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
    }

    #[test]
    fn a_proxy_says_whose_request_it_passes_on() {
        assert_eq!(client("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.1.2.3", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn what_came_before_our_own_proxies_is_not_believed() {
        assert_eq!(client("127.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.4"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &["203.0.113.9", "198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn a_proxy_that_says_nothing_readable_is_taken_for_the_caller() {
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", &["unknown"]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", &["198.51.100.1, nonsense, 10.0.0.4"]), "10.0.0.4");
    }
}
