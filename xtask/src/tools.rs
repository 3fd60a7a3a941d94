//! The programs and packages that the stages need: found, installed, or named in one line.

use std::fs;
use std::path::Path;

use crate::command::{printed, program, run, succeeds};
use crate::repository::Repository;
use crate::services::{nats, pgbouncer, postgres};

struct Tool {
    name: &'static str,
    stages: &'static [&'static str],
    present: fn(&Repository) -> bool,
    install: Install,
}

/// How a missing tool comes onto the machine.
enum Install {
    Debian(&'static [&'static str]),
    Rustup(&'static str),
    /// The locked npm packages of a folder.
    Npm(&'static str),
    /// The pinned Python packages of `tests/clients`, in an environment of their own.
    Venv,
    /// Not by this program; what a person should do.
    ByHand(&'static str),
}

const NODE: &[&str] = &["sdk", "clients", "browser"];
const PYTHON: &[&str] = &["clients", "machine"];
const SDK: &[&str] = &["sdk"];
const SERVICES: &[&str] = &["clients", "test", "deploy", "siege", "rolling"];
const NODES: &[&str] = &["siege", "rolling"];
const CHROMIUM: &[&str] = &["sdk", "clients", "browser"];

const TOOLS: &[Tool] = &[
    Tool {
        name: "rustfmt",
        stages: &["fmt"],
        present: |_| succeeds("cargo", &["fmt", "--version"]),
        install: Install::Rustup("rustfmt"),
    },
    Tool {
        name: "clippy",
        stages: &["clippy"],
        present: |_| succeeds("cargo", &["clippy", "--version"]),
        install: Install::Rustup("clippy"),
    },
    Tool {
        name: "git",
        stages: &["docs"],
        present: |_| succeeds("git", &["--version"]),
        install: Install::Debian(&["git"]),
    },
    Tool {
        name: "a C compiler",
        stages: &[
            "clippy", "doc", "test", "release", "sdk", "clients", "machine", "siege", "rolling", "browser",
        ],
        present: |_| succeeds("cc", &["--version"]),
        install: Install::Debian(&["build-essential"]),
    },
    Tool {
        name: "postgresql",
        stages: SERVICES,
        present: |_| postgres::bin().is_some(),
        install: Install::Debian(&["postgresql"]),
    },
    Tool {
        name: "pgbouncer",
        stages: &["test"],
        present: |_| pgbouncer::is_installed(),
        install: Install::Debian(&["pgbouncer"]),
    },
    Tool {
        name: "nats-server",
        stages: SERVICES,
        present: |_| nats::is_installed(),
        install: Install::Debian(&["nats-server"]),
    },
    Tool {
        name: "openssl",
        stages: &["clients", "deploy", "sdk", "test"],
        present: |_| succeeds("openssl", &["version"]),
        install: Install::Debian(&["openssl"]),
    },
    Tool {
        name: "haproxy",
        stages: &["clients", "deploy", "rolling"],
        present: |_| Path::new("/usr/sbin/haproxy").is_file(),
        install: Install::Debian(&["haproxy"]),
    },
    Tool {
        name: "Compose",
        stages: &["deploy"],
        present: |_| succeeds("docker", &["compose", "version"]) || succeeds("docker-compose", &["version"]),
        install: Install::Debian(&["docker-compose"]),
    },
    Tool {
        name: "systemd-analyze",
        stages: &["deploy"],
        present: |_| succeeds("systemd-analyze", &["--version"]),
        install: Install::Debian(&["systemd"]),
    },
    Tool {
        name: "node",
        stages: NODE,
        present: |_| succeeds("node", &["--version"]),
        install: Install::Debian(&["nodejs"]),
    },
    Tool {
        name: "npm",
        stages: NODE,
        present: |_| succeeds("npm", &["--version"]),
        install: Install::Debian(&["npm"]),
    },
    Tool {
        name: "Node.js 20 or later",
        stages: NODE,
        present: |_| printed("node", &["--version"]).is_some_and(|version| major(&version) >= 20),
        install: Install::ByHand("Debian 12 itself has 18; nodejs.org has later ones"),
    },
    Tool {
        name: "python3-venv",
        stages: &["clients", "machine", "sdk"],
        present: |_| succeeds("python3", &["-c", "import venv, ensurepip"]),
        install: Install::Debian(&["python3", "python3-venv"]),
    },
    Tool {
        name: "chromium",
        stages: CHROMIUM,
        present: |_| Path::new(&chromium()).is_file(),
        install: Install::Debian(&["chromium"]),
    },
    Tool {
        name: "fonts-noto-cjk",
        stages: CHROMIUM,
        present: |_| {
            printed("fc-list", &[":lang=zh-cn", "family"]).is_some_and(|fonts| !fonts.trim().is_empty())
        },
        install: Install::Debian(&["fontconfig", "fonts-noto-cjk"]),
    },
    Tool {
        name: "apache2-bin and libapache2-mod-auth-openidc",
        stages: &["clients"],
        present: |_| {
            Path::new("/usr/sbin/apache2").is_file()
                && Path::new("/usr/lib/apache2/modules/mod_auth_openidc.so").is_file()
        },
        install: Install::Debian(&["apache2-bin", "libapache2-mod-auth-openidc"]),
    },
    Tool {
        name: "e2fsprogs",
        stages: &["machine"],
        present: |_| Path::new("/sbin/mkfs.ext4").is_file(),
        install: Install::Debian(&["e2fsprogs", "util-linux", "mount"]),
    },
    Tool {
        name: "iproute2",
        stages: &["clients", "rolling", "siege"],
        present: |_| succeeds("ip", &["-V"]),
        install: Install::Debian(&["iproute2"]),
    },
    Tool {
        name: "nftables",
        stages: NODES,
        present: |_| succeeds("nft", &["--version"]),
        install: Install::Debian(&["nftables"]),
    },
    Tool {
        name: "faketime",
        stages: &["siege"],
        present: |_| succeeds("faketime", &["--version"]),
        install: Install::Debian(&["faketime"]),
    },
    Tool {
        name: "a mount namespace",
        stages: &["machine"],
        present: |_| own_mounts().is_some(),
        install: Install::ByHand(
            "root, with loop devices, to fill a small disk and to take it away without harm",
        ),
    },
    Tool {
        name: "a JDK of 17 or later",
        stages: SDK,
        present: |_| {
            printed("javac", &["-version"])
                .is_some_and(|version| version.split(' ').nth(1).is_some_and(|version| major(version) >= 17))
        },
        install: Install::Debian(&["openjdk-17-jdk-headless"]),
    },
    Tool {
        name: "Maven",
        stages: SDK,
        present: |_| succeeds("mvn", &["--version"]),
        install: Install::Debian(&["maven"]),
    },
    Tool {
        name: "dart, or libc6-i386 for the one that is fetched",
        stages: SDK,
        present: |_| succeeds("dart", &["--version"]) || Path::new("/lib/ld-linux.so.2").exists(),
        install: Install::Debian(&["libc6-i386"]),
    },
    Tool {
        name: "curl",
        stages: &["clients", "sdk"],
        present: |_| succeeds("curl", &["--version"]),
        install: Install::Debian(&["curl"]),
    },
    Tool {
        name: "npm packages of sdk/node",
        stages: &["clients"],
        present: |r| npm_is_current(r, "sdk/node"),
        install: Install::Npm("sdk/node"),
    },
    Tool {
        name: "npm packages of tests",
        stages: &["clients", "browser"],
        present: |r| npm_is_current(r, "tests"),
        install: Install::Npm("tests"),
    },
    Tool {
        name: "Python packages of tests/clients",
        stages: PYTHON,
        present: venv_is_current,
        install: Install::Venv,
    },
];

/// The browser of the tests.
pub(crate) fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}

/// The words before a command that give it mounts of its own, which vanish with it: as root, or
/// as someone who may become root.
pub(crate) fn own_mounts() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] =
        [&["unshare", "--mount"], &["sudo", "--non-interactive", "--preserve-env", "unshare", "--mount"]];
    WAYS.into_iter().find(|way| {
        let mount = ["sh", "-c", "test -e /dev/loop-control && mount -t tmpfs none /mnt"];
        succeeds(way[0], &[&way[1..], &mount].concat())
    })
}

