//! `Ceipal Profiles`: applicants, written.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use connector_hrflow::line;
use hrflow_core::{
    Capabilities, DataType, Endpoint, Error, ErrorKind, Finding, Found, Identity, LostAnswers, OpenContext,
    Receipt, Result, Scope, Step, StepDue, StepTrace, Target, TargetId, Trace, VendorId, Warehouse, Write,
    Writer, async_trait,
    http::{DownloadOptions, Downloader, RateLimit, VendorClock},
    text::cut,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    api::Api, applicant::Applicant, errors::is_no_list, form::Form, lists::Listed, parameters::Parameters,
    places::Places,
};

/// A client's author was told of a ceiling of sixty calls a minute, and keeps 1.1 seconds between two. No number is
/// published.
const RATE_LIMIT: RateLimit = RateLimit::new(1, Duration::from_millis(1_100));

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
            max_bytes: parameters.resume_bytes(),
            ..DownloadOptions::from(&context.options)
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
            lost: LostAnswers::default(),
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
pub(crate) struct ApplicantWriter {
    pub(crate) api: Api,
    pub(crate) parameters: Parameters,
    target_id: TargetId,
    clock: VendorClock,
    pub(crate) places: Places,
    pub(crate) downloader: Downloader,
    /// What was there before an item is sent, from its trace to its first write.
    pub(crate) looked_up: Mutex<HashMap<Identity, Before>>,
    pub(crate) lost: LostAnswers,
    /// Why applicants of this run were created without their résumés, until the step tells it.
    pub(crate) without_resume: Mutex<HashMap<VendorId, Error>>,
}

/// What is remembered of an applicant before it is sent. The address is what a look-up asks for.
#[derive(Serialize, Deserialize)]
struct Details {
    email: String,
    name: Identity,
    before: Before,
}

/// What was there already.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Before {
    /// The applicant with the e-mail address.
    pub(crate) applicant: Option<VendorId>,
    /// Whether it has applied for the job.
    pub(crate) applied: bool,
    /// Whether that cannot be looked up, because the account has no list of applications.
    #[serde(default)]
    pub(crate) unlisted: bool,
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
        item.email().as_deref().map(Identity::email)
    }

    /// Looks who is there already: whoever has the address afterwards, and had it not before, is ours. An item that is
    /// refused leaves no trace, as it is never sent: there would be nothing to look for it by.
    async fn trace(&self, items: &[&Applicant]) -> Result<Vec<Value>> {
        let mut traces = Vec::new();
        for item in items {
            let email = Form::of(&self.parameters, item).check(&self.parameters, item)?;
            let before = self.look(&email).await?;
            lock(&self.looked_up).insert(Identity::email(&email), before.clone());
            let name = self.name_of(&item.standard_fields.firstname, &item.standard_fields.lastname);
            let details = Details { email, name, before };
            let trace = serde_json::to_value(details)
                .map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))?;
            traces.push(trace);
        }
        Ok(traces)
    }

    async fn write(&self, batch: &[Write<'_, Applicant>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            let receipt = self.write_one(write).await;
            self.lost.note(self.identity(write.item).as_ref(), &receipt);
            receipts.push(receipt);
        }
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details: Details = serde_json::from_value(trace.details.clone()).map_err(|error| {
            Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error)
        })?;
        let found = self.api.applicants_with(&details.email).await?;
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
        self.steps_of(item)
    }

    fn due(&self, _: &Step) -> StepDue {
        StepDue::WithCreation
    }

    async fn steps_along(&self, item: &Applicant, id: &VendorId) -> Result<Vec<String>> {
        self.steps_that_arrived(item, id).await
    }

    async fn write_step(&self, _: &Applicant, id: &VendorId, step: &Step) -> Result<()> {
        Err(self.refuse_step(id, step))
    }

    /// No step is ever sent on its own.
    async fn find_step(&self, _: &StepTrace) -> Result<Found> {
        Ok(Found::Absent)
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let login = format!("signed in to {} as {}", self.api.host(), self.parameters.email.trim());
        self.api.applicants_with("nobody@example.com").await?;
        let countries = match self.api.countries().await {
            Ok(countries) => format!("countries get ids from a list of {}", countries.len()).into(),
            Err(error) if error.scope() == Scope::Run => return Err(error),
            Err(error) => Finding::warning(format!("countries and states will be left out: {error}")),
        };
        Ok(vec![
            login.into(),
            "applicants can be looked for by e-mail address".into(),
            countries,
            "whether applicants may be created shows only when one is".into(),
        ])
    }
}

impl ApplicantWriter {
    /// Who has an item's address already, and what became of the job.
    pub(crate) async fn look(&self, email: &str) -> Result<Before> {
        let found = self.api.applicants_with(email).await?;
        let Some(first) = found.first() else { return Ok(Before::default()) };
        let (applied, unlisted) = match self.parameters.job_id() {
            Some(job) => match self.api.has_applied(&first.ids, job).await {
                // A second application is refused, and the first one stands.
                Err(error) if is_no_list(&error) => {
                    tracing::debug!(%error, "who has applied cannot be looked up");
                    (false, true)
                }
                applied => (applied?, false),
            },
            None => (false, false),
        };
        Ok(Before { applicant: Some(VendorId(first.id.clone())), applied, unlisted })
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
    pub(crate) fn name_of(&self, first: &Option<String>, last: &Option<String>) -> Identity {
        let most = usize::from(self.parameters.text_limit);
        let name = |name: &Option<String>| {
            let name = line(name).unwrap_or_default().to_lowercase();
            cut(&name, most).to_owned()
        };
        Identity::members(&[&name(first), &name(last)])
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
