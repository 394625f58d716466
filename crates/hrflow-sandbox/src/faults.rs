//! Faults by a seeded schedule: which request goes wrong, and how.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// Whose requests a rule, or a journal entry, is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// HrFlow.ai.
    Hrflow,
    /// Teamtailor.
    Teamtailor,
    /// JobAdder, its identity host included.
    #[serde(rename = "jobadder")]
    JobAdder,
    /// UKG Pro Recruiting, its identity server included.
    #[serde(rename = "ukgpro")]
    UkgPro,
    /// Ceipal.
    Ceipal,
    /// The server that holds attachments and pictures.
    Files,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer comes later. Goes together with one other fault.
    Latency {
        /// How much later.
        milliseconds: u64,
    },
    /// 429, not executed, with `Retry-After` where given.
    TooManyRequests {
        /// Seconds in `Retry-After`; no such header without.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Any status, before or after executing the request.
    Status {
        /// The HTTP status.
        code: u16,
        /// What the answer carries.
        #[serde(default)]
        body: FaultBody,
        /// Whether the request takes effect all the same.
        #[serde(default)]
        executed: bool,
    },
    /// The connection is reset; the request took no effect.
    ResetBefore,
    /// The request takes effect, then the connection is reset without an answer.
    ResetAfter,
    /// Nothing is ever answered; the connection stays open until the client gives up.
    Hang {
        /// Whether the request takes effect.
        #[serde(default)]
        executed: bool,
    },
    /// Executed; the body drips in over this time.
    SlowBody {
        /// From the first byte to the last.
        milliseconds: u64,
    },
    /// Executed; the connection closes half way through the body.
    TruncatedBody,
    /// Executed; 201 with nothing in it.
    EmptyBody201,
    /// 401, not executed: an expired or revoked credential.
    #[serde(alias = "expired_token")]
    Unauthorized,
    /// Executed; the answer claims a content type its vendor does not promise.
    WrongContentType,
}

impl Fault {
    /// Whether the request takes effect although it goes wrong.
    pub fn executes(&self) -> bool {
        match self {
            Fault::Status { executed, .. } | Fault::Hang { executed } => *executed,
            Fault::TooManyRequests { .. } | Fault::ResetBefore | Fault::Unauthorized => false,
            Fault::Latency { .. }
            | Fault::ResetAfter
            | Fault::SlowBody { .. }
            | Fault::TruncatedBody
            | Fault::EmptyBody201
            | Fault::WrongContentType => true,
        }
    }
}

/// What the answer of [`Fault::Status`] carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultBody {
    /// Nothing.
    #[default]
    Empty,
    /// An error in the vendor's own form.
    Json,
    /// A gateway's page.
    Html,
}

/// How often a rule strikes, counted over the requests that it is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each time.
    #[default]
    Always,
    /// At these, the first request being 1.
    Nth(Vec<u64>),
    /// At the first n.
    First(u64),
    /// At each n-th.
    Every(u64),
    /// By chance, the same for the same seed.
    Probability(f64),
}

/// One rule of the schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whose requests.
    pub vendor: Vendor,
    /// Which: an operation's name, or method and path. `*` stands for anything
    /// (`candidates.create`, `candidates.*`, `POST /v1/candidates*`).
    pub route: String,
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    #[serde(default)]
    pub when: When,
    /// At most so many times.
    #[serde(default)]
    pub limit: Option<u64>,
}

impl Rule {
    /// A rule that strikes each time.
    pub fn new(vendor: Vendor, route: impl Into<String>, fault: Fault) -> Rule {
        Rule { vendor, route: route.into(), fault, when: When::Always, limit: None }
    }

    /// Strikes as `when` says.
    pub fn when(mut self, when: When) -> Rule {
        self.when = when;
        self
    }

    /// Strikes at the first `n` requests.
    pub fn first(self, n: u64) -> Rule {
        self.when(When::First(n))
    }

    /// Strikes at these requests, the first being 1.
    pub fn nth(self, which: impl IntoIterator<Item = u64>) -> Rule {
        self.when(When::Nth(which.into_iter().collect()))
    }

    /// Strikes by chance, the same for the same seed.
    pub fn probability(self, probability: f64) -> Rule {
        self.when(When::Probability(probability))
    }

    /// Strikes at most so many times.
    pub fn limit(mut self, times: u64) -> Rule {
        self.limit = Some(times);
        self
    }

    fn is_about(&self, vendor: Vendor, operation: &str, method: &str, path: &str) -> bool {
        let route = self.route.trim();
        self.vendor == vendor
            && (fits(route, operation)
                || route.split_once(' ').is_some_and(|(wanted, glob)| {
                    (wanted == "*" || wanted.eq_ignore_ascii_case(method)) && fits(glob.trim(), path)
                }))
    }
}

