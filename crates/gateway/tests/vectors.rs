//! The vectors that the gateway and the Node.js middleware share: `sdk/vectors/gateway`, told in its README.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use portico_gateway::rewrite::{
    CallerIds, FoundInAnswer, FoundInRequest, answer_body, inject, request_body, strip,
};
use portico_gateway::route::{Counterpart, Counterparts, Route};
use portico_gateway::settings::{GatewaySection, RouteKeys};
use portico_gateway::{Gateway, Refused};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    route: Map<String, Value>,
    app: String,
    caller: Option<Caller>,
    counterparts: Both,
    #[serde(default)]
    resealed: Vec<Resealed>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Caller {
    here: String,
    there: String,
    unionid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    request: BTreeMap<String, Known>,
    answer: BTreeMap<String, Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    open_id: Option<String>,
    known_here: bool,
    known_there: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resealed {
    data: String,
    iv: String,
    then: Sealed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    data: String,
    iv: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    with: Map<String, Value>,
    request: Option<Message>,
    answer: Option<Message>,
    then: Option<Message>,
    refused: Option<Refusal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    method: Option<String>,
    target: Option<String>,
    status: Option<u16>,
    headers: Vec<(String, String)>,
    body: Option<String>,
    coding: Option<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Refusal {
    status: u16,
    code: String,
}

/// A message as it is compared.
#[derive(Debug, PartialEq)]
struct Seen {
    line: String,
    headers: BTreeMap<String, Vec<String>>,
    body: String,
}

fn packed(coding: Option<&str>, body: &str) -> Bytes {
    match coding {
        None => body.to_owned().into(),
        Some("gzip") => {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(body.as_bytes()).unwrap();
            out.finish().unwrap().into()
        }
        Some("br") => {
            let mut out = Vec::new();
            brotli::CompressorReader::new(body.as_bytes(), 4096, 3, 20).read_to_end(&mut out).unwrap();
            out.into()
        }
        Some(other) => panic!("{other}"),
    }
}

fn unpacked(headers: &HeaderMap, body: &[u8]) -> String {
    if headers.get("content-encoding").is_none_or(|coding| coding != "gzip") {
        return String::from_utf8(body.to_vec()).unwrap();
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}

impl Message {
    fn headers(&self) -> HeaderMap {
        let read = |(name, value): &(String, String)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        };
        self.headers.iter().map(read).collect()
    }

    fn body(&self) -> Bytes {
        packed(self.coding.as_deref(), self.body.as_deref().unwrap_or_default())
    }

    fn seen(&self) -> Seen {
        let line = match &self.target {
            Some(target) => format!("{} {target}", self.method.as_deref().unwrap()),
            None => self.status.unwrap().to_string(),
        };
        Seen { line, headers: seen(&self.headers()), body: self.body.clone().unwrap_or_default() }
    }
}

fn seen(headers: &HeaderMap) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != "content-length") {
        all.entry(name.to_string()).or_default().push(value.to_str().unwrap().to_owned());
    }
    all
}

impl File {
    fn route(&self, case: &Case) -> Route {
        let mut keys = self.route.clone();
        keys.extend(case.with.clone());
        let keys: RouteKeys = serde_json::from_value(keys.into()).unwrap();
        let section = GatewaySection { route: vec![keys], ..GatewaySection::default() };
        Gateway::try_from(section).unwrap().routes.remove(0)
    }

    fn caller(&self) -> Option<CallerIds> {
        self.caller.as_ref().map(|caller| CallerIds {
            here: caller.here.clone(),
            there: caller.there.clone(),
            union_id: caller.unionid.clone(),
        })
    }

    fn reseal(&self, data: &str, iv: &str) -> Result<(String, String), Refused> {
        let found = self.resealed.iter().find(|pair| (pair.data.as_str(), pair.iv.as_str()) == (data, iv));
        let refused = || Refused::new(http::StatusCode::BAD_REQUEST, "invalid_request", "another key");
        found.map(|pair| (pair.then.data.clone(), pair.then.iv.clone())).ok_or_else(refused)
    }

