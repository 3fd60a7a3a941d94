//! One connection of HTTP/1 to an upstream, for one request after the other.
//!
//! It is driven by whoever waits for its answer, in the same task: no other task has to be woken for each
//! message. While it lies in the pool nobody drives it; whether it is still open is seen when it is taken
//! out. What only this task itself can make ready does not wake it (see [`Quiet`]).

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;

use super::origin::Stream;
use super::quiet::Quiet;
use super::trailers;
use super::upstream::Flight;
use crate::body::{Body, Cut, Progress};
use crate::pace::Pace;

/// The most bytes of an answer's head.
const MOST_HEAD: usize = 64 * 1024;
/// The most headers of an answer.
const MOST_HEADERS: usize = 200;

/// Why no answer came over a link.
pub(super) enum Broken {
    /// The link broke, or what came is not HTTP. What was sent is given back if nothing of it went out.
    Link(hyper::Error, Option<Box<Request<Body>>>),
    /// Nothing came for too long.
    Silent,
}

/// A connection.
pub(super) struct Link {
    sender: http1::SendRequest<Body>,
    connection: http1::Connection<TokioIo<Stream>, Body>,
    quiet: Arc<Quiet>,
    /// Wakes by way of `quiet`.
    waker: Waker,
    ended: bool,
    pace: Pace,
    read: Arc<AtomicU64>,
    /// When it was made, or last taken out of the pool.
    pub(super) since: Instant,
    /// When it is no longer to be used; not after `since`, if not again.
    pub(super) until: Instant,
}

impl Link {
    /// Makes a link of an open connection. `silence` is how long the other side may be silent.
    pub(super) async fn new(stream: Stream, silence: Duration) -> hyper::Result<Box<Self>> {
        let read = stream.read();
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MOST_HEAD)
            .max_headers(MOST_HEADERS)
            .handshake(TokioIo::new(stream))
            .await?;
        let (pace, now, quiet) = (Pace::new(silence, 1), Instant::now(), Quiet::new());
        let waker = Waker::from(quiet.clone());
        Ok(Box::new(Self {
            sender,
            connection,
            quiet,
            waker,
            ended: false,
            pace,
            read,
            since: now,
            until: now,
        }))
    }

    /// Lets the connection do what it can, for the task of this context.
    fn drive(&mut self, context: &Context<'_>) {
        self.quiet.is_for(context);
        let mut context = Context::from_waker(&self.waker);
        if !self.ended && Pin::new(&mut self.connection).poll(&mut context).is_ready() {
            self.ended = true;
        }
    }

    /// The next piece of an answer's body, if it is there: asked for first, so that it may come.
    fn poll_body(
        &mut self,
        incoming: &mut Incoming,
        context: &Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let mut idle = Context::from_waker(Waker::noop());
        let polled = self.quiet.while_awake(|| Pin::new(&mut *incoming).poll_frame(&mut idle));
        if polled.is_ready() {
            return polled;
        }
        self.drive(context);
        self.quiet.while_awake(|| Pin::new(incoming).poll_frame(&mut idle))
    }

    /// Whether it can take a request now, as far as can be known.
    pub(super) fn is_ready(&mut self) -> bool {
        self.drive(&Context::from_waker(Waker::noop()));
        !self.ended && self.sender.is_ready()
    }

    /// The bytes that have come over it.
    pub(super) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Sends a request, and waits for the head of its answer. While the request's body is awaited from the
    /// client (`progress`), the upstream may be silent.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Body>,
        progress: Option<&Progress>,
    ) -> Result<Response<Incoming>, Broken> {
        self.pace.begin();
        let mut sent = pin!(self.quiet.while_awake(|| self.sender.try_send_request(request)));
        let mut frames = 0;
        poll_fn(|context| {
            self.drive(context);
            // Nothing but the connection, which has just been driven, can make it ready.
            if let Poll::Ready(answer) = sent.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                return Poll::Ready(answer.map_err(broken));
            }
            patience(&mut self.pace, progress, &mut frames, context).map(|()| Err(Broken::Silent))
        })
        .await
    }
}

/// Waits for an upstream, unless it waits for the client.
pub(super) fn patience(
    pace: &mut Pace,
    progress: Option<&Progress>,
    frames: &mut u64,
    context: &mut Context<'_>,
) -> Poll<()> {
    if let Some(progress) = progress {
        if progress.frames() != *frames {
            *frames = progress.frames();
            pace.begin();
        }
        if progress.awaits_client() {
            pace.begin();
            return Poll::Pending;
        }
    }
    pace.poll_exceeded(context)
}

/// What the library says, with the request if it was not sent.
pub(super) fn broken(mut error: TrySendError<Request<Body>>) -> Broken {
    let request = error.take_message().map(Box::new);
    Broken::Link(error.into_error(), request)
}

