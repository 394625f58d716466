//! How values stand in columns.

use base16ct::lower;
use jiff::Timestamp;
use rusqlite::{
    Error, Result,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, Type, Value, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};

/// A time, as milliseconds since 1970.
pub(super) struct Time(pub(super) Timestamp);

impl ToSql for Time {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let milliseconds = value.as_i64()?;
        Timestamp::from_millisecond(milliseconds).map(Self).map_err(FromSqlError::other)
    }
}

/// Anything that serde writes, as JSON; a plain word stands without quotes.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        let cannot = |error: serde_json::Error| Error::ToSqlConversionFailure(error.into());
        let value = serde_json::to_value(&self.0).map_err(cannot)?;
        Ok(match value {
            serde_json::Value::String(word) => word.into(),
            other => other.to_string().into(),
        })
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let word = || serde_json::from_value(serde_json::Value::String(text.to_owned()));
        serde_json::from_str(text).or_else(|_| word()).map(Self).map_err(FromSqlError::other)
    }
}

/// A digest in hexadecimal, as its bytes; any other text as it is.
pub(super) fn digest(text: &str) -> Value {
    match lower::decode_vec(text) {
        Ok(bytes) => Value::Blob(bytes),
        Err(_) => Value::Text(text.to_owned()),
    }
}

/// The text that [`digest`] packed.
pub(super) fn undigest<T: DeserializeOwned>(value: Value, column: usize) -> Result<T> {
    let text = match value {
        Value::Blob(bytes) => lower::encode_string(&bytes),
        Value::Text(text) => text,
        other => return Err(Error::InvalidColumnType(column, "digest".to_owned(), other.data_type())),
    };
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|error| Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}
