//! What is told of requests: a line of the access log each, and figures. Neither holds a token, an OpenID, a
//! query, or more of a path than the route declares.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::{Method, StatusCode};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use metrics::{Counter, Gauge, Histogram};

use crate::accept::Connection;
use crate::body::{Body, Cut};

/// The target of access lines.
const ACCESS: &str = "portico_gateway::access";

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
        let requests = ["cut", "1xx", "2xx", "3xx", "4xx", "5xx"];
        let requests = requests.map(|status| {
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
}

impl Record {
    pub(crate) fn begin(method: Method, connection: Arc<Connection>) -> Arc<Self> {
        connection.begin();
        Arc::new(Self {
            begun: Instant::now(),
            method,
            connection,
            route: OnceLock::new(),
            upstream: OnceLock::new(),
            status: AtomicU16::new(0),
            sent: AtomicU64::new(0),
            swapped: AtomicU32::new(0),
            unread: AtomicBool::new(false),
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
        }
        tracing::info!(
            target: ACCESS,
            method = %self.method,
            route = route.map_or("-", |route| &route.name),
            status,
            bytes = *self.sent.get_mut(),
            milliseconds = took * 1e3,
            upstream = self.upstream.get().map_or("-", |name| name),
            swapped,
        );
    }
}

/// An answer's body on its way out, counted.
pub(crate) struct Sent {
    body: Body,
    record: Arc<Record>,
}

impl Sent {
    pub(crate) fn new(body: Body, record: Arc<Record>) -> Self {
        Self { body, record }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.record.sent.fetch_add(data.len() as u64, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
