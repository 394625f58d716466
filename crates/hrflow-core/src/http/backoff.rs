//! The waits between attempts.

use std::time::Duration;

/// The longest wait without a request of the vendor, which may ask for more.
const CAP: Duration = Duration::from_secs(30);

/// Exponential backoff: 500 ms, 1 s, 2 s, … up to 30 s.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_millis(500) }
    }
}

impl Backoff {
    /// Returns the wait after an error: a random part of the step, so that tasks that failed together do not retry
    /// together.
    pub(crate) fn jittered(self, failures: u32) -> Duration {
        self.step(failures).mul_f64(fastrand::f64())
    }

    /// Returns the wait after rate limiting without a stated wait: the complete step.
    pub(crate) fn patient(self, failures: u32) -> Duration {
        self.step(failures.saturating_add(1))
    }

    fn step(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(CAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let backoff = Backoff::default();
        let steps: Vec<u128> = (1..=9).map(|failures| backoff.step(failures).as_millis()).collect();
        assert_eq!(steps, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(backoff.step(u32::MAX), CAP);
        assert_eq!(backoff.patient(1), Duration::from_secs(1));
    }

    #[test]
    fn jitter_is_full() {
        let backoff = Backoff::default();
        let waits: Vec<Duration> = (0..1_000).map(|_| backoff.jittered(3)).collect();
        assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(2)));
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(400)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(1600)));
    }
}
