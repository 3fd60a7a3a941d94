//! What the shared vectors do not tell: codings, limits, and what the head says about a body.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, request, response};
use portico_core::rule::swap::Counterpart;

use super::coding::{Coding, pack};
use super::*;
use crate::Refused;
use crate::route::{Counterparts, Route};
use crate::settings::GatewayFile;

const ROUTE: &str = r#"
[[route]]
upstream = ["http://127.0.0.1:9000"]
app = "org.example.live"
as = "org.example.shop"
[route.inject]
headers = { "X-WX-OPENID" = "openid", "X-WX-UNIONID" = "unionid", "Shop-App" = "app" }
[route.self]
json = ["/openid"]
query = ["openid"]
[route.any]
json = ["/to/*"]
query = ["to"]
[route.response]
json = ["/openid", "/of/*"]
[route.limits]
body = "64 KiB"
"#;

fn route() -> Route {
    crate::Gateway::try_from(GatewayFile::read(ROUTE).unwrap().section()).unwrap().routes.remove(0)
}

fn caller() -> CallerIds {
    CallerIds { here: "me-here".into(), there: "me-there".into(), union_id: None }
}

fn request(target: &str, headers: &[(&'static str, &str)]) -> request::Parts {
    let mut request = Request::post(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn response(status: u16, headers: &[(&'static str, &str)]) -> response::Parts {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap().into_parts().0
}

fn never(_: &str, _: &str) -> Result<(String, String), Refused> {
    panic!("nothing is encrypted")
}

/// A request's head and body after the swap.
fn swapped(
    mut parts: request::Parts,
    body: impl Into<Bytes>,
) -> Result<(request::Parts, Option<Bytes>), Refused> {
    let route = route();
    let due = request_body(&route, &parts, false)?;
    let found = FoundInRequest::new(&route, &parts, &due, body.into())?;
    let body = found.apply(&mut parts, Some(&caller()), &Counterparts::default(), &never)?.body;
    Ok((parts, body))
}

fn status<T>(result: Result<T, Refused>) -> StatusCode {
    result.map(drop).unwrap_err().status
}

const JSON: (&str, &str) = ("content-type", "application/json");
const MINE: &str = r#"{"openid":"me-here"}"#;
const THEIRS: &str = r#"{"openid":"me-there"}"#;

#[test]
fn every_coding_is_unpacked_and_the_body_goes_on_as_it_was_read() {
    let all = [("gzip", &[Coding::Gzip][..]), ("br", &[Coding::Brotli]), ("zstd", &[Coding::Zstd])];
    for (name, codings) in all.into_iter().chain([("gzip, br", &[Coding::Gzip, Coding::Brotli][..])]) {
        for (text, must) in [(MINE, THEIRS), (r#"{"n":1e400}"#, r#"{"n":1e400}"#)] {
            let parts = request("/", &[JSON, ("content-encoding", name), ("content-digest", "x")]);
            let (head, body) = swapped(parts, pack(codings, text.into())).unwrap();
            assert_eq!(body.unwrap(), must, "{name}");
            assert_eq!(head.headers["content-length"], must.len().to_string());
            assert!(
                !head.headers.contains_key("content-encoding")
                    && !head.headers.contains_key("content-digest")
            );
        }
    }
}

/// What a back end that does not unpack would read in the packed bytes does not reach it.
#[test]
fn nothing_hides_in_how_a_body_is_packed() {
    let hidden = r#"{"openid":"you-here"}"#;
    let named = flate2::GzBuilder::new().filename(hidden).write(Vec::new(), flate2::Compression::fast());
    let gzip = { named }.finish().unwrap();
    let brotli = [&pack(&[Coding::Brotli], MINE.into())[..], hidden.as_bytes()].concat();
    for (name, packed) in [("gzip", gzip), ("br", brotli)] {
        let sent = swapped(request("/", &[JSON, ("content-encoding", name)]), packed);
        let text = sent.map(|(_, body)| body.unwrap()).unwrap_or_default();
        assert!(!text.windows(8).any(|piece| piece == b"you-here"), "{name}");
    }
}

#[test]
fn a_body_in_which_nothing_is_swapped_goes_on_in_the_very_bytes() {
    let text = " {\"n\":1e400,\"n\":\t9007199254740993}";
    let (head, body) = swapped(request("/", &[JSON, ("content-md5", "x")]), text).unwrap();
    assert_eq!(body.unwrap(), text);
    assert!(head.headers.contains_key("content-md5"));
}

#[test]
fn what_is_said_about_bytes_that_changed_is_removed() {
    let parts = request(
        "/",
        &[
            JSON,
            ("content-md5", "x"),
            ("digest", "x"),
            ("content-digest", "x"),
            ("transfer-encoding", "chunked"),
        ],
    );
    let (head, _) = swapped(parts, MINE).unwrap();
    for gone in ["content-md5", "digest", "content-digest", "transfer-encoding"] {
        assert!(!head.headers.contains_key(gone), "{gone}");
    }
    assert_eq!(head.headers["content-length"], THEIRS.len().to_string());
}

#[test]
fn bodies_that_cannot_be_looked_into_are_refused_each_with_its_status() {
    let gzip = ("content-encoding", "gzip");
    let bomb = pack(&[Coding::Gzip], vec![b' '; 1 << 20]);
    let cut = pack(&[Coding::Gzip], MINE.into()).slice(..20);
    let large = vec![b' '; (64 << 10) + 1];
    assert_eq!(status(swapped(request("/", &[JSON, gzip]), bomb)), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status(swapped(request("/", &[JSON]), large)), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        status(swapped(request("/", &[JSON, ("content-length", "65537")]), "")),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(status(swapped(request("/", &[JSON, gzip]), cut)), StatusCode::BAD_REQUEST);
    assert_eq!(status(swapped(request("/", &[JSON, gzip]), MINE)), StatusCode::BAD_REQUEST);
    assert_eq!(status(swapped(request("/", &[JSON]), "{")), StatusCode::BAD_REQUEST);
    for coding in ["deflate", "gzip, compress", "gzip, gzip, gzip, gzip", "x"] {
        let parts = request("/", &[JSON, ("content-encoding", coding)]);
        assert_eq!(status(swapped(parts, MINE)), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{coding}");
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "json",
        "",
        "text/html",
    ] {
        let parts = request("/", &[("content-type", kind)]);
        assert_eq!(status(swapped(parts, MINE)), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(status(swapped(request("/", &[JSON, JSON]), MINE)), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[test]
fn a_charset_in_which_names_would_be_others_is_refused_where_there_is_no_body_too() {
    let route = route();
    let due = |kind: &str, is_empty| request_body(&route, &request("/", &[("content-type", kind)]), is_empty);
    for kind in [
        "text/plain; charset=utf-7",
        "text/plain; Charset=utf-7",
        "application/json; charset=utf-8; charset=utf-7",
        "application/json; charset=us-ascii; CHARSET=utf-7",
        "application/json; charset*=utf-8''utf-7",
        "application/json; x=\"; charset=utf-7\"",
        "application/x-www-form-urlencoded; charset=utf-8; charset=cp037",
        "multipart/form-data; boundary=a; charset=utf-8; charset=utf-7",
        "json; charset=utf-7",
    ] {
        for is_empty in [true, false] {
            let refused = due(kind, is_empty).unwrap_err();
            assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        }
    }
    assert_eq!(due("text/plain; charset=utf-8", true), Ok(BodyDue::Stream));
    assert_eq!(due("application/json;charset=\"UTF-8\"", false), Ok(BodyDue::Json));
    assert_eq!(due("application/json ; charset=utf-8", false), Ok(BodyDue::Json));
    assert_eq!(due("application/json;\tcharset=ISO-8859-1", false), Ok(BodyDue::Json));
    assert!(due("application/json; charset=gbk", false).is_err());
    let text = ROUTE.replace("json = [\"/openid\"]\nquery", "query").replace("json = [\"/to/*\"]\n", "");
    let gateway = crate::Gateway::try_from(GatewayFile::read(&text).unwrap().section()).unwrap();
    for (kind, is_borne) in [
        ("text/csv; charset=gbk", true),
        ("text/xml; charset=GB2312", true),
        ("text/plain; charset=windows-1251", true),
        ("text/plain; charset=utf-7", false),
        ("text/plain; charset=utf-16", false),
        ("text/plain; charset=iso-2022-jp", false),
    ] {
        let due = request_body(&gateway.routes[0], &request("/", &[("content-type", kind)]), false);
        assert_eq!(due.is_ok(), is_borne, "{kind}");
    }
}

#[test]
fn a_form_that_may_be_json_is_refused_where_json_is_declared_too() {
    let text =
        ROUTE.replace("json = [\"/openid\"]\nquery", "json = [\"/openid\"]\nform = [\"openid\"]\nquery");
    let gateway = crate::Gateway::try_from(GatewayFile::read(&text).unwrap().section()).unwrap();
    let route = &gateway.routes[0];
    let parts = request("/", &[("content-type", "application/x-www-form-urlencoded")]);
    let due = request_body(route, &parts, false).unwrap();
    assert_eq!(due, BodyDue::Form);
    let utf16: Vec<u8> = "{\"openid\":1}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(status(FoundInRequest::new(route, &parts, &due, utf16.into())), StatusCode::BAD_REQUEST);
    for body in [
        r#"{"openid":"you-here"}"#,
        "[\"you-here\"]",
        "\u{feff}{",
        "/*=*/{\"openid\":\"you-here\"}",
        "//=\n{}",
        "\u{a0}{}",
    ] {
        let refused = FoundInRequest::new(route, &parts, &due, body.into());
        assert_eq!(status(refused), StatusCode::BAD_REQUEST, "{body}");
    }
    for body in ["", "a[]=1&openid=me-here", "%7B=%22&name=\u{444}\n"] {
        FoundInRequest::new(route, &parts, &due, body.into()).unwrap();
    }
}

#[test]
fn a_form_of_parts_names_one_boundary_and_nothing_else() {
    let text = ROUTE.replace("query = [\"openid\"]", "form = [\"openid\"]");
    let gateway = crate::Gateway::try_from(GatewayFile::read(&text).unwrap().section()).unwrap();
    let route = &gateway.routes[0];
    let due = |kind: &str| request_body(route, &request("/", &[("content-type", kind)]), false);
    for kind in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=a; Boundary=b",
        "multipart/form-data; boundary=a; boundary*=utf-8''b",
        "multipart/form-data; boundary=a; boundary*0=b",
        "multipart/form-data; xboundary=b; boundary=a",
        "multipart/form-data; x=\"boundary=b\"; boundary=a",
        "multipart/form-data; boundary=\"a,b\"",
        "multipart/form-data; boundary=\"a;b\"",
        "multipart/form-data; boundary=\"a b\"",
        "multipart/form-data; boundary='a'",
    ] {
        assert_eq!(due(kind).map_err(|refused| refused.status), Err(StatusCode::BAD_REQUEST), "{kind}");
    }
    for (kind, boundary) in [
        ("multipart/form-data; boundary=----WebKitFormBoundaryA1", "----WebKitFormBoundaryA1"),
        ("multipart/form-data;charset=utf-8;boundary=\"=_Part/1.2:3\"", "=_Part/1.2:3"),
    ] {
        assert_eq!(due(kind), Ok(BodyDue::Parts(boundary.into())));
    }
}

#[test]
fn a_byte_order_mark_hides_nothing() {
    let (_, body) = swapped(request("/", &[JSON]), format!("\u{feff}{MINE}")).unwrap();
    assert_eq!(body.unwrap(), format!("\u{feff}{THEIRS}"));
}

#[test]
fn a_refused_request_leaves_its_head_as_it_was() {
    let route = route();
    let mut parts = request("/?openid=me-here", &[JSON]);
    let due = request_body(&route, &parts, false).unwrap();
    let found = FoundInRequest::new(&route, &parts, &due, r#"{"openid":"you-here"}"#.into()).unwrap();
    let refused = found.apply(&mut parts, Some(&caller()), &Counterparts::default(), &never);
    assert_eq!(status(refused), StatusCode::FORBIDDEN);
    assert_eq!(parts.uri, "/?openid=me-here");
}

#[test]
fn a_target_with_an_authority_keeps_it() {
    let (head, _) = swapped(request("https://shop.example/a?openid=me-here", &[JSON]), "{}").unwrap();
    assert_eq!(head.uri, "https://shop.example/a?openid=me-there");
}

#[test]
fn others_are_named_once_in_their_order_and_the_caller_not() {
    let route = route();
    let parts = request("/?to=x&to=me-here&openid=me-here", &[JSON]);
    let due = request_body(&route, &parts, false).unwrap();
    let found =
        FoundInRequest::new(&route, &parts, &due, r#"{"to":["y","x","me-here","",null]}"#.into()).unwrap();
    assert_eq!(found.others(Some(&caller())).unwrap(), ["x", "y"]);
    assert!(!found.is_encrypted());
}

#[test]
fn what_was_not_asked_about_goes_nowhere() {
    let known = Counterparts::default();
    let route = route();
    let mut parts = request("/", &[JSON]);
    let due = request_body(&route, &parts, false).unwrap();
    let found = FoundInRequest::new(&route, &parts, &due, r#"{"to":["x"]}"#.into()).unwrap();
    assert_eq!(status(found.apply(&mut parts, Some(&caller()), &known, &never)), StatusCode::BAD_REQUEST);
}

#[test]
fn an_answer_that_will_be_looked_into_is_asked_for_whole_and_in_codings_that_are_understood() {
    let asked = |accept: &str| {
        let parts =
            request("/", &[JSON, ("range", "bytes=0-1"), ("if-range", "x"), ("accept-encoding", accept)]);
        let (head, _) = swapped(parts, "{}").unwrap();
        assert!(!head.headers.contains_key("range") && !head.headers.contains_key("if-range"));
        head.headers["accept-encoding"].to_str().unwrap().to_owned()
    };
    assert_eq!(asked("gzip, deflate, br;q=0.5, zstd, *;q=0.1"), "gzip, br;q=0.5");
    assert_eq!(asked("identity;q=0.5, x-gzip"), "identity;q=0.5, x-gzip");
    assert_eq!(asked("deflate"), "identity");
}

/// An answer's head and body after the swap.
fn answered(
    method: &Method,
    mut parts: response::Parts,
    body: impl Into<Bytes>,
) -> Result<(HeaderMap, Option<Bytes>), Refused> {
    let route = route();
    let due = answer_body(&route, method, &parts)?;
    let found = FoundInAnswer::new(&route, method, &parts, &due, body.into())?;
    let gone = Counterpart { open_id: None, is_known_here: true, is_known_there: false };
    let known = found.others(Some(&caller()))?.into_iter().map(|id| (id.to_owned(), gone.clone())).collect();
    let body = found.apply(&mut parts, Some(&caller()), &known)?.body;
    Ok((parts.headers, body))
}

#[test]
fn answers_that_cannot_be_looked_into_do_not_go_out() {
    let get = Method::GET;
    let cut = pack(&[Coding::Brotli], THEIRS.into()).slice(..10);
    for (parts, body) in [
        (response(200, &[JSON, ("content-encoding", "br")]), cut),
        (response(200, &[JSON, ("content-encoding", "deflate")]), THEIRS.into()),
        (response(200, &[JSON, JSON]), THEIRS.into()),
        (response(206, &[JSON, ("content-range", "bytes 0-1/9")]), THEIRS.into()),
        (response(200, &[JSON]), vec![b' '; (64 << 10) + 1].into()),
        (response(200, &[JSON, ("content-length", "70000")]), Bytes::new()),
        (response(200, &[JSON]), "{\"openid\":".into()),
        (response(200, &[JSON]), r#"{"of":["you-there"]}"#.into()),
        (response(200, &[JSON]), r#"{"of":[{"x":"you-there"}]}"#.into()),
        (response(200, &[]), r#"{"of":["you-there"]}"#.into()),
        (response(200, &[("content-type", "application/x-json")]), r#"{"of":["you-there"]}"#.into()),
        (response(200, &[("content-type", "text/x-json; charset=utf-8")]), r#"{"of":["you-there"]}"#.into()),
        (response(200, &[("content-type", "application/json ; a=b")]), r#"{"of":["you-there"]}"#.into()),
        (response(500, &[("content-type", "text/plain")]), "\u{feff} {\"of\":[\"you-there\"]}".into()),
    ] {
        assert_eq!(status(answered(&get, parts, body.clone())), StatusCode::BAD_GATEWAY, "{body:?}");
    }
}

#[test]
fn answers_without_a_body_that_could_be_json_stream() {
    let route = route();
    let due = |method: &Method, parts: response::Parts| answer_body(&route, method, &parts).unwrap();
    for parts in [
        response(204, &[JSON]),
        response(304, &[JSON]),
        response(101, &[JSON]),
        response(200, &[("content-type", "image/png"), ("content-length", "99999999")]),
        response(200, &[("content-type", "text/event-stream")]),
        response(206, &[("content-type", "video/mp4")]),
    ] {
        assert_eq!(due(&Method::GET, parts), BodyDue::Stream);
    }
    assert_eq!(due(&Method::HEAD, response(200, &[JSON])), BodyDue::Stream);
    assert_eq!(due(&Method::GET, response(200, &[JSON])), BodyDue::Json);
    assert_eq!(due(&Method::GET, response(200, &[])), BodyDue::Perhaps);
}

#[test]
fn validators_are_weak_and_lengths_unknown_wherever_a_body_may_be_swapped() {
    let about =
        [JSON, ("etag", "\"1\""), ("accept-ranges", "bytes"), ("repr-digest", "x"), ("content-length", "21")];
    for (method, code, body) in [(Method::GET, 200, THEIRS), (Method::HEAD, 200, ""), (Method::GET, 304, "")]
    {
        let (headers, _) = answered(&method, response(code, &about), body).unwrap();
        assert_eq!(headers["etag"], "W/\"1\"");
        assert!(!headers.contains_key("accept-ranges") && !headers.contains_key("repr-digest"));
        assert_eq!(
            headers.get("content-length").map(HeaderValue::as_bytes),
            (!body.is_empty()).then_some(&b"20"[..])
        );
    }
    for method in [Method::GET, Method::HEAD] {
        let about = [("content-type", "image/png"), ("etag", "\"1\""), ("content-length", "5")];
        let (headers, _) = answered(&method, response(200, &about), "").unwrap();
        assert_eq!(
            (&headers["etag"], &headers["content-length"]),
            (&about[1].1.parse().unwrap(), &about[2].1.parse().unwrap())
        );
    }
}

#[test]
fn a_request_without_a_body_may_name_any_type() {
    let route = route();
    let due = |headers: &[(&'static str, &str)]| request_body(&route, &request("/", headers), true);
    assert_eq!(due(&[]), Ok(BodyDue::Stream));
    assert_eq!(due(&[JSON]), Ok(BodyDue::Stream));
    assert_eq!(due(&[("content-type", "text/plain")]), Ok(BodyDue::Stream));
    assert_eq!(due(&[("content-length", "0")]), Ok(BodyDue::Stream));
    assert_eq!(due(&[JSON, ("content-length", "0")]), Ok(BodyDue::Json));
    assert_eq!(status(swapped(request("/", &[JSON, ("content-length", "0")]), "")), StatusCode::BAD_REQUEST);
}

#[test]
fn the_beginning_of_a_text_says_whether_it_may_be_json() {
    for (start, says) in [
        (&b"{"[..], Some(true)),
        (b" \n[", Some(true)),
        (b"\"", Some(true)),
        (b"\xef\xbb\xbf {", Some(true)),
        (b"\xef\xbb", Some(true)),
        (b"<html>", Some(false)),
        (b"7", Some(false)),
        (b"\xef\xbb\xbf<", Some(false)),
        (b" ", None),
        (b"", None),
        (b"\xef\xbb\xbf", None),
    ] {
        assert_eq!(begins_like_json(&HeaderMap::new(), start), says, "{start:?}");
    }
}

#[test]
fn an_empty_answer_is_no_broken_json() {
    let (headers, body) =
        answered(&Method::GET, response(200, &[JSON, ("content-encoding", "gzip")]), "").unwrap();
    assert_eq!(body, Some(Bytes::new()));
    assert_eq!(headers["content-length"], "0");
}

#[test]
fn a_header_that_is_not_text_cannot_bring_an_identity_in() {
    let mut headers = HeaderMap::new();
    headers.append("x-wx-openid", HeaderValue::from_bytes(b"\xff").unwrap());
    headers.append("x_wx_openid", HeaderValue::from_static("evil"));
    headers.append("X-Portico-Secret", HeaderValue::from_static("evil"));
    headers.append("shop_app", HeaderValue::from_static("evil"));
    headers.append("connection", HeaderValue::from_static("X_WX-OPENID,shop-app"));
    headers.append("connection", HeaderValue::from_static("close, x-wx-anything"));
    headers.append("connection", HeaderValue::from_bytes(b"\xff, x-wx-openid").unwrap());
    headers.append("authorization", HeaderValue::from_static("Bearer x"));
    let route = route();
    strip(&route, &mut headers);
    assert_eq!(headers.len(), 1);
    assert_eq!(headers["connection"], "close");
    inject(&route, "wx0", Some(&caller()), &mut headers);
    assert_eq!(
        (&headers["x-wx-openid"], &headers["shop-app"]),
        (&"me-there".parse().unwrap(), &"wx0".parse().unwrap())
    );
    assert!(!headers.contains_key("x-wx-unionid"));
}

#[test]
fn the_token_goes_on_where_the_route_says_so() {
    let mut headers: HeaderMap =
        [(http::header::AUTHORIZATION, HeaderValue::from_static("Bearer x"))].into_iter().collect();
    strip(&Route { keep_token: true, ..route() }, &mut headers);
    assert!(headers.contains_key("authorization"));
}
