//! Whatever happens to a list while it is read, what stays in it is read once.

use std::{collections::HashMap, sync::Mutex};

use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::*;
use crate::api::Meta;

/// What happens to a list.
#[derive(Debug, Clone)]
enum Happening {
    Comes,
    Changes(prop::sample::Index),
    Goes(prop::sample::Index),
    ASecondPasses,
}

fn coming() -> impl Strategy<Value = Happening> {
    prop_oneof![
        1 => Just(Happening::Comes),
        2 => any::<prop::sample::Index>().prop_map(Happening::Changes),
        2 => Just(Happening::ASecondPasses),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![5 => coming(), 2 => any::<prop::sample::Index>().prop_map(Happening::Goes)]
}

/// Ids, and the seconds of their last changes.
type Entries = HashMap<u64, i64>;

/// A list to which something happens before each page but the first.
struct Restless(Mutex<State>);

struct State {
    entries: Entries,
    next_id: u64,
    now: i64,
    size: usize,
    to_come: VecDeque<Vec<Happening>>,
    touched: Vec<u64>,
    asked: Vec<u64>,
}

impl Restless {
    fn new(count: u64, size: usize, to_come: Vec<Vec<Happening>>) -> Self {
        // Three at a time changed in the same second.
        let entries: Entries = (0..count).map(|id| (id, 1_000 + id as i64 / 3)).collect();
        let now = 1_000 + count as i64 / 3;
        Self(Mutex::new(State {
            entries,
            next_id: count,
            now,
            size,
            to_come: to_come.into(),
            touched: Vec::new(),
            asked: Vec::new(),
        }))
    }
}

impl State {
    fn happen(&mut self, what: &Happening) {
        let pick = |index: &prop::sample::Index, entries: &Entries| {
            let mut ids: Vec<u64> = entries.keys().copied().collect();
            ids.sort_unstable();
            (!ids.is_empty()).then(|| *index.get(&ids))
        };
        match what {
            Happening::ASecondPasses => self.now += 1,
            Happening::Comes => {
                self.entries.insert(self.next_id, self.now);
                self.next_id += 1;
            }
            Happening::Changes(index) => {
                if let Some(id) = pick(index, &self.entries) {
                    self.touched.push(id);
                    self.entries.insert(id, self.now);
                }
            }
            Happening::Goes(index) => {
                if let Some(id) = pick(index, &self.entries) {
                    self.touched.push(id);
                    self.entries.remove(&id);
                }
            }
        }
    }
}

impl Pages for &Restless {
    async fn page(&self, number: u64) -> Result<Page> {
        let mut state = self.0.lock().unwrap();
        if !state.asked.is_empty() {
            let batch = state.to_come.pop_front().unwrap_or_default();
            batch.iter().for_each(|what| state.happen(what));
        }
        state.asked.push(number);
        let mut sorted: Vec<(i64, u64)> = state.entries.iter().map(|(id, at)| (*at, *id)).collect();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let total = sorted.len() as u64;
        let start = (number as usize - 1) * state.size;
        let entries = sorted.into_iter().skip(start).take(state.size).map(|(at, id)| Ok(profile(id, at)));
        let meta = Meta { max_page: Some(total.div_ceil(state.size as u64)), total: Some(total) };
        Ok(Page { entries: entries.collect(), meta })
    }
}

fn second(at: i64) -> Timestamp {
    Timestamp::from_second(at).unwrap()
}

fn profile(id: u64, at: i64) -> Profile {
    let profile = json!({ "source_key": "s", "key": id.to_string(), "updated_at": second(at).to_string() });
    serde_json::from_value(profile).unwrap()
}

fn settings(since: Option<i64>) -> Settings {
    Settings { since: since.map(second), lag: Duration::ZERO, archived: false }
}

/// Reads a list to its end; ids, and when they had changed.
fn read(list: &Restless, since: Option<i64>) -> Vec<(u64, i64)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut reader = Reader::new(list, settings(since));
        let mut read = Vec::new();
        while let Some(profile) = reader.next().await {
            let profile = profile.unwrap();
            let id = profile.key.as_deref().unwrap().parse().unwrap();
            read.push((id, changed(&profile).unwrap().as_second()));
        }
        read
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn what_stays_is_read_once(
        count in 0_u64..25, size in 1_usize..6, to_come in vec(vec(happening(), 0..5), 0..12),
    ) {
        let list = Restless::new(count, size, to_come);
        let before = list.0.lock().unwrap().entries.clone();
        let read = read(&list, None);
        let state = list.0.lock().unwrap();
        for (id, at) in &before {
            let times = read.iter().filter(|it| **it == (*id, *at)).count();
            prop_assert!(times <= 1, "{id} was handed out {times} times");
            prop_assert!(times == 1 || state.touched.contains(id), "{id} was passed over: {:?}", state.asked);
        }
    }

    #[test]
    fn who_comes_or_changes_before_the_end_is_met_at_the_top(
        size in 1_usize..6, rest in 0_u64..5, to_come in vec(vec(coming(), 0..5), 0..12),
    ) {
        // There are as many pages as it takes for all of it to happen.
        let list = Restless::new(to_come.len() as u64 * size as u64 + rest, size, to_come);
        let read = read(&list, None);
        let state = list.0.lock().unwrap();
        for id in state.entries.keys() {
            prop_assert!(read.iter().any(|it| it.0 == *id), "{id} was never met: {:?}", state.asked);
        }
    }

    #[test]
    fn what_stays_and_is_not_too_old_is_read_once(
        count in 0_u64..25, size in 1_usize..6, since in 1_000_i64..1_010,
        to_come in vec(vec(happening(), 0..5), 0..12),
    ) {
        let list = Restless::new(count, size, to_come);
        let before = list.0.lock().unwrap().entries.clone();
        let read = read(&list, Some(since));
        let state = list.0.lock().unwrap();
        prop_assert!(read.iter().all(|it| it.1 >= since), "{read:?}");
        for (id, at) in before.into_iter().filter(|it| it.1 >= since) {
            let times = read.iter().filter(|it| **it == (id, at)).count();
            prop_assert!(times <= 1, "{id} was handed out {times} times");
            prop_assert!(times == 1 || state.touched.contains(&id), "{id} was passed over: {:?}", state.asked);
        }
    }
}

