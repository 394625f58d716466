//! State in memory: for runs that need none afterwards, and for tests.

use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Claim, ClaimRequest, DeadLetter, Delivered, Entry, Grants, History, Intent, IntentTrace, ItemHistory,
    JournalKey, LetterFilter, Passage, PastPassage, PastRun, Record, RunInfo, RunStage, RunState,
    SameIdentity, State, StepState, StoredLetter, StoredReceipt, history::MOST_RUNS_OF_PREFIX,
};
use crate::{
    error::{Error, ErrorKind, Result},
    item::{DataType, Identity, ItemKey},
    receipt::VendorId,
    result::RunResult,
    secret::Secret,
    target::TargetId,
};

/// How many receipts are kept: memory must not grow with the number of items. What is forgotten is
/// recognised by the target itself, as on a first run.
const MAX_RECEIPTS: usize = 4_000;
/// How many dead letters are kept.
const MAX_DEAD_LETTERS: usize = 1_000;
/// How many passages are kept.
const MAX_PASSAGES: usize = 1_000;
/// How many runs are kept.
const MAX_RUNS: usize = 100;

/// State that is gone with the process. It keeps the last 4,000 receipts, 1,000 dead letters, 1,000 passages and
/// 100 runs.
#[derive(Clone, Default)]
pub struct MemoryState {
    shared: Arc<Mutex<Shared>>,
    grants: Arc<MemoryGrants>,
}

#[derive(Default)]
struct Shared {
    entries: HashMap<JournalKey, Slot>,
    settled: VecDeque<JournalKey>,
    /// The items of each record, in the order of their receipts.
    owners: HashMap<(TargetId, DataType, VendorId), Vec<ItemKey>>,
    /// The items that each identity was claimed or last sent for.
    identities: HashMap<(TargetId, DataType, Identity), Vec<ItemKey>>,
    dead_letters: VecDeque<StoredLetter>,
    letters: i64,
    passages: VecDeque<(JournalKey, PastPassage)>,
    cursors: HashMap<(String, TargetId), String>,
    cursor_owners: HashSet<String>,
    runs: VecDeque<PastRun>,
}

#[derive(Default)]
struct Slot {
    entry: Entry,
    owner: Option<String>,
    /// The identity that the owner claimed.
    claimed: Option<Identity>,
    /// The identity of the last intent or receipt.
    identity: Option<Identity>,
    /// The number of the newest letter when the owner claimed it.
    letters_before: i64,
}

impl MemoryState {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// The dead letters, oldest first.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        self.lock().dead_letters.iter().map(|stored| stored.letter.clone()).collect()
    }

    /// What is known of an item.
    pub fn entry(&self, key: &JournalKey) -> Option<Entry> {
        self.lock().entries.get(key).map(|slot| slot.entry.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl State for MemoryState {
    async fn begin_run(&self, run: &RunInfo) -> Result<Arc<dyn RunState>> {
        if run.cursor && !self.lock().cursor_owners.insert(run.workflow_id.clone()) {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "another run of this workflow is reading incrementally",
            )
            .advise("Wait until it has ended."));
        }
        self.lock().begin(run);
        Ok(Arc::new(MemoryRun { state: self.clone(), run: run.clone() }))
    }

    async fn last_result(&self, workflow_id: &str) -> Result<Option<RunResult>> {
        let shared = self.lock();
        let results = shared.runs.iter().rev().filter(|run| run.workflow_id == workflow_id);
        Ok(results.filter_map(|run| run.result.clone()).next())
    }

    fn grants(&self) -> Arc<dyn Grants> {
        self.grants.clone()
    }

    fn history(&self) -> Arc<dyn History> {
        Arc::new(self.clone())
    }
}

struct MemoryRun {
    state: MemoryState,
    run: RunInfo,
}

impl MemoryRun {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.state.lock()
    }
}

impl Drop for MemoryRun {
    fn drop(&mut self) {
        let mut shared = self.lock();
        if self.run.cursor {
            shared.cursor_owners.remove(&self.run.workflow_id);
        }
        let owned = |slot: &Slot| slot.owner.as_ref() == Some(&self.run.run_id);
        let keys: Vec<JournalKey> =
            shared.entries.iter().filter(|(_, slot)| owned(slot)).map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| shared.release(key));
        if let Some(run) = shared.run_mut(&self.run.run_id).filter(|run| run.stage == RunStage::Running) {
            run.stage = RunStage::BrokenOff;
        }
    }
}

