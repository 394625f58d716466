//! `Teamtailor Profiles`: candidates, written.

use std::{sync::Arc, time::Duration};

use hrflow_core::{
    AttachmentKind, Capabilities, DataType, Endpoint, Error, ErrorKind, Found, Identity, OpenContext, Outcome, Receipt,
    Result, Step, StepTrace, Target, TargetId, Trace, VendorId, Warehouse, Write, Writer, async_trait,
    http::{Downloader, RateLimit},
    options::OnExisting,
};
use jiff::{SignedDuration, Timestamp};
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
/// How far two clocks may still be apart once the vendor's has been read off its answers.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(60);
/// The step that is the résumé.
pub(crate) const RESUME: &str = "resume";

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
                endpoint("Fill a custom field", "POST /v1/custom-field-values"),
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
        let (company, vendor_now) = api.company().await?;
        let skew = vendor_now.map(|vendor| vendor.duration_since(Timestamp::now())).unwrap_or_default();
        let target_id = TargetId(format!("teamtailor {} company {}", api.host(), company.id));
        let downloader = Downloader::new(context.options.allow_local_urls)?;
        let allow_local_urls = context.options.allow_local_urls;
        Ok(Arc::new(CandidateWriter { api, parameters, target_id, company, skew, downloader, allow_local_urls }))
    }

    fn preview(&self, parameters: &Parameters, item: &Candidate) -> Value {
        json!({ "data": body(parameters, item, false).1 })
    }
}

/// An open `Teamtailor Profiles`.
pub(crate) struct CandidateWriter {
    pub(crate) api: Api,
    pub(crate) parameters: Parameters,
    target_id: TargetId,
    company: Resource,
    skew: SignedDuration,
    pub(crate) downloader: Downloader,
    allow_local_urls: bool,
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

    fn identity(&self, item: &Candidate) -> Option<Identity> {
        email(item).map(|it| Identity::email(&it)).or_else(|| members(item))
    }

    async fn trace(&self, items: &[&Candidate]) -> Result<Vec<Value>> {
        let details = items.iter().map(|item| {
            let details = Details { email: email(item), members: members(item) };
            serde_json::to_value(details).map_err(|error| Error::new(ErrorKind::Internal, "no trace").with_source(error))
        });
        details.collect()
    }

