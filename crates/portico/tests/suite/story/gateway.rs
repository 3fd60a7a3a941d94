//! The gateway of the real binary: inside the server, by itself, and looked at without either.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::postgres::{dropped, schema};
use super::server::{cli, listening, serve, terminate};

fn routes(section: &str, more: &str) -> String {
    format!(
        "[[{section}]]\nupstream = [\"http://127.0.0.1:9\"]\napp = \"org.example.live\"\nas = \"org.example.shop\"\n{more}\n"
    )
}

fn written(folder: &Path, text: &str) -> PathBuf {
    let file = folder.join("portico.toml");
    std::fs::write(&file, text).unwrap();
    file
}

/// The status of an answer to a request with a token that is none.
fn asked(address: &str, path: &str) -> u16 {
    let mut stream = TcpStream::connect(address.strip_prefix("http://").unwrap()).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn hang_up(process: u32) {
    assert!(Command::new("kill").args(["-HUP", &process.to_string()]).status().unwrap().success());
}

fn gateway(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.arg("gateway").args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The one line of a start that was refused.
fn refused(file: &Path) -> String {
    let output = gateway(&["--config", file.to_str().unwrap()]);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), line.trim().lines().count()), (Some(2), 1), "{line}");
    line
}

#[test]
fn inside_the_server_its_routes_are_read_anew_at_a_signal_or_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = &format!("[gateway]\nlisten = \"{free}\"\n")[..];
    let of = |path: &str| format!("{listen}{}", routes("gateway.route", &format!("path = \"{path}\"")));
    let file = written(folder.path(), &of("/old"));
    let (server, line) = listening(serve(folder.path()).arg("--config").arg(&file));
    assert!(line.starts_with("portico: ready on ") && !line.contains("gateway"), "{line}");
    let address = format!("http://{free}");
    // Nobody has registered the apps.
    assert_eq!((asked(&address, "/old"), asked(&address, "/new")), (503, 404));
    written(folder.path(), &of("/new"));
    hang_up(server.id());
    wait_for("the new route", || asked(&address, "/new") == 503);
    assert_eq!(asked(&address, "/old"), 404);
    for wrong in [&of("no path")[..], listen, "lissen = 1\n", "["] {
        written(folder.path(), wrong);
        hang_up(server.id());
    }
    written(folder.path(), &of("/newest"));
    hang_up(server.id());
    wait_for("the newest route", || asked(&address, "/newest") == 503);
    assert_eq!(terminate(server), Some(0));
}

#[test]
fn by_itself_it_is_a_node_of_a_shared_store_and_says_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    std::fs::write(&key, "no key\n").unwrap();
    let store = "store = \"postgres://127.0.0.1:9/none\"\n";
    let issuer = "issuer = \"https://id.example\"\n";
    let master = format!("master_key = {key:?}\n");
    let all = [store, issuer, &master].concat();
    for (before, named) in [
        (format!("store = \"sqlite:x.db\"\n{issuer}{master}"), "SQLite"),
        (format!("{issuer}{master}"), "postgres://"),
        (format!("{store}{master}"), "'issuer'"),
        (format!("{store}{issuer}"), "'master_key'"),
        (format!("{all}lissen = \"x\"\n"), "lissen"),
        (format!("{all}sessions = {{ idle = \"soon\" }}\n"), "sessions.idle"),
    ] {
        let line = refused(&written(folder.path(), &(before + &routes("route", ""))));
        assert!(line.contains(named), "{named}: {line}");
    }
    let line = refused(&written(folder.path(), &all));
    assert!(line.contains("[[route]]"), "{line}");
    assert_eq!(gateway(&[]).status.code(), Some(2));
    assert_eq!(gateway(&["--config", "/nowhere/gateway.toml"]).status.code(), Some(2));
}

