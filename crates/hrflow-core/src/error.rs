//! The error type of the crate, with the kind, the effect at the vendor, and advice.

use std::{error::Error as StdError, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::text::excerpt;

/// The largest number of characters of a vendor's message, and of each context value, in an error.
const LONGEST_WORDS: usize = 500;

/// The result of the core's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The kind of an error, for matching in code.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// Parameters, options or the workflow are not usable.
    Config,
    /// The credentials were rejected.
    Unauthorized,
    /// The credentials are valid, but lack a right.
    Forbidden,
    /// The vendor rejects this item, or an item cannot be read.
    Invalid,
    /// A record with this identity already exists.
    Duplicate,
    /// The requested record does not exist.
    NotFound,
    /// The vendor limits the rate of requests.
    RateLimited,
    /// The vendor cannot be reached or cannot respond now.
    Unavailable,
    /// No response arrived within the time limit.
    Timeout,
    /// A request was sent without a response, and no lookup can determine whether it was executed.
    OutcomeUnknown,
    /// The response does not follow the vendor's API.
    Protocol,
    /// The run was cancelled.
    Cancelled,
    /// An error of this program or of its state.
    Internal,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Config,
        Self::Unauthorized,
        Self::Forbidden,
        Self::Invalid,
        Self::Duplicate,
        Self::NotFound,
        Self::RateLimited,
        Self::Unavailable,
        Self::Timeout,
        Self::OutcomeUnknown,
        Self::Protocol,
        Self::Cancelled,
        Self::Internal,
    ];
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Whether the failed request can have taken effect at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// It had no effect: nothing was sent, or the vendor rejected it.
    No,
    /// It may have taken effect: the response was lost, or was a server error.
    Unknown,
}

/// The extent of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This item only. The run continues.
    Item,
    /// Every item. The run stops early.
    Run,
}

