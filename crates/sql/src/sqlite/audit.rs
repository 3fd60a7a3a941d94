//! The audit trail.

use portico_core::noun::audit::{Act, AuditEntry, AuditLine, AuditSeq, Target, TargetKind};
use portico_store::Page;
use rusqlite::{Connection, Row};

use super::column::{limit, moment, word};
use super::statement::{Applied, Read, many, run};

macro_rules! columns {
    () => {
        "seq, at, operator, act, target_kind, target_id, target_part"
    };
}

fn line(row: &Row<'_>) -> Read<AuditLine> {
    let target = Target { kind: word(row, 4, TargetKind::parse)?, id: row.get(5)?, part: row.get(6)? };
    let act = word(row, 3, Act::parse)?;
    Ok(AuditLine {
        seq: AuditSeq(row.get::<_, i64>(0)?.unsigned_abs()),
        entry: AuditEntry { at: moment(row, 1)?, operator: row.get(2)?, act, target },
    })
}

pub(super) fn page(db: &Connection, target: Option<&str>, page: Page<AuditSeq>) -> Read<Vec<AuditLine>> {
    let before = page.after.map_or(i64::MAX, |seq| i64::try_from(seq.0).unwrap_or(i64::MAX));
    match target {
        Some(target) => {
            let sql = concat!(
                "select ",
                columns!(),
                " from audit where target_id = ?1 and seq < ?2 order by seq desc limit ?3"
            );
            many(db, sql, (target, before, limit(page.limit)), line)
        }
        None => {
            let sql = concat!("select ", columns!(), " from audit where seq < ?1 order by seq desc limit ?2");
            many(db, sql, (before, limit(page.limit)), line)
        }
    }
}

pub(super) fn append(db: &Connection, entry: &AuditEntry) -> Applied {
    let sql = "insert into audit (at, operator, act, target_kind, target_id, target_part)
        values (?1, ?2, ?3, ?4, ?5, ?6)";
    let AuditEntry { at, operator, act, target } = entry;
    let Target { kind, id, part } = target;
    run(db, sql, (at.millis(), operator, act.as_str(), kind.as_str(), id, part))?;
    Ok(())
}
