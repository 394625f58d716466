//! The client of a vendor's API with one credential.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::{
    Method,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use url::{Host, Url};

use super::{
    answer::Answer,
    backoff::Backoff,
    base_url::{BaseUrl, host_of},
    classify,
    limiter::Limiter,
    operation::Operation,
    proxy,
    rate_limit::RateLimit,
    request::Request,
    token::TokenProvider,
    transport, words,
};
use crate::{
    error::{Error, ErrorKind, Result},
    secret::{Redactor, Secret},
};

/// A client of a vendor's API with one credential. Clones are cheap and share connections, limits and tokens.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) vendor: &'static str,
    pub(super) base: BaseUrl,
    pub(super) transport: reqwest::Client,
    pub(super) headers: HeaderMap,
    pub(super) tokens: Option<Arc<TokenProvider>>,
    pub(super) redactor: Arc<Redactor>,
    pub(super) limiter: Arc<Limiter>,
    pub(super) classify: Classify,
    pub(super) attempts: u32,
    pub(super) backoff: Backoff,
    pub(super) timeout: Duration,
    pub(super) max_answer: usize,
}

pub(super) type Classify = Box<dyn Fn(&Answer) -> Result<()> + Send + Sync>;

impl Client {
    /// Returns the builder of a client. `vendor` is the vendor's display name, `base` the base address of its API.
    pub fn builder(vendor: &'static str, base: BaseUrl) -> ClientBuilder {
        ClientBuilder {
            vendor,
            base,
            headers: HeaderMap::new(),
            tokens: None,
            redactor: Redactor::new(),
            limit: None,
            classify: Box::new(classify::by_status),
            attempts: 5,
            backoff: Backoff::default(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            max_answer: 16 * 1024 * 1024,
            fault: None,
        }
    }

    /// Creates a GET request for `path`, relative to the base.
    pub fn get(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::GET, path)
    }

