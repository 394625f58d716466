//! What goes wrong at a vendor, as rules of the sandbox.

use hrflow_sandbox::{Fault, FaultBody, Rule, Sandbox, Vendor};

use crate::subject::Trouble;

/// How a vendor's requests to write a candidate go wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faults {
    pub(super) vendor: Vendor,
    /// The operation that creates a record.
    pub(super) create: &'static str,
    /// The status of an item that is refused.
    pub(super) refusal: u16,
}

impl Faults {
    /// The next `times` writes go wrong.
    pub(super) fn trouble(self, what: Trouble, times: u64) -> Vec<Rule> {
        let fault = match what {
            Trouble::TooManyRequests(wait) => Fault::TooManyRequests { retry_after: Some(wait.as_secs()) },
            Trouble::ServerError { executed } => status(503, FaultBody::Json, executed),
            Trouble::Reset { executed: true } => Fault::ResetAfter,
            Trouble::Reset { executed: false } => Fault::ResetBefore,
            Trouble::Silence { executed } => Fault::Hang { executed },
            Trouble::Refusal => status(self.refusal, FaultBody::Json, false),
            Trouble::Unauthorized => Fault::Unauthorized,
            Trouble::Slow(time) => {
                Fault::Latency { milliseconds: time.as_millis().try_into().unwrap_or(u64::MAX) }
            }
        };
        vec![self.rule(self.create, fault).first(times)]
    }

    /// Writes go wrong by chance in every way, and the operations `others` in those that leave nothing behind.
    pub(super) fn chaos(self, others: &[&str]) -> Vec<Rule> {
        let faults = [
            (status(503, FaultBody::Html, false), 0.06),
            (status(500, FaultBody::Html, true), 0.06),
            (Fault::TooManyRequests { retry_after: Some(1) }, 0.03),
            (Fault::ResetBefore, 0.06),
            (Fault::ResetAfter, 0.06),
            (Fault::Hang { executed: true }, 0.03),
            (Fault::Hang { executed: false }, 0.03),
            (Fault::TruncatedBody, 0.06),
            (Fault::EmptyBody201, 0.06),
            (status(self.refusal, FaultBody::Html, false), 0.03),
        ];
        let writes = faults.map(|(fault, share)| self.rule(self.create, fault).probability(share));
        let others = others.iter().flat_map(|operation| {
            [status(502, FaultBody::Html, false), Fault::ResetAfter, Fault::TruncatedBody]
                .map(|fault| self.rule(operation, fault).probability(0.05))
        });
        writes.into_iter().chain(others).collect()
    }

    /// How many writes there have been.
    pub(super) fn writes(self, sandbox: &Sandbox) -> usize {
        usize::try_from(sandbox.journal().count_of(self.vendor, self.create)).unwrap_or(usize::MAX)
    }

    pub(super) fn rule(self, operation: &str, fault: Fault) -> Rule {
        Rule::new(self.vendor, operation, fault)
    }
}

pub(super) fn status(code: u16, body: FaultBody, executed: bool) -> Fault {
    Fault::Status { code, body, executed }
}
