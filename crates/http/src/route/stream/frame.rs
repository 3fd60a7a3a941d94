//! What is told, as it goes over the wire.

use axum::body::Bytes;
use portico_core::rule::tell::Told;
use portico_seal::ClientKeys;
use serde_json::{Value, json};

/// What is told, as it is written to the client with these keys; `sub` is the OpenID of the person whom it is
/// about, where it names one.
pub fn told_frame(told: &Told, keys: &ClientKeys, sub: Option<&str>, id: Option<&str>) -> Bytes {
    let (name, data) = match told {
        Told::SessionExpired { session, reason, at } => {
            let sid = keys.session_sid(*session);
            ("session_expired", json!({ "sid": sid, "reason": reason.as_str(), "at": at.seconds() }))
        }
        Told::ConsentChanged { app, scope, removed } => {
            ("consent_changed", json!({ "app_id": app, "scope": scope, "removed": removed }))
        }
        Told::ProfileChanged { claims } => ("profile_changed", json!({ "claims": claims })),
        Told::TokenExpired => ("token_expired", json!({})),
        Told::SessionEnded { session } => ("session_ended", json!({ "sid": keys.session_sid(*session) })),
        Told::GrantChanged { scope, .. } => ("grant_changed", json!({ "sub": sub, "scope": scope })),
        Told::OpenIdUndone { .. } => ("grant_changed", json!({ "sub": sub, "scope": "" })),
        Told::TokenRevoked { token } => ("token_revoked", json!({ "jti": token })),
        Told::AppSuspended => ("app_suspended", json!({})),
        Told::KeysRotated => ("keys_rotated", json!({})),
    };
    frame(name, &data, id)
}

/// One event of a stream. JSON holds no line break, so its data is one line.
pub fn frame(name: &str, data: &Value, id: Option<&str>) -> Bytes {
    match id {
        Some(id) => format!("event: {name}\ndata: {data}\nid: {id}\n\n").into(),
        None => format!("event: {name}\ndata: {data}\n\n").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_on_lines_of_its_own() {
        let said = frame("ping", &json!({ "a": "x\ny" }), Some("id"));
        assert_eq!(said, "event: ping\ndata: {\"a\":\"x\\ny\"}\nid: id\n\n");
        assert_eq!(frame("ping", &json!({}), None), "event: ping\ndata: {}\n\n");
    }
}