/// A rule with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleState {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Requests it was about so far.
    pub seen: u64,
    /// How often it struck.
    pub fired: u64,
}

/// What happens to one request.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
}

/// The schedule. Clones share it.
///
/// Rules are asked in their order. Latencies add up; of the other faults the first that strikes is the
/// one that happens. A rule counts every request it is about, whether or not another rule was quicker, so
/// that the same requests in the same order meet the same faults.
#[derive(Debug, Clone)]
pub struct Faults {
    inner: Arc<Mutex<Schedule>>,
}

#[derive(Debug)]
struct Schedule {
    seed: u64,
    rules: Vec<RuleState>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Faults {
        Faults { inner: Arc::new(Mutex::new(Schedule { seed, rules: Vec::new() })) }
    }

    /// Adds a rule after the others.
    pub fn add(&self, rule: Rule) {
        self.lock().rules.push(RuleState { rule, seen: 0, fired: 0 });
    }

    /// Replaces all rules; their counts start anew.
    pub fn set(&self, rules: Vec<Rule>) {
        self.lock().rules = rules.into_iter().map(|rule| RuleState { rule, seen: 0, fired: 0 }).collect();
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// The rules with their counts.
    pub fn rules(&self) -> Vec<RuleState> {
        self.lock().rules.clone()
    }

    /// The seed of [`When::Probability`].
    pub fn seed(&self) -> u64 {
        self.lock().seed
    }

    /// Changes the seed of [`When::Probability`].
    pub fn set_seed(&self, seed: u64) {
        self.lock().seed = seed;
    }

    pub(crate) fn decide(&self, vendor: Vendor, operation: &str, method: &str, path: &str) -> Decision {
        let mut schedule = self.lock();
        let seed = schedule.seed;
        let mut decision = Decision::default();
        for (index, state) in schedule.rules.iter_mut().enumerate() {
            if !state.rule.is_about(vendor, operation, method, path) {
                continue;
            }
            state.seen += 1;
            let strikes = state.rule.limit.is_none_or(|limit| state.fired < limit)
                && strikes(&state.rule.when, state.seen, seed ^ (index as u64 + 1).wrapping_mul(0x9E37_79B9));
            if !strikes {
                continue;
            }
            match (&state.rule.fault, &decision.fault) {
                (Fault::Latency { milliseconds }, _) => {
                    decision.latency += Duration::from_millis(*milliseconds)
                }
                (fault, None) => decision.fault = Some(fault.clone()),
                (_, Some(_)) => continue,
            }
            state.fired += 1;
        }
        decision
    }

    fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn strikes(when: &When, n: u64, seed: u64) -> bool {
    match when {
        When::Always => true,
        When::Nth(which) => which.contains(&n),
        When::First(first) => n <= *first,
        When::Every(every) => *every > 0 && n.is_multiple_of(*every),
        // A fresh generator per request: the outcome depends on the count alone, not on what was drawn before.
        When::Probability(probability) => Random::new(seed.wrapping_add(n << 20)).chance(*probability),
    }
}

/// Whether `text` fits `glob`, in which `*` stands for any characters.
fn fits(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        assert!(fits("candidates.create", "candidates.create"));
        assert!(!fits("candidates.create", "candidates.created"));
        assert!(fits("candidates.*", "candidates.create"));
        assert!(fits("*", "anything"));
        assert!(fits("/v1/*/relationships/*", "/v1/candidates/4/relationships/role"));
        assert!(!fits("/v1/*/notes", "/v1/candidates/4"));
    }

    #[test]
    fn chance_is_reproducible_and_about_right() {
        let run = |seed| {
            let faults = Faults::new(seed);
            faults.add(Rule::new(Vendor::Teamtailor, "*", Fault::ResetAfter).probability(0.25));
            (0..4000)
                .map(|_| {
                    faults.decide(Vendor::Teamtailor, "candidates.create", "POST", "/v1/x").fault.is_some()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let struck = run(7).into_iter().filter(|struck| *struck).count();
        assert!((850..1150).contains(&struck), "{struck}");
    }

    #[test]
    fn rules_as_json() {
        let rule: Rule = serde_json::from_str(
            r#"{"vendor":"teamtailor","route":"POST /v1/notes","when":{"nth":[2]},
                "fault":{"kind":"status","code":503,"executed":true}}"#,
        )
        .unwrap();
        let expected = Fault::Status { code: 503, body: FaultBody::Empty, executed: true };
        assert_eq!(rule, Rule::new(Vendor::Teamtailor, "POST /v1/notes", expected).nth([2]));
    }
}
