//! The authorization endpoint: an ordered list of checks, then what happens next.

use std::net::IpAddr;

use url::{Host, Url};

use crate::denied::{Code, Denied};
use crate::id::UserId;
use crate::moment::{Moment, Span};
use crate::noun::acr::Acr;
use crate::noun::catalogue::{self, CatalogueEntry};
use crate::noun::client::{Client, Role};
use crate::noun::consent::{Consents, Decision};
use crate::noun::session::Session;
use crate::rule::{acr, cover};
use crate::scope::{Scope, ScopeSet};

/// The `response_mode` of an app's request that came by the WeChat-compatible face: its code is redeemed there.
pub const WECHAT: &str = "wechat";

/// An authorization request as it came (RFC 6749 §4.1.1; OIDC Core §3.1.2.1).
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `response_type`.
    pub response_type: Option<String>,
    /// `response_mode`.
    pub response_mode: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `code_challenge`.
    pub challenge: Option<String>,
    /// `code_challenge_method`.
    pub challenge_method: Option<String>,
    /// `prompt`.
    pub prompt: Option<String>,
    /// `max_age`.
    pub max_age: Option<String>,
    /// `acr_values`.
    pub acr_values: Option<String>,
    /// Whether a `request` object was sent.
    pub request_object: bool,
    /// Whether a `request_uri` was sent.
    pub request_uri: bool,
    /// Whether a `registration` was sent.
    pub registration: bool,
}

/// A request that passed every check that needs no person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What is asked for, in the catalogue's names.
    pub scope: ScopeSet,
    /// The PKCE challenge.
    pub challenge: Option<String>,
    /// `prompt=none`: answer without a page or not at all.
    pub silent: bool,
    /// `prompt=login` or `select_account`: the person must sign in now.
    pub sign_in: bool,
    /// `prompt=consent`: the person must be asked now.
    pub ask: bool,
    /// How old the sign-in may be.
    pub max_age: Option<Span>,
    /// How strong the sign-in must be.
    pub acr: Option<Acr>,
    /// Whether the ID token is to say how strong it was: `acr_values` was sent, whatever it names.
    pub acr_asked: bool,
}

/// The redirect URI to answer at: the one given if it is registered, or the only one there is.
///
/// A refusal here must be shown to the person, never sent to the address (RFC 6749 §4.1.2.1).
pub fn redirect(client: &Client, given: Option<&str>) -> Result<String, Denied> {
    match (given, &client.redirect_uris[..]) {
        (Some(given), registered) if registered.iter().any(|one| same_redirect(one, given)) => {
            Ok(given.to_owned())
        }
        (Some(_), _) => Err(Denied::request("redirect_uri is not one that the client has registered")),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Denied::request("redirect_uri is missing")),
    }
}

/// Compares redirect URIs: exactly, the port of a loopback address aside (RFC 8252 §7.3).
pub fn same_redirect(registered: &str, given: &str) -> bool {
    if registered == given {
        return true;
    }
    let (Ok(registered), Ok(mut given)) = (Url::parse(registered), Url::parse(given)) else { return false };
    let loopback = |url: &Url| {
        let address = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::from(ip),
            Some(Host::Ipv6(ip)) => IpAddr::from(ip),
            _ => return false,
        };
        url.scheme() == "http" && address.is_loopback()
    };
    loopback(&registered)
        && loopback(&given)
        && given.set_port(registered.port()).is_ok()
        && given.as_str() == registered.as_str()
}

