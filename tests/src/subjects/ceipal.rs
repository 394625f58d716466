//! Ceipal.

use std::collections::HashMap;

use hrflow_connectors::ceipal;
use hrflow_core::AnyAction;
use hrflow_sandbox::{Config, Fault, FaultBody, Rule, Sandbox, Vendor};
use serde_json::{Value, json};

use super::{
    faults,
    sandboxed::{ABILITIES, StandIn, name},
};
use crate::subject::{Abilities, Held};

const FIND: &str = "applicants.list";
const SIGN_IN: &str = "ceipal.token";

pub(crate) struct Ceipal;

impl StandIn for Ceipal {
    const CONNECTOR: &'static str = "ceipal";
    const VENDOR: Vendor = Vendor::Ceipal;
    const CREATE: &'static str = "applicants.create";
    const REFUSAL: u16 = 400;

    fn abilities() -> Abilities {
        Abilities {
            update: false,
            without_email: false,
            looks_first: true,
            late_resumes: false,
            expiring_tokens: true,
            longest_name: 250,
            ..ABILITIES
        }
    }

    fn action() -> Box<dyn AnyAction> {
        Box::new(ceipal::push_profile())
    }

    fn configure(config: &mut Config) {
        config.ceipal.rate_limit = None;
    }

    fn target_parameters(sandbox: &Sandbox) -> Value {
        let credentials = sandbox.credentials().ceipal;
        json!({
            "email": credentials.email,
            "password": credentials.password,
            "api_key": credentials.api_key,
            "api_url": sandbox.urls().ceipal,
            "throttle_wait": "100ms",
        })
    }

    fn chaos() -> Vec<Rule> {
        let mut rules = [
            faults::chaos_of(Vendor::Ceipal, &[FIND, SIGN_IN]),
            // Résumés are fetched by hrflow.
            faults::chaos_of(Vendor::Files, &["files.get"]),
        ]
        .concat();
        // A rejected token is replaced once. If the new one is rejected too, the request is retried once.
        for operation in [Self::CREATE, FIND] {
            let throttled = Fault::Status { code: 403, body: FaultBody::Json, executed: false };
            for fault in [Fault::Unauthorized, throttled] {
                rules.push(Rule::new(Vendor::Ceipal, operation, fault).probability(0.02).limit(1));
            }
        }
        rules
    }

    fn lag(sandbox: &Sandbox, milliseconds: u64) {
        sandbox.ceipal().switch(|switches| switches.lookup_lag = milliseconds);
    }

    fn expire_tokens(sandbox: &Sandbox) -> bool {
        sandbox.ceipal().revoke_tokens();
        true
    }

    fn seed(sandbox: &Sandbox, first: &str, last: &str, email: &str) {
        sandbox.ceipal().seed_applicant(json!({ "firstname": first, "lastname": last, "email": email }));
    }

    fn held(sandbox: &Sandbox) -> Vec<Held> {
        let held = sandbox.ceipal().applicants().into_iter().map(|applicant| {
            let text = |name: &str| applicant.record.get(name).and_then(Value::as_str);
            Held {
                name: name([text("firstname"), text("lastname")]),
                email: text("email").map(str::to_owned),
                resumes: applicant.files.iter().filter(|file| file.field == "document_fields.1").count(),
                id: applicant.id,
            }
        });
        held.collect()
    }

    fn contents(sandbox: &Sandbox) -> HashMap<String, String> {
        let records = sandbox.ceipal().applicants().into_iter();
        records.map(|it| (it.id.clone(), json!(it).to_string())).collect()
    }
}
