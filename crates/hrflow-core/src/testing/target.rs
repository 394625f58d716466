//! A scripted target that can fail in every way that a vendor can.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    Attachment, Capabilities, Confirmation, DataType, Error, ErrorKind, Execution, Finding, Found, Identity,
    OpenContext, Outcome, Receipt, Result, Step, StepTrace, Target, TargetId, TargetItem, Trace, Unconfirmed,
    VendorId, Warehouse, Warning, Write, Writer, options::OnExisting, parameters::Parameters,
};

/// The scripted target's item.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Known by it in scripts.
    pub name: String,
    /// Unique at the target.
    #[serde(default)]
    pub email: Option<String>,
    /// Documents; each is a step of the name of its file.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// What its format dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl TargetItem for Person {
    fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn is_anonymous(&self) -> bool {
        self.name.trim().is_empty() && self.email.is_none() && self.attachments.is_empty()
    }
}

/// The target's reaction to one call for an item.
#[derive(Debug, Clone)]
pub enum Reaction {
    /// Works normally.
    Work,
    /// Works after a delay.
    Slow(Duration),
    /// Rejects the call without executing it.
    Refuse(ErrorKind),
    /// Loses the response.
    Lose {
        /// Whether the request was executed.
        executed: bool,
    },
    /// Requests a wait, for every item.
    Wait(Duration),
    /// Fails with an error that concerns every item.
    Fatal(ErrorKind),
    /// The connector panics.
    Panic,
    /// Never returns.
    Hang,
}

/// A record at the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Its id.
    pub id: VendorId,
    /// The name.
    pub name: String,
    /// The email.
    pub email: Option<String>,
    /// The documents received, including repeated ones.
    pub documents: Vec<String>,
    at: Timestamp,
}

/// The target's properties; see [`Capabilities`].
#[derive(Debug, Clone)]
pub struct Nature {
    /// The largest number of items in one write.
    pub batch_size: usize,
    /// The number of writes in flight.
    pub concurrency: usize,
    /// The lag of lookups after writes, which the writer also reports.
    pub lag: Duration,
    /// Whether a write recognises an existing record by its email.
    pub checks_email: bool,
    /// Whether the details of one item of each batch are missing, against the contract.
    pub loses_an_intent: bool,
    /// Whether there is a lookup.
    pub finds: bool,
    /// Whether a lookup without an email is conclusive.
    pub finds_without_email: bool,
    /// Whether there is a lookup for documents.
    pub finds_documents: bool,
    /// Whether documents are sent in the request that creates a record.
    pub documents_along: bool,
    /// How much older than its trace a record may be and still match, because clocks differ.
    pub tolerance: Duration,
    /// Whether the target cuts names and reports it as a warning in receipts.
    pub cuts_names: bool,
    /// How long after creation a document that was sent along may be missing before that is final. `None` means that
    /// receipts are not checked.
    pub confirms_after: Option<Duration>,
}

impl Default for Nature {
    fn default() -> Self {
        Self {
            batch_size: 1,
            concurrency: 4,
            lag: Duration::ZERO,
            checks_email: true,
            loses_an_intent: false,
            finds: true,
            finds_without_email: true,
            finds_documents: true,
            documents_along: false,
            tolerance: Duration::ZERO,
            cuts_names: false,
            confirms_after: None,
        }
    }
}

#[derive(Default)]
struct Held {
    records: Vec<PersonRecord>,
    scripts: HashMap<String, VecDeque<Reaction>>,
    next: VecDeque<Reaction>,
    refuses_documents: bool,
    writes: Vec<Vec<String>>,
    in_flight: usize,
    most_in_flight: usize,
    finds: usize,
    loses_documents: bool,
    checks: Vec<Vec<VendorId>>,
}

/// The scripted target. Clones share its records.
#[derive(Clone, Default)]
pub struct ScriptedTarget {
    held: Arc<Mutex<Held>>,
    /// The target's properties.
    pub nature: Nature,
}

/// It takes no parameters.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScriptedParameters {}

impl Parameters for ScriptedParameters {}

