//! Teamtailor.

use std::collections::HashMap;

use hrflow_connectors::teamtailor;
use hrflow_core::AnyAction;
use hrflow_sandbox::{Config, Rule, Sandbox, Vendor};
use serde_json::{Value, json};

use super::{
    faults,
    sandboxed::{ABILITIES, StandIn, name},
};
use crate::subject::{Abilities, Held};

pub(crate) struct Teamtailor;

impl StandIn for Teamtailor {
    const CONNECTOR: &'static str = "teamtailor";
    const VENDOR: Vendor = Vendor::Teamtailor;
    const CREATE: &'static str = "candidates.create";
    const REFUSAL: u16 = 422;

    fn abilities() -> Abilities {
        ABILITIES
    }

    fn action() -> Box<dyn AnyAction> {
        Box::new(teamtailor::push_profile())
    }

    fn configure(config: &mut Config) {
        config.teamtailor.rate_limit = None;
    }

    fn target_parameters(sandbox: &Sandbox) -> Value {
        let credentials = sandbox.credentials().teamtailor;
        json!({
            "Authorization": credentials.key,
            "X_Api_Version": credentials.api_version,
            "api_url": sandbox.urls().teamtailor,
        })
    }

    fn chaos() -> Vec<Rule> {
        let others = ["candidates.list", "candidates.get", "candidates.update", "files.create"];
        faults::chaos_of(Vendor::Teamtailor, &others)
    }

    fn lag(sandbox: &Sandbox, milliseconds: u64) {
        sandbox.teamtailor().switch(|switches| switches.lookup_lag = milliseconds);
    }

    fn seed(sandbox: &Sandbox, first: &str, last: &str, email: &str) {
        let attributes = json!({ "first-name": first, "last-name": last, "email": email });
        sandbox.teamtailor().seed_candidate(attributes);
    }

    fn held(sandbox: &Sandbox) -> Vec<Held> {
        let held = sandbox.teamtailor().candidates().into_iter().map(|candidate| {
            let text = |name: &str| candidate.attributes.get(name).and_then(Value::as_str);
            Held {
                name: name([text("first-name"), text("last-name")]),
                email: text("email").map(str::to_owned),
                resumes: candidate.files.iter().filter(|file| file.attribute == "resume").count(),
                id: candidate.id,
            }
        });
        held.collect()
    }

    fn contents(sandbox: &Sandbox) -> HashMap<String, String> {
        let candidates = sandbox.teamtailor().candidates().into_iter();
        let mut contents: HashMap<_, _> =
            candidates.map(|it| (it.id.clone(), json!(it).to_string())).collect();
        for note in sandbox.teamtailor().notes() {
            for id in note.relationships.values().flatten() {
                if let Some(content) = contents.get_mut(id) {
                    content.push_str(&json!(note.attributes).to_string());
                }
            }
        }
        contents
    }
}
