//! What a provider elsewhere says, held against what was asked of it (OIDC Core §3.1, RFC 9207).

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::moment::{Moment, Span};
use crate::rule::assert::{Assertion, Audience};
use crate::rule::readable::{is_blank, is_control};

/// How far a provider's clock may be from ours.
pub const LEEWAY: Span = Span::seconds(30);
/// The longest subject (OIDC Core §2 says 255 characters; some providers need more).
pub const LONGEST_SUBJECT: usize = 512;
const LONGEST_ENDPOINT: usize = 2048;
/// The longest error code that is repeated.
const LONGEST_CODE: usize = 64;

/// Why what a provider said is not accepted. Nothing that it said is repeated, but its error code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// It is not what the standard asks for, or not the answer to what was asked.
    #[error("{0}")]
    Malformed(&'static str),
    /// The provider refused, with this error code (RFC 6749 §4.1.2.1, §5.2): lower-case letters,
    /// digits and `_`, 64 at most.
    #[error("the provider refused: {0}")]
    Refused(String),
}

/// What a provider's discovery document says (OIDC Discovery §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who the provider is.
    pub issuer: String,
    /// Where the browser is sent.
    pub authorization_endpoint: String,
    /// Where codes are redeemed.
    pub token_endpoint: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where more claims are, if anywhere.
    pub userinfo_endpoint: Option<String>,
    /// How clients authenticate.
    pub authentication: Vec<String>,
    /// Whether it says `iss` when it sends the browser back (RFC 9207 §3).
    pub announces_issuer: bool,
}

/// How a client authenticates at a token endpoint (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// `none`.
    None,
}

impl Metadata {
    /// Reads the discovery document of this issuer, which it must name exactly (OIDC Discovery §4.3).
    pub fn read(document: &Value, issuer: &str) -> Result<Self, NotAccepted> {
        if document["issuer"].as_str() != Some(issuer) {
            return malformed("the discovery document names another issuer");
        }
        let endpoint = |name: &str| {
            let text = document[name].as_str().filter(|text| text.len() <= LONGEST_ENDPOINT);
            text.map(str::to_owned)
        };
        let needed = NotAccepted::Malformed("the discovery document lacks an endpoint");
        let need = |name: &str| endpoint(name).ok_or_else(|| needed.clone());
        let listed = document["token_endpoint_auth_methods_supported"].as_array();
        let listed = listed.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Ok(Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: need("authorization_endpoint")?,
            token_endpoint: need("token_endpoint")?,
            jwks_uri: need("jwks_uri")?,
            userinfo_endpoint: endpoint("userinfo_endpoint"),
            // What a document that says nothing means (OIDC Discovery §3).
            authentication: listed.unwrap_or_else(|| vec!["client_secret_basic".to_owned()]),
            announces_issuer: document["authorization_response_iss_parameter_supported"] == true,
        })
    }

    /// How to authenticate there, with or without a secret.
    pub fn authentication(&self, has_secret: bool) -> Result<Authentication, NotAccepted> {
        let supports = |name: &str| self.authentication.iter().any(|one| one == name);
        match has_secret {
            // A public client has nothing to prove; PKCE stands in.
            false => Ok(Authentication::None),
            true if supports("client_secret_basic") => Ok(Authentication::Basic),
            true if supports("client_secret_post") => Ok(Authentication::Post),
            true => malformed("the provider takes no client secret"),
        }
    }
}

/// The parameters with which a provider sent the browser back.
#[derive(Clone, Copy, Default)]
pub struct Returned<'a> {
    /// `state`.
    pub state: Option<&'a str>,
    /// `code`.
    pub code: Option<&'a str>,
    /// `error`.
    pub error: Option<&'a str>,
    /// `iss` (RFC 9207).
    pub issuer: Option<&'a str>,
}

impl<'a> Returned<'a> {
    /// Whether it carries the state of the attempt, so that it answers what this browser asked.
    pub fn answers(&self, state: &str) -> bool {
        !state.is_empty() && self.state == Some(state)
    }

    /// The code, if this answers the attempt with this state and comes from the provider asked.
    pub fn code(&self, state: &str, metadata: &Metadata) -> Result<&'a str, NotAccepted> {
        match self.issuer {
            Some(issuer) if issuer != metadata.issuer => malformed("the answer comes from another issuer"),
            _ => self.code_from(state, Some(&*metadata.issuer).filter(|_| metadata.announces_issuer)),
        }
    }

    /// The code, if this answers the attempt with this state, and names this issuer where there is one that it
    /// must name.
    pub fn code_from(&self, state: &str, issuer: Option<&str>) -> Result<&'a str, NotAccepted> {
        if !self.answers(state) {
            return malformed("the state is not that of this browser's attempt");
        }
        match (self.issuer, issuer) {
            (Some(said), Some(issuer)) if said != issuer => {
                return malformed("the answer comes from another issuer");
            }
            (None, Some(_)) => return malformed("the answer does not name its issuer"),
            _ => {}
        }
        if let Some(error) = self.error {
            return Err(NotAccepted::Refused(error_code(error)));
        }
        let code = self.code.filter(|code| (1..=4096).contains(&code.len()));
        code.ok_or(NotAccepted::Malformed("the answer holds no code"))
    }
}

