#![allow(clippy::unwrap_used)]

use super::*;
use crate::route::TokenPlace;
use portico_core::rule::swap::Unknown;

fn read(text: &str) -> Result<Gateway, SettingsError> {
    GatewayFile::read(text)?.section().try_into()
}

/// A route with these keys and sections beside what it needs.
fn route(more: &str) -> Result<Gateway, SettingsError> {
    read(&format!(
        "[[route]]\nupstream = [\"http://127.0.0.1:9000\"]\napp = \"org.example.live\"\nas = \"org.example.shop\"\n{more}\n"
    ))
}

const FULL: &str = r#"
listen = "127.0.0.1:8090"
[[route]]
host = "Shop.Example"
path = "/api/"
upstream = ["http://127.0.0.1:9000", "https://b.example"]
app = "org.example.live"
as  = "org.example.shop"
token = "cookie:session"
require = ["openid", "profile.basic"]
unknown = "empty"
[route.inject]
headers = { "X-WX-OPENID" = "openid", "X-WX-APPID" = "app", "X-WX-UNIONID" = "unionid", "X-WX-SOURCE" = "wx_client" }
[route.self]
path = ["/users/{openid}"]
query = ["openid"]; form = ["openid"]; cookie = []; header = []; json = ["/openid", "/user/openid"]
[route.any]
json = ["/items/*/openid"]
[route.response]
header = []; json = ["/openid", "/items/*/openid"]; set_cookie = []
[route.encrypted]
json = [{ data = "/encryptedData", iv = "/iv" }]
[route.limits]
body = "2 MiB"; connect = "1 s"; response = "10 s"
"#;

/// TOML has no semicolons; the contract writes keys of one section in one line.
fn full() -> String {
    FULL.replace("; ", "\n")
}

#[test]
fn every_key_of_the_contract_is_read() {
    let gateway = read(&full()).unwrap();
    let route = &gateway.routes[0];
    assert_eq!(gateway.listen, Some("127.0.0.1:8090".parse().unwrap()));
    assert_eq!((route.host.as_deref(), route.path.as_deref()), (Some("shop.example"), Some("/api")));
    assert_eq!(route.upstreams.len(), 2);
    assert_eq!(route.token, TokenPlace::Cookie("session".into()));
    assert_eq!(route.require.to_string(), "openid profile.basic");
    assert_eq!(route.unknown, Unknown::Empty);
    assert_eq!(route.inject.len(), 4);
    assert_eq!(route.places.own.json.len(), 2);
    assert_eq!(route.places.any.json[0].to_string(), "/items/*/openid");
    assert_eq!(route.encrypted.json.len(), 1);
    assert_eq!((route.limits.body, route.limits.response.as_secs()), (2 << 20, 10));
}

#[test]
fn what_is_left_out_has_its_default() {
    let gateway = route("").unwrap();
    let route = &gateway.routes[0];
    assert_eq!((&route.token, route.unknown), (&TokenPlace::Bearer, Unknown::Refuse));
    assert_eq!(route.require.to_string(), "openid");
    assert_eq!(route.limits, crate::route::Limits::default());
    assert!(!route.keep_token && route.host.is_none() && gateway.listen.is_none());
}

#[test]
fn a_node_by_itself_has_more_keys_than_a_section() {
    let file =
        GatewayFile::read(&format!("issuer = \"https://x.example\"\nstore = \"postgres://x\"\n{}", full()));
    assert_eq!(file.unwrap().issuer.as_deref(), Some("https://x.example"));
    let within: Result<GatewaySection, _> = toml::from_str("store = \"postgres://x\"");
    assert!(within.unwrap_err().message().contains("unknown field `store`"));
}

