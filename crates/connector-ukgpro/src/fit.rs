//! Text made to fit, and the warnings about it.

use std::fmt::Display;

use connector_hrflow::{Filled, plain};
use hrflow_core::{
    Warning, Warnings,
    text::{cut, without_html},
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
        let line = plain(text)?;
        let short = cut(&line, most);
        if short.len() < line.len() {
            self.was_cut(member, most);
        }
        Some(short.to_owned())
    }

    /// Lines without HTML, of at most `most` characters altogether, with an ellipsis where there was more.
    pub(crate) fn prose(&mut self, member: impl Display, text: &str, most: usize) -> Option<String> {
        let text = lines(text)?;
        if text.chars().count() <= most {
            return Some(text);
        }
        self.was_cut(member, most);
        Some(format!("{}...", cut(&text, most.saturating_sub(3))))
    }

    /// Notes that a member is left out, and why.
    pub(crate) fn leave_out(&mut self, member: impl Display, why: impl Display) {
        self.warnings.add(member, format_args!("{why}; left out"));
    }

    /// The warnings.
    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        self.warnings.into_vec()
    }

    fn was_cut(&mut self, member: impl Display, most: usize) {
        self.warnings.add(member, format_args!("Cut to {most} characters"));
    }
}

/// Lines without HTML and control characters, without the blank ones.
pub(crate) fn lines(text: &str) -> Option<String> {
    let text = without_html(text);
    let lines: Vec<String> = text.lines().filter_map(|line| plain(&line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
