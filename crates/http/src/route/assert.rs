//! The assertion grant (RFC 7523): a super app that signs people in by itself.

use portico_core::Change;
use portico_core::denied::{Code, Denied};
use portico_core::id::{FamilyId, SessionId, UserId};
use portico_core::noun::host::TrustedIssuer;
use portico_core::noun::link::{Link, LinkProof};
use portico_core::noun::person::{HandleKind, Profile};
use portico_core::noun::session::Session;
use portico_core::rule::assert::{self as rule, Assertion, Free};
use portico_core::rule::sign_in;
use portico_core::scope::ScopeSet;
use portico_seal::digest;
use portico_store::{CommitError, Taken};

use super::issue::{Asking, Granted, HOST_TOKEN_LIFE, IdToken, Issue, access_token, id_token};
use crate::House;
use crate::caller::{peek_issuer, verify};
use crate::house::{refused, unavailable};

/// The most attempts where two assertions about one new person race.
const ATTEMPTS: usize = 3;

/// Signs the person of the assertion in; creates whom nobody knows yet.
pub async fn assert(house: &House, asking: &Asking<'_>) -> Result<Granted, Denied> {
    let host = asking.client.client.host();
    let host = host.ok_or_else(|| Denied::new(Code::UnauthorizedClient, "this grant is for hosts only"))?;
    let scope = scope(asking.fields.get("scope"))?;
    let text = asking.fields.need("assertion")?;
    let untrusted = || Denied::grant("the assertion's issuer is not one that this host trusts");
    let issuer = peek_issuer(text).ok_or_else(|| Denied::grant("the assertion is not a signed JWT"))?;
    let trusted =
        host.trusted_issuers.iter().find(|trusted| trusted.issuer == issuer).ok_or_else(untrusted)?;
    let claims = verify(house, &trusted.keys, text, None).await?;
    let subject = claims[&trusted.user_claim].as_str().map(str::to_owned);
    let subject = subject.filter(|subject| (1..=512).contains(&subject.len()));
    let subject = subject.ok_or_else(|| Denied::grant("the assertion does not name the person"))?;
    let assertion: Assertion =
        serde_json::from_value(claims).map_err(|_| Denied::grant("the assertion's claims are incomplete"))?;
    for _ in 0..ATTEMPTS {
        let begun = begin(house, asking, trusted, &assertion, &subject, &scope).await?;
        match house.commit(begun.changes).await {
            Ok(()) => return answer(house, asking, &begun.session, begun.family, scope).await,
            Err(CommitError::Conflict | CommitError::Taken(Taken::Link | Taken::Email | Taken::Phone)) => {
                continue;
            }
            Err(error) => return Err(refused(&error)),
        }
    }
    Err(Denied::unavailable("the person kept changing"))
}

fn scope(asked: Option<&str>) -> Result<ScopeSet, Denied> {
    let scope: Option<ScopeSet> = asked.and_then(|asked| asked.parse().ok());
    let fits = |scope: &ScopeSet| scope.iter().all(|scope| matches!(scope.as_str(), "openid" | "host"));
    scope
        .filter(|scope| scope.has("host") && fits(scope))
        .ok_or_else(|| Denied::new(Code::InvalidScope, "a host asks for the scope 'openid host'"))
}

struct Begun {
    changes: Vec<Change>,
    session: Session,
    family: FamilyId,
}

