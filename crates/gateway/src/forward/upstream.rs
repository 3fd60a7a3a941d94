//! One upstream: its connections, and how a request gets an answer from it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::fate::Fate;
use super::head::{self, Survey};
use super::health::Health;
use super::link::{self, Answer, Broken, Link, patience};
use super::origin::{Origin, Stream};
use super::settings::Settings;
use super::shared::{Connection, Next, Shared, Turn};
use crate::body::{Body, Cut, Progress};
use crate::pace::Pace;
use crate::refused::Refused;

/// Over how many connections of HTTP/2 a request goes at most: those that were opened together end together.
const CONNECTIONS: usize = 8;

/// An upstream.
pub(super) struct Upstream {
    pub(super) name: Arc<str>,
    pub(super) origin: Origin,
    pub(super) health: Health,
    pub(super) settings: Settings,
    #[expect(clippy::vec_box, reason = "a link goes from hand to hand, and is large")]
    links: Mutex<Vec<Box<Link>>>,
    /// The connections of HTTP/2.
    shared: Mutex<Shared>,
    /// Told when a connection of HTTP/2 may take more, or is opened no more.
    room: Notify,
    /// Whether the upstream has chosen HTTP/2.
    http2: std::sync::atomic::AtomicBool,
    in_flight: AtomicUsize,
}

/// Why an upstream gave no answer, and the request if another may be asked.
pub(super) struct Failed {
    pub(super) why: Why,
    pub(super) again: Option<Box<Request<Body>>>,
}

/// What went wrong.
pub(super) enum Why {
    /// It could not be reached.
    Unreached(io::Error),
    /// It broke off, or did not speak HTTP; without an error, it gave an answer that may not go on.
    Broken(Option<hyper::Error>),
    /// It was silent.
    Silent,
    /// It is not its fault: the request's body broke off.
    Client(Refused),
}

/// An attempt that failed, and what became of the request, if it went over a shared connection and may be sent again
/// over another.
struct Attempt {
    failed: Failed,
    fate: Option<Fate>,
}

/// What goes over a connection: one of HTTP/1, or a shared one of HTTP/2.
enum Way {
    /// And whether it has been used before.
    Link(Box<Link>, bool),
    /// And whether it was there before.
    Shared(http2::SendRequest<Body>, Turn, bool),
}

impl Upstream {
    pub(super) fn new(name: Arc<str>, origin: Origin, settings: Settings) -> Self {
        let http2 = settings.http2.into();
        let (links, shared) = (Mutex::default(), Mutex::default());
        Self {
            name,
            origin,
            health: Health::new(),
            settings,
            links,
            shared,
            room: Notify::new(),
            http2,
            in_flight: AtomicUsize::new(0),
        }
    }

    /// Whether it speaks HTTP/2, as far as is known.
    pub(super) fn is_http2(&self) -> bool {
        self.http2.load(Ordering::Relaxed)
    }

