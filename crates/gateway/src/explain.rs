//! A configuration in words, for `portico gateway check`.

use std::fmt::Write;

use portico_core::rule::swap::{RequestPlaces, Unknown};

use crate::rewrite::SECRET;
use crate::route::{Encrypted, Gateway, Injected, LISTEN, Pair, Route, TokenPlace};
use crate::settings::{length, size};

/// What the gateway does with this configuration, line by line.
pub fn explain(gateway: &Gateway) -> String {
    let mut out = String::new();
    let with = if gateway.tls.is_some() { "with TLS" } else { "without TLS" };
    let listens = match gateway.listen {
        Some(listen) => format!("It listens on {listen}, {with}."),
        None => format!("Since `listen` is not given, it listens on {LISTEN}, {with}."),
    };
    line(&mut out, 0, &listens);
    let routes = gateway.routes.len();
    let order = if routes > 1 { ", of which the first that fits takes the request" } else { "" };
    let plural = if routes > 1 { "s" } else { "" };
    line(&mut out, 0, &format!("It has {routes} route{plural}{order}; what fits none is answered with 404."));
    for (number, one) in gateway.routes.iter().enumerate() {
        out.push('\n');
        line(&mut out, 0, &format!("Route {}: requests {}", number + 1, fitting(one)));
        route(&mut out, one);
    }
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    writeln!(out, "{}{text}", "  ".repeat(depth)).expect("a String takes all of it");
}

fn fitting(route: &Route) -> String {
    let host = route.host.as_deref().map_or("for any host".to_owned(), |host| format!("for the host {host}"));
    let path = route.path.as_deref().map(|path| format!(" whose path is {path} or lies under it"));
    host + &path.unwrap_or_default()
}

fn route(out: &mut String, route: &Route) {
    let upstreams: Vec<_> = route.upstreams.iter().map(|url| url.as_str().trim_end_matches('/')).collect();
    let spread = if upstreams.len() > 1 { ", spread over them" } else { "" };
    line(out, 1, &format!("They go to {}{spread}.", upstreams.join(", ")));
    line(
        out,
        1,
        &format!("The upstream knows the OpenIDs of {}; callers come from {}.", route.known_as, route.app),
    );
    who_calls(out, route);
    identity(out, route);
    let own = places(&route.places.own);
    let any = places(&route.places.any);
    list(out, "Only the caller may be named (anybody else is 403) in", &own);
    list(out, "Anybody may be named in", &any);
    if !any.is_empty() {
        line(
            out,
            2,
            match route.unknown {
                Unknown::Refuse => "an OpenID that the upstream does not know is refused (400)",
                Unknown::Pass => {
                    "an OpenID that the upstream does not know goes on as it is; one of the upstream's own is refused (400)"
                }
                Unknown::Empty => "an OpenID that the upstream does not know becomes an empty text",
            },
        );
    }
    out_of_reach(out, route);
    overlooked(out, route);
    list(out, "Encrypted data is encrypted anew for the upstream in", &encrypted(&route.encrypted));
    answers(out, route);
    bodies(out, route);
    let limits = &route.limits;
    let text = format!(
        "Connecting may take {}, an upstream may be silent for {}, and a WebSocket or event stream for {}.",
        length(limits.connect),
        length(limits.response),
        length(limits.idle)
    );
    line(out, 1, &text);
}

fn who_calls(out: &mut String, route: &Route) {
    let place = match &route.token {
        TokenPlace::Bearer => "in Authorization: Bearer".to_owned(),
        TokenPlace::Cookie(name) => format!("in the cookie {name}"),
        TokenPlace::None => {
            let secret = route.back_ends.secret.as_ref().map(|_| format!("the secret in {SECRET}"));
            let names = &route.back_ends.certificates;
            let named =
                (!names.is_empty()).then(|| format!("a client certificate for {}", names.join(" or ")));
            let either: Vec<_> = secret.into_iter().chain(named).collect();
            return line(out, 1, &format!("Other back ends call, and bring {}.", either.join(", or ")));
        }
    };
    let scopes = match route.require.len() {
        0 => String::new(),
        1 => format!(" with the scope {}", route.require),
        _ => format!(" with the scopes {}", route.require),
    };
    let kept = if route.keep_token { "the upstream gets it too" } else { "the upstream does not get it" };
    line(out, 1, &format!("They bring a launch token {place}{scopes}; {kept}."));
    if matches!(route.token, TokenPlace::Cookie(_)) {
        line(out, 2, "methods other than GET and HEAD, and WebSockets, need an Origin among the app's");
    }
}

