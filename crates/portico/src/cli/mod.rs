//! The command line: the server, and a client of its admin API.

mod admin;
mod backup;
mod doctor;
mod gateway;
mod import;
mod lines;
mod links;
mod migrate;
mod people;
mod registry;
mod server;
mod system;
mod trial;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde_json::Value;

use admin::{Admin, Reach};

/// One sign-in, every mini-program.
#[derive(Debug, Parser)]
#[command(name = "portico", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(server::ServeFlags),
    /// Run the gateway before merchants' back ends, by itself
    Gateway(gateway::GatewayFlags),
    /// Run server, super app and mini-programs in one process, in a temporary store
    Demo(server::DemoFlags),
    /// Mini-programs, registered from their manifests
    Apps(Group<registry::Apps>),
    /// Super apps
    Hosts(Group<registry::Hosts>),
    /// Owners of mini-programs
    Developers(Group<registry::Developers>),
    /// The catalogue of what people can be asked for
    Scopes(Group<registry::Scopes>),
    /// Other providers at which people may sign in
    Connections(Group<registry::Connections>),
    /// Which app may learn by what another knows the same people
    Agreements(Group<registry::Agreements>),
    /// OpenIDs that apps had for people before
    Links(Group<links::Links>),
    /// People
    Users(Group<people::Users>),
    /// Signing keys
    Keys(Group<system::Keys>),
    /// Logout messages to back ends
    Deliveries(Group<system::Deliveries>),
    /// What operators did, latest first
    Audit(Single<system::Audit>),
    /// What happened in the last hour: sessions, launches, refusals, logout messages waiting
    Figures(Reach),
    /// The nodes that share the store, as this one sees them
    Nodes(Reach),
    /// Look for the usual mistakes of a server and of the machines around it
    Doctor(Reach),
    /// Write a copy of everything to a file, people's keys to one of their own
    Backup(backup::Backup),
    /// Put a copy back where no database is yet
    Restore(backup::Restore),
    /// Bring the schema of the store up to date
    Migrate(migrate::Migrate),
    /// The configuration file
    #[command(subcommand)]
    Config(server::ConfigCommand),
}

/// Commands that call the admin API.
#[derive(Debug, Args)]
struct Group<C: Subcommand> {
    #[command(flatten)]
    reach: Reach,
    #[command(subcommand)]
    command: C,
}

/// A command of its own that calls the admin API.
#[derive(Debug, Args)]
struct Single<A: Args> {
    #[command(flatten)]
    reach: Reach,
    #[command(flatten)]
    args: A,
}

/// A file, or `-` for standard input.
#[derive(Debug, Args)]
struct Input {
    /// The file to read, or - for standard input
    #[arg(value_name = "FILE|-")]
    file: PathBuf,
}

/// One page of a collection.
#[derive(Debug, Args)]
struct Slice {
    /// Begin after this id, the `next` of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// How many at most, 1 to 1000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: Option<u16>,
}

impl Slice {
    fn query(self) -> Vec<(&'static str, String)> {
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        self.after.map(|after| ("after", after)).into_iter().chain(limit).collect()
    }

    fn query_with(self, name: &'static str, value: Option<String>) -> Vec<(&'static str, String)> {
        self.query().into_iter().chain(value.map(|value| (name, value))).collect()
    }
}

/// Why a command did not do what it was to do.
#[derive(Debug, PartialEq, Eq)]
enum Failure {
    /// It was refused, or failed on the way: exit 1.
    Refused(String),
    /// It could not be asked like this: exit 2.
    Usage(String),
}

type Outcome = Result<Value, Failure>;

/// Runs one command: 0 if it did what it was to do, 1 if that was refused or failed, 2 where the
/// usage or the configuration is wrong, 3 where a migration waits for other nodes.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Without a terminal to print to, the exit code still says it.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli.command {
        Command::Serve(flags) => server::serve(flags),
        Command::Gateway(flags) => gateway::gateway(flags),
        Command::Demo(flags) => server::demo(flags),
        Command::Config(command) => server::config(command),
        Command::Backup(command) => {
            ask(command.reach, async |admin| backup::backup(admin, command.files).await)
        }
        Command::Restore(command) => answered(backup::restore(command)),
        Command::Migrate(command) => migrated(command),
        Command::Apps(group) => ask(group.reach, async |admin| registry::apps(admin, group.command).await),
        Command::Hosts(group) => ask(group.reach, async |admin| registry::hosts(admin, group.command).await),
        Command::Developers(group) => {
            ask(group.reach, async |admin| registry::developers(admin, group.command).await)
        }
        Command::Scopes(group) => {
            ask(group.reach, async |admin| registry::scopes(admin, group.command).await)
        }
        Command::Connections(group) => {
            ask(group.reach, async |admin| registry::connections(admin, group.command).await)
        }
        Command::Agreements(group) => {
            ask(group.reach, async |admin| registry::agreements(admin, group.command).await)
        }
        Command::Links(group) => ask(group.reach, async |admin| links::links(admin, group.command).await),
        Command::Users(group) => ask(group.reach, async |admin| people::users(admin, group.command).await),
        Command::Keys(group) => ask(group.reach, async |admin| system::keys(admin, group.command).await),
        Command::Deliveries(group) => {
            ask(group.reach, async |admin| system::deliveries(admin, group.command).await)
        }
        Command::Audit(single) => ask(single.reach, async |admin| system::audit(admin, single.args).await),
        Command::Figures(reach) => ask(reach, async |admin| system::figures(admin).await),
        Command::Doctor(reach) => examined(reach),
        Command::Nodes(reach) => ask(reach, async |admin| system::nodes(admin).await),
    }
}

