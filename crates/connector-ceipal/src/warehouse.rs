//! `Ceipal Profiles`: applicants, written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connector_hrflow::plain;
use hrflow_core::{
    Attachment, Capabilities, DataType, Endpoint, Error, ErrorKind, Execution, Found, Identity, OpenContext,
    Outcome, Receipt, Result, Scope, Step, StepTrace, Target, TargetId, Trace, VendorId, Warehouse, Write,
    Writer, async_trait,
    http::{DownloadOptions, Downloader, RateLimit, VendorClock, budget},
    text::cut,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::{
    api::Api,
    applicant::Applicant,
    errors::is_no_list,
    form::Form,
    lists::Listed,
    parameters::Parameters,
    places::Places,
    resume::{self, File},
};

/// A client's author was told of a ceiling of sixty calls a minute, and keeps 1.1 seconds between two. No number is
/// published.
const RATE_LIMIT: RateLimit = RateLimit::new(1, Duration::from_millis(1_100));
/// The step that is the résumé.
const RESUME: &str = "resume";
/// How long to wait before an applicant that was created is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The warehouse `Ceipal Profiles`, to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Applicants;

#[async_trait]
impl Target for Applicants {
    type Parameters = Parameters;
    type Item = Applicant;

    fn warehouse(&self) -> Warehouse {
        let docs = "https://developer.ceipal.com/";
        let endpoint = |name, request| Endpoint { name, request, url: docs };
        Warehouse {
            name: "Ceipal Profiles",
            data_type: DataType::Profile,
            endpoints: vec![
                endpoint("Sign in", "POST /createAuthtoken"),
                endpoint("Refresh an access token", "POST /refreshToken/"),
                endpoint("Create an applicant", "POST /createApplicant"),
                endpoint("Apply for a job", "POST /applyJobWithOutRegistration"),
                endpoint("Find applicants", "GET /getApplicantsList/"),
                endpoint("Find who has applied for a job", "GET /getSubmissionsList/"),
                endpoint("List countries", "GET /getCountriesList/"),
                endpoint("List the states of a country", "GET /getStatesList/"),
            ],
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: false,
            attachments: true,
            concurrency: 2,
            batch_size: 1,
            rate_limit: Some(RATE_LIMIT),
            find_without_email: false,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Applicant>>> {
        let api = Api::new(&parameters, &context)?;
        let clock = api.sign_in().await?;
        let downloader = Downloader::new(DownloadOptions {
            allow_local_urls: context.options.allow_local_urls,
            attempts: u32::from(context.options.attempts.get()),
            max_bytes: parameters.resume_bytes(),
            ..DownloadOptions::default()
        });
        let target_id = target_id(&api, &parameters)?;
        Ok(Arc::new(ApplicantWriter {
            api,
            parameters,
            target_id,
            clock,
            places: Places::default(),
            downloader,
            looked_up: Mutex::default(),
            without_resume: Mutex::default(),
        }))
    }

    fn preview(&self, parameters: &Parameters, item: &Applicant) -> Value {
        let form = Form::of(parameters, item);
        let mut body: Map<String, Value> =
            form.fields().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
        if let (Some(field), Some(resume)) = (parameters.field_map.resume(), item.resume()) {
            body.insert(field.to_owned(), Value::from(resume.name.as_str()));
        }
        Value::Object(body)
    }
}

/// The account is known by who signs in: nothing else of it is told. Ids of the two versions differ, and an application
/// for one job is none for another.
fn target_id(api: &Api, parameters: &Parameters) -> Result<TargetId> {
    let path = parameters.base_url()?.as_url().path().trim_end_matches('/').to_owned();
    let account = parameters.email.trim().to_lowercase();
    let job = parameters.job_id().map(|job| format!(" job {job}")).unwrap_or_default();
    Ok(TargetId(format!("ceipal {}{path} account {account}{job}", api.host())))
}

/// An open `Ceipal Profiles`.
struct ApplicantWriter {
    api: Api,
    parameters: Parameters,
    target_id: TargetId,
    clock: VendorClock,
    places: Places,
    downloader: Downloader,
    /// What was there before an item is sent, from its trace to its first write.
    looked_up: Mutex<HashMap<Identity, Before>>,
    /// Why applicants of this run were created without their résumés, until the step tells it.
    without_resume: Mutex<HashMap<VendorId, Error>>,
}

/// What is remembered of an applicant before it is sent. The address is what a look-up asks for.
#[derive(Serialize, Deserialize)]
struct Details {
    email: Option<String>,
    name: Identity,
    before: Before,
}

/// What was there already.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Before {
    /// The applicant with the e-mail address.
    applicant: Option<VendorId>,
    /// Whether it has applied for the job.
    applied: bool,
}

#[async_trait]
impl Writer<Applicant> for ApplicantWriter {
    fn target_id(&self) -> &TargetId {
        &self.target_id
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn identity(&self, item: &Applicant) -> Option<Identity> {
        item.email().map(Identity::email)
    }

    /// Looks who is there already: whoever has the address afterwards, and had it not before, is ours.
    async fn trace(&self, items: &[&Applicant]) -> Result<Vec<Value>> {
        let mut traces = Vec::new();
        for item in items {
            let before = self.look(item).await?;
            if let Some(identity) = self.identity(item) {
                lock(&self.looked_up).insert(identity, before.clone());
            }
            let name = self.name_of(&item.standard_fields.firstname, &item.standard_fields.lastname);
            let details = Details { email: item.email().map(str::to_owned), name, before };
            let trace = serde_json::to_value(details)
                .map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))?;
            traces.push(trace);
        }
        Ok(traces)
    }

    async fn write(&self, batch: &[Write<'_, Applicant>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            receipts.push(self.write_one(write).await);
        }
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details: Details = serde_json::from_value(trace.details.clone()).map_err(|error| {
            Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error)
        })?;
        let Some(email) = &details.email else {
            return Ok(Found::CannotTell("it has no e-mail address to look for".to_owned()));
        };
        let found = self.api.applicants_with(email).await?;
        let Some(first) = found.first() else { return Ok(Found::Absent) };
        if details.before.applicant.is_some() {
            return self.find_application(first, details.before.applied).await;
        }
        let ours = found.iter().filter(|it| self.name_of(&it.firstname, &it.lastname) == details.name);
        let ids: Vec<VendorId> = ours.map(|it| VendorId(it.id.clone())).collect();
        Ok(if ids.is_empty() { Found::Someone(VendorId(first.id.clone())) } else { Found::Ours(ids) })
    }

    fn lookup_lag(&self) -> Duration {
        self.parameters.lookup_lag.into()
    }

    fn steps(&self, item: &Applicant) -> Vec<Step> {
        let resume = item.resume().filter(|_| self.parameters.field_map.resume().is_some());
        let step = |resume: &Attachment| Step {
            name: RESUME.to_owned(),
            identity: resume.identity(),
            document: true,
            idempotent: true,
        };
        resume.map(step).into_iter().collect()
    }

    async fn steps_along(&self, item: &Applicant, id: &VendorId) -> Result<Vec<String>> {
        let (Some(email), [_]) = (item.email(), &self.steps(item)[..]) else { return Ok(Vec::new()) };
        let found = self.api.applicants_with(email).await?;
        let arrived = found.iter().any(|it| it.id == id.0 && it.resume == Some(true));
        Ok(arrived.then(|| RESUME.to_owned()).into_iter().collect())
    }

    /// A résumé goes along with its applicant or not at all.
    async fn write_step(&self, _: &Applicant, id: &VendorId, step: &Step) -> Result<()> {
        if step.name != RESUME {
            return Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name)));
        }
        Err(match lock(&self.without_resume).remove(id) {
            Some(why) => Error::new(
                why.kind(),
                "the applicant was created without its résumé, and Ceipal takes none afterwards",
            )
            .with_retryable(false)
            .with_scope(Scope::Item)
            .with("reason", why.message().to_owned())
            .with_vendor_message(why.vendor_message().unwrap_or_default()),
            None => Error::new(ErrorKind::Invalid, "Ceipal takes a résumé along with a new applicant only")
                .advise("Add it by hand."),
        })
    }

    async fn find_step(&self, _: &StepTrace) -> Result<Found> {
        Ok(Found::Absent)
    }

    async fn check(&self) -> Result<Vec<String>> {
        let mut found = vec![format!("signed in to {} as {}", self.api.host(), self.parameters.email.trim())];
        self.api.applicants_with("nobody@example.com").await?;
        found.push("applicants can be looked for by e-mail address".to_owned());
        found.push(match self.api.countries().await {
            Ok(countries) => format!("countries get ids from a list of {}", countries.len()),
            Err(error) if error.scope() == Scope::Run => return Err(error),
            Err(error) => format!("countries and states will be left out: {error}"),
        });
        found.push("whether applicants may be created shows only when one is".to_owned());
        Ok(found)
    }
}

