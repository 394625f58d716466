//! The default meaning of responses, by HTTP status.

use url::Url;

use super::{
    answer::Answer,
    base_url::host_of,
    content::{self, Markup},
    operation::Safety,
};
use crate::error::{Error, ErrorKind, Result};

/// Classifies a response by its HTTP status.
///
/// | status | kind |
/// |---|---|
/// | 2xx | no error |
/// | 3xx | [`Protocol`](ErrorKind::Protocol): redirects are not followed |
/// | 401 | [`Unauthorized`](ErrorKind::Unauthorized) |
/// | 402, 403 | [`Forbidden`](ErrorKind::Forbidden) |
/// | 404, 410 | [`NotFound`](ErrorKind::NotFound) |
/// | 408 | [`Timeout`](ErrorKind::Timeout) |
/// | 409 | [`Duplicate`](ErrorKind::Duplicate) |
/// | 429 | [`RateLimited`](ErrorKind::RateLimited) |
/// | other 4xx | [`Invalid`](ErrorKind::Invalid) |
/// | 5xx | [`Unavailable`](ErrorKind::Unavailable) |
///
/// A vendor's own function checks the vendor's error codes first and calls this for the rest.
///
/// # Errors
///
/// The kinds of the table, with the status, `Retry-After` and the vendor's [message](Answer::message).
pub fn by_status(answer: &Answer) -> Result<()> {
    as_status(answer, answer.status())
}

/// Classifies a response as if it had the status `status`, for vendors that report errors in the body of a 2xx.
///
/// # Errors
///
/// The errors of [`by_status`].
pub fn as_status(answer: &Answer, status: u16) -> Result<()> {
    use ErrorKind::{
        Duplicate, Forbidden, Invalid, NotFound, Protocol, RateLimited, Timeout, Unauthorized, Unavailable,
    };
    let vendor = answer.vendor();
    let (kind, message) = match status {
        200..=299 => return Ok(()),
        300..=399 => (Protocol, redirected(answer)),
        401 => (Unauthorized, format!("{vendor} refused the credentials")),
        402 => (Forbidden, format!("{vendor} asks for payment, or a quota is used up")),
        403 => (Forbidden, format!("{vendor} does not allow this with these credentials")),
        404 | 410 => (NotFound, format!("{vendor} knows no such record or address")),
        408 => (Timeout, format!("{vendor} gave up waiting for the request")),
        409 => (Duplicate, format!("{vendor} has such a record already")),
        413 => (Invalid, format!("{vendor} refused the request as too large")),
        429 => (RateLimited, format!("{vendor} asks for fewer requests")),
        400..=499 => (Invalid, format!("{vendor} refused the request")),
        500..=599 => (Unavailable, format!("{vendor} cannot answer now")),
        _ => (Protocol, format!("{vendor} answered with a status that HTTP does not know")),
    };
    let error = Error::new(kind, message).with_status(status).with_vendor_message(answer.message());
    Err(match answer.retry_after() {
        Some(wait) if matches!(kind, RateLimited | Unavailable) => error.with_retry_after(wait),
        _ => error,
    })
}

/// Rejects a 2xx response that is not from the vendor's API, but from a proxy, gateway or login portal.
///
/// For every operation, this is an HTML page. For an operation that only reads, it is also any body that is neither
/// empty nor JSON nor XML.
///
/// # Errors
///
/// [`Unavailable`](ErrorKind::Unavailable), as for a 502, for requests that may be resent: a read or a login. For an
/// operation of [`Safety::Once`], [`Protocol`](ErrorKind::Protocol) as for any unreadable 2xx,
/// because its outcome is unknown.
pub(super) fn not_a_page(answer: &Answer) -> Result<()> {
    let body = answer.body();
    if !answer.is_success() || body.iter().all(u8::is_ascii_whitespace) || content::is_json(body) {
        return Ok(());
    }
    let what = match content::markup(body) {
        Some(Markup::Html) => "an HTML page",
        None if answer.operation().safety == Safety::Read => "text that is not JSON",
        _ => return Ok(()),
    };
    let kind = match answer.operation().safety {
        Safety::Once => ErrorKind::Protocol,
        Safety::Read | Safety::Idempotent => ErrorKind::Unavailable,
    };
    let message = format!("{} returned {what} where JSON was expected", answer.vendor());
    Err(Error::new(kind, message).with_status(answer.status()).advise(
        "A proxy or a login portal may respond in its place: check the address and the proxy settings.",
    ))
}

