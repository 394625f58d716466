//! The layers around one HTTP exchange. The module's documentation states their order.

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tracing::{Instrument, Level};
use url::Url;

use super::{
    answer::Answer,
    budget::{self, Budget, Stopped},
    classify,
    client::Inner,
    limiter::{NoSlot, Slot},
    operation::{Operation, Safety},
    request::{Body, Request},
    telemetry,
    token::{Token, TokenProvider},
    transport::{self, Failure},
    words,
};
use crate::{
    error::{Error, ErrorKind, Execution, Result, Scope},
    secret::{Redactor, Secret},
};

/// The number of bytes of a body that are logged at `trace`.
const LOGGED: usize = 4 * 1024;

/// The replacement of a confidential body in logs.
const CONFIDENTIAL: &str = "(confidential)";

/// The number of times that a token which expires during the wait for the rate limit is fetched.
const TOKEN_ROUNDS: usize = 3;

pub(super) async fn send(request: Request) -> Result<Answer> {
    let (client, operation) = (request.client.clone(), request.operation);
    let span = tracing::debug_span!("http", vendor = client.vendor, operation = operation.name);
    let mut sending = Sending {
        client: &client,
        request: &request,
        budget: budget::current(),
        sent: 0,
        failures: 0,
        refreshed: false,
        waited: false,
        execution: Execution::No,
    };
    let outcome = sending.run().instrument(span).await;
    outcome.map_err(|error| {
        let error = match sending.execution {
            Execution::Unknown => error.with_execution(Execution::Unknown),
            Execution::No => error,
        };
        let error = error.with("vendor", client.vendor).with("operation", operation);
        if sending.sent > 0 { error.with("attempts", sending.sent) } else { error }
    })
}

/// The state of a request over all of its attempts.
struct Sending<'a> {
    client: &'a Arc<Inner>,
    request: &'a Request,
    budget: Budget,
    /// The number of times it was sent.
    sent: u32,
    /// The number of failures, without one refresh of the token.
    failures: u32,
    refreshed: bool,
    /// Whether it has waited as a rejection of a replaced token requested.
    waited: bool,
    /// Whether any attempt so far can have taken effect.
    execution: Execution,
}

/// The error of an attempt.
enum Fault {
    /// A local error before sending, which a retry cannot fix.
    Unsent(Error),
    /// No connection was made.
    Unconnected(Error),
    /// The request was sent, and there is no readable response.
    Unanswered(Error),
    /// The response was classified as an error.
    Answered { error: Error, retry_after: Option<Duration>, token: Option<Token> },
}