/// The error code of a provider, if it is one that can be repeated.
pub fn error_code(text: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if (1..=LONGEST_CODE).contains(&text.len()) && text.chars().all(plain) {
        text.to_owned()
    } else {
        "unknown_error".to_owned()
    }
}

/// What an ID token must say, besides being signed and in time.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Our client id there.
    pub client_id: &'a str,
    /// The nonce of the attempt.
    pub nonce: &'a str,
    /// When the attempt began, if the person was to prove anew who they are.
    pub signed_in_since: Option<Moment>,
}

#[derive(Deserialize)]
struct IdToken {
    iss: String,
    sub: String,
    #[serde(default)]
    aud: Audience,
    azp: Option<String>,
    nonce: Option<String>,
    #[serde(rename = "iat")]
    _iat: serde_json::Number,
    auth_time: Option<f64>,
}

/// The subject of an ID token whose signature and dates have been checked (OIDC Core §3.1.3.7).
pub fn subject(claims: &Value, expected: &Expected<'_>) -> Result<String, NotAccepted> {
    let Ok(token) = IdToken::deserialize(claims) else {
        return malformed("the ID token lacks a claim that it must have");
    };
    if token.iss != expected.issuer {
        return malformed("the ID token is of another issuer");
    }
    if !token.aud.names(expected.client_id) {
        return malformed("the ID token is for another client");
    }
    let alone = !matches!(&token.aud, Audience::Many(many) if many.len() > 1);
    if !token.azp.as_deref().map_or(alone, |azp| azp == expected.client_id) {
        return malformed("the ID token was issued to another client");
    }
    if token.nonce.as_deref() != Some(expected.nonce) || expected.nonce.is_empty() {
        return malformed("the ID token's nonce is not that of this attempt");
    }
    if let (Some(since), Some(at)) = (expected.signed_in_since, token.auth_time)
        && Moment::from_seconds(at as i64) + LEEWAY < since
    {
        return Err(NotAccepted::Refused("login_required".to_owned()));
    }
    let usable = (1..=LONGEST_SUBJECT).contains(&token.sub.len()) && !token.sub.chars().any(char::is_control);
    if usable { Ok(token.sub) } else { malformed("the ID token names nobody") }
}

/// The claims of userinfo added to those of the ID token, which win. The subject must be the same
/// (OIDC Core §5.3.2).
pub fn merged(id_token: &Value, userinfo: &Value) -> Result<Value, NotAccepted> {
    if userinfo["sub"].as_str().is_none() || userinfo["sub"] != id_token["sub"] {
        return malformed("userinfo speaks of another person");
    }
    let mut claims: Map<String, Value> = userinfo.as_object().cloned().unwrap_or_default();
    claims.extend(id_token.as_object().cloned().unwrap_or_default());
    Ok(Value::Object(claims))
}

/// What the claims of a provider may add to a profile: an address only if the provider verified it,
/// and nothing that is not plain text.
pub fn asserted(claims: &Value) -> Assertion {
    let text = |name: &str| {
        let text = claims[name].as_str().map(str::trim).filter(|text| !text.is_empty());
        text.filter(|text| !text.chars().any(is_control) && !is_blank(text)).map(str::to_owned)
    };
    // Some providers write the flag as a text.
    let is_true = |name: &str| claims[name] == true || claims[name] == "true";
    let (email_verified, phone_number_verified) =
        (is_true("email_verified"), is_true("phone_number_verified"));
    Assertion {
        iss: text("iss").unwrap_or_default(),
        aud: Audience::None,
        exp: 0,
        iat: None,
        nbf: None,
        jti: None,
        name: text("name"),
        picture: text("picture"),
        email: text("email").filter(|_| email_verified),
        email_verified,
        phone_number: text("phone_number").filter(|_| phone_number_verified),
        phone_number_verified,
    }
}

fn malformed<T>(why: &'static str) -> Result<T, NotAccepted> {
    Err(NotAccepted::Malformed(why))
}

#[cfg(test)]
#[path = "upstream_tests.rs"]
mod tests;