async fn begin(
    house: &House,
    asking: &Asking<'_>,
    trusted: &TrustedIssuer,
    assertion: &Assertion,
    subject: &str,
    scope: &ScopeSet,
) -> Result<Begun, Denied> {
    let (now, vault, host) = (house.now(), house.live.vault(), &asking.client.client.id);
    let (jti, until) = rule::check(assertion, trusted, house.live.issuer(), now)?;
    let used = digest(&format!("assertion {} {jti}", trusted.issuer));
    let mut changes = vec![Change::AssertionUsed { digest: used, until }];
    let subject_index = vault.link_index(&trusted.issuer, subject);
    let known = house.live.store().person_by_link(&trusted.issuer, &subject_index).await;
    let user = match known.map_err(|cause| unavailable(&cause))? {
        Some(user) => {
            changes.extend(complete(house, user, assertion).await?);
            user
        }
        None => {
            let mut profile = Profile::default();
            let free = free(house, assertion, None).await?;
            rule::fill(&mut profile, assertion, free, now);
            let (user, created) = vault.new_person(&profile, None, now);
            let issuer = trusted.issuer.clone();
            let link = Link {
                issuer,
                subject_index,
                user,
                proof: LinkProof::Assertion,
                linked_at: now,
                open_id: None,
            };
            changes.extend([created, Change::Linked(link)]);
            user
        }
    };
    let begin = sign_in::Begin {
        id: SessionId::from_bytes(vault.fresh()),
        user,
        client: host.clone(),
        method: "fed".to_owned(),
        sealed_label: vec![],
        cookie_digest: None,
    };
    let (session, started) = sign_in::begin(begin, &house.live.settings().sessions, now);
    let family = FamilyId::from_bytes(vault.fresh());
    changes.extend(started);
    changes.push(Change::ClientEntered { session: session.id, client: host.clone(), at: now });
    changes.push(sign_in::family(family, session.id, host.clone(), scope.clone(), now));
    Ok(Begun { changes, session, family })
}

/// The changes that fill what a known person's profile lacks.
pub(super) async fn complete(
    house: &House,
    user: UserId,
    assertion: &Assertion,
) -> Result<Vec<Change>, Denied> {
    let person = house.live.person(user).await.map_err(|cause| unavailable(&cause))?;
    let blocked = || Denied::new(Code::AccessDenied, "this person may not sign in");
    let person = person.filter(|person| person.person.is_live()).ok_or_else(blocked)?;
    let mut profile = person.profile.clone();
    let free = free(house, assertion, Some(user)).await?;
    if !rule::fill(&mut profile, assertion, free, house.now()) {
        return Ok(vec![]);
    }
    super::rewrite::changes(&house.live, &person, &profile)
}

/// Whether the asserted addresses are free: nobody's, this person's, or an unverified claim of
/// another's that a verified one overrides.
pub(super) async fn free(house: &House, assertion: &Assertion, user: Option<UserId>) -> Result<Free, Denied> {
    let store = house.live.store();
    let is_free = async |kind: HandleKind, text: &Option<String>, verified: bool| {
        let Some(handle) = text.as_deref().and_then(|text| house.live.vault().handle(kind, text, verified))
        else {
            return Ok(false);
        };
        let holder =
            store.person_by_handle(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
        if holder.is_none() || holder == user {
            return Ok(true);
        }
        let held =
            store.handle_is_verified(kind, &handle.index).await.map_err(|cause| unavailable(&cause))?;
        Ok::<bool, Denied>(verified && !held)
    };
    Ok(Free {
        email: is_free(HandleKind::Email, &assertion.email, assertion.email_verified).await?,
        phone: is_free(HandleKind::Phone, &assertion.phone_number, assertion.phone_number_verified).await?,
    })
}

async fn answer(
    house: &House,
    asking: &Asking<'_>,
    session: &Session,
    family: FamilyId,
    scope: ScopeSet,
) -> Result<Granted, Denied> {
    let client = &*asking.client;
    let auth_time = client.client.require_auth_time.then_some(session.authenticated_at);
    let says = IdToken { auth_time, ..IdToken::default() };
    let id_token = match scope.has("openid") {
        true => Some(id_token(house, client, session.user, session.id, &says).await?),
        false => None,
    };
    let (user, ttl) = (session.user, HOST_TOKEN_LIFE);
    let token = Issue { client, user, session: session.id, scope, ttl, actor: None, auth_time, acr: None }
        .token(house);
    Ok(Granted {
        access_token: access_token(house, client, &token).await?,
        issued_token_type: None,
        token_type: "Bearer",
        expires_in: ttl.as_seconds(),
        scope: Some(token.scope.to_string()),
        refresh_token: Some(house.live.vault().refresh().token(family, 0).expose().to_owned()),
        id_token,
    })
}
