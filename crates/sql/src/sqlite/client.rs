//! Clients: hosts and apps.

use portico_core::id::ClientId;
use portico_core::moment::Moment;
use portico_core::noun::client::Client;
use portico_core::noun::link::app_issuer;
use portico_store::{Page, Taken};
use rusqlite::Connection;

use super::column::{doc, limit, text, to_doc};
use super::statement::{Applied, Read, add, any, free, hold, many, must, one, run};

pub(super) fn by_id(db: &Connection, id: &ClientId) -> Read<Option<Client>> {
    one(db, "select doc from client where id = ?1", [id.as_str()], |row| doc(row, 0))
}

pub(super) fn app_by_wx_id(db: &Connection, wx_app_id: &str) -> Read<Option<ClientId>> {
    one(db, "select id from client where wx_app_id = ?1", [wx_app_id], |row| text(row, 0))
}

pub(super) fn hosts(db: &Connection, page: &Page<ClientId>) -> Read<Vec<Client>> {
    of_role(db, "host", page)
}

pub(super) fn apps(db: &Connection, page: &Page<ClientId>) -> Read<Vec<Client>> {
    of_role(db, "app", page)
}

fn of_role(db: &Connection, role: &str, page: &Page<ClientId>) -> Read<Vec<Client>> {
    let after = page.after.as_ref().map_or("", ClientId::as_str);
    let sql = "select doc from client where role = ?1 and id > ?2 order by id limit ?3";
    many(db, sql, (role, after, limit(page.limit)), |row| doc(row, 0))
}

/// Ids are of characters below `~`.
pub(super) fn apps_starting(db: &Connection, prefix: &str, page: &Page<ClientId>) -> Read<Vec<Client>> {
    let after = page.after.as_ref().map_or("", ClientId::as_str);
    let sql = "select doc from client
        where role = 'app' and id >= max(?1, ?2) and id < ?3 and id <> ?2 order by id limit ?4";
    many(db, sql, (prefix, after, format!("{prefix}~"), limit(page.limit)), |row| doc(row, 0))
}

pub(super) fn origin_is_registered(db: &Connection, origin: &str) -> Read<bool> {
    let sql = "select 1 from client_origin join client on client.id = client_origin.client
        where origin = ?1 and suspended_at is null limit 1";
    any(db, sql, [origin])
}

pub(super) fn held(db: &Connection, id: &ClientId) -> Applied {
    let sql = "select 1 from client where id = ?1 and suspended_at is null";
    hold(any(db, sql, [id.as_str()])?)
}

pub(super) fn register(db: &Connection, client: &Client) -> Applied {
    let (role, wx_app_id) = keys(client);
    let sql = "insert into client (id, role, wx_app_id, suspended_at, doc) values (?1, ?2, ?3, ?4, ?5)
        on conflict do nothing";
    let suspended_at = client.suspended_at.map(Moment::millis);
    let row = (client.id.as_str(), role, wx_app_id, suspended_at, to_doc(client)?);
    add(db, sql, row, Taken::Client)?;
    list_origins(db, client)
}

pub(super) fn rewrite(db: &Connection, before: &Client, after: &Client) -> Applied {
    let there = by_id(db, &before.id)?;
    hold(before.id == after.id && there.as_ref() == Some(before))?;
    let (role, wx_app_id) = keys(after);
    let sql =
        "update or ignore client set role = ?2, wx_app_id = ?3, suspended_at = ?4, doc = ?5 where id = ?1";
    let suspended_at = after.suspended_at.map(Moment::millis);
    let changed = run(db, sql, (after.id.as_str(), role, wx_app_id, suspended_at, to_doc(after)?))?;
    free(changed > 0, Taken::Client)?;
    run(db, DROP_ORIGINS, [after.id.as_str()])?;
    list_origins(db, after)
}

const DROP_ORIGINS: &str = "delete from client_origin where client = ?1";

fn list_origins(db: &Connection, client: &Client) -> Applied {
    let sql = "insert into client_origin (origin, client) values (?1, ?2) on conflict do nothing";
    for origin in &client.origins {
        run(db, sql, (origin, client.id.as_str()))?;
    }
    Ok(())
}

/// The client and everything that was decided, issued or recorded for it.
pub(super) fn remove(db: &Connection, id: &ClientId) -> Applied {
    must(db, "delete from client where id = ?1", [id.as_str()])?;
    for sql in [
        DROP_ORIGINS,
        "delete from consent_standing where app = ?1",
        "delete from consent_history where app = ?1",
        "delete from consent_request where app = ?1",
        "delete from code where client = ?1",
        "delete from family where client = ?1",
        "delete from session_client where client = ?1",
        "delete from app_use where app = ?1",
        "delete from agreement where from_app = ?1",
        "delete from agreement where to_app = ?1",
        "delete from session_key where app = ?1",
        "delete from app_token where app = ?1",
    ] {
        run(db, sql, [id.as_str()])?;
    }
    run(db, "delete from link where issuer = ?1", [app_issuer(id)])?;
    Ok(())
}

fn keys(client: &Client) -> (&'static str, Option<&str>) {
    match client.app() {
        Some(app) => ("app", Some(&app.wx_app_id)),
        None => ("host", None),
    }
}
