//! Downloads of attachments. Their URLs are data and not trusted.

use std::{error::Error as StdError, net::IpAddr, sync::OnceLock, time::Duration};

use reqwest::{Method, header};
use url::{Host, Url};

use super::{
    address::{self, FilteredDns, Names, Reach, Refused},
    answer::retry_after,
    backoff::Backoff,
    base_url::{host_of, is_loopback},
    budget::{self, Budget, Stopped},
    document::{Accepts, Document},
    transport::{self, Failure, Received},
};
use crate::{
    error::{Error, ErrorKind, Execution, Result, Scope},
    options::Options,
};

/// The largest number of redirects.
const MAX_REDIRECTS: usize = 5;

/// The name of a download in errors and logs.
const OPERATION: &str = "attachment.download";

/// The options of a [`Downloader`]. A target converts them from the run's options, which contain all but the largest
/// size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadOptions {
    /// Whether URLs in private networks and on this machine are allowed, the latter also with plain http (default: no).
    /// Link-local, multicast and reserved addresses are never allowed.
    pub allow_local_urls: bool,
    /// The largest size of a file after decompression, in bytes (default 20 MiB).
    pub max_bytes: usize,
    /// The time limit of one attempt, including all redirects (default 30 s). The deadline of the current [budget]
    /// limits all attempts together, including one in progress.
    pub timeout: Duration,
    /// The maximum number of attempts (default 5, at least 1).
    pub attempts: u32,
    /// The first step of the exponential backoff between attempts (default 500 ms).
    pub backoff: Duration,
}

impl Default for DownloadOptions {
    fn default() -> Self {
        Self {
            allow_local_urls: false,
            max_bytes: 20 * 1024 * 1024,
            timeout: Duration::from_secs(30),
            attempts: 5,
            backoff: Backoff::default().base,
        }
    }
}

impl From<&Options> for DownloadOptions {
    fn from(options: &Options) -> Self {
        Self {
            allow_local_urls: options.allow_local_urls,
            timeout: options.timeout.into(),
            attempts: u32::from(options.attempts.get()),
            ..Self::default()
        }
    }
}

/// Fetches files from URLs that are data.
///
/// It sends no credentials or cookies and uses no proxies. It accepts only https, and http for this machine if
/// `allow_local_urls` is set. It checks the URL, every redirect and every address that a name resolves to, and connects
/// only to the checked address. Errors name the host, never the path or query, because signed URLs are secrets.
#[derive(Debug, Clone)]
pub struct Downloader {
    options: DownloadOptions,
    https: OnceLock<reqwest::Client>,
    /// The client for http: only this machine, whatever a name resolves to.
    http: OnceLock<reqwest::Client>,
    names: Names,
}

impl Downloader {
    /// Creates a downloader, which reuses connections. The HTTP clients are created on first use, because reading the
    /// operating system's root certificates takes milliseconds.
    pub fn new(options: DownloadOptions) -> Self {
        Self { options, https: OnceLock::new(), http: OnceLock::new(), names: Names::default() }
    }

