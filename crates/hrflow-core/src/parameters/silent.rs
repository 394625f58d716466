//! A deserialisation error that keeps nothing: serde's own texts repeat the values they complain about.

use std::fmt;

/// That it failed, and no more.
#[derive(Debug)]
pub(super) struct Silent;

impl fmt::Display for Silent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot be read")
    }
}

impl std::error::Error for Silent {}

impl serde::de::Error for Silent {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
