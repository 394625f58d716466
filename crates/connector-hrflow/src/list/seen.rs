//! The profiles that were handed out lately.

use std::{collections::HashSet, mem};

use hrflow_core::ItemKey;

/// How many are remembered at least; at most twice as many.
const REMEMBERED: usize = 5_000;

/// A profile as it was at some time. One that changed since is another sight.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Sight {
    pub(super) key: ItemKey,
    pub(super) updated_at: Option<String>,
}

/// A bounded memory of sights: what is older than [`REMEMBERED`] others is forgotten.
#[derive(Default)]
pub(super) struct Seen {
    recent: HashSet<Sight>,
    before: HashSet<Sight>,
}

impl Seen {
    /// Notes a sight, and says whether it is a new one. Whatever is seen again is remembered anew.
    pub(super) fn is_new(&mut self, sight: Sight) -> bool {
        let known = self.recent.contains(&sight) || self.before.remove(&sight);
        self.recent.insert(sight);
        if self.recent.len() >= REMEMBERED {
            self.before = mem::take(&mut self.recent);
        }
        !known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(key: usize, updated_at: &str) -> Sight {
        Sight { key: ItemKey::new(key.to_string()), updated_at: Some(updated_at.to_owned()) }
    }

    #[test]
    fn a_profile_that_changed_is_new_again() {
        let mut seen = Seen::default();
        assert!(seen.is_new(sight(1, "2025-01-01")));
        assert!(!seen.is_new(sight(1, "2025-01-01")));
        assert!(seen.is_new(sight(1, "2025-01-02")));
        assert!(seen.is_new(sight(2, "2025-01-01")));
    }

    #[test]
    fn it_remembers_enough_and_not_too_much() {
        let mut seen = Seen::default();
        let last = 12 * REMEMBERED + REMEMBERED / 3;
        for key in 0..last {
            assert!(seen.is_new(sight(key, "")));
            assert!(seen.recent.len() + seen.before.len() <= 2 * REMEMBERED);
        }
        for key in last - REMEMBERED..last {
            assert!(!seen.is_new(sight(key, "")));
        }
        assert!(seen.is_new(sight(0, "")), "the oldest is forgotten");
    }
}
