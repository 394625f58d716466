//! Text made to fit, and the warnings about it.

use std::fmt::Display;

use connector_hrflow::{Filled, line, plain, prose};
use hrflow_core::{
    Warning, Warnings,
    text::{cut, length},
};

/// Makes text fit, and collects warnings about the members that were cut or left out.
#[derive(Default)]
pub(crate) struct Fit {
    /// What was noted, in order.
    pub(crate) warnings: Warnings,
}

impl Fit {
    /// One line of at most `most` characters.
    pub(crate) fn line(&mut self, member: impl Display, text: &impl Filled, most: usize) -> Option<String> {
        Some(self.warnings.cut(member, &plain(text)?, most))
    }

    /// Lines of at most `most` characters altogether, with an ellipsis where there was more.
    pub(crate) fn lines(&mut self, member: impl Display, text: String, most: usize) -> String {
        if length(&text) <= most {
            return text;
        }
        self.warnings.add(member, format_args!("Cut to {most} characters"));
        format!("{}...", cut(&text, most.saturating_sub(3)))
    }

    /// Notes that a member is left out, and why.
    pub(crate) fn leave_out(&mut self, member: impl Display, why: impl Display) {
        self.warnings.add(member, format_args!("{why}; left out"));
    }

    /// The warnings.
    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        self.warnings.into_vec()
    }
}

/// Lines without HTML and control characters, without the empty ones.
pub(crate) fn lines(text: &impl Filled) -> Option<String> {
    let lines: Vec<String> = prose(text)?.lines().filter_map(|it| line(&it)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
