#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portico_core::id::NodeId;
use tokio::time::timeout;

use super::*;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

fn node(number: u8) -> NodeId {
    NodeId::from_bytes([number; 16])
}

fn settings(url: &str) -> BusSettings {
    BusSettings {
        servers: url.parse().unwrap(),
        name: "test".to_owned(),
        tls_ca: None,
        tls_cert: None,
        tls_key: None,
        credentials_file: None,
        password_file: None,
    }
}

/// The server of the whole test run.
fn shared() -> String {
    std::env::var("PORTICO_TEST_NATS").expect("PORTICO_TEST_NATS names a NATS server")
}

/// A name of its own, so that tests at the same server do not hear each other.
fn named(name: &str) -> BusSettings {
    BusSettings { name: format!("{name}-{}", std::process::id()), ..settings(&shared()) }
}

async fn connected(settings: BusSettings, me: u8) -> Nats {
    let bus = Nats::connect(settings).await.unwrap();
    bus.join(node(me)).await;
    until(&bus, |state| *state == BusState::Connected).await;
    bus
}

async fn until(bus: &Nats, fits: impl Fn(&BusState) -> bool) -> BusState {
    let look = async {
        while !fits(&bus.state()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bus.state()
    };
    timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("still {:?}", bus.state()))
}

/// Why the bus cannot be reached, once that is known.
async fn trouble(settings: BusSettings) -> String {
    let bus = Nats::connect(settings).await.unwrap();
    match until(&bus, |state| matches!(state, BusState::Away(Some(_)))).await {
        BusState::Away(Some(why)) => why,
        state => panic!("{state:?}"),
    }
}

/// Says it until it is heard: subscriptions take their time.
async fn hears(from: &Nats, to: &Nats, said: &[u8]) {
    let heard = async {
        loop {
            from.to_all(said.to_vec()).await;
            let next = timeout(Duration::from_millis(100), to.next()).await;
            if next.is_ok_and(|heard| heard == said) {
                return;
            }
        }
    };
    timeout(PATIENCE, heard).await.expect("it is heard");
}

/// A server of this test alone.
struct Server {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts a server; `config` is added to its configuration file.
    fn start(config: &str) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let folder = tempfile::tempdir().unwrap();
        let child = Self::run(&folder, port, config);
        let begun = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "nats-server does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port, folder }
    }

    fn run(folder: &tempfile::TempDir, port: u16, config: &str) -> Child {
        let file = folder.path().join("nats.conf");
        std::fs::write(&file, format!("listen: 127.0.0.1:{port}\n{config}\n")).unwrap();
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("nats-server");
        command.env("PATH", path).arg("-c").arg(file).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("nats-server runs")
    }

    fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate authority and a certificate of it for 127.0.0.1, in this folder.
