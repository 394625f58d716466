//! A vendor's rate limit, as people write it.

use std::{fmt, str::FromStr, time::Duration};

use crate::error::{Error, ErrorKind};

/// So many requests in any stretch of time as long as the window. Written `50/10s`, `4/1s`, `100/1m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// At least one.
    pub requests: u32,
    /// Longer than nothing.
    pub window: Duration,
}

impl RateLimit {
    /// `requests` in any `window`.
    pub const fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window }
    }

    /// The stricter of two: the one that lets fewer requests through in the long run.
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
            Error::new(ErrorKind::Config, format!("`{}` is not a rate limit", shortened(text)))
                .advise("Write it as requests/window, such as 50/10s, 4/1s or 100/1m.")
        };
        let (requests, window) = text.trim().split_once('/').ok_or_else(refuse)?;
        let requests: u32 = requests.trim().parse().map_err(|_| refuse())?;
        let window = window.trim();
        let split = window.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
        let (count, unit) = window.split_at(split);
        // `10/s` is common elsewhere for `10/1s`.
        let count: u64 = if count.is_empty() { 1 } else { count.parse().map_err(|_| refuse())? };
        let unit = match unit.trim() {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(60 * 60),
            _ => return Err(refuse()),
        };
        let count = u32::try_from(count).map_err(|_| refuse())?;
        let window = unit.checked_mul(count).ok_or_else(refuse)?;
        if requests == 0 || window.is_zero() || window > Duration::from_secs(24 * 60 * 60) {
            return Err(refuse());
        }
        Ok(Self { requests, window })
    }
}

impl fmt::Display for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, millis) = (self.requests, self.window.as_millis());
        match millis {
            _ if millis % 3_600_000 == 0 => write!(f, "{requests}/{}h", millis / 3_600_000),
            _ if millis % 60_000 == 0 => write!(f, "{requests}/{}m", millis / 60_000),
            _ if millis % 1_000 == 0 => write!(f, "{requests}/{}s", millis / 1_000),
            _ => write!(f, "{requests}/{millis}ms"),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
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
        assert_eq!("4/60s".parse::<RateLimit>().unwrap().to_string(), "4/1m");
    }

    #[test]
    fn refuses_the_rest_with_an_example() {
        for text in
            ["", "50", "50/", "/10s", "0/10s", "50/0s", "-1/1s", "50/10", "50/10d", "50/99h", "a/1s", "5/é"]
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