#[async_trait]
impl RunState for MemoryRun {
    async fn cursor(&self, target: &TargetId) -> Result<Option<String>> {
        Ok(self.lock().cursors.get(&(self.run.workflow_id.clone(), target.clone())).cloned())
    }

    async fn save_cursor(&self, target: &TargetId, read_from: &str) -> Result<()> {
        let key = (self.run.workflow_id.clone(), target.clone());
        self.lock().cursors.insert(key, read_from.to_owned());
        Ok(())
    }

    async fn claim(&self, items: &[ClaimRequest]) -> Result<Vec<Claim>> {
        let mut shared = self.lock();
        Ok(items.iter().map(|item| shared.claim(&self.run.run_id, item)).collect())
    }

    async fn intend(&self, intents: &[Intent]) -> Result<()> {
        let mut shared = self.lock();
        for intent in intents {
            match &intent.trace {
                IntentTrace::Item(trace) => shared.change(&intent.key, |slot| {
                    slot.entry.trace = Some(trace.clone());
                    slot.identity.clone_from(&trace.identity);
                }),
                IntentTrace::Step(trace) => {
                    let entry = &mut shared.entries.entry(intent.key.clone()).or_default().entry;
                    entry.step_traces.retain(|known| known.step.name != trace.step.name);
                    entry.step_traces.push(trace.clone());
                }
            }
        }
        Ok(())
    }

    async fn record(&self, records: &[Record]) -> Result<()> {
        let mut shared = self.lock();
        records.iter().for_each(|record| shared.record(&self.run, record));
        Ok(())
    }

    async fn owner_of(
        &self,
        target: &TargetId,
        data_type: DataType,
        id: &VendorId,
    ) -> Result<Option<ItemKey>> {
        let shared = self.lock();
        let items = shared.owners.get(&(target.clone(), data_type, id.clone()));
        let has_created = |item: &&ItemKey| {
            let key = JournalKey { target: target.clone(), data_type, item: (*item).clone() };
            let receipt = shared.entries.get(&key).and_then(|slot| slot.entry.receipt.as_ref());
            receipt.is_some_and(|receipt| receipt.created_by_us)
        };
        Ok(items.and_then(|items| items.iter().find(has_created).or(items.first())).cloned())
    }

    async fn unconfirmed(
        &self,
        target: &TargetId,
        data_type: DataType,
        after: i64,
        most: usize,
    ) -> Result<Vec<Delivered>> {
        let shared = self.lock();
        let wanted = |it: &Delivered| {
            it.number > after
                && it.target == *target
                && it.data_type == data_type
                && it.receipt.unconfirmed_since.is_some()
        };
        Ok(shared.delivered().filter(wanted).take(most).collect())
    }

    async fn open_letters(&self, key: &JournalKey) -> Result<Vec<String>> {
        let shared = self.lock();
        let letters = shared.dead_letters.iter().filter(|stored| {
            is_about(&stored.letter, key) && stored.letter.workflow_id == self.run.workflow_id
        });
        Ok(letters.map(|stored| stored.letter.step.clone()).collect())
    }

    async fn discard(&self, key: &JournalKey) -> Result<()> {
        let mut shared = self.lock();
        shared.drop_item_letters(key, |stored| {
            stored.letter.kind != ErrorKind::OutcomeUnknown
                && stored.letter.workflow_id == self.run.workflow_id
        });
        shared.passed(&self.run, key, "logics", Passage::Discarded, None);
        Ok(())
    }

    async fn finish(&self, result: &RunResult) -> Result<()> {
        if let Some(run) = self.lock().run_mut(&self.run.run_id) {
            run.stage = RunStage::Finished;
            run.result = Some(result.clone());
            run.deliveries = Some(result.deliveries);
        }
        Ok(())
    }
}

#[async_trait]
impl History for MemoryState {
    async fn runs(&self, workflow_id: Option<&str>, most: usize) -> Result<Vec<PastRun>> {
        let shared = self.lock();
        let wanted = |run: &&PastRun| workflow_id.is_none_or(|wanted| run.workflow_id == wanted);
        Ok(shared.runs.iter().rev().filter(wanted).take(most).cloned().collect())
    }

    async fn run(&self, id: &str) -> Result<Vec<PastRun>> {
        let shared = self.lock();
        let runs = shared.runs.iter().filter(|run| run.run_id.starts_with(id));
        Ok(runs.take(MOST_RUNS_OF_PREFIX).cloned().collect())
    }