#[test]
fn a_configuration_is_said_in_words_and_a_request_is_shown_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let places = "[route.self]\njson = [\"/openid\"]\n[route.response]\njson = [\"/openid\"]\n";
    let file = written(folder.path(), &routes("route", places));
    let file = file.to_str().unwrap();
    let said = gateway(&["check", file]);
    assert!(said.status.success());
    let secured = routes("route", places) + "[tls]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n";
    let elsewhere = tempfile::tempdir().unwrap();
    let secured = written(elsewhere.path(), &secured);
    let missing = gateway(&["check", secured.to_str().unwrap()]);
    assert!(
        missing.status.code() == Some(2) && String::from_utf8_lossy(&missing.stderr).contains("none.pem")
    );
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.contains("org.example.live") && said.contains("/openid"), "{said}");
    assert!(said.contains("still needs issuer, store, master_key"), "{said}");
    for (head, section, named) in [
        ("trusted_proxies = [\"10.0.0.0/33\"]\n", "route", "trusted_proxies"),
        ("sessions = { x = 1 }\n", "route", "sessions"),
        ("log = { level = \"x\" }\n", "route", "level"),
        ("bus = \"nonsense\"\n", "route", "bus"),
        ("issuer = \"nonsense\"\n", "route", "issuer"),
        ("store = \"sqlite:x.db\"\n", "route", "SQLite"),
        ("issuer = \"nonsense\"\n", "gateway.route", "issuer"),
    ] {
        let elsewhere = tempfile::tempdir().unwrap();
        let file = written(elsewhere.path(), &(head.to_owned() + &routes(section, "")));
        let checked = gateway(&["check", file.to_str().unwrap()]);
        let line = String::from_utf8(checked.stderr).unwrap();
        assert!(checked.status.code() == Some(2) && line.contains(named), "{head}: {line}");
    }

    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let request = put(
        "request",
        "POST / HTTP/1.1\nHost: x\nAuthorization: Bearer t\nContent-Type: application/json\n\n{\"openid\":\"oHere\"}\n",
    );
    let answer =
        put("answer", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"openid\":\"oThere\"}\r\n");
    let tried =
        gateway(&["try", file, "--request", &request, "--caller", "oHere=oThere", "--answer", &answer]);
    let shown = String::from_utf8(tried.stdout).unwrap();
    assert!(tried.status.success(), "{shown}");
    let parts: Vec<&str> = shown.split("\n# ").collect();
    assert_eq!(parts.len(), 4, "{shown}");
    assert!(parts[1].contains("{\"openid\":\"oThere\"}") && !parts[1].contains("authorization"), "{shown}");
    assert!(parts[3].contains("{\"openid\":\"oHere\"}"), "{shown}");
    let other = gateway(&["try", file, "--request", &request, "--caller", "oElse"]);
    let line = String::from_utf8(other.stderr).unwrap();
    assert!(other.status.code() == Some(1) && line.contains("403 access_denied"), "{line}");
    assert!(line.contains("the body names somebody else"), "{line}");
    let none = gateway(&["try", file, "--request", &request]);
    assert_eq!(none.status.code(), Some(2));

    let token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.signature";
    let bare = &format!("GET /?x=1 HTTP/1.1\nHost: x\nAuthorization: Bearer {token}\n")[..];
    for (name, text, status) in [
        ("address", bare.replace("x=1", &format!("t={token}")), "400"),
        ("trace", bare.replace("GET", "TRACE"), "405"),
        ("two-hosts", format!("{bare}Host: y\n"), "400"),
        ("two-tokens", format!("{bare}Authorization: Bearer other\n"), "400"),
    ] {
        let tried = gateway(&["try", file, "--request", &put(name, &text), "--caller", "oHere"]);
        let line = String::from_utf8(tried.stderr).unwrap();
        assert!(tried.status.code() == Some(1) && line.contains(&format!("refused with {status}")), "{line}");
    }
    let odd = put("odd", &format!("{bare}X-Tok: {token}\nConnection: x-foo\nX-Foo: 1\nTE: gzip\n"));
    let shown = gateway(&["try", file, "--request", &odd, "--caller", "oHere"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let read = shown.split("\n# ").nth(1).unwrap();
    assert!(!read.contains(token) && !read.contains("x-foo") && !read.contains("te:"), "{read}");
}

#[test]
fn of_a_text_in_place_of_a_token_nothing_but_its_own_place_is_withheld() {
    let folder = tempfile::tempdir().unwrap();
    let bearer = "path = \"/b\"\n[route.self]\nform = [\"openid\"]\njson = [\"/openid\"]\n";
    let cookie = "path = \"/c\"\ntoken = \"cookie:sid\"\n";
    let file = written(folder.path(), &(routes("route", bearer) + &routes("route", cookie)));
    let read = |text: &str| {
        let request = folder.path().join("request");
        std::fs::write(&request, text).unwrap();
        let [file, request] = [file.to_str().unwrap(), request.to_str().unwrap()];
        let tried = gateway(&["try", file, "--request", request, "--caller", "oHere=oThere"]);
        assert!(tried.status.success(), "{text}: {}", String::from_utf8_lossy(&tried.stderr));
        String::from_utf8(tried.stdout).unwrap().split_once(" reads it\n\n").unwrap().1.trim_end().to_owned()
    };
    let form = "POST /b/x?of=x HTTP/1.1\nhost: a\nx-of: x\ncontent-type: application/x-www-form-urlencoded\n";
    assert_eq!(
        read(&format!("{form}Authorization: Bearer x\n\nopenid=oHere&x=x")),
        format!("{form}content-length: 17\n\nopenid=oThere&x=x")
    );
    let json = "POST /b HTTP/1.1\nhost: a\ncontent-type: application/json\n";
    assert_eq!(
        read(&format!("{json}Authorization: Bearer token\n\n{{\"token\":\"abc\"}}")),
        format!("{json}content-length: 15\n\n{{\"token\":\"abc\"}}")
    );
    assert_eq!(
        read("GET /c/x?sid=x HTTP/1.1\nhost: a\ncookie: a=x; sid=x; x=1\nx-of: x\n\n"),
        "GET /c/x?sid=x HTTP/1.1\nhost: a\nx-of: x\ncookie: a=x; x=1"
    );
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn by_itself_it_knows_what_the_servers_of_its_store_know() {
    let folder = tempfile::tempdir().unwrap();
    let (name, url) = schema("gateway");
    let data = folder.path().join("data");
    let issuer = "http://id.example";
    let key = data.join("master.key");
    let file = written(
        folder.path(),
        &format!(
            "issuer = \"{issuer}\"\nstore = \"{url}\"\nmaster_key = {key:?}\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n{}",
            routes("route", "")
        ),
    );
    let (server, _) = listening(serve(&data).args(["--store", &url, "--issuer", issuer]));
    let mut alone = Command::new(env!("CARGO_BIN_EXE_portico"));
    alone.args(["gateway", "--config"]).arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (gateway, line) = listening(&mut alone);
    let addresses = line.trim().strip_prefix("portico: gateway ready on ").unwrap();
    let (address, admin) = addresses.trim_end_matches(')').split_once(" (admin ").unwrap();
    assert_eq!(asked(admin, "/health/ready"), 200);
    assert_eq!(asked(admin, "/metrics"), 200);
    assert_eq!(asked(address, "/"), 503);
    let register = |what: &str, json: &str| {
        let file = folder.path().join("registration.json");
        std::fs::write(&file, json).unwrap();
        cli(&data, &[what, "register", file.to_str().unwrap()]);
    };
    register("developers", "{ \"developer_id\": \"acme\", \"name\": \"Acme\" }");
    for app in ["live", "shop"] {
        let portico = format!(
            "{{ \"developer\": \"acme\", \"kind\": \"webview\", \"entry\": \"https://{app}.example/\", \"origins\": [\"https://{app}.example\"], \"backend\": {{ \"token_endpoint_auth_method\": \"client_secret_basic\" }} }}"
        );
        register(
            "apps",
            &format!(
                "{{ \"app_id\": \"org.example.{app}\", \"name\": \"{app}\", \"version\": {{ \"code\": 1 }}, \"portico\": {portico} }}"
            ),
        );
    }
    wait_for("the app", || asked(address, "/") == 401);
    cli(&data, &["apps", "suspend", "org.example.shop"]);
    assert_eq!(asked(address, "/"), 503, "a suspension holds at every node once it is answered");
    let nodes = cli(&data, &["nodes"]);
    let gateways = nodes["items"].as_array().unwrap().iter().filter(|node| node["gateway"] == true).count();
    assert_eq!(gateways, 1, "{nodes}");
    assert_eq!(terminate(gateway), Some(0));
    assert_eq!(terminate(server), Some(0));
    dropped(&name);
}