/// Checks the request; a refusal is sent to the redirect URI.
pub fn check(client: &Client, request: &Request) -> Result<Checked, Denied> {
    if request.request_object {
        return Err(Denied::new(Code::RequestNotSupported, "request objects are not supported"));
    }
    if request.request_uri {
        return Err(Denied::new(Code::RequestUriNotSupported, "request_uri is not supported"));
    }
    if request.registration {
        return Err(Denied::new(Code::RegistrationNotSupported, "registration is not supported"));
    }
    match request.response_type.as_deref() {
        Some("code") => {}
        None => return Err(Denied::request("response_type is missing")),
        Some(_) => {
            return Err(Denied::new(Code::UnsupportedResponseType, "the only response_type is 'code'"));
        }
    }
    let for_wechat = |mode: &str| mode == WECHAT && client.app().is_some() && client.auth.has_secret();
    if request.response_mode.as_deref().is_some_and(|mode| mode != "query" && !for_wechat(mode)) {
        return Err(Denied::request("the only response_mode is 'query'"));
    }
    let challenge = check_challenge(client, request)?;
    let scope = check_scope(client, request.scope.as_deref())?;
    let prompt = check_prompt(request.prompt.as_deref())?;
    let max_age = request.max_age.as_deref().map(check_max_age).transpose()?;
    if request.nonce.as_ref().is_some_and(|nonce| nonce.len() > 512) {
        return Err(Denied::request("nonce is longer than 512 bytes"));
    }
    Ok(Checked {
        scope,
        challenge,
        silent: prompt.contains(&"none"),
        // OIDC Core §3.1.2.1: max_age=0 asks for what prompt=login asks.
        sign_in: max_age == Some(Span::ZERO)
            || prompt.iter().any(|p| matches!(*p, "login" | "select_account")),
        ask: prompt.contains(&"consent"),
        max_age,
        acr: acr::asked(request.acr_values.as_deref()),
        acr_asked: request.acr_values.is_some(),
    })
}

fn check_challenge(client: &Client, request: &Request) -> Result<Option<String>, Denied> {
    let Some(challenge) = &request.challenge else {
        if request.challenge_method.is_some() {
            return Err(Denied::request("code_challenge_method was sent without code_challenge"));
        }
        if client.is_public() || client.host().is_some() {
            return Err(Denied::request("code_challenge is required (PKCE, S256)"));
        }
        return Ok(None);
    };
    if request.challenge_method.as_deref() != Some("S256") {
        return Err(Denied::request("code_challenge_method must be S256"));
    }
    let fits = challenge.len() == 43
        && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !fits {
        return Err(Denied::request("code_challenge is not the base64url of a SHA-256"));
    }
    Ok(Some(challenge.clone()))
}

fn check_scope(client: &Client, scope: Option<&str>) -> Result<ScopeSet, Denied> {
    let bad = |text: String| Denied::new(Code::InvalidScope, text);
    let asked: ScopeSet = scope
        .unwrap_or("openid")
        .parse()
        .map_err(|_| bad("scope is malformed or names too many scopes".into()))?;
    match &client.role {
        Role::Host(_) => {
            let other = asked.iter().find(|scope| !matches!(scope.as_str(), "openid" | "host"));
            if let Some(other) = other {
                return Err(bad(format!("'{other}' is not a scope for hosts; they ask for 'openid host'")));
            }
            Ok(asked)
        }
        Role::App(app) => {
            let asked = canonical(&asked);
            match asked.iter().find(|scope| !app.names(scope)) {
                Some(beyond) => {
                    Err(bad(format!("'{beyond}' is not among the permissions in the app's manifest")))
                }
                None => Ok(asked),
            }
        }
    }
}

/// The scopes in the catalogue's names; `offline_access` is passed over, as OIDC Core §11 allows.
pub fn canonical(asked: &ScopeSet) -> ScopeSet {
    let names = asked.iter().filter(|scope| scope.as_str() != "offline_access");
    names.filter_map(|scope| catalogue::canonical(scope.as_str()).parse::<Scope>().ok()).collect()
}

fn check_prompt(prompt: Option<&str>) -> Result<Vec<&str>, Denied> {
    let prompts: Vec<_> = prompt.unwrap_or("").split(' ').filter(|p| !p.is_empty()).collect();
    if let Some(other) =
        prompts.iter().find(|p| !matches!(**p, "none" | "login" | "consent" | "select_account"))
    {
        return Err(Denied::request(format!("prompt '{}' is not known", other.escape_default())));
    }
    if prompts.contains(&"none") && prompts.len() > 1 {
        return Err(Denied::request("prompt 'none' stands alone"));
    }
    Ok(prompts)
}

