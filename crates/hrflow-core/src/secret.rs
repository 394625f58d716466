//! Secrets: a type that is never printed.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

pub use crate::redact::Redactor;

/// The replacement of a secret in text.
pub const REDACTED: &str = "[redacted]";

/// A secret parameter. It is redacted in `Debug` and `Display`, wiped from memory when dropped, and never serialised.
/// Its JSON schema is a `writeOnly` string, by which documentation and validation detect it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Creates a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// Returns the secret's value. Use it only in a request to the system of the secret.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|secret| Self::new(without_line_break(&secret)))
    }
}

/// Returns the text without one trailing `\n` or `\r\n`, which editors, `echo` and YAML block scalars add.
pub fn without_line_break(text: &str) -> &str {
    let Some(line) = text.strip_suffix('\n') else { return text };
    line.strip_suffix('\r').unwrap_or(line)
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Secret::new("ask_0123456789");
        assert_eq!(format!("{secret} {secret:?}"), "[redacted] [redacted]");
        assert_eq!(secret.expose(), "ask_0123456789");
    }

    #[test]
    fn a_secret_loses_one_trailing_line_break() {
        for (written, secret) in
            [("\"a\\n\"", "a"), ("\"a\\r\\n\"", "a"), ("\"a\\n\\n\"", "a\n"), ("\" a \"", " a ")]
        {
            assert_eq!(serde_json::from_str::<Secret>(written).unwrap().expose(), secret, "{written}");
        }
    }
}
