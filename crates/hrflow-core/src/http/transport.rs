//! One HTTP exchange: a request, its completely read response, and its errors.

use std::{error::Error as StdError, fmt, io, sync::Once, time::Duration};

use reqwest::{Client, ClientBuilder, Request, Response, header::HeaderMap, redirect, tls::Version};

use crate::{
    bounded_read,
    error::{Error, ErrorKind, Execution, Result},
    machine,
};

/// The user agent of every request.
const USER_AGENT: &str = concat!("hrflow-connectors/", env!("CARGO_PKG_VERSION"));

/// The time after which an idle connection is closed. Load balancers commonly close after 60 s. A request on a
/// connection that closes at the same moment would have an unknown outcome.
const IDLE: Duration = Duration::from_secs(30);

/// Returns the builder of HTTP clients for vendor calls and downloads. Redirects are never followed automatically.
pub(super) fn builder(connect_timeout: Duration, read_timeout: Duration) -> ClientBuilder {
    choose_crypto();
    Client::builder()
        .user_agent(USER_AGENT)
        .redirect(redirect::Policy::none())
        .referer(false)
        .tls_version_min(Version::TLS_1_2)
        .connect_timeout(connect_timeout)
        .read_timeout(read_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_keepalive(Duration::from_secs(30))
        .http2_keep_alive_interval(Duration::from_secs(20))
        .http2_keep_alive_timeout(Duration::from_secs(10))
}

/// Installs the crypto provider for TLS, once per process. A provider that the program has installed stays. Call it
/// before opening TLS connections without a [`Client`](super::Client), such as to a database.
pub fn choose_crypto() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| {
        // An error means only that a provider is already installed.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// The largest size of the file in `SSL_CERT_FILE`, in bytes. The trusted certificates of a Linux system take about 250
/// KiB.
const MAX_CERT_FILE: usize = 16 << 20;

/// Checks the file in `SSL_CERT_FILE`, which the TLS library reads completely. Call it before preparing a TLS
/// connection without a [`Client`](super::Client).
///
/// # Errors
///
/// [`ErrorKind::Config`] if it is not a regular file, cannot be opened, or is larger than 16 MiB.
pub fn check_cert_file() -> Result<()> {
    let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) else { return Ok(()) };
    bounded_read::check(path.as_ref(), MAX_CERT_FILE).map_err(|why| {
        Error::new(
            ErrorKind::Config,
            format!("cannot read the file of SSL_CERT_FILE, {}: {why}", path.display()),
        )
        .advise("Let SSL_CERT_FILE name a file with certificates, as PEM, or unset it.")
        .with_source(why)
    })
}

/// Status, headers and body of a response.
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The error of an exchange.
#[derive(Debug)]
pub(super) enum Failure {
    /// No connection: nothing was sent.
    Connect(&'static str, BoxedError),
    /// The request could not be built.
    Request(BoxedError),
    /// The time limit was exceeded. The request may have arrived.
    Timeout,
    /// The connection broke, or the response is not HTTP. The request may have arrived.
    Broken(BoxedError),
    /// A response began, and its body cannot be read.
    Body {
        /// The status of the response.
        status: u16,
        /// Its headers.
        headers: HeaderMap,
        /// The error of the body.
        fault: BodyFault,
    },
}

/// The error of a response body.
#[derive(Debug)]
pub(super) enum BodyFault {
    /// It is larger than the limit.
    TooLong,
    /// It was not complete in time.
    Timeout,
    /// It was truncated, or its encoding is invalid.
    Broken(BoxedError),
}

type BoxedError = Box<dyn StdError + Send + Sync>;

/// Sends `request` and reads the response, up to `max_bytes` of body after decompression. `timeout` covers both.
pub(super) async fn exchange(
    client: &Client,
    request: Request,
    timeout: Duration,
    max_bytes: usize,
) -> Result<Received, Failure> {
    let deadline = tokio::time::Instant::now().checked_add(timeout);
    let response = match in_time(deadline, client.execute(request)).await {
        None => return Err(Failure::Timeout),
        Some(Err(error)) => return Err(unanswered(error.without_url())),
        Some(Ok(response)) => response,
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = in_time(deadline, read(response, max_bytes)).await.unwrap_or(Err(BodyFault::Timeout));
    match body {
        Ok(body) => Ok(Received { status, headers, body }),
        Err(fault) => Err(Failure::Body { status, headers, fault }),
    }
}

async fn in_time<F: Future>(deadline: Option<tokio::time::Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

async fn read(mut response: Response, max_bytes: usize) -> Result<Vec<u8>, BodyFault> {
    let announced = response.content_length().unwrap_or(0);
    if announced > max_bytes as u64 {
        return Err(BodyFault::TooLong);
    }
    // The announced length is not trusted: at most 64 KiB are allocated in advance.
    let mut body = Vec::with_capacity(announced.min(64 * 1024) as usize);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > max_bytes => return Err(BodyFault::TooLong),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err(BodyFault::Timeout),
            Err(error) => return Err(BodyFault::Broken(error.without_url().into())),
        }
    }
}

fn unanswered(error: reqwest::Error) -> Failure {
    if error.is_builder() {
        Failure::Request(error.into())
    } else if error.is_connect() {
        Failure::Connect(why_no_connection(&error), error.into())
    } else if error.is_timeout() {
        Failure::Timeout
    } else {
        Failure::Broken(error.into())
    }
}

/// Detects the cause, because the resolver does not report it.
fn is_out_of_descriptors(error: &BoxedError) -> bool {
    machine::is_out_of_descriptors(error.as_ref())
        || error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_dns)
            && machine::has_no_descriptors()
}

fn why_no_connection(error: &reqwest::Error) -> &'static str {
    if error.is_dns() {
        return "the name of the host cannot be resolved";
    }
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = source {
        if cause.is::<rustls::Error>() {
            return "no secure connection (TLS)";
        }
        source = match cause.downcast_ref::<io::Error>() {
            // `source` would skip the wrapped error.
            Some(io) if io.get_ref().is_some() => io.get_ref().map(|inner| inner as _),
            Some(io) => return why_no_tcp(io.kind()),
            None => cause.source(),
        };
    }
    if error.is_timeout() { "no connection within the time given" } else { "no connection" }
}

