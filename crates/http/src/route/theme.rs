//! `/theme/{host}.css`: the style sheet with a host's colours, for the pages shown on its behalf.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use portico_core::denied::Denied;
use portico_core::id::ClientId;
use portico_core::noun::host::Colour;

use crate::House;
use crate::house::unavailable;
use crate::page::colours;
use crate::reply::{self, Reply};

/// `GET /theme/{host}.css`.
pub async fn show(State(house): State<Arc<House>>, Path(file): Path<String>, uri: Uri) -> Reply {
    let (id, accent) = match accent(&house, &file).await {
        Ok(found) => found,
        Err(denied) => return reply::problem(&denied),
    };
    let mut reply = reply::typed(StatusCode::OK, "text/css; charset=utf-8", colours::stylesheet(accent));
    // The address that pages use changes with the sheet; under any other the sheet may change.
    let is_current =
        uri.path_and_query().is_some_and(|asked| asked.as_str() == colours::address(&id, accent));
    let cache = if is_current { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = reply.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// The accent of a live host that chose one.
async fn accent(house: &House, file: &str) -> Result<(ClientId, Colour), Denied> {
    let nothing = || Denied::not_found("there is no such style sheet");
    let id: ClientId = file.strip_suffix(".css").and_then(|id| id.parse().ok()).ok_or_else(nothing)?;
    let client = house.live.client(&id).await.map_err(|cause| unavailable(&cause))?;
    let client = client.filter(|client| client.client.is_live()).ok_or_else(nothing)?;
    let accent = client.client.host().and_then(|host| host.theme.accent).ok_or_else(nothing)?;
    Ok((id, accent))
}