    /// Returns the client of a reach and creates it on first use.
    fn client(&self, reach: Reach) -> Result<&reqwest::Client> {
        let made = if reach == Reach::Loopback { &self.http } else { &self.https };
        if let Some(client) = made.get() {
            return Ok(client);
        }
        transport::check_cert_file()?;
        let connect_timeout = Duration::from_secs(10).min(self.options.timeout.mul_f64(0.75));
        let builder = transport::builder(connect_timeout, Duration::from_secs(30));
        let builder = builder.no_proxy().dns_resolver(FilteredDns::shared(reach));
        let builder = if reach == Reach::Loopback { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Config, "no HTTPS client can be made on this machine")
                .advise("Install the operating system's root certificates (package `ca-certificates`).")
                .with_source(error.without_url())
        })?;
        Ok(made.get_or_init(|| client))
    }

    /// Fetches the file at `url`, checks it and returns it under `name`, within the current [budget]. Failed attempts
    /// are retried with backoff. Cancellation and the deadline interrupt a download, which changes nothing at the
    /// server.
    ///
    /// # Errors
    ///
    /// All errors have the scope of the item, never of the run:
    ///
    /// - [`ErrorKind::Invalid`]: the URL is not allowed, or the file is too large, empty, not [accepted](Accepts), a
    ///   page, a script or a program.
    /// - [`ErrorKind::NotFound`] and [`ErrorKind::Forbidden`]: the server's response. A signed URL may have expired.
    /// - [`ErrorKind::Unavailable`], [`ErrorKind::Timeout`] and [`ErrorKind::RateLimited`]: all attempts failed, or the
    ///   deadline passed.
    /// - [`ErrorKind::Cancelled`]: the run was cancelled.
    ///
    /// Only an error about the content is [permanent](Error::is_permanent): a URL changes without its file.
    pub async fn fetch(&self, url: &str, name: &str, accepts: Accepts) -> Result<Document> {
        let budget = budget::current();
        let outcome = match parsed(url) {
            Ok(url) => self.with_retries(&url, &budget).await,
            Err(error) => Err(error),
        };
        let checked = outcome.and_then(|received| Document::check(received.body, name, accepts));
        checked.map_err(|error| error.with_scope(Scope::Item).with("operation", OPERATION))
    }

    /// Checks whether `url` may be given to a vendor that fetches it: only if this downloader would fetch it. The host
    /// name is resolved. A name that does not resolve here, as behind some proxies, is allowed. Redirects are not
    /// checked, because only the vendor follows them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] with the reason, without the URL.
    pub async fn check_url(&self, url: &str) -> Result<()> {
        let url = parsed(url)?;
        let reach = check_url(&url, self.options.allow_local_urls)?;
        match url.host() {
            Some(Host::Domain(name)) if !self.names.lead_only_to(reach, name).await => {
                Err(not_allowed("its host has no public address"))
            }
            _ => Ok(()),
        }
    }

    async fn with_retries(&self, url: &Url, budget: &Budget) -> Result<Received> {
        let backoff = Backoff { base: self.options.backoff };
        let mut failures = 0;
        loop {
            budget.check().map_err(Stopped::before_sending)?;
            let error = match self.in_time(url, budget).await {
                Ok(received) => return Ok(received),
                Err(error) => error.with_execution(Execution::No),
            };
            failures += 1;
            if !error.is_retryable() || failures >= self.options.attempts.max(1) {
                return Err(error.with("attempts", failures));
            }
            let wait = backoff.jittered(failures).max(error.retry_after().unwrap_or_default());
            tracing::debug!(operation = OPERATION, attempt = failures, kind = %error.kind(), "trying again");
            if !budget.pause(wait).await {
                if budget.cancel.is_cancelled() {
                    return Err(Stopped::Cancelled.before_sending().with_source(error));
                }
                return Err(error.with("attempts", failures));
            }
        }
    }

    /// Makes one attempt within its timeout and the deadline. It may be interrupted, because it changes nothing.
    async fn in_time(&self, url: &Url, budget: &Budget) -> Result<Received> {
        let time = self.options.timeout.min(budget.remaining());
        tokio::select! {
            biased;
            () = budget.cancel.cancelled() => Err(Stopped::Cancelled.before_sending()),
            received = tokio::time::timeout(time, self.attempt(url)) => received.unwrap_or_else(|_| {
                let error = Error::new(ErrorKind::Timeout, "the attachment did not arrive in time");
                let option = if time < self.options.timeout { "deadline" } else { "timeout" };
                Err(error.with("host", host_of(url)).advise(format!("Raise the option `{option}`.")))
            }),
        }
    }

    /// Follows the redirects to the file.
    async fn attempt(&self, url: &Url) -> Result<Received> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let host = host_of(&url);
            let received = self.hop(&url, &host).await.map_err(|error| error.with("host", &host))?;
            match received.status {
                200..=299 => return Ok(received),
                301 | 302 | 303 | 307 | 308 => {
                    url = redirected(&url, &received).map_err(|e| e.with("host", &host))?
                }
                status => return Err(refusal(status, &received).with_status(status).with("host", &host)),
            }
        }
        let message = format!("the attachment is behind more than {MAX_REDIRECTS} redirects");
        Err(Error::new(ErrorKind::Invalid, message).circumstantial().with("host", host_of(&url)))
    }

    async fn hop(&self, url: &Url, host: &str) -> Result<Received> {
        let client = self.client_for(url)?;
        let mut request = reqwest::Request::new(Method::GET, url.clone());
        request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("*/*"));
        let started = std::time::Instant::now();
        let outcome =
            transport::exchange(client, request, self.options.timeout, self.options.max_bytes).await;
        let status = outcome.as_ref().ok().map(|received| received.status);
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(operation = OPERATION, status, took_ms, "request");
        let failure = match outcome {
            Ok(received) => return Ok(received),
            Err(failure) => failure,
        };
        Err(match failure {
            Failure::Connect(_, source) if is_refused(&*source) => {
                not_allowed("its host has no public address")
            }
            Failure::Body { status: 200..=299, fault: transport::BodyFault::TooLong, .. } => {
                let message = format!("the attachment is larger than {} bytes", self.options.max_bytes);
                Error::new(ErrorKind::Invalid, message)
            }
            // For error statuses, the status and the headers are enough.
            Failure::Body { status, headers, .. } if !(200..300).contains(&status) => {
                return Ok(Received { status, headers, body: Vec::new() });
            }
            failure => failure.into_error(host),
        })
    }

    /// Returns the client for `url` if it may be fetched. Names are checked again when they are resolved.
    fn client_for(&self, url: &Url) -> Result<&reqwest::Client> {
        check_url(url, self.options.allow_local_urls).and_then(|reach| self.client(reach))
    }
}

