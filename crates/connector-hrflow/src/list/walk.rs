//! How far a list is read while its pages move. The [module above](super) says why it is done this way.

use hrflow_core::{Error, ErrorKind, Result};

use crate::api::Meta;

/// How many answers in a row may bring nothing new. More than a page: whoever steps back meets what was read before.
const MOST_IN_VAIN: u32 = 500;

/// A walk down a list, page by page.
#[derive(Default)]
pub(super) struct Walk {
    /// How many profiles a page holds: as many as the first one did, whatever was asked for.
    size: u64,
    /// From the top of the list to here, nothing was passed over.
    covered: u64,
    /// How long the list is, by the newest answer that says so.
    total: Option<u64>,
    /// Whether the list has changed under way.
    moved: bool,
    at_end: bool,
    in_vain: u32,
}

impl Walk {
    /// The page to ask for, from 1.
    pub(super) fn page(&self) -> u64 {
        self.covered.checked_div(self.size).unwrap_or_default() + 1
    }

    /// The page that was asked for has come, with `count` profiles. Says whether it goes on where the walk stood; if
    /// not, profiles may have slipped past, and what it holds is to be read again after them.
    pub(super) fn arrived(&mut self, meta: &Meta, count: u64) -> bool {
        let page = self.page();
        if let Some((before, now)) = self.total.zip(meta.total) {
            self.moved |= before != now;
            self.covered = self.covered.saturating_sub(before.saturating_sub(now));
        }
        self.total = meta.total.or(self.total);
        let start = (page - 1) * self.size;
        if start > self.covered {
            return false;
        }
        if self.size == 0 {
            self.size = count;
        }
        self.covered = start + self.size;
        self.at_end = count == 0 || is_last(page, start + count, meta);
        true
    }

    /// A profile was met that was pushed down.
    pub(super) fn notice(&mut self) {
        self.moved = true;
    }

    /// Whether the list was read to its end.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Whether profiles came, changed or went under way.
    pub(super) fn has_moved(&self) -> bool {
        self.moved
    }

    /// Notes whether an answer brought anything new.
    ///
    /// # Errors
    ///
    /// When too many in a row did not.
    pub(super) fn brought(&mut self, news: bool) -> Result<()> {
        self.in_vain = if news { 0 } else { self.in_vain + 1 };
        if self.in_vain < MOST_IN_VAIN {
            return Ok(());
        }
        let message =
            format!("HrFlow.ai's list does not move on: {MOST_IN_VAIN} answers in a row held nothing new");
        Err(Error::new(ErrorKind::Unavailable, message).advise(
            "The source may be changing faster than it can be read: raise limit, or run again later.",
        ))
    }
}

/// Whether a page that ends at profile `end` of the list is its last one. `maxPage` alone may be counted in pages of the
/// size that was asked for, where smaller ones are answered.
fn is_last(page: u64, end: u64, meta: &Meta) -> bool {
    // Numbers that contradict the page say nothing of the rest.
    if meta.total.is_some_and(|total| total < end) {
        return false;
    }
    let by_page = meta.max_page.filter(|max| *max > 0).map(|max| page >= max);
    let by_count = meta.total.map(|total| end >= total);
    match (by_page, by_count) {
        (None, None) => false,
        (by_page, by_count) => by_page.unwrap_or(true) && by_count.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meta(max_page: impl Into<Option<u64>>, total: impl Into<Option<u64>>) -> Meta {
        Meta { max_page: max_page.into(), total: total.into() }
    }

    /// Hands pages to a walk; answers which one is asked for next, and whether each was taken.
    fn walk(pages: &[(Meta, u64)]) -> (Walk, Vec<(u64, bool)>) {
        let mut walk = Walk::default();
        let taken = pages.iter().map(|(meta, count)| (walk.page(), walk.arrived(meta, *count))).collect();
        (walk, taken)
    }

    #[test]
    fn a_list_at_rest_is_read_page_by_page() {
        let (walk, taken) = walk(&[(meta(3, 5), 2), (meta(3, 5), 2), (meta(3, 5), 1)]);
        assert_eq!(taken, [(1, true), (2, true), (3, true)]);
        assert!(walk.is_at_end() && !walk.has_moved());
    }

    #[test]
    fn a_list_that_grows_is_read_on() {
        let (walk, taken) = walk(&[(meta(2, 4), 2), (meta(3, 5), 2)]);
        assert_eq!((taken, walk.page()), (vec![(1, true), (2, true)], 3));
        assert!(!walk.is_at_end() && walk.has_moved());
    }

    #[test]
    fn a_list_that_shrinks_is_read_again_from_as_many_pages_back() {
        for (gone, back) in [(1, 3), (2, 3), (3, 2), (4, 2), (5, 1), (6, 1)] {
            let page = |total| (meta(10, total), 2);
            let (walk, taken) = walk(&[page(20), page(20), page(20), page(20 - gone)]);
            assert_eq!(taken, [(1, true), (2, true), (3, true), (4, false)]);
            assert_eq!(walk.page(), back, "{gone} gone");
        }
    }

    #[test]
    fn what_is_left_of_a_step_back_bears_a_further_loss() {
        let page = |total| (meta(10, total), 10);
        // Four are gone, a whole page is stepped back: six more may go before the next answer.
        let (walk, taken) = walk(&[page(100), page(100), page(96), page(90), page(90)]);
        assert_eq!(taken, [(1, true), (2, true), (3, false), (2, true), (3, true)]);
        assert_eq!(walk.page(), 4);
    }

    #[test]
    fn a_list_that_shrinks_under_the_last_page_is_not_at_its_end() {
        let (walk, taken) = walk(&[(meta(2, 3), 2), (meta(1, 2), 0)]);
        assert_eq!(taken, [(1, true), (2, false)]);
        assert!(!walk.is_at_end());
        assert_eq!(walk.page(), 1);
    }

    #[test]
    fn the_end_is_where_the_newest_answer_or_an_empty_page_says() {
        let ends = |pages: &[(Meta, u64)]| walk(pages).0.is_at_end();
        assert!(ends(&[(meta(0, 0), 0)]));
        assert!(ends(&[(meta(1, 0), 0)]));
        assert!(ends(&[(meta(None, None), 0)]));
        assert!(ends(&[(meta(7, 70), 0)]), "an empty page, whatever else it says");
        assert!(!ends(&[(meta(None, None), 30)]), "nothing says how many there are");
        assert!(!ends(&[(meta(1, 7), 30)]), "fewer altogether than on this page");
        assert!(!ends(&[(meta(0, None), 30)]), "no pages, and yet profiles");
        assert!(ends(&[(meta(1, None), 30)]));
        assert!(ends(&[(meta(None, 30), 30)]));
        assert!(!ends(&[(meta(None, 31), 30)]));
        assert!(!ends(&[(meta(1, 250), 100)]), "counted in pages of 1000, answered in pages of 100");
        assert!(ends(&[(meta(1, 250), 100), (meta(1, 250), 100), (meta(1, 250), 50)]));
        assert!(!ends(&[(meta(2, 4), 2), (meta(None, None), 2)]), "only what an answer says itself counts");
    }

    #[test]
    fn a_list_without_an_end_is_given_up() {
        let mut walk = Walk::default();
        walk.brought(true).unwrap();
        let in_vain = (1..).find(|_| walk.brought(false).is_err());
        assert_eq!(in_vain, Some(MOST_IN_VAIN));
    }
}
