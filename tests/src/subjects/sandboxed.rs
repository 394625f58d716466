//! Vendors whose mock server is in the sandbox, and their common code.

use std::{collections::HashMap, marker::PhantomData, sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_core::{AnyAction, async_trait};
use hrflow_sandbox::{Config, Manner, Rule, Sandbox, Vendor, documents};
use serde_json::{Value, json};

use super::faults;
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

const RESUME: &str = "resume.pdf";

/// The properties of one such vendor.
pub(crate) trait StandIn: Send + Sync + 'static {
    /// The connector's id.
    const CONNECTOR: &'static str;
    /// Its name in the sandbox.
    const VENDOR: Vendor;
    /// The operation that creates a record.
    const CREATE: &'static str;
    /// The status with which a record is rejected.
    const REFUSAL: u16;

    fn abilities() -> Abilities;

    fn action() -> Box<dyn AnyAction>;

    /// Sets the mock server's configuration for the tests.
    fn configure(_: &mut Config) {}

    /// Returns the target's parameters, except `lookup_lag`.
    fn target_parameters(sandbox: &Sandbox) -> Value;

    /// Returns the random faults of requests that do not create a record.
    fn chaos() -> Vec<Rule>;

    /// Sets the lag of lookups in milliseconds.
    fn lag(sandbox: &Sandbox, milliseconds: u64);

    /// Expires every access token, if the vendor issues any.
    fn expire_tokens(_: &Sandbox) -> bool {
        false
    }

    /// Adds a record.
    fn seed(sandbox: &Sandbox, first: &str, last: &str, email: &str);

    /// Returns all records.
    fn held(sandbox: &Sandbox) -> Vec<Held>;

    /// Returns all that is stored of each record, by its id.
    fn contents(sandbox: &Sandbox) -> HashMap<String, String>;
}

/// The abilities common to all mock servers. The rest is that of a vendor without restrictions.
pub(super) const ABILITIES: Abilities = Abilities {
    http: true,
    lag: true,
    process: true,
    troubles: true,
    update: true,
    without_email: true,
    looks_first: false,
    documents: true,
    late_resumes: true,
    expiring_tokens: false,
    finds_documents: true,
    experiences: false,
    batch: 1,
    longest_name: 1_000,
};

/// Returns first and last name as one.
pub(super) fn name<'a>(parts: [Option<&'a str>; 2]) -> String {
    parts.into_iter().flatten().collect::<Vec<&'a str>>().join(" ")
}

/// A vendor as a subject.
pub(crate) struct Sandboxed<S>(pub(super) S);

impl<S: StandIn> Subject for Sandboxed<S> {
    fn name(&self) -> &'static str {
        S::CONNECTOR
    }

    fn abilities(&self) -> Abilities {
        S::abilities()
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(SandboxWorld::<S>::start().await) as _ })
    }
}

struct SandboxWorld<S> {
    sandbox: Sandbox,
    action: Box<dyn AnyAction>,
    resume: String,
    lag: Mutex<Duration>,
    vendor: PhantomData<S>,
}

impl<S: StandIn> SandboxWorld<S> {
    async fn start() -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        S::configure(&mut config);
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: S::action(), resume, lag: Mutex::default(), vendor: PhantomData }
    }
}

#[async_trait]
impl<S: StandIn> World for SandboxWorld<S> {
    fn action(&self) -> &dyn AnyAction {
        &*self.action
    }

    fn target_parameters(&self) -> Value {
        let lag = *self.lag.lock().expect("no test panics while it holds this");
        let mut parameters = S::target_parameters(&self.sandbox);
        parameters["lookup_lag"] = json!(format!("{}ms", lag.as_millis()));
        parameters
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: S::CONNECTOR, sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let rule = Rule::new(S::VENDOR, S::CREATE, faults::fault(what, S::REFUSAL)).first(times);
        self.sandbox.faults().set(vec![rule]);
    }

    fn chaos(&self, seed: u64) {
        let writes = faults::chaos_of_writes(S::VENDOR, S::CREATE, S::REFUSAL);
        self.sandbox.faults().set_seed(seed);
        self.sandbox.faults().set([S::chaos(), writes].concat());
    }

    fn lag(&self, lag: Duration) {
        *self.lag.lock().expect("no test panics while it holds this") = lag;
        S::lag(&self.sandbox, lag.as_millis().try_into().unwrap_or(u64::MAX));
    }

    fn expire_tokens(&self) -> bool {
        S::expire_tokens(&self.sandbox)
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        S::seed(&self.sandbox, first, last, email);
    }

    async fn held(&self) -> Vec<Held> {
        S::held(&self.sandbox)
    }

    async fn contents(&self) -> HashMap<String, String> {
        S::contents(&self.sandbox)
    }

    fn resume_url(&self) -> String {
        self.resume.clone()
    }

    fn refuse_documents(&self, refuse: bool) {
        self.sandbox.files().treat(RESUME, if refuse { Manner::Refuse(403) } else { Manner::Serve });
    }

    fn writes(&self) -> usize {
        self.sandbox.journal().count_of(S::VENDOR, S::CREATE).try_into().unwrap_or(usize::MAX)
    }
}