impl Sending<'_> {
    /// Runs the retry loop.
    async fn run(&mut self) -> Result<Answer> {
        let url = match &self.request.url {
            Ok(url) => url,
            Err(error) => return Err(error.duplicate()),
        };
        loop {
            let (error, again) = match self.attempt(url).await {
                Ok(answer) => return Ok(answer),
                Err(Fault::Unsent(error)) => return Err(error),
                Err(fault) => self.judge(fault).await,
            };
            if error.execution() == Execution::Unknown {
                self.execution = Execution::Unknown;
            }
            let wait = match again {
                Again::Now => continue,
                Again::Never => return Err(error),
                Again::After(wait) => wait,
            };
            if self.failures >= self.client.attempts {
                return Err(self.given_up(error));
            }
            tracing::debug!(
                attempt = self.sent,
                kind = %error.kind(),
                status = error.status(),
                wait_ms = millis(wait),
                "trying again"
            );
            let Some(then) = tokio::time::Instant::now().checked_add(wait) else {
                return Err(self.too_late(error, wait));
            };
            match self.budget.sleep_until(then).await {
                Ok(()) => {
                    let labels = [("vendor", self.client.vendor), ("operation", self.request.operation.name)];
                    metrics::counter!(telemetry::RETRIES, &labels).increment(1);
                }
                Err(Stopped::Deadline) => return Err(self.too_late(error, wait)),
                Err(Stopped::Cancelled) => {
                    let cancelled = Error::new(ErrorKind::Cancelled, "stopped while waiting to try again");
                    return Err(cancelled.with_source(error));
                }
            }
        }
    }

    /// Returns the error for the caller, and whether to resend the request.
    async fn judge(&mut self, fault: Fault) -> (Error, Again) {
        let safe = self.request.operation.safety != Safety::Once;
        let backoff = self.client.backoff;
        let (error, retry_after, token) = match fault {
            Fault::Unsent(error) => return (error, Again::Never),
            Fault::Unconnected(error) => {
                self.failures += 1;
                return (error, Again::After(backoff.jittered(self.failures)));
            }
            Fault::Unanswered(error) => {
                self.failures += 1;
                let again = if safe { Again::After(backoff.jittered(self.failures)) } else { Again::Never };
                return (error, again);
            }
            Fault::Answered { error, retry_after, token } => (error, retry_after, token),
        };
        if error.kind() == ErrorKind::Unauthorized
            && let (Some(token), Some(tokens)) = (&token, &self.client.tokens)
        {
            if !self.refreshed {
                self.refreshed = true;
                tokens.invalidate(token);
                tracing::debug!(attempt = self.sent, "token refused, fetching another one");
                return (error, Again::Now);
            }
            return match error.retry_after() {
                Some(wait) if !self.waited => {
                    self.waited = true;
                    self.client.limiter.hold_for(wait).await;
                    (error, Again::After(wait))
                }
                _ => (error, Again::Never),
            };
        }
        self.failures += 1;
        let limited = error.kind() == ErrorKind::RateLimited;
        let own = if limited && retry_after.is_none() {
            backoff.patient(self.failures)
        } else {
            backoff.jittered(self.failures)
        };
        let wait = own.max(retry_after.unwrap_or_default());
        if limited || (error.kind() == ErrorKind::Unavailable && retry_after.is_some()) {
            // The wait applies to all tasks of the credential, not only to this one.
            self.client.limiter.hold_for(retry_after.unwrap_or(wait)).await;
        }
        let again = limited || (safe && error.is_retryable());
        (error, if again { Again::After(wait) } else { Again::Never })
    }

    /// Makes one attempt: rate limit, authorization, timeout, exchange, classification.
    async fn attempt(&mut self, url: &Url) -> Result<Answer, Fault> {
        let client = self.client;
        self.budget.check().map_err(|stopped| Fault::Unsent(stopped.before_sending()))?;
        let (mut slot, token) = self.slot_and_token().await.map_err(Fault::Unsent)?;
        let redactor = redactor_with(client, token.as_ref(), &self.request.secrets);
        let request = self.build(url, token.as_ref()).map_err(Fault::Unsent)?;
        self.trace_request(url, &redactor);

        slot.set_used(true);
        self.sent += 1;
        let started = Instant::now();
        let outcome =
            transport::exchange(&client.transport, request, client.timeout, client.max_answer).await;
        slot.set_used(!matches!(outcome, Err(Failure::Connect(..) | Failure::Request(_))));
        drop(slot);
        self.measure(&outcome, started.elapsed());

        let answer = |status, headers: HeaderMap, body| Answer {
            vendor: client.vendor,
            operation: self.request.operation,
            status,
            headers,
            body,
            redactor: redactor.clone(),
        };
        let (answer, verdict) = match outcome {
            Ok(received) => {
                let answer = answer(received.status, received.headers, received.body);
                self.trace_answer(&answer, &redactor);
                let verdict = (client.classify)(&answer).and_then(|()| classify::not_a_page(&answer));
                (answer, verdict)
            }
            // A 429 with an unreadable body is still rate limiting.
            Err(Failure::Body { status: 429, headers, .. }) => {
                let answer = answer(429, headers, Vec::new());
                let verdict = classify::by_status(&answer);
                (answer, verdict)
            }
            Err(failure @ Failure::Connect(..)) => {
                return Err(Fault::Unconnected(failure.into_error(client.base.host())));
            }
            Err(failure @ Failure::Request(_)) => {
                return Err(Fault::Unsent(failure.into_error(client.base.host())));
            }
            Err(failure) => return Err(Fault::Unanswered(failure.into_error(client.base.host()))),
        };
        match verdict {
            Ok(()) => Ok(answer),
            Err(error) => {
                let retry_after = error.retry_after().or_else(|| answer.retry_after());
                let error = settled(scrubbed(error, &redactor), &answer);
                Err(Fault::Answered { error, retry_after, token })
            }
        }
    }

    /// Acquires a slot, and the token to send with it.
    ///
    /// A token is never fetched while a slot is held. The fetch may need a slot of the same limit, and both would wait
    /// for each other. The token is therefore fetched first and checked again once there is a slot.
    async fn slot_and_token(&self) -> Result<(Slot, Option<Token>)> {
        let Some(tokens) = &self.client.tokens else {
            return Ok((self.slot().await?, None));
        };
        let mut token = self.token(tokens).await?;
        for _ in 1..TOKEN_ROUNDS {
            let slot = self.slot().await?;
            if tokens.is_current(&token) {
                return Ok((slot, Some(token)));
            }
            drop(slot);
            token = self.token(tokens).await?;
        }
        // The token expires too soon each time: the vendor's response decides.
        Ok((self.slot().await?, Some(token)))
    }

    async fn token(&self, tokens: &TokenProvider) -> Result<Token> {
        budget::within(self.budget.clone(), tokens.token())
            .await
            .map_err(|error| error.with_execution(Execution::No))
    }

    async fn slot(&self) -> Result<Slot> {
        // Fetching the token may have used the remaining time.
        self.budget.check().map_err(Stopped::before_sending)?;
        let started = Instant::now();
        let slot = self.client.limiter.acquire(&self.budget).await;
        let waited = started.elapsed();
        let labels = [("vendor", self.client.vendor), ("operation", self.request.operation.name)];
        metrics::histogram!(telemetry::RATE_LIMIT_SECONDS, &labels).record(waited);
        if waited > Duration::from_millis(1) {
            tracing::debug!(wait_ms = millis(waited), "waited for the rate limit");
        }
        slot.map_err(|reason| match reason {
            NoSlot::Stopped(Stopped::Cancelled) => Stopped::Cancelled.before_sending(),
            NoSlot::Stopped(Stopped::Deadline) => rate_limited(self.client.vendor).with_scope(Scope::Run),
            NoSlot::TooLate { wait } => self.too_late(rate_limited(self.client.vendor), wait),
        })
    }

    fn build(&self, url: &Url, token: Option<&Token>) -> Result<reqwest::Request> {
        let mut headers = self.client.headers.clone();
        if let Some(token) = token {
            headers.insert(AUTHORIZATION, bearer(&token.access)?);
        }
        // Inserted one by one: a request's header replaces the client's.
        for (name, value) in &self.request.headers {
            headers.insert(name, value.clone());
        }
        let request =
            self.client.transport.request(self.request.method.clone(), url.clone()).headers(headers);
        let request = match &self.request.body {
            Body::Empty => request,
            Body::Bytes(bytes) => request.body(bytes.clone()),
            Body::Multipart(form) => request.multipart(form()),
        };
        request.build().map_err(|error| {
            let message = format!("the request {} cannot be made", self.request.operation);
            Error::new(ErrorKind::Internal, message).with_source(error.without_url())
        })
    }

    /// Returns the final error after the last attempt.
    fn given_up(&self, error: Error) -> Error {
        match error.kind() {
            ErrorKind::RateLimited => error.with_scope(Scope::Run),
            _ if self.is_unconnected(&error) => self.unreachable(error),
            _ => error,
        }
    }

    /// Returns the error if the wait before the next attempt would end after the deadline.
    fn too_late(&self, error: Error, wait: Duration) -> Error {
        if error.kind() == ErrorKind::RateLimited {
            let advice =
                match jiff::SignedDuration::try_from(wait).map(|wait| Timestamp::now().checked_add(wait)) {
                    Ok(Ok(then)) => format!("Try again after {}.", whole_second(then)),
                    _ => "Try again much later.".to_owned(),
                };
            return error.with_retry_after(wait).with_scope(Scope::Run).advise(advice);
        }
        if self.is_unconnected(&error) { self.unreachable(error) } else { error }
    }

    fn is_unconnected(&self, error: &Error) -> bool {
        // Errors of the whole run already have their own advice.
        error.kind() == ErrorKind::Unavailable
            && error.scope() == Scope::Item
            && error.status().is_none()
            && error.execution() == Execution::No
    }

    fn unreachable(&self, error: Error) -> Error {
        let field = self.client.base.field();
        error.with_scope(Scope::Run).advise(format!("Check `{field}`, the network and the proxy settings."))
    }

    fn measure(&self, outcome: &Result<transport::Received, Failure>, took: Duration) {
        let Operation { name, .. } = self.request.operation;
        let vendor = self.client.vendor;
        let (status, outcome): (Option<u16>, Cow<'static, str>) = match outcome {
            Ok(received) => (Some(received.status), received.status.to_string().into()),
            Err(failure) => (None, failure.outcome().into()),
        };
        tracing::debug!(attempt = self.sent, status, outcome = &*outcome, took_ms = millis(took), "request");
        metrics::histogram!(telemetry::REQUEST_SECONDS, "vendor" => vendor, "operation" => name).record(took);
        metrics::counter!(telemetry::REQUESTS, "vendor" => vendor, "operation" => name, "outcome" => outcome)
            .increment(1);
    }

    fn trace_request(&self, url: &Url, redactor: &Redactor) {
        if !tracing::enabled!(Level::TRACE) {
            return;
        }
        let body = match &self.request.body {
            Body::Empty => String::new(),
            _ if self.request.confidential => CONFIDENTIAL.to_owned(),
            Body::Bytes(bytes) => loggable(bytes, redactor),
            Body::Multipart(_) => "(multipart)".to_owned(),
        };
        let url = redactor.redact(url.as_str());
        tracing::trace!(method = %self.request.method, url, body, "sending");
    }

    fn trace_answer(&self, answer: &Answer, redactor: &Redactor) {
        if !tracing::enabled!(Level::TRACE) {
            return;
        }
        let body = match self.request.confidential {
            true => CONFIDENTIAL.to_owned(),
            false => loggable(&answer.body, redactor),
        };
        tracing::trace!(status = answer.status, body, "answer");
    }
}

