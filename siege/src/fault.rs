//! What is done to nodes and services.

use std::fmt;
use std::time::Duration;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Trouble {
    /// The process is killed (SIGKILL), and started again at the end.
    Killed(usize),
    /// The process is asked to end (SIGTERM), and started again at the end.
    Restarted(usize),
    /// The process is stopped where it stands (SIGSTOP).
    Paused(usize),
    /// What goes between a node and the services is lost.
    Cut(Cut),
    /// The database crashes, and is started again at the end.
    StoreDown,
    /// The bus crashes, and is started again at the end.
    BusDown,
    /// The wall clock of the last node is so many seconds off.
    Clock(usize, i64),
}

/// Which paths of a node are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cut {
    /// Whose.
    pub(crate) node: usize,
    /// The path to the database.
    pub(crate) store: bool,
    /// The path to the bus.
    pub(crate) bus: bool,
    /// What the node sends is lost.
    pub(crate) out: bool,
    /// What is sent to the node is lost.
    pub(crate) back: bool,
}

/// Trouble with a beginning and an end, as times since faults began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// When it begins.
    pub(crate) from: Duration,
    /// When it ends.
    pub(crate) until: Duration,
    /// What it is.
    pub(crate) trouble: Trouble,
}

/// What is in trouble: there is one trouble at a time in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A node, with its paths to the services.
    Node(usize),
    /// The database.
    Store,
    /// The bus.
    Bus,
}

impl Trouble {
    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Killed(node) | Self::Restarted(node) | Self::Paused(node) | Self::Clock(node, _) => {
                Place::Node(*node)
            }
            Self::Cut(cut) => Place::Node(cut.node),
            Self::StoreDown => Place::Store,
            Self::BusDown => Place::Bus,
        }
    }

    /// The node that it hits; none if it hits a service, and with that all nodes.
    pub(crate) fn node(&self) -> Option<usize> {
        match self.place() {
            Place::Node(node) => Some(node),
            Place::Store | Place::Bus => None,
        }
    }

    /// The kind, as figures are told by.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Killed(_) => "killed",
            Self::Restarted(_) => "restarted",
            Self::Paused(_) => "paused",
            Self::Cut(Cut { store: true, bus: true, .. }) => "cut off from both",
            Self::Cut(Cut { store: true, .. }) => "cut off from PostgreSQL",
            Self::Cut(_) => "cut off from NATS",
            Self::StoreDown => "PostgreSQL down",
            Self::BusDown => "NATS down",
            Self::Clock(..) => "clock jumps",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(cut) => {
                let way = match (cut.out, cut.back) {
                    (true, true) => "both ways",
                    (true, false) => "on the way out",
                    _ => "on the way back",
                };
                write!(text, "node {} {}, {way}", cut.node, self.kind())
            }
            Self::Clock(node, seconds) => write!(text, "node {node}: the clock jumps by {seconds:+} s"),
            other => match other.node() {
                Some(node) => write!(text, "node {node} {}", other.kind()),
                None => text.write_str(other.kind()),
            },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, lasts) = (self.from.as_secs_f64(), (self.until - self.from).as_secs_f64());
        write!(text, "{from:8.2} s  for {lasts:5.2} s  {}", self.trouble)
    }
}
