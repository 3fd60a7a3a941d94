//! The bytes of one connection, between the socket and the HTTP library.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::framing::Framing;
use super::limits::Limits;
use super::peer::Connection;

/// So much is thrown away at once.
const SCRAP: usize = 8 * 1024;

/// A connection of HTTP/1 or HTTP/2, held to its time limits; requests of HTTP/1 to their framing, too.
pub(super) struct Wire<S> {
    stream: S,
    /// Bytes that have been read already.
    before: Vec<u8>,
    /// For HTTP/1.
    framing: Option<Framing>,
    /// Whether anything has come.
    begun: bool,
    connection: Arc<Connection>,
    limits: Limits,
    reading: Wait,
    writing: Wait,
    end: End,
}

/// How far the end of a connection has come.
enum End {
    /// It has not begun.
    Open,
    /// Nothing more is written. What a client still sends of a body that nobody reads is thrown away for a while:
    /// were the socket closed, the client could lose the answer (RFC 9112 §9.6).
    Lingering {
        timer: Pin<Box<Sleep>>,
        left: u64,
    },
    Over,
}

impl<S> Wire<S> {
    pub(super) fn new(
        stream: S,
        before: Vec<u8>,
        is_http1: bool,
        connection: Arc<Connection>,
        limits: Limits,
    ) -> Self {
        let framing = is_http1.then(Framing::default);
        let (reading, writing) = (Wait::default(), Wait::default());
        Self { stream, before, framing, begun: false, connection, limits, reading, writing, end: End::Open }
    }

    /// The requests of HTTP/1 that come, as long as any do.
    fn requests(&self) -> Option<&Framing> {
        self.framing.as_ref().filter(|_| !self.connection.is_tunnel())
    }

    /// What the connection waits for, and how long it may.
    fn awaited(&self) -> Option<(Awaited, Duration)> {
        match self.requests() {
            Some(framing) if framing.is_in_head() => Some((Awaited::Head, self.limits.head)),
            Some(_) if !self.begun => Some((Awaited::First, self.limits.head)),
            Some(framing) if framing.is_between() && !self.connection.is_busy() => {
                Some((Awaited::Request, self.limits.idle))
            }
            // Bodies have a pace of their own, as have HTTP/2 and WebSockets.
            _ => None,
        }
    }

    /// Whether there is more to come of a request of HTTP/1, or what came cannot be told apart.
    fn is_left_unread(&self) -> bool {
        let is_within = self.requests().is_some_and(|framing| !framing.is_between());
        is_within || self.connection.spoiled().is_some()
    }

    fn looked_at(&mut self, bytes: &[u8]) {
        if self.connection.is_tunnel() {
            return;
        }
        let Some(framing) = &mut self.framing else { return };
        self.begun = true;
        if let Err(wrong) = framing.feed(bytes) {
            self.connection.spoil(wrong);
        }
        if !framing.is_in_head() {
            self.reading.over();
        }
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    /// Ready when the client has nothing more to send, or has sent enough or for long enough.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut space = [const { MaybeUninit::uninit() }; SCRAP];
        while let End::Lingering { timer, left } = &mut self.end {
            if *left == 0 || timer.as_mut().poll(context).is_ready() {
                break;
            }
            let mut buffer = ReadBuf::uninit(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    *left = left.saturating_sub(buffer.filled().len() as u64)
                }
                _ => break,
            }
            self.looked_at(buffer.filled());
            if !self.is_left_unread() {
                break;
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        let start = buffer.filled().len();
        if !wire.before.is_empty() {
            let taken = wire.before.len().min(buffer.remaining());
            buffer.put_slice(&wire.before[..taken]);
            wire.before.drain(..taken);
            if wire.before.is_empty() {
                wire.before = Vec::new();
            }
        } else if Pin::new(&mut wire.stream).poll_read(context, buffer)?.is_pending() {
            return match wire.awaited() {
                Some((what, limit)) => wire.reading.poll(what, limit, context).map(|()| Err(silent())),
                None => {
                    wire.reading.over();
                    Poll::Pending
                }
            };
        }
        wire.looked_at(&buffer.filled()[start..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Wire<S> {
    fn written(
        &mut self,
        result: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if result.is_ready() {
            self.writing.over();
            return result;
        }
        self.writing.poll(Awaited::Room, self.limits.body, context).map(|()| Err(silent()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(result, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.written(result, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = &mut *self;
        if matches!(wire.end, End::Open) {
            ready!(Pin::new(&mut wire.stream).poll_shutdown(context))?;
            wire.end = match wire.is_left_unread() {
                true => {
                    let timer = Box::pin(tokio::time::sleep(wire.limits.linger));
                    End::Lingering { timer, left: wire.limits.linger_bytes }
                }
                false => End::Over,
            };
        }
        ready!(wire.poll_linger(context));
        wire.end = End::Over;
        Poll::Ready(Ok(()))
    }
}

fn silent() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    First,
    Head,
    Request,
    Room,
}

/// One wait, with a timer that is set anew only when it has run out or is too late.
#[derive(Default)]
struct Wait {
    since: Option<(Awaited, Instant)>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    /// It came.
    fn over(&mut self) {
        self.since = None;
    }

    /// Ready when this has been waited for too long.
    fn poll(&mut self, what: Awaited, limit: Duration, context: &mut Context<'_>) -> Poll<()> {
        let since = match self.since {
            Some((before, since)) if before == what => since,
            // The first head has no more time for having begun.
            Some((Awaited::First, since)) if what == Awaited::Head => since,
            _ => Instant::now(),
        };
        self.since = Some((what, since));
        let end = since + limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if timer.deadline() > end {
            timer.as_mut().reset(end);
        }
        while timer.as_mut().poll(context).is_ready() {
            if timer.deadline() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}
