//! The layer around each vendor's logic: applies faults and writes the journal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::clock::Clock;
use crate::faults::{Fault, FaultBody, Faults, Vendor};
use crate::journal::{self, Entry, Journal};
use crate::server::{Answer, Pace, Received, Reply, Service};

/// A vendor's logic.
pub(crate) trait Stand: Send + Sync + 'static {
    fn vendor(&self) -> Vendor;

    /// The operation's stable name, or `unknown` if the vendor has no such route.
    fn operation(&self, method: &str, path: &str) -> &'static str;

    fn handle(self: Arc<Self>, request: Received) -> BoxFuture<'static, Answer>;

    /// Builds an error in the vendor's own format.
    fn error(&self, status: u16) -> Answer;

    /// Returns the body for the journal if it differs from the body sent: secrets masked, forms parsed.
    fn shown<'a>(&'a self, _request: &'a Received) -> BoxFuture<'a, Option<String>> {
        Box::pin(std::future::ready(None))
    }
}

pub(crate) struct Front<S> {
    pub(crate) stand: Arc<S>,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) clock: Clock,
}

impl<S: Stand> Service for Front<S> {
    fn call(self: Arc<Self>, request: Received) -> BoxFuture<'static, Reply> {
        Box::pin(async move {
            let vendor = self.stand.vendor();
            let operation = self.stand.operation(&request.method, &request.path);
            let decision = self.faults.decide(vendor, operation, &request.method, &request.path);
            if !decision.latency.is_zero() {
                tokio::time::sleep(decision.latency).await;
            }
            let mut entry = self.entry(vendor, operation, &request);
            if let Some(shown) = self.stand.shown(&request).await {
                entry.body = journal::body_text(shown.as_bytes());
            }
            let reply = match &decision.fault {
                None => Reply::Answer(Arc::clone(&self.stand).handle(request).await),
                Some(fault) if fault.executes() => {
                    let answer = Arc::clone(&self.stand).handle(request).await;
                    self.spoil(fault, answer)
                }
                Some(fault) => {
                    entry.executed = false;
                    self.spoil(fault, Answer::empty(200))
                }
            };
            entry.at = self.clock.now();
            entry.status = match &reply {
                Reply::Answer(answer) => Some(answer.status),
                Reply::Reset | Reply::Silence => None,
            };
            entry.fault = decision.fault;
            self.journal.record(entry);
            reply
        })
    }
}

impl<S: Stand> Front<S> {
    fn entry(&self, vendor: Vendor, operation: &str, request: &Received) -> Entry {
        let mut headers = BTreeMap::new();
        for (name, value) in &request.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers.insert(name.as_str().to_owned(), journal::masked(name.as_str(), &value));
        }
        Entry {
            at: self.clock.now(),
            vendor,
            operation: operation.to_owned(),
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers,
            body: journal::body_text(&request.body),
            status: None,
            fault: None,
            executed: true,
        }
    }

    /// Applies a fault to a response.
    fn spoil(&self, fault: &Fault, mut answer: Answer) -> Reply {
        Reply::Answer(match fault {
            Fault::Latency { .. } => answer,
            Fault::TooManyRequests { retry_after } => {
                let refusal = self.stand.error(429);
                match retry_after {
                    Some(seconds) => refusal.with("retry-after", seconds.to_string()),
                    None => refusal,
                }
            }
            Fault::Status { code, body: FaultBody::Empty, .. } => Answer::empty(*code),
            Fault::Status { code, body: FaultBody::Json, .. } => self.stand.error(*code),
            Fault::Status { code, body: FaultBody::Html, .. } => {
                Answer::new(*code, "text/html; charset=utf-8", format!("<html><h1>{code}</h1></html>"))
            }
            Fault::ResetBefore | Fault::ResetAfter => return Reply::Reset,
            Fault::Hang { .. } => return Reply::Silence,
            Fault::SlowBody { milliseconds } => {
                answer.pace = Pace::Slow(Duration::from_millis(*milliseconds));
                answer
            }
            Fault::TruncatedBody => {
                answer.pace = Pace::Truncated;
                answer
            }
            Fault::EmptyBody201 => Answer::empty(201),
            Fault::Unauthorized => self.stand.error(401),
            Fault::WrongContentType => answer.with("content-type", "text/html; charset=utf-8"),
        })
    }
}
