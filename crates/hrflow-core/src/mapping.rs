//! What a default format makes of an item, member by member, as a table that people can read and tests can hold against
//! the format.

use std::fmt;

use serde::{Serialize, Serializer};

/// One row of the table.
///
/// Members are written as paths: `info.email`, `experiences[].title` in every element of a list,
/// `info.urls[type=linkedin].url` in those elements that have such a member. A path stands for all that is below it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct MappingRow {
    /// The member of the origin's item. Empty for what is the same whatever the item is.
    pub from: &'static str,
    /// The member of the target's item. Empty for what is left out.
    pub to: &'static str,
    /// What is made of it, or why it is left out.
    pub rule: &'static str,
    /// The members of the origin's item that go before this one: the row holds only where they are missing.
    pub without: &'static [&'static str],
    /// How much the target takes.
    pub limit: Option<Limit>,
    /// Where the target's side of it is documented.
    pub source: &'static str,
}

impl MappingRow {
    /// `from` becomes `to`.
    pub const fn new(from: &'static str, to: &'static str, rule: &'static str) -> Self {
        Self { from, to, rule, without: &[], limit: None, source: "" }
    }

    /// `to` is the same whatever the item is.
    pub const fn always(to: &'static str, rule: &'static str) -> Self {
        Self::new("", to, rule)
    }

    /// `from` is not sent, for a reason.
    pub const fn left_out(from: &'static str, reason: &'static str) -> Self {
        Self::new(from, "", reason)
    }

    /// Only where these members are missing.
    #[must_use]
    pub const fn without(mut self, members: &'static [&'static str]) -> Self {
        self.without = members;
        self
    }

    /// At most `most` characters; what is longer is cut.
    #[must_use]
    pub const fn cut(mut self, most: usize) -> Self {
        self.limit = Some(Limit::Cut(most));
        self
    }

    /// At most `most` characters; what is longer is left out.
    #[must_use]
    pub const fn at_most(mut self, most: usize) -> Self {
        self.limit = Some(Limit::AtMost(most));
        self
    }

    /// At most `most` elements; the first ones stay.
    #[must_use]
    pub const fn elements(mut self, most: usize) -> Self {
        self.limit = Some(Limit::Elements(most));
        self
    }

    /// Where the target's side of it is documented, such as `API documentation, candidates`.
    #[must_use]
    pub const fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }
}

/// How much a target takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// So many characters; what is longer is cut.
    Cut(usize),
    /// So many characters; what is longer is left out.
    AtMost(usize),
    /// So many elements; the first ones stay.
    Elements(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(most) => write!(f, "{most} characters, then cut"),
            Self::AtMost(most) => write!(f, "{most} characters, else left out"),
            Self::Elements(most) => write!(f, "the first {most}"),
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
