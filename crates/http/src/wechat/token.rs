//! `cgi-bin/token` and `cgi-bin/stable_token`: an app's own access tokens.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::Change;
use portico_core::denied::Denied;
use portico_core::moment::Moment;
use portico_core::noun::wechat::AppTokenKind;
use portico_core::rule::wechat::app_token::{self as rule, Given, Standing};
use portico_core::rule::wechat::errcode::Errcode;
use portico_live::LiveClient;
use portico_seal::id16;
use serde_json::{Value, json};

use super::params::Asked;
use super::reply::{self, Answer};
use super::{caller, identity};
use crate::House;
use crate::house::unavailable;
use crate::reply::Reply;

const SEALED_AS: &str = "app token";
const STABLE: u8 = 1;
const FRESH: u8 = 2;
const SECRET_MARK: usize = 8;
/// By this tokens of one generation that were given in one moment differ.
const NONCE: usize = 16;

/// `GET|POST cgi-bin/token`: a new token each time; the one before is good for five more minutes.
pub async fn fresh(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, given(&house, request, AppTokenKind::Fresh).await)
}

/// `POST cgi-bin/stable_token`: the same token while it is good.
pub async fn stable(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, given(&house, request, AppTokenKind::Stable).await)
}

async fn given(house: &House, request: Request, kind: AppTokenKind) -> Answer {
    let asked = Asked::read(request, &["appid", "secret", "grant_type", "force_refresh"]).await?;
    if kind == AppTokenKind::Stable {
        asked.posted()?;
    }
    asked.grant("client_credential")?;
    let app = caller::by_secret(house, &asked).await?;
    // One moment for every attempt: whoever turned the generation since then has done so for this call too.
    let now = house.now();
    let given = house.decide(|| decided(house, &app, kind, asked.flag("force_refresh"), now)).await?;
    // Counted from the same moment: what the commit took is not the back end's loss.
    let left = given.left(now).as_seconds();
    Ok(json!({ "access_token": text(house, &app, given), "expires_in": left }))
}

async fn decided(
    house: &House,
    app: &LiveClient,
    kind: AppTokenKind,
    force: bool,
    now: Moment,
) -> Result<(Vec<Change>, Given), Denied> {
    let id = &app.client.id;
    let current = house.live.store().app_token(id, kind).await.map_err(|cause| unavailable(&cause))?;
    let (given, changes) = match kind {
        AppTokenKind::Fresh => rule::fresh(id, current.as_ref(), now),
        AppTokenKind::Stable => rule::stable(id, current.as_ref(), force, now),
    };
    Ok((changes, given))
}

/// The token as the app has it.
fn text(house: &House, app: &LiveClient, given: Given) -> Value {
    let vault = house.live.vault();
    let mut says = match given.kind {
        AppTokenKind::Stable => vec![STABLE],
        AppTokenKind::Fresh => [&[FRESH][..], &id16(vault.chance())].concat(),
    };
    says.extend(given.at.millis().to_be_bytes());
    says.extend(given.generation.to_be_bytes());
    says.extend(secret_mark(app));
    says.extend(identity::wx_app_id(app).as_bytes());
    vault.wechat().token(SEALED_AS, &says).expose().into()
}

/// By what a token tells whether the app's secret is still the one under which it was given. The digest of a secret
/// of full entropy says nothing of it.
fn secret_mark(app: &LiveClient) -> [u8; SECRET_MARK] {
    let mut mark = [0; SECRET_MARK];
    if let Some(digest) = app.client.secret_digest {
        mark.copy_from_slice(&digest[..SECRET_MARK]);
    }
    mark
}

/// What a token says.
pub struct Presented {
    /// By what the back end knows the app that it was given to.
    pub wx_app_id: String,
    given: Given,
    secret_mark: [u8; SECRET_MARK],
}

/// What a token says; none if it is none of ours.
pub fn read(house: &House, text: &str) -> Option<Presented> {
    let says = house.live.vault().wechat().read(SEALED_AS, text)?;
    let (kind, rest) = says.split_first()?;
    let (kind, rest) = match *kind {
        STABLE => (AppTokenKind::Stable, rest),
        FRESH => (AppTokenKind::Fresh, rest.split_at_checked(NONCE)?.1),
        _ => return None,
    };
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (generation, rest) = rest.split_first_chunk::<4>()?;
    let (secret_mark, wx_app_id) = rest.split_first_chunk::<SECRET_MARK>()?;
    let (generation, at) = (u32::from_be_bytes(*generation), Moment::from_millis(i64::from_be_bytes(*at)));
    Some(Presented {
        wx_app_id: std::str::from_utf8(wx_app_id).ok()?.to_owned(),
        given: Given { kind, generation, at },
        secret_mark: *secret_mark,
    })
}

/// How a token that this app presents stands now. Another secret of the app ends every token.
pub async fn standing(house: &House, app: &LiveClient, presented: &Presented) -> Result<Standing, Errcode> {
    if presented.secret_mark != secret_mark(app) {
        return Ok(Standing::Replaced);
    }
    let current = house.live.store().app_token(&app.client.id, presented.given.kind).await;
    let current = current.map_err(|cause| unavailable(&cause))?;
    Ok(rule::standing(presented.given, current.as_ref(), house.now()))
}