fn why_no_tcp(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::ConnectionRefused => "connection refused",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "connection reset",
        io::ErrorKind::TimedOut => "no connection within the time given",
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "no route to the host",
        io::ErrorKind::UnexpectedEof => "connection closed before it was secure (TLS)",
        _ => "no connection",
    }
}

impl Failure {
    /// Returns a short name for metrics.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Connect(..) => "connect",
            Self::Timeout | Self::Body { fault: BodyFault::Timeout, .. } => "timeout",
            Self::Request(_) | Self::Broken(_) | Self::Body { .. } => "broken",
        }
    }

    /// Converts the failure to an error that names the host, never the URL.
    pub(super) fn into_error(self, host: &str) -> Error {
        let after_sending = |kind, message| Error::new(kind, message).with_execution(Execution::Unknown);
        match self {
            // Connections that end free descriptors: it can be retried.
            Self::Connect(_, source) if is_out_of_descriptors(&source) => {
                machine::no_descriptors().with_source(source)
            }
            Self::Connect(why, source) => {
                Error::new(ErrorKind::Unavailable, format!("cannot connect to {host}: {why}"))
                    .with_source(source)
            }
            Self::Request(source) => {
                Error::new(ErrorKind::Internal, format!("the request to {host} cannot be made"))
                    .with_source(source)
            }
            Self::Timeout => after_sending(ErrorKind::Timeout, format!("no answer from {host} in time")),
            Self::Broken(source) => after_sending(
                ErrorKind::Unavailable,
                format!("the connection to {host} broke before an answer came"),
            )
            .with_source(source),
            Self::Body { status, fault, .. } => match fault {
                BodyFault::TooLong => {
                    after_sending(ErrorKind::Protocol, format!("the answer of {host} is longer than we read"))
                        .with_retryable(true)
                }
                BodyFault::Timeout => after_sending(
                    ErrorKind::Timeout,
                    format!("the answer of {host} did not come to its end in time"),
                ),
                BodyFault::Broken(source) => after_sending(
                    ErrorKind::Unavailable,
                    format!("the answer of {host} broke off or cannot be decoded"),
                )
                .with_source(source),
            }
            .with_status(status),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.outcome())
    }
}
