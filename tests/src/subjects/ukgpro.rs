//! UKG Pro, with the sandbox's stand-in behind it.

use std::{sync::Mutex, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::ukgpro;
use hrflow_core::{Action, AnyAction, Target, async_trait};
use hrflow_sandbox::{Config, Manner, Rule, Sandbox, Vendor, documents, ukgpro::StoredCandidate};
use serde_json::{Value, json};

use super::faults;
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// UKG Pro.
pub(crate) struct UkgPro;

impl Subject for UkgPro {
    fn name(&self) -> &'static str {
        "ukgpro"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            http: true,
            lag: true,
            process: true,
            troubles: true,
            update: ukgpro::Candidates.capabilities().update,
            without_email: false,
            looks_first: true,
            documents: true,
            late_resumes: true,
            expiring_tokens: true,
            finds_documents: false,
            experiences: false,
            batch: 1,
            longest_name: 100,
        }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(UkgProWorld::start().await) as _ })
    }
}

struct UkgProWorld {
    sandbox: Sandbox,
    action: Action<connector_hrflow::Profiles, ukgpro::Candidates>,
    resume: String,
    lag: Mutex<Duration>,
}

const CREATE: &str = "ukg.candidates.create";
const SEND_DOCUMENT: &str = "ukg.documents.create";
/// The status with which a candidate or a document is refused.
const REFUSAL: u16 = 400;
const RESUME: &str = "resume.pdf";
/// The scopes of the Candidate Import API, and the one that lets candidates be read back.
const SCOPE: &str = "recruiting.domain.candidate-import.create recruiting.domain.candidate-import.read \
                     recruiting.domain.candidates.read";

impl UkgProWorld {
    async fn start() -> Self {
        let config = Config { seeded: false, ..Config::default() };
        let sandbox = Sandbox::start(config).await.expect("the sandbox finds free ports");
        let resume = sandbox.files().put_file(RESUME, "application/pdf", documents::pdf("Ada Example"));
        Self { sandbox, action: ukgpro::push_profile(), resume, lag: Mutex::new(Duration::ZERO) }
    }
}

#[async_trait]
impl World for UkgProWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let (urls, credentials) = (self.sandbox.urls(), self.sandbox.credentials().ukgpro);
        let lag = *self.lag.lock().expect("no test panics while it holds this");
        json!({
            "auth_data": {
                "identity_server": urls.ukgpro_identity,
                "tenant": credentials.tenant,
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "scope": SCOPE,
            },
            "domain": { "environment": urls.ukgpro, "tenant": credentials.tenant },
            "comment_author_id": self.sandbox.ukgpro().users()[0]["id"],
            "lookup_lag": format!("{}ms", lag.as_millis()),
        })
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: "ukgpro", sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        let rule = Rule::new(Vendor::UkgPro, CREATE, faults::fault(what, REFUSAL)).first(times);
        self.sandbox.faults().set(vec![rule]);
    }

    fn chaos(&self, seed: u64) {
        let others = [
            "ukg.token",
            "ukg.proficiency_levels.list",
            "ukg.candidates.lookup",
            "ukg.candidates.get",
            "ukg.candidates.list",
        ];
        let rules = [
            faults::chaos_of_writes(Vendor::UkgPro, CREATE, REFUSAL),
            faults::chaos_of_writes(Vendor::UkgPro, SEND_DOCUMENT, REFUSAL),
            faults::chaos_of(Vendor::UkgPro, &others),
            faults::chaos_of(Vendor::Files, &["files.get"]),
        ];
        self.sandbox.faults().set_seed(seed);
        self.sandbox.faults().set(rules.concat());
    }

    fn lag(&self, lag: Duration) {
        *self.lag.lock().expect("no test panics while it holds this") = lag;
        self.sandbox.ukgpro().switch(|switches| {
            switches.lookup_lag = lag.as_millis().try_into().unwrap_or(u64::MAX);
        });
    }

    fn expire_tokens(&self) -> bool {
        self.sandbox.ukgpro().revoke_tokens();
        true
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let candidate =
            json!({ "name": { "first": first, "last": last }, "contact_info": { "email": email } });
        self.sandbox.ukgpro().seed_candidate(candidate);
    }

    async fn held(&self) -> Vec<Held> {
        self.sandbox.ukgpro().candidates().into_iter().map(held).collect()
    }

    fn resume_url(&self) -> String {
        self.resume.clone()
    }

    fn refuse_documents(&self, refuse: bool) {
        self.sandbox.files().treat(RESUME, if refuse { Manner::Refuse(403) } else { Manner::Serve });
    }

    fn writes(&self) -> usize {
        self.sandbox.journal().count_of(Vendor::UkgPro, CREATE).try_into().unwrap_or(usize::MAX)
    }
}

fn held(candidate: StoredCandidate) -> Held {
    let name = |part: &str| candidate.fields.get("name")?.get(part)?.as_str();
    let names = [name("first"), name("last")];
    Held {
        name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
        email: Some(candidate.email()).filter(|it| !it.is_empty()).map(str::to_owned),
        resumes: candidate.documents.iter().filter(|it| it.document_type == "Resume").count(),
        id: candidate.id,
    }
}
