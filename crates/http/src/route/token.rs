//! `POST /oauth/token`: one endpoint, five grants.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::denied::{Code, Denied};
use portico_core::rule::acr::Insufficient;
use serde_json::json;

use super::issue::Asking;
use super::launch::Answer;
use crate::form::Fields;
use crate::reply::{self, Reply};
use crate::route::{assert, exchange, launch, redeem, refresh};
use crate::{House, body, caller};

/// The route.
pub async fn token(State(house): State<Arc<House>>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let bytes = match body::form(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(denied) => return reply::oauth(&denied),
    };
    let fields = match Fields::parse(&bytes) {
        Ok(fields) => fields,
        Err(denied) => return reply::oauth(&denied),
    };
    let address = caller::address(&parts.extensions);
    let client = match caller::client(&house, &parts.headers, &fields, address).await {
        Ok(client) => client,
        Err(denied) => return reply::oauth(&denied),
    };
    let asking = Asking { client, fields: &fields };
    let granted = match fields.get("grant_type") {
        Some("urn:ietf:params:oauth:grant-type:token-exchange") => {
            return token_exchange(&house, &asking).await;
        }
        Some("authorization_code") => redeem::redeem(&house, &asking).await,
        Some("refresh_token") => refresh::refresh(&house, &asking).await,
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => assert::assert(&house, &asking).await,
        Some(_) => Err(Denied::new(Code::UnsupportedGrantType, "this grant_type is not supported")),
        None => Err(Denied::request("grant_type is missing")),
    };
    match granted {
        Ok(granted) => reply::ok(&granted),
        Err(denied) => reply::oauth(&denied),
    }
}

/// `grant_type=urn:ietf:params:oauth:grant-type:token-exchange`.
async fn token_exchange(house: &House, asking: &Asking<'_>) -> Reply {
    let answer = match asking.client.client.host() {
        Some(_) => launch::launch(house, asking).await,
        None => exchange::exchange(house, asking).await.map(Answer::Granted),
    };
    match answer {
        Ok(Answer::Granted(granted)) => reply::ok(&granted),
        Ok(Answer::Ask { scope, secret }) => {
            let text = "the person must be asked first: show consent_uri, then launch again";
            let denied = Denied::new(Code::ConsentRequired, text);
            let uri = format!("{}/consent/{secret}", house.live.issuer());
            let further = json!({ "scope": scope, "consent_uri": uri, "consent_request": secret });
            reply::oauth_with(&denied, further)
        }
        Ok(Answer::SignIn(missing)) => insufficient(&missing),
        Err(denied) => reply::oauth(&denied),
    }
}

/// The sign-in is too weak or too old; what it has to be is said by the parameters to ask for it with
/// (RFC 9470 §3).
fn insufficient(missing: &Insufficient) -> Reply {
    let text = "the person must sign in again, as acr_values and max_age say, before this is given";
    let mut further = serde_json::Map::new();
    further.extend(missing.acr.map(|acr| ("acr_values".to_owned(), json!(acr))));
    further.extend(missing.max_age.map(|age| ("max_age".to_owned(), json!(age.as_seconds()))));
    reply::oauth_with(&Denied::new(Code::InsufficientUserAuthentication, text), further.into())
}