    /// Requests that are under way.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Sends a request, and gives its answer when its head is there.
    pub(super) async fn send(self: &Arc<Self>, request: Request<Body>) -> Result<Response<Body>, Failed> {
        let (mut request, mut doubt) = (request, false);
        for _ in 1..CONNECTIONS {
            let Attempt { failed, fate } = match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(attempt) => attempt,
            };
            // Who refuses, or may have done it, is asked once more only.
            let is_asked_again = match fate {
                None => false,
                Some(Fate::Left) => true,
                Some(_) => !std::mem::replace(&mut doubt, true),
            };
            match failed.again {
                Some(again) if is_asked_again => request = *again,
                again => return Err(Failed { again, ..failed }),
            }
        }
        self.attempt(request).await.map_err(|attempt| attempt.failed)
    }

    async fn attempt(self: &Arc<Self>, mut request: Request<Body>) -> Result<Response<Body>, Attempt> {
        let progress = match request.body_mut() {
            Body::Client(client) => Some(client.progress()),
            _ => None,
        };
        let progress = progress.as_deref();
        let flight = Flight::begin(self);
        let way = match self.way().await {
            Ok(way) => way,
            Err(error) => {
                let failed = Failed { why: Why::Unreached(error), again: Some(Box::new(request)) };
                return Err(Attempt { failed, fate: None });
            }
        };
        match way {
            Way::Shared(sender, turn, was_there) => {
                self.over_shared(sender, turn, was_there, request, progress, flight).await
            }
            Way::Link(link, is_used) => {
                let sent = self.over_link(link, is_used, request, progress, flight).await;
                sent.map_err(|failed| Attempt { failed, fate: None })
            }
        }
    }

    /// Whether there are others to ask.
    fn is_one_of_several(&self) -> bool {
        self.settings.upstreams.len() > 1
    }

    async fn way(&self) -> io::Result<Way> {
        if self.http2.load(Ordering::Relaxed) {
            return self.shared(None).await;
        }
        if let Some(link) = self.kept() {
            return Ok(Way::Link(link, true));
        }
        let (stream, is_http2) = self.origin.connect(self.settings.connect, false).await?;
        if is_http2 {
            self.http2.store(true, Ordering::Relaxed);
            return self.shared(Some(stream)).await;
        }
        self.link(stream).await
    }

    async fn link(&self, stream: Stream) -> io::Result<Way> {
        Ok(Way::Link(Link::new(stream, self.settings.response).await.map_err(io::Error::other)?, false))
    }

    /// A kept link that is still open, the one used last.
    fn kept(&self) -> Option<Box<Link>> {
        loop {
            let mut link = self.links.lock().pop()?;
            link.since = Instant::now();
            if link.until > link.since && link.is_ready() {
                return Some(link);
            }
        }
    }

    /// Lets go of links that are closed or have been kept for long enough.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        let links = std::mem::take(&mut *self.links.lock());
        let mut left: Vec<_> = links
            .into_iter()
            .filter_map(|mut link| (link.until > now && link.is_ready()).then_some(link))
            .collect();
        let mut links = self.links.lock();
        left.append(&mut links);
        *links = left;
        drop(links);
        self.shared.lock().sweep(self.settings.keep);
    }

    async fn over_link(
        self: &Arc<Self>,
        mut link: Box<Link>,
        is_used: bool,
        mut request: Request<Body>,
        progress: Option<&Progress>,
        flight: Flight,
    ) -> Result<Response<Body>, Failed> {
        head::for_http1(&mut request);
        // A used connection may be closed by the other side at any time. If so before any byte of an answer,
        // what can be repeated without harm is; if that happens on a new one, by another upstream.
        let again = if is_used || self.is_one_of_several() { head::again(&request) } else { None };
        let before = link.read();
        match link.exchange(request, progress).await {
            Ok(answer) => self.answered(answer, |incoming, keep| {
                link.until = link.since + keep;
                Answer::over(link, incoming, flight)
            }),
            Err(Broken::Silent) => Err(Failed { why: Why::Silent, again: None }),
            Err(Broken::Link(error, unsent)) => {
                let is_unanswered = link.read() == before;
                let again = unsent.or(again.filter(|_| is_unanswered).map(Box::new));
                match again {
                    Some(request) if is_unanswered && is_used => self.over_fresh(*request, flight).await,
                    again => Err(Failed { why: why(error, progress), again }),
                }
            }
        }
    }

    /// The same over a connection that nobody has used.
    async fn over_fresh(
        self: &Arc<Self>,
        request: Request<Body>,
        flight: Flight,
    ) -> Result<Response<Body>, Failed> {
        let opened = self.origin.connect(self.settings.connect, true).await;
        let way = match opened {
            Ok((stream, _)) => self.link(stream).await,
            Err(error) => Err(error),
        };
        match way {
            Ok(Way::Link(link, _)) => Box::pin(self.over_link(link, false, request, None, flight)).await,
            Ok(Way::Shared(..)) => Err(Failed { why: Why::Broken(None), again: Some(Box::new(request)) }),
            Err(error) => Err(Failed { why: Why::Unreached(error), again: Some(Box::new(request)) }),
        }
    }

    /// A turn on a connection of HTTP/2 that takes one more, or on another, over `stream` if one is open.
    async fn shared(&self, stream: Option<Stream>) -> io::Result<Way> {
        let deadline = Instant::now() + self.settings.connect;
        loop {
            let mut room = pin!(self.room.notified());
            room.as_mut().enable();
            let next = self.shared.lock().next(stream.is_some());
            match next {
                Next::Take(sender, turn) => return Ok(Way::Shared(sender, turn, true)),
                Next::Open => break,
                Next::Wait => {
                    let _waiting = Waiting(self);
                    // What is the matter with those that are being opened would be with the next.
                    let waited = tokio::time::timeout_at(deadline.into(), room).await;
                    waited.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
                }
            }
        }
        let _opening = Opening(self);
        let stream = match stream {
            Some(stream) => stream,
            None => {
                let (stream, is_http2) = self.origin.connect(self.settings.connect, false).await?;
                if self.origin.is_secure() && !is_http2 {
                    // It has changed its mind.
                    self.http2.store(false, Ordering::Relaxed);
                    return self.link(stream).await;
                }
                stream
            }
        };
        let connection = Connection::open(stream, self.settings.connect).await?;
        let (sender, turn) = self.shared.lock().keep(connection);
        Ok(Way::Shared(sender, turn, false))
    }

    async fn over_shared(
        self: &Arc<Self>,
        mut sender: http2::SendRequest<Body>,
        turn: Turn,
        was_there: bool,
        mut request: Request<Body>,
        progress: Option<&Progress>,
        mut flight: Flight,
    ) -> Result<Response<Body>, Attempt> {
        let connection = Arc::as_ptr(&turn).addr();
        let copy = head::copy(&request);
        // Its stream stands as long as anything is sent, whatever has been answered.
        if let Body::Client(client) = request.body_mut() {
            client.hold(turn.clone());
        }
        flight.turn = Some(turn);
        let is_idempotent = head::is_idempotent(request.method());
        head::for_http2(&mut request, &self.origin);
        let mut pace = Pace::new(self.settings.response, 1);
        let mut frames = 0;
        let mut sent = pin!(sender.try_send_request(request));
        let answered = poll_fn(|context| match sent.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer.map_err(link::broken)),
            Poll::Pending => {
                patience(&mut pace, progress, &mut frames, context).map(|()| Err(Broken::Silent))
            }
        });
        let mut fate = None;
        let sent = match answered.await {
            Ok(answer) => {
                let silence = self.settings.response;
                self.answered(answer, |incoming, _| Answer::driven(incoming, silence, flight))
            }
            Err(Broken::Silent) => {
                self.shared.lock().leave(connection);
                Err(Failed { why: Why::Silent, again: None })
            }
            Err(Broken::Link(error, unsent)) => {
                let found = Fate::of(&error, unsent.is_some());
                if found.ends_connection() {
                    self.shared.lock().leave(connection);
                }
                let copy = copy.filter(|_| found.is_unserved() || is_idempotent).map(Box::new);
                // A connection that nobody had used tells more of the upstream than of itself.
                fate = Some(found).filter(|found| found.is_unserved() || was_there && *found == Fate::Broken);
                let is_worth_it = fate.is_some() || self.is_one_of_several();
                let again = copy.filter(|_| is_worth_it).or(unsent);
                Err(Failed { why: why(error, progress), again })
            }
        };
        sent.map_err(|failed| Attempt { failed, fate })
    }

    /// An answer without what concerns its connection. One that can be read in two ways, or changes protocols
    /// unasked, is none, and its connection is not used again.
    pub(super) fn answered(
        &self,
        answer: Response<Incoming>,
        body: impl FnOnce(Incoming, Duration) -> Body,
    ) -> Result<Response<Body>, Failed> {
        let (mut parts, incoming) = answer.into_parts();
        let survey = Survey::of(&parts.headers);
        if survey.is_ambiguous() || parts.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Failed { why: Why::Broken(None), again: None });
        }
        self.health.well();
        survey.strip(&mut parts);
        // Each side speaks a version of its own (RFC 9110 §2.5): the client can be told of an answer that breaks off.
        parts.version = Version::HTTP_11;
        let mut body = body(incoming, survey.keep(self.settings.keep));
        if survey.is_event_stream {
            body.bear(self.settings.idle);
        }
        Ok(Response::from_parts(parts, body))
    }
}

