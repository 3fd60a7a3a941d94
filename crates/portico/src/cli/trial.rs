//! `gateway try`: one request before and after, without a server, a store or a token.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use axum::http::{HeaderName, HeaderValue, Request, Response, request, response};
use clap::Args;
use portico_gateway::rewrite::{self, BodyDue, CallerIds, FoundInAnswer, FoundInRequest};
use portico_gateway::route::{Counterpart, Counterparts, TokenPlace};
use portico_gateway::{Refused, Route, trial};

use super::{failed, gateway};

#[derive(Debug, Args)]
pub(super) struct TryFlags {
    /// The configuration file (TOML), of a gateway by itself or of a server with [gateway]
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The request as HTTP/1.1 writes it, or - for standard input
    #[arg(long, value_name = "FILE|-")]
    request: PathBuf,
    /// The caller's OpenID at the route's app, and the one that the upstream knows (left out: the former, marked)
    #[arg(long, value_name = "OPENID[=OPENID]")]
    caller: Option<String>,
    /// The caller's UnionID at the upstream's developer
    #[arg(long, value_name = "UNIONID", requires = "caller")]
    unionid: Option<String>,
    /// Somebody else's OpenID at the app, and the one that the upstream knows
    #[arg(long, value_name = "OPENID=OPENID")]
    known: Vec<String>,
    /// The upstream's answer as HTTP/1.1 writes it, to show that before and after too
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
}

/// Shows a request, and an answer, before and after: 1 where it would be refused.
pub(super) fn attempt(flags: TryFlags) -> ExitCode {
    match shown(&flags) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(refused)) => {
            let (status, code) = (refused.status.as_u16(), refused.code);
            let cause = refused.cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
            failed(&format!("refused with {status} {code}: {}{cause}", refused.description), 1)
        }
        Err(line) => failed(&line, 2),
    }
}

/// What takes part, by the names that both sides have for people.
struct People {
    caller: Option<CallerIds>,
    /// From the app to the upstream.
    others: BTreeMap<String, String>,
}

fn shown(flags: &TryFlags) -> Result<Option<Refused>, String> {
    let routes = gateway::routes(&flags.file)?;
    let (mut head, body) = read_request(&flags.request)?;
    let sent = request_text(&head, &body);
    let found = trial::admit(&mut head).and_then(|()| routes.find(&head));
    let route = match found {
        Ok(route) => route,
        Err(refused) => return Ok(Some(refused)),
    };
    let people = people(flags, route)?;
    let method = head.method.clone();
    say("as the caller sends it", &sent)?;
    match inward(route, &people, &mut head, body) {
        Ok(body) => {
            let upstream = route.upstreams[0].as_str().trim_end_matches('/');
            say(&format!("as {upstream} reads it"), &request_text(&head, &body))?;
        }
        Err(refused) => return Ok(Some(refused)),
    }
    let Some(file) = &flags.answer else { return Ok(None) };
    let (mut head, body) = read_answer(file)?;
    say("as the upstream answers", &answer_text(&head, &body))?;
    match outward(route, &people, &method, &mut head, body) {
        Ok(body) => say("as the caller reads it", &answer_text(&head, &body)).map(|()| None),
        Err(refused) => Ok(Some(refused)),
    }
}

fn people(flags: &TryFlags, route: &Route) -> Result<People, String> {
    let caller = flags.caller.as_ref().map(|text| match text.split_once('=') {
        Some((here, there)) => (here.to_owned(), there.to_owned()),
        None => (text.clone(), format!("{text}@{}", route.known_as)),
    });
    if caller.is_none() && route.token != TokenPlace::None {
        return Err("--caller OPENID says who calls: the token is not looked at here".to_owned());
    }
    let caller = caller.map(|(here, there)| CallerIds { here, there, union_id: flags.unionid.clone() });
    let pair = |text: &String| {
        let (here, there) =
            text.split_once('=').ok_or_else(|| format!("--known {text}: it is OPENID=OPENID"))?;
        Ok((here.to_owned(), there.to_owned()))
    };
    Ok(People { caller, others: flags.known.iter().map(pair).collect::<Result<_, String>>()? })
}

impl People {
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.caller.iter().map(|ids| (ids.here.as_str(), ids.there.as_str()));
        own.chain(self.others.iter().map(|(here, there)| (here.as_str(), there.as_str())))
    }
}

fn inward(
    route: &Route,
    people: &People,
    head: &mut request::Parts,
    body: Vec<u8>,
) -> Result<Vec<u8>, Refused> {
    let caller = people.caller.as_ref();
    let token = trial::token(route, head)?.filter(|_| !route.keep_token);
    let due = rewrite::request_body(route, head, body.is_empty())?;
    rewrite::strip(route, &mut head.headers);
    if let Some(token) = &token {
        trial::withhold(token, head)?;
    }
    let found = FoundInRequest::new(route, head, &due, body.clone().into())?;
    if let Some(token) = &token {
        trial::withhold_from_body(token, found.text())?;
    }
    let names: Vec<String> = found.others(caller)?.into_iter().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = lookup(&names, people.pairs().collect());
    let encrypted = |data: &str, iv: &str| Ok((format!("{data}@{}", route.known_as), iv.to_owned()));
    let swapped = found.apply(head, caller, &known, &encrypted)?;
    rewrite::inject(route, route.known_as.as_str(), caller, &mut head.headers);
    Ok(swapped.body.map_or(body, |bytes| bytes.to_vec()))
}

