//! Between columns and values.

use std::fmt::Display;
use std::str::FromStr;

use portico_core::moment::Moment;
use portico_core::scope::ScopeSet;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Error, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::statement::Read;

/// A stored value that does not read back. It says which column, never what stands in it.
#[derive(Debug, thiserror::Error)]
#[error("a stored value does not read")]
struct Unreadable;

fn unreadable(column: usize, kind: Type) -> Error {
    Error::FromSqlConversionFailure(column, kind, Box::new(Unreadable))
}

/// A moment.
pub(super) fn moment(row: &Row<'_>, column: usize) -> Read<Moment> {
    row.get(column).map(Moment::from_millis)
}

/// A moment, if there is one.
pub(super) fn maybe_moment(row: &Row<'_>, column: usize) -> Read<Option<Moment>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Moment::from_millis))
}

/// A random id or another value made from 16 bytes.
pub(super) fn id<T>(row: &Row<'_>, column: usize, make: fn([u8; 16]) -> T) -> Read<T> {
    row.get(column).map(make)
}

/// A value that is written as text.
pub(super) fn text<T: FromStr>(row: &Row<'_>, column: usize) -> Read<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|_| unreadable(column, Type::Text))
}

/// A value that is written as text, if there is one.
pub(super) fn maybe_text<T: FromStr>(row: &Row<'_>, column: usize) -> Read<Option<T>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => text(row, column).map(Some),
    }
}

/// A value that is written as one of a few words.
pub(super) fn word<T>(row: &Row<'_>, column: usize, parse: fn(&str) -> Option<T>) -> Read<T> {
    parse(row.get_ref(column)?.as_str()?).ok_or_else(|| unreadable(column, Type::Text))
}

/// A set of scopes, of whatever size it was stored with.
pub(super) fn scopes(row: &Row<'_>, column: usize) -> Read<ScopeSet> {
    let text = row.get_ref(column)?.as_str()?;
    let scopes = text.split(' ').filter(|part| !part.is_empty()).map(str::parse).collect::<Result<_, _>>();
    scopes.map_err(|_| unreadable(column, Type::Text))
}

/// A whole document.
pub(super) fn doc<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Read<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|_| unreadable(column, Type::Text))
}

/// A value as the text of a document.
pub(super) fn to_doc<T: Serialize>(value: &T) -> Read<String> {
    serde_json::to_string(value).map_err(|_| Error::ToSqlConversionFailure(Box::new(Unreadable)))
}

/// A number of rows as SQLite counts them.
pub(super) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A value as its text.
pub(super) fn shown(value: &impl Display) -> String {
    value.to_string()
}
