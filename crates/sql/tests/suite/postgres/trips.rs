//! How often the store asks the server and waits, counted by a relay between them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use portico_core::Change;
use portico_core::id::{ClientId, UserId};
use portico_core::moment::Moment;
use portico_core::noun::link::{Link, LinkProof, app_issuer};
use portico_sql::postgres::Postgres;
use portico_store::{Commit, Known, Read};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use super::{Schema, options};
use crate::runtime;

/// Stands between the store and the server. A round trip begins where the store speaks after the server
/// did, whatever number of messages and packets it sends.
struct Relay {
    url: String,
    trips: Arc<AtomicUsize>,
}

impl Relay {
    async fn new(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server: SocketAddr =
            format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()).parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let trips = Arc::new(AtomicUsize::new(0));
        let counted = trips.clone();
        tokio::spawn(async move {
            while let Ok((store, _)) = listener.accept().await {
                let (from_store, to_store) = store.into_split();
                let (from_server, to_server) = TcpStream::connect(server).await.unwrap().into_split();
                let (counted, spoke) = (counted.clone(), Arc::new(AtomicBool::new(true)));
                let server_spoke = spoke.clone();
                tokio::spawn(pass(from_store, to_server, move || {
                    if spoke.swap(false, SeqCst) {
                        counted.fetch_add(1, SeqCst);
                    }
                }));
                tokio::spawn(pass(from_server, to_store, move || server_spoke.store(true, SeqCst)));
            }
        });
        Self { url: url.into(), trips }
    }

    /// The round trips since it was asked last.
    fn trips(&self) -> usize {
        self.trips.swap(0, SeqCst)
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, spoken: impl Fn()) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        spoken();
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

const PEOPLE: u64 = 1000;

fn user(number: u64) -> UserId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    UserId::from_bytes(bytes)
}

fn index(app: u8, number: u64) -> [u8; 32] {
    let mut index = [app; 32];
    index[..8].copy_from_slice(&number.to_be_bytes());
    index
}

#[test]
#[ignore = "needs PostgreSQL: cargo xtask test"]
fn a_thousand_imported_openids_are_resolved_in_one_round_trip() {
    runtime().block_on(async {
        let schema = Schema::new().await;
        let relay = Relay::new(&schema.url).await;
        let store = Postgres::open(&relay.url, &options()).await.unwrap();
        let apps: [ClientId; 2] = ["org.example.shop", "org.example.taxi"].map(|app| app.parse().unwrap());
        let links = (0_u8..).zip(&apps).flat_map(|(place, app)| {
            (0..PEOPLE).map(move |number| {
                Change::Linked(Link {
                    issuer: app_issuer(app),
                    subject_index: index(place, number),
                    user: user(number),
                    proof: LinkProof::Import,
                    linked_at: Moment::from_millis(1),
                    open_id: Some(vec![place; 57]),
                })
            })
        });
        store.commit(links.collect()).await.unwrap();
        let [shop, taxi] = &apps;
        let asked: Vec<Known> = (0..PEOPLE).map(|number| Known::Imported(index(0, number))).collect();
        let resolve = async || {
            let found = store.resolve(shop, taxi, &asked).await.unwrap();
            let users: Vec<UserId> = found.people.into_iter().map(|person| person.unwrap().user).collect();
            assert_eq!(users, (0..PEOPLE).map(user).collect::<Vec<_>>());
        };
        // The first time, the statement is prepared on its connection.
        resolve().await;
        for _ in 0..3 {
            relay.trips();
            resolve().await;
            assert_eq!(relay.trips(), 1);
        }
        drop(store);
        schema.drop().await;
    });
}
