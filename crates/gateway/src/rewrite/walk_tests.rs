//! Every kind of place, walked: what may not go through does not, wherever it stands.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, request};
use portico_core::rule::swap::Counterpart;

use super::*;
use crate::Refused;
use crate::route::{Counterparts, Route};
use crate::settings::GatewayFile;

const ME: &str = "me-here";
const YOU: &str = "you-here";
/// Somebody at the upstream whom the app does not know.
const THEIRS: &str = "theirs-there";

fn route(unknown: &str, section: &str) -> Route {
    let text = format!(
        r#"
[[route]]
upstream = ["http://127.0.0.1:9000"]
app = "org.example.live"
as = "org.example.shop"
unknown = "{unknown}"
[route.{section}]
{}
[route.limits]
body = "8 MiB"
"#,
        match section {
            "response" =>
                "header = [\"X-Of\"]\njson = [\"/of\", \"/all/*\", \"/by/*/of\"]\nset_cookie = [\"of\"]",
            _ =>
                "path = [\"/of/{openid}\"]\nquery = [\"of\"]\nform = [\"of\"]\ncookie = [\"of\"]\nheader = [\"X-Of\"]\njson = [\"/of\", \"/all/*\", \"/by/*/of\"]",
        }
    );
    crate::Gateway::try_from(GatewayFile::read(&text).unwrap().section()).unwrap().routes.remove(0)
}

fn caller() -> CallerIds {
    CallerIds { here: ME.into(), there: "me-there".into(), union_id: None }
}

fn known(asked: Vec<&str>) -> Counterparts {
    let what = |text: &str| match text {
        YOU => Counterpart { open_id: Some("you-there".into()), is_known_here: true, is_known_there: false },
        "you-there" => Counterpart { open_id: Some(YOU.into()), is_known_here: true, is_known_there: false },
        THEIRS => Counterpart { open_id: None, is_known_here: false, is_known_there: true },
        _ => Counterpart { open_id: None, is_known_here: false, is_known_there: false },
    };
    asked.into_iter().map(|text| (text.to_owned(), what(text))).collect()
}

