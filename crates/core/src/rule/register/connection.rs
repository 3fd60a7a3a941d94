//! A connection: another provider at which people may prove who they are.

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use super::{conflict, uri};
use crate::denied::Denied;
use crate::moment::Moment;
use crate::noun::connection::{Connection, ConnectionKind, Marker, Oauth2, TokenAuthentication};

const KNOWN: [&str; 7] = ["connection_id", "kind", "name", "icon", "sign_in", "app", "marker"];
const SCOPE: &str = "openid profile email";
/// Where WeChat itself is (its documentation of web authorisation and of mini-program log-in).
const WECHAT_API: &str = "https://api.weixin.qq.com";
const WECHAT_OPEN: &str = "https://open.weixin.qq.com";

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
        let (members, secret, read): (&[&str], _, fn(&Object<'_>) -> Result<ConnectionKind, Denied>) =
            match top.need_text("kind", LONGEST_NAME)?.as_str() {
                "oidc" => (&["issuer", "client_id", "client_secret", "scope"], "client_secret", oidc),
                "oauth2" => (&OAUTH2, "client_secret", oauth2),
                "wechat_official_account" => (&OFFICIAL_ACCOUNT, "secret", official_account),
                "wechat_mini_program" => (&MINI_PROGRAM, "secret", mini_program),
                _ => return Err(top.wrong("kind", KINDS)),
            };
        top.only(&[&KNOWN[..], members].concat())?;
        let id = top.need_text("connection_id", 100)?;
        let shape = "must be 2 to 100 lower-case letters, digits, '.', '_' and '-'";
        let app = top.text("app", 100)?.map(|app| app.parse());
        let connection = Connection {
            id: id.parse().map_err(|_| top.wrong("connection_id", shape))?,
            name: top.need_text("name", LONGEST_NAME)?,
            icon: top.text("icon", 2048)?.map(|icon| self::icon(&top, icon)).transpose()?,
            sign_in: false,
            kind: read(&top)?,
            app: app.transpose().map_err(|_| top.wrong("app", "must be the id of an app"))?,
            marker: top.choice(
                "marker",
                Marker::Platform,
                &[("platform", Marker::Platform), ("merchant", Marker::Merchant)],
            )?,
            wrapped_secret: None,
            registered_at: now,
        };
        if connection.marker == Marker::Merchant && connection.app.is_none() {
            return Err(top.wrong("marker", "can be 'merchant' only with 'app'"));
        }
        let sheet = Self { secret: top.text(secret, 2048)?, connection };
        if sheet.secret.is_some() && sheet.connection.needs_no_secret() {
            return Err(top.wrong(secret, "is not used with 'token_endpoint_auth_method' 'none'"));
        }
        let sign_in = sign_in(&top, &sheet.connection)?;
        Ok(Self { connection: Connection { sign_in, ..sheet.connection }, ..sheet })
    }
}

const KINDS: &str = "must be 'oidc', 'oauth2', 'wechat_official_account' or 'wechat_mini_program'";
const OAUTH2: [&str; 9] = [
    "authorize_url",
    "token_url",
    "identity_url",
    "client_id",
    "client_secret",
    "scope",
    "subject",
    "token_endpoint_auth_method",
    "issuer",
];
const OFFICIAL_ACCOUNT: [&str; 6] = ["app_id", "secret", "scope", "base_url", "api_url", "open_url"];
const MINI_PROGRAM: [&str; 4] = ["app_id", "secret", "base_url", "api_url"];

/// Whether people may sign in with the connection. Where nothing is said, with a provider that exists to
/// sign people in.
fn sign_in(top: &Object<'_>, connection: &Connection) -> Result<bool, Denied> {
    let can = connection.takes_browsers() && connection.marked_app().is_none();
    match (top.get("sign_in"), top.flag("sign_in")?) {
        (None, _) => Ok(can && matches!(connection.kind, ConnectionKind::Oidc { .. })),
        (Some(_), true) if !can => {
            Err(top.wrong("sign_in", "cannot be true for a mini-program, nor with the marker 'merchant'"))
        }
        (Some(_), said) => Ok(said),
    }
}

fn oidc(top: &Object<'_>) -> Result<ConnectionKind, Denied> {
    Ok(ConnectionKind::Oidc {
        issuer: issuer(top)?.ok_or_else(|| top.wrong("issuer", "is missing"))?,
        client_id: top.need_text("client_id", 500)?,
        scope: scope(top)?,
    })
}

