//! JobAdder.

use std::collections::HashMap;

use hrflow_connectors::jobadder;
use hrflow_core::AnyAction;
use hrflow_sandbox::{Config, Fault, FaultBody, Rule, Sandbox, Vendor, When};
use serde_json::{Value, json};

use super::{
    faults,
    sandboxed::{ABILITIES, StandIn, name},
};
use crate::subject::{Abilities, Held};

const TOKEN: &str = "connect.token";
/// The scopes that the connector requires.
const SCOPE: &str = "read_candidate write_candidate offline_access";
/// The seconds for which a replaced refresh token stays valid. Without this, a program killed during token renewal
/// needs a new consent, which requires a user.
const GRACE: u64 = 60;

pub(crate) struct JobAdder;

impl StandIn for JobAdder {
    const CONNECTOR: &'static str = "jobadder";
    const VENDOR: Vendor = Vendor::JobAdder;
    const CREATE: &'static str = "candidates.create";
    const REFUSAL: u16 = 422;

    fn abilities() -> Abilities {
        Abilities { expiring_tokens: true, longest_name: 50, ..ABILITIES }
    }

    fn action() -> Box<dyn AnyAction> {
        Box::new(jobadder::push_profile())
    }

    fn configure(config: &mut Config) {
        config.jobadder.refresh_grace = GRACE;
    }

    fn target_parameters(sandbox: &Sandbox) -> Value {
        let credentials = sandbox.credentials().jobadder;
        json!({
            "authorization_url": format!("{}/connect/authorize", sandbox.urls().jobadder_identity),
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "authorization_code": sandbox.jobadder().consent(SCOPE),
            "redirect_uri": credentials.redirect_uri,
        })
    }

    fn chaos() -> Vec<Rule> {
        let others = [
            "candidates.list",
            "candidates.get",
            "candidates.update",
            "search.emailaddress",
            "attachments.list",
            "attachments.create",
        ];
        // A rejected token is renewed. Two rejections in a row are an error.
        let refused = Rule::new(Vendor::JobAdder, Self::CREATE, Fault::Unauthorized).when(When::Every(20));
        let mut rules = vec![refused];
        rules.extend(token_chaos());
        rules.extend(faults::chaos_of(Vendor::JobAdder, &others));
        rules
    }

    fn lag(sandbox: &Sandbox, milliseconds: u64) {
        sandbox.jobadder().switch(|switches| switches.lookup_lag = milliseconds);
    }

    fn expire_tokens(sandbox: &Sandbox) -> bool {
        sandbox.jobadder().expire_access_tokens();
        true
    }

    fn seed(sandbox: &Sandbox, first: &str, last: &str, email: &str) {
        let candidate = json!({ "firstName": first, "lastName": last, "email": email });
        sandbox.jobadder().seed_candidate(candidate);
    }

    fn held(sandbox: &Sandbox) -> Vec<Held> {
        let held = sandbox.jobadder().candidates().into_iter().map(|candidate| Held {
            id: candidate.candidate_id.to_string(),
            name: name([candidate.text("firstName"), candidate.text("lastName")]),
            email: candidate.text("email").map(str::to_owned),
            resumes: candidate.attachments.iter().filter(|it| it.kind == "Resume").count(),
        });
        held.collect()
    }

    fn contents(sandbox: &Sandbox) -> HashMap<String, String> {
        let records = sandbox.jobadder().candidates().into_iter();
        records.map(|it| (it.candidate_id.to_string(), json!(it).to_string())).collect()
    }
}

/// Faults of token requests. The first request exchanges a code, which can be used only once. Of 6 later responses, one
/// is lost, one is a server error and one is a 429. The next request succeeds.
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
