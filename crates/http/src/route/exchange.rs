//! Token exchange by an app, with its own credentials: a token for a service.

use portico_core::denied::{Code, Denied};
use portico_core::noun::token::Purpose;
use portico_core::rule::{cover, exchange as rule};
use portico_core::scope::ScopeSet;

use super::issue::{Asking, Granted, Issue, access_token};
use super::launch::{ACCESS_TOKEN, entered, granted, subject, target};
use crate::House;
use crate::house::unavailable;

/// Answers with a token for the service, good for no longer than the app's own.
pub async fn exchange(house: &House, asking: &Asking<'_>) -> Result<Granted, Denied> {
    if asking.client.client.is_public() {
        return Err(Denied::new(Code::UnauthorizedClient, "only an app with credentials may call a service"));
    }
    let (token, live) = subject(house, asking, Purpose::App).await?;
    if asking.fields.get("requested_token_type").is_some_and(|wanted| wanted != ACCESS_TOKEN) {
        return Err(Denied::request("this requested_token_type is not supported"));
    }
    let asked = asking.fields.get("scope").map(str::parse::<ScopeSet>).transpose();
    let asked =
        asked.map_err(|_| Denied::new(Code::InvalidScope, "scope is malformed or names too many scopes"))?;
    let service = target(house, asking.fields.need("audience")?).await?;
    let consents =
        house.live.consents(token.user, &token.client).await.map_err(|cause| unavailable(&cause))?;
    let held = cover::covered(&asking.client.client, &consents, &token.scope);
    let catalogue = house.live.catalogue();
    let scope =
        rule::exchange(service.as_ref().map(|service| &service.client), &catalogue, &held, asked.as_ref())?;
    let Some(service) = service else { return Err(Denied::unavailable("an exchange without a service")) };
    let session = live.now(&house.live.settings().sessions);
    entered(house, &session, &service).await?;
    let ttl = service.client.app().map_or(token.expires_at - house.now(), |app| app.token_ttl);
    let issue = Issue {
        client: &service,
        user: token.user,
        session: token.session,
        scope,
        ttl: ttl.min(token.expires_at - house.now()),
        actor: Some(asking.client.client.id.clone()),
        auth_time: None,
        acr: None,
    };
    let issued = issue.token(house);
    Ok(granted(access_token(house, &service, &issued).await?, &issued))
}
