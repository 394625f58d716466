//! One error type: what happened, whether trying again can help, and what to do next.

use std::{error::Error as StdError, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::text::excerpt;

/// Most characters of a vendor's words, and of each context value, in an error.
const LONGEST_WORDS: usize = 500;

/// The result of an operation of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarse enough for code to match on.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// Parameters, options or the workflow itself are not usable.
    Config,
    /// The credentials were refused.
    Unauthorized,
    /// The credentials are good, but they lack a right.
    Forbidden,
    /// The vendor refuses this item, or an item cannot be read.
    Invalid,
    /// A record with this identity exists already.
    Duplicate,
    /// The thing asked for does not exist.
    NotFound,
    /// The vendor asks for fewer requests.
    RateLimited,
    /// The vendor cannot be reached or cannot answer now.
    Unavailable,
    /// No answer came within the time given.
    Timeout,
    /// A request was sent, its answer never came, and no look-up can tell whether it was executed.
    OutcomeUnknown,
    /// The answer is not what the vendor's API promises.
    Protocol,
    /// The run was asked to stop.
    Cancelled,
    /// A fault of this program or of its state.
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

/// Whether the request that failed can have taken effect at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Execution {
    /// It certainly did not: nothing was sent, or the vendor said that it refused.
    No,
    /// It may have: the answer was lost, or was a server error.
    Unknown,
}

/// Whom a fault concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This item only: the run goes on.
    Item,
    /// Every item: the run stops early.
    Run,
}

/// An error with its kind, its context and the advice that belongs to it.
///
/// `Display` is one line for people. It never holds a secret: vendor's words pass through a
/// [`Redactor`](crate::secret::Redactor) before they get here.
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
    /// An error of `kind`. [`ErrorKind::RateLimited`], [`ErrorKind::Unavailable`] and
    /// [`ErrorKind::Timeout`] count as worth another try;
    /// [`ErrorKind::Unauthorized`] and [`ErrorKind::Config`] as concerning every item.
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

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, in our own words, without context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The vendor's own words, redacted.
    pub fn vendor_message(&self) -> Option<&str> {
        self.0.vendor_message.as_deref()
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Whether the same request can succeed at another time.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// How long the vendor asked us to wait before another try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request can have taken effect.
    pub fn execution(&self) -> Execution {
        self.0.execution
    }

    /// Whom it concerns.
    pub fn scope(&self) -> Scope {
        self.0.scope
    }

    /// Whether the same item or document fails again however often it is sent: it was rejected for what it is. Such an error
    /// has the kind [`ErrorKind::Invalid`], concerns one item, cannot have taken effect, and is neither retryable nor
    /// [circumstantial](Self::circumstantial).
    pub fn is_permanent(&self) -> bool {
        let Inner { kind, retryable, execution, scope, circumstantial, .. } = *self.0;
        (kind, execution, scope) == (ErrorKind::Invalid, Execution::No, Scope::Item)
            && !retryable
            && !circumstantial
    }

    /// A context value by its name, such as `operation` or `field`.
    pub fn context(&self, name: &str) -> Option<&str> {
        self.0.context.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Adds a context pair, of the value at most 500 characters; the first value of a name stands.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        if self.context(name).is_none() {
            self.0.context.push((name, excerpt(&value.to_string(), LONGEST_WORDS)));
        }
        self
    }

    /// Adds what the person can do next.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// Adds at most 500 characters of the vendor's own words; they must have been redacted.
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

    /// Sets how long to wait before another try, and that another try can help.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self.0.retryable = true;
        self
    }

    /// Sets whether another try can help.
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

    /// Sets whom it concerns.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// Says that the error depends on more than what was sent, such as an option or a URL: another run may succeed with the
    /// same item.
    #[must_use]
    pub fn circumstantial(mut self) -> Self {
        self.0.circumstantial = true;
        self
    }

    /// The same error for another item that it concerns too; the source stays with the first.
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

    /// Sets the error underneath.
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
