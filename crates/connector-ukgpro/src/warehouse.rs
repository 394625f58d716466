//! `UKGPro Profiles`: candidates, written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hrflow_core::{
    Capabilities, DataType, Endpoint, Error, ErrorKind, Finding, Found, Identity, LostAnswers, OpenContext,
    Outcome, Receipt, Result, Step, StepTrace, Target, TargetId, Trace, VendorId, Warehouse, Write, Writer,
    async_trait,
    http::{DownloadOptions, Downloader, VendorClock, budget},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    api::{Api, LookUp, Tenant, operation},
    body::{Levels, body},
    candidate::Candidate,
    documents::MAX_BYTES,
    errors::scopes,
    parameters::Parameters,
    record::Record,
    steps::too_many,
};

/// The warehouse `UKGPro Profiles`, to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candidates;

#[async_trait]
impl Target for Candidates {
    type Parameters = Parameters;
    type Item = Candidate;

    fn warehouse(&self) -> Warehouse {
        let docs = "https://developer.ukg.com/hcm/reference";
        let endpoint = |name, request| Endpoint { name, request, url: docs };
        Warehouse {
            name: "UKGPro Profiles",
            data_type: DataType::Profile,
            endpoints: vec![
                endpoint("Ask for a token", "POST /signin/oauth2/t/:tenant/access_token"),
                endpoint("Create a candidate", "POST /:tenant/api/candidates"),
                endpoint("Look a candidate up by e-mail address", "POST /:tenant/api/candidates-lookup"),
                endpoint("Upload a document", "POST /:tenant/api/candidates/:id/documents"),
                endpoint("Read a candidate", "GET /:tenant/api/candidates/:id"),
                endpoint("List candidates", "GET /:tenant/api/candidates"),
                endpoint("List levels of skills", "GET /:tenant/api/proficiency-levels"),
            ],
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            // No operation changes a candidate (UKG developer hub, 2024.R1).
            update: false,
            attachments: true,
            concurrency: 4,
            batch_size: 1,
            // The gateway counts per client; how far is not published (UKG developer hub, API Rate Limiting).
            rate_limit: None,
            find_without_email: false,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Candidate>>> {
        let (api, tenant) = Api::open(&parameters, &context).await?;
        if tenant.behind_gateway {
            tracing::warn!(base = %api.base(), "the API is behind the gateway: give this path in domain.environment");
        }
        let target_id =
            TargetId(format!("ukgpro {} tenant {}", api.base().host(), parameters.domain.tenant.trim()));
        let downloader = Downloader::new(DownloadOptions {
            max_bytes: MAX_BYTES,
            ..DownloadOptions::from(&context.options)
        });
        let (looked_up, lost) = (Mutex::default(), LostAnswers::default());
        let lost_uploads = Mutex::default();
        Ok(Arc::new(CandidateWriter {
            api,
            parameters,
            target_id,
            tenant,
            downloader,
            looked_up,
            lost,
            lost_uploads,
        }))
    }

    fn preview(&self, parameters: &Parameters, item: &Candidate) -> Value {
        body(parameters, item, Timestamp::now(), &Levels::Unread).0
    }
}

/// An open `UKGPro Profiles`.
pub(crate) struct CandidateWriter {
    pub(crate) api: Api,
    parameters: Parameters,
    target_id: TargetId,
    tenant: Tenant,
    pub(crate) downloader: Downloader,
    /// Who has the e-mail addresses of the items about to be written: the look-up for a trace is the one before
    /// creating, too.
    looked_up: Mutex<HashMap<String, LookUp>>,
    lost: LostAnswers,
    /// The uploads of this run whose response was lost, by candidate and step, and why; until they are asked for.
    lost_uploads: Mutex<HashMap<(VendorId, String), String>>,
}

/// What is remembered of a candidate before it is sent. The address is what a look-up asks for.
#[derive(Serialize, Deserialize)]
struct Details {
    email: Option<String>,
    /// Whether nobody had the address. Where somebody had it, nothing is sent.
    free: bool,
    name: Identity,
    /// When the candidate says that it was made, which becomes the record's time.
    created_at: Option<String>,
}

#[async_trait]
impl Writer<Candidate> for CandidateWriter {
    fn target_id(&self) -> &TargetId {
        &self.target_id
    }

    fn now(&self) -> Timestamp {
        self.tenant.clock.now()
    }

    fn identity(&self, item: &Candidate) -> Option<Identity> {
        item.email().map(|it| Identity::email(&it))
    }

    async fn trace(&self, items: &[&Candidate]) -> Result<Vec<Value>> {
        let mut traces = Vec::new();
        for item in items {
            let details = Details {
                email: item.email(),
                free: self.is_free(item).await?,
                name: name(item.name.first.as_deref(), item.name.last.as_deref()),
                created_at: item.created_at.clone(),
            };
            traces.push(
                serde_json::to_value(details)
                    .map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))?,
            );
        }
        Ok(traces)
    }