/// Returns only the host of the redirect: paths and queries may contain secrets or personal data.
fn redirected(answer: &Answer) -> String {
    let vendor = answer.vendor();
    let host = answer.header("location").and_then(|to| Url::parse(to).ok()).map(|to| host_of(&to));
    match host.filter(|host| !host.is_empty()) {
        Some(host) => format!("{vendor} redirects to {host}, and redirects are not followed"),
        None => format!("{vendor} redirects, and redirects are not followed"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::answer::tests::answer, *};
    use crate::error::Scope;

    #[test]
    fn each_status_has_its_kind() {
        use ErrorKind::*;
        for status in [200, 201, 202, 204, 206] {
            assert!(by_status(&answer(status, &[], "")).is_ok());
        }
        for (status, kind) in [
            (302, Protocol),
            (304, Protocol),
            (400, Invalid),
            (401, Unauthorized),
            (402, Forbidden),
            (403, Forbidden),
            (404, NotFound),
            (405, Invalid),
            (406, Invalid),
            (408, Timeout),
            (409, Duplicate),
            (410, NotFound),
            (413, Invalid),
            (415, Invalid),
            (422, Invalid),
            (429, RateLimited),
            (500, Unavailable),
            (502, Unavailable),
            (503, Unavailable),
            (504, Unavailable),
            (999, Protocol),
        ] {
            let error = by_status(&answer(status, &[], "")).unwrap_err();
            assert_eq!((error.kind(), error.status()), (kind, Some(status)));
        }
        assert_eq!(by_status(&answer(401, &[], "")).unwrap_err().scope(), Scope::Run);
    }

    #[test]
    fn the_vendors_words_and_its_wait_are_kept() {
        let error =
            by_status(&answer(429, &[("retry-after", "9")], r#"{"message": "slow\ndown"}"#)).unwrap_err();
        assert_eq!(error.vendor_message(), Some("slow down"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
    }

    #[test]
    fn a_page_in_the_place_of_json_is_no_success() {
        use super::super::operation::Operation;
        let page = |status, operation, body: &str| {
            let mut answer = answer(status, &[], body);
            answer.operation = operation;
            not_a_page(&answer).err().map(|error| error.kind())
        };
        let (read, login, once) = (Operation::read("x"), Operation::idempotent("x"), Operation::once("x"));
        let unavailable = Some(ErrorKind::Unavailable);
        assert_eq!(page(200, login, "<html>"), unavailable);
        for (body, of_a_read, of_a_write) in [
            ("<!DOCTYPE html><title>Sign in</title>", unavailable, Some(ErrorKind::Protocol)),
            ("Service temporarily unavailable", unavailable, None),
            ("", None, None),
            (" \r\n", None, None),
            ("{\"data\": [", None, None),
            ("\"plain\"", None, None),
            ("<?xml version='1.0'?><root/>", None, None),
        ] {
            assert_eq!((page(200, read, body), page(201, once, body)), (of_a_read, of_a_write), "{body}");
        }
        assert_eq!(page(502, read, "<html>"), None, "its status says enough");
    }

    #[test]
    fn of_a_redirect_only_the_host_is_told() {
        let to = |location| by_status(&answer(302, &[("location", location)], "")).unwrap_err().to_string();
        let text = to("https://login.example:8443/path-hush?query-hush");
        assert!(text.contains("login.example:8443") && !text.contains("hush"), "{text}");
        let text = to("/path-hush");
        assert!(text.contains("redirects are not followed") && !text.contains("hush"), "{text}");
    }
}