#[test]
fn what_is_wrong_is_refused_with_the_place_and_the_reason() {
    for (more, reason) in [
        (
            "host = \"*.example\"",
            "route 1 (*.example): host: `*.example`: a route is for one host or, without `host`, for every one",
        ),
        (
            "host = \"shop.example:80\"",
            "route 1 (shop.example:80): host: `shop.example:80` is not a host such as shop.example, without a port",
        ),
        ("path = \"api\"", "route 1 (api): path: `api` is not a path such as /api"),
        ("path = \"/a/../b\"", "route 1 (/a/../b): path: `/a/../b` is not a path such as /api"),
        ("token = \"header\"", "route 1: token: `header` is none of bearer, cookie:NAME and none"),
        ("token = \"cookie:a b\"", "route 1: token: `a b` is not the name of a cookie"),
        ("unknown = \"skip\"", "route 1: unknown: `skip` is none of refuse, pass and empty"),
        ("health = \"up\"", "route 1: health: `up` is not a path such as /health"),
        (
            "[route.self]\njson = [\"openid\"]",
            "route 1: self.json: `openid` is not a JSON Pointer such as /user/openid or /items/*/openid",
        ),
        (
            "[route.self]\npath = [\"/users\"]",
            "route 1: self.path: `/users` is not a path with one or more {openid}, such as /users/{openid}",
        ),
        (
            "[route.self]\njson = [\"/user\", \"/user/openid\"]",
            "route 1: json: `/user/openid` lies within another place",
        ),
        (
            "[route.any]\njson = [\"/*\"]\n[route.self]\njson = [\"/user/openid\"]",
            "route 1: json: `/user/openid` lies within another place",
        ),
        (
            "[route.self]\njson = [\"/*/openid\"]\n[route.any]\njson = [\"/*/OpenID/of\"]",
            "route 1: json: `/*/OpenID/of` lies within another place",
        ),
        (
            "[route.self]\nheader = [\"Connection\"]",
            "route 1: self.header: `Connection` is a header of HTTP itself, in which nobody is named",
        ),
        (
            "[route.self]\nheader = [\"X_WX-User\"]",
            "route 1: header: `X_WX-User` is removed from every request",
        ),
        ("[route.self]\nheader = [\"a b\"]", "route 1: self.header: `a b` is not the name of a header"),
        ("[route.self]\nquery = [\"\"]", "route 1: self.query: `` is not the name of a field"),
        (
            "[route.self]\nquery = [\"OpenID\"]\n[route.any]\nquery = [\"openid\"]",
            "route 1: any.query: `openid` is in self.query too",
        ),
        (
            "[route.self]\njson = [\"/a\"]\n[route.any]\njson = [\"/a\"]",
            "route 1: any.json: `/a` is in self.json too",
        ),
        ("token = \"cookie:s\"\n[route.any]\ncookie = [\"S\"]", "route 1: cookie: `s` holds the token"),
        (
            "[route.inject]\nheaders = { \"Transfer-Encoding\" = \"openid\" }",
            "route 1: inject.headers: `Transfer-Encoding` is a header of HTTP itself, in which nobody is named",
        ),
        (
            "[route.inject]\nheaders = { \"X-User\" = \"openid\", \"x_user\" = \"app\" }",
            "route 1: inject.headers: `x_user` is there twice",
        ),
        (
            "[route.inject]\nheaders = { \"X-User\" = \"a\\nb\" }",
            "route 1: inject.headers: the text of `x-user` cannot stand in a header",
        ),
        (
            "[route.inject]\nheaders = { \"X-User\" = \"openid\" }\n[route.self]\nheader = [\"x_user\"]",
            "route 1: header: `x_user` is removed and given by inject.headers",
        ),
        (
            "[route.encrypted]\njson = [{ data = \"/a/*\", iv = \"/iv\" }]",
            "route 1: encrypted.json: `/a/*`: with a star it is not known which iv is whose",
        ),
        ("[route.limits]\nbody = \"0 B\"", "route 1: limits.body: it must be at most 1 GiB, and something"),
        ("[route.limits]\nconnect = \"0 s\"", "route 1: limits.connect: nothing happens in no time"),
        ("require = [\"a b\"]", "route 1: require: not a valid scope"),
        ("secret_file = \"/x\"", "route 1: secret_file and certificates are for token = \"none\""),
        (
            "token = \"none\"\n[route.self]\nquery = [\"a\"]",
            "route 1: self: there is no caller with token = \"none\"",
        ),
        ("token = \"none\"", "route 1: token: \"none\" is for routes with [route.any]"),
        (
            "token = \"none\"\n[route.any]\nquery = [\"a\"]",
            "route 1: token: \"none\" needs secret_file, or certificates of the back ends that may call",
        ),
        (
            "token = \"none\"\nrequire = [\"openid\"]",
            "route 1: require: there are no scopes with token = \"none\"",
        ),
        (
            "token = \"none\"\ncertificates = [\"a.example\"]\n[route.any]\nquery = [\"a\"]",
            "route 1: certificates: there is no [tls] with the authorities of `clients`",
        ),
        (
            "token = \"none\"\nsecret_file = \"/nowhere/at-all\"\n[route.any]\nquery = [\"a\"]",
            "route 1: secret_file: cannot read /nowhere/at-all: No such file or directory (os error 2)",
        ),
    ] {
        assert_eq!(route(more).map(drop), Err(SettingsError(reason.into())), "{more}");
    }
}