    async fn write(&self, batch: &[Write<'_, Candidate>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            let mut receipt = self.write_one(write.item).await;
            self.lost.note(self.identity(write.item).as_ref(), &receipt);
            if let (Ok(receipt), true) = (&mut receipt, write.attachments) {
                receipt.warnings.extend(too_many(write.item));
            }
            receipts.push(receipt);
        }
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details: Details = serde_json::from_value(trace.details.clone()).map_err(|error| {
            Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error)
        })?;
        let email = match &details.email {
            Some(email) if details.free => email,
            // Nothing was sent.
            _ => return Ok(Found::Absent),
        };
        let since = VendorClock::earliest(trace.at);
        match self.api.look_up(email).await? {
            LookUp::Nobody => Ok(Found::Absent),
            LookUp::Somebody(id) => self.ours_or_someones(id, &details, trace.at).await,
            LookUp::Unclear => self.among_the_new(email, &details, since).await,
        }
    }

    fn lookup_lag(&self) -> Duration {
        self.parameters.lookup_lag.into()
    }

    fn steps(&self, item: &Candidate) -> Vec<Step> {
        self.steps_of(item)
    }

    async fn write_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        self.do_step(item, id, step).await
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        Ok(self.look_for_step(trace))
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let mut found = vec![Finding::from(format!("logged in; the API is at {}", self.api.base()))];
        if self.tenant.behind_gateway {
            found.push(Finding::warning(format!(
                "domain.environment names the host alone, where no API is, and the one behind the gateway is used: \
                 set it to {} to say so",
                self.environment()
            )));
        }
        match &self.tenant.levels {
            Levels::Known(levels) => found.push(format!("skills have {} levels", levels.len()).into()),
            _ => found.push(Finding::warning(format!(
                "skills cannot be sent, as their levels may not be read. {}",
                scopes(operation::LEVELS)
            ))),
        }
        self.api.look_up("nobody@example.com").await?;
        found.push(
            "the client may look candidates up; whether it may create them shows only when it does".into(),
        );
        if !self.api.may_read().await? {
            found.push(Finding::warning(format!(
                "candidates may not be read: after a lost answer, whoever has appeared under the address counts as ours. {}",
                scopes(operation::READ)
            )));
        }
        Ok(found)
    }
}

impl CandidateWriter {
    pub(crate) fn lost_uploads(&self) -> MutexGuard<'_, HashMap<(VendorId, String), String>> {
        self.lost_uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody has the candidate's e-mail address; what was found is kept for writing it.
    async fn is_free(&self, item: &Candidate) -> Result<bool> {
        let Some(email) = item.email() else { return Ok(false) };
        let found = self.api.look_up(&email).await?;
        let free = found == LookUp::Nobody;
        self.looked_up.lock().unwrap_or_else(PoisonError::into_inner).insert(email, found);
        Ok(free)
    }

    async fn write_one(&self, item: &Candidate) -> Result<Receipt> {
        let Some(email) = item.email() else {
            let error = Error::new(ErrorKind::Invalid, "the candidate has no e-mail address");
            return Err(error.advise("Fill in contact_info.email: UKG Pro takes nobody without one."));
        };
        let looked_up = self.looked_up.lock().unwrap_or_else(PoisonError::into_inner).remove(&email);
        let found = match looked_up {
            Some(found) => found,
            None => {
                let found = self.api.look_up(&email).await?;
                // Whoever was not there before is perhaps whom we sent.
                if found != LookUp::Nobody {
                    self.unless_perhaps_ours(item)?;
                }
                found
            }
        };
        match there(found) {
            Some(receipt) => Ok(receipt),
            None => self.create(item, &email).await,
        }
    }

