//! What a message carries, whole or as it comes.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use crate::forward::Answer;
use crate::log::Record;
use crate::pace::Pace;
use crate::refused::Refused;

/// A body that nobody but its owner knows: anything that streams.
pub type Other = Pin<Box<dyn HttpBody<Data = Bytes, Error = Cut> + Send>>;

/// Tells when a body may not go on, and why.
pub(crate) type Over = Pin<Box<dyn Future<Output = Refused> + Send>>;

/// The body of a request or an answer. It is moved often, so what is large and rare lies elsewhere.
#[derive(Default)]
pub enum Body {
    /// Nothing (any more).
    #[default]
    Empty,
    /// All of it, in memory. It can be sent again.
    Whole(Bytes),
    /// What a client sends, as it comes.
    Client(Box<Client>),
    /// What an upstream answers, as it comes.
    Answer(Answer),
    /// Another body, of which the beginning is here.
    Begun(Bytes, Box<Body>),
    /// Another stream.
    Other(Other),
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Cut {
    /// The client went away, or broke the rules of HTTP.
    #[error("the client's body broke off")]
    Client(#[source] hyper::Error),
    /// The client sent nothing for too long, or next to nothing.
    #[error("the client's body did not come")]
    ClientSilent,
    /// The upstream went away, or broke the rules of HTTP.
    #[error("the upstream's answer broke off")]
    Upstream(#[source] hyper::Error),
    /// The upstream sent nothing for too long.
    #[error("the upstream's answer did not come")]
    UpstreamSilent,
    /// The client took nothing of an answer for too long.
    #[error("the answer was not taken")]
    Untaken,
    /// What let it in no longer does.
    #[error("the caller may no longer")]
    Ended(Box<Refused>),
    /// What was made of it could not be.
    #[error("{0}")]
    Other(#[source] Box<dyn Error + Send + Sync>),
}

impl Cut {
    /// The reason among the causes of this error, if it is one.
    pub(crate) fn among<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(cut) = error.downcast_ref() {
                return Some(cut);
            }
            next = error.source();
        }
        None
    }
}

impl Body {
    /// Bears this much silence of an upstream from now on.
    pub(crate) fn bear(&mut self, silence: Duration) {
        match self {
            Self::Answer(answer) => answer.bear(silence),
            Self::Begun(_, rest) => rest.bear(silence),
            _ => {}
        }
    }

    /// One that nobody took, and that is no more.
    pub(crate) fn untaken() -> Self {
        Self::Other(Box::pin(Gone))
    }

    /// Whether it can be sent again.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::Empty | Self::Whole(_))
    }

    /// The same body once more, if it is whole.
    pub(crate) fn again(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            _ => None,
        }
    }
}

/// What is left of an answer that nobody took.
struct Gone;

impl HttpBody for Gone {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        Poll::Ready(Some(Err(Cut::Untaken)))
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() { Self::Empty } else { Self::Whole(bytes) }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("Empty"),
            Self::Whole(bytes) => write!(out, "Whole({})", bytes.len()),
            Self::Client(_) => out.write_str("Client"),
            Self::Answer(_) => out.write_str("Answer"),
            Self::Begun(..) => out.write_str("Begun"),
            Self::Other(_) => out.write_str("Other"),
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let body = self.get_mut();
        match body {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *body = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Client(client) => client.poll_frame(context),
            Self::Answer(answer) => answer.poll_frame(context),
            Self::Begun(..) => {
                let Self::Begun(bytes, rest) = std::mem::take(body) else { unreachable!("it was just seen") };
                *body = *rest;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Other(other) => other.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Whole(_) => false,
            Self::Client(client) => client.incoming.is_end_stream(),
            Self::Answer(answer) => answer.is_end_stream(),
            Self::Begun(..) => false,
            Self::Other(other) => other.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Client(client) => client.incoming.size_hint(),
            Self::Answer(answer) => answer.size_hint(),
            Self::Begun(bytes, rest) => {
                let (left, here) = (rest.size_hint(), bytes.len() as u64);
                let mut hint = SizeHint::new();
                hint.set_lower(left.lower() + here);
                if let Some(most) = left.upper() {
                    hint.set_upper(most + here);
                }
                hint
            }
            Self::Other(other) => other.size_hint(),
        }
    }
}

