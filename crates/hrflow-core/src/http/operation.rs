//! The operations of requests, and whether they may be repeated.

use std::fmt;

/// The effect of the same request arriving twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// It changes nothing: may be resent at any time.
    Read,
    /// Repetition has no additional effect: may be resent at any time.
    Idempotent,
    /// Repetition creates a second record: resent only if the first request certainly had no effect.
    Once,
}

/// A named call to a vendor.
///
/// The name is stable and contains no item data. Spans, metrics and errors have it instead of the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The name, such as `candidates.create`.
    pub name: &'static str,
    /// Whether it may be sent twice.
    pub safety: Safety,
}

impl Operation {
    /// Creates an operation that changes nothing.
    pub const fn read(name: &'static str) -> Self {
        Self { name, safety: Safety::Read }
    }

    /// Creates an operation that may be repeated.
    pub const fn idempotent(name: &'static str) -> Self {
        Self { name, safety: Safety::Idempotent }
    }

    /// Creates an operation that is repeated only if it certainly had no effect.
    pub const fn once(name: &'static str) -> Self {
        Self { name, safety: Safety::Once }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
