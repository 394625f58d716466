//! Résumés: version 1 has a permanent URL, version 2 a token that expires.

use serde_json::Value;

use super::Ceipal;
use super::answers::{message, refused};
use super::route::{Route, Version};
use super::state::{State, StoredFile};
use crate::clock::later;
use crate::documents::sha256;
use crate::server::{Answer, Received};

/// Builds the token `hash.expiry.signature`.
pub(crate) fn token(state: &State, file: &StoredFile, now: jiff::Timestamp) -> String {
    let expires = later(now, state.switches.resume_token_seconds * 1000).as_millisecond();
    let text = format!("{}.{expires}", file.sha256);
    format!("{text}.{}", signature(&text))
}

fn signature(text: &str) -> String {
    sha256(format!("résumé {text}").as_bytes())[..32].to_owned()
}

impl Ceipal {
    /// `GET viewResume`.
    pub(crate) fn view_resume(&self, route: &Route) -> Result<Answer, Answer> {
        let hash = route.id.as_deref().unwrap_or_default();
        self.file(hash).ok_or_else(|| refused(Version::One, &self.switches(), 404, "File not found."))
    }

    /// `POST documentDownload`.
    pub(crate) fn download(&self, request: &Received) -> Result<Answer, Answer> {
        let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(token) = sent["resumeToken"].as_str() else {
            return Err(message(400, "resumeToken is required"));
        };
        let mut parts = token.split('.');
        let (hash, expires) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if parts.next() != Some(signature(&format!("{hash}.{expires}")).as_str()) {
            return Err(message(404, "Document not found"));
        }
        if expires.parse().is_ok_and(|expires: i64| expires < self.clock.now().as_millisecond()) {
            return Err(message(410, "The resume token has expired"));
        }
        self.file(hash).ok_or_else(|| message(404, "Document not found"))
    }

    /// Returns the content with its name, if an applicant has it.
    fn file(&self, hash: &str) -> Option<Answer> {
        let state = self.lock();
        let mut files = state.applicants().flat_map(|applicant| &applicant.files);
        let file = files.find(|file| file.sha256 == hash)?;
        let held = self.files.held(hash)?;
        let disposition = format!("attachment; filename=\"{}\"", file.file_name);
        Some(Answer::new(200, &file.content_type, held.bytes).with("content-disposition", disposition))
    }
}