    async fn items(&self, wanted: &str) -> Result<Vec<ItemHistory>> {
        let shared = self.lock();
        let identity = Identity::email(wanted);
        let mut keys: Vec<&JournalKey> = shared
            .entries
            .iter()
            .filter(|(key, slot)| {
                let id = slot.entry.receipt.as_ref().and_then(|receipt| receipt.id.as_ref());
                key.item.is(wanted)
                    || key.item.has_digest(wanted)
                    || id.is_some_and(|id| id.0 == wanted)
                    || slot.identity.as_ref() == Some(&identity)
            })
            .map(|(key, _)| key)
            .chain(shared.passages.iter().map(|(key, _)| key).filter(|key| {
                let letters = shared.dead_letters.iter().filter(|stored| is_about(&stored.letter, key));
                key.item.is(wanted)
                    || key.item.has_digest(wanted)
                    || letters.into_iter().any(|stored| names(&stored.letter, wanted))
            }))
            .collect();
        keys.sort_by_key(|key| (&key.target.0, &key.item));
        keys.dedup();
        Ok(keys.into_iter().map(|key| shared.history_of(key)).collect())
    }

    async fn dead_letters(
        &self,
        filter: &LetterFilter,
        after: i64,
        most: usize,
    ) -> Result<Vec<StoredLetter>> {
        let shared = self.lock();
        let wanted = |stored: &&StoredLetter| stored.number > after && filter.takes(&stored.letter);
        Ok(shared.dead_letters.iter().filter(wanted).take(most).map(|it| shared.shown(it)).collect())
    }

    async fn undelivered(
        &self,
        filter: &LetterFilter,
        target: &TargetId,
        after: i64,
        most: usize,
    ) -> Result<Vec<StoredLetter>> {
        let shared = self.lock();
        let letters = || shared.dead_letters.iter();
        let wanted = |stored: &&StoredLetter| {
            let of_item = || letters().filter(|it| it.letter.is_of_same_item(&stored.letter));
            let newest = of_item().map(|it| it.number).max();
            stored.number > after
                && stored.letter.target == *target
                && newest == Some(stored.number)
                && of_item().any(|it| filter.takes(&it.letter))
        };
        Ok(letters().filter(wanted).take(most).map(|it| shared.shown(it)).collect())
    }

    async fn newest_letter(&self) -> Result<i64> {
        Ok(self.lock().letters)
    }

    async fn drop_dead_letters(&self, filter: &LetterFilter) -> Result<u64> {
        let mut shared = self.lock();
        let (dropped, kept) =
            std::mem::take(&mut shared.dead_letters).into_iter().partition(|it| filter.takes(&it.letter));
        let dropped: VecDeque<StoredLetter> = dropped;
        shared.dead_letters = kept;
        for stored in dropped.iter().filter(|it| it.letter.kind == ErrorKind::OutcomeUnknown) {
            shared.forget_trace(&stored.letter);
        }
        Ok(dropped.len() as u64)
    }

    async fn receipts(&self, after: i64, most: usize) -> Result<Vec<Delivered>> {
        Ok(self.lock().delivered().filter(|it| it.number > after).take(most).collect())
    }
}

impl Shared {
    fn begin(&mut self, run: &RunInfo) {
        if self.runs.len() == MAX_RUNS {
            self.runs.pop_front();
        }
        self.runs.push_back(PastRun {
            run_id: run.run_id.clone(),
            workflow_id: run.workflow_id.clone(),
            connector: run.connector.clone(),
            action: run.action.clone(),
            stage: RunStage::Running,
            started_at: run.started_at,
            result: None,
            deliveries: None,
        });
    }

    fn run_mut(&mut self, run_id: &str) -> Option<&mut PastRun> {
        self.runs.iter_mut().find(|run| run.run_id == run_id)
    }

    fn passed(
        &mut self,
        run: &RunInfo,
        key: &JournalKey,
        step: &str,
        passage: Passage,
        kind: Option<ErrorKind>,
    ) {
        // Of what repeats itself with every run only the last is kept.
        if matches!(passage, Passage::Unchanged | Passage::Discarded) {
            self.passages.retain(|(known, past)| known != key || past.passage != passage);
        }
        if self.passages.len() == MAX_PASSAGES {
            self.passages.pop_front();
        }
        let passage = PastPassage {
            run_id: run.run_id.clone(),
            workflow_id: run.workflow_id.clone(),
            at: Timestamp::now(),
            step: step.to_owned(),
            passage,
            kind,
        };
        self.passages.push_back((key.clone(), passage));
    }

