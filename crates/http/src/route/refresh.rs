//! The refresh grant.

use portico_core::denied::Denied;
use portico_core::id::FamilyId;
use portico_core::noun::session::EndReason;
use portico_core::rule::refresh as rule;
use portico_core::scope::ScopeSet;

use super::issue::{Asking, Granted, HOST_TOKEN_LIFE, IdToken, Issue, access_token, id_token};
use super::redeem::wants_id_token;
use super::sign_out;
use crate::House;
use crate::house::unavailable;

/// Answers with a fresh access token, and with the successor of the refresh token.
pub async fn refresh(house: &House, asking: &Asking<'_>) -> Result<Granted, Denied> {
    let text = asking.fields.need("refresh_token")?;
    let unknown = || Denied::grant("the refresh token is unknown, or its session is over");
    let (id, generation) = house.live.vault().refresh().read(text).ok_or_else(unknown)?;
    let outcome = house.decide(|| attempt(house, asking, id, generation)).await?;
    let (family, granted) = match outcome {
        (family, rule::Refresh::Granted { generation, .. }) => (family, generation),
        (family, rule::Refresh::Reused) => {
            sign_out::end(house, family.session, EndReason::RefreshReused).await?;
            return Err(unknown().because("a refresh token was used again after its successor"));
        }
    };
    let live =
        house.live.session(family.session).await.map_err(|cause| unavailable(&cause))?.ok_or_else(unknown)?;
    house.live.touch(&live);
    let session = live.stored();
    let client = &*asking.client;
    let scope = narrowed(asking.fields.get("scope"), &family.scope)?;
    let auth_time = client.client.require_auth_time.then_some(session.authenticated_at);
    let issue = Issue {
        client,
        user: session.user,
        session: session.id,
        scope,
        ttl: HOST_TOKEN_LIFE,
        actor: None,
        auth_time,
        acr: None,
    };
    let token = issue.token(house);
    let says = IdToken { auth_time, ..IdToken::default() };
    let id_token = match wants_id_token(&family.scope) {
        true => Some(id_token(house, client, session.user, session.id, &says).await?),
        false => None,
    };
    Ok(Granted {
        access_token: access_token(house, client, &token).await?,
        issued_token_type: None,
        token_type: "Bearer",
        expires_in: HOST_TOKEN_LIFE.as_seconds(),
        scope: Some(token.scope.to_string()),
        refresh_token: Some(house.live.vault().refresh().token(id, granted).expose().to_owned()),
        id_token,
    })
}

type Outcome = (portico_core::noun::family::Family, rule::Refresh);

async fn attempt(
    house: &House,
    asking: &Asking<'_>,
    id: FamilyId,
    generation: u32,
) -> Result<(Vec<portico_core::Change>, Outcome), Denied> {
    let unknown = || Denied::grant("the refresh token is unknown, or its session is over");
    let family =
        house.live.store().family(id).await.map_err(|cause| unavailable(&cause))?.ok_or_else(unknown)?;
    let session = house.live.session(family.session).await.map_err(|cause| unavailable(&cause))?;
    let session = session.map(|session| session.now(&house.live.settings().sessions));
    let client = &asking.client.client;
    narrowed(asking.fields.get("scope"), &family.scope)?;
    let rotates = client.is_public();
    let decided =
        rule::refresh(Some(&family), session.as_ref(), &client.id, generation, rotates, house.now())?;
    let changes = match &decided {
        rule::Refresh::Granted { changes, .. } => changes.clone(),
        rule::Refresh::Reused => vec![],
    };
    Ok((changes, (family, decided)))
}

/// The scopes asked for, which may be fewer than before but not more (RFC 6749 §6).
fn narrowed(asked: Option<&str>, held: &ScopeSet) -> Result<ScopeSet, Denied> {
    let beyond =
        || Denied::new(portico_core::denied::Code::InvalidScope, "more was asked for than was granted");
    let Some(asked) = asked else { return Ok(held.clone()) };
    let asked: ScopeSet = asked.parse().map_err(|_| beyond())?;
    if asked.within(held) { Ok(asked) } else { Err(beyond()) }
}