fn oauth2(top: &Object<'_>) -> Result<ConnectionKind, Denied> {
    let address = |key| top.checked(key, bare)?.ok_or_else(|| top.wrong(key, "is missing"));
    let known = [
        ("client_secret_basic", TokenAuthentication::Basic),
        ("client_secret_post", TokenAuthentication::Post),
        ("none", TokenAuthentication::None),
    ];
    let subject = top.need_text("subject", 200)?;
    if !is_pointer(&subject) {
        return Err(top.wrong("subject", "must be a JSON Pointer, such as '/sub' or '/data/openid'"));
    }
    Ok(ConnectionKind::Oauth2(Oauth2 {
        authorize_url: address("authorize_url")?,
        token_url: address("token_url")?,
        identity_url: address("identity_url")?,
        client_id: top.need_text("client_id", 500)?,
        scope: scopes(top, top.text("scope", 1000)?.unwrap_or_default())?,
        subject,
        authentication: top.choice("token_endpoint_auth_method", TokenAuthentication::Basic, &known)?,
        issuer: issuer(top)?,
    }))
}

fn official_account(top: &Object<'_>) -> Result<ConnectionKind, Denied> {
    let known = [("snsapi_base", false), ("snsapi_userinfo", true)];
    Ok(ConnectionKind::WechatOfficialAccount {
        app_id: app_id(top)?,
        userinfo: top.choice("scope", false, &known)?,
        open_url: base(top, "open_url", WECHAT_OPEN)?,
        api_url: base(top, "api_url", WECHAT_API)?,
    })
}

fn mini_program(top: &Object<'_>) -> Result<ConnectionKind, Denied> {
    Ok(ConnectionKind::WechatMiniProgram { app_id: app_id(top)?, api_url: base(top, "api_url", WECHAT_API)? })
}

/// An `appid`. It holds no slash, so that an address and an `appid` written one after the other are one name.
fn app_id(top: &Object<'_>) -> Result<String, Denied> {
    let id = top.need_text("app_id", 64)?;
    match id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
        true => Ok(id),
        false => Err(top.wrong("app_id", "must be letters and digits, such as 'wx1234567890abcdef'")),
    }
}

/// The base of WeChat's interface: the address under its own name, or `base_url` for all of them at once.
fn base(top: &Object<'_>, key: &str, usual: &str) -> Result<String, Denied> {
    let own = top.checked(key, whole)?;
    let all = top.checked("base_url", whole)?;
    Ok(own.or(all).unwrap_or_else(|| usual.to_owned()))
}

/// An address that is written to the end, as every connection that asks there writes it.
fn whole(text: &str) -> Result<String, &'static str> {
    let written = bare(text)?;
    let url = url::Url::parse(&written).map_err(|_| "must be an https address")?;
    if url.query().is_some() {
        return Err("must not have a query");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn bare(text: &str) -> Result<String, &'static str> {
    let address = uri::page(text)?;
    if address.contains('#') { Err("must not have a fragment") } else { Ok(address) }
}

/// Whether it is a JSON Pointer (RFC 6901 §3) to a member.
fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    text.starts_with('/') && text.len() > 1 && escapes
}

/// Refuses a connection whose provider would speak for the people of an app beside another one that does:
/// of the two only one can know by what the app knows them.
pub fn speaks_alone<'c>(
    connection: &Connection,
    others: impl IntoIterator<Item = &'c Connection>,
) -> Result<(), Denied> {
    let Some(app) = connection.marked_app() else { return Ok(()) };
    let another = |other: &&Connection| {
        other.id != connection.id && other.marked_app() == Some(app) && other.issuer() != connection.issuer()
    };
    match others.into_iter().find(another) {
        None => Ok(()),
        Some(other) => {
            Err(conflict(format!("the connection '{}' already brings the OpenIDs of this app", other.id)))
        }
    }
}

/// The connection from now on, where one of its id was there before: it keeps its age.
pub fn replaces(before: Option<&Connection>, mut after: Connection) -> Connection {
    if let Some(before) = before {
        after.registered_at = before.registered_at;
    }
    after
}

