#![allow(clippy::unwrap_used)]

use tokio::io::AsyncWriteExt;

use super::*;
use crate::receiver::{Receiver, answer};

fn outbound() -> Outbound {
    Outbound::new(AddressPolicy::PRIVATE_TOO)
}

#[tokio::test]
async fn a_form_arrives_as_a_form() {
    let receiver = Receiver::always(answer("204 No Content", "", "")).await;
    let status = outbound().post_form(&receiver.url("/logout"), &[("logout_token", "a.b+c/d=")]).await;
    assert_eq!(status, Ok(204));
    let arrived = &receiver.arrived()[0];
    assert!(arrived.head.starts_with("post /logout http/1.1\r\n"), "{}", arrived.head);
    assert!(arrived.head.contains("content-type: application/x-www-form-urlencoded"), "{}", arrived.head);
    assert_eq!(arrived.body, "logout_token=a.b%2Bc%2Fd%3D");
}

#[tokio::test]
async fn any_status_of_a_form_is_answered_and_no_redirect_followed() {
    let receiver = Receiver::start(|_, path| match path {
        "/moved" => answer("307 Temporary Redirect", "location: /elsewhere\r\n", ""),
        _ => answer("400 Bad Request", "", "no such session"),
    })
    .await;
    assert_eq!(outbound().post_form(&receiver.url("/"), &[]).await, Ok(400));
    assert_eq!(outbound().post_form(&receiver.url("/moved"), &[]).await, Ok(307));
    assert_eq!(receiver.arrived().len(), 2);
}

#[tokio::test]
async fn nothing_is_sent_to_a_refused_address() {
    let receiver = Receiver::always(answer("200 OK", "", "{}")).await;
    let strict = Outbound::new(AddressPolicy::PUBLIC);
    let refused = Err(Unreachable::Refused(Refused::NotPublic));
    assert_eq!(strict.post_form(&receiver.url("/"), &[]).await, refused);
    let by_name = format!("http://localhost:{}/", receiver.port());
    assert_eq!(strict.post_form(&by_name, &[]).await, refused);
    assert_eq!(strict.get_json(&receiver.url("/")).await, Err(Unreachable::Refused(Refused::NotPublic)));
    assert!(receiver.arrived().is_empty());
}

#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_is_refused_when_connecting() {
    let receiver = Receiver::always(answer("200 OK", "", "{}")).await;
    let client = builder(AddressPolicy::PUBLIC).tls_certs_only([]).build().unwrap();
    // Past the check of the URL, as a name of somebody's own would come that points inside.
    let sent = client.get(format!("http://localhost:{}/", receiver.port())).send().await;
    assert_eq!(cause(&sent.unwrap_err()), Unreachable::Refused(Refused::NotPublic));
    assert!(receiver.arrived().is_empty());
}

#[tokio::test]
async fn a_name_is_resolved_and_reached_where_the_policy_allows_it() {
    let receiver = Receiver::always(answer("200 OK", "", "{}")).await;
    let url = format!("http://localhost:{}/", receiver.port());
    assert_eq!(outbound().post_form(&url, &[]).await, Ok(200));
}

#[tokio::test]
async fn a_document_comes_with_how_long_it_may_be_kept() {
    let headers = "cache-control: public, Max-Age=300\r\n";
    let receiver = Receiver::always(answer("200 OK", headers, r#"{"keys":[]}"#)).await;
    let fetched = outbound().get_json(&receiver.url("/jwks")).await.unwrap();
    assert_eq!(fetched.document, serde_json::json!({ "keys": [] }));
    assert_eq!(fetched.max_age, Some(Span::seconds(300)));
}

#[test]
fn how_long_a_document_may_be_kept_is_read_from_its_headers() {
    let table = [
        (&[] as &[&'static str], None),
        (&["public"], None),
        (&["max-age=60"], Some(60)),
        (&["max-age=\"60\""], Some(60)),
        (&["s-maxage=9, max-age=60"], Some(60)),
        (&["public", "max-age=60"], Some(60)),
        (&["max-age=60, max-age=90"], Some(60)),
        (&["max-age=60, no-store"], Some(0)),
        (&["No-Cache"], Some(0)),
        (&["max-age=-5"], None),
        (&["max-age=99999999999999999999"], None),
        (&["max-age"], None),
    ];
    for (values, seconds) in table {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, value.parse().unwrap());
        }
        assert_eq!(max_age(&headers), seconds.map(Span::seconds), "{values:?}");
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let receiver = Receiver::start(|_, path| match path {
        "/0" => answer("200 OK", "", "[]"),
        "/1" => answer("302 Found", "location: /0\r\n", ""),
        "/2" => answer("301 Moved Permanently", "location: /1\r\n", ""),
        "/3" => answer("307 Temporary Redirect", "location: /2\r\n", ""),
        _ => answer("308 Permanent Redirect", "location: /3\r\n", ""),
    })
    .await;
    assert!(outbound().get_json(&receiver.url("/3")).await.is_ok());
    assert_eq!(outbound().get_json(&receiver.url("/4")).await, Err(Unreachable::Redirects));
}

#[tokio::test]
async fn a_redirect_to_a_refused_address_is_not_followed() {
    let table = [
        ("location: http://169.254.169.254/latest\r\n", Unreachable::Refused(Refused::NotPublic)),
        ("location: ftp://127.0.0.1/\r\n", Unreachable::Refused(Refused::NotHttp)),
        ("location: http://a:b@127.0.0.1/\r\n", Unreachable::Refused(Refused::UserInfo)),
        ("location: http://[\r\n", Unreachable::Redirects),
        ("", Unreachable::Redirects),
    ];
    for (location, why) in table {
        let receiver = Receiver::always(answer("302 Found", location, "")).await;
        assert_eq!(outbound().get_json(&receiver.url("/")).await, Err(why), "{location}");
        assert_eq!(receiver.arrived().len(), 1);
    }
}

#[tokio::test]
async fn a_document_that_is_missing_too_large_or_no_json_is_an_error() {
    let large = format!("\"{}\"", "x".repeat(LARGEST_DOCUMENT));
    let table = [
        (answer("404 Not Found", "", "{}"), Unreachable::Status(404)),
        (answer("204 No Content", "", ""), Unreachable::Status(204)),
        (answer("200 OK", "", "<html>"), Unreachable::NotTheDocument),
        (answer("200 OK", "", &"[".repeat(10_000)), Unreachable::NotTheDocument),
        (answer("200 OK", "", &large), Unreachable::TooLarge),
        ("200 OK\r\ncontent-length: 50\r\n\r\n{}".to_owned(), Unreachable::Broken),
    ];
    for (text, why) in table {
        let receiver = Receiver::always(text).await;
        assert_eq!(outbound().get_json(&receiver.url("/")).await, Err(why));
    }
}

#[tokio::test]
async fn a_document_of_just_the_largest_size_is_read() {
    let body = format!("\"{}\"", "x".repeat(LARGEST_DOCUMENT - 2));
    let receiver = Receiver::always(answer("200 OK", "", &body)).await;
    assert!(outbound().get_json(&receiver.url("/")).await.is_ok());
}

#[tokio::test]
async fn where_nobody_listens_there_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(outbound().post_form(&url, &[]).await, Err(Unreachable::NoConnection));
}

#[tokio::test]
async fn a_receiver_that_does_not_speak_tls_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    assert_eq!(outbound().post_form(&url, &[]).await, Err(Unreachable::NoConnection));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_says_nothing_is_given_up_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    assert_eq!(outbound().post_form(&url, &[]).await, Err(Unreachable::TooSlow));
}