    /// Creates a POST request for `path`, relative to the base.
    pub fn post(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::POST, path)
    }

    /// Creates a PATCH request for `path`, relative to the base.
    pub fn patch(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::PATCH, path)
    }

    /// Creates a PUT request for `path`, relative to the base.
    pub fn put(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::PUT, path)
    }

    /// Creates a DELETE request for `path`, relative to the base.
    pub fn delete(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::DELETE, path)
    }

    /// Creates a request of any method for `path`, relative to the base.
    pub fn request(&self, operation: Operation, method: Method, path: &str) -> Request {
        Request::new(self.0.clone(), operation, method, self.0.base.join(path))
    }

    /// Creates a GET request for an absolute address that the vendor returned; see [`request_url`](Self::request_url).
    pub fn get_url(&self, operation: Operation, url: Url) -> Request {
        self.request_url(operation, Method::GET, url)
    }

    /// Creates a request for an absolute address that the vendor returned, such as its `links.next`. Sending it fails
    /// unless the address has the base's scheme, host and port: credentials are sent to no other host.
    pub fn request_url(&self, operation: Operation, method: Method, mut url: Url) -> Request {
        url.set_fragment(None);
        let plain = url.username().is_empty() && url.password().is_none();
        let url = if plain && self.0.base.same_origin(&url) {
            Ok(url)
        } else {
            let (vendor, base, host) = (self.0.vendor, self.0.base.host(), host_of(&url));
            let message =
                format!("{vendor} at {base} sent us on to {host}, and credentials stay where they belong");
            Err(Error::new(ErrorKind::Protocol, message))
        };
        Request::new(self.0.clone(), operation, method, url)
    }

    /// Returns the redactor of this client's secrets.
    pub fn redactor(&self) -> &Redactor {
        &self.0.redactor
    }

    /// Returns the vendor's name.
    pub fn vendor(&self) -> &'static str {
        self.0.vendor
    }

    /// Returns the base address of the vendor's API.
    pub fn base(&self) -> &BaseUrl {
        &self.0.base
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("vendor", &self.0.vendor)
            .field("base", &self.0.base)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Client`]. Errors of the parts are returned by [`build`](Self::build).
#[must_use]
pub struct ClientBuilder {
    vendor: &'static str,
    base: BaseUrl,
    headers: HeaderMap,
    tokens: Option<Arc<TokenProvider>>,
    redactor: Redactor,
    limit: Option<(Option<RateLimit>, Secret)>,
    classify: Classify,
    attempts: u32,
    backoff: Backoff,
    timeout: Duration,
    connect_timeout: Duration,
    read_timeout: Duration,
    max_answer: usize,
    fault: Option<Error>,
}

impl ClientBuilder {
    /// Adds a header to every request. Its value does not appear in logs, but is not redacted elsewhere. Use it only
    /// for values that are not secret.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.put(name, value);
        self
    }

    /// Adds a header with a secret value to every request. The value, and its words of at least 8 bytes, are redacted
    /// in the vendor's messages.
    pub fn secret_header(mut self, name: &'static str, value: &Secret) -> Self {
        self.put(name, value.expose());
        self.redact(value)
    }

    /// Sets the tokens of `Authorization: Bearer`. The provider fetches, refreshes and shares them.
    pub fn tokens(mut self, tokens: Arc<TokenProvider>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Adds a secret to redact in the vendor's messages.
    pub fn redact(mut self, secret: &Secret) -> Self {
        words::learn(&mut self.redactor, secret);
        self
    }

    /// Sets the rate limit, or none. All clients in this process with the same vendor, origin and credential share it,
    /// and wait together if the vendor requests it. If they have different limits, the strictest applies.
    /// [`share_limits`](super::share_limits) extends this to all processes of the user.
    pub fn rate_limit(mut self, limit: Option<RateLimit>, credential: &str) -> Self {
        self.limit = Some((limit, Secret::new(credential)));
        self
    }

    /// Sets the function that classifies responses. It is called for each completely read response, including 2xx. The
    /// default is [`classify::by_status`].
    ///
    /// The kind of its error decides what happens next:
    ///
    /// - [`RateLimited`](ErrorKind::RateLimited): the client waits and retries any operation.
    /// - [`Unavailable`](ErrorKind::Unavailable) and [`Timeout`](ErrorKind::Timeout): the outcome is unknown. The
    ///   client retries if the operation's [`Safety`](super::Safety) allows it.
    /// - [`Unauthorized`](ErrorKind::Unauthorized): the client refreshes the token once and retries. If the new token
    ///   is rejected with a [wait](Error::with_retry_after), all tasks of the credential wait that long, and this
    ///   request is retried once. This serves vendors with the same response for an expired token and for rate
    ///   limiting.
    /// - Other kinds are final.
    ///
    /// The function must pass vendor texts through [`Answer::clean`] before they become a message.
    pub fn classify(mut self, classify: impl Fn(&Answer) -> Result<()> + Send + Sync + 'static) -> Self {
        self.classify = Box::new(classify);
        self
    }

    /// Sets the maximum number of attempts of a request (default 5, at least 1). A token refresh adds one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the first step of the exponential backoff between attempts (default 500 ms).
    pub fn backoff(mut self, base: Duration) -> Self {
        self.backoff = Backoff { base };
        self
    }

    /// Sets the time limit of one attempt, from sending to the end of the response (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time limit of connecting (default 10 s). It is at most three quarters of [`timeout`](Self::timeout), so
    /// that an unreachable host is distinguished from a missing response.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest pause between two parts of a response (default 30 s).
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets the largest size of a response after decompression, in bytes (default 16 MiB).
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes;
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] in these cases:
    ///
    /// - A header cannot hold its value. The error names the header, never the value.
    /// - An environment variable names an unusable proxy.
    pub fn build(self) -> Result<Client> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        transport::check_cert_file()?;
        if !self.base.is_loopback() {
            proxy::check()?;
        }
        let connect_timeout = self.connect_timeout.min(self.timeout.mul_f64(0.75));
        let transport = local_manners(transport::builder(connect_timeout, self.read_timeout), &self.base);
        let transport = transport.build().map_err(|error| {
            Error::new(ErrorKind::Config, "no HTTPS client can be made on this machine")
                .advise("Install the operating system's root certificates (package `ca-certificates`).")
                .with_source(error.without_url())
        })?;
        let limiter = match &self.limit {
            Some((limit, credential)) => {
                let origin = self.base.as_url().origin().ascii_serialization();
                Limiter::shared(self.vendor, &origin, credential, *limit)
            }
            None => Limiter::new(None),
        };
        Ok(Client(Arc::new(Inner {
            vendor: self.vendor,
            base: self.base,
            transport,
            headers: self.headers,
            tokens: self.tokens,
            redactor: Arc::new(self.redactor),
            limiter,
            classify: self.classify,
            attempts: self.attempts,
            backoff: self.backoff,
            timeout: self.timeout,
            max_answer: self.max_answer,
        })))
    }

    fn put(&mut self, name: &'static str, value: &str) {
        match header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(error) => drop(self.fault.get_or_insert(error)),
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("vendor", &self.vendor)
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

/// Builds a header whose value is marked as sensitive.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let refuse = |what: &str| {
        Error::new(ErrorKind::Config, format!("the header {name} cannot be sent: {what}"))
            .with("header", name)
            .advise("Look for line breaks and invisible characters where the value was copied.")
    };
    let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse("its name is not valid"))?;
    let printable = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let value = if printable { HeaderValue::from_str(value).ok() } else { None };
    let mut value = value.ok_or_else(|| refuse("its value holds a character that is not printable ASCII"))?;
    value.set_sensitive(true);
    Ok((known, value))
}

/// Sets the options for this machine: no proxy, no certificates, and `localhost` resolves to loopback regardless of
/// DNS.
fn local_manners(builder: reqwest::ClientBuilder, base: &BaseUrl) -> reqwest::ClientBuilder {
    if !base.is_loopback() {
        return builder;
    }
    let builder = builder.no_proxy();
    let builder = match base.as_url().host() {
        Some(Host::Domain(name)) => {
            let port = base.as_url().port_or_known_default().unwrap_or(0);
            builder.resolve_to_addrs(
                name,
                &[([127, 0, 0, 1], port).into(), (std::net::Ipv6Addr::LOCALHOST, port).into()],
            )
        }
        _ => builder,
    };
    if base.as_url().scheme() == "http" { builder.tls_certs_only([]) } else { builder }
}
