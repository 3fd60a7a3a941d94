//! Behind a body nothing goes through that would not before it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::configured;
use super::gate::Gate;

const ROUTE: &str = r#"
[route.inject]
headers = { "X-Shop-User" = "openid" }
[route.response]
header = ["X-Person"]
"#;

async fn until(stream: &mut TcpStream, end: &[u8]) -> String {
    let mut all = vec![];
    while !all.ends_with(end) {
        all.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn trailers_bring_no_identity_in_no_token_on_and_no_id_of_the_upstream_out() {
    let gate = Gate::new(ROUTE).await;
    let ana = gate.caller("ana").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    gate.routes.replace(portico_gateway::table::Table::new(configured(&url, ROUTE)).unwrap());
    let there = ana.there.clone();
    let back_end = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let seen = until(&mut stream, b"\r\n0\r\n").await + &until(&mut stream, b"\r\n").await;
        let names = ["X-Person", "x_person", "X-Shop-User", "x_shop_user", "X-WX-OPENID", "Set-Cookie"];
        let trailers: String = names.iter().map(|name| format!("{name}: {there}\r\n")).collect();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/css\r\nTransfer-Encoding: chunked\r\n";
        let announced = format!("Trailer: {}, X-Sum\r\n", names.join(", "));
        let answer = format!("{head}{announced}\r\n4\r\nbody\r\n0\r\n{trailers}X-Sum: 1\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        seen
    });
    let mut socket = TcpStream::connect(gate.address).await.unwrap();
    let token = &ana.token;
    let ask = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTE: trailers\r\nConnection: TE\r\n\
         Trailer: X-WX-OPENID, x_shop_user, X-Token\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\
         X-WX-OPENID: evil\r\nx_shop_user: evil\r\nX-Token: {token}\r\n\r\n"
    );
    socket.write_all(ask.as_bytes()).await.unwrap();
    let answer = until(&mut socket, b"\r\n0\r\n").await + &until(&mut socket, b"\r\n\r\n").await;
    let seen = back_end.await.unwrap();
    assert!(seen.ends_with("4\r\nbody\r\n0\r\n\r\n"), "{seen}");
    assert!(!seen.contains("evil") && !seen.contains(token.as_str()), "{seen}");
    assert!(answer.ends_with("0\r\nx-sum: 1\r\n\r\n"), "{answer}");
    assert!(!answer.contains(&ana.there), "{answer}");
}
