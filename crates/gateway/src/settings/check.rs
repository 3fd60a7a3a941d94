//! From keys to routes.

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use http::HeaderValue;
use portico_core::rule::swap::{
    AnswerPlaces, Places, Pointer, RequestPlaces, Step, Unknown, fold_field, fold_header,
};
use portico_core::scope::{Scope, ScopeSet};
use url::Url;

use super::file::{EncryptedKeys, GatewaySection, LimitKeys, PairKeys, PlaceKeys, RouteKeys};
use super::{SettingsError, names, size};
use crate::rewrite::{Maps, is_removed};
use crate::route::{BackEnds, Encrypted, Gateway, Injected, Limits, Pair, Route, TlsFiles, TokenPlace};

/// How short a shared secret may be.
const SHORTEST_SECRET: usize = 32;
/// The largest body that may be held in memory.
const LARGEST_BODY: usize = 1 << 30;

/// How names are made equal that are the same.
type Fold = fn(&str) -> String;

/// Why a key is wrong.
type Wrong = String;

pub(super) fn gateway(section: GatewaySection) -> Result<Gateway, SettingsError> {
    if section.route.is_empty() {
        return Err(SettingsError("there is no [[route]]".into()));
    }
    let mut routes: Vec<Route> = Vec::new();
    for (number, keys) in section.route.into_iter().enumerate() {
        let name = named(number, &keys);
        let checked = route(keys).and_then(|route| {
            match routes.iter().position(|before| takes_all_of(before, &route)) {
                Some(before) => Err(format!("it is never reached: route {} takes all of it", before + 1)),
                None => Ok(route),
            }
        });
        routes.push(checked.map_err(|wrong| SettingsError(format!("{name}: {wrong}")))?);
    }
    let tls = section.tls.map(|keys| TlsFiles {
        certificate: keys.certificate,
        key: keys.key,
        clients: keys.clients,
    });
    let believes_nobody = tls.as_ref().is_none_or(|tls| tls.clients.is_none());
    if believes_nobody && let Some(at) = routes.iter().position(|one| !one.back_ends.certificates.is_empty())
    {
        let line =
            format!("route {}: certificates: there is no [tls] with the authorities of `clients`", at + 1);
        return Err(SettingsError(line));
    }
    Ok(Gateway { listen: section.listen, tls, routes })
}

/// How a route is called in a reason.
fn named(number: usize, keys: &RouteKeys) -> String {
    let at = [keys.host.as_deref(), keys.path.as_deref()].into_iter().flatten().collect::<String>();
    if at.is_empty() { format!("route {}", number + 1) } else { format!("route {} ({at})", number + 1) }
}

/// Whether no request reaches the second route behind the first.
fn takes_all_of(first: &Route, second: &Route) -> bool {
    let host = first.host.is_none() || first.host == second.host;
    let path = match (&first.path, &second.path) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(first), Some(second)) => {
            second.strip_prefix(first.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    };
    host && path
}

/// Adds the key to a reason.
fn at<T, E: Display>(key: &str, result: Result<T, E>) -> Result<T, Wrong> {
    result.map_err(|wrong| format!("{key}: {wrong}"))
}