    fn request(&self, route: &Route, message: &Message) -> Result<Seen, Refused> {
        let mut request = Request::new(());
        *request.method_mut() = message.method.as_ref().unwrap().parse().unwrap();
        *request.uri_mut() = message.target.as_ref().unwrap().parse().unwrap();
        *request.headers_mut() = message.headers();
        let (mut parts, ()) = request.into_parts();
        let due = request_body(route, &parts, message.body.is_none())?;
        let found = FoundInRequest::new(route, &parts, &due, message.body())?;
        let caller = self.caller();
        let known = known(&self.counterparts.request, &found.others(caller.as_ref())?);
        strip(route, &mut parts.headers);
        let body = found.apply(&mut parts, caller.as_ref(), &known, &|data, iv| self.reseal(data, iv))?;
        inject(route, &self.app, caller.as_ref(), &mut parts.headers);
        if let Some(body) = &body.body {
            assert_eq!(parts.headers["content-length"], body.len().to_string());
        }
        let body = unpacked(&parts.headers, &body.body.unwrap_or_else(|| message.body()));
        Ok(Seen { line: format!("{} {}", parts.method, parts.uri), headers: seen(&parts.headers), body })
    }

    fn answer(&self, route: &Route, message: &Message) -> Result<Seen, Refused> {
        let mut response = Response::new(());
        *response.status_mut() = message.status.unwrap().try_into().unwrap();
        *response.headers_mut() = message.headers();
        let (mut parts, ()) = response.into_parts();
        let due = answer_body(route, &Method::GET, &parts)?;
        let found = FoundInAnswer::new(route, &Method::GET, &parts, &due, message.body())?;
        let caller = self.caller();
        let known = known(&self.counterparts.answer, &found.others(caller.as_ref())?);
        let body = found.apply(&mut parts, caller.as_ref(), &known)?;
        let body = unpacked(&parts.headers, &body.body.unwrap_or_else(|| message.body()));
        Ok(Seen { line: parts.status.as_u16().to_string(), headers: seen(&parts.headers), body })
    }

    /// What is wrong with a case, if anything is.
    fn failure(&self, case: &Case) -> Option<String> {
        let route = self.route(case);
        let is = match (&case.request, &case.answer) {
            (Some(request), None) => self.request(&route, request),
            (None, Some(answer)) => self.answer(&route, answer),
            _ => panic!("{}: {}", self.about, case.name),
        };
        let is =
            is.map_err(|refused| Refusal { status: refused.status.as_u16(), code: refused.code.to_owned() });
        let must = match (&case.then, &case.refused) {
            (Some(then), None) => Ok(then.seen()),
            (None, Some(refused)) => Err(Refusal { status: refused.status, code: refused.code.clone() }),
            _ => panic!("{}: {}", self.about, case.name),
        };
        (is != must).then(|| format!("{}: {}\n   is: {is:?}\n must: {must:?}", self.about, case.name))
    }
}

/// What is known about texts that were asked about, and about no other.
fn known(all: &BTreeMap<String, Known>, asked: &[&str]) -> Counterparts {
    let one = |text: &&str| {
        let counterpart = match all.get(*text) {
            None => Counterpart { open_id: None, is_known_here: false, is_known_there: false },
            Some(known) => Counterpart {
                open_id: known.open_id.clone(),
                is_known_here: known.known_here,
                is_known_there: known.known_there,
            },
        };
        ((*text).to_owned(), counterpart)
    };
    asked.iter().map(one).collect()
}

fn read(path: &Path) -> File {
    serde_json::from_slice(&std::fs::read(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_vector_holds() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/vectors/gateway"));
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = paths.map(|path| read(&path)).collect();
    let cases = || files.iter().flat_map(|file| file.cases.iter().map(move |case| (file, case)));
    let failures: Vec<_> = cases().filter_map(|(file, case)| file.failure(case)).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases().count() > 100);
}
