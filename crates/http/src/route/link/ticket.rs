//! `POST /v1/link-tickets`: a host asks that identities elsewhere be proved.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use portico_core::denied::Denied;
use portico_core::id::ConnectionId;
use portico_core::noun::ticket::TICKET_LIFE;
use portico_core::rule::ticket::{self as rule, Ask, MOST};
use portico_seal::secret;
use serde::Deserialize;
use serde_json::json;

use crate::house::unavailable;
use crate::reply::{self, Reply};
use crate::route::me::{caller, spoken_in, still_here};
use crate::{House, body};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    connections: Vec<String>,
    return_to: String,
    #[serde(default)]
    silent: bool,
}

/// The route: the address to open, good once and for five minutes.
pub async fn issue(State(house): State<Arc<House>>, headers: HeaderMap, body: Body) -> Reply {
    issued(&house, &headers, body).await.unwrap_or_else(|denied| reply::problem(&denied))
}

async fn issued(house: &House, headers: &HeaderMap, body: Body) -> Result<Reply, Denied> {
    let (who, signed) = caller(house, headers).await?;
    let asked: Asked = body::object(headers, body).await?;
    if asked.connections.len() > MOST {
        return Err(Denied::request("connections must name 1 to 10 connections"));
    }
    let unknown = |_| Denied::request("connections names one that there is not");
    let connections = asked.connections.iter().map(|id| id.parse().map_err(unknown));
    let connections: Vec<ConnectionId> = connections.collect::<Result<_, _>>()?;
    let ask = Ask { connections, silent: asked.silent, return_to: asked.return_to };
    let secret = secret(house.live.vault().chance());
    house
        .decide(|| async {
            still_here(house, who).await?;
            let mut found = Vec::with_capacity(ask.connections.len());
            for id in &ask.connections {
                found.push(house.live.store().connection(id).await.map_err(|cause| unavailable(&cause))?);
            }
            let session = spoken_in(house, who).await?;
            let host = &signed.client.client;
            let changes = rule::issue(ask.clone(), &found, host, &session, secret.digest(), house.now())?;
            Ok((changes, ()))
        })
        .await?;
    let url = format!("{}/link/{}", house.live.issuer(), secret.expose());
    Ok(reply::json(StatusCode::CREATED, &json!({ "url": url, "expires_in": TICKET_LIFE.as_seconds() })))
}
