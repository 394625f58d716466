//! What becomes of one profile.

use hrflow_core::{Warning, Warnings};
use hrflow_workflow::Prepared;
use serde::Serialize;
use serde_json::Value;

use super::difference::{Difference, differences};

/// What a profile came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Mapped,
    Discarded,
    Failed,
}

/// A profile on its way through format and logics.
#[derive(Serialize)]
pub(super) struct Mapped {
    #[serde(skip)]
    pub(super) fate: Fate,
    /// What a run knows it by.
    pub(super) key: Option<String>,
    /// What the default format makes of it.
    pub(super) default: Option<Value>,
    /// Why that makes nothing of it.
    pub(super) default_failure: Option<String>,
    /// What the workflow makes of it, as far as it comes.
    pub(super) mapped: Option<Value>,
    /// From the default to that.
    pub(super) difference: Vec<Difference>,
    /// What reading and the workflow's format dropped, cut, replaced or repaired.
    pub(super) warnings: Vec<Warning>,
    /// Which logic discards it.
    pub(super) discarded_by: Option<String>,
    /// What of it the target does not take.
    pub(super) violations: Vec<String>,
    /// Why it comes no further.
    pub(super) failure: Option<String>,
}

impl Mapped {
    /// Of what could not be read.
    pub(super) fn unread(failure: String) -> Self {
        Self { fate: Fate::Failed, failure: Some(failure), ..Self::new(None) }
    }

    fn new(key: Option<String>) -> Self {
        Self {
            fate: Fate::Mapped,
            key,
            default: None,
            default_failure: None,
            mapped: None,
            difference: Vec::new(),
            warnings: Vec::new(),
            discarded_by: None,
            violations: Vec::new(),
            failure: None,
        }
    }

    /// Takes a profile the way that a run takes it.
    pub(super) fn of(prepared: &Prepared, item: Value) -> Self {
        let mut mapped = Self::new(key(prepared, &item));
        let mut warnings = Warnings::from(prepared.action().read_warnings(item.clone()));
        match prepared.default_format(item.clone()) {
            Ok(default) => mapped.default = Some(default),
            Err(why) => mapped.default_failure = Some(why),
        }
        match prepared.action().vet_item(item.clone()) {
            Ok(()) => mapped.go(prepared, item),
            Err(error) => mapped.failure = Some(error.to_string()),
        }
        // They travel with the item, and are no part of what is sent.
        mapped.default.as_mut().map(take_warnings);
        warnings.extend(mapped.mapped.as_mut().map(take_warnings).unwrap_or_default());
        mapped.warnings = warnings.into_vec();
        if let (Some(default), Some(item)) = (&mapped.default, &mapped.mapped) {
            mapped.difference = differences(default, item);
        }
        if mapped.failure.is_some() || !mapped.violations.is_empty() {
            mapped.fate = Fate::Failed;
        } else if mapped.discarded_by.is_some() {
            mapped.fate = Fate::Discarded;
        }
        mapped
    }

    fn go(&mut self, prepared: &Prepared, item: Value) {
        let formatted = match (&prepared.run.format, &self.default) {
            (Some(format), _) => match prepared.action().read_item(item) {
                Ok(item) => format(item).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            },
            (None, Some(default)) => Ok(default.clone()),
            (None, None) => Err(self.default_failure.clone().unwrap_or_default()),
        };
        let mut taken = match formatted {
            Ok(formatted) => self.take(prepared, formatted),
            Err(failure) => return self.failure = Some(failure),
        };
        for (index, logic) in prepared.run.logics.iter().enumerate() {
            let Some(item) = taken else { return };
            match logic(item) {
                Ok(Some(kept)) => taken = self.take(prepared, kept),
                Ok(None) => return self.discarded_by = Some(format!("logics[{index}]")),
                Err(error) => return self.failure = Some(error.to_string()),
            }
        }
    }

    /// The item as the target reads it, if it takes it.
    fn take(&mut self, prepared: &Prepared, item: Value) -> Option<Value> {
        let read = prepared.action().read_formatted(item.clone());
        match read {
            Ok(read) => {
                self.mapped = Some(read.clone());
                Some(read)
            }
            Err(faults) => {
                self.mapped = Some(item);
                self.violations = faults.iter().map(ToString::to_string).collect();
                None
            }
        }
    }
}

/// Removes the warnings from a formatted item. Those of an item that the target does not accept may be garbled: then
/// they stay.
fn take_warnings(item: &mut Value) -> Vec<Warning> {
    let read = item.get("warnings").map(|warnings| serde_json::from_value(warnings.clone()));
    let Some(Ok(warnings)) = read else { return Vec::new() };
    item.as_object_mut().map(|members| members.remove("warnings"));
    warnings
}

fn key(prepared: &Prepared, item: &Value) -> Option<String> {
    prepared.action().item_key(item.clone()).ok().map(|key| key.as_str().to_owned())
}
