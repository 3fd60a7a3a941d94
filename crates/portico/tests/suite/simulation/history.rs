//! What was asked and answered, and what was done to the nodes, in the order in which it happened.

use std::fmt::{Display, Formatter, Result};

use parking_lot::Mutex;
use tokio::time::Instant;

/// A person, by their place in the cast.
pub type Person = usize;
/// A session, by its place in the cast.
pub type Session = usize;
/// A launch token, by its place in the cast.
pub type Token = usize;
/// An app, by its place in [`super::cast::APPS`].
pub type App = usize;
/// A call, by its number.
pub type Call = usize;

/// What a call is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A question: `POST /oauth/introspect`.
    Introspect(Token),
    /// A question: `GET /oauth/userinfo`.
    Reveal(Token),
    /// A question with the host's own token: `GET /v1/me/sessions`.
    Look(Session),
    /// A question: a token exchange, which hands a launch token out.
    Launch(Session, App),
    /// Opens a session, by an assertion.
    SignIn(Person),
    /// Opens what the person is asked for an app: `POST /v1/consents/{request}`.
    Grant(Session, App),
    /// Opens an app that was suspended.
    ResumeApp(App),
    /// Makes the next signing key, which opens and closes nothing yet.
    RotateKeys,
    /// Closes the session: `DELETE /v1/me/sessions/current`.
    SignOut(Session),
    /// Closes the session, by its refresh token.
    Revoke(Session),
    /// Closes the token alone.
    RevokeToken(Token),
    /// Closes every scope of the person's for the app but these.
    Keep(Session, App, Vec<String>),
    /// Closes the app.
    SuspendApp(App),
    /// Closes the person's other sessions: `DELETE /v1/me/sessions`.
    EndOthers(Session),
    /// Closes every session of the person, who goes: `DELETE /v1/me`.
    Go(Session),
    /// Closes the sessions that the person has.
    EndAll(Person),
    /// Closes every session of the person, and lets them in no more.
    Suspend(Person),
    /// Closes every session of the person, who is gone.
    Erase(Person),
}

impl Deed {
    /// Whether something is closed for good, or until it is opened, when this is answered with 2xx.
    pub fn closes(&self) -> bool {
        !self.asks() && !self.opens()
    }

    /// Whether this asks what is still good.
    pub fn asks(&self) -> bool {
        matches!(self, Self::Introspect(_) | Self::Reveal(_) | Self::Look(_) | Self::Launch(..))
    }

    fn opens(&self) -> bool {
        matches!(self, Self::SignIn(_) | Self::Grant(..) | Self::ResumeApp(_) | Self::RotateKeys)
    }
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing: the node is not there, or takes longer than anybody waits.
    Nothing,
    /// It is done: 2xx.
    Done,
    /// It is good, for these scopes.
    Active(String),
    /// It is not good.
    Inactive,
    /// Anything else, by its status.
    Refused(u16),
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A call was sent to the node at this place.
    Sent(Call, usize, Deed),
    /// A call was answered, or given up.
    Answered(Call, Said),
    /// There is a new session of this person.
    Began(Session, Person),
    /// There is a new launch token.
    Issued(Token, Session, App),
    /// Something was done to the nodes.
    Chaos(String),
}

/// An entry and its time, in milliseconds from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: u64,
    /// What.
    pub entry: Entry,
}

impl Display for Line {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:>7} ms  ", self.at)?;
        match &self.entry {
            Entry::Sent(call, place, deed) => write!(f, "#{call} to node {place}: {deed:?}"),
            Entry::Answered(call, said) => write!(f, "#{call} answered: {said:?}"),
            Entry::Began(session, person) => write!(f, "session {session} of person {person}"),
            Entry::Issued(token, session, app) => write!(f, "token {token} of session {session}, app {app}"),
            Entry::Chaos(what) => write!(f, "== {what}"),
        }
    }
}

/// The history of a run.
pub struct History {
    start: Instant,
    written: Mutex<(Call, Vec<Line>)>,
}

impl History {
    /// An empty history that begins now.
    pub fn new() -> Self {
        Self { start: Instant::now(), written: Mutex::default() }
    }

    /// Writes this down.
    pub fn note(&self, entry: Entry) {
        let at = u64::try_from(self.start.elapsed().as_millis()).unwrap();
        self.written.lock().1.push(Line { at, entry });
    }

    /// Writes down that a call is sent, and answers its number.
    pub fn sent(&self, place: usize, deed: Deed) -> Call {
        let call = {
            let mut written = self.written.lock();
            written.0 += 1;
            written.0
        };
        self.note(Entry::Sent(call, place, deed));
        call
    }

    /// Everything so far.
    pub fn lines(&self) -> Vec<Line> {
        self.written.lock().1.clone()
    }
}