    /// The receipts in the order in which their items got one.
    fn delivered(&self) -> impl Iterator<Item = Delivered> {
        (1..).zip(&self.settled).filter_map(|(number, key)| {
            let receipt = self.entries.get(key)?.entry.receipt.clone()?;
            let JournalKey { target, data_type, item } = key.clone();
            Some(Delivered { number, target, data_type, key: item, receipt })
        })
    }

    fn history_of(&self, key: &JournalKey) -> ItemHistory {
        let entry = self.entries.get(key).map(|slot| slot.entry.clone()).unwrap_or_default();
        let write = entry.trace.map(|trace| ("write".to_owned(), trace.at));
        let steps = entry.step_traces.into_iter().map(|trace| (trace.step.name, trace.at));
        let passages = self.passages.iter().filter(|(known, _)| known == key);
        let letters = self.dead_letters.iter().filter(|stored| is_about(&stored.letter, key));
        ItemHistory {
            target: key.target.clone(),
            data_type: key.data_type,
            key: key.item.clone(),
            receipt: entry.receipt,
            unanswered: write.into_iter().chain(steps).collect(),
            passages: passages.map(|(_, passage)| passage.clone()).collect(),
            dead_letters: letters.map(|it| self.shown(it)).collect(),
        }
    }

    fn drop_item_letters(&mut self, key: &JournalKey, wanted: impl Fn(&StoredLetter) -> bool) {
        self.dead_letters.retain(|stored| {
            !(stored.letter.is_of_item() && is_about(&stored.letter, key) && wanted(stored))
        });
    }

    fn keep_letter(&mut self, letter: &DeadLetter) {
        let (mut letter, mut first_at) = (letter.clone(), letter.at);
        // The letters of one item share its text.
        let is_same =
            |known: &&StoredLetter| known.letter.is_of_same_item(&letter) && known.letter.item == letter.item;
        if let Some(known) = self.dead_letters.iter().find(is_same) {
            letter.item = known.letter.item.clone();
        }
        self.dead_letters.retain(|known| {
            let replaced = letter.replaces(&known.letter);
            if replaced {
                letter.attempts = letter.attempts.saturating_add(known.letter.attempts);
                first_at = first_at.min(known.first_at);
            }
            !replaced
        });
        if self.dead_letters.len() == MAX_DEAD_LETTERS {
            self.dead_letters.pop_front();
        }
        self.letters += 1;
        let (number, rejected, known) = (self.letters, false, false);
        self.dead_letters.push_back(StoredLetter { number, letter, first_at, rejected, known });
    }

    /// A letter as readers get it: with what the journal knows of its step by now.
    fn shown(&self, stored: &StoredLetter) -> StoredLetter {
        let letter = &stored.letter;
        let key = key_of(letter);
        let receipt = self.entries.get(&key).and_then(|slot| slot.entry.receipt.as_ref());
        let rejected =
            letter.kind == ErrorKind::Invalid && receipt.is_some_and(|it| it.rejects(&letter.step));
        let passed_later = |(item, past): &(JournalKey, PastPassage)| {
            *item == key
                && past.step == "write"
                && past.passage != Passage::Failed
                && past.run_id != letter.run_id
                && past.at >= letter.at
        };
        let known = rejected && self.passages.iter().any(passed_later);
        StoredLetter { rejected, known, ..stored.clone() }
    }

    fn forget_trace(&mut self, letter: &DeadLetter) {
        let key = key_of(letter);
        let Some(slot) = self.entries.get_mut(&key).filter(|slot| slot.owner.is_none()) else { return };
        match letter.is_of_item() {
            true => slot.entry.trace = None,
            false => slot.entry.step_traces.retain(|trace| trace.step.name != letter.step),
        }
        self.drop_if_empty(&key);
    }

