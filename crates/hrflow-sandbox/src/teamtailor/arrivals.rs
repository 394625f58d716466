//! Files of records: fetched by URL, or uploaded earlier to `POST /v1/files`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Teamtailor;
use super::errors::{self, Error};
use super::state::StoredFile;
use super::switches::{FilesAnswer, Unreachable};
use crate::documents;
use crate::fetch::fetch;
use crate::files::Document;
use crate::form;
use crate::server::{Answer, Received};

/// The effect of a write on an attribute that holds a file.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The attribute is absent, or its file was ignored without an error.
    None,
    /// The attribute is null.
    Cleared,
    /// A file was received. `shown` is the SHA-256 that reads return; for a résumé, that of its PDF version.
    Came { file: StoredFile, shown: String },
}

impl Teamtailor {
    /// Fetches the file that an attribute names.
    pub(crate) async fn receive(&self, attribute: &str, value: Option<&Value>) -> Result<Arrival, Error> {
        let source = match value {
            None => return Ok(Arrival::None),
            Some(Value::String(source)) if !source.trim().is_empty() => source.trim().to_owned(),
            Some(_) => return Ok(Arrival::Cleared),
        };
        let switches = self.switches();
        let document = if source.starts_with("transient:") {
            if attribute == "url" && !switches.transient_uploads { None } else { self.transient(&source) }
        } else {
            let mut allowed = switches.allowed_hosts.clone();
            allowed.extend(self.files.base().strip_prefix("http://").map(str::to_owned));
            fetch(&source, &allowed, Duration::from_millis(switches.fetch_timeout)).await
        };
        let dropped = match attribute {
            "resume" => switches.unreachable_resume == Unreachable::Drop,
            "picture" => switches.unreachable_picture == Unreachable::Drop,
            _ => false,
        };
        match document {
            Some(document) => Ok(self.arrived(attribute, source, document)),
            None if dropped => Ok(Arrival::None),
            None => Err(errors::unprocessable(&format!("attributes/{attribute}"), "could not be downloaded")),
        }
    }

    fn arrived(&self, attribute: &str, source: String, document: Document) -> Arrival {
        let is_pdf = document.bytes.starts_with(b"%PDF");
        let file = StoredFile {
            attribute: attribute.to_owned(),
            source,
            size: document.bytes.len(),
            content_type: document.content_type.clone(),
            at: self.clock.now(),
            sha256: self.files.hold(document),
        };
        // A résumé is shown as a PDF, whatever its format was (Teamtailor docs, candidates).
        let shown = if attribute == "resume" && !is_pdf {
            let bytes = documents::pdf(&format!("PDF version of {}", file.sha256)).into();
            self.files.hold(Document { content_type: documents::PDF.to_owned(), bytes })
        } else {
            file.sha256.clone()
        };
        Arrival::Came { file, shown }
    }

    fn transient(&self, uri: &str) -> Option<Document> {
        let (hash, content_type) = self.lock().transients.get(uri).cloned()?;
        self.files.held(&hash).map(|held| Document { content_type, ..held })
    }

    /// `POST /v1/files`: multipart, field `file`.
    pub(crate) async fn take_file(self: Arc<Self>, request: &Received) -> Answer {
        let Some(document) = sent_file(request).await else {
            return errors::answer(&[errors::missing_parameter("file")]);
        };
        let content_type = document.content_type.clone();
        let hash = self.files.hold(document);
        let mut state = self.lock();
        let id = state.take_id();
        let uri = format!("transient:/{id:08}-{}", &hash[..16]);
        state.transients.insert(uri.clone(), (hash, content_type));
        match state.switches.files_answer {
            FilesAnswer::Uri => Answer::json(201, &json!({"uri": uri})),
            FilesAnswer::JsonApi => {
                let data = json!({"id": id.to_string(), "type": "files", "attributes": {"url": uri}});
                Answer::json(201, &json!({"data": data}))
            }
        }
    }
}

async fn sent_file(request: &Received) -> Option<Document> {
    let file = form::parts(request).await?.into_iter().find(|part| part.name == "file")?;
    let content_type = file.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    Some(Document { content_type, bytes: file.bytes })
}
