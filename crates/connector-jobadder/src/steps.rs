//! What is sent after a candidate: documents, the photo, applications.

use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Found, Identity, Result, Step, StepDue, StepTrace,
    VendorId,
    http::{Accepts, VendorClock},
    item::under_own_names,
};

use crate::{blame, candidate::Candidate, record::Record, warehouse::CandidateWriter};

const RESUME: &str = "resume";
const COVER: &str = "cover:";
const OTHER: &str = "upload:";
const PHOTO: &str = "photo";
const JOB_APPLICATION: &str = "job_application:";

impl CandidateWriter {
    pub(crate) fn steps_of(&self, item: &Candidate) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut add = |name: String, identity: String, document, idempotent| {
            steps.push(Step { name, identity, document, idempotent });
        };
        for document in documents(item) {
            if self.parameters.other_attachments || document.attachment.kind != AttachmentKind::Other {
                // The name changes with the file, and is what JobAdder's documents are told apart by.
                add(document.step, document.name, true, false);
            }
        }
        if let (Some(picture), true) = (&item.picture, self.parameters.photo) {
            // The query of an address is often a signature, which changes by itself.
            let address = picture.split(['?', '#']).next().unwrap_or_default();
            add(PHOTO.to_owned(), Identity::members(&[address]).as_str().to_owned(), true, true);
        }
        if self.parameters.job_applications {
            for job in &item.job_applications {
                // A second application for the same job is refused, and the first one stands.
                add(format!("{JOB_APPLICATION}{job}"), job.clone(), false, true);
            }
        }
        steps
    }

    pub(crate) async fn do_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        if let Some(job) = step.name.strip_prefix(JOB_APPLICATION) {
            return self.apply(job, id).await;
        }
        if let (PHOTO, Some(picture)) = (step.name.as_str(), &item.picture) {
            return self.set_photo(picture, id).await;
        }
        match documents(item).into_iter().find(|document| document.step == step.name) {
            Some(document) => self.upload(&document, id).await,
            None => Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name))),
        }
    }

    /// The parameter asks for the applications of every candidate, also of one that existed.
    pub(crate) fn due_of(step: &Step) -> StepDue {
        if step.name.starts_with(JOB_APPLICATION) { StepDue::Always } else { StepDue::Created }
    }

    async fn apply(&self, job: &str, id: &VendorId) -> Result<()> {
        let id_of_job = job.parse().map_err(|error| {
            Error::new(ErrorKind::Invalid, "the id of the job is not a number of 32 bits").with_source(error)
        })?;
        let source = Some(self.parameters.source.trim()).filter(|source| !source.is_empty());
        self.api.apply(id_of_job, id, source).await.map_err(blame::of_application)
    }

    /// Uploads a document, unless the candidate has one of its name: each upload adds one, and none can be deleted. The
    /// name changes with the file. The documents of a candidate that this run created are listed only before a name is sent
    /// again.
    async fn upload(&self, document: &Document<'_>, id: &VendorId) -> Result<()> {
        let kind = type_of(document.attachment.kind);
        if self.may_have_document(id, &document.name) {
            let there = self.api.attachments(id, kind).await?;
            if there.iter().any(|it| is_named(it, &document.name)) {
                return Ok(());
            }
        }
        // Which files JobAdder accepts is not published; it goes by the extension.
        let file =
            self.downloader.fetch(&document.attachment.url, &document.name, Accepts::Documents).await?;
        self.api.attach(id, kind, file).await
    }

    async fn set_photo(&self, picture: &str, id: &VendorId) -> Result<()> {
        let file = self.downloader.fetch(picture, "photo", Accepts::Pictures).await?;
        self.api.set_photo(id, file).await
    }

    /// Looks for a document that was sent without an answer; the other steps may be repeated.
    pub(crate) async fn look_for_step(&self, trace: &StepTrace) -> Result<Found> {
        let Some(kind) = type_of_step(&trace.step) else { return Ok(Found::Absent) };
        let since = VendorClock::earliest(trace.at);
        // Where a document tells when it was added, an older one of the same name does not count.
        let found =
            self.api.attachments(&trace.id, kind).await?.into_iter().find(|it| {
                is_named(it, &trace.step.identity) && it.created_at().is_none_or(|at| at >= since)
            });
        let id = found.map(|it| VendorId(it.id("attachmentId").unwrap_or_default()));
        Ok(id.map_or(Found::Absent, |id| Found::Ours(vec![id])))
    }
}

/// A document, its name at JobAdder, and the step that uploads it.
struct Document<'a> {
    step: String,
    name: String,
    attachment: &'a Attachment,
}

/// The documents of an item, each under a name of its own among those of its kind. There is one résumé.
fn documents(item: &Candidate) -> Vec<Document<'_>> {
    let of_kind = |kind| item.attachments.iter().filter(move |it| it.kind == kind);
    let named = [
        under_own_names(of_kind(AttachmentKind::Resume).take(1)),
        under_own_names(of_kind(AttachmentKind::Cover)),
        under_own_names(of_kind(AttachmentKind::Other)),
    ];
    let documents = named.into_iter().flatten().map(|(name, attachment)| {
        let step = match attachment.kind {
            AttachmentKind::Resume => RESUME.to_owned(),
            AttachmentKind::Cover => format!("{COVER}{name}"),
            AttachmentKind::Other => format!("{OTHER}{name}"),
        };
        Document { step, name, attachment }
    });
    documents.collect()
}

/// What JobAdder calls such a document (API documentation, add an attachment).
fn type_of(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Resume => "Resume",
        AttachmentKind::Cover => "CoverLetter",
        AttachmentKind::Other => "Other",
    }
}

/// The type of the document that a step uploads; its name is the step's identity.
fn type_of_step(step: &Step) -> Option<&'static str> {
    let kind = match step.name.as_str() {
        RESUME => AttachmentKind::Resume,
        name if name.starts_with(COVER) => AttachmentKind::Cover,
        name if name.starts_with(OTHER) => AttachmentKind::Other,
        _ => return None,
    };
    Some(type_of(kind))
}

/// Whether a document is there under a name, perhaps with the extension that its content asked for.
fn is_named(record: &Record, name: &str) -> bool {
    let name = name.trim().to_lowercase();
    record.text("fileName").is_some_and(|it| {
        let it = it.to_lowercase();
        it == name || it.rsplit_once('.').is_some_and(|(stem, _)| stem == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_known_by_either_name() {
        let record: Record =
            serde_json::from_value(serde_json::json!({ "fileName": "CV.docx.pdf" })).unwrap();
        assert!(is_named(&record, "cv.docx") && is_named(&record, "cv.docx.pdf"));
        assert!(!is_named(&record, "cv") && !is_named(&record, "x.docx"));
    }
}
