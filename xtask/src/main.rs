//! Runs every check of this repository: `cargo xtask test`.
//!
//! The last line of `cargo xtask test` is always `N passed, N failed`; the exit code is 0 only when
//! nothing failed.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a command-line tool speaks through them

mod command;
mod plan;
mod report;
mod repository;
mod screenshots;
mod services;
mod stage;
mod tally;
mod tools;

use std::process::ExitCode;

use repository::Repository;
use screenshots::Pictures;

const USAGE: &str = "usage: cargo xtask test [--install] [--only STAGE]...
       cargo xtask siege [--seed N] [--seconds N] [...]
       cargo xtask soak [--install] [--seed N]
       cargo xtask list
       cargo xtask screenshots [pages]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Request::parse(&arguments).and_then(|request| perform(&request)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Request {
    Test {
        install: bool,
        only: Vec<String>,
    },
    /// What follows the word goes to portico-siege.
    Siege(Vec<String>),
    Soak {
        install: bool,
        seed: Option<String>,
    },
    List,
    Screenshots(Pictures),
}

impl Request {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut words = arguments.iter().map(String::as_str);
        let request = match words.next() {
            Some("test") => return Self::parse_test(words),
            Some("siege") => return Ok(Self::Siege(words.map(str::to_owned).collect())),
            Some("soak") => return Self::parse_soak(words),
            Some("list") => Self::List,
            Some("screenshots") => match words.next() {
                None => return Ok(Self::Screenshots(Pictures::Readme)),
                Some("pages") => Self::Screenshots(Pictures::Pages),
                Some(other) => return Err(format!("unexpected argument `{other}`\n{USAGE}")),
            },
            _ => return Err(USAGE.to_owned()),
        };
        match words.next() {
            None => Ok(request),
            Some(extra) => Err(format!("unexpected argument `{extra}`\n{USAGE}")),
        }
    }

    fn parse_test<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut install, mut only) = (false, Vec::new());
        while let Some(word) = words.next() {
            match word {
                "--install" => install = true,
                "--only" => {
                    let stage = words.next().ok_or(format!("--only needs the name of a stage\n{USAGE}"))?;
                    only.push(plan::known(stage)?.to_owned());
                }
                other => return Err(format!("unexpected argument `{other}`\n{USAGE}")),
            }
        }
        Ok(Self::Test { install, only })
    }

    fn parse_soak<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let (mut install, mut seed) = (false, None);
        while let Some(word) = words.next() {
            match word {
                "--install" => install = true,
                "--seed" => {
                    let given = words.next().filter(|seed| seed.parse::<u64>().is_ok());
                    seed = Some(given.ok_or(format!("--seed needs a number\n{USAGE}"))?.to_owned());
                }
                other => return Err(format!("unexpected argument `{other}`\n{USAGE}")),
            }
        }
        Ok(Self::Soak { install, seed })
    }
}

fn perform(request: &Request) -> Result<bool, String> {
    match request {
        Request::List => {
            for stage in plan::STAGES {
                println!("{:<10} {}", stage.name, stage.about);
            }
            Ok(true)
        }
        Request::Test { install, only } => plan::run(&Repository::find()?, *install, only),
        Request::Siege(arguments) => {
            let repository = Repository::find()?;
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            plan::run_beside(&repository, false, &["release", "siege"], || {
                stage::siege::besiege(&repository, &arguments)
            })
        }
        Request::Soak { install, seed } => {
            let repository = Repository::find()?;
            let needs = ["release", "test", "siege"];
            plan::run_beside(&repository, *install, &needs, || {
                stage::siege::soak(&repository, seed.as_deref())
            })
        }
        Request::Screenshots(pictures) => screenshots::take(&Repository::find()?, *pictures),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(line: &str) -> Result<Request, String> {
        Request::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn stages_are_chosen_by_name() {
        let request = parse("test --only fmt --install --only docs").unwrap();
        assert_eq!(request, Request::Test { install: true, only: vec!["fmt".into(), "docs".into()] });
    }

    #[test]
    fn an_unknown_stage_names_the_known_ones() {
        let message = parse("test --only fmtt").unwrap_err();
        assert!(message.contains("fmtt") && message.contains("clippy"), "{message}");
    }

    #[test]
    fn what_a_siege_is_told_is_handed_on() {
        let words = ["--seed", "7"].map(str::to_owned).to_vec();
        assert_eq!(parse("siege --seed 7").unwrap(), Request::Siege(words));
        let soak = Request::Soak { install: true, seed: Some("7".into()) };
        assert_eq!(parse("soak --seed 7 --install").unwrap(), soak);
    }

    #[test]
    fn nothing_unexpected_is_accepted() {
        for line in [
            "",
            "tset",
            "list now",
            "test --fast",
            "test --only",
            "screenshots demo",
            "screenshots pages now",
            "soak now",
            "soak --seed",
            "soak --seed one",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
