//! Attachments and photos.

use std::collections::HashSet;

use super::JobAdder;
use super::access::Access;
use super::errors::{ErrorItem, Refusal};
use super::pages::paged;
use super::query::Query;
use super::route::Route;
use super::show::View;
use super::state::{StoredAttachment, StoredCandidate, StoredFile};
use super::switches::Switches;
use crate::files::Document;
use crate::form::{self, Part};
use crate::server::{Answer, Received};

/// The types of attachments (API documentation, `SubmitCandidateAttachmentType`).
const TYPES: [&str; 8] =
    ["Other", "Resume", "FormattedResume", "CoverLetter", "Screening", "Check", "Reference", "License"];

/// The form part of the file.
const FILE: &str = "fileData";
const OCTET_STREAM: &str = "application/octet-stream";

impl JobAdder {
    /// `POST /candidates/{candidateId}/attachments/{attachmentType}`. Each upload adds an attachment.
    pub(crate) async fn add_attachment(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let id = route.segment(0);
        self.known_candidate(id)?;
        let kind = route.segment(1).to_owned();
        if !TYPES.contains(&kind.as_str()) {
            let message = format!("The value must be one of {}.", TYPES.join(", "));
            return Err(Refusal::invalid(vec![ErrorItem::invalid("attachmentType", message)]));
        }
        let switches = self.switches();
        let part = match raw_part(request, &switches) {
            Some(part) => part,
            None => form_part(request, &switches).await?,
        };
        let file = self.keep(part, &switches)?;

        let mut state = self.lock();
        let attachment_id = state.take_long_id();
        let attachment = StoredAttachment { attachment_id, kind, created_by: access.user, file };
        let candidate_id = id.parse().unwrap_or_default();
        let candidate = state.candidates.get_mut(&candidate_id);
        candidate.ok_or_else(|| not_found(id))?.attachments.push(attachment.clone());
        let view = View { state: &state, base: &access.base };
        Ok(Answer::json(201, &view.attachment(candidate_id, &attachment, true)))
    }

    /// `GET /candidates/{candidateId}/attachments`.
    pub(crate) fn find_attachments(
        &self,
        request: &Received,
        route: &Route,
        access: &Access,
    ) -> Result<Answer, Refusal> {
        let state = self.lock();
        let id = route.segment(0);
        let candidate = state.find(id).ok_or_else(|| not_found(id))?;
        let mut query = Query::of(request);
        let types = query.words("Type", &TYPES);
        let categories = query.all("Category");
        let latest = query.flag("Latest") == Some(true);
        let page = query.page(&state.switches);
        query.checked()?;

        let mut found: Vec<&StoredAttachment> = candidate
            .attachments
            .iter()
            .filter(|attachment| types.is_empty() || types.contains(&attachment.kind))
            // No stored attachment has a category.
            .filter(|_| categories.is_empty())
            .collect();
        if latest {
            found = newest_of_each_type(&found);
        }
        let view = View { state: &state, base: &access.base };
        Ok(paged(request, &access.address, page, found.len(), || {
            let shown = found.iter().skip(page.offset).take(page.limit);
            shown.map(|attachment| view.attachment(candidate.candidate_id, attachment, false)).collect()
        }))
    }

    /// `GET /candidates/{candidateId}/attachments/{attachmentId}`. Returns the uploaded bytes for any `Accept`; there
    /// is no conversion.
    pub(crate) fn get_attachment(&self, route: &Route) -> Result<Answer, Refusal> {
        let state = self.lock();
        let candidate = state.find(route.segment(0)).ok_or(Refusal::Bare(404))?;
        let id = route.segment(1).parse::<i64>().ok();
        let attachment = candidate.attachments.iter().find(|attachment| Some(attachment.attachment_id) == id);
        self.download(attachment.map(|attachment| &attachment.file))
    }

    /// `GET /candidates/{candidateId}/photo`.
    pub(crate) fn get_photo(&self, route: &Route) -> Result<Answer, Refusal> {
        let state = self.lock();
        self.download(state.find(route.segment(0)).and_then(|candidate| candidate.photo.as_ref()))
    }