/// Makes sure that what the stages need is here.
///
/// With `install`, installs what is missing. The error is one line that names everything still missing.
pub(crate) fn provide(repository: &Repository, install: bool, stages: &[&str]) -> Result<(), String> {
    let wanted = |tool: &&Tool| tool.stages.iter().any(|stage| stages.contains(stage));
    let missing =
        || TOOLS.iter().filter(wanted).filter(|tool| !(tool.present)(repository)).collect::<Vec<_>>();
    if install {
        install_all(repository, &missing());
    }
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    Err(missing_line(&missing, install))
}

fn missing_line(missing: &[&Tool], installed: bool) -> String {
    let names: Vec<String> = missing
        .iter()
        .map(|tool| match tool.install {
            Install::ByHand(hint) => format!("{} ({hint})", tool.name),
            _ => tool.name.to_owned(),
        })
        .collect();
    let advice =
        if installed { "could not be installed" } else { "`cargo xtask test --install` installs it" };
    format!("missing: {}: {advice}", names.join(", "))
}

fn install_all(repository: &Repository, missing: &[&Tool]) {
    let packages: Vec<&str> = missing
        .iter()
        .filter_map(|tool| if let Install::Debian(packages) = tool.install { Some(packages) } else { None })
        .flatten()
        .copied()
        .collect();
    if !packages.is_empty() {
        install_debian(repository, &packages);
    }
    for tool in missing {
        match tool.install {
            Install::Rustup(component) => {
                let mut command = program("rustup", &repository.root);
                command.args(["component", "add", component]);
                run(command);
            }
            Install::Npm(folder) => install_npm(repository, folder),
            Install::Venv => install_venv(repository),
            Install::Debian(_) | Install::ByHand(_) => {}
        }
    }
}

