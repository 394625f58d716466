//! HTTP manners: one client for vendors' APIs, one for attachments.
//!
//! # What happens to a request
//!
//! The layers of [`Request::send`], outermost first:
//!
//! 1. **Span and metrics**, named by the [`Operation`], never by the URL.
//! 2. **Retry**, bounded by the client's attempts and by the [budget]'s deadline and cancel token. A connection
//!    that could not be made and a request to slow down are retried for every operation. A fault after the request left
//!    (5xx, timeout, reset, unreadable answer) is retried for [`Safety::Read`] and [`Safety::Idempotent`] only; for
//!    [`Safety::Once`] it ends in an error with [`Execution::Unknown`](crate::Execution::Unknown). A refused token is
//!    replaced once, without counting as a failure; where the refusal of the new one names a wait, it is waited for once.
//! 3. **Rate limit**: each attempt takes a slot of the sliding window, and waits at the gate that `Retry-After` has
//!    closed for all tasks of the credential, in all processes of the user that [share](share_limits) their limits.
//! 4. **Authorization**: each attempt carries the token that is current when it has its slot. One that has to be
//!    fetched is fetched before, as the fetch may need a slot of the same limit.
//! 5. **Timeout** of one attempt, over all that follows.
//! 6. **Transport**: connections are reused, gzip is understood, redirects are never followed. A stream that an
//!    HTTP/2 server says it did not process is sent again here.
//! 7. **The whole answer is read**, up to the client's limit.
//! 8. **Classify**: the vendor's own function says what the answer means. It never sees half an answer. A 2xx that it
//!    accepts and that holds no JSON, such as the page of a proxy or a login portal, is treated as a 502.
//!
//! A request that is under way is not cut short by the budget. It may end up to one timeout after the deadline.
//!
//! # What never leaves
//!
//! Header values are marked as sensitive. Errors name the host and the operation, never the URL. Vendors' words
//! pass through a [`Redactor`](crate::Redactor). Logs carry operation, vendor, status, attempt and times at `debug`;
//! method, URL and bodies, without secrets, at `trace` only.

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
