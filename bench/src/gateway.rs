//! The gateway beside other proxies, in front of one upstream.

mod contest;
mod memory;
mod nginx;
mod node;
pub(crate) mod options;
pub(crate) mod relay;
mod swap;

use crate::failure::{During, Outcome};
use crate::load::Expected;
use crate::measure::progress;
use crate::process;
use crate::report::machine::Machine;
use crate::report::{Figure, Report, Row, Run};
use crate::wire::Request;
use contest::{Contender, Task};
use options::{Options, Subject};
use std::path::Path;

/// The core of the proxies, and that of the load and the upstream.
const PROXIES: &str = "0";
const LOAD: &str = "1";

/// What passing a request on may cost, beside nginx.
const PASS_THROUGH: f64 = 1.4;

/// Everything that is asked for, in order.
pub(crate) async fn measure(options: &Options) -> Outcome<Report> {
    let folder = tempfile::Builder::new().prefix("portico-bench-").tempdir().during("a folder")?;
    let amount = options.amount();
    process::hold_self(LOAD)?;
    let mut runs = Vec::new();
    if options.wants(Subject::PassThrough) {
        let mut rows = Vec::new();
        for (size, bytes, count) in [("1 KiB", 1024, amount.light), ("16 KiB", 16 * 1024, amount.heavy)] {
            progress(&format!("passing on {size}"));
            rows.extend(pass_through(options, folder.path(), size, bytes, count).await?);
        }
        runs.push(Run { name: "passing on".into(), beside: "nginx", rows, figures: Vec::new() });
    }
    if options.wants(Subject::Swap) {
        runs.extend(swap::measure(options, folder.path()).await?);
    }
    if options.wants(Subject::Memory) {
        progress("memory");
        let figures = memory(options, folder.path()).await?;
        runs.push(Run { name: "memory".into(), beside: "nginx", rows: Vec::new(), figures });
    }
    let arrangement = "proxies on one core, upstream and load on another";
    let (connections, rounds) = (amount.connections, amount.rounds);
    Ok(Report { machine: Machine::this(), arrangement, connections, rounds, runs, changes: Vec::new() })
}

/// The same requests through nginx, through ours and through a proxy without any care.
async fn pass_through(
    options: &Options,
    folder: &Path,
    size: &str,
    bytes: usize,
    count: usize,
) -> Outcome<Vec<Row>> {
    let (_upstream, upstream) = contest::upstream(LOAD, bytes, folder)?;
    let (process, address) = nginx::start(&options.nginx, PROXIES, upstream, folder)?;
    let contenders = [
        Contender { name: "nginx", process, address },
        Contender::relay("ours", "ours", PROXIES, upstream, folder)?,
        Contender::relay("hyper-util", "bare", PROXIES, upstream, folder)?,
    ];
    let request = Request::new("GET", "/api/items?page=2", address)
        .header("user-agent", "Mozilla/5.0 (Linux; Android 14) Portico/1.0")
        .header("accept-language", "en")
        .header("accept-encoding", "gzip, br")
        .bytes();
    let expected = Expected { status: 200, body_at_least: bytes, begins: "" };
    let task = Task { requests: [request].into(), count, expected };
    let costs = contest::run(&contenders, &task, options.amount()).await?;
    let nginx = costs[0];
    let row = |index: usize, limit| {
        Row::new(&format!("{size}, {}", contenders[index].name), limit, costs[index], nginx)
    };
    Ok(vec![row(1, Some(PASS_THROUGH)), row(2, None)])
}

async fn memory(options: &Options, folder: &Path) -> Outcome<Vec<Figure>> {
    process::open_many_files()?;
    let (_upstream, small) = contest::upstream(LOAD, 1024, folder)?;
    let gateway = Contender::relay("ours", "ours", PROXIES, small, folder)?;
    let mut figures = memory::kept(&gateway, options.clients()).await?;
    let large = Contender::relay("ours", "ours", PROXIES, memory::upstream().await?, folder)?;
    figures.extend(memory::streamed(&large).await?);
    Ok(figures)
}
