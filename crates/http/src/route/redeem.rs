//! The authorization code grant, for authorization codes and login codes.

use portico_core::denied::Denied;
use portico_core::id::FamilyId;
use portico_core::moment::Moment;
use portico_core::noun::catalogue::canonical;
use portico_core::noun::code::{Code, CodeUse};
use portico_core::rule::{acr, authorize, cover, redeem as rule, sign_in};
use portico_core::scope::ScopeSet;
use portico_live::LiveClient;
use portico_seal::{digest, pkce_s256};

use super::issue::{Asking, Granted, HOST_TOKEN_LIFE, IdToken, Issue, access_token, id_token};
use super::launch::told;
use crate::House;
use crate::house::unavailable;

/// Redeems a code. A second use ends what the first one gave.
pub async fn redeem(house: &House, asking: &Asking<'_>) -> Result<Granted, Denied> {
    let text = asking.fields.need("code")?;
    let challenge = asking.fields.get("code_verifier").map(check_verifier).transpose()?;
    let presented = rule::Presented {
        client: &asking.client.client.id,
        redirect_uri: asking.fields.get("redirect_uri"),
        challenge: challenge.as_deref(),
    };
    let digest = digest(text);
    let outcome = house.decide(|| attempt(house, &asking.client, &digest, presented)).await?;
    match outcome {
        Some(granted) => answer(house, &asking.client, granted).await,
        None => Err(Denied::grant("the code is unknown, expired, used, or of another client")),
    }
}

struct Redeemed {
    code: Code,
    token: portico_core::noun::token::Token,
    family: Option<FamilyId>,
    auth_time: Option<Moment>,
    methods: Option<String>,
}

async fn attempt(
    house: &House,
    client: &LiveClient,
    digest: &[u8; 32],
    presented: rule::Presented<'_>,
) -> Result<(Vec<portico_core::Change>, Option<Redeemed>), Denied> {
    let now = house.now();
    let code = house.live.store().code(digest).await.map_err(|cause| unavailable(&cause))?;
    if let Some(used) = code.as_ref().filter(|code| code.used.is_some()) {
        return Ok((rule::again(used, &client.client.id, now), None));
    }
    let session = match &code {
        Some(code) => house.live.session(code.session).await.map_err(|cause| unavailable(&cause))?,
        None => None,
    };
    let session = session.map(|session| session.now(&house.live.settings().sessions));
    rule::redeem(code.as_ref(), presented, session.as_ref(), now)?;
    let (Some(code), Some(session)) = (code, session) else {
        return Err(Denied::grant("the code is unknown"));
    };
    let auth_time =
        Some(session.authenticated_at).filter(|_| code.auth_time_asked || client.client.require_auth_time);
    let methods = code.acr_asked.then(|| session.method.clone());
    let (scope, ttl) = match client.client.app() {
        None => (code.scope.clone(), HOST_TOKEN_LIFE),
        Some(app) => {
            let consents =
                house.live.consents(code.user, &code.client).await.map_err(|cause| unavailable(&cause))?;
            (cover::covered(&client.client, &consents, &issued(&code.scope)), app.token_ttl)
        }
    };
    let issue = Issue {
        client,
        user: code.user,
        session: code.session,
        scope,
        ttl,
        actor: code.actor.clone(),
        auth_time: auth_time.or(methods.as_ref().map(|_| session.authenticated_at)),
        acr: methods.as_deref().map(acr::level),
    };
    let token = issue.token(house);
    let family = client.client.host().map(|_| FamilyId::from_bytes(house.live.vault().fresh()));
    let gave = CodeUse { token: Some(token.id), token_expires_at: token.expires_at, family };
    let mut changes = rule::taken(&code, gave, now);
    let entered = house.live.has_entered(code.session, &code.client).await;
    if client.client.app().is_some() && !entered.map_err(|cause| unavailable(&cause))? {
        changes.extend(told(house, client, code.user, now).await?);
    }
    changes.extend(
        family.map(|id| sign_in::family(id, code.session, code.client.clone(), code.scope.clone(), now)),
    );
    Ok((changes, Some(Redeemed { code, token, family, auth_time, methods })))
}

/// The scopes of a token for these, which are spelled as they were asked for: in the catalogue's names,
/// and `address` itself too, since the default address is a claim of its own (OIDC Core §5.4).
fn issued(spelled: &ScopeSet) -> ScopeSet {
    let address = spelled.only(|scope| scope.as_str() == "address");
    authorize::canonical(spelled).iter().chain(address.iter()).cloned().collect()
}

async fn answer(house: &House, client: &LiveClient, redeemed: Redeemed) -> Result<Granted, Denied> {
    let Redeemed { code, token, family, auth_time, methods } = redeemed;
    if client.client.app().is_some() {
        house.live.app_used(code.user, &code.client);
    }
    let says = IdToken { nonce: code.nonce.as_deref(), auth_time, methods: methods.as_deref() };
    let id_token = match wants_id_token(&code.scope) {
        true => Some(id_token(house, client, code.user, code.session, &says).await?),
        false => None,
    };
    let spelled = code.scope.only(|scope| token.scope.has(canonical(scope.as_str())));
    Ok(Granted {
        access_token: access_token(house, client, &token).await?,
        issued_token_type: None,
        token_type: "Bearer",
        expires_in: (token.expires_at - token.issued_at).as_seconds(),
        scope: Some(spelled.to_string()),
        refresh_token: family.map(|id| house.live.vault().refresh().token(id, 0).expose().to_owned()),
        id_token,
    })
}

/// Whether these scopes make a request an OIDC one (OIDC Core §3.1.2.1).
pub fn wants_id_token(scope: &ScopeSet) -> bool {
    scope.has("openid")
}

/// The challenge of a verifier (RFC 7636 §4.1: 43 to 128 unreserved characters).
fn check_verifier(verifier: &str) -> Result<String, Denied> {
    let fits = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
    if fits { Ok(pkce_s256(verifier)) } else { Err(Denied::request("code_verifier is malformed")) }
}
