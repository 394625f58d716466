//! Pages that are returned again under another number.

use std::hash::{DefaultHasher, Hash, Hasher};

use hrflow_core::{Error, ErrorKind, Result};

use super::seen::Sight;

/// How many repetitions in a row are an error. A page is repeated if as many profiles came or changed since the one
/// before as it holds: that happens, but not again and again.
const MOST: u32 = 10;

/// Detects a server that ignores the number of the page.
#[derive(Default)]
pub(super) struct Repeats {
    /// The number and the fingerprint of the last page.
    last: Option<(u64, u64)>,
    in_a_row: u32,
}

impl Repeats {
    /// Whether the page `number` is the page before over again. An empty page is not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] if [`MOST`] in a row are.
    pub(super) fn is_one(&mut self, number: u64, page: Vec<Sight>) -> Result<bool> {
        let mut hasher = DefaultHasher::new();
        page.hash(&mut hasher);
        let fingerprint = hasher.finish();
        let is_one = !page.is_empty()
            && self.last.is_some_and(|(before, print)| before != number && print == fingerprint);
        self.last = Some((number, fingerprint));
        self.in_a_row = if is_one { self.in_a_row + 1 } else { 0 };
        if self.in_a_row < MOST {
            return Ok(is_one);
        }
        let message = format!("HrFlow.ai returned the same profiles for {} pages in a row", MOST + 1);
        Err(Error::new(ErrorKind::Protocol, message)
            .advise("It ignores the parameter `page`. Raise limit, so that one page holds all profiles, and check api_url."))
    }
}

#[cfg(test)]
mod tests {
    use hrflow_core::ItemKey;

    use super::*;

    fn page(key: &str) -> Vec<Sight> {
        vec![Sight { key: ItemKey::new(key), updated_at: None }]
    }

    #[test]
    fn one_page_under_every_number_is_an_error() {
        let mut repeats = Repeats::default();
        assert!(!repeats.is_one(1, page("a")).unwrap());
        for number in 2..=10 {
            assert!(repeats.is_one(number, page("a")).unwrap());
        }
        assert_eq!(repeats.is_one(11, page("a")).unwrap_err().kind(), ErrorKind::Protocol);
    }

    #[test]
    fn the_same_number_again_and_empty_pages_are_no_repetition() {
        let mut repeats = Repeats::default();
        for number in 1..40 {
            assert!(!repeats.is_one(1, page("a")).unwrap());
            assert!(!repeats.is_one(number + 1, Vec::new()).unwrap());
            assert!(!repeats.is_one(number + 2, Vec::new()).unwrap());
        }
    }
}
