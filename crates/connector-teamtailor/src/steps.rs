//! What is sent after a candidate: résumé, documents, note, applications, the profile's key.

use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Found, Identity, Result, Step, StepTrace, VendorId,
    http::{Accepts, Operation, VendorClock, segment},
    item::under_own_names,
    text::one_line,
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
        let mut steps = Vec::new();
        let mut add = |name: String, identity: String, document, idempotent| {
            steps.push(Step { name, identity, document, idempotent });
        };
        let digest = |text: &str| Identity::members(&[text]).as_str().to_owned();
        // A user's own mapping may have sent another résumé with the candidate.
        if let (Some(resume), None) = (item.resume(), &item.data.attributes.resume) {
            add(RESUME.to_owned(), resume.identity(), true, true);
        }
        if self.parameters.other_attachments {
            for (name, document) in uploads(item) {
                add(format!("{UPLOAD}{name}"), document.identity(), true, false);
            }
        }
        if let (Some(_), Some(note)) = (&self.note_user, &item.note) {
            add(NOTE.to_owned(), digest(&one_line(note)), false, false);
        }
        if self.parameters.job_applications {
            for job in &item.job_applications {
                // A second application for the same job is refused, and the first one stands.
                add(format!("{JOB_APPLICATION}{job}"), digest(job), false, true);
            }
        }
        if let (Some(_), Some(key)) = (&self.key_field, &item.key) {
            add(KEY.to_owned(), digest(key), false, true);
        }
        steps
    }

    pub(crate) async fn do_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        if let Some(name) = step.name.strip_prefix(UPLOAD)
            && let Some((name, document)) = uploads(item).into_iter().find(|(known, _)| known == name)
        {
            return self.upload(&name, document, id).await;
        }
        if let Some(job) = step.name.strip_prefix(JOB_APPLICATION) {
            return self.apply(job, id).await;
        }
        if let (RESUME, Some(resume)) = (step.name.as_str(), item.resume()) {
            return self.send_resume(resume, id).await;
        }
        if let (NOTE, Some(note), Some(user)) = (step.name.as_str(), &item.note, &self.note_user) {
            return self.write_note(note, user, id).await;
        }
        if let (KEY, Some(key), Some(field)) = (step.name.as_str(), &item.key, &self.key_field) {
            return self.fill_key(key, field, id).await;
        }
        Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name)))
    }

    /// Gives Teamtailor the URL of the résumé; one that Teamtailor cannot fetch is fetched here and stored there first.
    async fn send_resume(&self, resume: &Attachment, id: &VendorId) -> Result<()> {
        let set = |uri: &str| Map::from_iter([(RESUME.to_owned(), Value::from(uri))]);
        if self.downloader.check_url(&resume.url).await.is_ok() {
            match self.api.update_candidate(id, &set(&resume.url)).await {
                Err(error) if error.kind() == ErrorKind::Invalid && is_about(&error, RESUME) => {}
                sent => return sent,
            }
        }
        // Which files Teamtailor accepts is not published.
        let file = self.downloader.fetch(&resume.url, &resume.name, Accepts::Documents).await?;
        let uri = self.api.store_file(file).await?;
        self.api.update_candidate(id, &set(&uri)).await
    }

    async fn upload(&self, name: &str, document: &Attachment, id: &VendorId) -> Result<()> {
        self.downloader.check_url(&document.url).await?;
        let body = json!({ "data": {
            "type": "uploads",
            "attributes": { "url": document.url, "file-name": name },
            "relationships": { "candidate": candidate(id) },
        }});
        self.api.create(Operation::once("uploads.create"), "v1/uploads", &body).await
    }

    async fn write_note(&self, note: &str, user: &str, id: &VendorId) -> Result<()> {
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
        let applied =
            self.api.create(Operation::idempotent("job-applications.create"), "v1/job-applications", &body);
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
    async fn fill_key(&self, key: &str, field: &str, id: &VendorId) -> Result<()> {
        let related = self.api.related(id, "custom-field-values.custom-field").await?;
        let value = related.iter().find(|it| it.related("custom-field").as_deref() == Some(field));
        let mut body = json!({ "data": { "type": "custom-field-values", "attributes": { "value": key } } });
        match value {
            Some(value) => {
                body["data"]["id"] = Value::from(value.id.as_str());
                let path = format!("v1/custom-field-values/{}", segment(&value.id));
                self.api.update(Operation::idempotent("custom-field-values.update"), &path, &body).await
            }
            None => {
                body["data"]["relationships"] = json!({
                    "custom-field": { "data": { "type": "custom-fields", "id": field } },
                    "owner": candidate(id),
                });
                // Whether a second value would be refused is not known: a lost answer is looked after first.
                let operation = Operation::once("custom-field-values.create");
                self.api.create(operation, "v1/custom-field-values", &body).await
            }
        }
    }

    /// Looks for an upload or a note that was sent without an answer; the other steps may be repeated.
    pub(crate) async fn look_for_step(&self, trace: &StepTrace) -> Result<Found> {
        let since = VendorClock::earliest(trace.at);
        let found = if let Some(name) = trace.step.name.strip_prefix(UPLOAD) {
            let uploads = self.api.related(&trace.id, "uploads").await?;
            // Where an upload tells when it was made, an older one of the same name does not count.
            uploads
                .into_iter()
                .find(|it| it.text("file-name") == Some(name) && created_at(it).is_none_or(|at| at >= since))
        } else if trace.step.name == NOTE {
            let since = since.to_string();
            let query = [("filter[updated-at][from]", since.as_str()), ("include", "candidate")];
            let notes = self.api.list("notes.find", "v1/notes", &query).await?;
            notes.into_iter().find(|it| {
                let digest = it.text("note").map(|text| Identity::members(&[&one_line(text)]));
                let candidate = it.related("candidate").or_else(|| it.id_in("candidate-id"));
                let of_candidate = candidate.is_none_or(|candidate| candidate == trace.id.0);
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

/// The documents to upload.
fn uploads(item: &Candidate) -> Vec<(String, &Attachment)> {
    under_own_names(item.attachments.iter().filter(|it| it.kind != AttachmentKind::Resume))
}
