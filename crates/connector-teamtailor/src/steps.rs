//! What is sent after a candidate: résumé, documents, note, applications, the profile's key.

use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Found, Identity, Result, Step, StepTrace, VendorId, http::Operation,
};
use serde_json::{Map, Value, json};

use crate::{
    candidate::Candidate,
    errors::is_about,
    warehouse::{CandidateWriter, RESUME, created_at},
};

const UPLOAD: &str = "upload:";
const NOTE: &str = "note";
const JOB_APPLICATION: &str = "job_application:";
const KEY: &str = "key";

impl CandidateWriter {
    pub(crate) fn steps_of(&self, item: &Candidate) -> Vec<Step> {
        let documents = item.attachments.iter().filter_map(|it| {
            let name = match it.kind {
                // A user's own mapping may have sent another résumé with the candidate.
                AttachmentKind::Resume if item.data.attributes.resume.is_none() => RESUME.to_owned(),
                AttachmentKind::Cover | AttachmentKind::Other if self.parameters.other_attachments => {
                    format!("{UPLOAD}{}", it.name)
                }
                _ => return None,
            };
            let idempotent = name == RESUME;
            Some(Step { name, identity: it.identity(), document: true, idempotent })
        });
        let other = |name: String, identity: &str, idempotent| Step {
            name,
            identity: Identity::members(&[identity]).as_str().to_owned(),
            document: false,
            idempotent,
        };
        let note = item.note.iter().filter(|_| self.parameters.notes).map(|text| other(NOTE.to_owned(), text, false));
        let jobs = item.job_applications.iter().filter(|_| self.parameters.job_applications);
        // A second application for the same job is refused, and the first one stands.
        let jobs = jobs.map(|job| other(format!("{JOB_APPLICATION}{job}"), job, true));
        let key = item.key.iter().filter(|_| self.parameters.key_custom_field.is_some());
        let key = key.map(|key| other(KEY.to_owned(), key, true));
        documents.chain(note).chain(jobs).chain(key).collect()
    }

