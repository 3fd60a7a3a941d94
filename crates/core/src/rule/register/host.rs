//! A host (a super app).

use serde_json::Value;

use super::json::{LONGEST_NAME, Object};
use super::{Fresh, Registered, auth_method, conflict, keys, not_yet, registered, secret, token_alg, uri};
use crate::denied::Denied;
use crate::id::ClientId;
use crate::moment::Moment;
use crate::noun::client::{AuthMethod, Client, Role};
use crate::noun::connection::OWN_NAME_SPACES;
use crate::noun::host::{Host, Scheme, Theme, TrustedIssuer};

const KNOWN: [&str; 13] = [
    "host_id",
    "name",
    "redirect_uris",
    "origins",
    "token_endpoint_auth_method",
    "trusted_issuers",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "id_token_signed_response_alg",
    "jwks",
    "jwks_uri",
    "require_auth_time",
    "theme",
];
const LATER: [&str; 2] = ["dpop_bound_access_tokens", "require_pushed_authorization_requests"];

/// The registration of a host, well-formed in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HostSheet {
    client: Client,
}

impl HostSheet {
    /// Reads the registration of a host. An unknown member is refused. The issuer is Portico's own: a logo may
    /// lie on loopback where that does.
    pub fn read(json: &Value, issuer: &str) -> Result<Self, Denied> {
        let top = Object::whole(json)?;
        top.only(&[&KNOWN[..], &LATER].concat())?;
        not_yet(&top, &LATER)?;
        let id = top.need_text("host_id", 100)?;
        let id: ClientId = id.parse().map_err(|_| {
            top.wrong("host_id", "must be 2 to 100 lower-case letters, digits, '.', '_' and '-'")
        })?;
        let auth = auth_method(&top, AuthMethod::None)?;
        let keys = keys::source(&top)?;
        if auth == AuthMethod::PrivateKeyJwt && keys.is_none() {
            return Err(top.wrong("jwks", "or 'jwks_uri' is needed for private_key_jwt"));
        }
        let client = Client {
            id,
            name: top.need_text("name", LONGEST_NAME)?,
            auth,
            secret_digest: None,
            keys,
            redirect_uris: top.texts("redirect_uris", uri::MOST, uri::redirect)?,
            post_logout_redirect_uris: top.texts("post_logout_redirect_uris", uri::MOST, uri::redirect)?,
            origins: top.texts("origins", uri::MOST, uri::origin)?,
            id_token_alg: token_alg(&top)?,
            require_auth_time: top.flag("require_auth_time")?,
            backchannel_logout_uri: top.checked("backchannel_logout_uri", uri::logout)?,
            registered_at: Moment::default(),
            suspended_at: None,
            role: Role::Host(Host { trusted_issuers: trusted_issuers(&top)?, theme: theme(&top, issuer)? }),
        };
        Ok(Self { client })
    }

    /// The `host_id`.
    pub fn id(&self) -> &ClientId {
        &self.client.id
    }

    /// Registers the host, or replaces the registration there; a secret stays what it is.
    ///
    /// Refuses with `conflict` where an app has the id.
    pub fn register(self, before: Option<&Client>, fresh: &Fresh, now: Moment) -> Result<Registered, Denied> {
        let Self { mut client } = self;
        if before.is_some_and(|before| before.host().is_none()) {
            return Err(conflict(format!("'{}' is the id of an app", client.id)));
        }
        let (digest, new_secret) = secret(client.auth, before, fresh);
        client.secret_digest = digest;
        Ok(registered(before, client, new_secret, now))
    }
}

fn theme(top: &Object<'_>, issuer: &str) -> Result<Theme, Denied> {
    let Some(wish) = top.object("theme")? else { return Ok(Theme::default()) };
    wish.only(&["accent", "scheme", "logo"])?;
    let accent =
        |text: String| text.parse().map_err(|()| wish.wrong("accent", "must be a colour such as #0a7f5a"));
    Ok(Theme {
        accent: wish.text("accent", 7)?.map(accent).transpose()?,
        scheme: wish.choice("scheme", None, &Scheme::ALL.map(|(name, scheme)| (name, Some(scheme))))?,
        logo: wish.checked("logo", |text| uri::logo(text, issuer))?,
    })
}

fn trusted_issuers(top: &Object<'_>) -> Result<Vec<TrustedIssuer>, Denied> {
    let mut trusted: Vec<TrustedIssuer> = Vec::new();
    for entry in top.objects("trusted_issuers", uri::MOST)? {
        entry.only(&["issuer", "jwks", "jwks_uri", "audience", "user_claim"])?;
        let issuer = entry.need_text("issuer", 2048)?;
        if OWN_NAME_SPACES.iter().any(|own| issuer.starts_with(own)) {
            return Err(entry.wrong("issuer", "begins like a name that Portico gives out itself"));
        }
        if trusted.iter().any(|there| there.issuer == issuer) {
            return Err(entry.wrong("issuer", "is there twice"));
        }
        trusted.push(TrustedIssuer {
            issuer,
            keys: keys::source(&entry)?.ok_or_else(|| entry.wrong("jwks", "or 'jwks_uri' is missing"))?,
            audience: entry.text("audience", 2048)?,
            user_claim: entry.text("user_claim", LONGEST_NAME)?.unwrap_or_else(|| "sub".into()),
        });
    }
    Ok(trusted)
}
