//! `Teamtailor Profiles`: candidates, written.

use std::{sync::Arc, time::Duration};

use connector_hrflow::{Filled, email};
use hrflow_core::{
    Capabilities, Confirmation, DataType, Endpoint, Error, ErrorKind, Finding, Found, Identity, LostAnswers,
    OpenContext, Outcome, Receipt, Result, Step, StepTrace, Target, TargetId, Trace, Unconfirmed, VendorId,
    Warehouse, Warning, Write, Writer, async_trait,
    http::{DownloadOptions, Downloader, RateLimit, VendorClock, budget, may_be_fetched},
    options::OnExisting,
    text::unique,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    api::{Api, Resource},
    candidate::Candidate,
    errors::is_about,
    parameters::Parameters,
};

/// Fifty requests in ten seconds (API documentation, rate limit).
const RATE_LIMIT: RateLimit = RateLimit::new(50, Duration::from_secs(10));
/// The step that is the résumé.
pub(crate) const RESUME: &str = "resume";
/// The attributes that hold a URL which Teamtailor fetches.
const FETCHED: [&str; 2] = ["picture", RESUME];

/// The warehouse `Teamtailor Profiles`, to be written to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Candidates;

#[async_trait]
impl Target for Candidates {
    type Parameters = Parameters;
    type Item = Candidate;

    fn warehouse(&self) -> Warehouse {
        let docs = "https://docs.teamtailor.com/";
        let endpoint = |name, request| Endpoint { name, request, url: docs };
        Warehouse {
            name: "Teamtailor Profiles",
            data_type: DataType::Profile,
            endpoints: vec![
                endpoint("Create a candidate", "POST /v1/candidates"),
                endpoint("Update a candidate", "PATCH /v1/candidates/:id"),
                endpoint("Find candidates", "GET /v1/candidates"),
                endpoint("Read a candidate", "GET /v1/candidates/:id"),
                endpoint("Store a file", "POST /v1/files"),
                endpoint("Upload a document", "POST /v1/uploads"),
                endpoint("Write a note", "POST /v1/notes"),
                endpoint("Apply for a job", "POST /v1/job-applications"),
                endpoint("Find a custom field", "GET /v1/custom-fields"),
                endpoint("Fill a custom field", "POST /v1/custom-field-values"),
                endpoint("Replace the value of a custom field", "PATCH /v1/custom-field-values/:id"),
                endpoint("Find who signs notes", "GET /v1/users"),
                endpoint("Read the company", "GET /v1/company"),
            ],
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            update: true,
            attachments: true,
            concurrency: 8,
            batch_size: 1,
            rate_limit: Some(RATE_LIMIT),
            find_without_email: true,
        }
    }

    async fn open(&self, parameters: Parameters, context: OpenContext) -> Result<Arc<dyn Writer<Candidate>>> {
        let api = Api::new(&parameters, &context)?;
        // A key is a company: its id names the target however often the key is renewed.
        let (company, clock) = api.company().await?;
        let target_id = TargetId(format!("teamtailor {} company {}", api.host(), company.id));
        let note_user = note_user(&api, &parameters).await?;
        let key_field = key_field(&api, &parameters).await?;
        let downloader = Downloader::new(DownloadOptions::from(&context.options));
        Ok(Arc::new(CandidateWriter {
            api,
            parameters,
            target_id,
            company,
            clock,
            note_user,
            key_field,
            downloader,
            lost: LostAnswers::default(),
        }))
    }

    fn preview(&self, parameters: &Parameters, item: &Candidate) -> Value {
        let mut attributes = attributes(parameters, item, true);
        for field in FETCHED {
            if attributes.get(field).and_then(Value::as_str).is_some_and(|url| !may_be_fetched(url, false)) {
                attributes.remove(field);
            }
        }
        json!({ "data": resource(item, &attributes) })
    }
}

/// Who signs the notes, if there are to be any.
async fn note_user(api: &Api, parameters: &Parameters) -> Result<Option<String>> {
    if !parameters.notes {
        return Ok(None);
    }
    if let Some(user) = &parameters.note_user_id {
        return Ok(Some(user.trim().to_owned()));
    }
    let first = api.first_user().await?.ok_or_else(|| {
        Error::new(ErrorKind::Config, "the account has no user who could sign notes")
            .advise("Set note_user_id, or notes to false.")
    })?;
    Ok(Some(first.id))
}