/// What a client sends, without what stands behind it: trailers could say what only the gateway may.
pub struct Client {
    incoming: Incoming,
    ended: bool,
    over: Option<Over>,
    /// Whether it has been asked for before.
    begun: bool,
    limit: Duration,
    least: u64,
    pace: Option<Box<Pace>>,
    progress: Option<Arc<Progress>>,
    record: Arc<Record>,
    /// What it keeps from others as long as it is sent.
    held: Option<Arc<()>>,
}

impl Client {
    /// In each `limit` of waiting, at least so many bytes of it must come.
    pub(crate) fn new(incoming: Incoming, limit: Duration, least: u64, record: Arc<Record>) -> Self {
        let (ended, over, begun, pace, progress) = (false, None, false, None, None);
        Self { incoming, ended, over, begun, limit, least, pace, progress, record, held: None }
    }

    /// Holds this until it is over, or nobody reads it any more.
    pub(crate) fn hold(&mut self, held: Arc<()>) {
        self.held = Some(held);
    }

    /// Breaks it off when this says so.
    pub(crate) fn until(&mut self, over: Over) {
        self.over = Some(over);
    }

    /// How far it has been sent on, from now on.
    pub(crate) fn progress(&mut self) -> Arc<Progress> {
        self.progress.get_or_insert_default().clone()
    }

    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let polled = self.poll_incoming(context);
        if let Some(progress) = &self.progress {
            progress.note(&polled);
        }
        polled
    }

    fn poll_incoming(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(context);
        if let Some(refused) = self.refused(polled.is_pending(), context) {
            return Poll::Ready(Some(Err(Cut::Ended(Box::new(refused)))));
        }
        match polled {
            Poll::Ready(Some(Ok(frame))) => {
                let Ok(data) = frame.into_data() else {
                    self.ended = true;
                    return Poll::Ready(None);
                };
                if let Some(pace) = &mut self.pace {
                    pace.came(data.len());
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(Cut::Client(error)))),
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Poll::Pending => {
                let pace = self.pace.get_or_insert_with(|| Box::new(Pace::new(self.limit, self.least)));
                pace.poll_exceeded(context).map(|()| Some(Err(Cut::ClientSilent)))
            }
        }
    }

    /// Why it may not go on, if so. A body that is here at once is not watched over.
    fn refused(&mut self, is_awaited: bool, context: &mut Context<'_>) -> Option<Refused> {
        let is_watched = std::mem::replace(&mut self.begun, true) || is_awaited;
        let over = self.over.as_mut().filter(|_| is_watched)?;
        let Poll::Ready(refused) = over.as_mut().poll(context) else { return None };
        self.over = None;
        Some(refused)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if !self.ended && !self.incoming.is_end_stream() {
            self.record.left_unread();
        }
    }
}

/// How far a client's body has been sent on to an upstream: the upstream need not answer while it waits for
/// the client.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    frames: AtomicU64,
    awaits_client: AtomicBool,
    cut: OnceLock<Refused>,
}

impl Progress {
    fn note<T>(&self, polled: &Poll<Option<Result<T, Cut>>>) {
        if let Poll::Ready(Some(Err(cut))) = polled {
            let _ = self.cut.set(cut.into());
        }
        self.awaits_client.store(polled.is_pending(), Ordering::Relaxed);
        if polled.is_ready() {
            self.frames.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Why the rest did not come, if so.
    pub(crate) fn cut(&self) -> Option<&Refused> {
        self.cut.get()
    }

    /// Whether it is the client who is waited for.
    pub(crate) fn awaits_client(&self) -> bool {
        self.awaits_client.load(Ordering::Relaxed)
    }

    /// How often something was sent on.
    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }
}