impl ScriptedTarget {
    /// Creates a target with these properties.
    pub fn new(nature: Nature) -> Self {
        Self { nature, ..Self::default() }
    }

    /// Sets the reactions to the next calls for `name` (a candidate's name, or `name/document` for a step). After them,
    /// it works normally.
    pub fn script(&self, name: &str, reactions: impl IntoIterator<Item = Reaction>) {
        self.lock().scripts.entry(name.to_owned()).or_default().extend(reactions);
    }

    /// Sets the reactions to the next writes of any item, replacing earlier ones of this kind.
    pub fn script_next(&self, reactions: impl IntoIterator<Item = Reaction>) {
        self.lock().next = reactions.into_iter().collect();
    }

    /// Sets whether documents are rejected.
    pub fn refuse_documents(&self, refuse: bool) {
        self.lock().refuses_documents = refuse;
    }

    /// Sets whether documents that are sent along are accepted and lost.
    pub fn lose_documents(&self, lose: bool) {
        self.lock().loses_documents = lose;
    }

    /// Returns the records of each check at the end of a run.
    pub fn checks(&self) -> Vec<Vec<VendorId>> {
        self.lock().checks.clone()
    }

    /// Returns the records.
    pub fn records(&self) -> Vec<PersonRecord> {
        self.lock().records.clone()
    }

    /// Adds a record that hrflow did not write.
    pub fn seed(&self, name: &str, email: Option<&str>) -> VendorId {
        self.lock().create(name, email, Timestamp::UNIX_EPOCH)
    }

    /// Returns the batches of all writes, by name.
    pub fn writes(&self) -> Vec<Vec<String>> {
        self.lock().writes.clone()
    }

    /// Returns the largest number of writes that were in flight at the same time.
    pub fn most_in_flight(&self) -> usize {
        self.lock().most_in_flight
    }

    /// Returns the number of lookups of items.
    pub fn finds(&self) -> usize {
        self.lock().finds
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn react(&self, name: &str) -> Result<Executed> {
        let scripted = self.lock().scripts.get_mut(name).and_then(VecDeque::pop_front);
        self.act(scripted.unwrap_or(Reaction::Work)).await
    }

    async fn act(&self, reaction: Reaction) -> Result<Executed> {
        match reaction {
            Reaction::Work => Ok(Executed::AndTold),
            Reaction::Slow(time) => {
                tokio::time::sleep(time).await;
                Ok(Executed::AndTold)
            }
            Reaction::Refuse(kind) => Err(Error::new(kind, "scripted refusal")),
            Reaction::Lose { executed: true } => Ok(Executed::AndLost),
            Reaction::Lose { executed: false } => Err(lost()),
            Reaction::Wait(time) => Err(Error::new(ErrorKind::RateLimited, "scripted wait")
                .with_retry_after(time)
                .with_scope(crate::Scope::Run)),
            Reaction::Fatal(kind) => Err(Error::new(kind, "scripted fault").with_scope(crate::Scope::Run)),
            #[expect(clippy::panic, reason = "a connector that panics is one of the ways to fail")]
            Reaction::Panic => panic!("scripted panic"),
            Reaction::Hang => std::future::pending().await,
        }
    }
}

enum Executed {
    AndTold,
    AndLost,
}

fn lost() -> Error {
    Error::new(ErrorKind::Timeout, "scripted loss").with_execution(Execution::Unknown)
}

impl Held {
    fn create(&mut self, name: &str, email: Option<&str>, at: Timestamp) -> VendorId {
        let id = VendorId(format!("p{}", self.records.len() + 1));
        let email = email.map(str::to_owned);
        self.records.push(PersonRecord {
            id: id.clone(),
            name: name.to_owned(),
            email,
            documents: Vec::new(),
            at,
        });
        id
    }

    /// Adds an item's documents to its record, which is the newest. Returns their steps.
    fn send_along(&mut self, item: &Person) -> Vec<String> {
        let Some(record) = self.records.last_mut() else { return Vec::new() };
        if !self.loses_documents {
            record.documents.extend(item.attachments.iter().map(Attachment::identity));
        }
        item.attachments.iter().map(|it| it.name.clone()).collect()
    }

