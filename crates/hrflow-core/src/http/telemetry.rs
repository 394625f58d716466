//! Names of the metrics. Labels are `vendor` and `operation`, never a URL.

/// Counter of sent requests, by `vendor`, `operation` and `outcome` (a status such as `201`, or `connect`, `timeout`,
/// `broken`).
pub const REQUESTS: &str = "hrflow_http_requests_total";

/// Histogram of the seconds from sending a request to the end of its response, by `vendor` and `operation`.
pub const REQUEST_SECONDS: &str = "hrflow_http_request_duration_seconds";

/// Counter of resent requests, by `vendor` and `operation`.
pub const RETRIES: &str = "hrflow_http_retries_total";

/// Histogram of the seconds of waiting for the rate limit, by `vendor` and `operation`.
pub const RATE_LIMIT_SECONDS: &str = "hrflow_http_rate_limit_wait_seconds";
