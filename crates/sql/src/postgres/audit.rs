//! The audit trail.

use portico_core::noun::audit::{Act, AuditEntry, AuditLine, AuditSeq, Target, TargetKind};
use portico_store::Page;
use tokio_postgres::Row;

use super::column::{get, limit, moment, word};
use super::statement::{Applied, Db, Read, many, run};
use super::value::values;

macro_rules! columns {
    () => {
        "seq, at, operator, act, target_kind, target_id, target_part"
    };
}

fn line(row: &Row) -> Read<AuditLine> {
    let target = Target { kind: word(row, 4, TargetKind::parse)?, id: get(row, 5)?, part: get(row, 6)? };
    let act = word(row, 3, Act::parse)?;
    Ok(AuditLine {
        seq: AuditSeq(get::<i64>(row, 0)?.unsigned_abs()),
        entry: AuditEntry { at: moment(row, 1)?, operator: get(row, 2)?, act, target },
    })
}

pub(super) async fn page(db: Db<'_>, target: Option<&str>, page: Page<AuditSeq>) -> Read<Vec<AuditLine>> {
    let before = page.after.map_or(i64::MAX, |seq| i64::try_from(seq.0).unwrap_or(i64::MAX));
    match target {
        Some(target) => {
            let sql = concat!(
                "select ",
                columns!(),
                " from audit where target_id = $1 and seq < $2 order by seq desc limit $3"
            );
            many(db, sql, values![target, before, limit(page.limit)], line).await
        }
        None => {
            let sql = concat!("select ", columns!(), " from audit where seq < $1 order by seq desc limit $2");
            many(db, sql, values![before, limit(page.limit)], line).await
        }
    }
}

pub(super) async fn append(db: Db<'_>, entry: &AuditEntry) -> Applied {
    let sql = "insert into audit (at, operator, act, target_kind, target_id, target_part)
        values ($1, $2, $3, $4, $5, $6)";
    let AuditEntry { at, operator, act, target } = entry;
    let Target { kind, id, part } = target;
    run(db, sql, values![at.millis(), operator, act.as_str(), kind.as_str(), id, part]).await?;
    Ok(())
}
