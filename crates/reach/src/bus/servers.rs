//! Where the servers of the bus are.

use std::fmt;
use std::str::FromStr;

use async_nats::ServerAddr;
use portico_seal::Secret;
use url::Url;

/// Servers of the bus, written as URLs with commas between them, and whom to be there.
///
/// Neither user nor password is ever shown.
#[derive(Clone)]
pub struct Servers {
    urls: Vec<Url>,
    user: Option<String>,
    password: Option<Secret>,
}

/// Why a text names no servers; never with what stood in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadServers {
    /// It is no URL, or one of another kind.
    #[error("a bus is written as nats://HOST:PORT or tls://HOST:PORT, several with commas between them")]
    Address,
    /// Two servers with two users.
    #[error("all servers of the bus take the same user and password")]
    Users,
}

impl FromStr for Servers {
    type Err = BadServers;

    fn from_str(text: &str) -> Result<Self, BadServers> {
        let mut all: Vec<(Url, Option<String>, Option<String>)> = Vec::new();
        for part in text.split(',') {
            let mut url = Url::parse(part.trim()).map_err(|_| BadServers::Address)?;
            let plain = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
            let known = matches!(url.scheme(), "nats" | "tls") && plain;
            if !known || url.host_str().is_none_or(str::is_empty) {
                return Err(BadServers::Address);
            }
            let user = Some(url.username()).filter(|user| !user.is_empty()).map(decoded);
            let password = url.password().map(decoded);
            // Neither fails: a URL with a host can lose its user.
            let _ = (url.set_username(""), url.set_password(None));
            all.push((url, user, password));
        }
        let (_, user, password) = all.first().cloned().ok_or(BadServers::Address)?;
        let named = all.iter().filter(|(_, user, password)| user.is_some() || password.is_some());
        if named.clone().count() > 0 && named.clone().any(|(_, u, p)| (u, p) != (&user, &password)) {
            return Err(BadServers::Users);
        }
        let urls = all.into_iter().map(|(url, ..)| url).collect();
        Ok(Self { urls, user, password: password.map(Secret::from) })
    }
}

/// What percent signs stand for (RFC 3986 §2.1).
fn decoded(text: &str) -> String {
    let escaped = text.replace('+', "%2B");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

impl Servers {
    pub(super) fn addresses(&self) -> Vec<ServerAddr> {
        let address = |url: &Url| ServerAddr::from_url(url.clone()).expect("it is the URL of a host");
        self.urls.iter().map(address).collect()
    }

    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(super) fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }
}

impl PartialEq for Servers {
    fn eq(&self, other: &Self) -> bool {
        let password = |servers: &Self| servers.password.as_ref().map(Secret::digest);
        (&self.urls, &self.user) == (&other.urls, &other.user) && password(self) == password(other)
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, url) in self.urls.iter().enumerate() {
            write!(f, "{}{url}", if number == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Servers({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn servers_are_read_with_their_user_and_shown_without() {
        let servers: Servers = "nats://anna:s%40crt+%2F@a:4222, tls://b".parse().unwrap();
        assert_eq!(servers.user(), Some("anna"));
        assert_eq!(servers.password().unwrap().expose(), "s@crt+/");
        let shown = format!("{servers} {servers:?}");
        assert!(shown.starts_with("nats://a:4222,tls://b"), "{shown}");
        assert!(!shown.contains("crt") && !shown.contains("anna"), "{shown}");
        assert_eq!(servers.addresses().len(), 2);
    }

    #[test]
    fn what_is_no_server_is_refused_without_repeating_it() {
        for bad in ["", "nats", "nats://", "http://secret@a", "nats://a/secret", "nats://a,", "ws://a"] {
            assert_eq!(bad.parse::<Servers>().unwrap_err(), BadServers::Address, "{bad}");
        }
        assert_eq!("nats://x:y@a,nats://z:y@b".parse::<Servers>().unwrap_err(), BadServers::Users);
    }
}
