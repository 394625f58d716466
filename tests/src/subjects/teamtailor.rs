//! Teamtailor, with the sandbox's stand-in behind it.

use std::{sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::teamtailor;
use hrflow_core::{Action, AnyAction, async_trait};
use hrflow_sandbox::{Config, Fault, FaultBody, Manner, Rule, Sandbox, Vendor, documents};
use serde_json::{Value, json};

use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// Teamtailor.
pub(crate) struct Teamtailor;

impl Subject for Teamtailor {
    fn name(&self) -> &'static str {
        "teamtailor"
    }

    fn abilities(&self) -> Abilities {
        Abilities { http: true, lag: true, process: true, longest_name: 1_000 }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(TeamtailorWorld::start().await) as _ })
    }
}

struct TeamtailorWorld {
    sandbox: Sandbox,
    action: Action<connector_hrflow::Profiles, teamtailor::Candidates>,
    resume: String,
    lag: Mutex<Duration>,
}

const CREATE: &str = "candidates.create";
const RESUME: &str = "resume.pdf";

impl TeamtailorWorld {
    async fn start() -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        config.teamtailor.rate_limit = None;
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: teamtailor::push_profile(), resume, lag: Mutex::new(Duration::ZERO) }
    }

    fn rule(fault: Fault) -> Rule {
        Rule::new(Vendor::Teamtailor, CREATE, fault)
    }
}

#[async_trait]
impl World for TeamtailorWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let credentials = self.sandbox.credentials().teamtailor;
        let lag = *self.lag.lock().expect("no test panics while it holds this");
        json!({
            "Authorization": credentials.key,
            "X_Api_Version": credentials.api_version,
            "api_url": self.sandbox.urls().teamtailor,
            "lookup_lag": format!("{}ms", lag.as_millis()),
        })
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: "teamtailor", sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let status = |code, executed| Fault::Status { code, body: FaultBody::Json, executed };
        let fault = match what {
            Trouble::TooManyRequests(wait) => Fault::TooManyRequests { retry_after: Some(wait.as_secs()) },
            Trouble::ServerError { executed } => status(503, executed),
            Trouble::Reset { executed: true } => Fault::ResetAfter,
            Trouble::Reset { executed: false } => Fault::ResetBefore,
            Trouble::Silence { executed } => Fault::Hang { executed },
            Trouble::Refusal => status(422, false),
            Trouble::Unauthorized => Fault::Unauthorized,
            Trouble::Slow(time) => {
                Fault::Latency { milliseconds: time.as_millis().try_into().unwrap_or(u64::MAX) }
            }
        };
        self.sandbox.faults().set(vec![Self::rule(fault).first(times)]);
    }

    fn chaos(&self, seed: u64) {
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
            (status(422, false), 0.03),
        ];
        let mut rules: Vec<Rule> =
            faults.into_iter().map(|(fault, share)| Self::rule(fault).probability(share)).collect();
        for operation in ["candidates.list", "candidates.get", "candidates.update", "files.create"] {
            let rule = |fault| Rule::new(Vendor::Teamtailor, operation, fault).probability(0.05);
            rules.extend([rule(status(502, false)), rule(Fault::ResetAfter), rule(Fault::TruncatedBody)]);
        }
        self.sandbox.faults().set_seed(seed);
        self.sandbox.faults().set(rules);
    }

    fn lag(&self, lag: Duration) {
        *self.lag.lock().expect("no test panics while it holds this") = lag;
        self.sandbox.teamtailor().switch(|switches| {
            switches.lookup_lag = lag.as_millis().try_into().unwrap_or(u64::MAX);
        });
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let attributes = json!({ "first-name": first, "last-name": last, "email": email });
        self.sandbox.teamtailor().seed_candidate(attributes);
    }

    async fn held(&self) -> Vec<Held> {
        let held = self.sandbox.teamtailor().candidates().into_iter().map(|candidate| {
            let text = |name: &str| candidate.attributes.get(name).and_then(Value::as_str).map(str::to_owned);
            let names = [text("first-name"), text("last-name")];
            Held {
                name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
                email: text("email"),
                resumes: candidate.files.iter().filter(|file| file.attribute == "resume").count(),
                id: candidate.id,
            }
        });
        held.collect()
    }

    fn resume_url(&self) -> String {
        self.resume.clone()
    }

    fn refuse_documents(&self, refuse: bool) {
        self.sandbox.files().treat(RESUME, if refuse { Manner::Refuse(403) } else { Manner::Serve });
    }

    fn writes(&self) -> usize {
        self.sandbox.journal().of(CREATE).len()
    }
}
