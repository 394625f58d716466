//! Documents of candidates and applications.

use jiff::Timestamp;
use serde_json::Value;

use super::UkgPro;
use super::candidates::host;
use super::errors::{self, Findings};
use super::node::Node;
use super::state::{State, StoredDocument};
use super::switches::Switches;
use super::view::View;
use crate::files::Document;
use crate::form::{self, Part};
use crate::server::{Answer, Received};

const EXTENSIONS: [&str; 6] = ["jpg", "jpeg", "png", "pdf", "doc", "docx"];
const TYPES: [&str; 4] = ["Resume", "Cover Letter", "Portfolio", "Other"];
const FORBIDDEN: &str = "/\\?:*\"<>|";

/// The owner of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owner<'a> {
    Candidate(&'a str),
    Application(&'a str),
}

impl Owner<'_> {
    fn path(self) -> String {
        match self {
            Owner::Candidate(id) => format!("candidates/{id}"),
            Owner::Application(id) => format!("applications/{id}"),
        }
    }

    fn documents(self, state: &State) -> Result<&[StoredDocument], Answer> {
        match self {
            Owner::Candidate(id) => state.candidate(id).map(|candidate| candidate.documents.as_slice()),
            Owner::Application(id) => {
                state.application(id).map(|application| application.documents.as_slice())
            }
        }
        .ok_or_else(|| self.unknown())
    }

    fn unknown(self) -> Answer {
        errors::not_found(match self {
            Owner::Candidate(_) => "The candidate",
            Owner::Application(_) => "The application",
        })
    }

    /// Stores a document, which also changes its owner's update time.
    fn keep(self, state: &mut State, document: StoredDocument) {
        let at = document.at;
        match self {
            Owner::Candidate(id) => {
                if let Some(candidate) = state.candidate_mut(id) {
                    candidate.documents.push(document);
                    candidate.updated_at = at;
                }
            }
            Owner::Application(id) => {
                if let Some(application) = state.application_mut(id) {
                    application.documents.push(document);
                    application.updated_at = at;
                }
            }
        }
    }
}

/// The valid content of the two parts.
struct Upload {
    file_name: String,
    document_type: String,
    description: Option<String>,
    part_file_name: String,
    document: Document,
}

impl UkgPro {
    /// `POST …/documents`.
    pub(crate) async fn upload(&self, request: &Received, owner: Owner<'_>) -> Result<Answer, Answer> {
        let switches = self.switches();
        let parts = form::parts(request).await;
        owner.documents(&self.lock())?;
        let parts = parts
            .ok_or_else(|| errors::short(415, "The body must be multipart/form-data, with its boundary."))?;
        let upload = check(parts, &switches)?;

        let now = self.clock.now();
        let mut state = self.lock();
        let held = owner.documents(&state)?.len();
        if let Some(most) = switches.document_count.filter(|most| held >= *most) {
            let message = format!("There may be at most {most} documents.");
            return Err(errors::refused(switches.too_many_status, "file", "MaxCount", &message));
        }
        let document = self.kept(state.guid(), upload, now);
        let view = View { state: &state, host: host(request) };
        let answer = Answer::json(201, &view.document(&owner.path(), &document));
        owner.keep(&mut state, document);
        Ok(answer)
    }

    fn kept(&self, id: String, upload: Upload, now: Timestamp) -> StoredDocument {
        StoredDocument {
            id,
            file_name: upload.file_name,
            document_type: upload.document_type,
            description: upload.description,
            part_file_name: upload.part_file_name,
            content_type: upload.document.content_type.clone(),
            size: upload.document.bytes.len(),
            sha256: self.files.hold(upload.document),
            at: now,
        }
    }

    /// `GET …/documents/{id}/download`.
    pub(crate) fn download(&self, owner: Owner<'_>, id: &str) -> Result<Answer, Answer> {
        let document = owner.documents(&self.lock())?.iter().find(|document| document.id == id).cloned();
        let held = document.as_ref().and_then(|document| self.files.held(&document.sha256));
        match (document, held) {
            (Some(document), Some(held)) => {
                let disposition = format!("attachment; filename=\"{}\"", document.file_name);
                let answer = Answer::new(200, &document.content_type, held.bytes);
                Ok(answer.with("content-disposition", disposition))
            }
            _ => Err(errors::not_found("The document")),
        }
    }
}

fn check(parts: Vec<Part>, switches: &Switches) -> Result<Upload, Answer> {
    let one = |name: &str| {
        let mut named = parts.iter().filter(|part| part.name == name);
        match (named.next(), named.next()) {
            (Some(part), None) => Ok(part),
            _ => Err(errors::refused(400, name, "Required", "The form must have this part, once.")),
        }
    };
    let (metadata, file) = (one("metadata")?, one("file")?);
    let typed = metadata.content_type.as_deref().is_some_and(|sent| sent.starts_with("application/json"));
    if switches.metadata_type_checked && !typed {
        return Err(errors::refused(400, "metadata", "Invalid", "The part must be application/json."));
    }
    let described: Value = serde_json::from_slice(&metadata.bytes)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| errors::refused(400, "metadata", "Invalid", "The part must be a JSON object."))?;
    let mut findings = Findings::default();
    let node = Node { path: "metadata".to_owned(), value: &described };
    let name = node.child("file_name");
    let file_name = name.required_text(usize::MAX, &mut findings).unwrap_or_default();
    if file_name.contains(|c| FORBIDDEN.contains(c)) {
        findings.add(&name.path, "Invalid", format!("The value must have none of {FORBIDDEN}"));
    }
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if !extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str())) {
        findings.add(
            &name.path,
            "Invalid",
            format!("The value must end in one of {}.", EXTENSIONS.join(", ")),
        );
    }
    let kind = node.child("document_type");
    let document_type = kind.required_text(usize::MAX, &mut findings).unwrap_or_default();
    if !TYPES.contains(&document_type) {
        findings.add(&kind.path, "Invalid", format!("The value must be one of {}.", TYPES.join(", ")));
    }
    let description = node.child("description").text(50, &mut findings);
    if file.file_name.as_deref().unwrap_or_default().is_empty() {
        findings.add("file", "Required", "The part must have a filename.");
    }
    if file.bytes.is_empty() {
        findings.add("file", "Required", "The file is empty.");
    }
    findings.verdict()?;
    if file.bytes.len() > switches.document_size {
        let message = format!("The file may have at most {} bytes.", switches.document_size);
        return Err(errors::refused(switches.too_large_status, "file", "MaxSize", &message));
    }
    let content_type = file.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned());
    Ok(Upload {
        file_name: file_name.to_owned(),
        document_type: document_type.to_owned(),
        description: description.map(str::to_owned),
        part_file_name: file.file_name.clone().unwrap_or_default(),
        document: Document { content_type, bytes: file.bytes.clone() },
    })
}