fn ask(reach: Reach, command: impl AsyncFnOnce(&Admin) -> Outcome) -> ExitCode {
    told(async || command(&Admin::find(reach)?).await)
}

fn told(command: impl AsyncFnOnce() -> Outcome) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string(), 1),
    };
    answered(runtime.block_on(command()))
}

/// Prints what was looked at: 1 if anything is wrong.
fn examined(reach: Reach) -> ExitCode {
    let mut well = true;
    let code = told(async || {
        let (report, all) = doctor::doctor(reach).await?;
        well = all;
        Ok(report)
    });
    if well { code } else { ExitCode::from(1) }
}

/// Prints what became of the schema: 3 if something waits.
fn migrated(command: migrate::Migrate) -> ExitCode {
    let mut waits = None;
    let code = told(async || {
        let migrated = migrate::migrate(command).await?;
        waits = migrate::waits(&migrated);
        Ok(migrate::report(&migrated))
    });
    waits.map_or(code, |(line, status)| failed(&line, status))
}

fn answered(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(answer) => print(&answer),
        Err(Failure::Refused(line)) => failed(&line, 1),
        Err(Failure::Usage(line)) => failed(&line, 2),
    }
}

fn print(answer: &Value) -> ExitCode {
    match writeln!(std::io::stdout(), "{answer:#}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn say(line: &str) {
    // Where nobody listens, nothing is lost.
    let _ = writeln!(std::io::stderr(), "portico: {line}");
}

fn failed(line: &str, code: u8) -> ExitCode {
    say(line);
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_contract_is_understood() {
        for line in [
            "serve --data d --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --issuer http://localhost:1 --store sqlite:x --master-key k --config c",
            "serve --store postgres://db/portico --bus nats://bus:4222",
            "demo",
            "demo --listen 127.0.0.1:0",
            "apps register manifest.json",
            "apps register - --data d",
            "apps --data d show org.example.taxi",
            "apps list --after a --limit 5",
            "apps suspend a",
            "apps resume a",
            "apps rotate-secret a",
            "apps remove a",
            "apps preauthorise a profile.basic",
            "apps move a acme",
            "apps migrate-openids a openids.json",
            "hosts register host.json --admin-url http://127.0.0.1:8081",
            "hosts rotate-secret a",
            "hosts suspend a",
            "hosts resume a",
            "hosts show a",
            "hosts list",
            "developers register -",
            "developers show acme",
            "developers list",
            "scopes register -",
            "scopes list",
            "agreements register agreement.json",
            "agreements list --app org.example.shop --limit 5",
            "agreements show org.example.live org.example.shop",
            "agreements remove org.example.live org.example.shop --data d",
            "links add link.json",
            "links list --app org.example.shop --limit 5",
            "links import links.jsonl --app org.example.shop --from-line 7 --report refused.jsonl --data d",
            "users create --name Anna --username anna --email a@b.c --email-verified --phone +4930123456 --phone-verified --password-stdin",
            "users import people.jsonl",
            "users show u",
            "users list",
            "users sessions u",
            "users end-sessions u",
            "users suspend u",
            "users resume u",
            "users export u",
            "users erase u",
            "keys list",
            "keys rotate",
            "deliveries list --state failed",
            "deliveries retry dlv_1",
            "deliveries retry",
            "users list --query ana@example.org",
            "users consents usr_1",
            "users end-session usr_1 ses_1",
            "apps list --prefix org.example",
            "audit",
            "audit --target usr_1 --after 7 --limit 5 --data d",
            "figures --data d",
            "nodes --data d",
            "doctor --data d",
            "doctor --admin-url http://127.0.0.1:8081",
            "backup copy.db",
            "backup copy.db --keys keys.db --data d",
            "restore copy.db --keys keys.db --data d",
            "migrate --data d",
            "migrate --store postgres://portico@db/portico --config c",
            "gateway --config c",
            "gateway check c",
            "gateway try c --request r --caller o",
            "gateway try c --request - --caller o=p --known q=r --known s=t --unionid u --answer a",
            "config check --config c",
            "config reference",
        ] {
            assert!(parse(&format!("portico {line}")).is_ok(), "{line}");
        }
    }

    #[test]
    fn wrong_usage_exits_with_2_and_help_with_0() {
        for line in [
            "portico",
            "portico aps list",
            "portico apps register",
            "portico apps list --limit 0",
            "portico apps list --limit 1001",
            "portico users create",
            "portico users create --name A --email-verified",
            "portico users create --name A --phone-verified",
            "portico deliveries list --state lost",
            "portico serve --listen nowhere",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
        for line in ["portico --help", "portico --version", "portico apps --help"] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 0, "{line}");
        }
    }
}
