//! JobAdder, with the sandbox's stand-in behind it.

use std::{sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::jobadder;
use hrflow_core::{Action, AnyAction, async_trait};
use hrflow_sandbox::{Config, Fault, FaultBody, Manner, Rule, Sandbox, Vendor, When, documents};
use serde_json::{Value, json};

use super::faults;
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// JobAdder.
pub(crate) struct JobAdder;

impl Subject for JobAdder {
    fn name(&self) -> &'static str {
        "jobadder"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            http: true,
            lag: true,
            process: true,
            expiring_tokens: true,
            troubles: true,
            update: true,
            without_email: true,
            looks_first: false,
            documents: true,
            late_resumes: true,
            finds_documents: true,
            experiences: false,
            batch: 1,
            longest_name: 50,
        }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(JobAdderWorld::start().await) as _ })
    }
}

struct JobAdderWorld {
    sandbox: Sandbox,
    action: Action<connector_hrflow::Profiles, jobadder::Candidates>,
    resume: String,
    lag: Mutex<Duration>,
}

const CREATE: &str = "candidates.create";
/// The status with which a candidate is refused.
const REFUSAL: u16 = 422;
const TOKEN: &str = "connect.token";
const RESUME: &str = "resume.pdf";
/// What the connector asks for, and no more.
const SCOPE: &str = "read_candidate write_candidate offline_access";
/// How long a replaced refresh token works on, in seconds. Without it a program that is killed while its token is renewed
/// has to be consented to anew, which no program can do.
const GRACE: u64 = 60;

impl JobAdderWorld {
    async fn start() -> Self {
        let mut config = Config { seeded: false, ..Config::default() };
        config.jobadder.refresh_grace = GRACE;
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: jobadder::push_profile(), resume, lag: Mutex::new(Duration::ZERO) }
    }

    /// The first request for a token exchanges a code, which can be used once. After that tokens are renewed: of six
    /// answers one is lost, one is a server's error and one asks to wait. The request that follows gets through.
    fn token_chaos() -> [Rule; 3] {
        let each_sixth = |first: u64, fault| {
            let which = (0..200).map(|index| first + 6 * index).collect();
            Rule::new(Vendor::JobAdder, TOKEN, fault).when(When::Nth(which))
        };
        [
            each_sixth(2, Fault::ResetAfter),
            each_sixth(4, Fault::Status { code: 503, body: FaultBody::Html, executed: false }),
            each_sixth(6, Fault::TooManyRequests { retry_after: Some(1) }),
        ]
    }
}

#[async_trait]
impl World for JobAdderWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let credentials = self.sandbox.credentials().jobadder;
        let lag = *self.lag.lock().expect("no test panics while it holds this");
        json!({
            "authorization_url": format!("{}/connect/authorize", self.sandbox.urls().jobadder_identity),
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "authorization_code": self.sandbox.jobadder().consent(SCOPE),
            "redirect_uri": credentials.redirect_uri,
            "lookup_lag": format!("{}ms", lag.as_millis()),
        })
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: "jobadder", sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let rule = Rule::new(Vendor::JobAdder, CREATE, faults::fault(what, REFUSAL)).first(times);
        self.sandbox.faults().set(vec![rule]);
    }

    fn chaos(&self, seed: u64) {
        let others = [
            "candidates.list",
            "candidates.get",
            "candidates.update",
            "search.emailaddress",
            "attachments.list",
            "attachments.create",
        ];
        // A token that is refused is renewed, and two in a row are not got over.
        let refused = Rule::new(Vendor::JobAdder, CREATE, Fault::Unauthorized).when(When::Every(20));
        let mut rules = vec![refused];
        rules.extend(Self::token_chaos());
        rules.extend(faults::chaos_of_writes(Vendor::JobAdder, CREATE, REFUSAL));
        rules.extend(faults::chaos_of(Vendor::JobAdder, &others));
        self.sandbox.faults().set_seed(seed);
        self.sandbox.faults().set(rules);
    }

    fn lag(&self, lag: Duration) {
        *self.lag.lock().expect("no test panics while it holds this") = lag;
        self.sandbox.jobadder().switch(|switches| {
            switches.lookup_lag = lag.as_millis().try_into().unwrap_or(u64::MAX);
        });
    }

    fn expire_tokens(&self) -> bool {
        self.sandbox.jobadder().expire_access_tokens();
        true
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        self.sandbox
            .jobadder()
            .seed_candidate(json!({ "firstName": first, "lastName": last, "email": email }));
    }

    async fn held(&self) -> Vec<Held> {
        let held = self.sandbox.jobadder().candidates().into_iter().map(|candidate| {
            let names = [candidate.text("firstName"), candidate.text("lastName")];
            Held {
                id: candidate.candidate_id.to_string(),
                name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
                email: candidate.text("email").map(str::to_owned),
                resumes: candidate.attachments.iter().filter(|it| it.kind == "Resume").count(),
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
        let count = self.sandbox.journal().count_of(Vendor::JobAdder, CREATE);
        count.try_into().unwrap_or(usize::MAX)
    }
}
