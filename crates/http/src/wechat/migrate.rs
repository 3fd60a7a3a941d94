//! `cgi-bin/changeopenid`: by what the calling app knows the people of another, under an agreement.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::rule::wechat::errcode::Errcode;
use portico_live::LiveClient;
use portico_store::{Known, Resolved};
use serde_json::{Value, json};

use super::params::Asked;
use super::reply::{self, Answer, fine};
use super::{caller, identity};
use crate::House;
use crate::house::unavailable;
use crate::reply::Reply;

/// The most OpenIDs of one call.
const MOST: usize = 100;

/// `POST cgi-bin/changeopenid`.
pub async fn change(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, changed(&house, request).await)
}

async fn changed(house: &House, request: Request) -> Answer {
    let asked = Asked::read(request).await?;
    asked.posted()?;
    let to = caller::by_token(house, &asked).await?;
    let from = caller::named(house, asked.need("from_appid", Errcode::AppIdMissing)?).await?;
    let open_ids = list(&asked)?;
    let store = house.live.store();
    let agreed =
        store.agreement(&from.client.id, &to.client.id).await.map_err(|cause| unavailable(&cause))?;
    agreed.ok_or(Errcode::NoRight)?;
    let known = known(house, &from, &open_ids).await?;
    let asked_for: Vec<Known> = known.iter().flatten().copied().collect();
    let resolved = store.resolve(&from.client.id, &to.client.id, &asked_for).await;
    let mut resolved = resolved.map_err(|cause| unavailable(&cause))?.people.into_iter();
    let mut results = Vec::with_capacity(open_ids.len());
    for (open_id, known) in open_ids.iter().zip(&known) {
        let found = known.and_then(|_| resolved.next()).flatten();
        results.push(row(house, &to, open_id, found).await?);
    }
    Ok(fine(json!({ "result_list": results })))
}

fn list(asked: &Asked) -> Result<Vec<String>, Errcode> {
    let list = asked.value("openid_list").and_then(Value::as_array).ok_or(Errcode::OpenIdMissing)?;
    if list.is_empty() || list.len() > MOST {
        return Err(Errcode::Malformed);
    }
    let texts = list.iter().map(|one| one.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or(Errcode::Malformed)
}

async fn known(house: &House, from: &LiveClient, open_ids: &[String]) -> Result<Vec<Option<Known>>, Errcode> {
    let mut known = Vec::with_capacity(open_ids.len());
    for open_id in open_ids {
        known.push(identity::person_of_open_id(house, from, open_id).await?.map(Known::Derived));
    }
    Ok(known)
}

async fn row(
    house: &House,
    to: &LiveClient,
    open_id: &str,
    found: Option<Resolved>,
) -> Result<Value, Errcode> {
    let new = match found {
        Some(found) => Some(identity::open_id(house, to, found.user).await?),
        None => None,
    };
    let said = if new.is_some() { "ok" } else { "ori_openid error" };
    Ok(json!({ "ori_openid": open_id, "new_openid": new.unwrap_or_default(), "err_msg": said }))
}