/// Whether to resend a request.
enum Again {
    Never,
    Now,
    After(Duration),
}

/// Sets whether the request can have taken effect, by the response, regardless of the vendor's function.
fn settled(error: Error, answer: &Answer) -> Error {
    use ErrorKind::{OutcomeUnknown, Protocol, RateLimited, Timeout, Unauthorized, Unavailable};
    let once = answer.operation.safety == Safety::Once;
    let error = match error.kind() {
        RateLimited | Unauthorized => error.with_execution(Execution::No),
        Unavailable | Timeout | OutcomeUnknown => error.with_execution(Execution::Unknown),
        // `See Other` follows an executed POST. Some servers send `Found` with the same meaning.
        Protocol if once && matches!(answer.status, 200..=299 | 302 | 303 | 500..=599) => {
            error.with_execution(Execution::Unknown)
        }
        _ => error,
    };
    if error.status().is_some() { error } else { error.with_status(answer.status) }
}

/// Redacts the error again, in case a vendor's function did not clean the vendor's text.
fn scrubbed(error: Error, redactor: &Redactor) -> Error {
    let error = match error.vendor_message().map(|words| words::clean(redactor, words)) {
        Some(words) => error.with_vendor_message(words),
        None => error,
    };
    if redactor.redact(&error.to_string()) == error.to_string() {
        return error;
    }
    let clean = Error::new(error.kind(), redactor.redact(error.message()))
        .with_vendor_message(error.vendor_message().unwrap_or_default())
        .with_retryable(error.is_retryable())
        .with_execution(error.execution())
        .with_scope(error.scope());
    let clean = error.status().into_iter().fold(clean, Error::with_status);
    error.retry_after().into_iter().fold(clean, Error::with_retry_after)
}

