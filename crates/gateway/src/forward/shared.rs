//! Connections of HTTP/2, each shared by as many requests as the upstream takes at once over one (RFC 9113 §5.1.2).

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::time::{interval, timeout};

use super::origin::Stream;
use crate::body::Body;

/// A kept connection is asked after its life so often, and given so long to answer.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(10);

/// How often it is looked whether a new connection may be used.
const LOOK: Duration = Duration::from_millis(1);

type Http2 = http2::Connection<TokioIo<Stream>, Body, TokioExecutor>;

/// How much an upstream is thought to take at once over a connection, until it has said so.
const USUAL: usize = 100;

/// The connections to one upstream, and who wants one.
pub(super) struct Shared {
    connections: Vec<Connection>,
    /// Connections that are being opened.
    opening: usize,
    /// Requests that wait for one of these, or for another request's end.
    waiting: usize,
    /// How much the last connection takes at once.
    most: usize,
}

impl Default for Shared {
    fn default() -> Self {
        Self { connections: Vec::new(), opening: 0, waiting: 0, most: USUAL }
    }
}

/// One of the requests that a connection takes at once; dropped when its answer is over.
pub(super) type Turn = Arc<()>;

pub(super) struct Connection {
    sender: http2::SendRequest<Body>,
    /// How many requests it takes at once.
    most: watch::Receiver<usize>,
    /// There is one more than requests under way.
    turns: Turn,
    /// When it last took a request.
    since: Instant,
}

impl Connection {
    fn in_use(&self) -> usize {
        Arc::strong_count(&self.turns) - 1
    }

    fn is_free(&self) -> bool {
        !self.sender.is_closed() && self.in_use() < *self.most.borrow()
    }

    fn take(&mut self) -> (http2::SendRequest<Body>, Turn) {
        self.since = Instant::now();
        (self.sender.clone(), self.turns.clone())
    }
}

/// Waits until the other side has said how much it takes at once. The library wakes nobody then, so it is looked.
async fn settled(connection: &mut Http2) -> io::Result<()> {
    let mut look = interval(LOOK);
    loop {
        look.tick().await;
        match poll_fn(|context| Poll::Ready(Pin::new(&mut *connection).poll(context))).await {
            Poll::Ready(ended) => return Err(ended.map_or_else(io::Error::other, |()| gone())),
            Poll::Pending if connection.current_max_send_streams() > 0 => return Ok(()),
            Poll::Pending => {}
        }
    }
}

fn gone() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl Connection {
    /// Speaks HTTP/2 over a stream. The upstream has `patience` to say how much it takes at once: before, nothing may be
    /// sent but in the hope that it takes it.
    pub(super) async fn open(stream: Stream, patience: Duration) -> io::Result<Self> {
        let (sender, mut connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .initial_max_send_streams(0)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        let settled = timeout(patience, settled(&mut connection)).await;
        settled.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let (told, most) = watch::channel(connection.current_max_send_streams());
        tokio::spawn(async move {
            let ended = poll_fn(|context| {
                let polled = Pin::new(&mut connection).poll(context);
                let most = connection.current_max_send_streams();
                told.send_if_modified(|known| std::mem::replace(known, most) != most);
                polled
            });
            if let Err(error) = ended.await {
                tracing::debug!(%error, "a connection to an upstream ended");
            }
        });
        Ok(Self { sender, most, turns: Turn::default(), since: Instant::now() })
    }
}

/// What a request that wants a connection of HTTP/2 does.
pub(super) enum Next {
    /// It goes over this one, which takes one more.
    Take(http2::SendRequest<Body>, Turn),
    /// It opens another.
    Open,
    /// It waits: of those that are being opened, there will be enough for it too.
    Wait,
}

impl Shared {
    /// What the next request does. With a stream that is `open` already it does not wait for others. What it does is
    /// noted: [`Self::opened`] and [`Self::waited`] say that it is over.
    pub(super) fn next(&mut self, is_open: bool) -> Next {
        if let Some(connection) = self.connections.iter_mut().find(|connection| connection.is_free()) {
            let (sender, turn) = connection.take();
            return Next::Take(sender, turn);
        }
        // Who opens one takes the first turn on it.
        let spare = self.opening.saturating_mul(self.most.saturating_sub(1));
        if !is_open && self.waiting < spare {
            self.waiting += 1;
            return Next::Wait;
        }
        self.opening += 1;
        Next::Open
    }

    /// A request waits no more.
    pub(super) fn waited(&mut self) {
        self.waiting -= 1;
    }

    /// A connection is opened no more, whether it came about or not: those who wait look again.
    pub(super) fn opened(&mut self) {
        self.opening -= 1;
    }

    /// Keeps a connection, which takes its first request.
    pub(super) fn keep(&mut self, mut connection: Connection) -> (http2::SendRequest<Body>, Turn) {
        let taken = connection.take();
        self.most = *connection.most.borrow();
        self.connections.retain(|connection| !connection.sender.is_closed());
        self.connections.push(connection);
        taken
    }

    /// Gives nothing more to the connection whose turns lie at this address: it may be dead, and nobody has noticed.
    /// What is under way on it goes on.
    pub(super) fn leave(&mut self, turn: usize) {
        self.connections.retain(|connection| Arc::as_ptr(&connection.turns).addr() != turn);
    }

    /// Lets go of connections that are closed, and of those but one that have taken nothing for so long.
    pub(super) fn sweep(&mut self, keep: Duration) {
        let mut is_first = true;
        self.connections.retain(|connection| {
            let is_kept =
                std::mem::take(&mut is_first) || connection.in_use() > 0 || connection.since.elapsed() < keep;
            is_kept && !connection.sender.is_closed()
        });
    }
}
