//! A deserialisation error without content: serde's own messages repeat the invalid values.

use std::fmt;

/// The fact of a failure, without details.
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
