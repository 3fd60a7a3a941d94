//! OpenIDs: those that came from elsewhere, and by what one app and another know the same people.

use portico_core::id::{ClientId, UserId};
use portico_core::noun::link::app_issuer;
use portico_store::{ImportFacts, Known, Resolution, Resolved, SealedOpenId};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::agreement;
use super::column::id;
use super::statement::{Applied, Read, any, hold, one, prepared};

const OF: &str = "select open_id from link where issuer = ?1 and user_id = ?2 and open_id is not null";
const ANY: &str = "select 1 from link where issuer = ?1 and open_id is not null limit 1";
const USED: &str = "select 1 from app_use where user_id = ?1 and app = ?2";
const USED_BOTH: &str = "select 1 from app_use as here join app_use as there on there.user_id = here.user_id
    where here.user_id = ?1 and here.app = ?2 and there.app = ?3";
const HOLDER: &str = "select user_id from link where issuer = ?1 and subject_index = ?2";

pub(super) fn of(db: &Connection, user: UserId, app: &ClientId) -> Read<Option<SealedOpenId>> {
    one(db, OF, (app_issuer(app), user.as_bytes()), |row| row.get(0))
}

pub(super) fn any_at(db: &Connection, app: &ClientId) -> Read<bool> {
    any(db, ANY, [app_issuer(app)])
}

pub(super) fn unissued(db: &Connection, user: UserId, app: &ClientId) -> Applied {
    hold(!any(db, USED, (user.as_bytes(), app.as_str()))?)
}

pub(super) fn held(db: &Connection, user: UserId, app: &ClientId, imported: bool) -> Applied {
    hold(any(db, OF, (app_issuer(app), user.as_bytes()))? == imported)
}

/// Point reads one after the other, all at one moment: they take less than one statement that is handed
/// all that is asked for.
pub(super) fn import_facts(
    db: &Connection,
    app: &ClientId,
    asked: &[(UserId, [u8; 32])],
) -> Read<Vec<ImportFacts>> {
    let _moment = db.unchecked_transaction()?;
    let issuer = app_issuer(app);
    let mut there =
        prepared(db, "select 1 from person where id = ?1 and blocked_at is null and erased_at is null")?;
    let mut used = prepared(db, USED)?;
    let mut holder = prepared(db, HOLDER)?;
    let mut another = prepared(
        db,
        "select 1 from link where issuer = ?1 and user_id = ?2 and open_id is not null and subject_index <> ?3",
    )?;
    let facts = asked.iter().map(|(user, index)| {
        Ok(ImportFacts {
            exists: there.exists([user.as_bytes()])?,
            issued: used.exists((user.as_bytes(), app.as_str()))?,
            holder: holder.query_row((&issuer, index), |row| id(row, 0, UserId::from_bytes)).optional()?,
            has_another: another.exists((&issuer, user.as_bytes(), index))?,
        })
    });
    facts.collect()
}

/// As [`import_facts`] does. An erased person has neither links nor apps that were used, so that the row
/// of the person, the largest of all, is not read.
pub(super) fn resolve(db: &Connection, from: &ClientId, to: &ClientId, asked: &[Known]) -> Read<Resolution> {
    let _moment = db.unchecked_transaction()?;
    let (here, there) = (app_issuer(from), app_issuer(to));
    let (any_here, any_there) = (any(db, ANY, [&here])?, any(db, ANY, [&there])?);
    let (mut holder, mut own) = (prepared(db, HOLDER)?, prepared(db, OF)?);
    let (mut used_here, mut used_there) = (prepared(db, USED)?, prepared(db, USED)?);
    let mut used_both = prepared(db, USED_BOTH)?;
    // Bound once for all of them, which is a quarter of what such a look-up takes.
    used_here.raw_bind_parameter(2, from.as_str())?;
    used_there.raw_bind_parameter(2, to.as_str())?;
    used_both.raw_bind_parameter(2, from.as_str())?;
    used_both.raw_bind_parameter(3, to.as_str())?;
    let mut resolved = |known: &Known| {
        let user = match known {
            Known::Derived(user) if !any_here && !any_there => {
                let is_known = has_used(&mut used_both, *user)?;
                return Ok(is_known.then_some(Resolved { user: *user, open_id: None }));
            }
            Known::Derived(user) => {
                let replaced = any_here && own.exists((&here, user.as_bytes()))?;
                let is_it = !replaced && has_used(&mut used_here, *user)?;
                is_it.then_some(*user)
            }
            Known::Imported(index) => {
                holder.query_row((&here, index), |row| id(row, 0, UserId::from_bytes)).optional()?
            }
        };
        let Some(user) = user else { return Ok(None) };
        let open_id: Option<SealedOpenId> = match any_there {
            true => own.query_row((&there, user.as_bytes()), |row| row.get(0)).optional()?,
            false => None,
        };
        let is_known = open_id.is_some() || has_used(&mut used_there, user)?;
        Ok(is_known.then_some(Resolved { user, open_id }))
    };
    let people = asked.iter().map(&mut resolved).collect::<Read<_>>()?;
    Ok(Resolution { agreed: agreement::between(db, from, to)?.is_some(), people })
}

/// Whether the person has used what is bound: an app, or both.
fn has_used(used: &mut Statement<'_>, user: UserId) -> Read<bool> {
    used.raw_bind_parameter(1, user.as_bytes())?;
    Ok(used.raw_query().next()?.is_some())
}
