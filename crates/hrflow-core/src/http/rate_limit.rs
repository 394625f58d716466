//! A vendor's rate limit and its text format.

use std::{fmt, str::FromStr, time::Duration};

use crate::{
    error::{Error, ErrorKind},
    parameters::Span,
    text::shown,
};

/// A number of requests in any period of the window's length. Written `50/10s`, `4/1s`, `100/1m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of requests, at least 1.
    pub requests: u32,
    /// The length of the window, longer than 0.
    pub window: Duration,
}

impl RateLimit {
    /// Creates a limit of `requests` in any `window`.
    pub const fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window }
    }

    /// Returns the stricter of two limits: the one that allows fewer requests in the long run.
    pub(super) fn stricter(self, other: Self) -> Self {
        let rate =
            |limit: &Self| f64::from(limit.requests) / limit.window.as_secs_f64().max(f64::MIN_POSITIVE);
        if rate(&other) < rate(&self) { other } else { self }
    }
}

impl FromStr for RateLimit {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || {
            Error::new(ErrorKind::Config, format!("`{}` is not a rate limit", shown(text, 40)))
                .advise("Write it as requests/window, such as 50/10s, 4/1s or 100/1m30s.")
        };
        let (requests, window) = text.trim().split_once('/').ok_or_else(refuse)?;
        let requests: u32 = requests.trim().parse().map_err(|_| refuse())?;
        let window = window.trim();
        // `10/s` is a common notation of `10/1s`.
        let count = if window.starts_with(|first: char| first.is_ascii_alphabetic()) { "1" } else { "" };
        let window = format!("{count}{window}").parse::<Span>().map_err(|_| refuse())?.duration();
        if requests == 0 || window.is_zero() || window > Duration::from_secs(24 * 60 * 60) {
            return Err(refuse());
        }
        Ok(Self { requests, window })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.requests, Span::from(self.window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_what_people_write() {
        for (text, requests, seconds) in
            [("50/10s", 50, 10), ("4/1s", 4, 1), ("100/1m", 100, 60), ("1000/1h", 1000, 3600)]
        {
            let limit: RateLimit = text.parse().unwrap();
            assert_eq!(limit, RateLimit::new(requests, Duration::from_secs(seconds)));
            assert_eq!(limit.to_string(), text);
        }
        assert_eq!(" 5 / 250ms ".parse::<RateLimit>().unwrap().to_string(), "5/250ms");
        assert_eq!("4/s".parse::<RateLimit>().unwrap().to_string(), "4/1s");
        assert_eq!("4/1m30s".parse::<RateLimit>().unwrap().to_string(), "4/90s");
        assert_eq!("4/60s".parse::<RateLimit>().unwrap().to_string(), "4/1m");
    }

    #[test]
    fn refuses_the_rest_with_an_example() {
        for text in
            ["", "50", "50/", "/10s", "0/10s", "50/0s", "-1/1s", "50/10", "50/2d", "50/99h", "a/1s", "5/é"]
        {
            let error = text.parse::<RateLimit>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{text}");
            assert!(error.to_string().contains("50/10s"), "{error}");
        }
    }

    #[test]
    fn the_stricter_limit_lets_fewer_through() {
        let (slow, fast): (RateLimit, RateLimit) = ("100/1m".parse().unwrap(), "4/1s".parse().unwrap());
        assert_eq!(slow.stricter(fast), slow);
        assert_eq!(fast.stricter(slow), slow);
    }
}
