//! Bodies in parts: `multipart/form-data`.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart};
use axum::http::Request;
use serde::{Deserialize, Serialize};

use crate::documents::sha256;
use crate::server::Received;

/// One part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

/// One part of a request, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartHead {
    /// Its name in the form.
    pub name: String,
    /// The file name that it came with.
    pub file_name: Option<String>,
    /// The MIME type that it claimed.
    pub content_type: Option<String>,
    /// Bytes.
    pub size: usize,
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
}

impl From<Part> for PartHead {
    fn from(part: Part) -> PartHead {
        PartHead {
            size: part.bytes.len(),
            sha256: sha256(&part.bytes),
            name: part.name,
            file_name: part.file_name,
            content_type: part.content_type,
        }
    }
}

/// The parts of a request; none when it has none, or they cannot be read to their end.
pub(crate) async fn parts(request: &Received) -> Option<Vec<Part>> {
    let content_type =
        request.header("content-type").filter(|sent| sent.starts_with("multipart/form-data"))?;
    let mut whole = Request::builder()
        .header("content-type", content_type)
        .body(Body::from(request.body.clone()))
        .ok()?;
    // The server has limited the body already.
    DefaultBodyLimit::disable().apply(&mut whole);
    let mut form = Multipart::from_request(whole, &()).await.ok()?;
    let mut parts = Vec::new();
    while let Some(part) = form.next_field().await.ok()? {
        parts.push(Part {
            name: part.name().unwrap_or_default().to_owned(),
            file_name: part.file_name().map(str::to_owned),
            content_type: part.content_type().map(str::to_owned),
            bytes: part.bytes().await.ok()?,
        });
    }
    Some(parts)
}