fn check_max_age(text: &str) -> Result<Span, Denied> {
    let seconds = text.parse::<u32>().map_err(|_| Denied::request("max_age is not a number of seconds"))?;
    Ok(Span::seconds(seconds.into()))
}

/// Who is at the browser.
#[derive(Debug, Clone, Copy, Default)]
pub struct Visitor<'a> {
    /// The live session of the browser, if there is one.
    pub session: Option<&'a Session>,
    /// Whether the person signed in as an answer to this very request.
    pub just_signed_in: bool,
    /// Whether the person was asked for consent as an answer to this very request.
    pub just_asked: bool,
    /// The person that an `id_token_hint` named.
    pub hint: Option<UserId>,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Show the sign-in page.
    SignIn,
    /// Ask for what is missing to this level. Under `prompt=none` nobody can be asked.
    StepUp(Acr),
    /// Show the consent page for these scopes.
    Ask(ScopeSet),
    /// Send a code for these scopes.
    Issue(ScopeSet),
}

/// Decides what happens next; a refusal is sent to the redirect URI.
pub fn decide(
    checked: &Checked,
    client: &Client,
    visitor: Visitor<'_>,
    consents: &Consents,
    catalogue: &[CatalogueEntry],
    now: Moment,
) -> Result<Step, Denied> {
    let session = visitor.session.filter(|session| session.is_live(now));
    let stale = |session: &Session| {
        checked
            .max_age
            .is_some_and(|age| now.seconds() - session.authenticated_at.seconds() > age.as_seconds())
    };
    let other = |session: &Session| visitor.hint.is_some_and(|hint| hint != session.user);
    let fresh = visitor.just_signed_in;
    let signed_in = session.filter(|s| fresh || (!checked.sign_in && !stale(s))).filter(|s| !other(s));
    let Some(signed_in) = signed_in else {
        return match checked.silent {
            true => {
                Err(Denied::new(Code::LoginRequired, "the person is not signed in, or not recently enough"))
            }
            false => Ok(Step::SignIn),
        };
    };
    let demanded = checked.acr.max(acr::demanded(&within_reach(checked, client, consents), catalogue));
    if let Some(demanded) = demanded.filter(|demanded| acr::level(&signed_in.method) < *demanded) {
        return Ok(Step::StepUp(demanded));
    }
    let Role::App(app) = &client.role else { return Ok(Step::Issue(checked.scope.clone())) };
    let refused = checked.scope.only(|scope| {
        let required = app.permission(scope).is_some_and(|permission| permission.required);
        required && consents.of(scope) == Some(Decision::Refused)
    });
    let mut to_ask = cover::undecided(app, consents, &checked.scope);
    refused.iter().cloned().for_each(|scope| to_ask.insert(scope));
    if checked.ask {
        to_ask = checked.scope.only(|scope| !scope.is_openid());
    }
    if visitor.just_asked {
        return match refused.is_empty() {
            true => Ok(Step::Issue(checked.scope.clone())),
            false => Err(Denied::new(Code::AccessDenied, "the person refused what the app requires")),
        };
    }
    match (to_ask.is_empty(), checked.silent) {
        (true, _) => Ok(Step::Issue(checked.scope.clone())),
        (false, true) => {
            Err(Denied::new(Code::ConsentRequired, "the person has not consented to all of this"))
        }
        (false, false) => Ok(Step::Ask(to_ask)),
    }
}

/// What the answer may come to include: everything but what is optional and stands decided against.
fn within_reach(checked: &Checked, client: &Client, consents: &Consents) -> ScopeSet {
    let Role::App(app) = &client.role else { return checked.scope.clone() };
    checked.scope.only(|scope| {
        let against = matches!(consents.of(scope), Some(Decision::Refused | Decision::Withdrawn));
        checked.ask || !against || app.permission(scope).is_some_and(|permission| permission.required)
    })
}

#[cfg(test)]
#[path = "authorize_tests.rs"]
mod tests;