/// The issuer, if there is one, exactly as the provider writes it.
fn issuer(top: &Object<'_>) -> Result<Option<String>, Denied> {
    let Some(issuer) = top.text("issuer", 2048)? else { return Ok(None) };
    match uri::page(&issuer) {
        Ok(issuer) if !issuer.contains(['?', '#']) => Ok(Some(issuer)),
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
    let scope = scopes(top, top.text("scope", 1000)?.unwrap_or_else(|| SCOPE.to_owned()))?;
    match scope.split(' ').any(|one| one == "openid") {
        true => Ok(scope),
        false => Err(top.wrong("scope", "must hold 'openid'")),
    }
}

/// Scopes separated by single spaces (RFC 6749 §3.3).
fn scopes(top: &Object<'_>, text: String) -> Result<String, Denied> {
    let plain = |one: &str| one.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
    let scopes: Vec<&str> = text.split(' ').filter(|one| !one.is_empty()).collect();
    match scopes.iter().all(|one| plain(one)) {
        true => Ok(scopes.join(" ")),
        false => Err(top.wrong("scope", "must be scopes separated by spaces")),
    }
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
        let ConnectionKind::Oidc { scope, .. } = &sheet.connection.kind else { panic!("of another kind") };
        assert_eq!(scope, "openid profile email");
        assert!(!read(json!({"sign_in": false})).unwrap().connection.sign_in);
    }

    #[test]
    fn a_connection_that_could_not_work_is_refused() {
        for bad in [
            json!({"connection_id": "A"}),
            json!({"kind": "oauth2"}),
            json!({"kind": "wechat_mini_program"}),
            json!({"marker": "merchant"}),
            json!({"marker": "provider"}),
            json!({"app": "Not An App"}),
            json!({"app": "org.example.shop", "marker": "merchant", "sign_in": true}),
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

    fn official(change: Value) -> Result<ConnectionSheet, Denied> {
        let mut sheet = json!({
            "connection_id": "acme-wx", "kind": "wechat_official_account", "name": "Acme", "app_id": "wx1",
            "secret": "s",
        });
        sheet.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ConnectionSheet::read(&sheet, NOW)
    }

    #[test]
    fn an_official_account_asks_nothing_and_is_at_wechat_where_nothing_is_said() {
        let sheet = official(json!({})).unwrap();
        assert!(sheet.connection.is_silent() && !sheet.connection.sign_in);
        assert_eq!(sheet.connection.issuer(), "wechat:api.weixin.qq.com/wx1");
        assert_eq!(sheet.secret.as_deref(), Some("s"));
        assert!(!official(json!({"scope": "snsapi_userinfo"})).unwrap().connection.is_silent());
        let double = official(json!({"base_url": "http://127.0.0.1:9/wechat/"})).unwrap().connection;
        assert_eq!(double.issuer(), "wechat:127.0.0.1:9/wechat/wx1");
        let upper = official(json!({"api_url": "https://API.weixin.qq.com:443"})).unwrap().connection;
        assert_eq!(upper.issuer(), sheet.connection.issuer());
        for bad in [
            json!({"scope": "snsapi_login"}),
            json!({"app_id": "wx/1"}),
            json!({"base_url": "http://wechat.example"}),
            json!({"api_url": "https://wechat.example/?x"}),
            json!({"client_secret": "s"}),
            json!({"issuer": "https://wechat.example"}),
        ] {
            assert!(official(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_signs_in_with_the_login_code_of_a_mini_program() {
        let sheet = |sign_in: Value| {
            json!({
                "connection_id": "mini", "kind": "wechat_mini_program", "name": "Acme", "app_id": "wx1",
                "secret": "s", "sign_in": sign_in,
            })
        };
        assert!(!ConnectionSheet::read(&sheet(json!(null)), NOW).unwrap().connection.sign_in);
        assert!(ConnectionSheet::read(&sheet(json!(true)), NOW).is_err());
    }

    fn oauth2(change: Value) -> Result<ConnectionSheet, Denied> {
        let mut sheet = json!({
            "connection_id": "acme-shop", "kind": "oauth2", "name": "Acme", "client_id": "us",
            "authorize_url": "https://acme.example/authorize", "token_url": "https://acme.example/token",
            "identity_url": "https://acme.example/me", "subject": "/data/id",
        });
        sheet.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        ConnectionSheet::read(&sheet, NOW)
    }

    #[test]
    fn a_merchants_own_login_goes_by_its_connection() {
        let sheet = oauth2(json!({"client_secret": "s", "issuer": "https://acme.example"})).unwrap();
        assert_eq!(sheet.connection.issuer(), "oauth2:acme-shop");
        assert!(!sheet.connection.sign_in);
        assert!(oauth2(json!({"token_endpoint_auth_method": "none"})).is_ok());
        for bad in [
            json!({"subject": "id"}),
            json!({"subject": "/"}),
            json!({"subject": "/a~2"}),
            json!({"token_url": "http://acme.example/token"}),
            json!({"authorize_url": null}),
            json!({"authorize_url": "https://acme.example/#a"}),
            json!({"scope": "a \"b\""}),
            json!({"token_endpoint_auth_method": "none", "client_secret": "s"}),
            json!({"token_endpoint_auth_method": "private_key_jwt"}),
        ] {
            assert!(oauth2(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn one_provider_alone_brings_the_open_ids_of_an_app() {
        let brings = |id: &str, wx: &str, marker: &str| {
            let change =
                json!({"connection_id": id, "app_id": wx, "app": "org.example.shop", "marker": marker});
            official(change).unwrap().connection
        };
        let (one, same) = (brings("one", "wx1", "merchant"), brings("same", "wx1", "merchant"));
        let (two, beside) = (brings("two", "wx2", "merchant"), brings("beside", "wx2", "platform"));
        assert!(speaks_alone(&one, [&one, &same, &beside]).is_ok());
        assert_eq!(speaks_alone(&two, [&one]).unwrap_err().code, crate::denied::Code::Conflict);
        assert!(speaks_alone(&beside, [&one]).is_ok());
    }
}
