//! People, and the handles that find them.

use portico_core::id::UserId;
use portico_core::moment::Moment;
use portico_core::noun::person::{Handle, HandleKind, Person};
use portico_store::{CommitError, Page, Taken};
use rusqlite::{Connection, Row};

use super::avatar;
use super::column::{id, limit, maybe_moment, moment};
use super::statement::{Applied, Failure, Read, add, any, hold, many, must, one, run};

macro_rules! columns {
    () => {
        "id, created_at, blocked_at, erased_at, password, coalesce(wrapped, x''), sealed_profile"
    };
}

macro_rules! from_person {
    () => {
        " from person left join person_key on user_id = id"
    };
}

fn person(row: &Row<'_>) -> Read<Person> {
    Ok(Person {
        id: id(row, 0, UserId::from_bytes)?,
        created_at: moment(row, 1)?,
        blocked_at: maybe_moment(row, 2)?,
        erased_at: maybe_moment(row, 3)?,
        password: row.get(4)?,
        wrapped_key: row.get(5)?,
        sealed_profile: row.get(6)?,
    })
}

pub(super) fn by_id(db: &Connection, user: UserId) -> Read<Option<Person>> {
    let sql = concat!("select ", columns!(), from_person!(), " where id = ?1");
    one(db, sql, [user.as_bytes()], person)
}

pub(super) fn page(db: &Connection, page: Page<UserId>) -> Read<Vec<Person>> {
    let after = page.after.as_ref().map_or(&[][..], |user| user.as_bytes());
    let sql = concat!("select ", columns!(), from_person!(), " where id > ?1 order by id limit ?2");
    many(db, sql, (after, limit(page.limit)), person)
}

pub(super) fn by_handle(db: &Connection, kind: HandleKind, index: &[u8; 32]) -> Read<Option<UserId>> {
    Ok(holder(db, kind, index)?.map(|(user, _)| user))
}

pub(super) fn handle_is_verified(db: &Connection, kind: HandleKind, index: &[u8; 32]) -> Read<bool> {
    Ok(holder(db, kind, index)?.is_some_and(|(_, verified)| verified))
}

fn holder(db: &Connection, kind: HandleKind, index: &[u8; 32]) -> Read<Option<(UserId, bool)>> {
    let sql = "select user_id, verified from handle where kind = ?1 and handle_index = ?2";
    one(db, sql, (kind.as_str(), index), |row| Ok((id(row, 0, UserId::from_bytes)?, row.get(1)?)))
}

pub(super) fn held(db: &Connection, user: UserId) -> Applied {
    let sql = "select 1 from person where id = ?1 and blocked_at is null and erased_at is null";
    hold(any(db, sql, [user.as_bytes()])?)
}

pub(super) fn create(db: &Connection, person: &Person, handles: &[Handle]) -> Applied {
    let sql = "insert into person (id, created_at, blocked_at, erased_at, password, sealed_profile)
        values (?1, ?2, ?3, ?4, ?5, ?6) on conflict do nothing";
    let row = (
        person.id.as_bytes(),
        person.created_at.millis(),
        person.blocked_at.map(Moment::millis),
        person.erased_at.map(Moment::millis),
        &person.password,
        &person.sealed_profile,
    );
    add(db, sql, row, Taken::Id)?;
    if !person.wrapped_key.is_empty() {
        let sql = "insert into person_key (user_id, wrapped) values (?1, ?2)";
        run(db, sql, (person.id.as_bytes(), &person.wrapped_key))?;
    }
    handles.iter().try_for_each(|handle| claim(db, person.id, handle))
}

pub(super) fn rewrite_profile(
    db: &Connection,
    user: UserId,
    before: &[u8],
    after: &[u8],
    handles: &[Handle],
) -> Applied {
    let sql = "update person set sealed_profile = ?3
        where id = ?1 and sealed_profile = ?2 and erased_at is null";
    must(db, sql, (user.as_bytes(), before, after))?;
    run(db, DROP_HANDLES, [user.as_bytes()])?;
    handles.iter().try_for_each(|handle| claim(db, user, handle))
}

const DROP_HANDLES: &str = "delete from handle where user_id = ?1";

fn claim(db: &Connection, user: UserId, handle: &Handle) -> Applied {
    match holder(db, handle.kind, &handle.index)? {
        Some((owner, verified)) if owner != user && (verified || !handle.verified) => {
            return Err(Failure::Refused(CommitError::Taken(taken(handle.kind))));
        }
        _ => {}
    }
    // The same handle listed twice by one person stays verified if either of the two is.
    let sql = "insert into handle (kind, handle_index, user_id, verified) values (?1, ?2, ?3, ?4)
        on conflict (kind, handle_index) do update
        set user_id = excluded.user_id, verified = max(verified, excluded.verified)";
    run(db, sql, (handle.kind.as_str(), handle.index, user.as_bytes(), handle.verified))?;
    Ok(())
}

fn taken(kind: HandleKind) -> Taken {
    match kind {
        HandleKind::Username => Taken::Username,
        HandleKind::Email => Taken::Email,
        HandleKind::Phone => Taken::Phone,
    }
}

pub(super) fn password_held(db: &Connection, user: UserId, hash: Option<&str>) -> Applied {
    hold(any(db, "select 1 from person where id = ?1 and password is ?2", (user.as_bytes(), hash))?)
}

pub(super) fn set_password(db: &Connection, user: UserId, hash: &str) -> Applied {
    let sql = "update person set password = ?2 where id = ?1 and erased_at is null";
    must(db, sql, (user.as_bytes(), hash))
}

pub(super) fn block(db: &Connection, user: UserId, at: Option<Moment>) -> Applied {
    let sql = "update person set blocked_at = ?2 where id = ?1";
    must(db, sql, (user.as_bytes(), at.map(Moment::millis)))
}

/// What is left is that there was somebody, and when they went.
pub(super) fn erase(db: &Connection, user: UserId, at: Moment) -> Applied {
    let sql = "update person set sealed_profile = x'', password = null,
        erased_at = coalesce(erased_at, ?2) where id = ?1";
    must(db, sql, (user.as_bytes(), at.millis()))?;
    for sql in [
        "delete from person_key where user_id = ?1",
        DROP_HANDLES,
        "delete from link where user_id = ?1",
        avatar::REMOVE,
        "delete from past_link where user_id = ?1",
        "delete from consent_standing where user_id = ?1",
        "delete from consent_history where user_id = ?1",
        "delete from consent_request where user_id = ?1",
        "delete from challenge where user_id = ?1",
        "delete from passkey where user_id = ?1",
        "delete from app_use where user_id = ?1",
        "delete from link_ticket where user_id = ?1",
        "delete from session_key where user_id = ?1",
        "update session set sealed_label = x'' where user_id = ?1",
    ] {
        run(db, sql, [user.as_bytes()])?;
    }
    Ok(())
}
