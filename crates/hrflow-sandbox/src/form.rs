//! HTML forms: URL-encoded, or multipart with files.

use std::convert::Infallible;

use axum::body::Bytes;
use futures::stream;
use multer::{Multipart, parse_boundary};
use serde_json::{Map, Value};

use crate::documents::sha256;
use crate::server::Received;

/// One part of a multipart form.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    fn shown(&self) -> String {
        match (&self.file_name, std::str::from_utf8(&self.bytes)) {
            (None, Ok(text)) => text.to_owned(),
            (name, _) => format!(
                "<file {:?}, {}, {} bytes, sha256 {}>",
                name.as_deref().unwrap_or_default(),
                self.content_type.as_deref().unwrap_or("no type"),
                self.bytes.len(),
                sha256(&self.bytes)
            ),
        }
    }
}

/// Returns the media type of the body in lower case, without parameters.
pub(crate) fn media_type(request: &Received) -> String {
    let sent = request.header("content-type").unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns the fields of a URL-encoded body, in the order sent.
pub(crate) fn fields(request: &Received) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&request.body).into_owned().collect()
}

/// Returns the parts of a multipart body, or `None` if the body is of another type or malformed.
pub(crate) async fn parts(request: &Received) -> Option<Vec<Part>> {
    let boundary = parse_boundary(request.header("content-type")?).ok()?;
    let body = request.body.clone();
    let mut fields = Multipart::new(stream::once(async { Ok::<_, Infallible>(body) }), boundary);
    let mut parts = Vec::new();
    while let Some(field) = fields.next_field().await.ok()? {
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await.ok()?,
        });
    }
    Some(parts)
}

/// Returns a form or JSON object as the journal shows it. Files appear by name, type, size and hash; values of
/// `secrets` are masked. Returns `None` for other bodies, and for JSON if there are no `secrets`.
pub(crate) async fn shown(request: &Received, secrets: &[&str]) -> Option<String> {
    let mut shown: Map<String, Value> = match media_type(request).as_str() {
        "application/x-www-form-urlencoded" => {
            fields(request).into_iter().map(|(name, value)| (name, value.into())).collect()
        }
        "multipart/form-data" => {
            parts(request).await?.iter().map(|part| (part.name.clone(), part.shown().into())).collect()
        }
        // The journal then shows the body as sent.
        _ if secrets.is_empty() => return None,
        _ => serde_json::from_slice(&request.body).ok()?,
    };
    for name in secrets {
        if let Some(value) = shown.get_mut(*name) {
            *value = "***".into();
        }
    }
    Some(Value::Object(shown).to_string())
}