    fn write(&mut self, write: &Write<'_, Person>, checks_email: bool) -> Receipt {
        let item = write.item;
        let existing = self.records.iter_mut().find(|record| match write.known {
            Some(id) => record.id == *id,
            None => checks_email && record.email.is_some() && record.email == item.email,
        });
        match existing {
            Some(record) if write.on_existing == OnExisting::Update => {
                record.name.clone_from(&item.name);
                Receipt::new(Outcome::Updated, record.id.clone())
            }
            Some(record) => Receipt::new(Outcome::AlreadyThere, record.id.clone()),
            None => Receipt::new(
                Outcome::Created,
                self.create(&item.name, item.email.as_deref(), Timestamp::now()),
            ),
        }
    }
}

#[async_trait]
impl Target for ScriptedTarget {
    type Parameters = ScriptedParameters;
    type Item = Person;

    fn warehouse(&self) -> Warehouse {
        Warehouse { name: "Scripted Profiles", data_type: DataType::Profile, endpoints: Vec::new() }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: true,
            attachments: true,
            concurrency: self.nature.concurrency,
            batch_size: self.nature.batch_size,
            rate_limit: None,
            find_without_email: self.nature.finds_without_email,
        }
    }

    async fn open(&self, _: ScriptedParameters, _: OpenContext) -> Result<Arc<dyn Writer<Person>>> {
        match self.react("open").await? {
            Executed::AndTold => {
                Ok(Arc::new(ScriptedWriter { target: self.clone(), id: TargetId("scripted".into()) }))
            }
            Executed::AndLost => Err(lost()),
        }
    }

    fn preview(&self, _: &ScriptedParameters, item: &Person) -> Value {
        json!({ "name": item.name, "email": item.email })
    }
}

struct ScriptedWriter {
    target: ScriptedTarget,
    id: TargetId,
}

#[async_trait]
impl Writer<Person> for ScriptedWriter {
    fn target_id(&self) -> &TargetId {
        &self.id
    }

    fn identity(&self, item: &Person) -> Option<Identity> {
        Some(item.email.as_deref().map_or_else(|| Identity::members(&[&item.name]), Identity::email))
    }

    async fn trace(&self, items: &[&Person]) -> Result<Vec<Value>> {
        let left_out = usize::from(self.target.nature.loses_an_intent);
        let items = &items[left_out..];
        Ok(items.iter().map(|item| json!({ "name": item.name, "email": item.email })).collect())
    }

