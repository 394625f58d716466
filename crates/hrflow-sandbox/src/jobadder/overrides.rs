//! Codes that allow a duplicate: issued with a 409, returned in `X-Allow-Duplicates`.

use std::collections::HashMap;

use jiff::Timestamp;

use super::switches::Switches;
use crate::clock::later;
use crate::random::Random;

#[derive(Debug)]
struct Issued {
    email: String,
    at: Timestamp,
    used: bool,
}

#[derive(Debug)]
pub(crate) struct Overrides {
    random: Random,
    codes: HashMap<String, Issued>,
}

impl Overrides {
    pub(crate) fn new(seed: u64) -> Overrides {
        Overrides { random: Random::new(seed ^ 0x6475_706c), codes: HashMap::new() }
    }

    /// Issues a new code for this email.
    pub(crate) fn issue(&mut self, email: &str, now: Timestamp) -> String {
        let code: String = self.random.key().chars().take(16).collect();
        self.codes.insert(code.clone(), Issued { email: email.to_lowercase(), at: now, used: false });
        code
    }

    /// Whether the code allows this email. A single-use code is then spent.
    pub(crate) fn spend(&mut self, code: &str, email: &str, switches: &Switches, now: Timestamp) -> bool {
        let Some(issued) = self.codes.get_mut(code) else { return false };
        let fits = switches.override_for_any_email || issued.email == email.to_lowercase();
        let alive = switches
            .override_seconds
            .is_none_or(|seconds| now < later(issued.at, seconds.saturating_mul(1000)));
        let good = fits && alive && (switches.override_reusable || !issued.used);
        issued.used |= good;
        good
    }
}
