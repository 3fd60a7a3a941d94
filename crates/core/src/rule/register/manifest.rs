//! An app, from its W3C MiniApp Manifest and the `portico` member of it.

use std::fmt;

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use super::{Fresh, Registered, auth_method, conflict, keys, not_yet, registered, secret, token_alg, uri};
use crate::denied::{Code, Denied};
use crate::id::{ClientId, DeveloperId};
use crate::moment::{Moment, Span};
use crate::noun::app::{App, AppKind, DataPush, Icon, Permission};
use crate::noun::catalogue::{CatalogueEntry, canonical};
use crate::noun::client::{AuthMethod, Client, KeySource, Role};
use crate::scope::{Scope, ScopeSet};

const KINDS: [(&str, AppKind); 6] = [
    ("webview", AppKind::Webview),
    ("flutter", AppKind::Flutter),
    ("react-native", AppKind::ReactNative),
    ("native", AppKind::Native),
    ("web", AppKind::Web),
    ("service", AppKind::Service),
];
const KNOWN: [&str; 13] = [
    "developer",
    "kind",
    "entry",
    "origins",
    "redirect_uris",
    "post_logout_redirect_uris",
    "optional_permissions",
    "backend",
    "backchannel_logout_uri",
    "token_ttl",
    "id_token_signed_response_alg",
    "require_auth_time",
    "wechat",
];
const LATER: [&str; 2] = ["dpop_bound_access_tokens", "require_pushed_authorization_requests"];
const LONGEST_DESCRIPTION: usize = 1000;
const LONGEST_REASON: usize = 300;
const LONGEST_TTL: i64 = 1800;
/// One less than a request may name, since `openid` is always among them.
const MOST_PERMISSIONS: usize = ScopeSet::MOST - 1;
const LARGEST_CODE: u64 = 1 << 53;

/// A manifest that is well-formed in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    client: Client,
    pub(super) app: App,
    push: Option<PushSheet>,
}

/// The `wechat` member as it was written, with its secrets still in the open.
#[derive(Clone, PartialEq)]
pub struct PushSheet {
    /// Where events are pushed to.
    pub event_url: String,
    /// By which they are signed.
    pub token: String,
    /// By which they are encrypted, where they are.
    pub encoding_aes_key: Option<String>,
}

impl fmt::Debug for PushSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PushSheet(..)")
    }
}

impl Manifest {
    /// Reads a manifest. Members that the W3C or others define are left alone where Portico has
    /// no use for them; in what is Portico's own, an unknown member is refused.
    pub fn read(json: &Value) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        let id = app_id(&top)?;
        let own = top.need_object("portico")?;
        own.only(&[&KNOWN[..], &LATER].concat())?;
        not_yet(&own, &LATER)?;
        let (auth, keys) = backend(&own)?;
        let app = app(&top, &own)?;
        let client = Client {
            id,
            name: top.need_text("name", LONGEST_NAME)?,
            auth,
            secret_digest: None,
            keys,
            redirect_uris: own.texts("redirect_uris", uri::MOST, uri::redirect)?,
            post_logout_redirect_uris: own.texts("post_logout_redirect_uris", uri::MOST, uri::redirect)?,
            origins: own.texts("origins", uri::MOST, uri::origin)?,
            id_token_alg: token_alg(&own)?,
            require_auth_time: own.flag("require_auth_time")?,
            backchannel_logout_uri: own.checked("backchannel_logout_uri", uri::logout)?,
            registered_at: Moment::default(),
            suspended_at: None,
            role: Role::App(Box::new(app.clone())),
        };
        Ok(Self { client, app, push: push(&own)? })
    }

    /// The `app_id`.
    pub fn id(&self) -> &ClientId {
        &self.client.id
    }

    /// The secrets that are to be wrapped before it is registered.
    pub fn push(&self) -> Option<&PushSheet> {
        self.push.as_ref()
    }

    /// The manifest with these secrets wrapped.
    pub fn with_push(mut self, secrets: Vec<u8>) -> Self {
        self.app.push = self.push.take().map(|sheet| DataPush { event_url: sheet.event_url, secrets });
        self
    }

    /// Who it says owns it.
    pub fn developer(&self) -> &DeveloperId {
        &self.app.developer
    }

    /// Registers the app, or updates it where the version is higher than the one there.
    ///
    /// Refusals: `conflict` where a host has the id, the version is not higher or the developer
    /// is another; `invalid_scope` for a scope that the catalogue lacks; `invalid_request` where
    /// the developer is not registered.
    pub fn register(
        self,
        before: Option<&Client>,
        developer_known: bool,
        catalogue: &[CatalogueEntry],
        fresh: &Fresh,
        now: Moment,
    ) -> Result<Registered, Denied> {
        let Self { mut client, mut app, push: _ } = self;
        if !developer_known {
            return Err(Denied::request(format!("the developer '{}' is not registered", app.developer)));
        }
        let known = |scope: &Scope| catalogue.iter().any(|entry| entry.scope == *scope);
        if let Some(unknown) = app.permissions.iter().find(|permission| !known(&permission.scope)) {
            let description = format!("the scope '{}' is not in the catalogue", unknown.scope);
            return Err(Denied::new(Code::InvalidScope, description));
        }
        match before {
            None => app.wx_app_id = wx_app_id(fresh.wx),
            Some(before) => inherit(&mut app, before)?,
        }
        let (digest, new_secret) = secret(client.auth, before, fresh);
        client.secret_digest = digest;
        client.role = Role::App(Box::new(app));
        Ok(registered(before, client, new_secret, now))
    }
}