    async fn write(&self, batch: &[Write<'_, Candidate>]) -> Vec<Result<Receipt>> {
        let mut receipts = Vec::new();
        for write in batch {
            receipts.push(self.write_one(write).await);
        }
        receipts
    }

    async fn find(&self, trace: &Trace) -> Result<Found> {
        let details: Details = serde_json::from_value(trace.details.clone())
            .map_err(|error| Error::new(ErrorKind::Internal, "the trace cannot be read").with_source(error))?;
        let since = self.vendor_time(trace.at);
        let is_ours = |it: &Resource| created_at(it).is_some_and(|at| at >= since) && members_of(it) == details.members;
        if let Some(email) = &details.email {
            return Ok(match self.api.candidate_by_email(email).await? {
                Some(found) if is_ours(&found) => Found::Ours(vec![VendorId(found.id)]),
                Some(found) => Found::Someone(VendorId(found.id)),
                None => Found::Absent,
            });
        }
        if details.members.is_none() {
            return Ok(Found::CannotTell("it has no e-mail address, no name and no phone number to look for".to_owned()));
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

    async fn write_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        self.do_step(item, id, step).await
    }

    async fn find_step(&self, trace: &StepTrace) -> Result<Found> {
        self.look_for_step(trace).await
    }

    async fn check(&self) -> Result<Vec<String>> {
        let name = self.company.text("name").unwrap_or("without a name");
        let mut found = vec![format!("logged in to {} as company {name} ({})", self.api.host(), self.company.id)];
        self.api.list("candidates.find", "v1/candidates", &[("filter[email]", "nobody@example.com")]).await?;
        found.push("the key may read candidates; whether it may write them shows only when it does".to_owned());
        if self.parameters.notes && self.parameters.note_user_id.is_none() && self.api.first_user().await?.is_none() {
            return Err(Error::new(ErrorKind::Config, "the account has no user who could sign notes")
                .advise("Set note_user_id, or notes to false."));
        }
        Ok(found)
    }
}

impl CandidateWriter {
    async fn write_one(&self, write: &Write<'_, Candidate>) -> Result<Receipt> {
        if let (Some(id), OnExisting::Update) = (write.known, write.on_existing) {
            match self.update(write, id).await {
                // Deleted since: it is created anew.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                updated => return updated,
            }
        }
        let email = email(write.item).filter(|_| self.parameters.merge);
        let Some(email) = email else { return self.create(write, false).await };
        match self.api.candidate_by_email(&email).await? {
            Some(existing) => self.update(write, &VendorId(existing.id)).await,
            None => self.create(write, true).await,
        }
    }

    /// Creates a candidate. A picture or résumé that Teamtailor cannot fetch costs the picture, not the candidate.
    async fn create(&self, write: &Write<'_, Candidate>, merge: bool) -> Result<Receipt> {
        let (with_resume, mut resource) = self.body(write.item, write.attachments);
        let mut sent_resume = with_resume;
        if merge {
            resource["attributes"]["merge"] = Value::Bool(true);
        }
        let mut warnings = Vec::new();
        loop {
            let error = match self.api.create_candidate(&json!({ "data": resource }), merge).await {
                Ok(id) => {
                    let mut receipt = Receipt::new(Outcome::Created, id);
                    receipt.steps.extend(sent_resume.then(|| RESUME.to_owned()));
                    receipt.warnings = warnings;
                    return Ok(receipt);
                }
                Err(error) => error,
            };
            if error.kind() == ErrorKind::Duplicate {
                return self.exists_already(write, error).await;
            }
            let dropped = drop_unfetchable(&mut resource["attributes"], &error);
            if dropped.is_empty() {
                return Err(error);
            }
            sent_resume &= !dropped.contains(&RESUME);
            warnings.extend(dropped.iter().map(|field| format!("Teamtailor could not fetch the {field}")));
        }
    }

    /// The address belongs to a candidate already.
    async fn exists_already(&self, write: &Write<'_, Candidate>, error: Error) -> Result<Receipt> {
        let Some(email) = email(write.item) else { return Err(error) };
        let Some(existing) = self.api.candidate_by_email(&email).await? else {
            return Err(error.advise("Teamtailor says that the address is taken, and finds nobody who has it."));
        };
        let id = VendorId(existing.id);
        match write.on_existing {
            OnExisting::Report => Ok(Receipt::new(Outcome::AlreadyThere, id)),
            OnExisting::Update => self.update(write, &id).await,
        }
    }

    /// Sends what the item says over what is there. Tags are added: an update replaces the list as a whole.
    async fn update(&self, write: &Write<'_, Candidate>, id: &VendorId) -> Result<Receipt> {
        let current = self.api.candidate(id).await?;
        let (_, mut resource) = self.body(write.item, false);
        let attributes = &mut resource["attributes"];
        if let Some(attributes) = attributes.as_object_mut() {
            // Only for creating (API documentation, candidates).
            attributes.remove("sourced");
            add_tags(attributes, &current);
        }
        let mut warnings = Vec::new();
        loop {
            let empty = Map::new();
            let error = match self.api.update_candidate(id, attributes.as_object().unwrap_or(&empty)).await {
                Ok(()) => {
                    let mut receipt = Receipt::new(Outcome::Updated, id.clone());
                    receipt.warnings = warnings;
                    return Ok(receipt);
                }
                Err(error) => error,
            };
            let dropped = drop_unfetchable(attributes, &error);
            if dropped.is_empty() {
                return Err(error);
            }
            warnings.extend(dropped.iter().map(|field| format!("Teamtailor could not fetch the {field}")));
        }
    }

    /// The resource as it is sent, and whether the résumé's URL is in it.
    fn body(&self, item: &Candidate, attachments: bool) -> (bool, Value) {
        let (with_resume, mut resource) = body(&self.parameters, item, attachments);
        let is_allowed = |url: &str| url.starts_with("https://") || (self.allow_local_urls && url.starts_with("http://"));
        let mut kept_resume = with_resume;
        if let Some(attributes) = resource["attributes"].as_object_mut() {
            for field in ["picture", RESUME] {
                if attributes.get(field).and_then(Value::as_str).is_some_and(|url| !is_allowed(url)) {
                    attributes.remove(field);
                    kept_resume &= field != RESUME;
                }
            }
        }
        (kept_resume, resource)
    }

    /// A moment of ours by the vendor's clock, early enough for what is left between the two.
    pub(crate) fn vendor_time(&self, at: Timestamp) -> Timestamp {
        at.checked_add(self.skew).and_then(|at| at.checked_sub(CLOCK_TOLERANCE)).unwrap_or(at)
    }
}

/// The resource with what the parameters add, everything empty left out, and whether the résumé is in it.
fn body(parameters: &Parameters, item: &Candidate, attachments: bool) -> (bool, Value) {
    let mut attributes = item.data.attributes.clone();
    let skills = item.skills.iter().take(parameters.skills_as_tags.into());
    for tag in skills.chain(&parameters.tags) {
        if !attributes.tags.contains(tag) {
            attributes.tags.push(tag.clone());
        }
    }
    if attributes.sourced == Some(true) || attributes.email.is_none() {
        attributes.sourced = Some(parameters.sourced);
    }
    if parameters.set_consent_expiration {
        attributes.other.insert("set-consent-expiration".to_owned(), Value::Bool(true));
    }
    let resume = item.attachments.iter().find(|it| it.kind == AttachmentKind::Resume);
    let with_resume = attachments && attributes.resume.is_none() && resume.is_some();
    if let Some(resume) = resume.filter(|_| with_resume) {
        attributes.resume = Some(resume.url.clone());
    }
    let mut resource = json!({ "type": "candidates", "attributes": attributes });
    if let Some(attributes) = resource["attributes"].as_object_mut() {
        attributes.retain(|_, value| !is_empty(value));
    }
    if let Some(relationships) = &item.data.relationships {
        resource["relationships"] = relationships.clone();
    }
    (with_resume, resource)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

/// Takes out what a refusal says could not be fetched, and answers what that was.
fn drop_unfetchable(attributes: &mut Value, error: &Error) -> Vec<&'static str> {
    let Some(attributes) = attributes.as_object_mut() else { return Vec::new() };
    let mut dropped = Vec::new();
    for field in ["picture", RESUME] {
        if is_about(error, field) && attributes.remove(field).is_some() {
            dropped.push(field);
        }
    }
    dropped
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

fn email(item: &Candidate) -> Option<String> {
    let email = item.data.attributes.email.as_deref()?.trim().to_lowercase();
    (!email.is_empty()).then_some(email)
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

/// Timestamps carry milliseconds and a local offset (API documentation, candidates).
pub(crate) fn created_at(resource: &Resource) -> Option<Timestamp> {
    resource.text("created-at")?.parse().ok()
}
