//! A rolling restart: a load through the balancer while each node is restarted in turn.

use crate::field::{BALANCER, Balancer, Field, Plan};
use crate::figures::Spread;
use crate::options::Rolling;
use crate::requests;
use crate::world::App;
use crate::{binary, say, setup};
use bytes::Bytes;
use portico_bench::Signer;
use portico_bench::failure::{Failure, Outcome};
use portico_bench::wire::Connection;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long the load runs before the first restart, and after each.
const BETWEEN: Duration = Duration::from_secs(2);
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many questions a person's app asks between two launches.
const QUESTIONS: usize = 10;
/// At most so many failures are told.
const TOLD: usize = 20;

/// Everybody who sends, and what came of it.
struct Load {
    to: SocketAddr,
    signer: Signer,
    apps: Vec<App>,
    begun: Instant,
    going: Cell<bool>,
    requests: Cell<u64>,
    longest: RefCell<Spread>,
    failures: RefCell<Vec<String>>,
}

/// Carries it out; true if no request failed.
pub(crate) async fn run(options: &Rolling) -> Outcome<bool> {
    let field = Field::lay(Plan {
        program: binary(options.server.as_deref())?,
        embedded: false,
        sync: !options.no_fsync,
        configuration: setup::CONFIGURATION.to_owned(),
    })?;
    for node in 0..field.count() {
        field.start(node).await?;
    }
    let signer = Signer::fresh(&field.issuer())?;
    let apps = setup::register(&field, &signer).await?;
    let to = SocketAddr::from((field.host(), BALANCER));
    let nodes: Vec<_> = (0..field.count()).map(|node| field.public(node)).collect();
    let _balancer = Balancer::start(&options.haproxy, field.folder(), to, &nodes)?;
    // The first health checks of a balancer that has just begun.
    tokio::time::sleep(BETWEEN).await;
    let load = Rc::new(Load {
        to,
        signer,
        apps,
        begun: Instant::now(),
        going: Cell::new(true),
        requests: Cell::new(0),
        longest: RefCell::default(),
        failures: RefCell::default(),
    });
    let mut senders = JoinSet::new();
    for sender in 0..options.connections {
        senders.spawn_local(Rc::clone(&load).send(sender));
    }
    tokio::time::sleep(BETWEEN).await;
    for round in 0..options.rounds {
        for node in 0..field.count() {
            restart(&load, &field, round, node).await?;
        }
    }
    load.going.set(false);
    while senders.join_next().await.is_some() {}
    Ok(load.tell(options.rounds))
}

async fn restart(load: &Load, field: &Field, round: u32, node: usize) -> Outcome<()> {
    let begin = load.begun.elapsed().as_secs_f64();
    field.end(node).await?;
    let gone = load.begun.elapsed().as_secs_f64();
    field.start(node).await?;
    let back = load.begun.elapsed().as_secs_f64();
    say(&format!(
        "round {round}: node {node} asked to end at {begin:.2} s, gone at {gone:.2} s, ready at {back:.2} s"
    ));
    tokio::time::sleep(BETWEEN).await;
    Ok(())
}

impl Load {
    /// One person after the other over one connection, until the end.
    async fn send(self: Rc<Self>, sender: u32) {
        let mut person = sender;
        let mut connection = None;
        while self.going.get() {
            if let Err(failure) = self.life(&mut connection, person).await {
                let at = self.begun.elapsed().as_secs_f64();
                self.failures.borrow_mut().push(format!("{at:.3} s: {failure}"));
                connection = None;
            }
            person += 1_000;
        }
    }

    /// Signs in, launches, asks, launches again, and signs out: everything must be answered well.
    async fn life(&self, connection: &mut Option<Connection>, person: u32) -> Outcome<()> {
        let app = &self.apps[person as usize % self.apps.len()];
        let sign_in = requests::sign_in(&self.signer, self.to, person)?;
        let tokens = self.ask(connection, "signing in", &sign_in, 200).await?;
        let access = text(&tokens, "access_token")?;
        let first = requests::launch(self.to, app, access, false);
        let asked = self.ask(connection, "the first launch", &first, 400).await?;
        let (question, scope) = (text(&asked, "consent_request")?, text(&asked, "scope")?);
        let agree = requests::agree(self.to, access, question, scope);
        self.ask(connection, "agreeing", &agree, 200).await?;
        for _ in 0..3 {
            let launch = requests::launch(self.to, app, access, false);
            let launched = self.ask(connection, "launching", &launch, 200).await?;
            let token = text(&launched, "access_token")?;
            for _ in 0..QUESTIONS {
                let introspect = requests::introspect(self.to, app, token);
                let answer = self.ask(connection, "introspecting", &introspect, 200).await?;
                if answer["active"] != true {
                    return Err(Failure("introspecting: a good token is not active".into()));
                }
            }
            self.ask(connection, "userinfo", &requests::reveal(self.to, token), 200).await?;
        }
        self.ask(connection, "signing out", &requests::sign_out(self.to, access), 204).await.map(drop)
    }

    async fn ask(
        &self,
        connection: &mut Option<Connection>,
        step: &str,
        request: &Bytes,
        wanted: u16,
    ) -> Outcome<Value> {
        let begin = Instant::now();
        let late = |_| Failure(format!("{step}: no answer within {} s", PATIENCE.as_secs()));
        let asked = async {
            let open = match connection.take() {
                Some(open) => open,
                None => Connection::open(self.to).await?,
            };
            let open = connection.insert(open);
            let answer = open.ask(request).await.map_err(|failure| Failure(format!("{step}: {failure}")))?;
            if answer.status != wanted {
                return Err(answer.refused(step));
            }
            Ok(serde_json::from_slice(answer.body).unwrap_or_default())
        };
        let answer = tokio::time::timeout(PATIENCE, asked).await.map_err(late)?;
        self.requests.set(self.requests.get() + 1);
        self.longest.borrow_mut().add(begin.elapsed());
        answer
    }

    fn tell(&self, rounds: u32) -> bool {
        let (failures, spread) = (self.failures.borrow(), self.longest.borrow());
        failures.iter().take(TOLD).for_each(|failure| say(failure));
        say(&format!(
            "{} requests while every node was restarted {rounds} times: {} failed; p50 {:.1} ms, p99 {:.1} ms, longest {:.0} ms",
            self.requests.get(),
            failures.len(),
            spread.quantile(0.5),
            spread.quantile(0.99),
            spread.longest()
        ));
        failures.is_empty() && self.requests.get() > 0
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Outcome<&'a str> {
    value[key].as_str().ok_or_else(|| Failure(format!("an answer without {key}")))
}
