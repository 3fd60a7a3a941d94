//! OpenIDs: those that came from elsewhere, and by what one app and another know the same people.

use portico_core::id::{ClientId, UserId};
use portico_core::noun::link::app_issuer;
use portico_store::{ImportFacts, Known, Resolution, Resolved, SealedOpenId};

use super::column::{get, id, maybe_id};
use super::fault::Fault;
use super::statement::{Applied, Db, Read, any, hold, many, one};
use super::value::values;

pub(super) async fn of(db: Db<'_>, user: UserId, app: &ClientId) -> Read<Option<SealedOpenId>> {
    let sql = "select open_id from link where issuer = $1 and user_id = $2 and open_id is not null";
    one(db, sql, values![app_issuer(app), user.as_bytes()], |row| get(row, 0)).await
}

pub(super) async fn any_at(db: Db<'_>, app: &ClientId) -> Read<bool> {
    let sql = "select 1 from link where issuer = $1 and open_id is not null limit 1";
    any(db, sql, values![app_issuer(app)]).await
}

pub(super) async fn unissued(db: Db<'_>, user: UserId, app: &ClientId) -> Applied {
    let sql = "select 1 from app_use where user_id = $1 and app = $2";
    hold(!any(db, sql, values![user.as_bytes(), app.as_str()]).await?)
}

/// What is there stays until the list has committed; that nothing comes is for the row of the person.
pub(super) async fn held(db: Db<'_>, user: UserId, app: &ClientId, imported: bool) -> Applied {
    let sql = "select 1 from link where issuer = $1 and user_id = $2 and open_id is not null for share";
    hold(any(db, sql, values![app_issuer(app), user.as_bytes()]).await? == imported)
}

/// Each is looked up through an index by itself, whatever the planner believes of the sizes.
pub(super) async fn import_facts(
    db: Db<'_>,
    app: &ClientId,
    asked: &[(UserId, [u8; 32])],
) -> Read<Vec<ImportFacts>> {
    let sql = "select place,
            (select true from person where id = asked.user_id and blocked_at is null and erased_at is null),
            (select true from app_use where user_id = asked.user_id and app = $1),
            (select user_id from link where issuer = $2 and subject_index = asked.subject_index),
            (select true from link where issuer = $2 and user_id = asked.user_id
                and open_id is not null and subject_index <> asked.subject_index)
        from unnest($3, $4) with ordinality as asked (user_id, subject_index, place)";
    let users: Vec<&[u8]> = asked.iter().map(|(user, _)| &user.as_bytes()[..]).collect();
    let indexes: Vec<&[u8]> = asked.iter().map(|(_, index)| &index[..]).collect();
    let found = many(db, sql, values![app.as_str(), app_issuer(app), users, indexes], |row| {
        let is = |column| Ok::<_, Fault>(get::<Option<bool>>(row, column)?.unwrap_or(false));
        let facts = ImportFacts {
            exists: is(1)?,
            issued: is(2)?,
            holder: maybe_id(row, 3, UserId::from_bytes)?,
            has_another: is(4)?,
        };
        Ok((get(row, 0)?, facts))
    })
    .await?;
    Ok(in_order(found))
}

/// An erased person has neither links nor apps that were used, so that the row of the person is not read.
pub(super) async fn resolve(db: Db<'_>, from: &ClientId, to: &ClientId, asked: &[Known]) -> Read<Resolution> {
    // An id has 16 bytes, an index 32. Whether there is an agreement is looked at once, and said although nobody
    // was asked for.
    let sql = "with agreed as materialized (
            select exists (select from agreement where from_app = $5 and to_app = $3) as agreed),
        found as materialized (
            select place, case length(known)
                when 16 then (select user_id from app_use where user_id = known and app = $5 and not exists
                    (select from link where issuer = $1 and user_id = known and open_id is not null))
                else (select user_id from link where issuer = $1 and subject_index = known) end as user_id
            from unnest($4) with ordinality as asked (known, place))
        select agreed, place, user_id,
            (select open_id from link where issuer = $2 and user_id = found.user_id and open_id is not null),
            (select true from app_use where user_id = found.user_id and app = $3)
        from agreed left join found on true";
    let known: Vec<&[u8]> = asked
        .iter()
        .map(|known| match known {
            Known::Derived(user) => &user.as_bytes()[..],
            Known::Imported(index) => &index[..],
        })
        .collect();
    let mut agreed = false;
    let (here, there) = (app_issuer(from), app_issuer(to));
    let found = many(db, sql, values![here, there, to.as_str(), known, from.as_str()], |row| {
        agreed = get(row, 0)?;
        let open_id: Option<SealedOpenId> = get(row, 3)?;
        let is_known = open_id.is_some() || get::<Option<bool>>(row, 4)?.unwrap_or(false);
        let resolved = match is_known {
            true => Some(Resolved { user: id(row, 2, UserId::from_bytes)?, open_id }),
            false => None,
        };
        Ok(get::<Option<i64>>(row, 1)?.map(|place| (place, resolved)))
    })
    .await?;
    Ok(Resolution { agreed, people: in_order(found.into_iter().flatten().collect()) })
}

/// Rows in the order of their places: a server promises none by itself.
fn in_order<T>(mut rows: Vec<(i64, T)>) -> Vec<T> {
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}
