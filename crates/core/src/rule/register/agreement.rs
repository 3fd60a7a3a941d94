//! An agreement between two apps.

use serde_json::Value;

use super::json::Object;
use crate::change::Change;
use crate::denied::Denied;
use crate::id::ClientId;
use crate::moment::Moment;
use crate::noun::agreement::Agreement;
use crate::noun::client::Client;

/// The two apps of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementSheet {
    /// The app that asks.
    pub from: ClientId,
    /// The app whose OpenIDs are answered.
    pub to: ClientId,
}

impl AgreementSheet {
    /// Reads an agreement; an unknown member is refused.
    pub fn read(json: &Value) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        top.only(&["from", "to"])?;
        let app = |key| {
            let id = top.need_text(key, 255)?;
            id.parse::<ClientId>().map_err(|_| top.wrong(key, "names no app"))
        };
        let sheet = Self { from: app("from")?, to: app("to")? };
        match sheet.from == sheet.to {
            true => Err(top.wrong("to", "must be another app than 'from'")),
            false => Ok(sheet),
        }
    }

    /// Registers it between these two, now.
    pub fn register(
        &self,
        from: Option<&Client>,
        to: Option<&Client>,
        now: Moment,
    ) -> Result<(Agreement, Vec<Change>), Denied> {
        let mut changes = vec![];
        for (key, client) in [("from", from), ("to", to)] {
            let app = client.filter(|client| client.app().is_some());
            let app = app.ok_or_else(|| Denied::request(format!("'{key}' names no app")))?;
            // One that is suspended can be prepared; only one that works can be held.
            changes.extend(app.is_live().then(|| Change::ClientHeld { client: app.id.clone() }));
        }
        let made = Agreement { from: self.from.clone(), to: self.to.clone(), registered_at: now };
        changes.push(Change::AgreementRegistered(made.clone()));
        Ok((made, changes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::rule::sample::{NOW, client, host};

    #[test]
    fn an_agreement_names_two_apps_that_are_there() {
        let sheet = AgreementSheet::read(&json!({ "from": "org.example.live", "to": "org.example.shop" }));
        let sheet = sheet.unwrap();
        let (live, shop) = (client("org.example.live"), client("org.example.shop"));
        let (made, changes) = sheet.register(Some(&live), Some(&shop), NOW).unwrap();
        assert_eq!((made.from, made.to, made.registered_at), (live.id.clone(), shop.id.clone(), NOW));
        assert_eq!(changes.len(), 3);
        let suspended = Client { suspended_at: Some(NOW), ..shop.clone() };
        assert_eq!(sheet.register(Some(&live), Some(&suspended), NOW).unwrap().1.len(), 2);
        for (from, to) in [(None, Some(&shop)), (Some(&live), None), (Some(&host("super")), Some(&shop))] {
            assert!(sheet.register(from, to, NOW).is_err());
        }
    }

    #[test]
    fn what_names_no_two_apps_is_refused() {
        for bad in [
            json!({}),
            json!([]),
            json!({ "from": "org.example.live" }),
            json!({ "from": "org.example.live", "to": "org.example.live" }),
            json!({ "from": "org.example.live", "to": "No App" }),
            json!({ "from": "org.example.live", "to": "org.example.shop", "both": true }),
        ] {
            assert!(AgreementSheet::read(&bad).is_err(), "{bad}");
        }
    }
}