impl ApplicantWriter {
    /// Who has the address of an item already, and what became of the job.
    async fn look(&self, item: &Applicant) -> Result<Before> {
        let Some(email) = item.email() else { return Ok(Before::default()) };
        let found = self.api.applicants_with(email).await?;
        let Some(first) = found.first() else { return Ok(Before::default()) };
        let applied = match self.parameters.job_id() {
            Some(job) => match self.api.has_applied(&first.ids, job).await {
                // An account without that list: a second application is refused, and the first one stands.
                Err(error) if is_no_list(&error) => {
                    tracing::warn!(%error, "who has applied cannot be looked up");
                    false
                }
                applied => applied?,
            },
            None => false,
        };
        Ok(Before { applicant: Some(VendorId(first.id.clone())), applied })
    }

    async fn write_one(&self, write: &Write<'_, Applicant>) -> Result<Receipt> {
        let mut form = Form::of(&self.parameters, write.item);
        form.check(&self.parameters, write.item)?;
        let known = self.identity(write.item).and_then(|identity| lock(&self.looked_up).remove(&identity));
        let before = match known {
            Some(before) => before,
            // Sent again after a look-up that found nothing: somebody may have been quicker.
            None => self.look(write.item).await?,
        };
        if let Some(id) = &before.applicant
            && (before.applied || self.parameters.job_id().is_none())
        {
            return Ok(Receipt::new(Outcome::AlreadyThere, id.clone()));
        }
        self.places.put_ids(&self.api, &self.parameters, &mut form).await?;
        let resume = match self.resume(write).await {
            Some(Err(error)) if error.kind() == ErrorKind::Cancelled => return Err(error),
            resume => resume,
        };
        self.send(write.item, form, resume, before.applicant).await
    }

