//! The interface of targets under test.

use std::{collections::HashMap, time::Duration};

use hrflow_core::{AnyAction, async_trait};
use hrflow_sandbox::Sandbox;
use serde_json::Value;

/// A target under test.
pub trait Subject: Send + Sync {
    /// Its name in test names.
    fn name(&self) -> &'static str;

    /// The abilities of its vendor. A behaviour that needs more is not run, and the list of behaviours says so.
    fn abilities(&self) -> Abilities;

    /// Starts an empty vendor for one test.
    fn world(&self) -> futures::future::BoxFuture<'static, Box<dyn World>>;
}

/// The features of a subject's vendor, and the failures that it can simulate.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// Uses HTTP: can return 429 and lose connections.
    pub http: bool,
    /// Can delay its lookups ([`World::lag`]).
    pub lag: bool,
    /// Is reachable by other processes ([`World::outside`]), as the crash suite requires.
    pub process: bool,
    /// Can be made to fail ([`World::trouble`], [`World::chaos`]).
    pub troubles: bool,
    /// Updates existing records on request (`on_existing: update`).
    pub update: bool,
    /// Accepts candidates without an email.
    pub without_email: bool,
    /// Is searched before each write, so that even a requested second write creates no second record.
    pub looks_first: bool,
    /// Accepts documents.
    pub documents: bool,
    /// Accepts a résumé at any time. If not, only with a new record; a résumé that could not be sent with it is lost.
    pub late_resumes: bool,
    /// Can tell whether a document arrived after its response was lost.
    pub finds_documents: bool,
    /// Issues access tokens that expire ([`World::expire_tokens`]).
    pub expiring_tokens: bool,
    /// Stores experiences separately from their candidate, so that partial writes are possible ([`World::torn`]).
    pub experiences: bool,
    /// The number of records in one write.
    pub batch: usize,
    /// The longest accepted name, in characters.
    pub longest_name: usize,
}

/// A failure of the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// 429, or its equivalent, with this waiting time.
    TooManyRequests(Duration),
    /// A server error, with or without execution.
    ServerError {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// The connection is reset, before or after execution.
    Reset {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// No response is sent.
    Silence {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// The vendor rejects the item.
    Refusal,
    /// The credentials are rejected.
    Unauthorized,
    /// The response is delayed.
    Slow(Duration),
}

/// A record at the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The email.
    pub email: Option<String>,
    /// The number of times that a résumé was stored.
    pub resumes: usize,
}

/// A vendor as other processes reach it.
pub struct Outside<'w> {
    /// The connector's id.
    pub connector: &'static str,
    /// The sandbox with HrFlow.ai as the origin, and with the vendor unless that is a separate server.
    pub sandbox: &'w Sandbox,
}

/// A running vendor, empty at first.
#[async_trait]
pub trait World: Send + Sync {
    /// The action under test.
    fn action(&self) -> &dyn AnyAction;

    /// Returns the parameters of its target.
    fn target_parameters(&self) -> Value;

    /// Returns how another process reaches it. `None` if it exists only in this process, which excludes the crash
    /// suite.
    fn outside(&self) -> Option<Outside<'_>> {
        None
    }

    /// Makes the next `times` writes of candidates fail.
    fn trouble(&self, what: Trouble, times: u64);

    /// Ends trouble and chaos.
    fn heal(&self) {
        self.trouble(Trouble::Slow(Duration::ZERO), 0);
    }

    /// Makes writes of candidates fail at random, in every recoverable way. The same seed gives the same failures.
    fn chaos(&self, seed: u64);

    /// Delays lookups after writes. The target's parameters state the delay.
    fn lag(&self, lag: Duration);

    /// Expires every issued access token. Returns whether the vendor has such tokens.
    fn expire_tokens(&self) -> bool {
        false
    }

    /// Adds a record that hrflow did not write.
    async fn seed(&self, name: &str, email: &str);

    /// Returns all records, in any order.
    async fn held(&self) -> Vec<Held>;

    /// Returns all that the vendor stores of each record, by its id: JSON, or rows as text.
    async fn contents(&self) -> HashMap<String, String> {
        HashMap::new()
    }

    /// Describes records with missing parts. Candidates of [`with_experiences`](crate::people::with_experiences) must
    /// have their experiences, and every experience must have its candidate.
    async fn torn(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns a URL from which the vendor, or hrflow for it, can fetch a résumé.
    fn resume_url(&self) -> String;

    /// Makes documents fail until they are allowed again.
    fn refuse_documents(&self, refuse: bool);

    /// Returns the number of requests that write a candidate.
    fn writes(&self) -> usize;
}
