//! `/v1/me/history`: what the person decided, when, and in which words they were asked; and where else they
//! were tied to.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use portico_core::denied::Denied;
use portico_core::id::UserId;
use portico_core::noun::consent::{ConsentEntry, Decision};
use serde_json::{Map, Value, json};

use super::{answer, caller, links};
use crate::House;
use crate::house::unavailable;
use crate::reply::{self, Reply};

/// The most lines that are answered at once.
pub const MOST: usize = 1000;

/// `GET /v1/me/history`.
pub async fn list(State(house): State<Arc<House>>, headers: HeaderMap) -> Reply {
    answer(listed(&house, &headers).await)
}

async fn listed(house: &House, headers: &HeaderMap) -> Result<Reply, Denied> {
    let (who, _) = caller(house, headers).await?;
    let history = view(house, who.user, MOST).await?;
    Ok(reply::ok(&json!({ "history": history, "links": links::all_told(house, who.user).await? })))
}

/// A person's history as JSON, latest first.
pub async fn view(house: &House, user: UserId, limit: usize) -> Result<Vec<Value>, Denied> {
    let entries =
        house.live.store().consent_history(user, limit).await.map_err(|cause| unavailable(&cause))?;
    Ok(entries.iter().map(line).collect())
}

/// One line. A withdrawal was not asked for, so there are no words to it.
fn line(entry: &ConsentEntry) -> Value {
    let words = &entry.words;
    let shown = [
        ("title", &words.title),
        ("description", &words.description),
        ("reason", &words.reason),
        ("locale", &words.locale),
    ];
    let shown = shown.into_iter().filter(|_| entry.decision != Decision::Withdrawn);
    let shown: Map<_, _> = shown.map(|(name, text)| (name.to_owned(), json!(text))).collect();
    json!({
        "at": entry.at.seconds(),
        "app_id": entry.app,
        "app_name": words.app_name,
        "scope": entry.scope,
        "decision": entry.decision.as_str(),
        "words": shown,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use portico_core::moment::Moment;
    use portico_core::noun::consent::Words;

    use super::*;

    fn entry(decision: Decision) -> ConsentEntry {
        let words = Words {
            app_name: "Taxi".into(),
            title: "Phone number".into(),
            description: "Your verified phone number".into(),
            reason: "so that the driver can call you".into(),
            locale: "en".into(),
        };
        ConsentEntry {
            user: UserId::from_bytes([1; 16]),
            app: "org.example.taxi".parse().unwrap(),
            scope: "phone.verified".parse().unwrap(),
            decision,
            at: Moment::from_millis(1_800_000_000_999),
            words,
        }
    }

    #[test]
    fn a_line_says_what_was_shown_and_what_was_said() {
        let line = line(&entry(Decision::Granted));
        assert_eq!(line["words"]["reason"], "so that the driver can call you");
        assert_eq!((&line["decision"], &line["at"]), (&json!("granted"), &json!(1_800_000_000)));
        assert!(!line.to_string().contains("usr_"));
    }

    #[test]
    fn a_withdrawal_carries_the_name_of_the_app_and_no_words() {
        let line = line(&entry(Decision::Withdrawn));
        assert_eq!((&line["app_name"], &line["words"]), (&json!("Taxi"), &json!({})));
    }
}
