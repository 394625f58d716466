//! How far a run has come: the cursor only moves past items that are settled, in order.

use std::collections::BTreeMap;

use crate::origin::ReadOrder;

/// Follows the settled items in reading order.
pub(super) struct Progress {
    order: Option<ReadOrder>,
    /// Items that were read and are not passed yet: whether they are settled, and their position.
    open: BTreeMap<u64, (bool, Option<String>)>,
    newest: Option<String>,
    cut_short: bool,
    cursor: Option<String>,
}

impl Progress {
    /// With no order, nothing is followed: the run does not read incrementally.
    pub(super) fn new(order: Option<ReadOrder>) -> Self {
        Self { order, open: BTreeMap::new(), newest: None, cut_short: false, cursor: None }
    }

    /// Returns whether the run reads incrementally, so that positions count.
    pub(super) fn follows(&self) -> bool {
        self.order.is_some()
    }

    /// An item was read.
    pub(super) fn read(&mut self, seq: u64, read_from: Option<String>) {
        if !self.follows() {
            return;
        }
        if self.newest.is_none() {
            self.newest.clone_from(&read_from);
        }
        self.open.insert(seq, (false, read_from));
    }

    /// An item is settled.
    pub(super) fn settled(&mut self, seq: u64) {
        if let Some((settled, _)) = self.open.get_mut(&seq) {
            *settled = true;
        }
        while let Some(first) = self.open.first_entry()
            && first.get().0
        {
            let (_, read_from) = first.remove();
            if self.order == Some(ReadOrder::OldestFirst) && read_from.is_some() {
                self.cursor = read_from;
            }
        }
    }

    /// The stream was left before its end, for a limit.
    pub(super) fn cut_short(&mut self) {
        self.cut_short = true;
    }

    /// The stream has ended by itself.
    pub(super) fn end(&mut self) {
        let complete = self.open.is_empty() && !self.cut_short;
        if complete && self.order == Some(ReadOrder::NewestFirst) {
            self.cursor = self.newest.take();
        }
    }

    /// The cursor, if it has moved since it was last asked for.
    pub(super) fn moved(&mut self) -> Option<String> {
        self.cursor.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_waits_for_the_slowest_item() {
        let mut progress = Progress::new(Some(ReadOrder::OldestFirst));
        for seq in 0..3 {
            progress.read(seq, Some(format!("t{seq}")));
        }
        progress.settled(1);
        assert_eq!(progress.moved(), None);
        progress.settled(0);
        assert_eq!(progress.moved().as_deref(), Some("t1"));
        assert_eq!(progress.moved(), None);
        progress.end();
        assert_eq!(progress.moved(), None);
    }

    #[test]
    fn newest_first_moves_at_the_end_and_only_when_all_is_settled() {
        let read = |settled: &[u64], cut| {
            let mut progress = Progress::new(Some(ReadOrder::NewestFirst));
            progress.read(0, Some("new".into()));
            progress.read(1, Some("old".into()));
            settled.iter().for_each(|seq| progress.settled(*seq));
            if cut {
                progress.cut_short();
            }
            assert_eq!(progress.moved(), None);
            progress.end();
            progress.moved()
        };
        assert_eq!(read(&[1, 0], false).as_deref(), Some("new"));
        assert_eq!(read(&[0], false), None);
        assert_eq!(read(&[0, 1], true), None);
    }
}
