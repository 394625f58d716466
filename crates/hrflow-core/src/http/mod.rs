//! HTTP: one client for vendors' APIs, one for attachments.
//!
//! # The layers of a request
//!
//! The layers of [`Request::send`], outermost first:
//!
//! 1. **Span and metrics**, named by the [`Operation`], never by the URL.
//! 2. **Retry**, limited by the client's attempts and by the [budget]'s deadline and cancel token. Failed connections
//!    and rate limiting are retried for every operation. An error after the request was sent (5xx, timeout, reset,
//!    unreadable response) is retried for [`Safety::Read`] and [`Safety::Idempotent`] only. For [`Safety::Once`] it
//!    becomes an error with [`Execution::Unknown`](crate::Execution::Unknown). A rejected token is replaced once, which
//!    does not count as a failure. If the new token is rejected with a stated wait, the client waits once.
//! 3. **Rate limit**: each attempt acquires a slot of the sliding window. It also waits while `Retry-After` has closed
//!    the gate for all tasks of the credential. Processes of the user that [share](share_limits) their limits wait
//!    together.
//! 4. **Authorization**: each attempt has the token that is current when it gets its slot. A missing token is fetched
//!    before, because the fetch may need a slot of the same limit.
//! 5. **Timeout** of one attempt, over all layers below.
//! 6. **Transport**: connections are reused, gzip is supported, redirects are never followed. A stream that an HTTP/2
//!    server reports as not processed is resent here.
//! 7. **Complete response**: it is read up to the client's size limit.
//! 8. **Classify**: the vendor's own function decides what the response means. It never gets a partial response. A 2xx
//!    that it accepts, but that contains no JSON, such as the page of a proxy or login portal, is treated as a 502.
//!
//! The budget does not interrupt a request in flight, which can end up to one timeout after the deadline.
//!
//! # Protection of secrets
//!
//! Header values are marked as sensitive. Errors name the host and the operation, never the URL. Vendor texts pass
//! through a [`Redactor`](crate::Redactor). Logs contain operation, vendor, status, attempt and times at `debug`.
//! Method, URL and bodies, without secrets, appear at `trace` only.

mod address;
mod answer;
pub(crate) mod backoff;
mod base_url;
pub mod budget;
pub mod classify;
mod client;
mod content;
mod document;
mod download;
mod file_part;
mod limiter;
#[cfg(feature = "oauth")]
pub mod oauth;
mod operation;
mod proxy;
mod rate_limit;
mod request;
mod send;
mod shared_limits;
pub mod telemetry;
mod token;
mod transport;
mod vendor_clock;
mod words;

pub use bytes::Bytes;
pub use reqwest::{Method, multipart};
pub use url::Url;

pub(crate) use self::download::leads_to_private;
pub use self::{
    answer::Answer,
    base_url::{BaseUrl, segment},
    budget::Budget,
    client::{Client, ClientBuilder},
    document::{Accepts, Document, DocumentKind},
    download::{DownloadOptions, Downloader, may_be_fetched},
    operation::{Operation, Safety},
    rate_limit::RateLimit,
    request::Request,
    shared_limits::share_limits,
    token::{Token, TokenProvider, TokenSource},
    transport::{check_cert_file, choose_crypto},
    vendor_clock::VendorClock,
};
