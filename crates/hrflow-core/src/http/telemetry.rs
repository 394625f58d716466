//! Names of what is measured. Labels are `vendor` and `operation`, never a URL.

/// Counter of requests that were sent, by `vendor`, `operation` and `outcome` (a status such as `201`, or
/// `connect`, `timeout`, `broken`).
pub const REQUESTS: &str = "hrflow_http_requests_total";

/// Histogram of the seconds between sending a request and having its whole answer, by `vendor` and `operation`.
pub const REQUEST_SECONDS: &str = "hrflow_http_request_duration_seconds";

/// Counter of requests that were sent again, by `vendor` and `operation`.
pub const RETRIES: &str = "hrflow_http_retries_total";

/// Histogram of the seconds spent waiting for the rate limit, by `vendor` and `operation`.
pub const RATE_LIMIT_SECONDS: &str = "hrflow_http_rate_limit_wait_seconds";