#[test]
fn keys_that_are_unknown_or_of_another_kind_are_refused_with_their_line() {
    let wrong = |more: &str| route(more).map(drop).unwrap_err().0;
    assert!(wrong("hots = \"x\"").starts_with("line 5: unknown field `hots`, expected one of"));
    assert!(wrong("[route.self]\njsn = []").starts_with("line 6: unknown field `jsn`"));
    assert!(wrong("[route.limits]\nbody = \"much\"").contains("'much' is not a size such as \"512 KiB\""));
    assert!(wrong("[route.limits]\nresponse = 5").contains("expected a string"));
    assert_eq!(
        read("listen = \"127.0.0.1:1\"").map(drop),
        Err(SettingsError("there is no [[route]]".into()))
    );
    let missing = read("[[route]]\nhost = \"x\"").map(drop).unwrap_err().0;
    assert!(missing.contains("missing field"), "{missing}");
}

#[test]
fn an_upstream_is_an_address_and_nothing_else() {
    for bad in ["ftp://x", "http://x/path", "http://a:b@x", "http://x?y", "x:80", ""] {
        let text = format!("[[route]]\nupstream = [\"{bad}\"]\napp = \"a1\"\nas = \"b1\"");
        let reason = "route 1: upstream: an upstream is http:// or https://, a host and maybe a port, and nothing else";
        assert_eq!(read(&text).map(drop), Err(SettingsError(reason.into())), "{bad}");
    }
    let none = read("[[route]]\nupstream = []\napp = \"a1\"\nas = \"b1\"").map(drop);
    assert_eq!(none, Err(SettingsError("route 1: upstream: there is none".into())));
}

#[test]
fn a_route_that_is_never_reached_is_refused() {
    let one =
        |keys: &str| format!("[[route]]\nupstream = [\"http://x\"]\napp = \"a1\"\nas = \"b1\"\n{keys}\n");
    let two = |first: &str, second: &str| read(&(one(first) + &one(second))).map(drop);
    for (first, second) in [
        ("", "host = \"x\""),
        ("path = \"/a\"", "path = \"/a/b\""),
        ("host = \"x\"", "host = \"X\"\npath = \"/a\""),
        ("path = \"/\"", ""),
    ] {
        let reason = two(first, second).unwrap_err().0;
        assert!(reason.ends_with("it is never reached: route 1 takes all of it"), "{reason}");
    }
    for (first, second) in [
        ("host = \"x\"", "host = \"y\""),
        ("path = \"/a\"", "path = \"/ab\""),
        ("host = \"x\"\npath = \"/a\"", "path = \"/a\""),
        ("path = \"/a/b\"", "path = \"/a\""),
    ] {
        assert_eq!(two(first, second), Ok(()), "{first} {second}");
    }
}

#[test]
fn a_secret_is_read_from_its_file_and_not_shown() {
    let folder = std::env::temp_dir().join(format!("portico-gateway-settings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("secret");
    let with = |text: &str| {
        std::fs::write(&file, text).unwrap();
        route(&format!("token = \"none\"\nsecret_file = {file:?}\n[route.any]\nquery = [\"openid\"]"))
    };
    let secret = "0123456789abcdef0123456789abcdef";
    let gateway = with(&format!("{secret}\n")).unwrap();
    assert_eq!(gateway.routes[0].back_ends.secret.as_deref(), Some(secret));
    assert!(!format!("{gateway:?}").contains(secret));
    assert!(with("short").unwrap_err().0.contains("must hold one line of 32 or more"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_guides_example_is_a_configuration() {
    let guide = include_str!("../../../../docs/guides/gateway-configuration.md");
    let example = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let gateway = read(example).unwrap();
    assert_eq!(gateway.routes[0].places.any.json.len(), 1);
}