fn outward(
    route: &Route,
    people: &People,
    method: &axum::http::Method,
    head: &mut response::Parts,
    body: Vec<u8>,
) -> Result<Vec<u8>, Refused> {
    let caller = people.caller.as_ref();
    let due = match rewrite::answer_body(route, method, head)? {
        BodyDue::Perhaps if rewrite::begins_like_json(&head.headers, &body) == Some(false) => BodyDue::Passed,
        due => due,
    };
    let found = FoundInAnswer::new(route, method, head, &due, body.clone().into())?;
    let names: Vec<String> = found.others(caller)?.into_iter().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let known = lookup(&names, people.pairs().map(|(here, there)| (there, here)).collect());
    let swapped = found.apply(head, caller, &known)?;
    Ok(swapped.body.map_or(body, |bytes| bytes.to_vec()))
}

/// What is known of each name on the one side, by pairs of names on both.
fn lookup(names: &[&str], pairs: Vec<(&str, &str)>) -> Counterparts {
    let of = |name: &str| Counterpart {
        open_id: pairs.iter().find(|(from, _)| *from == name).map(|(_, to)| (*to).to_owned()),
        is_known_here: pairs.iter().any(|(from, _)| *from == name),
        is_known_there: pairs.iter().any(|(_, to)| *to == name),
    };
    names.iter().map(|name| ((*name).to_owned(), of(name))).collect()
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_end(&mut bytes).map(drop),
        false => std::fs::read(file).map(|read| bytes = read),
    };
    read.map_err(|error| format!("cannot read {}: {error}", file.display())).map(|()| bytes)
}

/// The first line, the headers, and the body of a message.
type Message = (String, Vec<(HeaderName, HeaderValue)>, Vec<u8>);

/// A message that was written by hand: lines may end as they like, and so may the file.
fn message(file: &Path) -> Result<Message, String> {
    let bytes = read(file)?;
    let wrong = |what: &str| format!("{}: {what}", file.display());
    let mut rest = &bytes[..];
    let mut lines = Vec::new();
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[][..], |end| &rest[end + 1..]);
        let line =
            std::str::from_utf8(line).map_err(|_| wrong("its head is not text"))?.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or_else(|| wrong("it is empty"))?;
    let header = |line: String| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().parse().ok()?, value.trim().parse().ok()?))
    };
    let headers =
        lines.map(|line| header(line.clone()).ok_or_else(|| wrong(&format!("'{line}' is no header"))));
    let body = rest.strip_suffix(b"\n").unwrap_or(rest);
    Ok((first, headers.collect::<Result<_, _>>()?, body.strip_suffix(b"\r").unwrap_or(body).to_vec()))
}

fn read_request(file: &Path) -> Result<(request::Parts, Vec<u8>), String> {
    let (first, headers, body) = message(file)?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let built = Request::builder().method(method).uri(target).body(());
    let built =
        built.map_err(|_| format!("{}: '{first}' is no request such as GET / HTTP/1.1", file.display()))?;
    let mut head = built.into_parts().0;
    for (name, value) in headers {
        head.headers.append(name, value);
    }
    Ok((head, body))
}

fn read_answer(file: &Path) -> Result<(response::Parts, Vec<u8>), String> {
    let (first, headers, body) = message(file)?;
    let status = first.split_whitespace().nth(1).and_then(|status| status.parse::<u16>().ok());
    let built = Response::builder().status(status.unwrap_or(0)).body(());
    let built =
        built.map_err(|_| format!("{}: '{first}' is no answer such as HTTP/1.1 200 OK", file.display()))?;
    let mut head = built.into_parts().0;
    for (name, value) in headers {
        head.headers.append(name, value);
    }
    Ok((head, body))
}

fn request_text(head: &request::Parts, body: &[u8]) -> String {
    text(&format!("{} {} HTTP/1.1", head.method, head.uri), &head.headers, body)
}

fn answer_text(head: &response::Parts, body: &[u8]) -> String {
    text(&format!("HTTP/1.1 {}", head.status), &head.headers, body)
}

fn text(first: &str, headers: &axum::http::HeaderMap, body: &[u8]) -> String {
    let value = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lines = headers.iter().map(|(name, line)| format!("{name}: {}\n", value(line))).collect::<String>();
    let body = String::from_utf8_lossy(body);
    let gap = if body.is_empty() { "" } else { "\n" };
    format!("{first}\n{lines}{gap}{body}\n")
}

/// Prints a part with its title, which stands out on a terminal.
fn say(title: &str, part: &str) -> Result<(), String> {
    let mut out = std::io::stdout();
    let printed = match out.is_terminal() {
        true => write!(out, "\u{1b}[1m{title}\u{1b}[0m\n\n{part}\n"),
        false => write!(out, "# {title}\n\n{part}\n"),
    };
    printed.map_err(|error| error.to_string())
}