/// Takes over what an update does not change, unless it may not update at all.
fn inherit(app: &mut App, before: &Client) -> Result<(), Denied> {
    let id = &before.id;
    let there = before.app().ok_or_else(|| conflict(format!("'{id}' is the id of a host")))?;
    if there.developer != app.developer {
        return Err(conflict(format!("'{id}' belongs to another developer")));
    }
    if app.version_code <= there.version_code {
        let code = there.version_code;
        return Err(conflict(format!(
            "'{id}' is registered with version code {code}; an update needs a higher one"
        )));
    }
    app.wx_app_id.clone_from(&there.wx_app_id);
    app.preauthorised = there.preauthorised.only(|scope| app.permission(scope).is_some());
    Ok(())
}

fn app_id(top: &Object<'_>) -> Result<ClientId, Denied> {
    let text = top.need_text("app_id", 100)?;
    let shape = "must be a reverse domain such as org.example.taxi: lower-case letters, digits, '-' and '.'";
    let id: ClientId = text.parse().map_err(|_| top.wrong("app_id", shape))?;
    if text.contains('.') { Ok(id) } else { Err(top.wrong("app_id", shape)) }
}

fn app(top: &Object<'_>, own: &Object<'_>) -> Result<App, Denied> {
    let version = top.need_object("version")?;
    let code = version.get("code").ok_or_else(|| version.wrong("code", "is missing"))?;
    let code = code.as_u64().filter(|code| *code <= LARGEST_CODE);
    let version_code = code.ok_or_else(|| version.wrong("code", "must be a whole number from 0"))?;
    let developer = own.need_text("developer", 100)?;
    let kind = own.get("kind").ok_or_else(|| own.wrong("kind", "is missing"))?;
    let kind = KINDS.iter().find(|(name, _)| kind.as_str() == Some(name)).map(|(_, kind)| *kind);
    let kinds = || KINDS.map(|(name, _)| name).join(", ");
    Ok(App {
        wx_app_id: String::new(),
        developer: developer.parse().map_err(|_| own.wrong("developer", "is not a developer id"))?,
        kind: kind.ok_or_else(|| own.wrong("kind", &format!("must be one of: {}", kinds())))?,
        short_name: top.text("short_name", LONGEST_NAME)?,
        description: top.text("description", LONGEST_DESCRIPTION)?,
        icons: icons(top)?,
        version_code,
        version_name: version.text("name", LONGEST_NAME)?.unwrap_or_else(|| version_code.to_string()),
        pages: top.texts("pages", 1000, page_path)?,
        permissions: permissions(top, own)?,
        entry: own.checked("entry", uri::page)?,
        token_ttl: token_ttl(own)?,
        push: None,
        preauthorised: ScopeSet::empty(),
    })
}