fn install_debian(repository: &Repository, packages: &[&str]) {
    let root = printed("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    for arguments in [vec!["update"], install] {
        let mut command = program(if root { "apt-get" } else { "sudo" }, &repository.root);
        if !root {
            command.arg("apt-get");
        }
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-q", "-o", "Acquire::Retries=3"])
            .args(arguments);
        run(command);
    }
}

// The lock file as it was installed is kept beside the packages: equal means nothing is to be done.
fn npm_is_current(repository: &Repository, folder: &str) -> bool {
    let folder = repository.at(folder);
    same(&folder.join("package-lock.json"), &folder.join("node_modules/.installed-lock.json"))
}

fn install_npm(repository: &Repository, folder: &str) {
    let folder = repository.at(folder);
    let mut command = program("npm", &folder);
    command.args(["ci", "--no-audit", "--no-fund"]);
    if run(command).success {
        keep(&folder.join("package-lock.json"), &folder.join("node_modules/.installed-lock.json"));
    }
}

fn venv_is_current(repository: &Repository) -> bool {
    let venv = repository.venv();
    let current = |file: &str| same(&requirements(repository, file), &venv.join(file));
    venv.join("bin/python").is_file() && current(PACKAGES) && current(WECHATPY_2)
}

fn install_venv(repository: &Repository) {
    let venv = repository.venv();
    let mut create = program("python3", &repository.root);
    create.args(["-m", "venv", "--clear"]).arg(&venv);
    let pip = |file: &str| {
        let mut pip = program(venv.join("bin/python"), &repository.root);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r"])
            .arg(requirements(repository, file));
        pip
    };
    // A second version of a package lies beside the first one, for whoever puts it on their path.
    let mut beside = pip(WECHATPY_2);
    beside.args(["--no-deps", "--target"]).arg(venv.join("wechatpy-2"));
    if run(create).success && run(pip(PACKAGES)).success && run(beside).success {
        for file in [PACKAGES, WECHATPY_2] {
            keep(&requirements(repository, file), &venv.join(file));
        }
    }
}

const PACKAGES: &str = "requirements.txt";
const WECHATPY_2: &str = "requirements-wechatpy-2.txt";

fn requirements(repository: &Repository, file: &str) -> std::path::PathBuf {
    repository.at("tests/clients").join(file)
}

fn same(wanted: &Path, installed: &Path) -> bool {
    matches!((fs::read(wanted), fs::read(installed)), (Ok(wanted), Ok(installed)) if wanted == installed)
}

fn keep(wanted: &Path, installed: &Path) {
    if let Err(error) = fs::copy(wanted, installed) {
        println!("{}: {error}", installed.display());
    }
}

fn major(version: &str) -> u32 {
    let digits = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::plan::STAGES;

    #[test]
    fn everything_missing_is_named_in_one_line() {
        let line = missing_line(&TOOLS.iter().collect::<Vec<_>>(), false);
        assert_eq!(line.lines().count(), 1);
        for tool in TOOLS {
            assert!(line.contains(tool.name), "{}", tool.name);
        }
        assert!(line.contains("--install"));
    }

    #[test]
    fn every_tool_is_needed_by_stages_that_exist() {
        for tool in TOOLS {
            assert!(!tool.stages.is_empty());
            for stage in tool.stages {
                assert!(STAGES.iter().any(|known| known.name == *stage), "{}: {stage}", tool.name);
            }
        }
    }

    #[test]
    fn versions_of_node_are_compared_by_number() {
        assert_eq!((major("v20.20.2\n"), major("v9.1.0"), major("")), (20, 9, 0));
    }

    #[test]
    fn packages_are_current_only_while_the_lock_file_is_the_installed_one() {
        let folder = std::env::temp_dir().join(format!("xtask-lock-{}", std::process::id()));
        fs::create_dir_all(folder.join("app/node_modules")).unwrap();
        let repository = Repository { root: folder.clone(), target: folder.join("target") };
        assert!(!npm_is_current(&repository, "app"));
        fs::write(folder.join("app/package-lock.json"), "{}").unwrap();
        assert!(!npm_is_current(&repository, "app"));
        fs::write(folder.join("app/node_modules/.installed-lock.json"), "{}").unwrap();
        assert!(npm_is_current(&repository, "app"));
        fs::write(folder.join("app/package-lock.json"), "{ }").unwrap();
        assert!(!npm_is_current(&repository, "app"));
        fs::remove_dir_all(folder).unwrap();
    }
}
