//! The floor: a bare hyper server that reads each request whole and answers a constant.

use crate::failure::{During, Failure, Outcome};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the bare server answers to everything.
struct Constant {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// The JSON form in which the constant is handed to the bare server's process.
pub(crate) fn constant(status: u16, headers: &[(String, String)], bytes: usize) -> String {
    serde_json::json!({ "status": status, "headers": headers, "bytes": bytes }).to_string()
}

fn parse(text: &str) -> Outcome<Constant> {
    let value: serde_json::Value = serde_json::from_str(text).during("the constant answer")?;
    let wrong = || Failure("the constant answer needs status, headers and bytes".into());
    let status = value["status"].as_u64().and_then(|status| u16::try_from(status).ok()).ok_or_else(wrong)?;
    let bytes = value["bytes"].as_u64().and_then(|bytes| usize::try_from(bytes).ok()).ok_or_else(wrong)?;
    let mut headers = Vec::new();
    for header in value["headers"].as_array().ok_or_else(wrong)? {
        let text = |index: usize| header[index].as_str().ok_or_else(wrong);
        let name = HeaderName::from_bytes(text(0)?.as_bytes()).during("the constant answer")?;
        headers.push((name, HeaderValue::from_str(text(1)?).during("the constant answer")?));
    }
    let status = StatusCode::from_u16(status).during("the constant answer")?;
    Ok(Constant { status, headers, body: Bytes::from(vec![b'x'; bytes]) })
}

/// Serves the constant on a free loopback port until the process is ended, after one line on standard
/// output that names the address.
pub(crate) async fn serve(constant: &str) -> Outcome<()> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.during("binding")?;
    announce(listener.local_addr().during("binding")?);
    accept(listener, constant).await
}

/// Answers the constant to everything that comes over this listener.
pub(crate) async fn accept(listener: TcpListener, constant: &str) -> Outcome<()> {
    let constant = Arc::new(parse(constant)?);
    loop {
        let (stream, _) = listener.accept().await.during("accepting")?;
        stream.set_nodelay(true).during("accepting")?;
        let constant = constant.clone();
        let answer = hyper::service::service_fn(move |request| answer(request, constant.clone()));
        let http = hyper::server::conn::http1::Builder::new();
        tokio::spawn(http.serve_connection(TokioIo::new(stream), answer));
    }
}

#[allow(clippy::print_stdout, reason = "the ready line is this process's answer to its parent")]
fn announce(address: SocketAddr) {
    println!("bare: ready on http://{address}");
}

async fn answer(
    request: Request<Incoming>,
    constant: Arc<Constant>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        std::hint::black_box(frame?);
    }
    Ok(reply(&constant))
}

fn reply(constant: &Constant) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::<Bytes>::from(constant.body.clone()));
    *response.status_mut() = constant.status;
    for (name, value) in &constant.headers {
        response.headers_mut().append(name.clone(), value.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_constant_survives_the_way_to_the_other_process() {
        let headers = [("cache-control".to_owned(), "no-store".to_owned())];
        let constant = parse(&constant(400, &headers, 12)).unwrap();
        let reply = reply(&constant);
        assert_eq!((reply.status().as_u16(), constant.body.len()), (400, 12));
        assert_eq!(reply.headers()["cache-control"], "no-store");
    }

    #[test]
    fn a_constant_without_a_size_is_refused() {
        assert!(parse(r#"{"status": 200, "headers": []}"#).is_err());
        assert!(parse(r#"{"status": 200, "headers": [["a b", "c"]], "bytes": 1}"#).is_err());
    }
}
