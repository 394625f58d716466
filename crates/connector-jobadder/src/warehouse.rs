//! `Jobadder Profiles`: candidates, written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connector_hrflow::{Filled, email};
use hrflow_core::{
    Capabilities, Consent, DataType, Endpoint, Error, ErrorKind, Finding, Found, Identity, LostAnswers,
    OpenContext, Outcome, Receipt, Result, Step, StepDue, StepTrace, Target, TargetId, Trace, VendorId,
    Warehouse, Write, Writer, async_trait,
    http::{DownloadOptions, Downloader, RateLimit, VendorClock, budget},
    options::OnExisting,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    access::consent,
    api::{Api, Written},
    blame,
    body::{body, creation},
    candidate::Candidate,
    custom::CustomFields,
    errors::taken,
    merge::merged,
    parameters::Parameters,
    record::{Record, members},
    source::Source,
};

/// JobAdder has limits per account, per minute and per second, and publishes no numbers (help centre, API throttling).
/// This is what public clients keep to.
const RATE_LIMIT: RateLimit = RateLimit::new(120, Duration::from_secs(60));
/// As few, since the limit per second is not known either.
const CONCURRENCY: usize = 2;

/// The warehouse `Jobadder Profiles`, to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candidates;

#[async_trait]
impl Target for Candidates {
    type Parameters = Parameters;
    type Item = Candidate;

    fn warehouse(&self) -> Warehouse {
        let docs = "https://api.jobadder.com/v2/docs";
        let endpoint = |name, request| Endpoint { name, request, url: docs };
        Warehouse {
            name: "Jobadder Profiles",
            data_type: DataType::Profile,
            endpoints: vec![
                endpoint("Ask for consent", "GET /connect/authorize"),
                endpoint("Get a token", "POST /connect/token"),
                endpoint("Add a candidate", "POST /candidates"),
                endpoint("Update a candidate", "PUT /candidates/{candidateId}"),
                endpoint("Find candidates", "GET /candidates"),
                endpoint("Read a candidate", "GET /candidates/{candidateId}"),
                endpoint("Search an e-mail address", "GET /search/emailaddress"),
                endpoint("Read custom fields", "GET /candidates/fields/custom"),
                endpoint("List candidate sources", "GET /candidates/lists/source"),
                endpoint("List documents", "GET /candidates/{candidateId}/attachments"),
                endpoint("Add a document", "POST /candidates/{candidateId}/attachments/{attachmentType}"),
                endpoint("Set the photo", "PUT /candidates/{candidateId}/photo"),
                endpoint("Add a candidate to a job", "POST /jobs/{jobId}/applications"),
            ],
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: true,
            attachments: true,
            concurrency: CONCURRENCY,
            batch_size: 1,
            rate_limit: Some(RATE_LIMIT),
            find_without_email: true,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Candidate>>> {
        let api = Api::new(&parameters, &context)?;
        // A token that is stored may have been revoked since: this asks whether it is good, and what time it is there.
        let (count, clock) = api.count().await?;
        // An account: it stays the same however often consent is given, and whoever gives it.
        let target_id = TargetId(format!("jobadder {} account {}", api.server(), api.account()));
        let custom = CustomFields::open(&api, &parameters).await?;
        let source = Source::open(&api, &parameters).await?;
        let downloader = Downloader::new(DownloadOptions::from(&context.options));
        let (lost, created) = (LostAnswers::default(), Mutex::default());
        Ok(Arc::new(CandidateWriter {
            api,
            parameters,
            target_id,
            count,
            clock,
            custom,
            source,
            downloader,
            lost,
            created,
        }))
    }

    fn consent(&self, parameters: Parameters, context: OpenContext) -> Result<Option<Box<dyn Consent>>> {
        Ok(Some(Box::new(consent(&parameters, &context)?)))
    }

    /// Without what `custom_fields` and `reference_field_id` add, and with `source` as configured: requests to the account
    /// would settle both.
    fn preview(&self, parameters: &Parameters, item: &Candidate) -> Value {
        Value::Object(creation(parameters, parameters.source.filled(), body(parameters, item, Vec::new())))
    }
}

/// An open `Jobadder Profiles`.
pub(crate) struct CandidateWriter {
    pub(crate) api: Api,
    pub(crate) parameters: Parameters,
    target_id: TargetId,
    count: Option<u64>,
    clock: VendorClock,
    custom: CustomFields,
    source: Source,
    pub(crate) downloader: Downloader,
    lost: LostAnswers,
    /// The candidates that this run created, each with the names of the documents that the run has begun to send. They
    /// have no others, so that no list of documents is needed before a name is sent for the first time.
    created: Mutex<HashMap<VendorId, Vec<String>>>,
}

/// What is remembered of a candidate before it is sent. The address is what a look-up asks for.
#[derive(Serialize, Deserialize)]
struct Details {
    email: Option<String>,
    members: Option<Identity>,
}

#[async_trait]
impl Writer<Candidate> for CandidateWriter {
    fn target_id(&self) -> &TargetId {
        &self.target_id
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn identity(&self, item: &Candidate) -> Option<Identity> {
        item.email().map(|it| Identity::email(&it)).or_else(|| members(item))
    }

    async fn trace(&self, items: &[&Candidate]) -> Result<Vec<Value>> {
        let details = items.iter().map(|item| {
            let details = Details { email: item.email(), members: members(item) };
            serde_json::to_value(details)
                .map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))
        });
        details.collect()
    }

    async fn write(&self, batch: &[Write<'_, Candidate>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            let mut receipt = self.write_one(write).await;
            if let Ok(receipt) = &mut receipt {
                receipt.warnings.extend(email::unused("email", &write.item.email));
            }
            receipts.push(receipt);
        }
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details: Details = serde_json::from_value(trace.details.clone()).map_err(|error| {
            Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error)
        })?;
        let email = details.email.as_deref();
        if email.is_none() && details.members.is_none() {
            return Ok(Found::CannotTell(
                "it has no e-mail address, no name and no phone number to look for".to_owned(),
            ));
        }
        let since = VendorClock::earliest(trace.at);
        let is_ours = |it: &Record| {
            let has_address = email.map_or(it.text("email").is_none(), |email| it.has_email(email));
            let is_new = it.created_at().is_some_and(|at| at >= since);
            has_address && is_new && it.members() == details.members
        };
        // Whoever is found is compared: what was created meanwhile shows in one look and not yet in the one before.
        let found = match email {
            Some(email) => self.holders(email).await?,
            None => self.api.candidates_since(since).await?,
        };
        let ours: Vec<VendorId> =
            found.iter().filter(|it| is_ours(it)).filter_map(Record::candidate_id).collect();
        if !ours.is_empty() {
            return Ok(Found::Ours(ours));
        }
        // Where duplicates are wanted, somebody with the address is no reason not to send it.
        let is_taken = email.is_some() && !self.parameters.x_allow_duplicates;
        let someone = found.iter().filter(|_| is_taken).find_map(Record::candidate_id);
        Ok(someone.map_or(Found::Absent, Found::Someone))
    }