fn certificates(folder: &Path) {
    let openssl = |line: &str| {
        let made = Command::new("openssl").current_dir(folder).args(line.split(' ')).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for name in ["ca", "other"] {
        openssl(&format!("req -x509 {key} -keyout {name}.key -out {name}.pem -days 2 -subj /CN={name}"));
    }
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=127.0.0.1"));
    let mut names = std::fs::File::create(folder.join("names")).unwrap();
    names.write_all(b"subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n").unwrap();
    let by = "-CA ca.pem -CAkey ca.key -CAcreateserial";
    openssl(&format!("x509 -req -in server.csr {by} -out server.pem -days 2 -extfile names"));
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn two_nodes_hear_what_is_said_to_all_and_to_each_and_not_their_own() {
    let (one, two) = (connected(named("pair"), 1).await, connected(named("pair"), 2).await);
    hears(&one, &two, b"all").await;
    two.to(node(1), b"you".to_vec()).await;
    assert_eq!(timeout(PATIENCE, one.next()).await.unwrap(), b"you", "its own word did not come back");
    two.to(node(3), b"somebody else".to_vec()).await;
    two.to(node(1), b"you again".to_vec()).await;
    assert_eq!(timeout(PATIENCE, one.next()).await.unwrap(), b"you again");
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn nodes_of_another_name_are_not_heard() {
    let (one, other) = (connected(named("here"), 1).await, connected(named("there"), 2).await);
    let third = connected(named("here"), 3).await;
    other.to_all(b"strange".to_vec()).await;
    hears(&third, &one, b"ours").await;
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_node_that_enters_again_is_heard_under_its_new_id_alone() {
    let (one, two) = (connected(named("again"), 1).await, connected(named("again"), 2).await);
    one.join(node(9)).await;
    hears(&two, &one, b"all").await;
    two.to(node(1), b"to the old name".to_vec()).await;
    two.to(node(9), b"to the new one".to_vec()).await;
    let said = async {
        // What was said until it was heard may be there twice.
        loop {
            match one.next().await {
                said if said == b"all" => {}
                said => return said,
            }
        }
    };
    assert_eq!(timeout(PATIENCE, said).await.unwrap(), b"to the new one");
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_bus_that_is_not_there_yet_holds_up_nobody_and_one_that_restarts_is_found_again() {
    let mut server = Server::start("");
    server.stop();
    let begun = std::time::Instant::now();
    let [one, two] = [1, 2].map(async |me| {
        let bus = Nats::connect(settings(&server.url())).await.unwrap();
        bus.join(node(me)).await;
        bus.to_all(b"into the void".to_vec()).await;
        bus
    });
    let (one, two) = (one.await, two.await);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    for _ in 0..2 {
        server.child = Server::run(&server.folder, server.port, "");
        for bus in [&one, &two] {
            until(bus, |state| *state == BusState::Connected).await;
        }
        hears(&one, &two, b"there").await;
        hears(&two, &one, b"and back").await;
        server.stop();
        until(&one, |state| *state != BusState::Connected).await;
    }
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_wrong_password_is_said_in_words_and_never_repeated() {
    let server = Server::start("authorization { user: anna, password: \"s3cret-word\" }");
    let at = |user: &str| format!("nats://{user}@127.0.0.1:{}", server.port);
    let why = trouble(settings(&at("anna:wr0ng-word"))).await;
    assert!(why.to_lowercase().contains("authorization violation") && !why.contains("wr0ng"), "{why}");
    connected(settings(&at("anna:s3cret-word")), 1).await;
    let file = server.folder.path().join("password");
    std::fs::write(&file, "s3cret-word\n").unwrap();
    connected(BusSettings { password_file: Some(file), ..settings(&at("anna")) }, 2).await;
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_refused_subscription_is_an_absent_bus_and_tried_again_until_it_is_taken() {
    let users = |subscribe: &str| {
        let may = format!("permissions: {{ publish: \"portico.>\", subscribe: \"{subscribe}\" }}");
        format!("authorization {{ users: [ {{ user: anna, password: word, {may} }} ] }}")
    };
    let mut server = Server::start(&users("elsewhere.>"));
    let at = settings(&format!("nats://anna:word@127.0.0.1:{}", server.port));
    let bus = Nats::connect(at.clone()).await.unwrap();
    bus.join(node(1)).await;
    let refused = |state: &BusState| matches!(state, BusState::Away(Some(why)) if why.contains("ermission"));
    until(&bus, refused).await;
    // Another try changes nothing as long as the server does not.
    tokio::time::sleep(REFUSED_FOR + 2 * REFUSING).await;
    assert!(refused(&bus.state()), "{:?}", bus.state());
    let file = server.folder.path().join("nats.conf");
    let config = format!("listen: 127.0.0.1:{}\n{}\n", server.port, users("portico.>"));
    std::fs::write(file, config).unwrap();
    let pid = server.child.id().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    until(&bus, |state| *state == BusState::Connected).await;
    let other = connected(at, 2).await;
    hears(&other, &bus, b"heard again").await;
    server.stop();
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_token_is_taken_from_the_url_or_from_a_file() {
    let server = Server::start("authorization { token: \"t0ken\" }");
    connected(settings(&format!("nats://t0ken@127.0.0.1:{}", server.port)), 1).await;
    let file = server.folder.path().join("token");
    std::fs::write(&file, "t0ken").unwrap();
    connected(BusSettings { password_file: Some(file), ..settings(&server.url()) }, 2).await;
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn over_tls_only_servers_of_the_authority_are_believed_and_both_sides_show_a_certificate() {
    let made = tempfile::tempdir().unwrap();
    let at = |name: &str| made.path().join(name);
    certificates(made.path());
    let (cert, key, ca) = (at("server.pem"), at("server.key"), at("ca.pem"));
    let shown = format!("cert_file: {cert:?}, key_file: {key:?}");
    let server = Server::start(&format!("tls {{ {shown} }}"));
    let url = server.url();
    let with = |ca: &str| BusSettings { tls_ca: Some(at(ca)), ..settings(&url) };
    let (one, two) = (connected(with("ca.pem"), 1).await, connected(with("ca.pem"), 2).await);
    hears(&one, &two, b"sealed twice").await;
    let why = trouble(with("other.pem")).await;
    assert!(why.contains("certificate"), "{why}");
    let why = trouble(settings(&url.replace("nats://", "tls://"))).await;
    assert!(why.contains("certificate"), "{why}");

    let strict = Server::start(&format!("tls {{ {shown}, ca_file: {ca:?}, verify: true }}"));
    let pair = BusSettings { tls_cert: Some(cert), tls_key: Some(key), ..settings(&strict.url()) };
    connected(BusSettings { tls_ca: Some(ca.clone()), ..pair }, 3).await;
    trouble(BusSettings { tls_ca: Some(ca), ..settings(&strict.url()) }).await;
}

#[tokio::test]
#[ignore = "needs NATS: cargo xtask test"]
async fn a_server_without_tls_is_refused_where_an_authority_is_named() {
    let server = Server::start("");
    let made = tempfile::tempdir().unwrap();
    certificates(made.path());
    let why =
        trouble(BusSettings { tls_ca: Some(made.path().join("ca.pem")), ..settings(&server.url()) }).await;
    assert!(!why.contains("refused"), "it is the server that is not good enough: {why}");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "nothing of the kind").unwrap();
    let here = || settings("nats://127.0.0.1:1");
    let (some, none) = (Some(file.clone()), Some(folder.path().join("none")));
    for (settings, said) in [
        (BusSettings { name: "a.b".into(), ..here() }, "bus.name"),
        (BusSettings { name: String::new(), ..here() }, "bus.name"),
        (BusSettings { tls_ca: some.clone(), ..here() }, "no certificate"),
        (BusSettings { tls_ca: none.clone(), ..here() }, "bus.tls_ca"),
        (BusSettings { tls_key: some.clone(), ..here() }, "go together"),
        (BusSettings { password_file: none, ..here() }, "bus.password_file"),
        (BusSettings { credentials_file: some.clone(), ..here() }, "no NATS credentials file"),
        (BusSettings { password_file: some.clone(), ..settings("nats://a:b@c") }, "more than one"),
        (BusSettings { credentials_file: some, ..settings("nats://a@c") }, "more than one"),
    ] {
        let Err(refusal) = Nats::connect(settings).await else { panic!("{said}") };
        let line = refusal.to_string();
        assert!(line.contains(said) && !line.contains('\n'), "{line}");
    }
}
