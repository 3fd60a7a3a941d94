//! A connection: another provider at which people may prove who they are.

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use super::uri;
use crate::denied::Denied;
use crate::moment::Moment;
use crate::noun::connection::{Connection, ConnectionKind};

const KNOWN: [&str; 8] =
    ["connection_id", "kind", "name", "issuer", "client_id", "client_secret", "scope", "icon"];
const LATER: [&str; 3] = ["wechat_official_account", "wechat_mini_program", "oauth2"];
const SCOPE: &str = "openid profile email";

/// A connection as it was written, with its secret still in the open.
#[derive(Clone, PartialEq)]
pub struct ConnectionSheet {
    /// The connection, without a secret.
    pub connection: Connection,
    /// The secret that is to be wrapped; none keeps the one there is.
    pub secret: Option<String>,
}

impl ConnectionSheet {
    /// Reads the registration of a connection, made now. An unknown member is refused.
    pub fn read(json: &Value, now: Moment) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        let kind = top.need_text("kind", LONGEST_NAME)?;
        if LATER.contains(&kind.as_str()) {
            return Err(top.wrong("kind", "is not supported by this version; 'oidc' is"));
        }
        if kind != "oidc" {
            return Err(top.wrong("kind", "must be 'oidc'"));
        }
        top.only(&[&KNOWN[..], &["sign_in"]].concat())?;
        let id = top.need_text("connection_id", 100)?;
        let shape = "must be 2 to 100 lower-case letters, digits, '.', '_' and '-'";
        let connection = Connection {
            id: id.parse().map_err(|_| top.wrong("connection_id", shape))?,
            name: top.need_text("name", LONGEST_NAME)?,
            icon: top.text("icon", 2048)?.map(|icon| self::icon(&top, icon)).transpose()?,
            sign_in: match top.get("sign_in") {
                None => true,
                Some(_) => top.flag("sign_in")?,
            },
            kind: ConnectionKind::Oidc {
                issuer: issuer(&top)?,
                client_id: top.need_text("client_id", 500)?,
                scope: scope(&top)?,
            },
            wrapped_secret: None,
            registered_at: now,
        };
        Ok(Self { connection, secret: top.text("client_secret", 2048)? })
    }
}

/// The connection from now on, where one of its id was there before: it keeps its age.
pub fn replaces(before: Option<&Connection>, mut after: Connection) -> Connection {
    if let Some(before) = before {
        after.registered_at = before.registered_at;
    }
    after
}

fn issuer(top: &Object<'_>) -> Result<String, Denied> {
    let issuer = top.need_text("issuer", 2048)?;
    match uri::page(&issuer) {
        Ok(issuer) if !issuer.contains(['?', '#']) => Ok(issuer),
        Ok(_) => Err(top.wrong("issuer", "must have neither a query nor a fragment")),
        Err(why) => Err(top.wrong("issuer", why)),
    }
}

fn icon(top: &Object<'_>, icon: String) -> Result<String, Denied> {
    match icon.starts_with("https://") {
        true => uri::page(&icon).map_err(|why| top.wrong("icon", why)),
        false => Err(top.wrong("icon", "must be an https address")),
    }
}

fn scope(top: &Object<'_>) -> Result<String, Denied> {
    let text = top.text("scope", 1000)?.unwrap_or_else(|| SCOPE.to_owned());
    let plain = |one: &str| one.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    let scopes: Vec<&str> = text.split(' ').filter(|one| !one.is_empty()).collect();
    if !scopes.contains(&"openid") || !scopes.iter().all(|one| plain(one)) {
        return Err(top.wrong("scope", "must hold 'openid', and scopes separated by spaces"));
    }
    Ok(scopes.join(" "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::rule::sample::NOW;

    fn read(change: Value) -> Result<ConnectionSheet, Denied> {
        let mut sheet = json!({
            "connection_id": "acme", "kind": "oidc", "name": "Acme",
            "issuer": "https://login.acme.example", "client_id": "us", "client_secret": "s",
        });
        for (key, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(sheet.as_object_mut().unwrap().remove(key)),
                value => sheet[key] = value.clone(),
            }
        }
        ConnectionSheet::read(&sheet, NOW)
    }

    #[test]
    fn a_connection_is_read_with_what_is_usual_where_nothing_is_said() {
        let sheet = read(json!({})).unwrap();
        assert!(sheet.connection.sign_in);
        assert_eq!(sheet.connection.issuer(), "https://login.acme.example");
        assert_eq!(sheet.secret.as_deref(), Some("s"));
        let ConnectionKind::Oidc { scope, .. } = &sheet.connection.kind;
        assert_eq!(scope, "openid profile email");
        assert!(!read(json!({"sign_in": false})).unwrap().connection.sign_in);
    }

    #[test]
    fn a_connection_that_could_not_work_is_refused() {
        for bad in [
            json!({"connection_id": "A"}),
            json!({"kind": "oauth2"}),
            json!({"kind": "wechat_mini_program"}),
            json!({"kind": "saml"}),
            json!({"kind": null}),
            json!({"name": null}),
            json!({"issuer": "http://login.acme.example"}),
            json!({"issuer": "https://login.acme.example?tenant=a"}),
            json!({"issuer": "https://login.acme.example#a"}),
            json!({"issuer": null}),
            json!({"client_id": null}),
            json!({"client_secret": 7}),
            json!({"scope": "profile"}),
            json!({"scope": "openid \"x\""}),
            json!({"icon": "http://acme.example/i.png"}),
            json!({"icon": "javascript:alert(1)"}),
            json!({"sign_in": "yes"}),
            json!({"client_sekret": "s"}),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_connection_that_is_registered_again_keeps_its_age() {
        let before = read(json!({})).unwrap().connection;
        let later = Connection { registered_at: Moment::from_seconds(NOW.seconds() + 9), ..before.clone() };
        assert_eq!(replaces(Some(&before), later.clone()).registered_at, NOW);
        assert_eq!(replaces(None, later.clone()), later);
    }
}
