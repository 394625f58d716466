//! What `hrflow check` reports.

use std::fmt;

use serde::Serialize;

use crate::{error::Result, result::Failure, text::excerpt};

/// Most characters of one line: it may repeat what a vendor calls itself.
const LONGEST: usize = 500;

/// One line of a check. `Display` is its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Something is in order.
    Ok(String),
    /// Something will make runs worse, and does not keep them from starting.
    Warning(String),
}

impl Finding {
    /// A warning; it says what a run will do differently, and what to change.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::Warning(text.into())
    }

    /// Whether it is a warning.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::Warning(_))
    }
}

/// Something that is in order.
impl From<String> for Finding {
    fn from(text: String) -> Self {
        Self::Ok(text)
    }
}

/// Something that is in order.
impl From<&str> for Finding {
    fn from(text: &str) -> Self {
        Self::Ok(text.to_owned())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Ok(text) | Self::Warning(text)) = self;
        f.write_str(text)
    }
}

/// The result of a check of both ends.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckReport {
    /// What is in order, a line each.
    pub found: Vec<String>,
    /// What will make runs worse without keeping them from starting, a line each.
    pub warnings: Vec<String>,
    /// What keeps runs from starting.
    pub failures: Vec<Failure>,
}

impl CheckReport {
    /// Adds what the check of one end found; every line names the warehouse and has at most 500 characters.
    pub(crate) fn note(&mut self, warehouse: &'static str, step: &str, checked: Result<Vec<Finding>>) {
        match checked {
            Ok(found) => {
                for finding in found {
                    let line = excerpt(&format!("{warehouse}: {finding}"), LONGEST);
                    if finding.is_warning() { self.warnings.push(line) } else { self.found.push(line) }
                }
            }
            Err(error) => self.failures.push(Failure::new("", step, &error.with("warehouse", warehouse))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_what_they_mean_and_cut() {
        let mut report = CheckReport::default();
        let found = vec!["logged in".into(), Finding::warning("é".repeat(1_000))];
        report.note("Vendor", "write", Ok(found));
        assert_eq!(report.found, ["Vendor: logged in"]);
        let warning = &report.warnings[0];
        assert!(warning.starts_with("Vendor: é") && warning.ends_with('…'), "{warning}");
        assert_eq!(warning.chars().count(), LONGEST);
    }
}