fn icons(top: &Object<'_>) -> Result<Vec<Icon>, Denied> {
    let icons = top.objects("icons", 20)?;
    let icon = |icon: Object<'_>| {
        let src = icon.checked("src", uri::picture)?.ok_or_else(|| icon.wrong("src", "is missing"))?;
        Ok(Icon { src, sizes: icon.text("sizes", 50)? })
    };
    icons.into_iter().map(icon).collect()
}

fn page_path(text: &str) -> Result<String, &'static str> {
    let fits = (1..=256).contains(&text.len()) && !text.contains(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("must be a path of 256 bytes at most") }
}

fn token_ttl(own: &Object<'_>) -> Result<Span, Denied> {
    let Some(value) = own.get("token_ttl") else { return Ok(Span::seconds(LONGEST_TTL)) };
    let seconds = value.as_i64().filter(|seconds| (1..=LONGEST_TTL).contains(seconds));
    seconds.map(Span::seconds).ok_or_else(|| own.wrong("token_ttl", "must be 1 to 1800 seconds"))
}

fn permissions(top: &Object<'_>, own: &Object<'_>) -> Result<Vec<Permission>, Denied> {
    let mut permissions: Vec<Permission> = Vec::new();
    let required = top.objects("req_permissions", MOST_PERMISSIONS)?.into_iter().map(|entry| (entry, true));
    let optional =
        own.objects("optional_permissions", MOST_PERMISSIONS)?.into_iter().map(|entry| (entry, false));
    for (entry, required) in required.chain(optional) {
        if !required {
            entry.only(&["name", "reason"])?;
        }
        let name = entry.need_text("name", 64)?;
        let scope: Scope = canonical(&name).parse().map_err(|_| entry.wrong("name", "is not a scope"))?;
        // Every app may have the OpenID; saying so does no harm.
        if scope.is_openid() {
            continue;
        }
        if scope.as_str() == "host" {
            return Err(Denied::new(Code::InvalidScope, "the scope 'host' is for hosts only"));
        }
        if permissions.iter().any(|permission| permission.scope == scope) {
            return Err(Denied::new(Code::InvalidScope, format!("the scope '{scope}' is asked for twice")));
        }
        permissions.push(Permission { scope, reason: entry.need_text("reason", LONGEST_REASON)?, required });
    }
    if permissions.len() > MOST_PERMISSIONS {
        return Err(Denied::new(Code::InvalidScope, format!("more than {MOST_PERMISSIONS} permissions")));
    }
    Ok(permissions)
}

fn backend(own: &Object<'_>) -> Result<(AuthMethod, Option<KeySource>), Denied> {
    let Some(backend) = own.object("backend")? else { return Ok((AuthMethod::ClientSecretBasic, None)) };
    backend.only(&["token_endpoint_auth_method", "jwks", "jwks_uri"])?;
    let method = auth_method(&backend, AuthMethod::ClientSecretBasic)?;
    let keys = keys::source(&backend)?;
    if method == AuthMethod::PrivateKeyJwt && keys.is_none() {
        return Err(backend.wrong("jwks", "or 'jwks_uri' is needed for private_key_jwt"));
    }
    Ok((method, keys))
}

/// Where data events are pushed, in the members that WeChat's own settings page has.
fn push(own: &Object<'_>) -> Result<Option<PushSheet>, Denied> {
    let Some(sheet) = own.object("wechat")? else { return Ok(None) };
    sheet.only(&["event_url", "token", "encoding_aes_key"])?;
    let event_url = sheet.checked("event_url", uri::logout)?;
    let plain = |text: &String| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let token = sheet.need_text("token", 32)?;
    if token.len() < 3 || !plain(&token) {
        return Err(sheet.wrong("token", "must be 3 to 32 letters and digits"));
    }
    let key = sheet.text("encoding_aes_key", 43)?;
    if key.as_ref().is_some_and(|key| key.len() != 43 || !plain(key)) {
        return Err(sheet.wrong("encoding_aes_key", "must be 43 letters and digits"));
    }
    Ok(Some(PushSheet {
        event_url: event_url.ok_or_else(|| sheet.wrong("event_url", "is missing"))?,
        token,
        encoding_aes_key: key,
    }))
}

fn wx_app_id(fresh: [u8; 8]) -> String {
    fresh.iter().fold("wx".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
