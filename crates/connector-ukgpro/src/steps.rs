//! What is sent after a candidate: documents.

use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Execution, Found, Result, Step, StepTrace, VendorId,
    Warning, http::Accepts, item::under_own_names,
};

use crate::{
    candidate::Candidate,
    documents::{ACCEPTED, MAX_BYTES, MAX_DOCUMENTS, document_type},
    warehouse::CandidateWriter,
};

const RESUME: &str = "resume";
const DOCUMENT: &str = "document:";

impl CandidateWriter {
    /// One step for each document that UKG Pro accepts of a candidate; see [`too_many`] for the others.
    pub(crate) fn steps_of(&self, item: &Candidate) -> Vec<Step> {
        let documents = documents_of(item).into_iter().take(MAX_DOCUMENTS);
        let steps = documents.map(|(name, document)| Step {
            name,
            identity: document.identity(),
            document: true,
            idempotent: false,
        });
        steps.collect()
    }

    /// Fetches a document and sends it.
    pub(crate) async fn do_step(&self, item: &Candidate, id: &VendorId, step: &Step) -> Result<()> {
        let documents = documents_of(item);
        let Some((name, document)) = documents.iter().find(|(name, _)| *name == step.name) else {
            return Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name)));
        };
        if document.size.is_some_and(|size| size > MAX_BYTES as u64) {
            let message = format!("UKG Pro takes no documents of over {MAX_BYTES} bytes");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let name = name.strip_prefix(DOCUMENT).unwrap_or(&document.name);
        let file = self.downloader.fetch(&document.url, name, Accepts::Kinds(ACCEPTED)).await?;
        let sent = self.api.send_document(id, file, document_type(document.kind)).await;
        if let Err(error) = &sent
            && error.execution() == Execution::Unknown
        {
            self.lost_uploads().insert((id.clone(), step.name.clone()), error.to_string());
        }
        sent
    }

    /// It is unknown whether a document arrived: a candidate's documents cannot be listed (UKG developer hub has no such
    /// operation). The reason names why the response was lost.
    pub(crate) fn look_for_step(&self, trace: &StepTrace) -> Found {
        let lost = self.lost_uploads().remove(&(trace.id.clone(), trace.step.name.clone()));
        let cause = lost.unwrap_or_else(|| "an earlier run ended before it got a response".to_owned());
        Found::CannotTell(format!("{cause}; UKG Pro does not list a candidate's documents"))
    }
}

/// A warning for each document of an item beyond those that UKG Pro accepts of a candidate.
pub(crate) fn too_many(item: &Candidate) -> impl Iterator<Item = Warning> {
    let reason = format!("Not sent, because UKG Pro accepts {MAX_DOCUMENTS} documents of a candidate");
    let beyond: Vec<&Attachment> =
        documents_of(item).into_iter().skip(MAX_DOCUMENTS).map(|(_, document)| document).collect();
    let indices = (0..item.attachments.len())
        .filter(move |index| beyond.iter().any(|it| std::ptr::eq(*it, &item.attachments[*index])));
    indices.map(move |index| Warning::new(format_args!("attachments[{index}]"), &reason))
}

/// The documents, each under the name of its step, the résumé first.
fn documents_of(item: &Candidate) -> Vec<(String, &Attachment)> {
    let resume = item.attachments.iter().position(|it| it.kind == AttachmentKind::Resume);
    let others = item.attachments.iter().enumerate().filter(|(index, _)| Some(*index) != resume);
    let others = under_own_names(others.map(|(_, document)| document));
    let others = others.into_iter().map(|(name, document)| (format!("{DOCUMENT}{name}"), document));
    let resume = resume.map(|index| (RESUME.to_owned(), &item.attachments[index]));
    resume.into_iter().chain(others).collect()
}