    async fn write(&self, batch: &[Write<'_, Person>]) -> Vec<Result<Receipt>> {
        {
            let mut held = self.target.lock();
            held.writes.push(batch.iter().map(|write| write.item.name.clone()).collect());
            held.in_flight += 1;
            held.most_in_flight = held.most_in_flight.max(held.in_flight);
        }
        let mut receipts = Vec::new();
        for write in batch {
            let next = self.target.lock().next.pop_front();
            let reacted = match next {
                Some(reaction) => self.target.act(reaction).await,
                None => self.target.react(&write.item.name).await,
            };
            receipts.push(reacted.and_then(|executed| {
                let mut receipt = self.target.lock().write(write, self.target.nature.checks_email);
                if self.target.nature.documents_along && receipt.outcome == Outcome::Created {
                    receipt.steps = self.target.lock().send_along(write.item);
                    let checks = self.target.nature.confirms_after.filter(|_| !receipt.steps.is_empty());
                    receipt.unconfirmed_since = checks.map(|_| Timestamp::now());
                }
                if self.target.nature.cuts_names {
                    receipt = receipt.with_warning("name", "Cut to 3 characters");
                }
                match executed {
                    Executed::AndTold => Ok(receipt),
                    Executed::AndLost => Err(lost()),
                }
            }));
        }
        self.target.lock().in_flight -= 1;
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let name = trace.details["name"].as_str().unwrap_or_default().to_owned();
        self.target.lock().finds += 1;
        if let Executed::AndLost = self.target.react(&format!("find:{name}")).await? {
            return Err(lost());
        }
        if !self.target.nature.finds {
            return Ok(Found::CannotTell("there is no lookup".into()));
        }
        let email = trace.details["email"].as_str();
        if email.is_none() && !self.target.nature.finds_without_email {
            return Ok(Found::CannotTell("there is no e-mail address to look for".into()));
        }
        let lag = jiff::SignedDuration::try_from(self.target.nature.lag).unwrap_or_default();
        let held = self.target.lock();
        let visible = |record: &&PersonRecord| {
            record.at == Timestamp::UNIX_EPOCH || record.at + lag <= Timestamp::now()
        };
        let mut records = held.records.iter().filter(visible);
        let tolerance = jiff::SignedDuration::try_from(self.target.nature.tolerance).unwrap_or_default();
        let ours = |record: &PersonRecord| record.at + tolerance >= trace.at && record.name == name;
        Ok(match email {
            Some(email) => match records.find(|record| record.email.as_deref() == Some(email)) {
                Some(record) if ours(record) => Found::Ours(vec![record.id.clone()]),
                Some(record) => Found::Someone(record.id.clone()),
                None => Found::Absent,
            },
            None => {
                let ids: Vec<_> = records
                    .filter(|record| record.email.is_none() && ours(record))
                    .map(|record| record.id.clone())
                    .collect();
                if ids.is_empty() { Found::Absent } else { Found::Ours(ids) }
            }
        })
    }

    fn lookup_lag(&self) -> Duration {
        self.target.nature.lag
    }

    fn steps(&self, item: &Person) -> Vec<Step> {
        let step = |it: &Attachment| Step {
            name: it.name.clone(),
            identity: it.identity(),
            document: true,
            idempotent: false,
        };
        item.attachments.iter().map(step).collect()
    }

    async fn steps_along(&self, item: &Person, id: &VendorId) -> Result<Vec<String>> {
        self.target.react(&format!("along:{}", item.name)).await?;
        let held = self.target.lock();
        let record = held.records.iter().find(|record| record.id == *id);
        let there = |it: &&Attachment| record.is_some_and(|record| record.documents.contains(&it.identity()));
        Ok(item.attachments.iter().filter(there).map(|it| it.name.clone()).collect())
    }

    async fn write_step(&self, item: &Person, id: &VendorId, step: &Step) -> Result<()> {
        if self.target.lock().refuses_documents {
            return Err(Error::new(ErrorKind::Forbidden, "documents are refused"));
        }
        let executed = self.target.react(&format!("{}/{}", item.name, step.name)).await?;
        let mut held = self.target.lock();
        let record = held.records.iter_mut().find(|record| record.id == *id);
        let record = record.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such record"))?;
        record.documents.push(step.identity.clone());
        match executed {
            Executed::AndTold => Ok(()),
            Executed::AndLost => Err(lost()),
        }
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        if !self.target.nature.finds_documents {
            return Ok(Found::CannotTell("there is no lookup for documents".into()));
        }
        let held = self.target.lock();
        let record = held.records.iter().find(|record| record.id == trace.id);
        let there = record.is_some_and(|record| record.documents.contains(&trace.step.identity));
        Ok(if there { Found::Ours(vec![trace.id.clone()]) } else { Found::Absent })
    }

    async fn confirm(&self, records: &[Unconfirmed]) -> Result<Vec<Confirmation>> {
        self.target.lock().checks.push(records.iter().map(|it| it.id.clone()).collect());
        self.target.react("confirm").await?;
        let wait = jiff::SignedDuration::try_from(self.target.nature.confirms_after.unwrap_or_default())
            .unwrap_or_default();
        let held = self.target.lock();
        let confirmation = |it: &Unconfirmed| {
            let arrived =
                held.records.iter().any(|record| record.id == it.id && !record.documents.is_empty());
            match arrived {
                true => Confirmation::Confirmed,
                false if it.since + wait <= Timestamp::now() => {
                    Confirmation::Missing(Warning::new("attachments", "Not confirmed"))
                }
                false => Confirmation::Pending(Warning::new("attachments", "Not confirmed so far")),
            }
        };
        Ok(records.iter().map(confirmation).collect())
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        Ok(vec!["scripted".into()])
    }
}
