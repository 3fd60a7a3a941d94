//! Clearing away what has passed, a bounded number of rows at a time.

use portico_core::change::Sweep;
use rusqlite::Connection;

use super::statement::{Read, run};

/// The most rows of one kind that one round clears, so that nobody waits long behind it.
const ROUND: i64 = 2000;

/// Clears one round away and says whether there is more.
pub(super) fn round(db: &Connection, times: &Sweep) -> Read<bool> {
    let (spent, expired) = (times.spent_before.millis(), times.expired_before.millis());
    let ended = times.ended_before.millis();
    let mut more = false;
    for (sql, before) in [
        (CODES, spent),
        (REQUESTS, expired),
        (CHALLENGES, expired),
        (TICKETS, expired),
        (REVOKED, spent),
        (ASSERTIONS, spent),
        (KEYS, expired),
        (EVENTS, times.events_before.millis()),
        (DELIVERED, ended),
    ] {
        more |= run(db, sql, (before, ROUND))? as i64 == ROUND;
    }
    // The session goes last: the other two find their rows through it.
    run(db, FAMILIES, (ended, ROUND))?;
    run(db, ENTERED, (ended, ROUND))?;
    more |= run(db, SESSIONS, (ended, ROUND))? as i64 == ROUND;
    Ok(more)
}

const CODES: &str = "delete from code where rowid in (
    select rowid from code where kept_until < ?1 order by kept_until limit ?2)";
const REQUESTS: &str = "delete from consent_request where rowid in (
    select rowid from consent_request where expires_at < ?1 order by expires_at limit ?2)";
const CHALLENGES: &str = "delete from challenge where digest in (
    select digest from challenge where expires_at < ?1 order by expires_at limit ?2)";
const TICKETS: &str = "delete from link_ticket where rowid in (
    select rowid from link_ticket where expires_at < ?1 and coalesce(code_expires_at, expires_at) < ?1
    order by expires_at limit ?2)";
const REVOKED: &str = "delete from revoked_token where token in (
    select token from revoked_token where kept_until < ?1 order by kept_until limit ?2)";
const ASSERTIONS: &str = "delete from used_assertion where digest in (
    select digest from used_assertion where kept_until < ?1 order by kept_until limit ?2)";
const KEYS: &str = "delete from signing_key where kid in (
    select kid from signing_key where retires_at < ?1 limit ?2)";
const EVENTS: &str = "delete from event where seq in (
    select seq from event where at < ?1 order by at limit ?2)";
const DELIVERED: &str = "delete from delivery where rowid in (
    select rowid from delivery indexed by delivery_done
    where state = 'delivered' and queued_at < ?1 order by queued_at limit ?2)";
const FAMILIES: &str = "delete from family where session in (
    select id from session where ended_at < ?1 order by ended_at, rowid limit ?2)";
const ENTERED: &str = "delete from session_client where session in (
    select id from session where ended_at < ?1 order by ended_at, rowid limit ?2)";
const SESSIONS: &str = "delete from session where rowid in (
    select rowid from session where ended_at < ?1 order by ended_at, rowid limit ?2)";
