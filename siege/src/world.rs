//! What every part of a run shares.

use crate::field::Field;
use crate::history::{Closing, History, Record, What};
use crate::inflict::Inflicted;
use crate::ledger::{Ledger, Word};
use crate::pool::Pool;
use crate::time::{Clock, Time};
use bytes::Bytes;
use portico_bench::Signer;
use portico_bench::failure::Outcome;
use portico_bench::wire::Connection;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everybody is at work, and faults come.
    Siege,
    /// Everything is mended, and nothing new is begun; what is owed may still come.
    Peace,
    /// Nobody listens any more.
    Over,
}

/// A registered app with its back end's credentials.
pub(crate) struct App {
    pub(crate) id: String,
    /// The value of the `authorization` header of its back end.
    pub(crate) basic: String,
    /// Whether the operator suspends and resumes it; if not, it hears of every end.
    pub(crate) suspendable: bool,
}

/// The field, and what is known of it.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) field: Field,
    pub(crate) signer: Signer,
    pub(crate) apps: Vec<App>,
    pub(crate) admin_tokens: Vec<String>,
    pub(crate) phase: Cell<Phase>,
    pub(crate) history: RefCell<History>,
    pub(crate) ledger: RefCell<Ledger>,
    pub(crate) pool: RefCell<Pool>,
    pub(crate) faults: RefCell<Vec<Inflicted>>,
    /// What is wrong beyond the closing rule.
    pub(crate) complaints: RefCell<Vec<String>>,
    pub(crate) sessions: Cell<u32>,
    idle: RefCell<HashMap<SocketAddr, Vec<Connection>>>,
}

/// What came of one call.
pub(crate) struct Called {
    /// A moment before it was sent.
    pub(crate) sent: Time,
    /// A moment after the answer had come, or after it was given up.
    pub(crate) at: Time,
    /// Status and body; none where no answer came. What is not JSON is `null`.
    pub(crate) answer: Option<(u16, Value)>,
}

impl Called {
    /// The status; 0 where no answer came.
    pub(crate) fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |(status, _)| *status)
    }

    /// A text of the answer; empty where it is not there.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.answer.as_ref().and_then(|(_, body)| body[key].as_str()).unwrap_or_default()
    }

    /// Whether the call was carried out.
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// Whether it is known that it was refused, and asking elsewhere will not help.
    pub(crate) fn is_refused(&self) -> bool {
        (400..500).contains(&self.status()) && self.status() != 429
    }
}

impl World {
    /// A world at its beginning.
    pub(crate) fn new(seed: u64, field: Field, signer: Signer, apps: Vec<App>) -> Outcome<Self> {
        let admin_tokens = (0..field.count()).map(|node| field.admin_token(node)).collect::<Outcome<_>>()?;
        Ok(Self {
            seed,
            clock: Clock::start(),
            field,
            signer,
            apps,
            admin_tokens,
            phase: Cell::new(Phase::Siege),
            history: RefCell::default(),
            ledger: RefCell::default(),
            pool: RefCell::default(),
            faults: RefCell::default(),
            complaints: RefCell::default(),
            sessions: Cell::new(0),
            idle: RefCell::default(),
        })
    }

    /// Whether new things are begun.
    pub(crate) fn is_at_work(&self) -> bool {
        self.phase.get() == Phase::Siege
    }

    /// Whether anybody still listens.
    pub(crate) fn is_there(&self) -> bool {
        self.phase.get() < Phase::Over
    }

    /// Sends one request and waits so long for its answer.
    pub(crate) async fn call(&self, address: SocketAddr, request: &Bytes, patience: Duration) -> Called {
        let mut sent = self.clock.now();
        let answer = tokio::time::timeout(patience, self.exchange(address, request, &mut sent)).await;
        let answer = match answer {
            Ok(Ok(answer)) => Some(answer),
            // What else is kept open to there may be as dead.
            _ => {
                self.idle.borrow_mut().remove(&address);
                None
            }
        };
        Called { sent, at: self.clock.now(), answer }
    }

    async fn exchange(&self, to: SocketAddr, request: &Bytes, sent: &mut Time) -> Outcome<(u16, Value)> {
        let kept = self.idle.borrow_mut().get_mut(&to).and_then(Vec::pop);
        let mut connection = match kept {
            Some(connection) => connection,
            None => Connection::open(to).await?,
        };
        *sent = self.clock.now();
        let answer = connection.ask(request).await?;
        let (status, body) = (answer.status, serde_json::from_slice(answer.body).unwrap_or_default());
        self.idle.borrow_mut().entry(to).or_default().push(connection);
        Ok((status, body))
    }

    /// Adds a line to the history.
    pub(crate) fn record(&self, record: Record) {
        self.history.borrow_mut().records.push(record);
    }

    /// Notes that a call has closed this.
    pub(crate) fn closed(&self, what: What, closing: Closing) {
        self.record(Record::Closed(what, closing));
    }

    /// Notes that this has to be heard.
    pub(crate) fn owe(&self, word: Word, closing: Closing) {
        self.ledger.borrow_mut().owe(word, closing.at);
    }

    /// Notes that this was heard.
    pub(crate) fn hear(&self, word: Word, id: &str) {
        self.ledger.borrow_mut().hear(word, id, self.clock.now());
    }

    /// Notes that the stream of this session was opened when the session was over.
    pub(crate) fn opened_when_over(&self, session: u32) {
        self.ledger.borrow_mut().opened_when_over(session);
    }

    /// Notes something that is wrong.
    pub(crate) fn complain(&self, complaint: impl Into<String>) {
        self.complaints.borrow_mut().push(format!("{}: {}", self.clock.now(), complaint.into()));
    }
}
