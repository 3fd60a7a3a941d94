//! What merchants' back ends ask: log-ins in WeChat's way beside OAuth's, resolving, and the import that
//! goes before.

use super::race::Rounds;
use super::{Course, among, progress};
use crate::failure::{Failure, Outcome};
use crate::figure::Cpu;
use crate::load::{Expected, Load, Slice};
use crate::options::Amount;
use crate::report::{Cost, Figure, Row, Run};
use crate::server::{Portico, Serving};
use crate::setup::launch::{self, Pair};
use crate::setup::register::{self, App};
use crate::setup::{World, crowd, merchant};
use crate::wire::Connection;
use bytes::Bytes;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Numbers of apps that no other part of the run uses.
const NUMBERS: usize = 21_000_000;
/// OpenIDs of one question: the most that it may name.
const MOST: usize = 1000;
/// Questions with so many, after one that is not counted.
const TIMES: usize = 200;
/// How long the server is left alone after a round, so that writes put off to the background are counted.
const AFTER: Duration = Duration::from_millis(20);

/// Measures all of it. Begins and ends with no server running.
pub(crate) async fn measure(portico: &mut Portico, world: &World, course: Course) -> Outcome<Run> {
    let amount = course.amount;
    progress("importing OpenIDs");
    let serving = portico.serve()?;
    let apps = register::apps(&serving, 4, NUMBERS, 4).await?;
    merchant::customers(&serving, amount.links).await?;
    for [from, to] in [[&apps[0], &apps[1]], [&apps[2], &apps[3]]] {
        merchant::agree(&serving, from, to).await?;
    }
    serving.process.end()?;
    let mut figures = imported(portico, &apps[2], amount.links).await?;

    let serving = portico.serve()?;
    merchant::import(&serving, &apps[3], MOST).await?;
    let amount = Amount { people: MOST, ..amount };
    let pairs = world.pairs(&serving, amount).await?;
    progress("resolving");
    let derived = opened(&serving, &pairs, &apps[0], &apps[1]).await?;
    let ids: Vec<String> = (0..MOST).map(merchant::open_id).collect();
    for (name, [from, to], asked, limit) in [
        ("resolving 1,000 derived OpenIDs", [&apps[0], &apps[1]], &derived, Some(2.0)),
        ("resolving 1,000 imported OpenIDs, to imported ones", [&apps[2], &apps[3]], &ids, None),
    ] {
        let spent = resolving(&serving, from, to, asked).await?;
        figures.push(Figure { limit, ..Figure::new(name, spent, "ms CPU") });
    }
    let one = one_each(&serving, [&apps[2], &apps[3]], &ids, amount).await?;
    figures.push(Figure::new("resolving one imported OpenID", one.cpu_us, "µs CPU"));
    progress("jscode2session");
    let mut rows = vec![log_ins(&serving, world, &pairs, amount).await?];
    serving.process.end()?;
    if amount.among > 0 {
        rows.push(among::measure(portico, amount).await?);
    }
    let name = "merchants; sns/jscode2session beside the same code at the token endpoint".into();
    Ok(Run { name, beside: "token", rows, figures })
}

/// Imports so many at an app: how fast, what it costs the server, and what a link takes on the disk.
async fn imported(portico: &mut Portico, app: &App, count: usize) -> Outcome<Vec<Figure>> {
    let before = portico.database()?;
    let serving = portico.serve()?;
    let (begin, cpu) = (Instant::now(), Cpu::of(serving.process.id())?);
    merchant::import(&serving, app, count).await?;
    let seconds = begin.elapsed().as_secs_f64();
    tokio::time::sleep(AFTER).await;
    let spent = Cpu::of(serving.process.id())?.since(&cpu);
    serving.process.end()?;
    let bytes = (portico.database()?.saturating_sub(before)) as f64 / count as f64;
    let name = format!("import of {count} links");
    Ok(vec![
        Figure::new(&name, count as f64 / seconds, "lines/s"),
        Figure::new(
            &format!("{name}: the server"),
            spent.as_secs_f64() * 1e6 / count as f64,
            "µs CPU a line",
        ),
        Figure::new(&format!("{name}: the database's growth"), bytes, "bytes a link"),
    ])
}

/// Has everybody open both apps; by what the first knows them.
async fn opened(serving: &Serving, pairs: &[Pair], from: &App, to: &App) -> Outcome<Vec<String>> {
    crowd::each(serving.public, 8, pairs.len(), async |connection, index| {
        let access = &pairs[index].tokens.access;
        launch::launch(connection, to, access, "openid").await?;
        let token = launch::launch(connection, from, access, "openid").await?;
        let request = launch::introspection(serving.public, from, &token);
        let said = connection.ask(&request).await?.json(200..=200, "introspection")?;
        said["sub"].as_str().map(str::to_owned).ok_or_else(|| Failure("introspection: no sub".into()))
    })
    .await
}