/// The id of the custom field that takes the profile's key, if one is to.
async fn key_field(api: &Api, parameters: &Parameters) -> Result<Option<String>> {
    let Some(api_name) = parameters.key_custom_field.as_deref().map(str::trim) else { return Ok(None) };
    let fields = api.list("custom-fields.list", "v1/custom-fields", &[]).await?;
    let field =
        fields.into_iter().find(|field| field.text("api-name") == Some(api_name)).ok_or_else(|| {
            Error::new(
                ErrorKind::Config,
                format!("the account has no custom field with the API name {api_name}"),
            )
            .advise("Check key_custom_field.")
        })?;
    Ok(Some(field.id))
}

/// An open `Teamtailor Profiles`.
pub(crate) struct CandidateWriter {
    pub(crate) api: Api,
    pub(crate) parameters: Parameters,
    target_id: TargetId,
    company: Resource,
    clock: VendorClock,
    /// Who signs the notes; none where none are written.
    pub(crate) note_user: Option<String>,
    /// The custom field that takes the profile's key; none where none does.
    pub(crate) key_field: Option<String>,
    pub(crate) downloader: Downloader,
    lost: LostAnswers,
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
        let since = VendorClock::earliest(trace.at);
        let is_ours =
            |it: &Resource| created_at(it).is_some_and(|at| at >= since) && members_of(it) == details.members;
        if let Some(email) = &details.email {
            return Ok(match self.api.candidate_by_email(email).await? {
                Some(found) if is_ours(&found) => Found::Ours(vec![VendorId(found.id)]),
                Some(found) => Found::Someone(VendorId(found.id)),
                None => Found::Absent,
            });
        }
        if details.members.is_none() {
            return Ok(Found::CannotTell(
                "it has no e-mail address, no name and no phone number to look for".to_owned(),
            ));
        }
        let created = self.api.candidates_since(since).await?;
        let ours = created.into_iter().filter(|it| it.text("email").is_none_or(str::is_empty) && is_ours(it));
        let ids: Vec<VendorId> = ours.map(|it| VendorId(it.id)).collect();
        Ok(if ids.is_empty() { Found::Absent } else { Found::Ours(ids) })
    }

    fn lookup_lag(&self) -> Duration {
        self.parameters.lookup_lag.into()
    }

    fn steps(&self, item: &Candidate) -> Vec<Step> {
        self.steps_of(item)
    }

    async fn steps_along(&self, item: &Candidate, id: &VendorId) -> Result<Vec<String>> {
        let (attributes, _) = self.attributes(item, true).await;
        if !attributes.contains_key(RESUME) {
            return Ok(Vec::new());
        }
        let found = self.api.candidate(id).await?;
        Ok(has_resume(&found).then(|| RESUME.to_owned()).into_iter().collect())
    }

    async fn write_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        self.do_step(item, id, step).await
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        self.look_for_step(trace).await
    }

    async fn confirm(&self, records: &[Unconfirmed]) -> Result<Vec<Confirmation>> {
        self.confirm_resumes(records).await
    }

    async fn check(&self) -> Result<Vec<Finding>> {
        let name = self.company.text("name").unwrap_or("without a name");
        let mut found =
            vec![format!("logged in to {} as company {name} ({})", self.api.host(), self.company.id).into()];
        self.api.list("candidates.find", "v1/candidates", &[("filter[email]", "nobody@example.com")]).await?;
        found.push("the key may read candidates; whether it may write them shows only when it does".into());
        Ok(found)
    }
}

impl CandidateWriter {
    async fn write_one(&self, write: &Write<'_, Candidate>) -> Result<Receipt> {
        if let (Some(id), OnExisting::Update) = (write.known, write.on_existing) {
            match self.update_known(write, id).await {
                // Deleted since: it is created anew.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                updated => return updated,
            }
        }
        let email = write.item.email().filter(|_| self.parameters.merge);
        let Some(email) = email else { return self.create(write, false).await };
        // What Teamtailor's merge does with tags is not documented: whom we find, we update.
        match self.api.candidate_by_email(&email).await? {
            Some(existing) => self.update(write, existing).await,
            None => self.create(write, true).await,
        }
    }

