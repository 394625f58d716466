//! The client of one vendor's API with one credential.

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

/// A client of one vendor's API with one credential. Cheap to clone; clones share connections, limits and tokens.
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
    /// A client of `vendor`, the name that people know it by, at `base`.
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

    /// A GET of `path`, relative to the base.
    pub fn get(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::GET, path)
    }

    /// A POST to `path`, relative to the base.
    pub fn post(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::POST, path)
    }

    /// A PATCH of `path`, relative to the base.
    pub fn patch(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::PATCH, path)
    }

    /// A PUT to `path`, relative to the base.
    pub fn put(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::PUT, path)
    }

    /// A DELETE of `path`, relative to the base.
    pub fn delete(&self, operation: Operation, path: &str) -> Request {
        self.request(operation, Method::DELETE, path)
    }

    /// A request of any method to `path`, relative to the base.
    pub fn request(&self, operation: Operation, method: Method, path: &str) -> Request {
        Request::new(self.0.clone(), operation, method, self.0.base.join(path))
    }

    /// A GET of an absolute address that the vendor handed us; see [`request_url`](Self::request_url).
    pub fn get_url(&self, operation: Operation, url: Url) -> Request {
        self.request_url(operation, Method::GET, url)
    }

    /// A request to an absolute address that the vendor handed us, such as its `links.next`. Sending it fails
    /// unless it has the base's scheme, host and port: our credentials go nowhere else.
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

    /// What takes this client's secrets out of text.
    pub fn redactor(&self) -> &Redactor {
        &self.0.redactor
    }

    /// The vendor's name.
    pub fn vendor(&self) -> &'static str {
        self.0.vendor
    }

    /// Where its API lives.
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

/// Builds a [`Client`]. What is wrong with a part is told by [`build`](Self::build).
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
    /// A header of every request. It never shows in logs, but neither is it redacted elsewhere: for what is
    /// no secret.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.put(name, value);
        self
    }

    /// A header of every request whose value is, or holds, a secret. The whole value and its words of eight bytes
    /// and more are taken out of the vendor's messages.
    pub fn secret_header(mut self, name: &'static str, value: &Secret) -> Self {
        self.put(name, value.expose());
        self.redact(value)
    }

    /// `Authorization: Bearer`, with a token that is fetched, refreshed and shared.
    pub fn tokens(mut self, tokens: Arc<TokenProvider>) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// A further secret to take out of the vendor's messages.
    pub fn redact(mut self, secret: &Secret) -> Self {
        words::learn(&mut self.redactor, secret);
        self
    }

    /// The rate limit, or none. All clients in this process with the same vendor, origin and credential keep it
    /// together, and wait together when the vendor asks for it; if they name different limits, the strictest applies.
    /// [`share_limits`](super::share_limits) extends this to all processes of the user.
    pub fn rate_limit(mut self, limit: Option<RateLimit>, credential: &str) -> Self {
        self.limit = Some((limit, Secret::new(credential)));
        self
    }

    /// The vendor's own reading of its answers, called for every one that was read in full, 2xx included. The
    /// default is [`classify::by_status`].
    ///
    /// The kind decides what happens then: [`RateLimited`](ErrorKind::RateLimited) waits and is sent again, always;
    /// [`Unavailable`](ErrorKind::Unavailable) and [`Timeout`](ErrorKind::Timeout) leave the outcome unknown and are sent
    /// again where that is safe; [`Unauthorized`](ErrorKind::Unauthorized) refreshes the token once; others are final.
    /// An `Unauthorized` that names a [wait](Error::with_retry_after), for a vendor that answers an expired token and too
    /// many requests alike, makes everybody wait that long once, where the new token is refused the same way.
    /// Vendor's words go through [`Answer::clean`] before they become a message.
    pub fn classify(mut self, classify: impl Fn(&Answer) -> Result<()> + Send + Sync + 'static) -> Self {
        self.classify = Box::new(classify);
        self
    }

    /// How often a request is sent at most (default 5, at least 1). One refresh of the token comes on top.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The first step of the exponential back-off between attempts (default 500 ms).
    pub fn backoff(mut self, base: Duration) -> Self {
        self.backoff = Backoff { base };
        self
    }

    /// How long one attempt may take, from sending to the end of the answer (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take (default 10 s). Kept to three quarters of [`timeout`](Self::timeout), so that
    /// a host that does not answer is told from a request that got none.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long may pass between two pieces of an answer (default 30 s).
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// How many bytes of an answer are read, after decompression (default 16 MiB).
    pub fn max_answer(mut self, bytes: usize) -> Self {
        self.max_answer = bytes;
        self
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] when a header cannot hold its value, naming the header and never the value, and when a
    /// variable of the environment names a proxy that cannot be used.
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

/// A header whose value nobody prints.
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

/// On this machine: no proxy, no certificates to load, and `localhost` is what it says whatever DNS claims.
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
