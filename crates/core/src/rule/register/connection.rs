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

/// Reads what one kind of connection has of its own.
type Reader = fn(&Object<'_>) -> Result<ConnectionKind, Denied>;

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
        let (members, secret, read): (&[&str], _, Reader) =
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
#[path = "connection_tests.rs"]
mod tests;
