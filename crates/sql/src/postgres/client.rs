//! Clients: hosts and apps.

use portico_core::id::ClientId;
use portico_core::moment::Moment;
use portico_core::noun::client::Client;
use portico_core::noun::link::app_issuer;
use portico_store::{Page, Taken};

use super::column::{doc, limit, text, to_doc};
use super::statement::{Applied, Db, Read, add, any, hold, many, must, one, run};
use super::value::values;

pub(super) async fn by_id(db: Db<'_>, id: &ClientId) -> Read<Option<Client>> {
    one(db, "select doc from client where id = $1", values![id.as_str()], |row| doc(row, 0)).await
}

pub(super) async fn app_by_wx_id(db: Db<'_>, wx_app_id: &str) -> Read<Option<ClientId>> {
    one(db, "select id from client where wx_app_id = $1", values![wx_app_id], |row| text(row, 0)).await
}

pub(super) async fn hosts(db: Db<'_>, page: &Page<ClientId>) -> Read<Vec<Client>> {
    of_role(db, "host", page).await
}

pub(super) async fn apps(db: Db<'_>, page: &Page<ClientId>) -> Read<Vec<Client>> {
    of_role(db, "app", page).await
}

async fn of_role(db: Db<'_>, role: &str, page: &Page<ClientId>) -> Read<Vec<Client>> {
    let after = page.after.as_ref().map_or("", ClientId::as_str);
    let sql = "select doc from client where role = $1 and id > $2 order by id limit $3";
    many(db, sql, values![role, after, limit(page.limit)], |row| doc(row, 0)).await
}

/// Ids are of characters below `~`.
pub(super) async fn apps_starting(db: Db<'_>, prefix: &str, page: &Page<ClientId>) -> Read<Vec<Client>> {
    let after = page.after.as_ref().map_or("", ClientId::as_str);
    let sql = "select doc from client
        where role = 'app' and id >= $1 and id < $3 and id <> $2 order by id limit $4";
    many(db, sql, values![prefix.max(after), after, format!("{prefix}~"), limit(page.limit)], |row| {
        doc(row, 0)
    })
    .await
}

pub(super) async fn origin_is_registered(db: Db<'_>, origin: &str) -> Read<bool> {
    let sql = "select 1 from client_origin join client on client.id = client_origin.client
        where origin = $1 and suspended_at is null limit 1";
    any(db, sql, values![origin]).await
}

pub(super) async fn held(db: Db<'_>, id: &ClientId) -> Applied {
    let sql = "select 1 from client where id = $1 and suspended_at is null for share";
    hold(any(db, sql, values![id.as_str()]).await?)
}

pub(super) async fn register(db: Db<'_>, client: &Client) -> Applied {
    let (role, wx_app_id) = keys(client);
    let sql = "insert into client (id, role, wx_app_id, suspended_at, doc) values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    let suspended_at = client.suspended_at.map(Moment::millis);
    let row = values![client.id.as_str(), role, wx_app_id, suspended_at, to_doc(client)?];
    add(db, sql, row, Taken::Client).await?;
    list_origins(db, client).await
}

pub(super) async fn rewrite(db: Db<'_>, before: &Client, after: &Client) -> Applied {
    let there = by_id(db, &before.id).await?;
    hold(before.id == after.id && there.as_ref() == Some(before))?;
    let (role, wx_app_id) = keys(after);
    let sql = "update client set role = $2, wx_app_id = $3, suspended_at = $4, doc = $5 where id = $1";
    let suspended_at = after.suspended_at.map(Moment::millis);
    // A WeChat-style id that is taken is refused by its index.
    must(db, sql, values![after.id.as_str(), role, wx_app_id, suspended_at, to_doc(after)?]).await?;
    run(db, DROP_ORIGINS, values![after.id.as_str()]).await?;
    list_origins(db, after).await
}

const DROP_ORIGINS: &str = "delete from client_origin where client = $1";

async fn list_origins(db: Db<'_>, client: &Client) -> Applied {
    let sql = "insert into client_origin (origin, client) values ($1, $2) on conflict do nothing";
    for origin in &client.origins {
        run(db, sql, values![origin, client.id.as_str()]).await?;
    }
    Ok(())
}

/// The client and everything that was decided, issued or recorded for it.
pub(super) async fn remove(db: Db<'_>, id: &ClientId) -> Applied {
    must(db, "delete from client where id = $1", values![id.as_str()]).await?;
    for sql in [
        DROP_ORIGINS,
        "delete from consent_standing where app = $1",
        "delete from consent_history where app = $1",
        "delete from consent_request where app = $1",
        "delete from code where client = $1",
        "delete from family where client = $1",
        "delete from session_client where client = $1",
        "delete from app_use where app = $1",
        "delete from agreement where from_app = $1",
        "delete from agreement where to_app = $1",
        "delete from session_key where app = $1",
        "delete from app_token where app = $1",
    ] {
        run(db, sql, values![id.as_str()]).await?;
    }
    run(db, "delete from link where issuer = $1", values![app_issuer(id)]).await?;
    Ok(())
}

fn keys(client: &Client) -> (&'static str, Option<&str>) {
    match client.app() {
        Some(app) => ("app", Some(&app.wx_app_id)),
        None => ("host", None),
    }
}