    fn record(&mut self, run: &RunInfo, record: &Record) {
        match record {
            Record::Receipt(key, receipt) => self.receipt(key, receipt),
            Record::Step(key, step) => {
                let entry = &mut self.entries.entry(key.clone()).or_default().entry;
                entry.step_traces.retain(|known| known.step.name != step.name);
                if let Some(receipt) = &mut entry.receipt {
                    step.clone().join(&mut receipt.steps);
                }
                if step.state == StepState::Sent {
                    self.dead_letters
                        .retain(|it| !(it.letter.step == step.name && is_about(&it.letter, key)));
                    self.passed(run, key, &step.name, Passage::Sent, None);
                }
            }
            Record::NotSent(key) => self.change(key, |slot| {
                slot.entry.trace = None;
                if let Some(identity) = slot.entry.receipt.as_ref().and_then(|it| it.identity.clone()) {
                    slot.identity = Some(identity);
                }
            }),
            Record::StepNotSent(key, name) => {
                let entry = &mut self.entries.entry(key.clone()).or_default().entry;
                entry.step_traces.retain(|known| known.step.name != *name);
            }
            Record::Confirmed(key, missing) => {
                let receipt = self.entries.get_mut(key).and_then(|slot| slot.entry.receipt.as_mut());
                if let Some(receipt) = receipt {
                    receipt.unconfirmed_since = None;
                    receipt.warnings.extend(missing.clone());
                }
            }
            Record::DeadLetter(letter) => {
                self.passed(run, &key_of(letter), &letter.step, Passage::Failed, Some(letter.kind));
                self.keep_letter(letter);
            }
            Record::Settled(key, passage) => {
                if let Some(passage) = passage {
                    let before = self.entries.get(key).map_or(0, |slot| slot.letters_before);
                    self.drop_item_letters(key, |stored| {
                        stored.number <= before
                            && (passage.delivers() || stored.letter.workflow_id == run.workflow_id)
                    });
                    self.passed(run, key, "write", *passage, None);
                }
                self.release(key);
            }
        }
    }

    fn receipt(&mut self, key: &JournalKey, receipt: &StoredReceipt) {
        let mut earlier = None;
        self.change(key, |slot| {
            slot.entry.trace = None;
            earlier = slot.entry.receipt.replace(receipt.clone());
            if receipt.identity.is_some() {
                slot.identity.clone_from(&receipt.identity);
            }
        });
        match earlier {
            None => self.settled.push_back(key.clone()),
            Some(earlier) if earlier.id != receipt.id => self.forget_record(key, earlier.id),
            Some(_) => {}
        }
        if let Some(id) = &receipt.id {
            let items = self.owners.entry((key.target.clone(), key.data_type, id.clone())).or_default();
            if !items.contains(&key.item) {
                items.push(key.item.clone());
            }
        }
        if self.settled.len() > MAX_RECEIPTS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(key) = self.settled.pop_front() else { return };
        let Some(slot) = self.entries.get_mut(&key) else { return };
        let id = slot.entry.receipt.take().and_then(|receipt| receipt.id);
        self.forget_record(&key, id);
        self.drop_if_empty(&key);
    }

    /// An item no longer has a receipt for a record.
    fn forget_record(&mut self, key: &JournalKey, id: Option<VendorId>) {
        let Some(id) = id else { return };
        unlink(&mut self.owners, (key.target.clone(), key.data_type, id), &key.item);
    }

    fn claim(&mut self, run_id: &str, request: &ClaimRequest) -> Claim {
        let ClaimRequest { key, identity } = request;
        let is_taken = |slot: &Slot| slot.owner.as_deref().is_some_and(|owner| owner != run_id);
        let others = || identity.iter().flat_map(|identity| self.others(key, identity));
        if self.entries.get(key).is_some_and(is_taken)
            || others().any(|slot| is_taken(slot) && slot.claimed == *identity)
        {
            return Claim::Busy;
        }
        let letters = self.letters;
        self.change(key, |slot| {
            slot.claimed.clone_from(identity);
            if slot.owner.is_none() {
                slot.owner = Some(run_id.to_owned());
                slot.letters_before = letters;
            }
        });
        let mut entry = self.entries.get(key).map(|slot| slot.entry.clone()).unwrap_or_default();
        if let Some(identity) = identity.as_ref().filter(|it| entry.receipt.is_none() && it.is_recognised()) {
            entry.same_identity = self.same_identity(key, identity);
        }
        Claim::Granted(Box::new(entry))
    }

    /// The slots of other items that an identity was claimed or last sent for.
    fn others(&self, key: &JournalKey, identity: &Identity) -> impl Iterator<Item = &Slot> {
        let items = self.identities.get(&(key.target.clone(), key.data_type, identity.clone()));
        items.into_iter().flatten().filter(|item| **item != key.item).filter_map(|item| {
            let (target, data_type) = (key.target.clone(), key.data_type);
            self.entries.get(&JournalKey { target, data_type, item: item.clone() })
        })
    }