    /// `PUT /candidates/{candidateId}/photo`.
    pub(crate) async fn update_photo(&self, request: &Received, route: &Route) -> Result<Answer, Refusal> {
        self.known_candidate(route.segment(0))?;
        let switches = self.switches();
        let photo = self.keep(form_part(request, &switches).await?, &switches)?;
        self.change(route, |candidate| {
            candidate.photo = Some(photo);
            candidate.photos_put += 1;
        })
    }

    /// `DELETE /candidates/{candidateId}/photo`.
    pub(crate) fn delete_photo(&self, route: &Route) -> Result<Answer, Refusal> {
        self.change(route, |candidate| candidate.photo = None)
    }

    fn known_candidate(&self, id: &str) -> Result<(), Refusal> {
        self.lock().find(id).map(|_| ()).ok_or_else(|| not_found(id))
    }

    fn change(&self, route: &Route, change: impl FnOnce(&mut StoredCandidate)) -> Result<Answer, Refusal> {
        let mut state = self.lock();
        let mut candidate = state.find(route.segment(0)).cloned().ok_or(Refusal::Bare(404))?;
        change(&mut candidate);
        state.insert(candidate);
        Ok(Answer::empty(204))
    }

    fn download(&self, file: Option<&StoredFile>) -> Result<Answer, Refusal> {
        let file = file.ok_or(Refusal::Bare(404))?;
        let document = self.files.held(&file.sha256).ok_or(Refusal::Bare(404))?;
        Ok(Answer::new(200, OCTET_STREAM, document.bytes))
    }

    /// Stores a file after its checks.
    fn keep(&self, part: Part, switches: &Switches) -> Result<StoredFile, Refusal> {
        let invalid = |message: &str| Err(Refusal::invalid(vec![ErrorItem::invalid(FILE, message)]));
        let file_name = part.file_name.unwrap_or_default();
        if file_name.is_empty() {
            return invalid("The file has no name.");
        }
        if part.bytes.is_empty() {
            return invalid("The file is empty.");
        }
        if part.bytes.len() > switches.largest_upload {
            return invalid("The file is too large.");
        }
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
        if let Some(taken) = &switches.file_types
            && !extension.is_some_and(|extension| taken.contains(&extension))
        {
            return invalid("Files of this type are not accepted.");
        }
        let content_type = part.content_type.unwrap_or_else(|| OCTET_STREAM.to_owned());
        let size = part.bytes.len();
        let sha256 = self.files.hold(Document { content_type: content_type.clone(), bytes: part.bytes });
        Ok(StoredFile { file_name, content_type, sha256, size, at: self.clock.now() })
    }
}

fn not_found(id: &str) -> Refusal {
    Refusal::not_found("Candidate", id)
}

/// Returns the file of a form.
async fn form_part(request: &Received, switches: &Switches) -> Result<Part, Refusal> {
    let parts = form::parts(request).await;
    let parts = parts.ok_or_else(|| Refusal::unsupported_media_type("multipart/form-data"))?;
    let file = parts.into_iter().find(|part| part.name == FILE);
    let file = file.ok_or_else(|| Refusal::invalid(vec![ErrorItem::missing(FILE)]))?;
    let says_nothing = file.content_type.as_deref().is_none_or(|claimed| claimed == OCTET_STREAM);
    if says_nothing && !switches.octet_stream_parts {
        let message = "The file's content type is missing or says nothing.";
        return Err(Refusal::invalid(vec![ErrorItem::invalid(FILE, message)]));
    }
    Ok(file)
}

/// Returns the file of a plain body, if the switches accept it.
fn raw_part(request: &Received, switches: &Switches) -> Option<Part> {
    if !switches.raw_uploads || request.header("content-type") != Some(OCTET_STREAM) {
        return None;
    }
    let disposition = request.header("content-disposition").unwrap_or_default();
    let file_name = disposition.split_once("filename=").map(|(_, name)| name.trim_matches('"').to_owned());
    let name = FILE.to_owned();
    Some(Part { name, file_name, content_type: Some(OCTET_STREAM.to_owned()), bytes: request.body.clone() })
}

fn newest_of_each_type<'a>(attachments: &[&'a StoredAttachment]) -> Vec<&'a StoredAttachment> {
    let mut seen = HashSet::new();
    let newest_first = attachments.iter().rev().copied();
    let mut newest: Vec<&StoredAttachment> =
        newest_first.filter(|attachment| seen.insert(attachment.kind.as_str())).collect();
    newest.reverse();
    newest
}
