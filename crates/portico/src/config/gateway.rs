//! `[gateway]`: its keys are the gateway's own, and are described here for the reference page.

use portico_gateway::settings::GatewaySection;
use serde::Deserialize;

use super::section::Described;

/// What stands under `[gateway]`. Without a route there is no gateway.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Gateway(pub GatewaySection);

/// Key, kind, default, meaning.
const KEYS: &[(&str, &str, &str, &str)] = &[
    ("listen", "address:port", "127.0.0.1:8090", "Where callers are listened to. Port 0 takes a free one."),
    (
        "tls.certificate",
        "path",
        "",
        "The certificate shown to callers, with what leads up to its authority (PEM).",
    ),
    ("tls.key", "path", "", "Its private key (PEM)."),
    ("tls.clients", "path", "", "The authorities whose client certificates are believed (PEM)."),
    (
        "route.host",
        "text",
        "",
        "`[[gateway.route]]`, looked at in order: the host that a request must name. Where none is given: any.",
    ),
    ("route.path", "text", "", "The path that the request's must be or lie under. Where none is given: any."),
    (
        "route.upstream",
        "list of URLs",
        "",
        "Where the back end listens, `http://…` or `https://…`; several share the load.",
    ),
    ("route.http2", "true or false", "false", "HTTP/2 without asking, towards upstreams without TLS."),
    (
        "route.authorities",
        "path",
        "",
        "The authorities that vouch for the upstreams' certificates (PEM). Where none is given: those of the system.",
    ),
    ("route.health", "text", "", "A path that answers 2xx or 3xx while an upstream is well."),
    ("route.app", "text", "", "The app whose launch tokens callers bring."),
    ("route.as", "text", "", "The app whose OpenIDs the upstream knows."),
    (
        "route.token",
        "`bearer`, `cookie:NAME` or `none`",
        "bearer",
        "Where the token stands. `none` is for other back ends, which bring a secret or a certificate.",
    ),
    ("route.keep_token", "true or false", "false", "Whether the upstream gets the token too."),
    ("route.require", "list of text", "openid", "The scopes without which a request is refused (403)."),
    (
        "route.secret_file",
        "path",
        "",
        "With `token = \"none\"`: the file with the secret that back ends bring in `X-Portico-Secret`.",
    ),
    (
        "route.certificates",
        "list of text",
        "",
        "With `token = \"none\"`: the names, one of which a back end's client certificate must bear.",
    ),
    (
        "route.unknown",
        "`refuse`, `pass` or `empty`",
        "refuse",
        "What becomes of an OpenID that nobody has, where anybody may be named.",
    ),
    (
        "route.inject.headers",
        "table",
        "",
        "Headers that tell the upstream who calls: `openid`, `unionid`, `app`, or any other text as it is. Those of these names, and all `X-WX-*`, are removed from what comes from outside.",
    ),
    (
        "route.self.*",
        "lists of text",
        "",
        "Where the caller alone may be named: `path` (templates such as `/users/{openid}`), `query`, `form`, `cookie`, `header`, `json` (JSON Pointers, `*` for every element or member).",
    ),
    ("route.any.*", "lists of text", "", "Where anybody may be named; the same keys."),
    ("route.response.*", "lists of text", "", "Where answers name people: `header`, `json`, `set_cookie`."),
    (
        "route.encrypted.*",
        "lists of `{ data, iv }`",
        "",
        "Where requests bring data that was encrypted for the app (WeChat's `encryptedData`): `query`, `form`, `json`.",
    ),
    (
        "route.limits.body",
        "size",
        "1 MiB",
        "The largest body in which something is swapped, as it comes and unpacked.",
    ),
    ("route.limits.connect", "duration", "2 s", "How long connecting to an upstream may take."),
    ("route.limits.response", "duration", "30 s", "How long an upstream may be silent."),
    (
        "route.limits.idle",
        "duration",
        "5 min",
        "How long a WebSocket or an event stream may be silent on both sides.",
    ),
];

impl Gateway {
    /// The keys of this section, in order.
    pub fn described() -> Vec<Described> {
        let row = |(key, kind, default, meaning): &(&'static str, &'static str, &str, &str)| Described {
            key,
            kind,
            default: (*default).to_owned(),
            meaning: (*meaning).to_owned(),
        };
        KEYS.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_gateway::route::Limits;

    use super::*;

    #[test]
    fn what_is_described_is_understood_with_the_defaults_that_are_shown() {
        let text = r#"
            [[route]]
            upstream = ["http://127.0.0.1:9000"]
            app = "org.a"
            as = "org.b"
            token = "bearer"
            keep_token = false
            http2 = false
            require = ["openid"]
            unknown = "refuse"
            limits = { body = "1 MiB", connect = "2 s", response = "30 s", idle = "5 min" }
        "#;
        let read = |text: &str| -> portico_gateway::Gateway {
            portico_gateway::settings::GatewayFile::read(text).unwrap().section().try_into().unwrap()
        };
        let (said, plain) = (read(text), read(&text[..text.find("token").unwrap()]));
        assert_eq!(format!("{said:?}"), format!("{plain:?}"));
        assert_eq!(plain.routes[0].limits, Limits::default());
    }

    #[test]
    fn a_key_that_is_described_is_one_of_the_gateways() {
        for (key, ..) in KEYS {
            let path: Vec<&str> = key.trim_end_matches(".*").split('.').collect();
            let value =
                path.iter().rev().fold(String::from("{}"), |inner, key| format!("{{ {key} = {inner} }}"));
            let table: Result<GatewaySection, _> = format!("x = {value}")
                .replace("route = {", "route = [{")
                .parse::<toml::Table>()
                .map_err(|error| error.to_string())
                .and_then(|table| {
                    table["x"].clone().try_into().map_err(|error: toml::de::Error| error.to_string())
                });
            let unknown = table.is_err_and(|error| error.contains("unknown field"));
            assert!(!unknown, "{key}");
        }
    }
}
