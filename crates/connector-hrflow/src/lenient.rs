//! Reading that makes the best of every value: each field's function takes any JSON, and answers
//! with what it finds there or with nothing. Errors are only those of the JSON text itself.

mod number;
mod record;
mod text;

pub(crate) use number::{number, size, whole};
pub(crate) use record::{Record, list, record};
pub(crate) use text::{date_text, text};