    /// The résumé's file, if one is to go along, or why it cannot.
    async fn resume(&self, write: &Write<'_, Applicant>) -> Option<Result<File>> {
        let resume = write.item.resume().filter(|_| write.attachments)?;
        let field = self.parameters.field_map.resume()?;
        Some(resume::fetch(&self.downloader, resume, field, self.parameters.resume_bytes()).await)
    }

    /// Creates an applicant, or has the one that is there apply. A résumé that Ceipal refuses does not cost the applicant.
    async fn send(
        &self,
        item: &Applicant,
        form: Form,
        resume: Option<Result<File>>,
        existing: Option<VendorId>,
    ) -> Result<Receipt> {
        let (mut file, mut missing) = match resume {
            Some(Ok(file)) => (Some(file), None),
            Some(Err(error)) => (None, Some(error)),
            None => (None, None),
        };
        let mut sent = self.post(&form, file.as_ref()).await;
        if let Err(refusal) = &sent
            && refusal.kind() == ErrorKind::Invalid
            && file.take().is_some()
        {
            missing = Some(refusal.duplicate());
            // The refusal may be of the file only, after the applicant was made.
            sent = match self.created_all_the_same(item, &existing).await? {
                Some(id) => Ok(Some(id)),
                None => self.post(&form, None).await,
            };
        }
        let told = match sent {
            Ok(told) => told.or_else(|| existing.clone()),
            Err(error) if error.kind() == ErrorKind::Duplicate => {
                return self.exists_already(item, existing, error).await;
            }
            Err(error) => return Err(error),
        };
        let mut receipt =
            Receipt::new(if existing.is_some() { Outcome::Updated } else { Outcome::Created }, None);
        receipt.warnings = form.warnings;
        let (id, shows_resume) = match told {
            Some(id) => (id, None),
            None => {
                let found = self.read_back(item).await?;
                (VendorId(found.id), found.resume)
            }
        };
        match (file, missing) {
            (Some(_), _) => {
                receipt.steps.push(RESUME.to_owned());
                if shows_resume == Some(false) {
                    receipt =
                        receipt.with_warning("Ceipal took the résumé, and its record does not show it yet");
                }
            }
            (None, Some(why)) => {
                receipt = receipt.with_warning(format!("created without its résumé: {}", why.message()));
                lock(&self.without_resume).insert(id.clone(), why);
            }
            (None, None) => {
                receipt = receipt.with_warning(
                    "created without a résumé, which Ceipal fills experience and education from",
                );
            }
        }
        Ok(Receipt { id: Some(id), ..receipt })
    }