/// Opens a connection for one exchange that may become a tunnel, and sends the request.
pub(super) async fn exchange_once(
    stream: Stream,
    request: Request<Body>,
    silence: Duration,
) -> Result<Response<Incoming>, Broken> {
    let failed = |error| Broken::Link(error, None);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection to an upstream ended");
        }
    });
    match tokio::time::timeout(silence, sender.send_request(request)).await {
        Ok(answer) => answer.map_err(failed),
        Err(_) => Err(Broken::Silent),
    }
}

/// What drives an answer's body.
enum Drive {
    /// A link, which goes back to the pool when the body is over.
    Link(Box<Link>),
    /// A task of its own.
    Task(Box<Pace>),
}

/// The body of an upstream's answer.
pub struct Answer {
    incoming: Incoming,
    drive: Option<Drive>,
    flight: Option<Flight>,
}

impl Answer {
    /// The body of an answer over a link. What is all there already is taken at once, and the link with it
    /// goes back.
    pub(super) fn over(mut link: Box<Link>, mut incoming: Incoming, mut flight: Flight) -> Body {
        link.pace.begin();
        if incoming.is_end_stream() {
            flight.land(link);
            return Body::Empty;
        }
        let is_sized = incoming.size_hint().exact().is_some();
        if is_sized
            && let Poll::Ready(Some(Ok(frame))) = link
                .quiet
                .while_awake(|| Pin::new(&mut incoming).poll_frame(&mut Context::from_waker(Waker::noop())))
            && let Ok(bytes) = frame.into_data()
        {
            if incoming.is_end_stream() {
                flight.land(link);
                return Body::Whole(bytes);
            }
            let rest = Self { incoming, drive: Some(Drive::Link(link)), flight: Some(flight) };
            return Body::Begun(bytes, Box::new(Body::Answer(rest)));
        }
        Body::Answer(Self { incoming, drive: Some(Drive::Link(link)), flight: Some(flight) })
    }

    /// The body of an answer that a task of its own drives.
    pub(super) fn driven(incoming: Incoming, silence: Duration, flight: Flight) -> Body {
        if incoming.is_end_stream() {
            return Body::Empty;
        }
        let drive = Drive::Task(Box::new(Pace::new(silence, 1)));
        Body::Answer(Self { incoming, drive: Some(drive), flight: Some(flight) })
    }

    /// Bears this much silence from now on.
    pub(crate) fn bear(&mut self, silence: Duration) {
        match &mut self.drive {
            Some(Drive::Link(link)) => {
                // It is not for the next request to bear.
                link.until = link.since;
                link.pace = Pace::new(silence, 1);
            }
            Some(Drive::Task(pace)) => **pace = Pace::new(silence, 1),
            None => {}
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }

    pub(crate) fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let polled = match &mut self.drive {
            None => Pin::new(&mut self.incoming).poll_frame(context),
            Some(Drive::Task(_)) => Pin::new(&mut self.incoming).poll_frame(context),
            Some(Drive::Link(link)) => link.poll_body(&mut self.incoming, context),
        };
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.pace(|pace| pace.came(frame.data_ref().map_or(1, Bytes::len)));
                let frame = self.sifted(frame);
                if frame.is_none() || self.incoming.is_end_stream() {
                    self.land();
                }
                Poll::Ready(frame.map(Ok))
            }
            Poll::Ready(Some(Err(error))) => {
                self.drive = None;
                self.flight = None;
                Poll::Ready(Some(Err(Cut::Upstream(error))))
            }
            Poll::Ready(None) => {
                self.land();
                Poll::Ready(None)
            }
            Poll::Pending => match &mut self.drive {
                Some(Drive::Link(link)) => link.pace.poll_exceeded(context),
                Some(Drive::Task(pace)) => pace.poll_exceeded(context),
                None => Poll::Pending,
            }
            .map(|()| Some(Err(Cut::UpstreamSilent))),
        }
    }

    /// A piece as it may go out: trailers without those that may not, and none where none is left.
    fn sifted(&self, frame: Frame<Bytes>) -> Option<Frame<Bytes>> {
        let mut last = match frame.into_trailers() {
            Ok(last) => last,
            Err(data) => return Some(data),
        };
        trailers::sift(&mut last, self.flight.as_ref()?.withheld());
        (!last.is_empty()).then(|| Frame::trailers(last))
    }

    fn pace(&mut self, note: impl FnOnce(&mut Pace)) {
        match &mut self.drive {
            Some(Drive::Link(link)) => note(&mut link.pace),
            Some(Drive::Task(pace)) => note(pace),
            None => {}
        }
    }

    fn land(&mut self) {
        let (drive, flight) = (self.drive.take(), self.flight.take());
        if let (Some(Drive::Link(link)), Some(mut flight)) = (drive, flight) {
            flight.land(link);
        }
    }
}
