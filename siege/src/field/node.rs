//! One node: the real binary in a namespace of its own.

use portico_bench::failure::{During, Failure, Outcome};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tokio::sync::oneshot;

/// Where people and apps reach a node.
const PUBLIC: u16 = 8080;
/// Where operators do.
const ADMIN: u16 = 8081;
/// What sets a process's wall clock apart from the machine's.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// How a node is started, every time.
pub(crate) struct Setting {
    /// The binary.
    pub(crate) program: PathBuf,
    /// The namespace that it runs in.
    pub(crate) namespace: String,
    /// Its address there.
    pub(crate) address: Ipv4Addr,
    /// Its data folder; beside it lie its configuration, its log and its clock.
    pub(crate) folder: PathBuf,
    /// The flags that all nodes have in common.
    pub(crate) flags: Vec<String>,
    /// What the configuration says beyond the flags.
    pub(crate) configuration: String,
    /// Whether its wall clock can be set.
    pub(crate) own_clock: bool,
}

/// A node, running or not. Ended at once when dropped.
pub(crate) struct Node {
    setting: Setting,
    child: Option<Child>,
}

impl Node {
    /// A node that does not run yet.
    pub(crate) fn new(setting: Setting) -> Outcome<Self> {
        fs::create_dir_all(&setting.folder).during("a node's folder")?;
        let file = setting.folder.join("portico.toml");
        fs::write(file, &setting.configuration).during("a node's configuration")?;
        let node = Self { setting, child: None };
        if node.setting.own_clock {
            node.set_clock(0)?;
        }
        Ok(node)
    }

    /// Where people and apps reach it.
    pub(crate) fn public(&self) -> SocketAddr {
        (self.setting.address, PUBLIC).into()
    }

    /// Where operators reach it.
    pub(crate) fn admin(&self) -> SocketAddr {
        (self.setting.address, ADMIN).into()
    }

    /// The bearer token of its admin API.
    pub(crate) fn admin_token(&self) -> Outcome<String> {
        let file = self.setting.folder.join("data/admin.token");
        Ok(fs::read_to_string(file).during("reading admin.token")?.trim().to_owned())
    }

    /// The namespace that it runs in.
    pub(crate) fn namespace(&self) -> &str {
        &self.setting.namespace
    }

    /// Starts the process; the answer comes with its ready line, or with none if it ended before that.
    pub(crate) fn start(&mut self) -> Outcome<oneshot::Receiver<()>> {
        // One process to a data folder: an earlier one that nobody ended would hold it.
        self.kill();
        let step = "starting a node";
        let log = self.setting.folder.join("log");
        let log = OpenOptions::new().create(true).append(true).open(log).during(step)?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.setting.namespace]).arg(&self.setting.program).arg("serve");
        command.arg("--config").arg(self.setting.folder.join("portico.toml"));
        command.arg("--data").arg(self.setting.folder.join("data"));
        command.arg("--listen").arg(self.public().to_string());
        command.arg("--admin-listen").arg(self.admin().to_string());
        command.args(&self.setting.flags);
        if self.setting.own_clock {
            command.env("LD_PRELOAD", FAKETIME).env("FAKETIME_TIMESTAMP_FILE", self.clock_file());
            command.env("FAKETIME_CACHE_DURATION", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().during(step)?;
        let output = child.stdout.take().ok_or_else(|| Failure("a node has no standard output".into()))?;
        self.child = Some(child);
        Ok(ready(output))
    }

    /// Ends it at once (SIGKILL).
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end (SIGTERM).
    pub(crate) fn ask_to_end(&self) -> Outcome<()> {
        self.signal(Signal::TERM)
    }

    /// Whether it has ended; a failure when it did not end well.
    pub(crate) fn has_ended(&mut self) -> Outcome<bool> {
        let Some(child) = &mut self.child else { return Ok(true) };
        let Some(status) = child.try_wait().during("ending a node")? else { return Ok(false) };
        self.child = None;
        let well = status.success().then_some(true);
        well.ok_or_else(|| Failure(format!("a node asked to end gave {status}")))
    }

    /// Stops its process where it stands (SIGSTOP).
    pub(crate) fn pause(&self) -> Outcome<()> {
        self.signal(Signal::STOP)
    }

    /// Lets its process go on (SIGCONT).
    pub(crate) fn go_on(&self) -> Outcome<()> {
        self.signal(Signal::CONT)
    }

    /// Sets its wall clock this many seconds off the machine's.
    pub(crate) fn set_clock(&self, seconds: i64) -> Outcome<()> {
        let file = self.clock_file();
        let next = file.with_extension("next");
        // The old or the new, never half of one.
        fs::write(&next, format!("{seconds:+}")).during("setting a clock")?;
        fs::rename(next, file).during("setting a clock")
    }

    /// What it said last, if it ended although nobody asked it to.
    pub(crate) fn ended_by_itself(&mut self) -> Option<String> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        Some(format!("{status}: {}", self.last_words()))
    }

    /// The last line of its log.
    pub(crate) fn last_words(&self) -> String {
        let text = fs::read_to_string(self.setting.folder.join("log")).unwrap_or_default();
        text.lines().last().unwrap_or("it said nothing").to_owned()
    }

    fn clock_file(&self) -> PathBuf {
        self.setting.folder.join("clock")
    }

    fn signal(&self, signal: Signal) -> Outcome<()> {
        let Some(child) = &self.child else { return Ok(()) };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| Failure("a node has no process id".into()))?;
        kill_process(pid, signal).during("a signal to a node")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether wall clocks of single nodes can be set on this machine.
pub(crate) fn clocks_can_be_set() -> bool {
    Path::new(FAKETIME).is_file()
}

/// Answers at the ready line. The pipe is read to its end by a thread, so that the node never waits for a
/// reader.
fn ready(output: ChildStdout) -> oneshot::Receiver<()> {
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut sender = Some(sender);
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if line.contains(": ready on ") {
                // Whoever started it may have gone.
                let _ = sender.take().map(|sender| sender.send(()));
            }
        }
    });
    receiver
}