#[test]
fn a_list_at_rest_costs_no_request_more_than_it_has_pages() {
    for (count, pages) in [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3)] {
        let list = Restless::new(count, 5, Vec::new());
        let read = read(&list, None);
        assert_eq!(read.len() as u64, count);
        assert!(read.is_sorted_by(|a, b| a.1 >= b.1), "newest first");
        assert_eq!(list.0.lock().unwrap().asked, (1..=pages).collect::<Vec<_>>());
    }
}

#[test]
fn the_first_that_is_too_old_ends_it() {
    // 1003 at the top, then 1002 three times, and so on.
    for (since, ids, asked) in [
        (1_004, vec![], vec![1]),
        (1_003, vec![9], vec![1]),
        (1_002, vec![9, 8, 7, 6], vec![1, 2]),
        (900, (0..10).rev().collect(), vec![1, 2, 3, 4]),
    ] {
        let list = Restless::new(10, 3, Vec::new());
        let read: Vec<u64> = read(&list, Some(since)).into_iter().map(|it| it.0).collect();
        assert_eq!((read, &list.0.lock().unwrap().asked), (ids, &asked));
    }
}

/// Pages that never end. A profile whose key is damaged is known by where it was read.
struct Endless {
    is_damaged: bool,
}

impl Pages for Endless {
    async fn page(&self, number: u64) -> Result<Page> {
        let mut profile = profile(1, 1_000);
        if self.is_damaged {
            let key = Some(format!("page {number}, item 1"));
            profile.reading = Some(Box::new(crate::Reading { key, ..crate::Reading::default() }));
        }
        Ok(Page { entries: vec![Ok(profile)], meta: Meta::default() })
    }
}

#[tokio::test]
async fn a_list_that_never_ends_is_an_error_and_not_a_run_without_end() {
    for is_damaged in [false, true] {
        let mut reader = Reader::new(Endless { is_damaged }, settings(None));
        assert!(reader.next().await.unwrap().is_ok());
        let error = reader.next().await.unwrap().unwrap_err();
        assert!(error.to_string().contains("the same profiles for 11 pages in a row"), "{error}");
        assert!(reader.next().await.is_none());
    }
}
