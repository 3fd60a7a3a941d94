//! CPU time per request of the real server, beside a bare one: `cargo run --release -p portico-bench`.
//!
//! What sends and counts here is open to other programs that put a load on a server.

mod bare;
pub mod failure;
mod figure;
mod gateway;
pub mod histogram;
mod load;
mod measure;
mod nodes;
mod options;
mod process;
mod report;
mod server;
mod setup;
pub mod wire;

use clap::Parser;
use failure::{During, Outcome};
use measure::{Course, merchants};
use options::{CommandLine, Options, Part};
use report::machine::Machine;
use report::table::{self, Format};
use report::{Figure, Report, Run};
use server::{Portico, Serving};
pub use setup::assertion::Signer;
use setup::{World, fill};
use std::path::Path;
use std::process::ExitCode;

/// The program: exit code 0, or 1 when a figure is over its limit and `--check` was given, or 2 when it could
/// not measure.
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.during("the runtime").and_then(|runtime| match &line.part {
        Some(Part::Bare { constant }) => runtime.block_on(bare::serve(constant)).map(|()| ExitCode::SUCCESS),
        Some(Part::Relay { relay, upstream }) => {
            runtime.block_on(gateway::relay::serve(*relay, *upstream)).map(|()| ExitCode::SUCCESS)
        }
        Some(Part::Gateway(options)) => runtime.block_on(async {
            let report = gateway::measure(options).await?;
            finish(&report, options.markdown, options.json.as_deref(), options.check)
        }),
        Some(Part::Nodes(options)) => runtime.block_on(async {
            let report = nodes::measure(options).await?;
            finish(&report, options.markdown, options.json.as_deref(), options.check)
        }),
        None => runtime.block_on(bench(&line.options)),
    });
    outcome.unwrap_or_else(|failure| {
        measure::progress(&failure.to_string());
        ExitCode::from(2)
    })
}

async fn bench(options: &Options) -> Outcome<ExitCode> {
    let program = options.server.clone().map_or_else(server::release_binary, Ok)?;
    process::hold_self(&options.load_core.to_string())?;
    let report = measure_all(options, Portico::new(program, &options.core.to_string())?).await?;
    finish(&report, options.markdown, options.json.as_deref(), options.check)
}

/// Prints the report, writes it down, and says how the program ends.
fn finish(report: &Report, markdown: bool, json: Option<&Path>, check: bool) -> Outcome<ExitCode> {
    let format = if markdown { Format::Markdown } else { Format::Plain };
    print(&table::text(report, format));
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(report).during("writing JSON")?;
        std::fs::write(file, text).during(&format!("writing {}", file.display()))?;
    }
    let over = check && !report.over().is_empty();
    Ok(ExitCode::from(u8::from(over)))
}

async fn measure_all(options: &Options, mut portico: Portico) -> Outcome<Report> {
    let course = Course { amount: options.amount(), core: options.core };
    let amount = course.amount;
    let serving = portico.serve()?;
    measure::progress("registering");
    let world = World::register(&serving, amount).await?;
    let (mut runs, changes) = match options.merchants {
        true => {
            serving.process.end()?;
            (Vec::new(), Vec::new())
        }
        false => measure_requests(options, &mut portico, serving, &world, course).await?,
    };
    runs.push(merchants::measure(&mut portico, &world, course).await?);
    Ok(Report {
        machine: Machine::this(),
        arrangement: "server and bare server on one core",
        connections: amount.connections,
        rounds: amount.rounds,
        runs,
        changes,
    })
}

/// The runs on one store, or on two of different sizes, and the changes from one to the other. Ends the
/// server.
async fn measure_requests(
    options: &Options,
    portico: &mut Portico,
    serving: Serving,
    world: &World,
    course: Course,
) -> Outcome<(Vec<Run>, Vec<Figure>)> {
    let amount = course.amount;
    let first_start = Figure::new("start to ready, empty store", serving.start().as_secs_f64() * 1e3, "ms");
    let name = format!("{} apps, {} people", amount.apps, amount.people);
    let (mut run, mut serving) = measure::requests_and_starts(&name, portico, serving, world, course).await?;
    run.figures.push(first_start);
    let mut runs = vec![run];
    if options.scale {
        let (apps, people) = (options.scale_apps as usize, options.scale_people as usize);
        measure::progress("filling the store");
        fill::fill(&serving, amount.connections, amount.apps..apps, people.saturating_sub(amount.people))
            .await?;
        serving.process.end()?;
        let name = format!("{apps} apps, {people} people, of whom the same are at work");
        let again = portico.serve()?;
        let (run, last) = measure::requests_and_starts(&name, portico, again, world, course).await?;
        runs.push(run);
        serving = last;
    }
    let figures = measure::stores(portico, serving, world, course).await?;
    let changes = match runs.as_slice() {
        [small, large] => report::changes(small, large),
        _ => Vec::new(),
    };
    if let Some(last) = runs.last_mut() {
        last.figures.extend(figures);
    }
    Ok((runs, changes))
}

#[allow(clippy::print_stdout, reason = "the tables are the program's output")]
fn print(text: &str) {
    print!("{text}");
}