/// CPU of one question with all of these, in milliseconds. Every one of them must be found.
async fn resolving(serving: &Serving, from: &App, to: &App, open_ids: &[String]) -> Outcome<f64> {
    let request = merchant::resolve(serving.public, from, to, open_ids);
    let mut connection = Connection::open(serving.public).await?;
    let answer = connection.ask(&request).await?.json(200..=200, "resolving")?;
    let results = answer["results"].as_array().map_or(&[][..], Vec::as_slice);
    if results.len() != open_ids.len() || results.iter().any(|row| row["resolved"] == Value::Null) {
        return Err(Failure("resolving: not everybody was found".into()));
    }
    let length = answer.to_string().len();
    let before = Cpu::of(serving.process.id())?;
    for _ in 0..TIMES {
        let answer = connection.ask(&request).await?;
        if answer.status != 200 || answer.body.len() != length {
            return Err(answer.refused("resolving"));
        }
    }
    Ok(Cpu::of(serving.process.id())?.since(&before).as_secs_f64() * 1e3 / TIMES as f64)
}

/// What a question with one OpenID costs, asked over many connections; each of these in its turn.
pub(super) async fn one_each(
    serving: &Serving,
    [from, to]: [&App; 2],
    open_ids: &[String],
    amount: Amount,
) -> Outcome<Cost> {
    let request =
        |open_id: &String| merchant::resolve(serving.public, from, to, std::slice::from_ref(open_id));
    let requests: Arc<[Bytes]> = open_ids.iter().map(request).collect();
    let expected = Expected { status: 200, body_at_least: 90, begins: "{\"results\":[{\"openid\":" };
    let mut load = Load::open(serving.public, amount.connections, amount.sleep).await?;
    let mut rounds = Rounds::default();
    for number in 0..amount.rounds {
        let slice = Slice { first: number * amount.heavy, count: amount.heavy };
        let before = Cpu::of(serving.process.id())?;
        let seen = load.round(&requests, slice, expected).await?;
        rounds.add(&seen, Cpu::of(serving.process.id())?.since(&before), slice.count);
    }
    Ok(rounds.cost())
}

/// One of the places where a code is redeemed.
struct Place {
    load: Load,
    requests: Arc<[Bytes]>,
    expected: Expected,
    rounds: Rounds,
}

impl Place {
    async fn round(&mut self, process: u32, number: usize, count: usize) -> Outcome<()> {
        let slice = Slice { first: number * count, count };
        let before = Cpu::of(process)?;
        let seen = self.load.round(&self.requests, slice, self.expected).await?;
        tokio::time::sleep(AFTER).await;
        // The first round brings what it needs into memory.
        if number > 0 {
            self.rounds.add(&seen, Cpu::of(process)?.since(&before), count);
        }
        Ok(())
    }
}

/// Login codes redeemed at one place and at the other, in turn. Each code is good once.
async fn log_ins(serving: &Serving, world: &World, pairs: &[Pair], amount: Amount) -> Outcome<Row> {
    let count = amount.codes * (amount.rounds + 1);
    let requests = async |make: fn(std::net::SocketAddr, &App, &str) -> Bytes| {
        let made = crowd::each(serving.public, amount.connections, count, async |connection, index| {
            let pair = &pairs[index % pairs.len()];
            let app = &world.apps[pair.app];
            let code = merchant::login_code(connection, app, &pair.tokens.access).await?;
            Ok(make(serving.public, app, &code))
        });
        made.await.map(Arc::<[Bytes]>::from)
    };
    let place = async |make, begins| {
        let load = Load::open(serving.public, amount.connections, amount.sleep).await?;
        let expected = Expected { status: 200, body_at_least: 60, begins };
        Outcome::Ok(Place { load, requests: requests(make).await?, expected, rounds: Rounds::default() })
    };
    let mut face = place(merchant::log_in, "{\"openid\":").await?;
    let mut token = place(merchant::redeem, "{\"access_token\":").await?;
    for number in 0..=amount.rounds {
        face.round(serving.process.id(), number, amount.codes).await?;
        token.round(serving.process.id(), number, amount.codes).await?;
    }
    Ok(Row::new("sns/jscode2session", Some(1.5), face.rounds.cost(), token.rounds.cost()))
}
