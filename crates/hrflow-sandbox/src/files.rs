//! The files server: downloads of attachments and pictures, and the vendors' signed links.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::body::Bytes;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::documents::{self, sha256};
use crate::faults::Vendor;
use crate::front::Stand;
use crate::server::{Answer, Received};

/// How the server responds to requests for one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// 200 with the content.
    #[default]
    Serve,
    /// This status without content, for example 403 or 404.
    Refuse(u16),
    /// 302 to this URL.
    Redirect(String),
    /// The content, after this many milliseconds.
    Slow(u64),
}

/// A document with its MIME type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The MIME type.
    pub content_type: String,
    /// The content.
    pub bytes: Bytes,
}

impl Document {
    /// Returns the SHA-256 of the content, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        sha256(&self.bytes)
    }
}

/// The store of the files server. Clones share it.
#[derive(Debug, Clone)]
pub struct Files {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Clock,
    base: OnceLock<String>,
    secret: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The files by path.
    files: HashMap<String, (Document, Manner)>,
    /// The documents that vendors hold, by SHA-256.
    held: HashMap<String, Document>,
}

impl Files {
    pub(crate) fn new(clock: Clock, seed: u64) -> Files {
        let inner = Inner {
            clock,
            base: OnceLock::new(),
            secret: sha256(&seed.to_le_bytes()),
            state: Mutex::default(),
        };
        Files { inner: Arc::new(inner) }
    }

    pub(crate) fn set_base(&self, base: &str) {
        let _ = self.inner.base.set(base.to_owned());
    }

    /// The server's URL, without a trailing slash.
    pub fn base(&self) -> &str {
        self.inner.base.get().map(String::as_str).unwrap_or_default()
    }

    /// Adds or replaces a file and returns its URL.
    pub fn put_file(&self, name: &str, content_type: &str, bytes: impl Into<Bytes>) -> String {
        let path = path_of(name);
        let document = Document { content_type: content_type.to_owned(), bytes: bytes.into() };
        let mut state = self.lock();
        let manner = state.files.remove(&path).map(|(_, manner)| manner).unwrap_or_default();
        let url = format!("{}{path}", self.base());
        state.files.insert(path, (document, manner));
        url
    }

    /// Sets how requests for a file of [`Files::put_file`] are served. An unknown name creates an empty file.
    pub fn treat(&self, name: &str, manner: Manner) {
        let mut state = self.lock();
        let empty = || Document { content_type: "application/octet-stream".to_owned(), bytes: Bytes::new() };
        state.files.entry(path_of(name)).or_insert_with(|| (empty(), Manner::Serve)).1 = manner;
    }

    /// Returns the content of one of the server's URLs, regardless of how the file is served.
    pub fn document(&self, url: &str) -> Option<Document> {
        let path = url.strip_prefix(self.base())?;
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        self.lock().files.get(path).map(|(document, _)| document.clone()).or_else(|| generated(path))
    }

    /// Returns the document that a vendor holds under this SHA-256.
    pub fn held(&self, sha256: &str) -> Option<Document> {
        self.lock().held.get(sha256).cloned()
    }

    /// Stores a document for a vendor and returns its SHA-256. Equal documents are stored once.
    pub(crate) fn hold(&self, document: Document) -> String {
        let hash = document.sha256();
        self.lock().held.entry(hash.clone()).or_insert(document);
        hash
    }

    /// Returns a link to a held document that expires at `expires`.
    pub(crate) fn sign(&self, hash: &str, name: &str, expires: Timestamp) -> String {
        let path = format!("/signed/{hash}/{}", encoded(name));
        let expires = expires.as_millisecond();
        format!("{}{path}?expires={expires}&signature={}", self.base(), self.signature(&path, expires))
    }

    fn signature(&self, path: &str, expires: i64) -> String {
        sha256(format!("{}{path}{expires}", self.inner.secret).as_bytes())[..32].to_owned()
    }

    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    async fn answer(&self, request: Received) -> Answer {
        if request.method != "GET" && request.method != "HEAD" {
            return Answer::empty(405);
        }
        if let Some(signed) = request.path.strip_prefix("/signed/") {
            return self.answer_signed(&request, signed);
        }
        let found = self.lock().files.get(&request.path).cloned();
        let Some((document, manner)) =
            found.or_else(|| generated(&request.path).map(|document| (document, Manner::Serve)))
        else {
            return Answer::empty(404);
        };
        match manner {
            Manner::Serve => {}
            Manner::Refuse(status) => return Answer::empty(status),
            Manner::Redirect(to) => return Answer::empty(302).with("location", to),
            Manner::Slow(milliseconds) => {
                tokio::time::sleep(std::time::Duration::from_millis(milliseconds)).await;
            }
        }
        Answer::new(200, &document.content_type, document.bytes)
    }

    fn answer_signed(&self, request: &Received, signed: &str) -> Answer {
        let pairs = request.pairs();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let expires = value("expires").and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
        let genuine = value("signature") == Some(self.signature(&request.path, expires).as_str());
        if !genuine || self.inner.clock.now().as_millisecond() > expires {
            return Answer::empty(403);
        }
        let hash = signed.split('/').next().unwrap_or_default();
        match self.held(hash) {
            Some(document) => Answer::new(200, &document.content_type, document.bytes),
            None => Answer::empty(404),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stand for Files {
    fn vendor(&self) -> Vendor {
        Vendor::Files
    }

    fn operation(&self, _method: &str, path: &str) -> &'static str {
        if path.starts_with("/signed/") { "files.signed" } else { "files.get" }
    }

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer> {
        Box::pin(async move { self.answer(request).await })
    }

    fn error(&self, status: u16) -> Answer {
        Answer::empty(status)
    }
}

fn path_of(name: &str) -> String {
    format!("/files/{}", name.split('/').map(encoded).collect::<Vec<_>>().join("/"))
}

/// Percent-encodes one path segment.
fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Builds an attachment of a generated profile on request: `/generated/<seed>/<number>/<name>`.
pub(crate) fn generated(path: &str) -> Option<Document> {
    let mut parts = path.strip_prefix("/generated/")?.split('/');
    let seed: u64 = parts.next()?.parse().ok()?;
    let number: u64 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    let text = format!("{name} of invented person {number} of set {seed}");
    let (content_type, bytes) = match name.rsplit_once('.')?.1 {
        "pdf" => (documents::PDF, documents::pdf(&text)),
        "docx" => (documents::DOCX, documents::docx(&text)),
        "png" => {
            let [red, green, blue, ..] = number.wrapping_mul(0x9E37_79B9).to_le_bytes();
            (documents::PNG, documents::png(red, green, blue))
        }
        _ => return None,
    };
    Some(Document { content_type: content_type.to_owned(), bytes: bytes.into() })
}