fn parsed(url: &str) -> Result<Url> {
    Url::parse(url.trim())
        .map_err(|_| Error::new(ErrorKind::Invalid, "the attachment's address is not a URL").circumstantial())
}

/// Returns the allowed reach of `url`, or an error if it may not be fetched. Literal addresses are checked here,
/// because they are never resolved.
fn check_url(url: &Url, allow_local_urls: bool) -> Result<Reach> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(not_allowed("it holds a user name or a password"));
    }
    let reach = match (url.scheme(), allow_local_urls) {
        ("https", false) => Reach::Public,
        ("https", true) => Reach::PublicAndLocal,
        ("http", true) if is_loopback(url) => Reach::Loopback,
        _ => return Err(not_allowed("it is not https")),
    };
    if is_in_reach(url, reach) { Ok(reach) } else { Err(not_allowed("its host has no public address")) }
}

/// Whether the host of a URL is in reach: an address by itself, a name by its reserved suffix.
fn is_in_reach(url: &Url, reach: Reach) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => reach != Reach::Public || !address::is_local_name(name),
        Some(Host::Ipv4(address)) => reach.includes(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => reach.includes(IpAddr::V6(address)),
        None => false,
    }
}

/// Whether the URL alone shows that it is in a private network or on this machine.
pub(crate) fn leads_to_private(url: &Url, allow_local_urls: bool) -> bool {
    let reach = if allow_local_urls { Reach::PublicAndLocal } else { Reach::Public };
    !is_in_reach(url, reach)
}

/// Whether the URL alone allows giving it to a vendor. Unlike [`Downloader::check_url`], it makes no network requests
/// and is for previews.
pub fn may_be_fetched(url: &str, allow_local_urls: bool) -> bool {
    parsed(url).and_then(|url| check_url(&url, allow_local_urls)).is_ok()
}

fn redirected(from: &Url, received: &Received) -> Result<Url> {
    let location = received.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| from.join(location).ok());
    next.ok_or_else(|| Error::new(ErrorKind::Protocol, "the attachment's server redirects to nowhere"))
}

fn refusal(status: u16, received: &Received) -> Error {
    let error = |kind, message| Error::new(kind, message);
    match status {
        401 | 403 => error(ErrorKind::Forbidden, "the attachment's server refuses to hand it out")
            .advise("A signed link may have expired: read the profile again."),
        404 | 410 => error(ErrorKind::NotFound, "the attachment is not there (any more)"),
        408 => error(ErrorKind::Timeout, "the attachment's server gave up waiting"),
        429 | 503 => {
            let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Unavailable };
            let error = error(kind, "the attachment's server asks to come back later");
            retry_after(&received.headers).into_iter().fold(error, Error::with_retry_after)
        }
        500.. => error(ErrorKind::Unavailable, "the attachment's server cannot answer now"),
        _ => error(ErrorKind::Invalid, "the attachment cannot be fetched").circumstantial(),
    }
}

fn not_allowed(why: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("the attachment's address is not allowed: {why}"))
        .advise("For addresses in your own network, set the option `allow_local_urls`.")
        .circumstantial()
}

fn is_refused(error: &(dyn StdError + 'static)) -> bool {
    error.is::<Refused>() || error.source().is_some_and(is_refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_before_anything_is_sent() {
        let downloader = |allow_local_urls| {
            Downloader::new(DownloadOptions { allow_local_urls, ..DownloadOptions::default() })
        };
        let (strict, lenient) = (downloader(false), downloader(true));
        for (url, plain, local) in [
            ("https://h.example/a", true, true),
            ("https://1.1.1.1/a", true, true),
            ("http://h.example/a", false, false),
            ("http://1.1.1.1/a", false, false),
            ("http://10.0.0.1/a", false, false),
            ("http://127.0.0.1/a", false, true),
            ("http://localhost/a", false, true),
            ("http://[::1]/a", false, true),
            ("https://127.0.0.1/a", false, true),
            ("https://10.0.0.1/a", false, true),
            ("https://localhost/a", false, true),
            ("https://files.localhost./a", false, true),
            ("https://metadata.google.internal/a", false, true),
            ("https://nas.local/a", false, true),
            ("https://intranet/a", false, true),
            ("https://2130706433/a", false, true),
            ("https://0x7f.1/a", false, true),
            ("https://169.254.169.254/a", false, false),
            ("https://[::ffff:169.254.169.254]/a", false, false),
            ("https://user:word@h.example/a", false, false),
            ("ftp://h.example/a", false, false),
            ("file:///etc/passwd", false, false),
            ("data:text/plain,a", false, false),
        ] {
            let parsed = Url::parse(url).unwrap();
            let verdicts = (strict.client_for(&parsed).is_ok(), lenient.client_for(&parsed).is_ok());
            assert_eq!(verdicts, (plain, local), "{url}");
            let verdicts = (may_be_fetched(url, false), may_be_fetched(url, true));
            assert_eq!(verdicts, (plain, local), "{url}");
        }
    }
}