    /// Sends the form; answers the id where Ceipal tells it.
    async fn post(&self, form: &Form, file: Option<&File>) -> Result<Option<VendorId>> {
        match self.parameters.job_id() {
            Some(job) => self.api.apply(job, form, file).await.map(|()| None),
            None => self.api.create(form, file).await,
        }
    }

    /// The id of an applicant that came to be although Ceipal refused.
    async fn created_all_the_same(
        &self,
        item: &Applicant,
        existing: &Option<VendorId>,
    ) -> Result<Option<VendorId>> {
        let (Some(email), None) = (item.email(), existing) else { return Ok(None) };
        let found = self.api.applicants_with(email).await?;
        Ok(found.into_iter().next().map(|it| VendorId(it.id)))
    }

    /// Ceipal says that the applicant, or the application, is there already.
    async fn exists_already(
        &self,
        item: &Applicant,
        existing: Option<VendorId>,
        error: Error,
    ) -> Result<Receipt> {
        let id = match existing {
            Some(id) => Some(id),
            None => self.once_visible(item).await?.map(|it| VendorId(it.id)),
        };
        match id {
            Some(id) => Ok(Receipt::new(Outcome::AlreadyThere, id)),
            None => Err(error.advise("Ceipal says so, and lists nobody with the e-mail address.")),
        }
    }

    /// Reads back an applicant that was just taken. Where nobody is found, or the look-up fails, what became of it is not known.
    async fn read_back(&self, item: &Applicant) -> Result<Listed> {
        let unconfirmed =
            |message| Error::new(ErrorKind::Protocol, message).with_execution(Execution::Unknown);
        match self.once_visible(item).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(unconfirmed("Ceipal answered without an id, and does not list the applicant")),
            Err(error) => {
                Err(unconfirmed("Ceipal answered without an id, and the applicant cannot be looked for")
                    .with_source(error))
            }
        }
    }

    /// The applicant with the address of an item; looked for until the list cannot be behind any more.
    async fn once_visible(&self, item: &Applicant) -> Result<Option<Listed>> {
        let Some(email) = item.email() else { return Ok(None) };
        let name = self.name_of(&item.standard_fields.firstname, &item.standard_fields.lastname);
        let until = Instant::now() + self.lookup_lag();
        loop {
            let asked = Instant::now();
            let mut found = self.api.applicants_with(email).await?;
            let namesake = found.iter().position(|it| self.name_of(&it.firstname, &it.lastname) == name);
            if !found.is_empty() {
                return Ok(Some(found.swap_remove(namesake.unwrap_or(0))));
            }
            let left = until.saturating_duration_since(Instant::now());
            if asked >= until || !budget::current().pause(left.min(LOOK_AGAIN)).await {
                return Ok(None);
            }
        }
    }

    /// What became of an application by somebody who was there before.
    async fn find_application(&self, applicant: &Listed, applied_before: bool) -> Result<Found> {
        let id = VendorId(applicant.id.clone());
        let Some(job) = self.parameters.job_id().filter(|_| !applied_before) else {
            return Ok(Found::Someone(id));
        };
        match self.api.has_applied(&applicant.ids, job).await {
            Ok(true) => Ok(Found::Ours(vec![id])),
            Ok(false) => Ok(Found::Absent),
            Err(error) if is_no_list(&error) => Ok(Found::CannotTell(error.to_string())),
            Err(error) => Err(error),
        }
    }

    /// What applicants with one address are told apart by.
    fn name_of(&self, first: &Option<String>, last: &Option<String>) -> Identity {
        let most = usize::from(self.parameters.text_limit);
        let name = |name: &Option<String>| {
            let name = plain(name).unwrap_or_default().to_lowercase();
            cut(&name, most).to_owned()
        };
        Identity::members(&[&name(first), &name(last)])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
