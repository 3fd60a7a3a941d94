//! Headers that concern one connection, and go no further (RFC 9110 §7.6.1).

use http::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, TE, UPGRADE};

/// Removes what concerns the connection that a message came over: `Connection` and whatever it names, and
/// the headers that never go on. `TE: trailers` stays, and where a change to WebSocket is asked for or
/// agreed, `Connection: upgrade` and `Upgrade: websocket` alone.
///
/// Names are compared with `_` for `-` too: some back ends cannot tell these apart.
pub fn strip(headers: &mut HeaderMap) {
    if !headers.keys().any(concerns_connection) {
        return;
    }
    let websocket = asks_for_websocket(headers);
    let trailers = tokens(headers, &TE).any(|token| token.eq_ignore_ascii_case("trailers"));
    let mut gone: Vec<HeaderName> =
        headers.keys().filter(|name| concerns_connection(name)).cloned().collect();
    gone.extend(named(headers));
    gone.iter().for_each(|name| {
        headers.remove(name);
    });
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
    if websocket {
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
}

/// Whether a change to WebSocket is asked for or agreed (RFC 6455 §4.1).
pub fn asks_for_websocket(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE)
        && tokens(headers, &CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"))
        && tokens(headers, &UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
}

/// The headers of this message that `Connection` names. What frames or addresses the message cannot be
/// named away.
fn named(headers: &HeaderMap) -> Vec<HeaderName> {
    let names: Vec<String> =
        tokens(headers, &CONNECTION).map(|token| token.to_ascii_lowercase().replace('_', "-")).collect();
    let is_named = |name: &&HeaderName| {
        let text = name.as_str();
        !matches!(text, "host" | "content-length")
            && names.iter().any(|named| text.len() == named.len() && equals(text, named))
    };
    headers.keys().filter(is_named).cloned().collect()
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

/// Whether a header never goes on. `Content_Length` and its like stand for nothing but confusion.
pub(crate) fn concerns_connection(name: &HeaderName) -> bool {
    let text = name.as_str();
    match text.len() {
        2 => text == "te",
        7 => text == "upgrade",
        10 => text == "connection" || equals(text, "keep-alive"),
        14 => text == "content_length",
        16 => equals(text, "proxy-connection"),
        17 => equals(text, "transfer-encoding"),
        18 => equals(text, "proxy-authenticate"),
        19 => equals(text, "proxy-authorization"),
        _ => false,
    }
}

/// Whether a header's name is this one, with `_` for `-`.
fn equals(text: &str, name: &str) -> bool {
    text.bytes().zip(name.bytes()).all(|(byte, wanted)| byte == wanted || (byte == b'_' && wanted == b'-'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn stripped(lines: &[(&str, &str)]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        strip(&mut headers);
        let mut left: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        left.sort();
        left
    }

    #[test]
    fn what_concerns_the_connection_stays_behind() {
        let lines = [
            ("Connection", "keep-alive"),
            ("Keep-Alive", "timeout=5"),
            ("Keep_Alive", "timeout=5"),
            ("Proxy-Authorization", "Basic x"),
            ("Proxy-Authenticate", "Basic"),
            ("Proxy-Connection", "close"),
            ("Transfer-Encoding", "chunked"),
            ("Transfer_Encoding", "chunked"),
            ("Content_Length", "3"),
            ("Upgrade", "h2c"),
            ("TE", "gzip"),
            ("Trailer", "x-sum"),
            ("Content-Length", "3"),
        ];
        assert_eq!(stripped(&lines), ["content-length: 3", "trailer: x-sum"]);
    }

    #[test]
    fn what_connection_names_stays_behind_in_any_spelling() {
        let lines = [
            ("Connection", "X-Secret, close"),
            ("Connection", "x_other"),
            ("X-Secret", "1"),
            ("X_Secret", "2"),
            ("X-Other", "3"),
            ("X-Stays", "4"),
        ];
        assert_eq!(stripped(&lines), ["x-stays: 4"]);
    }

    #[test]
    fn connection_cannot_name_away_what_frames_or_addresses_the_message() {
        let lines = [("Connection", "Host, Content-Length"), ("Host", "a"), ("Content-Length", "1")];
        assert_eq!(stripped(&lines), ["content-length: 1", "host: a"]);
    }

    #[test]
    fn trailers_may_be_asked_for() {
        assert_eq!(stripped(&[("TE", "gzip, trailers"), ("Connection", "TE")]), ["te: trailers"]);
    }

    #[test]
    fn only_a_change_to_websocket_is_kept() {
        let asked = [("Connection", "keep-alive, Upgrade"), ("Upgrade", "WebSocket"), ("X", "1")];
        assert_eq!(stripped(&asked), ["connection: upgrade", "upgrade: websocket", "x: 1"]);
        assert_eq!(stripped(&[("Upgrade", "websocket")]), [""; 0]);
        assert_eq!(stripped(&[("Connection", "upgrade"), ("Upgrade", "h2c, tls/1.0")]), [""; 0]);
    }
}
