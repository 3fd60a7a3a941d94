//! The government services. They know no name, only whether the identity was checked.

use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::caller::Caller;
use super::{MiniProgram, Refusal};

#[derive(Serialize)]
struct Offer {
    id: &'static str,
    icon: &'static str,
    name: &'static str,
    /// The least level of identity check, as `kyc.level` names them.
    needs: &'static str,
    done: &'static str,
}

static OFFERS: [Offer; 4] = [
    Offer {
        id: "appointment",
        icon: "calendar",
        name: "Book an appointment",
        needs: "none",
        done: "Booked: Tuesday, 10:20, counter 4.",
    },
    Offer {
        id: "parking",
        icon: "pin",
        name: "Visitor parking",
        needs: "none",
        done: "Your permit is valid until midnight.",
    },
    Offer {
        id: "certificate",
        icon: "document",
        name: "Residence certificate",
        needs: "basic",
        done: "Your certificate will be ready tomorrow.",
    },
    Offer {
        id: "passport",
        icon: "passport",
        name: "Renew a passport",
        needs: "full",
        done: "Your application has been received.",
    },
];

pub(in super::super) fn api() -> Router<MiniProgram> {
    Router::new()
        .route("/api/services", get(|| async { Json(json!({ "services": &OFFERS })) }))
        .route("/api/applications", post(apply))
}

#[derive(Deserialize)]
struct Application {
    service: String,
}

async fn apply(caller: Caller, Json(application): Json<Application>) -> Result<Json<Value>, Refusal> {
    let offer = OFFERS.iter().find(|offer| offer.id == application.service);
    let unknown = || Refusal::new(StatusCode::BAD_REQUEST, "unknown_service", "There is no such service.");
    let offer = offer.ok_or_else(unknown)?;
    let level = caller.claims.get("kyc").and_then(|kyc| kyc["level"].as_str()).unwrap_or("none");
    if rank(level) < rank(offer.needs) {
        let message = "Not verified yet: this service needs a checked identity.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "identity_check_needed", message));
    }
    Ok(Json(json!({ "message": offer.done })))
}

fn rank(level: &str) -> u8 {
    match level {
        "full" => 2,
        "basic" => 1,
        _ => 0,
    }
}
