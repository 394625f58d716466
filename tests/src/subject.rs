//! What the suite asks of a target to be tested.

use std::time::Duration;

use hrflow_core::{AnyAction, async_trait};
use hrflow_sandbox::Sandbox;
use serde_json::Value;

/// A target that behaviours are tried on.
pub trait Subject: Send + Sync {
    /// Its name, as test names show it.
    fn name(&self) -> &'static str;

    /// What its vendor can be made to do. A behaviour that needs more is not run, and the list says so.
    fn abilities(&self) -> Abilities;

    /// An empty vendor of its own.
    fn world(&self) -> futures::future::BoxFuture<'static, Box<dyn World>>;
}

/// What a subject's vendor knows and can be made to do.
#[derive(Debug, Clone, Copy)]
pub struct Abilities {
    /// Speaks HTTP: can answer 429 and lose connections.
    pub http: bool,
    /// Can let its look-ups lag behind its writes.
    pub lag: bool,
    /// Is there for other processes too ([`World::outside`]): can be tortured.
    pub process: bool,
    /// Can be made to fail ([`World::trouble`], [`World::chaos`]).
    pub troubles: bool,
    /// Changes who is there already, when asked (`on_existing: update`).
    pub update: bool,
    /// Takes people without an e-mail address.
    pub without_email: bool,
    /// Is asked who is there before anything is written, so that nobody is written twice, not even when asked.
    pub looks_first: bool,
    /// Takes documents.
    pub documents: bool,
    /// Takes a résumé at any time; else along with a new record only, and one that could not go along is lost to it.
    pub late_resumes: bool,
    /// Can tell whether a document arrived whose answer was lost.
    pub finds_documents: bool,
    /// Hands out access tokens that expire ([`World::expire_tokens`]).
    pub expiring_tokens: bool,
    /// Keeps experiences apart from their person, so that one could be there without the other ([`World::torn`]).
    pub experiences: bool,
    /// How many are written at a time.
    pub batch: usize,
    /// The longest name that it takes, in characters.
    pub longest_name: usize,
}

/// What goes wrong at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Asks for fewer requests, and for how long.
    TooManyRequests(Duration),
    /// A server error, executed or not.
    ServerError {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// The connection is reset, before or after the request is executed.
    Reset {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// No answer ever comes.
    Silence {
        /// Whether the request takes effect.
        executed: bool,
    },
    /// The vendor refuses the item.
    Refusal,
    /// The credentials are refused.
    Unauthorized,
    /// The answer takes its time.
    Slow(Duration),
}

/// A record as the vendor holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// First and last name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// How many times a résumé was stored.
    pub resumes: usize,
}

/// A vendor as another process reaches it.
pub struct Outside<'w> {
    /// The connector's id.
    pub connector: &'static str,
    /// The sandbox with an HrFlow.ai to read from, and, unless the vendor is a server of its own, with the vendor.
    pub sandbox: &'w Sandbox,
}

/// A vendor, up and empty.
#[async_trait]
pub trait World: Send + Sync {
    /// The action under test.
    fn action(&self) -> &dyn AnyAction;

    /// What its target takes.
    fn target_parameters(&self) -> Value;

    /// Where another process reaches it; none where it lives in this one alone, and cannot be tortured.
    fn outside(&self) -> Option<Outside<'_>> {
        None
    }

    /// Makes the next `times` writes of candidates go wrong.
    fn trouble(&self, what: Trouble, times: u64);

    /// Ends trouble and chaos.
    fn heal(&self) {
        self.trouble(Trouble::Slow(Duration::ZERO), 0);
    }

    /// Makes writes of candidates go wrong by chance, in every way that can be got over; the same for the same seed.
    fn chaos(&self, seed: u64);

    /// Lets look-ups lag behind writes; the target is told, by its parameters.
    fn lag(&self, lag: Duration);

    /// Ends every access token that was handed out, as time does, and answers whether there are such tokens here.
    fn expire_tokens(&self) -> bool {
        false
    }

    /// Puts a record there that we did not write.
    async fn seed(&self, name: &str, email: &str);

    /// What it holds, in no order.
    async fn held(&self) -> Vec<Held>;

    /// What it holds without something that belongs to it, in words: people of
    /// [`with_experiences`](crate::people::with_experiences) have theirs, and no experience is there without its person.
    async fn torn(&self) -> Vec<String> {
        Vec::new()
    }

    /// A URL that the vendor, or we for it, can fetch a résumé from.
    fn resume_url(&self) -> String;

    /// Makes documents fail until they are allowed again.
    fn refuse_documents(&self, refuse: bool);

    /// How many requests to write a candidate it has had.
    fn writes(&self) -> usize;
}
