//! One attempt to tell one back end, from the fresh token to the record of what came of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use portico_core::Change;
use portico_core::noun::delivery::{Delivery, DeliveryState};
use portico_core::rule::deliver::{Outcome, after_attempt};
use portico_store::CommitError;

use crate::deliver::Clock;
use crate::outbound::{Outbound, Unreachable};
use crate::outbox::{Duty, OnDuty, Outbox};

/// Makes the message of one attempt.
#[async_trait]
pub trait Compose: Send + Sync {
    /// Where to send the message, and the message, signed for this attempt alone: a logout token has a
    /// `jti` that was never used before (OIDC Back-Channel Logout §2.4).
    async fn message(&self, delivery: &Delivery) -> Composed;
}

/// What there is to send.
#[derive(Clone, PartialEq, Eq)]
pub enum Composed {
    /// This token, to this address.
    Send {
        /// The client's `backchannel_logout_uri`.
        uri: String,
        /// The logout token.
        token: String,
    },
    /// This document, to this address.
    SendXml {
        /// The app's `event_url`, with a fresh signature.
        uri: String,
        /// The event, encrypted where the app asked for that.
        xml: String,
    },
    /// The client is gone or wants no messages any more: the delivery has failed.
    Drop {
        /// Why, for the operator.
        reason: String,
    },
    /// What is needed cannot be read now: asked again shortly, and not counted as an attempt.
    NotNow,
}

/// Sends a message.
#[async_trait]
pub trait Post: Send + Sync {
    /// Posts the token and answers with the HTTP status (OIDC Back-Channel Logout §2.5).
    async fn logout(&self, uri: &str, token: &str) -> Result<u16, Unreachable>;

    /// Posts a document as WeChat posts its events, and answers with the HTTP status.
    async fn xml(&self, uri: &str, xml: &str) -> Result<u16, Unreachable>;
}

#[async_trait]
impl Post for Outbound {
    async fn logout(&self, uri: &str, token: &str) -> Result<u16, Unreachable> {
        self.post_form(uri, &[("logout_token", token)]).await
    }

    async fn xml(&self, uri: &str, xml: &str) -> Result<u16, Unreachable> {
        self.post_xml(uri, xml).await
    }
}

/// How an attempt ended for the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Landed {
    /// The outbox knows what came of it.
    Recorded,
    /// The outbox would not take it, or the attempt broke down.
    Unrecorded,
    /// Nothing was sent: it is another node's, or was done by one, or this one does not know.
    Dropped,
}

/// What every attempt needs.
pub(crate) struct Attempts<O: ?Sized> {
    pub(crate) outbox: Arc<O>,
    pub(crate) compose: Arc<dyn Compose>,
    pub(crate) post: Arc<dyn Post>,
    pub(crate) clock: Clock,
    pub(crate) on_duty: OnDuty,
}

impl<O: Outbox + ?Sized> Attempts<O> {
    /// Makes one attempt and stays until it is recorded: a delivery of which the outbox does not
    /// know what became would at once be due again.
    pub(crate) async fn make(&self, delivery: Delivery, duty: Duty) -> Landed {
        let Some(delivery) = self.mine(delivery, duty).await else { return Landed::Dropped };
        let Some(outcome) = self.outcome(&delivery, duty).await else { return Landed::Dropped };
        let changes = after_attempt(&delivery, outcome, (self.clock)());
        tell(&delivery, &changes);
        let changes: Vec<_> = duty.claim(delivery.id).into_iter().chain(changes).collect();
        let mut pause = Backoff::default();
        loop {
            match self.outbox.record(changes.clone()).await {
                Ok(()) => return Landed::Recorded,
                Err(CommitError::Unavailable(_)) => tokio::time::sleep(pause.longer()).await,
                Err(CommitError::Conflict | CommitError::Taken(_)) => {
                    tracing::warn!(delivery = %delivery.id, client = %delivery.client, "attempt not recorded");
                    return Landed::Unrecorded;
                }
            }
        }
    }

    /// The delivery as it is when it is this process's; none if it is not, or if nothing is to be done
    /// about it now. One that no node had may have been tried by one that is gone.
    async fn mine(&self, delivery: Delivery, duty: Duty) -> Option<Delivery> {
        let claim = match duty {
            Duty::All => return Some(delivery),
            Duty::None => return None,
            Duty::Of(me) if delivery.owner == Some(me) => return Some(delivery),
            Duty::Of(_) => duty.claim(delivery.id),
        };
        self.outbox.record(claim.into_iter().collect()).await.ok()?;
        let delivery = self.outbox.get(delivery.id).await.ok()??;
        let due = delivery.state == DeliveryState::Pending && delivery.next_at <= (self.clock)();
        due.then_some(delivery)
    }

    /// What came of one attempt; none if nothing was sent.
    async fn outcome(&self, delivery: &Delivery, duty: Duty) -> Option<Outcome> {
        let mut pause = Backoff::default();
        let composed = loop {
            match self.compose.message(delivery).await {
                Composed::Drop { reason } => return Some(Outcome::Undeliverable(reason)),
                Composed::NotNow => tokio::time::sleep(pause.longer()).await,
                message => break message,
            }
            // Meanwhile the delivery may have become another node's.
            if duty != Duty::All {
                return None;
            }
        };
        if (self.on_duty)() != duty {
            return None;
        }
        metrics::counter!("portico_delivery_attempts_total").increment(1);
        let answered = match &composed {
            Composed::Send { uri, token } => self.post.logout(uri, token).await,
            Composed::SendXml { uri, xml } => self.post.xml(uri, xml).await,
            Composed::Drop { .. } | Composed::NotNow => return None,
        };
        Some(match answered {
            Ok(status) => Outcome::Answered(status),
            Err(why) => Outcome::Unreached(why.to_string()),
        })
    }
}

fn tell(delivery: &Delivery, changes: &[Change]) {
    let (id, client) = (delivery.id, &delivery.client);
    for change in changes {
        let Change::DeliveryTried { state, .. } = change else { continue };
        match state {
            DeliveryState::Delivered => {
                metrics::counter!("portico_deliveries_delivered_total").increment(1);
                tracing::debug!(delivery = %id, %client, "message delivered");
            }
            DeliveryState::Pending => {
                tracing::info!(delivery = %id, %client, "message not delivered; it is tried again");
            }
            DeliveryState::Failed => {
                metrics::counter!("portico_deliveries_failed_total").increment(1);
                tracing::warn!(delivery = %id, %client, "message given up");
            }
        }
    }
}

/// Pauses that double from a quarter of a second to half a minute.
pub(crate) struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Self(Duration::from_millis(250))
    }
}

impl Backoff {
    /// The next pause.
    pub(crate) fn longer(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(Duration::from_secs(30));
        pause
    }
}
