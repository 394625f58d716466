//! Text made to fit, and what is told of it.

use std::fmt::Display;

use connector_hrflow::{Filled, plain};
use hrflow_core::text::{cut, without_html};

/// How many members a warning names.
const NAMED: usize = 10;

/// Makes text fit, and notes which members were shortened or left out. Never what they hold.
#[derive(Default)]
pub(crate) struct Fit {
    shortened: Vec<String>,
    left_out: Vec<String>,
}

impl Fit {
    /// One line of at most `most` characters.
    pub(crate) fn line(&mut self, member: impl Display, text: &impl Filled, most: usize) -> Option<String> {
        let line = plain(text)?;
        let short = cut(&line, most);
        if short.len() < line.len() {
            self.shortened.push(member.to_string());
        }
        Some(short.to_owned())
    }

    /// Lines without HTML, of at most `most` characters altogether, with an ellipsis where there was more.
    pub(crate) fn prose(&mut self, member: impl Display, text: &str, most: usize) -> Option<String> {
        let text = lines(text)?;
        if text.chars().count() <= most {
            return Some(text);
        }
        self.shortened.push(member.to_string());
        Some(format!("{}...", cut(&text, most.saturating_sub(3))))
    }

    /// Notes that a member does not fit.
    pub(crate) fn leave_out(&mut self, member: impl Display) {
        self.left_out.push(member.to_string());
    }

    /// What was noted, in a line or two.
    pub(crate) fn into_warnings(self) -> Vec<String> {
        let told = |what: &str, members: Vec<String>| {
            let more = members.len().saturating_sub(NAMED);
            let named = members.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            match (named.is_empty(), more) {
                (true, _) => None,
                (false, 0) => Some(format!("{what} {named}")),
                (false, more) => Some(format!("{what} {named} and {more} more")),
            }
        };
        let shortened = told("shortened to fit:", self.shortened);
        shortened.into_iter().chain(told("left out as it does not fit:", self.left_out)).collect()
    }
}

/// Lines without HTML and control characters, without the blank ones.
pub(crate) fn lines(text: &str) -> Option<String> {
    let text = without_html(text);
    let lines: Vec<String> = text.lines().filter_map(|line| plain(&line)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
