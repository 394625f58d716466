//! What a request does at the vendor, and whether it may be sent twice.

use std::fmt;

/// What happens when the same request arrives twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// It changes nothing: may be sent again at any time.
    Read,
    /// Once or twice, the outcome is the same: may be sent again at any time.
    Idempotent,
    /// Twice makes two records: sent again only when the first one certainly took no effect.
    Once,
}

/// A named call to a vendor.
///
/// The name is stable and holds nothing of the item: spans, metrics and errors carry it, and never
/// the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Operation {
    /// Such as `candidates.create`.
    pub name: &'static str,
    /// Whether it may be sent twice.
    pub safety: Safety,
}

impl Operation {
    /// An operation that changes nothing.
    pub const fn read(name: &'static str) -> Self {
        Self { name, safety: Safety::Read }
    }

    /// An operation that may be repeated.
    pub const fn idempotent(name: &'static str) -> Self {
        Self { name, safety: Safety::Idempotent }
    }

    /// An operation that must not be repeated unless it certainly took no effect.
    pub const fn once(name: &'static str) -> Self {
        Self { name, safety: Safety::Once }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