/// Reads every text under a key.
fn each<T, E: Display>(
    key: &str,
    texts: &[String],
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, Wrong> {
    at(key, texts.iter().map(|text| read(text)).collect())
}

fn parsed<T: FromStr>(key: &str, texts: &[String]) -> Result<Vec<T>, Wrong>
where
    T::Err: Display,
{
    each(key, texts, str::parse)
}

fn route(keys: RouteKeys) -> Result<Route, Wrong> {
    let token = at("token", token(&keys.token))?;
    let places = Places {
        own: places("self", &keys.own)?,
        any: places("any", &keys.any)?,
        answer: AnswerPlaces {
            header: each("response.header", &keys.response.header, header_text)?,
            json: parsed("response.json", &keys.response.json)?,
            set_cookie: each("response.set_cookie", &keys.response.set_cookie, names::cookie)?,
        },
    };
    let encrypted = encrypted(&keys.encrypted)?;
    let inject = inject(&keys)?;
    apart(&places, &inject, &token)?;
    let maps = Maps::new(&places, &encrypted, &inject).map_err(|wrong| format!("json: {wrong}"))?;
    let route = Route {
        host: at("host", keys.host.as_deref().map(host).transpose())?,
        path: at("path", keys.path.as_deref().map(path).transpose())?.flatten(),
        upstreams: upstreams(&keys.upstream)?,
        http2: keys.http2,
        authorities: keys.authorities.clone(),
        health: at("health", keys.health.as_deref().map(health).transpose())?,
        app: at("app", keys.app.parse())?,
        known_as: at("as", keys.known_as.parse())?,
        require: scopes(&keys, &token)?,
        unknown: at("unknown", unknown(&keys.unknown))?,
        back_ends: back_ends(&keys, &token)?,
        keep_token: keys.keep_token,
        limits: limits(&keys.limits)?,
        token,
        inject,
        places,
        encrypted,
        maps,
    };
    if route.token == TokenPlace::None {
        without_caller(&route)?;
    }
    Ok(route)
}

/// A route without tokens has no caller.
fn without_caller(route: &Route) -> Result<(), Wrong> {
    let says_who = |(_, said): &(_, Injected)| matches!(said, Injected::OpenId | Injected::UnionId);
    let wrong = match () {
        () if route.places.own != RequestPlaces::default() => {
            "self: there is no caller with token = \"none\""
        }
        () if route.encrypted != Encrypted::default() => {
            "encrypted: there is no caller with token = \"none\""
        }
        () if route.inject.iter().any(says_who) => "inject.headers: there is no caller with token = \"none\"",
        () if route.keep_token => "keep_token: there is no token",
        () if route.places.any == RequestPlaces::default() => {
            "token: \"none\" is for routes with [route.any]"
        }
        () if route.back_ends == BackEnds::default() => {
            "token: \"none\" needs secret_file, or certificates of the back ends that may call"
        }
        () => return Ok(()),
    };
    Err(wrong.into())
}

fn token(text: &str) -> Result<TokenPlace, Wrong> {
    match (text, text.strip_prefix("cookie:")) {
        ("bearer", _) => Ok(TokenPlace::Bearer),
        ("none", _) => Ok(TokenPlace::None),
        (_, Some(name)) => names::cookie(name).map(TokenPlace::Cookie),
        _ => Err(format!("`{text}` is none of bearer, cookie:NAME and none")),
    }
}

fn unknown(text: &str) -> Result<Unknown, Wrong> {
    match text {
        "refuse" => Ok(Unknown::Refuse),
        "pass" => Ok(Unknown::Pass),
        "empty" => Ok(Unknown::Empty),
        _ => Err(format!("`{text}` is none of refuse, pass and empty")),
    }
}

fn scopes(keys: &RouteKeys, token: &TokenPlace) -> Result<ScopeSet, Wrong> {
    match (&keys.require, token) {
        (Some(scopes), TokenPlace::None) if !scopes.is_empty() => {
            Err("require: there are no scopes with token = \"none\"".into())
        }
        (_, TokenPlace::None) => Ok(ScopeSet::empty()),
        (Some(scopes), _) => Ok(parsed::<Scope>("require", scopes)?.into_iter().collect()),
        (None, _) => at("require", "openid".parse()),
    }
}

fn host(text: &str) -> Result<String, Wrong> {
    let wrong = || format!("`{text}` is not a host such as shop.example, without a port");
    let host = url::Host::parse(text).map_err(|_| wrong())?.to_string();
    if host.contains('*') {
        return Err(format!("`{text}`: a route is for one host or, without `host`, for every one"));
    }
    if host.eq_ignore_ascii_case(text) { Ok(host) } else { Err(wrong()) }
}

fn path(text: &str) -> Result<Option<String>, Wrong> {
    let inner = text.strip_suffix('/').unwrap_or(text);
    let plain = |segment: &str| {
        !matches!(segment, "" | "." | "..") && !segment.contains(['%', '?', '#', ';', '\\', '*', '{', ' '])
    };
    match inner.strip_prefix('/') {
        None if text == "/" => Ok(None),
        Some(segments) if segments.split('/').all(plain) => Ok(Some(inner.to_owned())),
        _ => Err(format!("`{text}` is not a path such as /api")),
    }
}

fn health(text: &str) -> Result<String, Wrong> {
    let fits = text.starts_with('/') && text.parse::<http::uri::PathAndQuery>().is_ok();
    if fits { Ok(text.to_owned()) } else { Err(format!("`{text}` is not a path such as /health")) }
}

fn upstreams(texts: &[String]) -> Result<Vec<Url>, Wrong> {
    if texts.is_empty() {
        return Err("upstream: there is none".into());
    }
    each("upstream", texts, |text| {
        let wrong = || "an upstream is http:// or https://, a host and maybe a port, and nothing else";
        let url: Url = text.parse().map_err(|_| wrong())?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if fits { Ok(url) } else { Err(wrong()) }
    })
}

fn header_text(name: &str) -> Result<String, Wrong> {
    names::header(name).map(|_| name.to_owned())
}

fn places(section: &str, keys: &PlaceKeys) -> Result<RequestPlaces, Wrong> {
    let key = |key: &str| format!("{section}.{key}");
    Ok(RequestPlaces {
        path: parsed(&key("path"), &keys.path)?,
        query: each(&key("query"), &keys.query, names::field)?,
        form: each(&key("form"), &keys.form, names::field)?,
        cookie: each(&key("cookie"), &keys.cookie, names::cookie)?,
        header: each(&key("header"), &keys.header, header_text)?,
        json: parsed(&key("json"), &keys.json)?,
    })
}

fn encrypted(keys: &EncryptedKeys) -> Result<Encrypted, Wrong> {
    fn pairs<T>(
        key: &str,
        pairs: &[PairKeys],
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Result<Vec<Pair<T>>, Wrong> {
        let pair = |pair: &PairKeys| match pair.data == pair.iv {
            true => Err(format!("`{}` cannot be both", pair.iv)),
            false => Ok(Pair { data: read(&pair.data)?, iv: read(&pair.iv)? }),
        };
        at(&format!("encrypted.{key}"), pairs.iter().map(pair).collect::<Result<_, Wrong>>())
    }
    let pointer = |text: &str| {
        let pointer: Pointer = text.parse().map_err(|wrong| format!("{wrong}"))?;
        let is_one = !pointer.0.contains(&Step::Every);
        if is_one {
            Ok(pointer)
        } else {
            Err(format!("`{text}`: with a star it is not known which iv is whose"))
        }
    };
    Ok(Encrypted {
        query: pairs("query", &keys.query, names::field)?,
        form: pairs("form", &keys.form, names::field)?,
        json: pairs("json", &keys.json, pointer)?,
    })
}

fn inject(keys: &RouteKeys) -> Result<Vec<(http::HeaderName, Injected)>, Wrong> {
    let mut all: Vec<(http::HeaderName, Injected)> = Vec::new();
    for (name, text) in &keys.inject.headers {
        let name = at("inject.headers", names::header(name))?;
        if all.iter().any(|(known, _)| fold_header(known.as_str()) == fold_header(name.as_str())) {
            return Err(format!("inject.headers: `{name}` is there twice"));
        }
        let injected = match text.as_str() {
            "openid" => Injected::OpenId,
            "unionid" => Injected::UnionId,
            "app" => Injected::App,
            text if HeaderValue::from_str(text).is_ok() => Injected::Text(text.to_owned()),
            _ => return Err(format!("inject.headers: the text of `{name}` cannot stand in a header")),
        };
        all.push((name, injected));
    }
    Ok(all)
}

/// Whether what is declared twice, or in two ways, is understood in one.
fn apart(places: &Places, inject: &[(http::HeaderName, Injected)], token: &TokenPlace) -> Result<(), Wrong> {
    let (own, any) = (&places.own, &places.any);
    let both: [(&str, &[String], &[String], Fold); 4] = [
        ("query", &own.query, &any.query, fold_field),
        ("form", &own.form, &any.form, fold_field),
        ("cookie", &own.cookie, &any.cookie, fold_field),
        ("header", &own.header, &any.header, fold_header),
    ];
    for (key, own, any, fold) in both {
        if let Some(name) = any.iter().find(|name| own.iter().any(|own| fold(own) == fold(name))) {
            return Err(format!("any.{key}: `{name}` is in self.{key} too"));
        }
    }
    if let Some(pointer) = any.json.iter().find(|pointer| own.json.contains(pointer)) {
        return Err(format!("any.json: `{pointer}` is in self.json too"));
    }
    let given = |name: &&String| inject.iter().any(|(one, _)| fold_header(one.as_str()) == fold_header(name));
    if let Some(name) = own.header.iter().chain(&any.header).find(given) {
        return Err(format!("header: `{name}` is removed and given by inject.headers"));
    }
    if let Some(name) = own.header.iter().chain(&any.header).find(|name| is_removed(name)) {
        return Err(format!("header: `{name}` is removed from every request"));
    }
    if let TokenPlace::Cookie(token) = token
        && own.cookie.iter().chain(&any.cookie).any(|name| fold_field(name) == fold_field(token))
    {
        return Err(format!("cookie: `{token}` holds the token"));
    }
    Ok(())
}

fn back_ends(keys: &RouteKeys, token: &TokenPlace) -> Result<BackEnds, Wrong> {
    if *token != TokenPlace::None && (keys.secret_file.is_some() || !keys.certificates.is_empty()) {
        return Err("secret_file and certificates are for token = \"none\"".into());
    }
    let certificates = each("certificates", &keys.certificates, names::field)?;
    let secret = at("secret_file", keys.secret_file.as_deref().map(secret).transpose())?;
    Ok(BackEnds { secret, certificates })
}

fn secret(file: &Path) -> Result<String, Wrong> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let secret = text.trim();
    if secret.len() < SHORTEST_SECRET || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "{} must hold one line of {SHORTEST_SECRET} or more visible ASCII characters",
            file.display()
        ));
    }
    Ok(secret.to_owned())
}

fn limits(keys: &LimitKeys) -> Result<Limits, Wrong> {
    let default = Limits::default();
    let limits = Limits {
        body: keys.body.map_or(default.body, |size| size.0),
        connect: keys.connect.map_or(default.connect, |length| length.0),
        response: keys.response.map_or(default.response, |length| length.0),
        idle: keys.idle.map_or(default.idle, |length| length.0),
    };
    if limits.body == 0 || limits.body > LARGEST_BODY {
        return Err(format!("limits.body: it must be at most {}, and something", size(LARGEST_BODY)));
    }
    let waits = [("connect", limits.connect), ("response", limits.response), ("idle", limits.idle)];
    if let Some((key, _)) = waits.iter().find(|(_, wait)| wait.is_zero()) {
        return Err(format!("limits.{key}: nothing happens in no time"));
    }
    Ok(limits)
}
