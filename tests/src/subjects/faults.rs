//! Failures of the sandbox's mock servers, the same for every vendor.

use hrflow_sandbox::{Fault, FaultBody, Rule, Vendor};

use crate::subject::Trouble;

/// Returns the sandbox's fault for a trouble. `refusal` is the status with which the vendor rejects a record.
pub(super) fn fault(what: Trouble, refusal: u16) -> Fault {
    let status = |code, executed| Fault::Status { code, body: FaultBody::Json, executed };
    match what {
        Trouble::TooManyRequests(wait) => Fault::TooManyRequests { retry_after: Some(wait.as_secs()) },
        Trouble::ServerError { executed } => status(503, executed),
        Trouble::Reset { executed: true } => Fault::ResetAfter,
        Trouble::Reset { executed: false } => Fault::ResetBefore,
        Trouble::Silence { executed } => Fault::Hang { executed },
        Trouble::Refusal => status(refusal, false),
        Trouble::Unauthorized => Fault::Unauthorized,
        Trouble::Slow(time) => {
            Fault::Latency { milliseconds: time.as_millis().try_into().unwrap_or(u64::MAX) }
        }
    }
}

/// Returns random faults of every kind for requests that write a record.
pub(super) fn chaos_of_writes(vendor: Vendor, operation: &str, refusal: u16) -> Vec<Rule> {
    let status = |code, executed| Fault::Status { code, body: FaultBody::Html, executed };
    let faults = [
        (status(503, false), 0.06),
        (status(500, true), 0.06),
        (Fault::TooManyRequests { retry_after: Some(1) }, 0.03),
        (Fault::ResetBefore, 0.06),
        (Fault::ResetAfter, 0.06),
        (Fault::Hang { executed: true }, 0.03),
        (Fault::Hang { executed: false }, 0.03),
        (Fault::TruncatedBody, 0.06),
        (Fault::EmptyBody201, 0.06),
        (status(refusal, false), 0.03),
    ];
    let rule = |(fault, share)| Rule::new(vendor, operation, fault).probability(share);
    faults.into_iter().map(rule).collect()
}

/// Returns random faults for all other requests.
pub(super) fn chaos_of(vendor: Vendor, operations: &[&str]) -> Vec<Rule> {
    let lost = Fault::Status { code: 502, body: FaultBody::Html, executed: false };
    let faults = [lost, Fault::ResetAfter, Fault::TruncatedBody];
    let rules = operations.iter().flat_map(|operation| {
        faults.clone().map(|fault| Rule::new(vendor, *operation, fault).probability(0.05))
    });
    rules.collect()
}