/// Whose fault it is. HTTP/2 does not say of a request that its body broke off; who sent the body knows.
pub(super) fn why(error: hyper::Error, progress: Option<&Progress>) -> Why {
    let told = || Cut::among(&error).map(Refused::from);
    match progress.and_then(Progress::cut).cloned().or_else(told) {
        Some(refused) => Why::Client(refused),
        None => Why::Broken(Some(error)),
    }
}

/// A request that is under way at an upstream.
pub(super) struct Flight {
    upstream: Arc<Upstream>,
    /// Its turn on a connection of HTTP/2.
    turn: Option<Turn>,
}

impl Flight {
    pub(super) fn begin(upstream: &Arc<Upstream>) -> Self {
        upstream.in_flight.fetch_add(1, Ordering::Relaxed);
        Self { upstream: upstream.clone(), turn: None }
    }

    /// Trailers that its answer may not have.
    pub(super) fn withheld(&self) -> &[String] {
        &self.upstream.settings.withheld
    }

    /// The answer is over: its link may take another request, if it can.
    pub(super) fn land(&mut self, mut link: Box<Link>) {
        let is_fit = link.until > link.since && link.is_ready();
        if is_fit {
            let mut links = self.upstream.links.lock();
            if links.len() < self.upstream.settings.kept {
                links.push(link);
            }
        }
    }
}

/// A request that waits for room on a connection of HTTP/2, until it does no more.
struct Waiting<'a>(&'a Upstream);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.shared.lock().waited();
    }
}

/// A connection of HTTP/2 that is being opened, until it is there or not.
struct Opening<'a>(&'a Upstream);

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        self.0.shared.lock().opened();
        self.0.room.notify_waiters();
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.turn.take().is_some() {
            self.upstream.room.notify_one();
        }
        self.upstream.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
