//! People, and the handles that find them.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_store::{Page, Taken};
use tokio_postgres::Row;

use super::avatar;
use super::column::{get, id, limit, maybe_moment, moment};
use super::statement::{Applied, Db, Read, add, any, free, hold, many, must, one, run};
use super::value::values;

macro_rules! columns {
    () => {
        "id, created_at, blocked_at, erased_at, password, coalesce(wrapped, ''), sealed_profile"
    };
}

macro_rules! from_person {
    () => {
        " from person left join person_key on user_id = id"
    };
}

fn person(row: &Row) -> Read<Person> {
    Ok(Person {
        id: id(row, 0, UserId::from_bytes)?,
        created_at: moment(row, 1)?,
        blocked_at: maybe_moment(row, 2)?,
        erased_at: maybe_moment(row, 3)?,
        password: get(row, 4)?,
        wrapped_key: get(row, 5)?,
        sealed_profile: get(row, 6)?,
    })
}

pub(super) async fn by_id(db: Db<'_>, user: UserId) -> Read<Option<Person>> {
    let sql = concat!("select ", columns!(), from_person!(), " where id = $1");
    one(db, sql, values![user.as_bytes()], person).await
}

pub(super) async fn page(db: Db<'_>, page: Page<UserId>) -> Read<Vec<Person>> {
    let after = page.after.as_ref().map_or(&[][..], |user| user.as_bytes());
    let sql = concat!("select ", columns!(), from_person!(), " where id > $1 order by id limit $2");
    many(db, sql, values![after, limit(page.limit)], person).await
}

pub(super) async fn by_handle(db: Db<'_>, kind: HandleKind, index: &[u8; 32]) -> Read<Option<UserId>> {
    Ok(holder(db, kind, index).await?.map(|(user, _)| user))
}

pub(super) async fn handle_is_verified(db: Db<'_>, kind: HandleKind, index: &[u8; 32]) -> Read<bool> {
    Ok(holder(db, kind, index).await?.is_some_and(|(_, verified)| verified))
}

async fn holder(db: Db<'_>, kind: HandleKind, index: &[u8; 32]) -> Read<Option<(UserId, bool)>> {
    let sql = "select user_id, verified from handle where kind = $1 and handle_index = $2";
    one(db, sql, values![kind.as_str(), index], |row| Ok((id(row, 0, UserId::from_bytes)?, get(row, 1)?)))
        .await
}

pub(super) async fn held(db: Db<'_>, user: UserId) -> Applied {
    let sql = "select 1 from person where id = $1 and blocked_at is null and erased_at is null for share";
    hold(any(db, sql, values![user.as_bytes()]).await?)
}

pub(super) async fn create(db: Db<'_>, person: &Person, handles: &[Handle]) -> Applied {
    let sql = "insert into person (id, created_at, blocked_at, erased_at, password, sealed_profile)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    let row = values![
        person.id.as_bytes(),
        person.created_at.millis(),
        person.blocked_at.map(Moment::millis),
        person.erased_at.map(Moment::millis),
        &person.password,
        &person.sealed_profile,
    ];
    add(db, sql, row, Taken::Id).await?;
    if !person.wrapped_key.is_empty() {
        let sql = "insert into person_key (user_id, wrapped) values ($1, $2)";
        run(db, sql, values![person.id.as_bytes(), &person.wrapped_key]).await?;
    }
    claim(db, person.id, handles).await
}

pub(super) async fn rewrite_profile(
    db: Db<'_>,
    user: UserId,
    before: &[u8],
    after: &[u8],
    handles: &[Handle],
) -> Applied {
    let sql = "update person set sealed_profile = $3
        where id = $1 and sealed_profile = $2 and erased_at is null";
    must(db, sql, values![user.as_bytes(), before, after]).await?;
    run(db, DROP_HANDLES, values![user.as_bytes()]).await?;
    claim(db, user, handles).await
}

const DROP_HANDLES: &str = "delete from handle where user_id = $1";

/// The row of the handle decides, as it is when nobody else is changing it any more: whoever comes
/// second of two that meet waits for the first.
async fn claim(db: Db<'_>, user: UserId, handles: &[Handle]) -> Applied {
    // The same handle listed twice by one person stays verified if either of the two is.
    let sql = "insert into handle (kind, handle_index, user_id, verified) values ($1, $2, $3, $4)
        on conflict (kind, handle_index) do update
        set user_id = excluded.user_id, verified = handle.verified or excluded.verified
        where handle.user_id = excluded.user_id or (excluded.verified and not handle.verified)";
    for handle in handles {
        let row = values![handle.kind.as_str(), &handle.index, user.as_bytes(), handle.verified];
        free(run(db, sql, row).await? > 0, taken(handle.kind))?;
    }
    Ok(())
}

fn taken(kind: HandleKind) -> Taken {
    match kind {
        HandleKind::Username => Taken::Username,
        HandleKind::Email => Taken::Email,
        HandleKind::Phone => Taken::Phone,
    }
}

pub(super) async fn password_held(db: Db<'_>, user: UserId, hash: Option<&str>) -> Applied {
    let sql = "select 1 from person where id = $1 and password is not distinct from $2 for share";
    hold(any(db, sql, values![user.as_bytes(), hash]).await?)
}

pub(super) async fn set_password(db: Db<'_>, user: UserId, hash: &str) -> Applied {
    let sql = "update person set password = $2 where id = $1 and erased_at is null";
    must(db, sql, values![user.as_bytes(), hash]).await
}

pub(super) async fn block(db: Db<'_>, user: UserId, at: Option<Moment>) -> Applied {
    let sql = "update person set blocked_at = $2 where id = $1";
    must(db, sql, values![user.as_bytes(), at.map(Moment::millis)]).await
}

/// What is left is that there was somebody, and when they went.
pub(super) async fn erase(db: Db<'_>, user: UserId, at: Moment) -> Applied {
    let sql = "update person set sealed_profile = '', password = null,
        erased_at = coalesce(erased_at, $2) where id = $1";
    must(db, sql, values![user.as_bytes(), at.millis()]).await?;
    for sql in [
        "delete from person_key where user_id = $1",
        DROP_HANDLES,
        "delete from link where user_id = $1",
        avatar::REMOVE,
        "delete from past_link where user_id = $1",
        "delete from consent_standing where user_id = $1",
        "delete from consent_history where user_id = $1",
        "delete from consent_request where user_id = $1",
        "delete from challenge where user_id = $1",
        "delete from passkey where user_id = $1",
        "delete from app_use where user_id = $1",
        "delete from link_ticket where user_id = $1",
        "delete from session_key where user_id = $1",
        "update session set sealed_label = '' where user_id = $1",
    ] {
        run(db, sql, values![user.as_bytes()]).await?;
    }
    Ok(())
}