    fn lookup_lag(&self) -> Duration {
        self.parameters.lookup_lag.into()
    }

    fn steps(&self, item: &Candidate) -> Vec<Step> {
        self.steps_of(item)
    }

    fn due(&self, step: &Step) -> StepDue {
        Self::due_of(step)
    }

    async fn write_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        self.do_step(item, id, step).await
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        self.look_for_step(trace).await
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let account = self.api.account();
        let login = format!("logged in to {} for account {account}", self.api.base().await?.host());
        let rights = match self.count {
            Some(count) => format!(
                "{count} candidates can be read; whether they may be written shows only when they are"
            ),
            None => "candidates can be read; whether they may be written shows only when they are".to_owned(),
        };
        Ok([login.into(), rights.into()].into_iter().chain(self.source.finding()).collect())
    }
}

impl CandidateWriter {
    async fn write_one(&self, write: &Write<'_, Candidate>) -> Result<Receipt> {
        let body = self.body(write.item)?;
        if let (Some(id), OnExisting::Update) = (write.known, write.on_existing) {
            match self.update(id, &body).await {
                // Deleted since: it is created anew.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                updated => return updated,
            }
        }
        let created = self.create(write, &body).await;
        self.lost.note(self.identity(write.item).as_ref(), &created);
        created
    }

    fn body(&self, item: &Candidate) -> Result<Map<String, Value>> {
        Ok(body(&self.parameters, item, self.custom.values(item)?))
    }

    async fn create(&self, write: &Write<'_, Candidate>, body: &Map<String, Value>) -> Result<Receipt> {
        let new = creation(&self.parameters, self.source.sent(), body.clone());
        let sent = async |code: Option<&str>| {
            let sent = self.api.create(&new, code).await;
            sent.map_err(|error| blame::of_candidate(error, &self.parameters, body, &new))
        };
        let (answer, code) = match sent(None).await? {
            Written::Done(id) => return Ok(self.created(id, &new)),
            Written::Taken(answer, code) => (answer, code),
        };
        let refused = taken(&answer);
        // The candidate who has the address may be the one that we sent before, and whose answer never came.
        if let Some(perhaps) = self.lost.perhaps_ours(self.identity(write.item).as_ref()) {
            return Err(perhaps.with_status(409).with_source(refused));
        }
        if self.parameters.x_allow_duplicates {
            let Some(code) = code else {
                return Err(refused.advise("JobAdder named no code that would allow a duplicate."));
            };
            return match sent(Some(&code)).await? {
                Written::Done(id) => Ok(self.created(id, &new)),
                Written::Taken(answer, _) => {
                    Err(taken(&answer).advise("JobAdder did not take the code that it had named itself."))
                }
            };
        }
        self.exists_already(write, body, refused).await
    }