fn identity(out: &mut String, route: &Route) {
    let said = |injected: &Injected| match injected {
        Injected::OpenId => "the caller's OpenID there".to_owned(),
        Injected::UnionId => "the caller's UnionID, if it may be told".to_owned(),
        Injected::App => "the app id".to_owned(),
        Injected::Text(text) => format!("\"{text}\""),
    };
    let headers = route.inject.iter().map(|(name, injected)| format!("{name}: {}", said(injected)));
    line(out, 1, "X-WX- headers from outside are removed, and so are those that the gateway adds:");
    if route.inject.is_empty() {
        line(out, 2, "it adds none");
    }
    headers.for_each(|header| line(out, 2, &header));
}

fn list(out: &mut String, about: &str, places: &[String]) {
    if !places.is_empty() {
        line(out, 1, &format!("{about}:"));
        places.iter().for_each(|place| line(out, 2, place));
    }
}

/// One kind of place, with all that are declared.
fn kind(name: &str, all: &[impl ToString]) -> Option<String> {
    let all: Vec<_> = all.iter().map(ToString::to_string).collect();
    (!all.is_empty()).then(|| format!("{name} {}", all.join(", ")))
}

fn places(places: &RequestPlaces) -> Vec<String> {
    let all = [
        kind("path", &places.path),
        kind("query", &places.query),
        kind("form", &places.form),
        kind("cookie", &places.cookie),
        kind("header", &places.header),
        kind("JSON", &places.json),
    ];
    all.into_iter().flatten().collect()
}

/// Templates of paths that no request of the route has: they are of whole paths, and protect nothing there.
fn out_of_reach(out: &mut String, route: &Route) {
    let Some(path) = &route.path else { return };
    let both = [&route.places.own, &route.places.any].into_iter().flat_map(|places| &places.path);
    for template in both.filter(|template| !template.can_lie_under(path)) {
        let note = format!(
            "Note: no request has the path {template}, since every path of this route is {path} or lies under it. \
             Is it {path}{template}?"
        );
        line(out, 1, &note);
    }
}

/// Fields that are looked for in the query and not in forms, or the other way round: many back ends ask for a field
/// wherever it stands, and would find what the gateway has not looked at.
fn overlooked(out: &mut String, route: &Route) {
    let both = [&route.places.own, &route.places.any];
    let all =
        |fields: fn(&RequestPlaces) -> &Vec<String>| both.into_iter().flat_map(fields).collect::<Vec<_>>();
    let (query, form) = (all(|places| &places.query), all(|places| &places.form));
    let only = |some: &[&String], others: &[&String]| {
        let is_other = |name: &str| others.iter().any(|other| other.eq_ignore_ascii_case(name));
        some.iter().filter(|name| !is_other(name)).map(|name| (*name).clone()).collect::<Vec<_>>()
    };
    // Where JSON alone is declared, no form goes on.
    let takes_forms = !form.is_empty() || both.iter().all(|places| places.json.is_empty());
    for (names, here, there) in
        [(only(&query, &form), "query", "form"), (only(&form, &query), "form", "query")]
    {
        if !names.is_empty() && (takes_forms || there == "query") {
            let (are, them) = if names.len() > 1 { ("are", "them") } else { ("is", "it") };
            let names = names.join(", ");
            let note = format!(
                "Note: {names} {are} looked for in the {here} and not in the {there}. Back ends that ask for a field \
                 wherever it stands (servlets, PHP's $_REQUEST, Rails) need {them} declared in both."
            );
            line(out, 1, &note);
        }
    }
}