/// An error with its kind, context and advice.
///
/// `Display` is one line for users. It never contains a secret: vendor messages pass through a
/// [`Redactor`](crate::secret::Redactor) first.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    vendor_message: Option<String>,
    advice: Option<String>,
    context: Vec<(&'static str, String)>,
    status: Option<u16>,
    retryable: bool,
    retry_after: Option<Duration>,
    execution: Execution,
    scope: Scope,
    circumstantial: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error of `kind`. [`ErrorKind::RateLimited`], [`ErrorKind::Unavailable`] and [`ErrorKind::Timeout`]
    /// are retryable. [`ErrorKind::Unauthorized`] and [`ErrorKind::Config`] have [`Scope::Run`]. The execution is
    /// [`Execution::No`].
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        use ErrorKind::{Config, RateLimited, Timeout, Unauthorized, Unavailable};
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            vendor_message: None,
            advice: None,
            context: Vec::new(),
            status: None,
            retryable: matches!(kind, RateLimited | Unavailable | Timeout),
            retry_after: None,
            execution: Execution::No,
            scope: if matches!(kind, Unauthorized | Config) { Scope::Run } else { Scope::Item },
            circumstantial: false,
            source: None,
        }))
    }

    /// Returns the kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the message, without vendor message, context and advice.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the vendor's own message, redacted.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// Returns the HTTP status of the response, if any.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns whether the same request can succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Returns the wait that the vendor requested before a retry.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns whether the request can have taken effect.
    pub fn execution(&self) -> Execution {
        self.0.execution
    }

    /// Returns the extent of the error.
    pub fn scope(&self) -> Scope {
        self.0.scope
    }

    /// Returns whether the same item or document fails in every attempt, because its content was rejected. Such an error
    /// has the kind [`ErrorKind::Invalid`] and [`Scope::Item`], and cannot have taken effect. It is neither retryable
    /// nor [circumstantial](Self::circumstantial).
    pub fn is_permanent(&self) -> bool {
        let Inner { kind, retryable, execution, scope, circumstantial, .. } = *self.0;
        (kind, execution, scope) == (ErrorKind::Invalid, Execution::No, Scope::Item)
            && !retryable
            && !circumstantial
    }

    /// Returns a context value by name, such as `operation` or `field`.
    pub fn context(&self, name: &str) -> Option<&str> {
        self.0.context.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Adds a context pair. The value is cut to 500 characters. An existing value of the name is kept.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        if self.context(name).is_none() {
            self.0.context.push((name, excerpt(&value.to_string(), LONGEST_WORDS)));
        }
        self
    }

    /// Sets the advice for the user.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Sets the vendor's own message, cut to 500 characters. The caller must have redacted it. An empty message is
    /// ignored.
    #[must_use]
    pub fn with_vendor_message(mut self, words: impl Into<String>) -> Self {
        let words = words.into();
        if !words.trim().is_empty() {
            self.0.vendor_message = Some(excerpt(&words, LONGEST_WORDS));
        }
        self
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the wait before a retry, and makes the error retryable.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self.0.retryable = true;
        self
    }

    /// Sets whether the error is retryable.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = retryable;
        self
    }

    /// Sets whether the request can have taken effect.
    #[must_use]
    pub fn with_execution(mut self, execution: Execution) -> Self {
        self.0.execution = execution;
        self
    }

    /// Sets the extent of the error.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// Marks the error as dependent on more than the content sent, such as an option or a URL. A later run may succeed
    /// with the same item.
    #[must_use]
    pub fn circumstantial(mut self) -> Self {
        self.0.circumstantial = true;
        self
    }

    /// Returns a copy for another affected item, without the source.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let inner = &self.0;
        Self(Box::new(Inner {
            message: inner.message.clone(),
            vendor_message: inner.vendor_message.clone(),
            advice: inner.advice.clone(),
            context: inner.context.clone(),
            source: None,
            ..*inner.as_ref()
        }))
    }

    /// Sets the source of the error.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.write_str(&inner.message)?;
        if let Some(words) = &inner.vendor_message {
            write!(f, ": {words}")?;
        }
        let status = inner.status.map(|status| format!("HTTP {status}"));
        let context = inner.context.iter().map(|(name, value)| format!("{name} {value}"));
        let details: Vec<String> = status.into_iter().chain(context).collect();
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        if let Some(advice) = &inner.advice {
            write!(f, ". {advice}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.0.kind)?;
        let mut source = self.source();
        while let Some(cause) = source {
            write!(f, "\n  caused by: {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_with_the_vendors_words_and_the_advice() {
        let error = Error::new(ErrorKind::Invalid, "Teamtailor refused the candidate")
            .with_vendor_message("email - has already been taken")
            .with_status(422)
            .with("operation", "candidates.create")
            .with("operation", "a later value")
            .advise("Set on_existing to update.");
        assert_eq!(
            error.to_string(),
            "Teamtailor refused the candidate: email - has already been taken \
             (HTTP 422, operation candidates.create). Set on_existing to update."
        );
    }

    #[test]
    fn a_vendors_words_are_cut_wherever_they_come_from() {
        let long = "é".repeat(100_000);
        let error = Error::new(ErrorKind::Invalid, "refused").with_vendor_message(&long).with("code", &long);
        for words in [error.vendor_message(), error.context("code")] {
            let words = words.unwrap();
            assert!(words.chars().count() == 500 && words.ends_with('…'), "{}", words.len());
        }
    }

    #[test]
    fn kinds_say_whether_to_try_again_and_whom_they_concern() {
        assert!(Error::new(ErrorKind::RateLimited, "").is_retryable());
        assert!(!Error::new(ErrorKind::Invalid, "").is_retryable());
        assert_eq!(Error::new(ErrorKind::Unauthorized, "").scope(), Scope::Run);
        assert_eq!(Error::new(ErrorKind::NotFound, "").scope(), Scope::Item);
    }

    #[test]
    fn only_a_rejection_of_the_item_itself_is_permanent() {
        let invalid = || Error::new(ErrorKind::Invalid, "");
        assert!(invalid().is_permanent() && invalid().duplicate().is_permanent());
        for error in [
            invalid().with_retryable(true),
            invalid().with_execution(Execution::Unknown),
            invalid().with_scope(Scope::Run),
            invalid().circumstantial(),
            invalid().circumstantial().duplicate(),
        ] {
            assert!(!error.is_permanent(), "{error:?}");
        }
        let permanent = |kind: &ErrorKind| Error::new(*kind, "").is_permanent();
        assert_eq!(ErrorKind::ALL.iter().filter(|kind| permanent(kind)).count(), 1);
    }
}