    pub(crate) async fn do_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        if step.name == RESUME {
            return self.send_resume(attachment(item, step)?, id).await;
        }
        if step.name.starts_with(UPLOAD) {
            return self.upload(attachment(item, step)?, id).await;
        }
        if let Some(job) = step.name.strip_prefix(JOB_APPLICATION) {
            return self.apply(job, id).await;
        }
        match (step.name.as_str(), &item.note, &item.key) {
            (NOTE, Some(note), _) => self.write_note(note, id).await,
            (KEY, _, Some(key)) => self.fill_key(key, id).await,
            _ => Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name))),
        }
    }

    /// Hands over the résumé's URL; one that Teamtailor cannot fetch is fetched here and stored there first.
    async fn send_resume(&self, resume: &Attachment, id: &VendorId) -> Result<()> {
        let set = |uri: &str| Map::from_iter([(RESUME.to_owned(), Value::from(uri))]);
        if resume.url.starts_with("https://") {
            match self.api.update_candidate(id, &set(&resume.url)).await {
                Err(error) if error.kind() == ErrorKind::Invalid && is_about(&error, RESUME) => {}
                sent => return sent,
            }
        }
        let file = self.downloader.fetch(&resume.url).await?;
        let uri = self.api.store_file(&resume.name, &file.content_type, file.bytes).await?;
        self.api.update_candidate(id, &set(&uri)).await
    }

    async fn upload(&self, document: &Attachment, id: &VendorId) -> Result<()> {
        let body = json!({ "data": {
            "type": "uploads",
            "attributes": { "url": document.url, "file-name": document.name },
            "relationships": { "candidate": candidate(id) },
        }});
        self.api.create(Operation::once("uploads.create"), "v1/uploads", &body).await
    }

    async fn write_note(&self, note: &str, id: &VendorId) -> Result<()> {
        let user = match &self.parameters.note_user_id {
            Some(user) => user.clone(),
            None => self.api.first_user().await?.map(|user| user.id).ok_or_else(|| {
                Error::new(ErrorKind::Config, "the account has no user who could sign notes").advise("Set note_user_id.")
            })?,
        };
        let body = json!({ "data": {
            "type": "notes",
            "attributes": { "note": note },
            "relationships": { "candidate": candidate(id), "user": { "data": { "type": "users", "id": user } } },
        }});
        self.api.create(Operation::once("notes.create"), "v1/notes", &body).await
    }

    async fn apply(&self, job: &str, id: &VendorId) -> Result<()> {
        let body = json!({ "data": {
            "type": "job-applications",
            "attributes": { "sourced": true },
            "relationships": { "candidate": candidate(id), "job": { "data": { "type": "jobs", "id": job } } },
        }});
        let applied = self.api.create(Operation::idempotent("job-applications.create"), "v1/job-applications", &body);
        match applied.await {
            // How Teamtailor words the refusal of a second application is not documented: look.
            Err(error) if error.status() == Some(422) => {
                let related = self.api.related(id, "job-applications.job").await?;
                let applied = related.iter().any(|it| it.resource_type == "jobs" && it.id == job);
                if applied { Ok(()) } else { Err(error) }
            }
            applied => applied,
        }
    }

    /// Writes the profile's key into its custom field: over the value that is there, else as a new one.
    async fn fill_key(&self, key: &str, id: &VendorId) -> Result<()> {
        let api_name = self.parameters.key_custom_field.as_deref().unwrap_or_default();
        let fields = self.api.list("custom-fields.list", "v1/custom-fields", &[]).await?;
        let field = fields.iter().find(|field| field.text("api-name") == Some(api_name)).ok_or_else(|| {
            Error::new(ErrorKind::Config, format!("the account has no custom field with the API name {api_name}"))
                .with_scope(hrflow_core::Scope::Item)
                .advise("Check key_custom_field.")
        })?;
        let related = self.api.related(id, "custom-field-values.custom-field").await?;
        let value = related.iter().find(|it| it.related("custom-field").as_deref() == Some(&field.id));
        let mut body = json!({ "data": { "type": "custom-field-values", "attributes": { "value": key } } });
        match value {
            Some(value) => {
                body["data"]["id"] = Value::from(value.id.as_str());
                let path = format!("v1/custom-field-values/{}", value.id);
                self.api.update(Operation::idempotent("custom-field-values.update"), &path, &body).await
            }
            None => {
                body["data"]["relationships"] = json!({
                    "custom-field": { "data": { "type": "custom-fields", "id": field.id } },
                    "owner": candidate(id),
                });
                self.api.create(Operation::idempotent("custom-field-values.create"), "v1/custom-field-values", &body).await
            }
        }
    }

    /// Looks for an upload or a note that was sent without an answer; the other steps may be repeated.
    pub(crate) async fn look_for_step(&self, trace: &StepTrace) -> Result<Found> {
        let since = self.vendor_time(trace.at);
        let found = if let Some(name) = trace.step.name.strip_prefix(UPLOAD) {
            let uploads = self.api.related(&trace.id, "uploads").await?;
            // Where an upload tells when it was made, an older one of the same name does not count.
            uploads.into_iter().find(|it| {
                it.text("file-name") == Some(name) && created_at(it).is_none_or(|at| at >= since)
            })
        } else if trace.step.name == NOTE {
            let since = since.to_string();
            let query = [("filter[updated-at][from]", since.as_str()), ("include", "candidate")];
            let notes = self.api.list("notes.find", "v1/notes", &query).await?;
            notes.into_iter().find(|it| {
                let digest = it.text("note").map(|text| Identity::members(&[text]));
                let of_candidate = it.related("candidate").is_none_or(|candidate| candidate == trace.id.0);
                of_candidate && digest.is_some_and(|digest| digest.as_str() == trace.step.identity)
            })
        } else {
            return Ok(Found::Absent);
        };
        Ok(found.map_or(Found::Absent, |it| Found::Ours(vec![VendorId(it.id)])))
    }
}

fn candidate(id: &VendorId) -> Value {
    json!({ "data": { "type": "candidates", "id": id } })
}

fn attachment<'a>(item: &'a Candidate, step: &Step) -> Result<&'a Attachment> {
    let name = step.name.strip_prefix(UPLOAD);
    let is_step = |it: &&Attachment| match name {
        Some(name) => it.kind != AttachmentKind::Resume && it.name == name,
        None => it.kind == AttachmentKind::Resume,
    };
    item.attachments.iter().find(is_step).ok_or_else(|| {
        Error::new(ErrorKind::Internal, format!("the item has no document for {}", step.name))
    })
}