fn encrypted(encrypted: &Encrypted) -> Vec<String> {
    fn pairs<T: ToString>(pairs: &[Pair<T>]) -> Vec<String> {
        pairs.iter().map(|pair| format!("{} with {}", pair.data.to_string(), pair.iv.to_string())).collect()
    }
    let all = [
        kind("query", &pairs(&encrypted.query)),
        kind("form", &pairs(&encrypted.form)),
        kind("JSON", &pairs(&encrypted.json)),
    ];
    all.into_iter().flatten().collect()
}

fn answers(out: &mut String, route: &Route) {
    let answer = &route.places.answer;
    let all =
        [kind("header", &answer.header), kind("cookie", &answer.set_cookie), kind("JSON", &answer.json)];
    let all: Vec<_> = all.into_iter().flatten().collect();
    if all.is_empty() {
        return line(out, 1, "Answers go out as they are: no OpenID is declared in them.");
    }
    list(out, "Answers name people by the app's OpenIDs again in", &all);
    line(
        out,
        2,
        match route.unknown {
            Unknown::Refuse => "an answer with an OpenID that the app does not know is withheld (502)",
            Unknown::Pass => {
                "an OpenID of the upstream that the app does not know becomes an empty text; other texts stay"
            }
            Unknown::Empty => "an OpenID that the app does not know becomes an empty text",
        },
    );
}

