//! A request that can be sent repeatedly.

use std::{fmt, sync::Arc};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
    multipart::Form,
};
use serde::Serialize;
use url::Url;

use super::{
    answer::Answer,
    client::{Inner, header},
    operation::Operation,
    send,
};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::Secret,
};

/// A request. Errors of its parts are returned by [`send`](Self::send).
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(super) client: Arc<Inner>,
    pub(super) operation: Operation,
    pub(super) method: Method,
    pub(super) url: Result<Url>,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    /// Secrets of this request only.
    pub(super) secrets: Vec<Secret>,
    /// Whether the bodies of the request and its response are excluded from logs.
    pub(super) confidential: bool,
}

pub(super) enum Body {
    Empty,
    Bytes(Vec<u8>),
    /// A form is consumed by sending it, so it is built for every attempt.
    Multipart(Box<dyn Fn() -> Form + Send + Sync>),
}

impl Request {
    pub(super) fn new(client: Arc<Inner>, operation: Operation, method: Method, url: Result<Url>) -> Self {
        Self {
            client,
            operation,
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::Empty,
            secrets: Vec::new(),
            confidential: false,
        }
    }

    /// Adds parameters to the query.
    pub fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        if let Ok(url) = &mut self.url
            && !pairs.is_empty()
        {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        self
    }

    /// Sets a header of this request, replacing the client's.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        match header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(error) => self.fail(error),
        }
        self
    }

    /// Sets the content type of the body.
    pub fn content_type(mut self, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    /// Sets `body` as JSON, with the type `application/json` unless another type is set.
    pub fn json(self, body: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(body);
        self.bytes(bytes, "application/json", "JSON")
    }

    /// Sets `fields` as `application/x-www-form-urlencoded`.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let text = form.extend_pairs(fields).finish();
        self.bytes(
            Ok::<_, std::convert::Infallible>(text.into_bytes()),
            "application/x-www-form-urlencoded",
            "a form",
        )
    }

    /// Sets a `multipart/form-data` body. `form` is called once for each attempt.
    pub fn multipart(mut self, form: impl Fn() -> Form + Send + Sync + 'static) -> Self {
        self.body = Body::Multipart(Box::new(form));
        self
    }

    /// Adds a secret of this request only, such as a refresh token, to redact in the vendor's messages.
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    /// Excludes the bodies of the request and its response from logs at every level. Use it for bodies with secrets
    /// that the redactor cannot know, such as new tokens.
    pub fn confidential(mut self) -> Self {
        self.confidential = true;
        self
    }

    /// Sends the request and waits for the complete response. The client retries; the caller must not. The
    /// [module](super) documents the order of the layers.
    ///
    /// # Errors
    ///
    /// The error of the client's [`classify`](super::ClientBuilder::classify), or the error that prevented a response.
    /// Each has `vendor`, `operation`, `attempts` (the number of times it was sent), the status if any, and whether it
    /// can have taken effect ([`Execution`](crate::Execution)).
    pub async fn send(self) -> Result<Answer> {
        send::send(self).await
    }

    fn bytes<E>(mut self, bytes: Result<Vec<u8>, E>, content_type: &'static str, what: &str) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match bytes {
            Ok(bytes) => self.body = Body::Bytes(bytes),
            Err(error) => {
                let message = format!("the body of {} cannot be written as {what}", self.operation);
                self.fail(Error::new(ErrorKind::Internal, message).with_source(error));
            }
        }
        self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
        self
    }

    /// Records an error. The first one is kept.
    fn fail(&mut self, error: Error) {
        if self.url.is_ok() {
            self.url = Err(error);
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("vendor", &self.client.vendor)
            .field("operation", &self.operation.name)
            .finish_non_exhaustive()
    }
}