    /// Creates a candidate. A picture or résumé that Teamtailor cannot fetch costs the picture, not the candidate.
    async fn create(&self, write: &Write<'_, Candidate>, merge: bool) -> Result<Receipt> {
        let (mut attributes, mut warnings) = self.attributes(write.item, write.attachments).await;
        if merge {
            attributes.insert("merge".to_owned(), Value::Bool(true));
        }
        warnings.extend(unused(write.item));
        loop {
            let body = json!({ "data": resource(write.item, &attributes) });
            let error = match self.api.create_candidate(&body, merge).await {
                Ok(created) => {
                    let resume = attributes.contains_key(RESUME);
                    let steps = resume.then(|| RESUME.to_owned()).into_iter().collect();
                    let unconfirmed = resume && !has_resume(&created);
                    let unconfirmed_since =
                        unconfirmed.then(|| created_at(&created).unwrap_or_else(|| self.now()));
                    let receipt = Receipt::new(Outcome::Created, VendorId(created.id));
                    return Ok(Receipt { steps, warnings, unconfirmed_since, ..receipt });
                }
                Err(error) if error.kind() == ErrorKind::Duplicate => {
                    return self.exists_already(write, error).await;
                }
                Err(error) => error,
            };
            warnings.extend(drop_unfetchable(&mut attributes, error)?);
        }
    }

    /// The address belongs to a candidate already.
    async fn exists_already(&self, write: &Write<'_, Candidate>, error: Error) -> Result<Receipt> {
        let Some(email) = write.item.email() else { return Err(error) };
        // The candidate who has the address may be the one that we sent before, and whose answer never came.
        if let Some(perhaps) = self.lost.perhaps_ours(self.identity(write.item).as_ref()) {
            return Err(perhaps.with_source(error));
        }
        let Some(existing) = self.candidate_once_visible(&email).await? else {
            return Err(
                error.advise("Teamtailor says that the address is taken, and finds nobody who has it.")
            );
        };
        match write.on_existing {
            OnExisting::Report => Ok(Receipt::new(Outcome::AlreadyThere, VendorId(existing.id))),
            OnExisting::Update => self.update(write, existing).await,
        }
    }

    /// The candidate of an address that is known to be taken: look-ups may be behind.
    async fn candidate_once_visible(&self, email: &str) -> Result<Option<Resource>> {
        let found = self.api.candidate_by_email(email).await?;
        if found.is_some() || !budget::current().pause(self.lookup_lag()).await {
            return Ok(found);
        }
        self.api.candidate_by_email(email).await
    }

    async fn update_known(&self, write: &Write<'_, Candidate>, id: &VendorId) -> Result<Receipt> {
        let current = self.api.candidate(id).await?;
        self.update(write, Resource { id: id.0.clone(), ..current }).await
    }

    /// Sends what the item says over what is there. Tags are added: an update replaces the list as a whole.
    /// Relations are left as they are, since an update may not replace them.
    async fn update(&self, write: &Write<'_, Candidate>, current: Resource) -> Result<Receipt> {
        let (mut attributes, mut warnings) = self.attributes(write.item, false).await;
        // Only for creating (API documentation, candidates).
        attributes.remove("sourced");
        add_tags(&mut attributes, &current);
        let id = VendorId(current.id);
        warnings.extend(unused(write.item));
        loop {
            match self.api.update_candidate(&id, &attributes).await {
                Ok(()) => return Ok(Receipt { warnings, ..Receipt::new(Outcome::Updated, id) }),
                Err(error) => warnings.extend(drop_unfetchable(&mut attributes, error)?),
            }
        }
    }

    /// The attributes to send, and warnings of URLs that Teamtailor may not be given to fetch.
    async fn attributes(&self, item: &Candidate, attachments: bool) -> (Map<String, Value>, Vec<Warning>) {
        let mut attributes = attributes(&self.parameters, item, attachments);
        let most = self.parameters.skills_as_tags;
        let mut warnings = Vec::new();
        if most > 0 && item.skills.len() > most.into() {
            let reason = format_args!(
                "Tags of {most} skills, as `skills_as_tags` says; the other skills are left out"
            );
            warnings.push(Warning::new("skills", reason));
        }
        for field in FETCHED {
            if let Some(url) = attributes.get(field).and_then(Value::as_str)
                && let Err(error) = self.downloader.check_url(url).await
            {
                attributes.remove(field);
                let reason = format_args!("Not given to Teamtailor: {}", error.message());
                warnings.push(Warning::new(format_args!("data.attributes.{field}"), reason));
            }
        }
        (attributes, warnings)
    }
}