    async fn create(&self, item: &Candidate, email: &str) -> Result<Receipt> {
        let (body, warnings) = body(&self.parameters, item, self.now(), &self.tenant.levels);
        match self.api.create(&body).await {
            Ok(id) => Ok(Receipt { warnings, ..Receipt::new(Outcome::Created, id) }),
            // Somebody came first, or the look-up was behind.
            Err(error) if error.kind() == ErrorKind::Duplicate => {
                self.unless_perhaps_ours(item)?;
                self.taken(email, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// After a lost answer, whoever has the address is looked at first.
    fn unless_perhaps_ours(&self, item: &Candidate) -> Result<()> {
        self.lost.perhaps_ours(self.identity(item).as_ref()).map_or(Ok(()), Err)
    }

    /// The address belongs to a candidate, whoever it is.
    async fn taken(&self, email: &str, error: Error) -> Result<Receipt> {
        let mut found = self.api.look_up(email).await?;
        if found == LookUp::Nobody && budget::current().pause(self.lookup_lag()).await {
            found = self.api.look_up(email).await?;
        }
        there(found).ok_or_else(|| {
            error.advise("UKG Pro says that the address is taken, and finds nobody who has it.")
        })
    }

    /// Nobody had the address when it was looked up at `traced`, and now somebody has.
    async fn ours_or_someones(&self, id: VendorId, details: &Details, traced: Timestamp) -> Result<Found> {
        match self.api.candidate(&id).await {
            Ok(record) if is_ours(&record, details, VendorClock::earliest(traced)) => {
                Ok(Found::Ours(vec![id]))
            }
            Ok(_) => Ok(Found::Someone(id)),
            // Import scopes do not let candidates be read back: that nobody had the address just before has to do.
            Err(error) if error.kind() == ErrorKind::Forbidden => {
                Ok(match self.now().duration_since(traced) <= JUST_BEFORE {
                    true => Found::Ours(vec![id]),
                    false => Found::CannotTell(format!(
                        "candidate {id} has the e-mail address by now, and may not be read. {}",
                        scopes(operation::READ)
                    )),
                })
            }
            Err(error) => Err(error),
        }
    }

    /// Our own new record may have no user account yet, and is then found among those that changed since.
    async fn among_the_new(&self, email: &str, details: &Details, since: Timestamp) -> Result<Found> {
        let mut again = true;
        loop {
            let records = match self.api.candidates_since(since).await {
                Err(error) if error.kind() == ErrorKind::Forbidden => {
                    return Ok(Found::CannotTell(format!("{UNCLEAR}. {}", scopes(operation::LIST))));
                }
                records => records?,
            };
            let of_address = records.iter().filter(|it| it.email().as_deref() == Some(email));
            let (ours, others): (Vec<&Record>, Vec<&Record>) =
                of_address.partition(|it| is_ours(it, details, since));
            let ids =
                |records: Vec<&Record>| records.into_iter().filter_map(Record::id).map(VendorId).collect();
            let (ours, others): (Vec<VendorId>, Vec<VendorId>) = (ids(ours), ids(others));
            if !ours.is_empty() {
                return Ok(Found::Ours(ours));
            }
            if let Some(other) = others.into_iter().next() {
                return Ok(Found::Someone(other));
            }
            if !std::mem::take(&mut again) || !budget::current().pause(self.lookup_lag()).await {
                return Ok(Found::CannotTell(format!("{UNCLEAR}, and nobody who has it changed since")));
            }
        }
    }

    /// What `domain.environment` would be for the API that was found.
    fn environment(&self) -> String {
        let base = self.api.base().as_url();
        let path = base.path().trim_end_matches('/').rsplitn(3, '/').nth(2).unwrap_or_default();
        format!("{}{path}", base.origin().ascii_serialization())
    }
}

/// How long ago nobody can have had an address for whoever has it now to count as ours unseen. Later, it may be somebody
/// who came by themselves.
const JUST_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// What it means that a look-up cannot tell who has an address (UKG developer hub, Retrieve Candidate by Email).
const UNCLEAR: &str = "several candidates have the e-mail address, or one who has no user account";

/// The receipt for an address that somebody has.
fn there(found: LookUp) -> Option<Receipt> {
    match found {
        LookUp::Nobody => None,
        LookUp::Somebody(id) => Some(Receipt::new(Outcome::AlreadyThere, id)),
        LookUp::Unclear => {
            let receipt = Receipt::new(Outcome::AlreadyThere, None);
            Some(receipt.with_warning("contact_info.email", format_args!("{UNCLEAR}: the id is unknown")))
        }
    }
}

/// Whether a record that has the address is the one that was sent: it bears the name, and did not come to be before.
fn is_ours(record: &Record, details: &Details, since: Timestamp) -> bool {
    let sent = details.created_at.as_deref().and_then(|it| it.parse::<Timestamp>().ok());
    let created = record.time("created_at");
    let latest = match sent {
        // The time that we gave it tells nothing, in whichever form it is kept.
        Some(sent) => created.filter(|at| *at != sent).max(record.time("updated_at")),
        // An older record may have been changed since.
        None => created.or_else(|| record.time("updated_at")),
    };
    let theirs = name(record.text(&["name", "first"]), record.text(&["name", "last"]));
    theirs == details.name && latest.is_none_or(|at| at >= since)
}

fn name(first: Option<&str>, last: Option<&str>) -> Identity {
    let part = |it: Option<&str>| it.unwrap_or_default().trim().to_lowercase();
    Identity::members(&[&part(first), &part(last)])
}
