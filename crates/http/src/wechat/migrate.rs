//! `cgi-bin/changeopenid`: by what the calling app knows the people of another, under an agreement.

use std::sync::Arc;

use axum::extract::{Request, State};
use portico_core::rule::wechat::errcode::Errcode;
use portico_core::rule::wechat::migrate as rule;
use serde_json::{Value, json};

use super::caller;
use super::params::Asked;
use super::reply::{self, Answer, fine};
use crate::house::unavailable;
use crate::reply::Reply;
use crate::{House, body};

/// `POST cgi-bin/changeopenid`.
pub async fn change(State(house): State<Arc<House>>, request: Request) -> Reply {
    reply::api(&house, changed(&house, request).await)
}

async fn changed(house: &House, request: Request) -> Answer {
    let names = ["access_token", "from_appid", "openid_list"];
    let asked = Asked::read_within(body::naming(rule::MOST), request, &names).await?;
    asked.posted()?;
    let to = caller::by_token(house, &asked).await?;
    let from = caller::named(house, asked.need("from_appid", Errcode::AppIdMissing)?).await?;
    let open_ids = list(&asked)?;
    let found = house.live.resolve_open_ids(&from, &to, &open_ids).await;
    let found = found.map_err(|cause| unavailable(&cause))?;
    if !found.agreed {
        return Err(Errcode::NoRight);
    }
    Ok(fine(json!({ "result_list": rows(&open_ids, &found.open_ids) })))
}

/// Each OpenID asked for beside the one that it became.
pub fn rows(asked: &[String], resolved: &[Option<String>]) -> Vec<Value> {
    let row =
        |row: rule::Row<'_>| json!({ "ori_openid": row.old, "new_openid": row.new, "err_msg": row.said });
    rule::rows(asked, resolved).map(row).collect()
}

fn list(asked: &Asked) -> Result<Vec<String>, Errcode> {
    let list = asked.value("openid_list").and_then(Value::as_array).ok_or(Errcode::OpenIdMissing)?;
    rule::measure(list.len())?;
    let texts = list.iter().map(|one| one.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or(Errcode::Malformed)
}
