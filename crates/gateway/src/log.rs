//! What is told of requests: a line of the access log each, and figures. Neither holds a token, an OpenID, a
//! query, or more of a path than the route declares.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, request};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use metrics::{Counter, Gauge, Histogram};
use parking_lot::Mutex;

use crate::Refused;
use crate::accept::Connection;
use crate::body::{Body, Cut};

/// The target of access lines.
const ACCESS: &str = "portico_gateway::access";

/// Kinds of answers, by the first digit of the status.
const STATUSES: [&str; 6] = ["cut", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// A route's name and figures. They are looked up once: make it after the recorder of metrics is in place.
#[derive(Debug)]
pub struct Tracked {
    name: Box<str>,
    /// By the first digit of the status.
    requests: [Counter; 6],
    seconds: Histogram,
    in_flight: Gauge,
    swapped: Counter,
}

impl Tracked {
    /// The figures of the route with this name: its host and path, as declared.
    pub fn new(name: impl Into<Box<str>>) -> Arc<Self> {
        let name = name.into();
        let label = || name.to_string();
        let requests = STATUSES.map(|status| {
            metrics::counter!("portico_gateway_requests_total", "route" => label(), "status" => status)
        });
        let seconds = metrics::histogram!("portico_gateway_request_seconds", "route" => label());
        let in_flight = metrics::gauge!("portico_gateway_requests_in_flight", "route" => label());
        let swapped = metrics::counter!("portico_gateway_swapped_total", "route" => label());
        Arc::new(Self { name, requests, seconds, in_flight, swapped })
    }
}

/// What is noted of one request while it is under way. The line is written when its answer has gone out, or
/// nobody is left to take it.
#[derive(Debug)]
pub struct Record {
    begun: Instant,
    method: Method,
    connection: Arc<Connection>,
    route: OnceLock<Arc<Tracked>>,
    upstream: OnceLock<Arc<str>>,
    status: AtomicU16,
    sent: AtomicU64,
    swapped: AtomicU32,
    unread: AtomicBool,
    /// The trace that the request is part of (Trace Context §3.2.2.3).
    trace: Option<Box<str>>,
    /// Why the gateway has answered in the upstream's place.
    refused: OnceLock<Cow<'static, str>>,
}

impl Record {
    pub(crate) fn begin(head: &request::Parts, connection: Arc<Connection>) -> Arc<Self> {
        connection.begin();
        Arc::new(Self {
            begun: Instant::now(),
            method: head.method.clone(),
            connection,
            route: OnceLock::new(),
            upstream: OnceLock::new(),
            status: AtomicU16::new(0),
            sent: AtomicU64::new(0),
            swapped: AtomicU32::new(0),
            unread: AtomicBool::new(false),
            trace: head.headers.get("traceparent").and_then(trace),
            refused: OnceLock::new(),
        })
    }

    /// The route that the request is for; once.
    pub fn route(&self, route: &Arc<Tracked>) {
        if self.route.set(route.clone()).is_ok() {
            route.in_flight.increment(1.0);
        }
    }

    /// The upstream that answers; the first that is named.
    pub fn upstream(&self, name: &Arc<str>) {
        let _ = self.upstream.set(name.clone());
    }

    /// So many OpenIDs more were swapped.
    pub fn swapped(&self, ids: usize) {
        self.swapped.fetch_add(u32::try_from(ids).unwrap_or(u32::MAX), Ordering::Relaxed);
    }

    /// The request goes no further, or its answer not out; the first reason that is told.
    pub fn refused(&self, why: &Refused) {
        let _ = self.refused.set(why.description.clone());
    }

    /// Nobody will read the rest of the request's body.
    pub(crate) fn left_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_left_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.status.store(status.as_u16(), Ordering::Relaxed);
    }
}

/// The trace's id in a `traceparent`, if it is written as one.
fn trace(parent: &HeaderValue) -> Option<Box<str>> {
    let id = parent.to_str().ok()?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| id.into())
}

impl Drop for Record {
    fn drop(&mut self) {
        self.connection.end();
        let took = self.begun.elapsed().as_secs_f64();
        let (status, swapped) = (*self.status.get_mut(), *self.swapped.get_mut());
        let route = self.route.get();
        if let Some(route) = route {
            route.in_flight.decrement(1.0);
            route.seconds.record(took);
            route.requests[usize::from(status / 100).min(5)].increment(1);
            if swapped != 0 {
                route.swapped.increment(swapped.into());
            }
        } else {
            let status = STATUSES[usize::from(status / 100).min(5)];
            metrics::counter!("portico_gateway_requests_total", "route" => "-", "status" => status)
                .increment(1);
        }
        tracing::info!(
            target: ACCESS,
            method = %self.method,
            route = route.map_or("-", |route| &route.name),
            status,
            bytes = *self.sent.get_mut(),
            milliseconds = (took * 1e6).round() / 1e3,
            upstream = self.upstream.get().map_or("-", |name| name),
            swapped,
            trace = self.trace.as_deref().unwrap_or("-"),
            refused = self.refused.get().map_or("-", |why| why),
        );
    }
}

/// An answer's body on its way out, counted.
pub(crate) struct Sent {
    body: Held,
    /// What was too much to be given at once.
    rest: Bytes,
    record: Arc<Record>,
}

/// So much is given at once where it has to be seen whether it is taken.
const PIECE: usize = 16 * 1024;

/// Who else knows a body.
enum Held {
    Alone(Body),
    /// Its connection, which carries others: whether this one is taken is seen here alone.
    Shared(Arc<Mutex<Body>>),
}

impl Sent {
    pub(crate) fn new(body: Body, record: Arc<Record>, is_shared: bool) -> Self {
        let body = match is_shared {
            true => Held::Shared(Arc::new(Mutex::new(body))),
            false => Held::Alone(body),
        };
        let sent = Self { body, rest: Bytes::new(), record };
        sent.given();
        sent
    }

    fn given(&self) {
        if let Held::Shared(body) = &self.body {
            self.record.connection.given(body);
        }
    }

    fn taken(&self) {
        if let Held::Shared(body) = &self.body {
            self.record.connection.taken(body);
        }
    }

    /// The next piece of what is left.
    fn piece(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(PIECE);
        self.record.sent.fetch_add(length as u64, Ordering::Relaxed);
        let piece = self.rest.split_to(length);
        self.given();
        Frame::data(piece)
    }

    fn with<T>(&self, look: impl FnOnce(&Body) -> T) -> T {
        match &self.body {
            Held::Alone(body) => look(body),
            Held::Shared(body) => look(&body.lock()),
        }
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.taken();
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        // HTTP/2 asks for more where the client has room for more.
        self.taken();
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.piece())));
        }
        let is_shared = matches!(self.body, Held::Shared(_));
        let polled = match &mut self.body {
            Held::Alone(body) => Pin::new(body).poll_frame(context),
            Held::Shared(body) => Pin::new(&mut *body.lock()).poll_frame(context),
        };
        let polled = match polled {
            Poll::Ready(Some(Ok(frame))) if is_shared => match frame.into_data() {
                Ok(data) if data.len() > PIECE => {
                    self.rest = data;
                    return Poll::Ready(Some(Ok(self.piece())));
                }
                Ok(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(other) => Poll::Ready(Some(Ok(other))),
            },
            other => other,
        };
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.record.sent.fetch_add(data.len() as u64, Ordering::Relaxed);
            self.given();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.with(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.with(HttpBody::size_hint), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
