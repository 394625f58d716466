//! Faults on a seeded schedule: which requests fail, and how.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::random::Random;

/// The server that a rule or a journal entry refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// HrFlow.ai.
    Hrflow,
    /// Teamtailor.
    Teamtailor,
    /// JobAdder, including its identity host.
    #[serde(rename = "jobadder")]
    JobAdder,
    /// UKG Pro Recruiting, including its identity server.
    #[serde(rename = "ukgpro")]
    UkgPro,
    /// Ceipal.
    Ceipal,
    /// The server that holds attachments and pictures.
    Files,
}

/// A fault: how a request fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The response is delayed. Can be combined with one other fault.
    Latency {
        /// The delay.
        milliseconds: u64,
    },
    /// 429 without execution, with `Retry-After` if given.
    TooManyRequests {
        /// The value of `Retry-After` in seconds. `None` omits the header.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// Any status, with or without execution of the request.
    Status {
        /// The HTTP status.
        code: u16,
        /// The body of the response.
        #[serde(default)]
        body: FaultBody,
        /// Whether the request takes effect.
        #[serde(default)]
        executed: bool,
    },
    /// The connection is reset. The request has no effect.
    ResetBefore,
    /// The request takes effect. Then the connection is reset without a response.
    ResetAfter,
    /// No response is sent. The connection stays open until the client closes it.
    Hang {
        /// Whether the request takes effect.
        #[serde(default)]
        executed: bool,
    },
    /// The request takes effect. The body is sent slowly.
    SlowBody {
        /// The time from the first byte to the last.
        milliseconds: u64,
    },
    /// The request takes effect. The connection closes halfway through the body.
    TruncatedBody,
    /// The request takes effect. The response is 201 with an empty body.
    EmptyBody201,
    /// 401 without execution: an expired or revoked credential.
    #[serde(alias = "expired_token")]
    Unauthorized,
    /// The request takes effect. The response has a content type that the vendor does not document.
    WrongContentType,
}

impl Fault {
    /// Whether the request takes effect despite the fault.
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

/// The body of a [`Fault::Status`] response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultBody {
    /// No body.
    #[default]
    Empty,
    /// An error in the vendor's own format.
    Json,
    /// An HTML error page, as gateways send it.
    Html,
}

/// When a rule applies, counted over the requests that it matches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// To each request.
    #[default]
    Always,
    /// To these requests. The first request is 1.
    Nth(Vec<u64>),
    /// To the first n requests.
    First(u64),
    /// To each n-th request.
    Every(u64),
    /// With this probability (0 to 1). The same seed gives the same result.
    Probability(f64),
}

/// One rule of the schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The server whose requests the rule matches.
    pub vendor: Vendor,
    /// The requests: an operation's name, or method and path. `*` matches any characters (`candidates.create`,
    /// `candidates.*`, `POST /v1/candidates*`).
    pub route: String,
    /// The fault.
    pub fault: Fault,
    /// When the rule applies.
    #[serde(default)]
    pub when: When,
    /// The maximum number of times that the rule applies.
    #[serde(default)]
    pub limit: Option<u64>,
}

impl Rule {
    /// Creates a rule that applies to each request.
    pub fn new(vendor: Vendor, route: impl Into<String>, fault: Fault) -> Rule {
        Rule { vendor, route: route.into(), fault, when: When::Always, limit: None }
    }

    /// Sets when the rule applies.
    pub fn when(mut self, when: When) -> Rule {
        self.when = when;
        self
    }

    /// Applies the rule to the first `n` requests.
    pub fn first(self, n: u64) -> Rule {
        self.when(When::First(n))
    }

    /// Applies the rule to these requests. The first request is 1.
    pub fn nth(self, which: impl IntoIterator<Item = u64>) -> Rule {
        self.when(When::Nth(which.into_iter().collect()))
    }

    /// Applies the rule with this probability (0 to 1). The same seed gives the same result.
    pub fn probability(self, probability: f64) -> Rule {
        self.when(When::Probability(probability))
    }

    /// Limits how many times the rule applies.
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

/// A rule with its counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleState {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// The number of requests that the rule matched.
    pub seen: u64,
    /// The number of times that the rule applied.
    pub fired: u64,
}

/// The faults of one request.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) latency: Duration,
    pub(crate) fault: Option<Fault>,
}

/// The schedule of faults. Clones share it.
///
/// Rules are evaluated in order. Latencies add up. Of the other faults, only the first that applies takes effect. A
/// rule counts each request that it matches, even if an earlier rule applied. The same requests in the same order
/// therefore get the same faults.
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

    /// Replaces all rules. Their counts start at 0.
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
        // A new generator per request: the result depends only on the count, not on earlier numbers.
        When::Probability(probability) => Random::new(seed.wrapping_add(n << 20)).chance(*probability),
    }
}

/// Whether `text` matches `glob`, in which `*` matches any characters.
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
