//! The window: items that are read and not yet delivered, in reading order.

use std::collections::{HashSet, VecDeque};

use super::prepare::Preparation;

/// Holds a bounded number of items and hands them out so that items of one key or identity are
/// settled one after another, in reading order, and never in one batch.
pub(super) struct Window<I> {
    waiting: VecDeque<Preparation<I>>,
    busy: HashSet<String>,
    capacity: usize,
}

impl<I> Window<I> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { waiting: VecDeque::new(), busy: HashSet::new(), capacity }
    }

    /// Whether there is room for an item beside `ahead` others that are still to come.
    pub(super) fn has_room(&self, ahead: usize) -> bool {
        self.waiting.len() + ahead < self.capacity
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn push(&mut self, item: Preparation<I>) {
        self.waiting.push_back(item);
    }

    /// The first items, at most `most`, that wait for nobody.
    pub(super) fn take(&mut self, most: usize) -> Vec<Preparation<I>> {
        let mut batch = Vec::new();
        let mut ahead: HashSet<String> = HashSet::new();
        let mut index = 0;
        while index < self.waiting.len() && batch.len() < most {
            let names = names(&self.waiting[index]);
            let free = !names.iter().any(|name| self.busy.contains(name) || ahead.contains(name));
            // An item that has to wait holds back those behind it that share a name with it, too.
            ahead.extend(names);
            if free {
                batch.extend(self.waiting.remove(index));
            } else {
                index += 1;
            }
        }
        self.busy.extend(batch.iter().flat_map(names));
        batch
    }

    /// An item that was taken is settled.
    pub(super) fn done(&mut self, item: &Preparation<I>) {
        for name in names(item) {
            self.busy.remove(&name);
        }
    }
}

fn names<I>(item: &Preparation<I>) -> Vec<String> {
    let key = format!("key:{}", item.key());
    let identity = item
        .ready()
        .and_then(|ready| ready.identity.as_ref())
        .map(|identity| format!("identity:{}", identity.as_str()));
    std::iter::once(key).chain(identity).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        engine::prepare::Prepared,
        item::{ContentHash, Identity, ItemKey},
    };

    fn item(seq: u64, key: &str, email: Option<&str>) -> Preparation<u64> {
        Preparation::Ready(Prepared {
            seq,
            key: ItemKey::new(key),
            origin: Box::new(json!({})),
            item: seq,
            hash: serde_json::from_value::<ContentHash>(json!("h")).unwrap(),
            identity: email.map(Identity::email),
            warnings: Vec::new(),
        })
    }

    fn taken(window: &mut Window<u64>, most: usize) -> Vec<u64> {
        window.take(most).iter().map(Preparation::seq).collect()
    }

    #[test]
    fn one_identity_is_written_one_after_another_in_reading_order() {
        let mut window = Window::new(10);
        let [a, b, c, d] = [
            item(0, "a", Some("ada@example.com")),
            item(1, "b", Some("ADA@example.com ")),
            item(2, "b", Some("bob@example.com")),
            item(3, "d", None),
        ];
        for item in [a, b, c, d] {
            window.push(item);
        }
        // 1 shares its address with 0; 2 shares its key with 1, which comes before it.
        assert_eq!(taken(&mut window, 10), [0, 3]);
        assert_eq!(taken(&mut window, 10), [0; 0]);
        window.done(&item(0, "a", Some("ada@example.com")));
        assert_eq!(taken(&mut window, 10), [1]);
        window.done(&item(1, "b", Some("ada@example.com")));
        assert_eq!(taken(&mut window, 10), [2]);
        assert!(window.is_empty());
    }

    #[test]
    fn what_is_not_written_waits_for_its_key_too() {
        let mut window = Window::new(10);
        window.push(item(0, "a", None));
        window.push(Preparation::Discarded { seq: 1, key: ItemKey::new("a") });
        assert_eq!(taken(&mut window, 10), [0]);
        assert_eq!(taken(&mut window, 10), [0; 0]);
        window.done(&item(0, "a", None));
        assert_eq!(taken(&mut window, 10), [1]);
    }

    #[test]
    fn it_is_full_at_its_capacity_and_batches_are_bounded() {
        let mut window = Window::new(3);
        for seq in 0..3 {
            assert!(window.has_room(0));
            assert!(!window.has_room(3));
            window.push(item(seq, &seq.to_string(), None));
        }
        assert!(!window.has_room(0));
        assert_eq!(taken(&mut window, 2), [0, 1]);
        assert_eq!(window.len(), 1);
    }
}
