//! `/v1/webhooks`: what others report, signed by the Standard Webhooks specification.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::UserId;
use portico_core::moment::{Moment, Span};
use portico_seal::{WebhookKey, digest};
use portico_store::{CommitError, Taken};
use serde::Deserialize;

use super::kyc::{Report, reported};
use crate::house::refused;
use crate::reply::{self, Reply};
use crate::{House, body};

/// How far a message's time may be from now.
const TOLERANCE: Span = Span::minutes(5);
/// How long a message is remembered, so that one sent again has no effect: longer than senders try.
const REMEMBERED: Span = Span::days(7);
/// The most attempts where the person keeps changing.
const ATTEMPTS: usize = 3;
/// The kind of message that is acted upon.
const UPDATED: &str = "kyc.updated";

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    data: serde_json::Value,
}

#[derive(Deserialize)]
struct Data {
    user_id: UserId,
    #[serde(flatten)]
    report: Report,
}

/// `POST /v1/webhooks/kyc`: the outcome of an identity check, from the operator's provider. It is not
/// there unless the operator has configured the secret.
pub async fn kyc(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    match taken(&house, &parts.headers, body).await {
        Ok(()) => reply::empty(StatusCode::NO_CONTENT),
        Err(denied) => reply::problem(&denied),
    }
}

async fn taken(house: &House, headers: &HeaderMap, body: Body) -> Result<(), Denied> {
    let key =
        house.settings.kyc_webhook.as_ref().ok_or_else(|| Denied::not_found("there is nothing here"))?;
    let bytes = body::whole(body, body::JSON).await?;
    let (id, at) = verified(key, headers, &bytes, house.now())?;
    let unreadable = |_| Denied::request("the message is not as expected");
    let message: Message = serde_json::from_slice(&bytes).map_err(unreadable)?;
    if message.kind != UPDATED {
        return Ok(());
    }
    let data: Data = serde_json::from_value(message.data).map_err(unreadable)?;
    let used = Change::AssertionUsed {
        digest: digest(&format!("kyc webhook {id}")),
        until: house.now() + REMEMBERED,
    };
    for _ in 0..ATTEMPTS {
        let (changes, _) = reported(&house.live, data.user_id, &data.report, Some(at)).await?;
        match house.commit([used.clone()].into_iter().chain(changes).collect()).await {
            Ok(()) | Err(CommitError::Taken(Taken::Assertion)) => return Ok(()),
            Err(CommitError::Conflict) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    Err(Denied::unavailable("the person kept changing"))
}

/// The id and the time of a message whose signature fits and whose time is now.
fn verified<'h>(
    key: &WebhookKey,
    headers: &'h HeaderMap,
    body: &[u8],
    now: Moment,
) -> Result<(&'h str, Moment), Denied> {
    let missing = || Denied::request("webhook-id, webhook-timestamp and webhook-signature are wanted");
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(missing);
    let (id, timestamp, signatures) =
        (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    if !(1..=256).contains(&id.len()) {
        return Err(missing());
    }
    let wrong = |text| Denied::new(Code::AccessDenied, text);
    if !key.verify(id, timestamp, body, signatures) {
        return Err(wrong("the signature does not fit"));
    }
    let at = timestamp.parse().map(Moment::from_seconds).map_err(|_| missing())?;
    if at > now + TOLERANCE || at + TOLERANCE < now {
        return Err(wrong("the message is not of these five minutes"));
    }
    Ok((id, at))
}