fn rate_limited(vendor: &str) -> Error {
    Error::new(
        ErrorKind::RateLimited,
        format!("the rate limit of {vendor} leaves no room before the deadline"),
    )
    .advise("Raise the option `deadline`, or lower `concurrency`.")
}

fn bearer(access: &Secret) -> Result<HeaderValue> {
    let (_, value) = super::client::header("authorization", &format!("Bearer {}", access.expose()))?;
    Ok(value)
}

fn redactor_with(client: &Inner, token: Option<&Token>, secrets: &[Secret]) -> Arc<Redactor> {
    let token = token.map(|token| &token.access);
    if token.is_none() && secrets.is_empty() {
        return client.redactor.clone();
    }
    let mut redactor = Redactor::clone(&client.redactor);
    token.into_iter().chain(secrets).for_each(|secret| words::learn(&mut redactor, secret));
    Arc::new(redactor)
}

/// Returns the start of a body, redacted before it is cut.
fn loggable(body: &[u8], redactor: &Redactor) -> String {
    // Enough for every secret that begins within the logged part. A character has up to 4 bytes.
    let seen = &body[..body.len().min(64 * LOGGED)];
    let text = redactor.redact_start(&String::from_utf8_lossy(seen), 4 * LOGGED);
    match text.char_indices().nth(LOGGED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Rounded up: a retry slightly too early would be rejected again.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second().saturating_add(1)).unwrap_or(time)
}