/// A request that names this id in one place, for each kind of place; the last spelling of each is unusual.
fn requests(id: &str) -> Vec<(request::Parts, String)> {
    let parts = "--b\r\nContent-Disposition: form-data; name=\"OF[]\"\r\n\r\nID\r\n--b--\r\n";
    let all = [
        ("/of/ID", "x-none", "", "application/json", "{}"),
        ("/%6ff/ID/more", "x-none", "", "application/json", "{}"),
        ("/?of=ID", "x-none", "", "application/json", "{}"),
        ("/?a&+O%66%5B%5D=ID", "x-none", "", "application/json", "{}"),
        ("/", "cookie", "a=1; of=ID", "application/json", "{}"),
        ("/", "cookie", "a=1; %4fF=\"ID\"", "application/json", "{}"),
        ("/", "x-of", "ID", "application/json", "{}"),
        ("/", "x_of", " ID ", "application/json", "{}"),
        ("/", "x-none", "", "application/x-www-form-urlencoded", "a=1&of=ID"),
        ("/", "x-none", "", "application/x-www-form-urlencoded", "a=1&O.F=2&%4f%46=ID"),
        ("/", "x-none", "", "multipart/form-data; boundary=b", parts),
        ("/", "x-none", "", "application/json", r#"{"of":"ID"}"#),
        ("/", "x-none", "", "application/json", r#"{"of":null,"\u004fF":"ID"}"#),
        ("/", "x-none", "", "application/json", r#"{"all":["ID"]}"#),
        ("/", "x-none", "", "application/json", r#"{"all":{"x":"ID"}}"#),
        ("/", "x-none", "", "application/json", r#"{"by":[0,{"of":"ID"}]}"#),
    ];
    let one = |(target, name, value, kind, body): (&str, &str, &str, &str, &str)| {
        let put = |text: &str| text.replace("ID", id);
        let request = Request::post(put(target)).header(name, put(value)).header("content-type", kind);
        (request.body(()).unwrap().into_parts().0, put(body))
    };
    all.into_iter().map(one).collect()
}

/// Everything that goes on, as one text.
fn sent(route: &Route, mut parts: request::Parts, body: String) -> Result<String, Refused> {
    let due = request_body(route, &parts, false)?;
    let found = FoundInRequest::new(route, &parts, &due, body.into())?;
    let known = known(found.others(Some(&caller()))?);
    let never = |_: &str, _: &str| panic!("nothing is encrypted");
    let body = found.apply(&mut parts, Some(&caller()), &known, &never)?.body.unwrap();
    Ok(format!("{} {:?} {}", parts.uri, parts.headers, String::from_utf8(body.to_vec()).unwrap()))
}

#[test]
fn in_every_place_of_self_the_caller_alone_is_named() {
    for unknown in ["refuse", "pass", "empty"] {
        let route = route(unknown, "self");
        for (parts, body) in requests(ME) {
            let about = format!("{} {body}", parts.uri);
            let sent = sent(&route, parts, body).unwrap();
            assert!(sent.contains("me-there") && !sent.contains(ME), "{about}: {sent}");
        }
        for other in [YOU, THEIRS, "me-there", "nobody"] {
            for (parts, body) in requests(other) {
                let about = format!("{} {:?} {body}", parts.uri, parts.headers);
                let refused = sent(&route, parts, body).unwrap_err();
                assert_eq!(refused.status, StatusCode::FORBIDDEN, "{about}");
            }
        }
    }
}

#[test]
fn in_every_place_of_any_people_are_swapped_and_an_id_of_the_upstream_never_goes_on() {
    for unknown in ["refuse", "pass", "empty"] {
        let route = route(unknown, "any");
        for (id, there) in [(ME, "me-there"), (YOU, "you-there")] {
            for (parts, body) in requests(id) {
                let sent = sent(&route, parts, body).unwrap();
                assert!(sent.contains(there) && !sent.contains(id), "{sent}");
            }
        }
        for theirs in [THEIRS, "me-there"] {
            for (parts, body) in requests(theirs) {
                match sent(&route, parts, body) {
                    Ok(sent) => assert!(unknown == "empty" && !sent.contains(theirs), "{sent}"),
                    Err(refused) => assert_eq!(refused.status, StatusCode::BAD_REQUEST),
                }
            }
        }
        for (parts, body) in requests("nobody") {
            match sent(&route, parts, body) {
                Ok(sent) => assert_eq!(sent.contains("nobody"), unknown == "pass", "{sent}"),
                Err(refused) => assert_eq!(refused.status, StatusCode::BAD_REQUEST),
            }
        }
    }
}

/// An answer that names this id in one place, for each kind of place, all of it that goes out as one text.
fn answers(route: &Route, id: &str) -> Vec<Result<String, Refused>> {
    let all = [
        ("x-of", "ID", "application/json", "{}"),
        ("X_Of", " ID", "application/json", "{}"),
        ("set-cookie", "of=ID; Path=/", "application/json", "{}"),
        ("set-cookie", "%6fF=\"ID\"", "application/json", "{}"),
        ("x-none", "", "application/json", r#"{"of":"ID"}"#),
        ("x-none", "", "application/problem+json", r#"{"of":"x","OF":"ID"}"#),
        ("x-none", "", "text/html; charset=UTF-8", r#"{"all":["ID"]}"#),
        ("x-none", "", "text/plain", "\u{feff} {\"all\":{\"k\":\"ID\"}}"),
        ("x-none", "", "application/json", r#"{"by":[{"o\u0066":"ID"}]}"#),
        ("x-none", "", "application/json", r#"{"of":["ID"]}"#),
    ];
    let one = |(name, value, kind, body): (&str, &str, &str, &str)| {
        let put = |text: &str| text.replace("ID", id).replace("\"x\"", "\"me-there\"");
        let response = Response::builder().header(name, put(value)).header("content-type", kind);
        let mut parts = response.body(()).unwrap().into_parts().0;
        let due = answer_body(route, &Method::GET, &parts)?;
        let found = FoundInAnswer::new(route, &Method::GET, &parts, &due, put(body).into())?;
        let mut known = known(found.others(Some(&caller()))?);
        if let Some(theirs) = known.get_mut(THEIRS) {
            *theirs = Counterpart { open_id: None, is_known_here: true, is_known_there: false };
        }
        let body = found.apply(&mut parts, Some(&caller()), &known)?.body.unwrap();
        Ok(format!("{:?} {}", parts.headers, String::from_utf8(body.to_vec()).unwrap()))
    };
    all.into_iter().map(one).collect()
}

#[test]
fn from_no_place_of_an_answer_an_id_of_the_upstream_goes_out() {
    for unknown in ["refuse", "pass", "empty"] {
        let route = route(unknown, "response");
        for (id, out) in [("me-there", ME), ("you-there", YOU), (THEIRS, "")] {
            for answer in answers(&route, id) {
                match answer {
                    Ok(sent) => assert!(!sent.contains("-there") && sent.contains(out), "{sent}"),
                    Err(refused) => assert_eq!(refused.status, StatusCode::BAD_GATEWAY),
                }
            }
        }
        let through = answers(&route, "you-there").into_iter().filter(Result::is_ok).count();
        assert_eq!(through, 9, "all but the list");
    }
}

#[test]
fn a_hundred_thousand_ids_in_one_body_are_found_once_each_and_one_more_is_too_many() {
    let route = route("pass", "any");
    let body = |count: usize| -> Bytes {
        let ids: Vec<_> = (0..count).map(|number| format!("\"o{number:027}\"")).collect();
        format!("{{\"all\":[{}]}}", ids.join(",")).into()
    };
    let look = |count: usize| {
        let request = Request::post("/").header("content-type", "application/json").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let found = FoundInRequest::new(&route, &parts, &BodyDue::Json, body(count)).unwrap();
        found.others(Some(&caller())).map(|others| others.len()).map_err(|refused| refused.status)
    };
    assert_eq!(look(MOST_IDS), Ok(MOST_IDS));
    assert_eq!(look(MOST_IDS + 1), Err(StatusCode::PAYLOAD_TOO_LARGE));
}