    /// The receipt of a candidate that was just created with this body.
    fn created(&self, id: VendorId, sent: &Map<String, Value>) -> Receipt {
        self.created_in_run().insert(id.clone(), Vec::new());
        // An item may name a source of its own.
        let warning = self.source.warning().filter(|_| !sent.contains_key("source"));
        Receipt { warnings: warning.into_iter().collect(), ..Receipt::new(Outcome::Created, id) }
    }

    fn created_in_run(&self) -> MutexGuard<'_, HashMap<VendorId, Vec<String>>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a candidate may have a document of this name, which is about to be sent. It cannot if this run created
    /// the candidate and asks for the first time: another item or another try may have sent it since.
    pub(crate) fn may_have_document(&self, id: &VendorId, name: &str) -> bool {
        let mut created = self.created_in_run();
        let Some(names) = created.get_mut(id) else { return true };
        let is_known = names.iter().any(|it| it.eq_ignore_ascii_case(name));
        if !is_known {
            names.push(name.to_owned());
        }
        is_known
    }

    /// The address belongs to a candidate already.
    async fn exists_already(
        &self,
        write: &Write<'_, Candidate>,
        body: &Map<String, Value>,
        refused: Error,
    ) -> Result<Receipt> {
        let Some(email) = write.item.email() else { return Err(refused) };
        let Some(id) = self.holder_once_visible(&email).await? else {
            return Err(
                refused.advise("JobAdder says that the address is taken, and finds nobody who has it.")
            );
        };
        match write.on_existing {
            OnExisting::Report => Ok(Receipt::new(Outcome::AlreadyThere, id)),
            OnExisting::Update => self.update(&id, body).await,
        }
    }

    /// The candidates who have an address as their main one; where there are none, the one who has it as a further one.
    async fn holders(&self, email: &str) -> Result<Vec<Record>> {
        let found = self.api.candidates_with(email).await?;
        if found.is_empty() {
            return Ok(self.api.candidate_with_other(email).await?.into_iter().collect());
        }
        Ok(found)
    }

    async fn holder(&self, email: &str) -> Result<Option<VendorId>> {
        Ok(self.holders(email).await?.iter().find_map(Record::candidate_id))
    }

    /// The candidate who has an address that is known to be taken: look-ups may be behind.
    async fn holder_once_visible(&self, email: &str) -> Result<Option<VendorId>> {
        let found = self.holder(email).await?;
        if found.is_some() || !budget::current().pause(self.lookup_lag()).await {
            return Ok(found);
        }
        self.holder(email).await
    }

    /// Sends what the item says over what is there. An address that the candidate has as a further one does not
    /// become the main one.
    async fn update(&self, id: &VendorId, new: &Map<String, Value>) -> Result<Receipt> {
        let current = self.api.candidate(id).await?;
        let mut new = new.clone();
        if is_further_address(&current, new.get("email")) {
            new.remove("email");
        }
        let body = merged(&current.0, new);
        let receipt = Receipt::new(Outcome::Updated, id.clone());
        let sent = async |code: Option<&str>| {
            let sent = self.api.update(id, &body, code).await;
            sent.map_err(|error| blame::of_candidate(error, &self.parameters, &body, &body))
        };
        match sent(None).await? {
            Written::Done(()) => Ok(receipt),
            Written::Taken(_, Some(code)) if self.parameters.x_allow_duplicates => {
                match sent(Some(&code)).await? {
                    Written::Done(()) => Ok(receipt),
                    Written::Taken(answer, _) => Err(taken(&answer)),
                }
            }
            Written::Taken(answer, _) => Err(taken(&answer)),
        }
    }
}

fn is_further_address(current: &Record, email: Option<&Value>) -> bool {
    let Some(email) = email.and_then(Value::as_str) else { return false };
    let others = current.0.get("otherEmail").and_then(Value::as_array).into_iter().flatten();
    let mut others = others.filter_map(Value::as_str);
    current.text("email").is_some()
        && !current.has_email(email)
        && others.any(|it| it.trim().to_lowercase() == email)
}
