//! Ceipal, with the sandbox's stand-in behind it.

use std::{sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::ceipal;
use hrflow_core::{Action, AnyAction, async_trait};
use hrflow_sandbox::{Config, Fault, FaultBody, Manner, Rule, Sandbox, Vendor, documents};
use serde_json::{Value, json};

use super::faults;
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// Ceipal.
pub(crate) struct Ceipal;

impl Subject for Ceipal {
    fn name(&self) -> &'static str {
        "ceipal"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            http: true,
            lag: true,
            process: true,
            troubles: true,
            update: false,
            without_email: false,
            looks_first: true,
            documents: true,
            late_resumes: false,
            expiring_tokens: true,
            finds_documents: true,
            experiences: false,
            batch: 1,
            longest_name: 250,
        }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(CeipalWorld::start().await) as _ })
    }
}

struct CeipalWorld {
    sandbox: Sandbox,
    action: Action<connector_hrflow::Profiles, ceipal::Applicants>,
    resume: String,
    lag: Mutex<Duration>,
}

const CREATE: &str = "applicants.create";
/// The status with which an applicant is refused.
const REFUSAL: u16 = 400;
const FIND: &str = "applicants.list";
const SIGN_IN: &str = "ceipal.token";
const RESUME: &str = "resume.pdf";

impl CeipalWorld {
    async fn start() -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        config.ceipal.rate_limit = None;
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: ceipal::push_profile(), resume, lag: Mutex::new(Duration::ZERO) }
    }
}

#[async_trait]
impl World for CeipalWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let credentials = self.sandbox.credentials().ceipal;
        let lag = *self.lag.lock().expect("no test panics while it holds this");
        json!({
            "email": credentials.email,
            "password": credentials.password,
            "api_key": credentials.api_key,
            "api_url": self.sandbox.urls().ceipal,
            "lookup_lag": format!("{}ms", lag.as_millis()),
            "throttle_wait": "100ms",
        })
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: "ceipal", sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let rule = Rule::new(Vendor::Ceipal, CREATE, faults::fault(what, REFUSAL)).first(times);
        self.sandbox.faults().set(vec![rule]);
    }

    fn chaos(&self, seed: u64) {
        let mut rules = [
            faults::chaos_of_writes(Vendor::Ceipal, CREATE, REFUSAL),
            faults::chaos_of(Vendor::Ceipal, &[FIND, SIGN_IN]),
            // It is we who fetch a résumé.
            faults::chaos_of(Vendor::Files, &["files.get"]),
        ]
        .concat();
        // A refused token is replaced once; where that is refused too, it is waited once.
        for operation in [CREATE, FIND] {
            let throttled = Fault::Status { code: 403, body: FaultBody::Json, executed: false };
            for fault in [Fault::Unauthorized, throttled] {
                rules.push(Rule::new(Vendor::Ceipal, operation, fault).probability(0.02).limit(1));
            }
        }
        self.sandbox.faults().set_seed(seed);
        self.sandbox.faults().set(rules);
    }

    fn lag(&self, lag: Duration) {
        *self.lag.lock().expect("no test panics while it holds this") = lag;
        self.sandbox.ceipal().switch(|switches| {
            switches.lookup_lag = lag.as_millis().try_into().unwrap_or(u64::MAX);
        });
    }

    fn expire_tokens(&self) -> bool {
        self.sandbox.ceipal().revoke_tokens();
        true
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let record = json!({ "firstname": first, "lastname": last, "email": email });
        self.sandbox.ceipal().seed_applicant(record);
    }

    async fn held(&self) -> Vec<Held> {
        let held = self.sandbox.ceipal().applicants().into_iter().map(|applicant| {
            let text = |name: &str| applicant.record.get(name).and_then(Value::as_str);
            let names = [text("firstname"), text("lastname")];
            Held {
                name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
                email: text("email").map(str::to_owned),
                resumes: applicant.files.iter().filter(|file| file.field == "document_fields.1").count(),
                id: applicant.id,
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
        let count = self.sandbox.journal().count_of(Vendor::Ceipal, CREATE);
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}