    fn same_identity(&self, key: &JournalKey, identity: &Identity) -> SameIdentity {
        let others = || self.others(key, identity).filter(|slot| slot.identity.as_ref() == Some(identity));
        let receipts = others().filter_map(|slot| slot.entry.receipt.as_ref());
        SameIdentity {
            receipt: receipts
                .filter(|receipt| receipt.identity.as_ref() == Some(identity))
                .max_by_key(|receipt| receipt.at)
                .cloned(),
            traces: others().filter_map(|slot| slot.entry.trace.clone()).collect(),
        }
    }

    /// Changes the slot of an item, which is made if there is none, and keeps the index of identities.
    fn change(&mut self, key: &JournalKey, change: impl FnOnce(&mut Slot)) {
        let slot = self.entries.entry(key.clone()).or_default();
        let before = slot.identities();
        change(slot);
        let after = slot.identities();
        self.index(key, &before, &after);
    }

    fn index(&mut self, key: &JournalKey, before: &[Identity], after: &[Identity]) {
        let name = |identity: &Identity| (key.target.clone(), key.data_type, identity.clone());
        for identity in before.iter().filter(|it| !after.contains(it)) {
            unlink(&mut self.identities, name(identity), &key.item);
        }
        for identity in after.iter().filter(|it| !before.contains(it)) {
            self.identities.entry(name(identity)).or_default().push(key.item.clone());
        }
    }

    fn release(&mut self, key: &JournalKey) {
        if self.entries.contains_key(key) {
            self.change(key, |slot| (slot.owner, slot.claimed) = (None, None));
        }
        self.drop_if_empty(key);
    }

    fn drop_if_empty(&mut self, key: &JournalKey) {
        let empty = |slot: &Slot| slot.owner.is_none() && slot.entry == Entry::default();
        if self.entries.get(key).is_some_and(empty)
            && let Some(slot) = self.entries.remove(key)
        {
            self.index(key, &slot.identities(), &[]);
        }
    }
}

impl Slot {
    fn identities(&self) -> Vec<Identity> {
        let mut identities: Vec<Identity> = self.claimed.iter().chain(&self.identity).cloned().collect();
        identities.dedup();
        identities
    }
}

/// Removes an item from the list that `name` stands for, and the list with its last item.
fn unlink<N: Eq + Hash>(lists: &mut HashMap<N, Vec<ItemKey>>, name: N, item: &ItemKey) {
    if let hash_map::Entry::Occupied(mut list) = lists.entry(name) {
        list.get_mut().retain(|known| known != item);
        if list.get().is_empty() {
            list.remove();
        }
    }
}

fn key_of(letter: &DeadLetter) -> JournalKey {
    JournalKey { target: letter.target.clone(), data_type: letter.data_type, item: letter.key.clone() }
}

fn is_about(letter: &DeadLetter, key: &JournalKey) -> bool {
    letter.key == key.item && letter.target == key.target && letter.data_type == key.data_type
}

/// Whether a letter holds the e-mail address that somebody is looked for by.
fn names(letter: &DeadLetter, email: &str) -> bool {
    email.contains('@')
        && letter.item.as_str().to_lowercase().contains(&format!("\"{}\"", email.to_lowercase()))
}

/// Grants in memory.
#[derive(Default)]
struct MemoryGrants {
    grants: Mutex<HashMap<String, Secret>>,
    locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

#[async_trait]
impl Grants for MemoryGrants {
    async fn load(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.grants.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    async fn store(&self, name: &str, grant: &Secret) -> Result<()> {
        let mut grants = self.grants.lock().unwrap_or_else(PoisonError::into_inner);
        grants.insert(name.to_owned(), grant.clone());
        Ok(())
    }

    async fn lock(&self, name: &str) -> Result<Box<dyn Send + Sync>> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            locks.entry(name.to_owned()).or_default().clone()
        };
        Ok(Box::new(lock.lock_owned().await))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{receipt::Outcome, state::Payload};

    fn key(index: usize) -> JournalKey {
        JournalKey {
            target: TargetId("target".into()),
            data_type: DataType::Profile,
            item: ItemKey::new(format!("source/{index}")),
        }
    }

    fn wanted(index: usize) -> ClaimRequest {
        ClaimRequest { key: key(index), identity: Some(Identity::email(&format!("{index}@example.com"))) }
    }

