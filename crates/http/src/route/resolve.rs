//! `POST /v1/identities/resolve`: by what one app knows the people of another.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::rule::resolve as rule;
use portico_live::LiveClient;
use serde::{Deserialize, Serialize};

use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::{House, body, caller};

/// Where it is asked.
pub const PATH: &str = "/v1/identities/resolve";
/// The largest question, in bytes.
pub const LARGEST: usize = body::naming(rule::MOST);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    from: String,
    to: String,
    openids: Vec<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    results: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    openid: &'a str,
    resolved: Option<String>,
}

/// The route. Refusals beside the usual ones: 400 for more than 1,000 OpenIDs, 403 without an agreement, which is
/// also the answer where one of the apps is not there.
pub async fn resolve(State(house): State<Arc<House>>, request: Request) -> Reply {
    resolved(&house, request).await.unwrap_or_else(|denied| caller::back_end_refused(&denied))
}

async fn resolved(house: &House, request: Request) -> Result<Reply, Denied> {
    let (parts, body) = request.into_parts();
    let caller = caller::back_end(house, &parts).await?;
    let asked: Asked = body::json(&parts.headers, body, LARGEST).await?;
    rule::measure(&asked.openids)?;
    // Neither app is looked for before the agreement is there: how long a refusal takes tells of no app.
    let (from, to) = rule::between(&caller.client.id, &asked.from, &asked.to)?;
    let agreement = house.live.store().agreement(&from, &to).await.map_err(|cause| unavailable(&cause))?;
    rule::agreed(agreement.is_some())?;
    let (from, to) = (app(house, &from).await?, app(house, &to).await?);
    let (from, to) = rule::working(from.as_deref(), to.as_deref())?;
    let found =
        house.live.resolve_open_ids(from, to, &asked.openids).await.map_err(|cause| unavailable(&cause))?;
    rule::agreed(found.agreed)?;
    let rows = asked.openids.iter().zip(found.open_ids);
    Ok(reply::ok(&Answer { results: rows.map(|(openid, resolved)| Row { openid, resolved }).collect() }))
}

async fn app(house: &House, id: &ClientId) -> Result<Option<Arc<LiveClient>>, Denied> {
    house.live.client(id).await.map_err(|cause| unavailable(&cause))
}
