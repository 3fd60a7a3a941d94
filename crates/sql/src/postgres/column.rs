//! Between columns and values.

use std::fmt::Display;
use std::str::FromStr;

use portico_core::moment::Moment;
use portico_core::scope::ScopeSet;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::fault::Fault;
use super::statement::Read;

/// A column as the driver reads it.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Read<T> {
    row.try_get(column).map_err(|_| Fault::Unreadable(column))
}

/// A moment.
pub(super) fn moment(row: &Row, column: usize) -> Read<Moment> {
    get(row, column).map(Moment::from_millis)
}

/// A moment, if there is one.
pub(super) fn maybe_moment(row: &Row, column: usize) -> Read<Option<Moment>> {
    Ok(get::<Option<i64>>(row, column)?.map(Moment::from_millis))
}

/// A small number.
pub(super) fn number(row: &Row, column: usize) -> Read<u32> {
    u32::try_from(get::<i64>(row, column)?).map_err(|_| Fault::Unreadable(column))
}

/// So many bytes.
pub(super) fn bytes<const N: usize>(row: &Row, column: usize) -> Read<[u8; N]> {
    get::<&[u8]>(row, column)?.try_into().map_err(|_| Fault::Unreadable(column))
}

/// So many bytes, if there are any.
pub(super) fn maybe_bytes<const N: usize>(row: &Row, column: usize) -> Read<Option<[u8; N]>> {
    let bytes = get::<Option<&[u8]>>(row, column)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| Fault::Unreadable(column))).transpose()
}

/// A random id or another value made from 16 bytes.
pub(super) fn id<T>(row: &Row, column: usize, make: fn([u8; 16]) -> T) -> Read<T> {
    bytes(row, column).map(make)
}

/// A random id, if there is one.
pub(super) fn maybe_id<T>(row: &Row, column: usize, make: fn([u8; 16]) -> T) -> Read<Option<T>> {
    Ok(maybe_bytes(row, column)?.map(make))
}

/// A value that is written as text.
pub(super) fn text<T: FromStr>(row: &Row, column: usize) -> Read<T> {
    get::<&str>(row, column)?.parse().map_err(|_| Fault::Unreadable(column))
}

/// A value that is written as text, if there is one.
pub(super) fn maybe_text<T: FromStr>(row: &Row, column: usize) -> Read<Option<T>> {
    let text = get::<Option<&str>>(row, column)?;
    text.map(|text| text.parse().map_err(|_| Fault::Unreadable(column))).transpose()
}

/// A value that is written as one of a few words.
pub(super) fn word<T>(row: &Row, column: usize, parse: fn(&str) -> Option<T>) -> Read<T> {
    parse(get(row, column)?).ok_or(Fault::Unreadable(column))
}

/// A set of scopes, of whatever size it was stored with.
pub(super) fn scopes(row: &Row, column: usize) -> Read<ScopeSet> {
    let parts = get::<&str>(row, column)?.split(' ').filter(|part| !part.is_empty());
    parts.map(str::parse).collect::<Result<_, _>>().map_err(|_| Fault::Unreadable(column))
}

/// A whole document.
pub(super) fn doc<T: DeserializeOwned>(row: &Row, column: usize) -> Read<T> {
    serde_json::from_str(get(row, column)?).map_err(|_| Fault::Unreadable(column))
}

/// A value as the text of a document.
pub(super) fn to_doc<T: Serialize>(value: &T) -> Read<String> {
    serde_json::to_string(value).map_err(|_| Fault::Unwritable)
}

/// A number of rows as PostgreSQL counts them.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A value as its text.
pub(super) fn shown(value: &impl Display) -> String {
    value.to_string()
}
