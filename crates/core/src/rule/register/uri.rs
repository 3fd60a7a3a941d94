//! Addresses in a registration. Each check answers with the address to store, or with why not.

use url::{Host, Url};

/// The longest address, in bytes.
const LONGEST: usize = 2048;
/// The most addresses of one kind.
pub(super) const MOST: usize = 50;

type Checked = Result<String, &'static str>;

/// A web origin, stored as browsers write it (RFC 6454 §6.2): without path or trailing slash.
pub(super) fn origin(text: &str) -> Checked {
    let url = parse(text)?;
    if !has_authority(text) || !is_safe_web(&url) {
        return Err("must be https://HOST[:PORT], or http:// on loopback");
    }
    let bare = text.strip_suffix('/').unwrap_or(text);
    let extra = bare.splitn(4, '/').nth(3).is_some() || bare.contains(['?', '#', '@', '*']);
    if extra {
        return Err("must be an origin: scheme, host and port only, and no wildcard");
    }
    Ok(url.origin().ascii_serialization())
}

/// A redirect URI (RFC 6749 §3.1.2), stored exactly as written, since it is compared exactly:
/// https, http on loopback, or a scheme of the app's own with a dot in it (RFC 8252 §7.1).
pub(super) fn redirect(text: &str) -> Checked {
    let url = parse(text)?;
    plain(&url)?;
    match url.scheme() {
        "https" | "http" if !has_authority(text) => Err("must have two slashes after the scheme"),
        "https" | "http" if url.host_str().is_some_and(|host| host.contains('*')) => {
            Err("must not hold a wildcard")
        }
        "https" | "http" if is_safe_web(&url) => Ok(text.to_owned()),
        "http" => Err("must be https; http is for loopback only"),
        scheme if scheme.contains('.') => Ok(text.to_owned()),
        _ => Err("must be https, http on loopback, or a scheme of the app's own with a dot in it"),
    }
}

/// An address that a browser or a web view opens: https, or http on loopback.
pub(super) fn page(text: &str) -> Checked {
    let url = parse(text)?;
    let bare = url.username().is_empty() && url.password().is_none();
    if bare && has_authority(text) && is_safe_web(&url) {
        Ok(text.to_owned())
    } else {
        Err("must be an https address, or http on loopback, without a user name")
    }
}

/// An address that Portico itself fetches keys from.
pub(super) fn key_set(text: &str) -> Checked {
    page(text)
}

/// An address that Portico posts logout tokens to (OIDC Back-Channel Logout §2.2).
pub(super) fn logout(text: &str) -> Checked {
    let url = parse(text)?;
    plain(&url)?;
    let web = matches!(url.scheme(), "http" | "https") && has_authority(text) && url.host().is_some();
    if web { Ok(text.to_owned()) } else { Err("must be an https or http address") }
}

/// The address of a picture: https, http, or a path within the app.
pub(super) fn picture(text: &str) -> Checked {
    if text.is_empty() || text.len() > LONGEST || text.contains(unwritable) {
        return Err("must be an address of 2048 bytes at most, without spaces");
    }
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => Err("must be https, http or a path"),
        _ => Ok(text.to_owned()),
    }
}

/// The address of a host's logo, which pages load: https, or http on loopback where Portico itself is there.
pub(super) fn logo(text: &str, issuer: &str) -> Checked {
    let url = parse(text)?;
    plain(&url)?;
    let is_local = |url: &Url| url.scheme() == "http" && is_loopback(url);
    let fits = url.scheme() == "https" || is_local(&url) && parse(issuer).is_ok_and(|own| is_local(&own));
    match fits && has_authority(text) && url.host().is_some() {
        true => Ok(text.to_owned()),
        false => Err("must be an https address"),
    }
}

fn parse(text: &str) -> Result<Url, &'static str> {
    if text.len() > LONGEST {
        return Err("is longer than 2048 bytes");
    }
    // What a browser would silently repair could be compared as one address and opened as another.
    if text.contains(unwritable) || text.contains('\\') {
        return Err("must be a URI: no spaces, no backslashes, ASCII only");
    }
    Url::parse(text).map_err(|_| "must be an absolute URI")
}

fn unwritable(c: char) -> bool {
    !c.is_ascii_graphic()
}

fn plain(url: &Url) -> Result<(), &'static str> {
    if url.fragment().is_some() {
        Err("must not have a fragment")
    } else if !url.username().is_empty() || url.password().is_some() {
        Err("must not hold a user name or password")
    } else {
        Ok(())
    }
}

fn has_authority(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(scheme, rest)| scheme.chars().all(char::is_alphanumeric) && !rest.starts_with('/'))
}

fn is_safe_web(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(url),
        _ => false,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_origin_is_stored_as_browsers_write_it() {
        assert_eq!(origin("https://Taxi.Example:443/").unwrap(), "https://taxi.example");
        assert_eq!(origin("http://127.0.0.1:9001").unwrap(), "http://127.0.0.1:9001");
        assert_eq!(origin("http://localhost:9001").unwrap(), "http://localhost:9001");
        assert_eq!(origin("http://[::1]:9001").unwrap(), "http://[::1]:9001");
    }

    #[test]
    fn what_is_no_origin_or_not_safe_is_refused() {
        for bad in [
            "null",
            "*",
            "https://*.example",
            "https://taxi.example/app",
            "https://taxi.example//",
            "https://taxi.example?x",
            "https://taxi.example#x",
            "https://me@taxi.example",
            "http://taxi.example",
            "ftp://taxi.example",
            "taxi.example",
            "https:taxi.example",
            "https:///taxi.example",
            " https://taxi.example",
            "https://täxi.example",
            "",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_redirect_uri_is_kept_to_the_letter() {
        for good in [
            "https://taxi.example/callback?x=1",
            "http://localhost/cb",
            "http://127.0.0.1:1234/cb",
            "org.example.taxi:/callback",
            "org.example.taxi://callback",
            "https://Taxi.example",
        ] {
            assert_eq!(redirect(good).unwrap(), good);
        }
    }

    #[test]
    fn a_redirect_uri_that_could_leak_a_code_is_refused() {
        for bad in [
            "/callback",
            "https://taxi.example/#x",
            "https://me:pw@taxi.example/",
            "http://taxi.example/",
            "http://127.0.0.1.evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "taxi:/callback",
            "https:taxi.example",
            "https://*.example/cb",
            "https://taxi.example\\@evil.example",
            "https://taxi.example/\n",
            &format!("https://taxi.example/{}", "a".repeat(2048)),
        ] {
            assert!(redirect(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_logout_address_is_on_the_web_and_has_no_fragment() {
        assert!(logout("https://taxi.example/logout").is_ok());
        assert!(logout("http://10.0.0.1/logout").is_ok());
        for bad in ["https://taxi.example/#x", "org.example:/x", "/logout", "https://u@taxi.example/"] {
            assert!(logout(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_picture_is_no_script() {
        assert!(picture("https://taxi.example/48.png").is_ok());
        assert!(picture("icons/48.png").is_ok());
        for bad in ["javascript:alert(1)", "data:image/svg+xml,x", "", "a b.png"] {
            assert!(picture(bad).is_err(), "{bad}");
        }
    }
}
