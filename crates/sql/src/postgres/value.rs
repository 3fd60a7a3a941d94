//! What goes into a statement: each value with its type.

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// One value that is passed to a statement.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Bytes(Option<&'a [u8]>),
    Text(Option<&'a str>),
    Owned(String),
    Number(Option<i64>),
    Truth(bool),
    ManyBytes(Vec<&'a [u8]>),
    ManyTexts(Vec<&'a str>),
    ManyNumbers(Vec<i64>),
}

impl Value<'_> {
    /// The type that the statement is told, so that nothing has to be asked of the server.
    pub(super) fn kind(&self) -> Type {
        match self {
            Self::Bytes(_) => Type::BYTEA,
            Self::Text(_) | Self::Owned(_) => Type::TEXT,
            Self::Number(_) => Type::INT8,
            Self::Truth(_) => Type::BOOL,
            Self::ManyBytes(_) => Type::BYTEA_ARRAY,
            Self::ManyTexts(_) => Type::TEXT_ARRAY,
            Self::ManyNumbers(_) => Type::INT8_ARRAY,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Bytes(value) => value.to_sql(kind, out),
            Self::Text(value) => value.to_sql(kind, out),
            Self::Owned(value) => value.to_sql(kind, out),
            Self::Number(value) => value.to_sql(kind, out),
            Self::Truth(value) => value.to_sql(kind, out),
            Self::ManyBytes(values) => values.to_sql(kind, out),
            Self::ManyTexts(values) => values.to_sql(kind, out),
            Self::ManyNumbers(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::BYTEA,
            Type::TEXT,
            Type::INT8,
            Type::BOOL,
            Type::BYTEA_ARRAY,
            Type::TEXT_ARRAY,
            Type::INT8_ARRAY,
        ]
        .contains(kind)
    }

    to_sql_checked!();
}

macro_rules! from {
    ($($source:ty => |$value:ident| $make:expr;)+) => {
        $(impl<'a> From<$source> for Value<'a> {
            fn from($value: $source) -> Self {
                $make
            }
        })+
    };
}

from! {
    &'a [u8] => |value| Self::Bytes(Some(value));
    &'a Vec<u8> => |value| Self::Bytes(Some(value));
    &'a [u8; 16] => |value| Self::Bytes(Some(value));
    &'a [u8; 32] => |value| Self::Bytes(Some(value));
    Option<&'a [u8; 16]> => |value| Self::Bytes(value.map(|bytes| &bytes[..]));
    Option<&'a [u8; 32]> => |value| Self::Bytes(value.map(|bytes| &bytes[..]));
    &'a Option<Vec<u8>> => |value| Self::Bytes(value.as_deref());
    &'a str => |value| Self::Text(Some(value));
    &'a String => |value| Self::Text(Some(value));
    Option<&'a str> => |value| Self::Text(value);
    &'a Option<String> => |value| Self::Text(value.as_deref());
    String => |value| Self::Owned(value);
    i64 => |value| Self::Number(Some(value));
    u32 => |value| Self::Number(Some(i64::from(value)));
    Option<i64> => |value| Self::Number(value);
    bool => |value| Self::Truth(value);
    Vec<&'a [u8]> => |values| Self::ManyBytes(values);
    Vec<&'a str> => |values| Self::ManyTexts(values);
    Vec<i64> => |values| Self::ManyNumbers(values);
}

/// The values of one statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::postgres::value::Value::from($value)),*]
    };
}

pub(super) use values;