    fn receipt(index: usize) -> StoredReceipt {
        StoredReceipt {
            outcome: Outcome::Created,
            created_by_us: true,
            hash: serde_json::from_value(json!("hash")).unwrap(),
            id: Some(VendorId(index.to_string())),
            identity: None,
            steps: Vec::new(),
            warnings: Vec::new(),
            unconfirmed_since: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    async fn run(state: &MemoryState, id: &str, cursor: bool) -> Result<Arc<dyn RunState>> {
        let (run_id, workflow_id) = (id.to_owned(), "workflow".to_owned());
        let (connector, action) = ("connector".to_owned(), "action".to_owned());
        let started_at = Timestamp::UNIX_EPOCH;
        state.begin_run(&RunInfo { run_id, workflow_id, connector, action, started_at, cursor }).await
    }

    #[tokio::test]
    async fn it_forgets_the_oldest_receipts() {
        let state = MemoryState::new();
        let run = run(&state, "run", false).await.unwrap();
        for index in 0..=MAX_RECEIPTS {
            run.claim(&[wanted(index)]).await.unwrap();
            run.record(&[Record::Receipt(key(index), receipt(index)), Record::Settled(key(index), None)])
                .await
                .unwrap();
        }
        let target = TargetId("target".into());
        let owner =
            async |index: usize| run.owner_of(&target, DataType::Profile, &VendorId(index.to_string())).await;
        assert_eq!(state.entry(&key(0)), None);
        assert_eq!(owner(0).await.unwrap(), None);
        assert_eq!(state.entry(&key(1)).unwrap().receipt, Some(receipt(1)));
        assert_eq!(owner(1).await.unwrap(), Some(key(1).item));
        assert_eq!(state.lock().entries.len(), MAX_RECEIPTS);
        assert_eq!(state.lock().owners.len(), MAX_RECEIPTS);
        assert!(state.lock().identities.is_empty());
    }

    #[tokio::test]
    async fn an_item_has_one_owner_and_is_free_when_its_run_is_gone() {
        let state = MemoryState::new();
        let (one, two) = (run(&state, "one", false).await.unwrap(), run(&state, "two", false).await.unwrap());
        let granted = |claims: Vec<Claim>| claims == [Claim::Granted(Box::default())];
        assert!(granted(one.claim(&[wanted(0)]).await.unwrap()));
        assert!(granted(one.claim(&[wanted(0)]).await.unwrap()), "its owner may claim it again");
        assert_eq!(two.claim(&[wanted(0)]).await.unwrap(), [Claim::Busy]);
        drop(one);
        assert!(granted(two.claim(&[wanted(0)]).await.unwrap()));
        two.record(&[Record::Settled(key(0), None)]).await.unwrap();
        assert!(state.lock().identities.is_empty());
        assert!(state.lock().entries.is_empty(), "an item that nothing is known of takes no room");
    }

    #[tokio::test]
    async fn letters_of_one_item_share_its_text() {
        let state = MemoryState::new();
        let run = run(&state, "run", false).await.unwrap();
        for step in ["resume", "note"] {
            let letter = DeadLetter {
                workflow_id: "workflow".to_owned(),
                run_id: "run".to_owned(),
                key: key(0).item,
                target: key(0).target,
                data_type: DataType::Profile,
                step: step.to_owned(),
                item: Payload::of(&json!({ "key": "0" })),
                kind: ErrorKind::Invalid,
                message: String::new(),
                attempts: 1,
                retryable: false,
                at: Timestamp::UNIX_EPOCH,
            };
            run.record(&[Record::DeadLetter(Box::new(letter))]).await.unwrap();
        }
        let letters = state.dead_letters();
        let [resume, note] = letters.as_slice() else { panic!("two letters") };
        assert_eq!(resume.item.as_str().as_ptr(), note.item.as_str().as_ptr());
    }

    #[tokio::test]
    async fn a_cursor_has_one_owner() {
        let state = MemoryState::new();
        let owner = run(&state, "one", true).await.unwrap();
        assert_eq!(run(&state, "two", true).await.err().unwrap().kind(), ErrorKind::Unavailable);
        owner.save_cursor(&key(0).target, "here").await.unwrap();
        drop(owner);
        assert_eq!(
            run(&state, "two", true).await.unwrap().cursor(&key(0).target).await.unwrap().as_deref(),
            Some("here")
        );
    }
}
