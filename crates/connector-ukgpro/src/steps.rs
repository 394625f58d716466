//! What is sent after a candidate: documents.

use hrflow_core::{
    Attachment, AttachmentKind, Error, ErrorKind, Found, Result, Step, StepTrace, VendorId, http::Accepts,
    item::under_own_names,
};

use crate::{
    candidate::Candidate,
    documents::{ACCEPTED, MAX_BYTES, MAX_DOCUMENTS, document_type},
    warehouse::CandidateWriter,
};

const RESUME: &str = "resume";
const DOCUMENT: &str = "document:";

impl CandidateWriter {
    pub(crate) fn steps_of(&self, item: &Candidate) -> Vec<Step> {
        let documents = documents_of(item).into_iter();
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
        let position = documents.iter().position(|(name, _)| *name == step.name);
        let Some(position) = position else {
            return Err(Error::new(ErrorKind::Internal, format!("{} is no step of this item", step.name)));
        };
        let (name, document) = &documents[position];
        if position >= MAX_DOCUMENTS {
            let message = format!("UKG Pro takes no more than {MAX_DOCUMENTS} documents of a candidate");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        if document.size.is_some_and(|size| size > MAX_BYTES as u64) {
            let message = format!("UKG Pro takes no documents of over {MAX_BYTES} bytes");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let name = name.strip_prefix(DOCUMENT).unwrap_or(&document.name);
        let file = self.downloader.fetch(&document.url, name, Accepts::Kinds(ACCEPTED)).await?;
        self.api.send_document(id, file, document_type(document.kind)).await
    }

    /// Nobody can tell: a candidate's documents cannot be listed (UKG developer hub has no such operation).
    pub(crate) fn look_for_step(&self, _: &StepTrace) -> Found {
        Found::CannotTell("UKG Pro does not list a candidate's documents".to_owned())
    }
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
