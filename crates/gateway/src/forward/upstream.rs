//! One upstream: its connections, and how a request gets an answer from it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use parking_lot::Mutex;

use super::head::{self, Survey};
use super::health::Health;
use super::link::{self, Answer, Broken, Link, patience};
use super::origin::{Origin, Stream};
use super::settings::Settings;
use crate::body::{Body, Cut, Progress};
use crate::pace::Pace;
use crate::refused::Refused;

/// A kept connection of HTTP/2 is asked after its life so often, and given so long to answer.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(10);

/// An upstream.
pub(super) struct Upstream {
    pub(super) name: Arc<str>,
    pub(super) origin: Origin,
    pub(super) health: Health,
    pub(super) settings: Settings,
    #[expect(clippy::vec_box, reason = "a link goes from hand to hand, and is large")]
    links: Mutex<Vec<Box<Link>>>,
    /// The connection of HTTP/2, shared by all requests.
    shared: tokio::sync::Mutex<Option<http2::SendRequest<Body>>>,
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

/// An attempt that failed, and whether only since the shared connection that was there before was about to end:
/// nothing of the request went out.
struct Attempt {
    failed: Failed,
    was_ending: bool,
}

/// What goes over a connection: one of HTTP/1, or the shared one of HTTP/2.
enum Way {
    /// And whether it has been used before.
    Link(Box<Link>, bool),
    /// And whether it was there before.
    Shared(http2::SendRequest<Body>, bool),
}

impl Upstream {
    pub(super) fn new(name: Arc<str>, origin: Origin, settings: Settings) -> Self {
        let http2 = settings.http2.into();
        let (links, shared) = (Mutex::default(), tokio::sync::Mutex::default());
        Self {
            name,
            origin,
            health: Health::new(),
            settings,
            links,
            shared,
            http2,
            in_flight: AtomicUsize::new(0),
        }
    }

    /// Requests that are under way.
    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Sends a request, and gives its answer when its head is there.
    pub(super) async fn send(self: &Arc<Self>, request: Request<Body>) -> Result<Response<Body>, Failed> {
        match self.attempt(request).await {
            Err(Attempt { failed: Failed { again: Some(request), .. }, was_ending: true }) => {
                self.attempt(*request).await.map_err(|attempt| attempt.failed)
            }
            other => other.map_err(|attempt| attempt.failed),
        }
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
                return Err(Attempt { failed, was_ending: false });
            }
        };
        match way {
            Way::Shared(sender, was_there) => {
                self.over_shared(sender, was_there, request, progress, flight).await
            }
            Way::Link(link, is_used) => {
                let sent = self.over_link(link, is_used, request, progress, flight).await;
                sent.map_err(|failed| Attempt { failed, was_ending: false })
            }
        }
    }

    /// Whether there are others to ask.
    fn is_one_of_several(&self) -> bool {
        self.settings.upstreams.len() > 1
    }

    async fn way(&self) -> io::Result<Way> {
        if self.http2.load(Ordering::Relaxed) {
            return self.shared().await;
        }
        if let Some(link) = self.kept() {
            return Ok(Way::Link(link, true));
        }
        let (stream, is_http2) = self.origin.connect(self.settings.connect, false).await?;
        if is_http2 {
            self.http2.store(true, Ordering::Relaxed);
            return self.share(stream).await;
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

    async fn shared(&self) -> io::Result<Way> {
        let mut shared = self.shared.lock().await;
        if let Some(sender) = shared.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(Way::Shared(sender.clone(), true));
        }
        let (stream, is_http2) = self.origin.connect(self.settings.connect, false).await?;
        if self.origin.is_secure() && !is_http2 {
            // It has changed its mind.
            self.http2.store(false, Ordering::Relaxed);
            return self.link(stream).await;
        }
        let sender = self.handshake(stream).await?;
        *shared = Some(sender.clone());
        Ok(Way::Shared(sender, false))
    }

    async fn share(&self, stream: Stream) -> io::Result<Way> {
        let mut shared = self.shared.lock().await;
        if let Some(sender) = shared.as_ref().filter(|sender| !sender.is_closed()) {
            return Ok(Way::Shared(sender.clone(), true));
        }
        let sender = self.handshake(stream).await?;
        *shared = Some(sender.clone());
        Ok(Way::Shared(sender, false))
    }

    async fn handshake(&self, stream: Stream) -> io::Result<http2::SendRequest<Body>> {
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to an upstream ended");
            }
        });
        Ok(sender)
    }

    async fn over_shared(
        self: &Arc<Self>,
        mut sender: http2::SendRequest<Body>,
        was_there: bool,
        mut request: Request<Body>,
        progress: Option<&Progress>,
        flight: Flight,
    ) -> Result<Response<Body>, Attempt> {
        let again = if self.is_one_of_several() { head::again(&request) } else { None };
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
        let mut was_ending = false;
        let sent = match answered.await {
            Ok(answer) => {
                let silence = self.settings.response;
                self.answered(answer, |incoming, _| Answer::driven(incoming, silence, flight))
            }
            Err(Broken::Silent) => Err(Failed { why: Why::Silent, again: None }),
            Err(Broken::Link(error, unsent)) => {
                was_ending = was_there && unsent.is_some();
                let again = unsent.or(again.map(Box::new));
                Err(Failed { why: why(error, progress), again })
            }
        };
        sent.map_err(|failed| Attempt { failed, was_ending })
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
pub(super) struct Flight(Arc<Upstream>);

impl Flight {
    pub(super) fn begin(upstream: &Arc<Upstream>) -> Self {
        upstream.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(upstream.clone())
    }

    /// Trailers that its answer may not have.
    pub(super) fn withheld(&self) -> &[String] {
        &self.0.settings.withheld
    }

    /// The answer is over: its link may take another request, if it can.
    pub(super) fn land(&mut self, mut link: Box<Link>) {
        let is_fit = link.until > link.since && link.is_ready();
        if is_fit {
            let mut links = self.0.links.lock();
            if links.len() < self.0.settings.kept {
                links.push(link);
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
