//! An event that sets a workflow off.

use std::{fmt, io, path::Path};

use hrflow_connectors::hrflow::webhook;
use hrflow_core::{Error, ErrorKind, Result, bounded_read, connector::ActionParameters};
use serde_json::Value;

use crate::items::MAX_ITEM;

/// What a hook was called with. It may hold a candidate's data: `Debug` shows its size.
#[derive(Clone)]
pub struct Event {
    body: Vec<u8>,
    signature: Option<String>,
}

impl Event {
    /// The body of the request, as it came: a signature is one of every byte of it.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), signature: None }
    }

    /// The same from a file; from standard input for `-`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where it cannot be read, or is larger than [`MAX_ITEM`](crate::items::MAX_ITEM).
    pub fn from_path(path: &Path) -> Result<Self> {
        let body = match path == Path::new("-") {
            true => bounded_read::from_reader(io::stdin().lock(), MAX_ITEM as usize),
            false => bounded_read::bytes(path, MAX_ITEM as usize),
        };
        body.map(Self::new).map_err(|why| {
            Error::new(ErrorKind::Config, format!("cannot read the event in {}: {why}", path.display()))
        })
    }

    /// Adds the value of the header with the signature, `HTTP-HRFLOW-SIGNATURE`.
    #[must_use]
    pub fn with_signature(mut self, header: impl Into<String>) -> Self {
        self.signature = Some(header.into());
        self
    }

    /// The event as JSON, once its signature is found to be right where there has to be one.
    pub(crate) fn open(&self, parameters: &ActionParameters) -> std::result::Result<Value, String> {
        let body = match (&parameters.event_secret, &self.signature) {
            (None, None) => self.body.clone(),
            (Some(secret), Some(header)) => {
                webhook::verify(parameters.event_signature, secret, header, &self.body)
                    .map_err(|error| error.to_string())?
            }
            (Some(_), None) => {
                return Err("it has no signature, and action_parameters.event_secret asks for one".to_owned());
            }
            (None, Some(_)) => {
                return Err(
                    "its signature cannot be checked: action_parameters.event_secret is not set".to_owned()
                );
            }
        };
        serde_json::from_slice(&body).map_err(|error| {
            format!("it is not valid JSON (line {}, column {})", error.line(), error.column())
        })
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Event({} bytes)", self.body.len())
    }
}
