//! What lasts after a request was let in (a WebSocket, an event stream, a long download, an upload) ends with what
//! let it in.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use portico_live::Live;
use tokio::time::{MissedTickBehavior, interval};

use crate::Refused;
use crate::body::{Body, Cut, Over};
use crate::resolve::{Caller, still_holds};
use crate::table::Way;

/// How often it is looked whether a caller still may. A look is answered from memory.
const EVERY: Duration = Duration::from_secs(1);

/// Whom something was begun for, and on which route.
///
/// A second after the session has ended, consent was withdrawn, one of the apps was suspended, the token has expired or
/// this node has lost its lease, nothing of it goes through any more.
#[derive(Clone)]
pub struct Guard {
    live: Arc<Live>,
    way: Arc<Way>,
    caller: Option<Caller>,
}

impl Guard {
    /// Watches over what this caller has begun, or another back end.
    pub fn new(live: &Arc<Live>, way: &Arc<Way>, caller: Option<&Caller>) -> Self {
        Self { live: live.clone(), way: way.clone(), caller: caller.cloned() }
    }

    /// Answers when the caller may no longer, and why.
    pub async fn over(self) -> Refused {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tick.tick().await;
        loop {
            tick.tick().await;
            if let Err(refused) = still_holds(&self.live, &self.way.route, self.caller.as_ref()).await {
                return refused;
            }
        }
    }

    /// The body of a request breaks off when the caller may no longer.
    pub fn over_request(self, body: &mut Body) {
        if let Body::Client(client) = body {
            client.until(Box::pin(self.over()));
        }
    }

    /// The body of an answer, which breaks off when the caller may no longer.
    pub fn over_body(self, body: Body) -> Body {
        Body::Other(Box::pin(Guarded { body, over: Box::pin(self.over()) }))
    }
}

struct Guarded {
    body: Body,
    over: Over,
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Poll::Ready(refused) = self.over.as_mut().poll(context) {
            self.body = Body::Empty;
            self.over = Box::pin(std::future::pending());
            return Poll::Ready(Some(Err(Cut::Ended(Box::new(refused)))));
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