/// The attributes with what the parameters add, and without what is empty.
fn attributes(parameters: &Parameters, item: &Candidate, attachments: bool) -> Map<String, Value> {
    let mut attributes = item.data.attributes.clone();
    attributes.email = item.email();
    let skills = item.skills.iter().take(parameters.skills_as_tags.into());
    attributes.tags.extend(skills.chain(&parameters.tags).cloned());
    attributes.tags = unique(attributes.tags.iter().filter_map(|tag| tag.filled().map(str::to_owned)));
    // A mapping may say no for a candidate with an address; without one there is no choice but the parameter.
    if attributes.sourced != Some(false) || attributes.email.is_none() {
        attributes.sourced = Some(parameters.sourced);
    }
    if parameters.set_consent_expiration {
        attributes.other.insert("set-consent-expiration".to_owned(), Value::Bool(true));
    }
    if attributes.resume.is_none() && attachments {
        attributes.resume = item.resume().map(|resume| resume.url.clone());
    }
    let attributes = match json!(attributes) {
        Value::Object(attributes) => attributes,
        _ => Map::new(),
    };
    attributes.into_iter().filter(|(_, value)| !is_empty(value)).collect()
}

/// The warning about an address that is not sent.
fn unused(item: &Candidate) -> Option<Warning> {
    email::unused("data.attributes.email", &item.data.attributes.email)
}

/// The JSON:API resource to create.
fn resource(item: &Candidate, attributes: &Map<String, Value>) -> Value {
    let mut resource = json!({ "type": "candidates", "attributes": attributes });
    if let Some(relationships) = &item.data.relationships {
        resource["relationships"] = relationships.clone();
    }
    resource
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

/// Takes out what a refusal says could not be fetched, and returns warnings of it; the error if it is about something
/// else.
fn drop_unfetchable(attributes: &mut Map<String, Value>, error: Error) -> Result<Vec<Warning>> {
    let mut dropped = FETCHED.to_vec();
    dropped.retain(|field| is_about(&error, field) && attributes.remove(*field).is_some());
    if dropped.is_empty() {
        return Err(error);
    }
    let warning = |field: &&str| {
        Warning::new(format_args!("data.attributes.{field}"), "Teamtailor could not fetch it; left out")
    };
    Ok(dropped.iter().map(warning).collect())
}

fn add_tags(attributes: &mut Map<String, Value>, current: &Resource) {
    let current = current.attributes.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(new) = attributes.get_mut("tags").and_then(Value::as_array_mut) else { return };
    let mut tags = current;
    for tag in new.drain(..) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    *new = tags;
}

/// What a candidate is compared by: the name, and where there is none the digits of the phone number.
/// Other members may be stored in another spelling than they were sent.
fn members(item: &Candidate) -> Option<Identity> {
    let attributes = &item.data.attributes;
    compared(attributes.first_name.as_deref(), attributes.last_name.as_deref(), attributes.phone.as_deref())
}

fn members_of(resource: &Resource) -> Option<Identity> {
    compared(resource.text("first-name"), resource.text("last-name"), resource.text("phone"))
}

fn compared(first: Option<&str>, last: Option<&str>, phone: Option<&str>) -> Option<Identity> {
    let name = |it: Option<&str>| it.unwrap_or_default().trim().to_lowercase();
    let (first, last) = (name(first), name(last));
    if !first.is_empty() || !last.is_empty() {
        return Some(Identity::members(&[&first, &last]));
    }
    let digits: String = phone.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| Identity::members(&[&digits]))
}

/// Whether Teamtailor shows a résumé: the PDF version, or the file as it was sent.
pub(crate) fn has_resume(resource: &Resource) -> bool {
    ["resume", "original-resume"].iter().any(|it| resource.text(it).is_some_and(|url| !url.is_empty()))
}

/// Timestamps carry milliseconds and a local offset (API documentation, candidates).
pub(crate) fn created_at(resource: &Resource) -> Option<Timestamp> {
    resource.text("created-at")?.parse().ok()
}