fn bodies(out: &mut String, route: &Route) {
    let both = [&route.places.own, &route.places.any];
    let json = both.iter().any(|places| !places.json.is_empty()) || !route.encrypted.json.is_empty();
    let form = both.iter().any(|places| !places.form.is_empty()) || !route.encrypted.form.is_empty();
    let most = size(route.limits.body);
    line(
        out,
        1,
        &match (json, form) {
            (false, false) => "Bodies of requests stream through, whatever they are.".to_owned(),
            (true, false) => format!("Bodies of requests must be JSON (415) of at most {most} (413)."),
            (false, true) => format!("Bodies of requests must be forms (415) of at most {most} (413)."),
            (true, true) => {
                format!("Bodies of requests must be JSON or forms (415) of at most {most} (413).")
            }
        },
    );
    if !route.places.answer.json.is_empty() {
        line(out, 1, &format!("JSON answers may have at most {most} (502); other answers stream through."));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::settings::GatewayFile;

    fn explained(text: &str) -> String {
        explain(&GatewayFile::read(text).unwrap().section().try_into().unwrap())
    }

    #[test]
    fn a_shop_is_explained() {
        let text = r#"
listen = "127.0.0.1:8090"
[[route]]
host = "shop.example"
path = "/api"
upstream = ["http://127.0.0.1:9000", "http://127.0.0.1:9001"]
app = "org.example.live"
as = "org.example.shop"
require = ["openid", "profile.basic"]
[route.inject]
headers = { "X-WX-OPENID" = "openid", "X-WX-SOURCE" = "wx_client" }
[route.self]
path = ["/users/{openid}", "/API/u/{openid}", "/*/u/{openid}"]
json = ["/openid", "/user/openid"]
[route.any]
json = ["/items/*/openid"]
[route.response]
json = ["/openid"]
set_cookie = ["buyer"]
[route.encrypted]
json = [{ data = "/encryptedData", iv = "/iv" }]
[[route]]
upstream = ["http://127.0.0.1:9002"]
app = "org.example.live"
as = "org.example.blog"
token = "cookie:t"
keep_token = true
require = []
"#;
        let must = "\
It listens on 127.0.0.1:8090, without TLS.
It has 2 routes, of which the first that fits takes the request; what fits none is answered with 404.

Route 1: requests for the host shop.example whose path is /api or lies under it
  They go to http://127.0.0.1:9000, http://127.0.0.1:9001, spread over them.
  The upstream knows the OpenIDs of org.example.shop; callers come from org.example.live.
  They bring a launch token in Authorization: Bearer with the scopes openid profile.basic; the upstream does not get it.
  X-WX- headers from outside are removed, and so are those that the gateway adds:
    x-wx-openid: the caller's OpenID there
    x-wx-source: \"wx_client\"
  Only the caller may be named (anybody else is 403) in:
    path /users/{openid}, /API/u/{openid}, /*/u/{openid}
    JSON /openid, /user/openid
  Anybody may be named in:
    JSON /items/*/openid
    an OpenID that the upstream does not know is refused (400)
  Note: no request has the path /users/{openid}, since every path of this route is /api or lies under it. Is it /api/users/{openid}?
  Encrypted data is encrypted anew for the upstream in:
    JSON /encryptedData with /iv
  Answers name people by the app's OpenIDs again in:
    cookie buyer
    JSON /openid
    an answer with an OpenID that the app does not know is withheld (502)
  Bodies of requests must be JSON (415) of at most 1 MiB (413).
  JSON answers may have at most 1 MiB (502); other answers stream through.
  Connecting may take 2 s, an upstream may be silent for 30 s, and a WebSocket or event stream for 5 min.

Route 2: requests for any host
  They go to http://127.0.0.1:9002.
  The upstream knows the OpenIDs of org.example.blog; callers come from org.example.live.
  They bring a launch token in the cookie t; the upstream gets it too.
    methods other than GET and HEAD, and WebSockets, need an Origin among the app's
  X-WX- headers from outside are removed, and so are those that the gateway adds:
    it adds none
  Answers go out as they are: no OpenID is declared in them.
  Bodies of requests stream through, whatever they are.
  Connecting may take 2 s, an upstream may be silent for 30 s, and a WebSocket or event stream for 5 min.
";
        assert_eq!(explained(text), must);
    }

    #[test]
    fn where_it_listens_is_said_also_where_the_file_does_not_say() {
        let route = "[[route]]\nupstream = [\"http://127.0.0.1:1\"]\napp = \"a.b\"\nas = \"a.c\"\n";
        let first = |text: &str| explained(&(text.to_owned() + route)).lines().next().unwrap().to_owned();
        assert_eq!(first(""), format!("Since `listen` is not given, it listens on {LISTEN}, without TLS."));
        assert_eq!(first("listen = \"[::1]:1\"\n"), "It listens on [::1]:1, without TLS.");
    }

    #[test]
    fn what_other_back_ends_bring_is_explained_and_no_secret_shown() {
        let text = r#"
[tls]
certificate = "c.pem"
key = "k.pem"
clients = "a.pem"
[[route]]
upstream = ["https://shop.example"]
app = "org.example.live"
as = "org.example.shop"
token = "none"
certificates = ["live.example"]
unknown = "pass"
[route.any]
query = ["openid"]
form = ["openid"]
"#;
        let mut gateway: Gateway = GatewayFile::read(text).unwrap().section().try_into().unwrap();
        gateway.routes[0].back_ends.secret = Some("never-shown".into());
        let said = explain(&gateway);
        let must = "Other back ends call, and bring the secret in x-portico-secret, or a client certificate for live.example.";
        assert!(said.contains(must), "{said}");
        assert!(said.contains("goes on as it is; one of the upstream's own is refused (400)"), "{said}");
        assert!(said.contains("Bodies of requests must be forms (415)"), "{said}");
        assert!(!said.contains("never-shown"));
        assert!(!said.contains("Note:"), "{said}");
    }

    #[test]
    fn a_field_that_is_declared_in_one_of_query_and_form_is_noted() {
        let noted = |places: &str| {
            let text = format!(
                "[[route]]\nupstream = [\"http://127.0.0.1:1\"]\napp = \"a.b\"\nas = \"a.c\"\n[route.self]\n{places}"
            );
            let said = explained(&text);
            said.lines()
                .filter_map(|line| Some(line.trim().strip_prefix("Note: ")?.to_owned()))
                .collect::<Vec<_>>()
        };
        let starts = |places: &str, begins: &[&str]| {
            let noted = noted(places);
            assert_eq!(noted.len(), begins.len(), "{noted:?}");
            assert!(noted.iter().zip(begins).all(|(line, begin)| line.starts_with(begin)), "{noted:?}");
        };
        starts(
            "query = [\"openid\", \"of\"]",
            &["openid, of are looked for in the query and not in the form."],
        );
        starts(
            "query = [\"a\"]\nform = [\"b\", \"A\"]",
            &["b is looked for in the form and not in the query."],
        );
        starts("query = [\"openid\"]\njson = [\"/openid\"]", &[]);
        starts("query = [\"openid\"]\nform = [\"openid\"]", &[]);
    }
}
