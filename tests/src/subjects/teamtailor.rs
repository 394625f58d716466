//! Teamtailor, with the sandbox's stand-in behind it.

use std::{sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::teamtailor;
use hrflow_core::{Action, AnyAction, Target, async_trait};
use hrflow_sandbox::{Config, Manner, Rule, Sandbox, Vendor, documents};
use serde_json::{Value, json};

use super::faults;
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// Teamtailor.
pub(crate) struct Teamtailor;

impl Subject for Teamtailor {
    fn name(&self) -> &'static str {
        "teamtailor"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            http: true,
            lag: true,
            process: true,
            troubles: true,
            update: teamtailor::Candidates.capabilities().update,
            without_email: true,
            looks_first: false,
            documents: true,
            late_resumes: true,
            expiring_tokens: false,
            finds_documents: true,
            experiences: false,
            batch: 1,
            longest_name: 1_000,
        }
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
/// The status with which a candidate is refused.
const REFUSAL: u16 = 422;
const RESUME: &str = "resume.pdf";

impl TeamtailorWorld {
    async fn start() -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        config.teamtailor.rate_limit = None;
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: teamtailor::push_profile(), resume, lag: Mutex::new(Duration::ZERO) }
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
        let rule = Rule::new(Vendor::Teamtailor, CREATE, faults::fault(what, REFUSAL)).first(times);
        self.sandbox.faults().set(vec![rule]);
    }

    fn chaos(&self, seed: u64) {
        let mut rules = faults::chaos_of_writes(Vendor::Teamtailor, CREATE, REFUSAL);
        let others = ["candidates.list", "candidates.get", "candidates.update", "files.create"];
        rules.extend(faults::chaos_of(Vendor::Teamtailor, &others));
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
        self.sandbox.journal().count_of(Vendor::Teamtailor, CREATE).try_into().unwrap_or(usize::MAX)
    }
}
