//! The back end of a taxi: it serves who is signed in, gets along with less, and hears when it is over.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::routing::get;
use axum::{Json, Router};
use portico_sdk::{Portico, Refused, Validated};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Anybody with a token of ours. Without the phone number we meet at the door.
async fn ride(caller: Validated) -> Json<Value> {
    let meet = if caller.has("phone.verified") { "the driver calls" } else { "at the door" };
    Json(json!({ "passenger": caller.user_id(), "meet": meet }))
}

/// Needs the phone number: 403 says whether it was withdrawn, so that the front end knows what to ask for.
async fn call(caller: Validated) -> Result<Json<Value>, Refused> {
    caller.require("phone.verified")?;
    Ok(Json(json!({ "calling": true })))
}

/// Everything under one guard but the news of logouts, which brings a token of its own.
pub fn routes(portico: &Portico) -> Router {
    let sessions_ended = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&sessions_ended);
    // The backchannel_logout_uri: forget here whatever you keep of the session.
    let logout = portico.logout_receiver(move |_ended| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, Infallible>(()) }
    });
    let ended = move || async move { Json(sessions_ended.load(Ordering::Relaxed)) };
    Router::new()
        .route("/ride", get(ride))
        .route("/call", get(call))
        .layer(portico.layer().require("openid"))
        .route("/ended", get(ended))
        .route_service("/logout", logout)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (issuer, secret) = (std::env::var("ISSUER")?, std::env::var("TAXI_SECRET")?);
    let portico = Portico::builder(issuer).client("org.example.taxi", secret).build()?;
    axum::serve(TcpListener::bind("127.0.0.1:9030").await?, routes(&portico)).await?;
    Ok(())
}
