//! UKG Pro.

use std::collections::HashMap;

use hrflow_connectors::ukgpro;
use hrflow_core::{AnyAction, Target};
use hrflow_sandbox::{Rule, Sandbox, Vendor};
use serde_json::{Value, json};

use super::{
    faults,
    sandboxed::{ABILITIES, StandIn, name},
};
use crate::subject::{Abilities, Held};

const SEND_DOCUMENT: &str = "ukg.documents.create";
/// The scopes of the Candidate Import API, and the scope that allows reading candidates.
const SCOPE: &str = "recruiting.domain.candidate-import.create recruiting.domain.candidate-import.read \
                     recruiting.domain.candidates.read";

pub(crate) struct UkgPro;

impl StandIn for UkgPro {
    const CONNECTOR: &'static str = "ukgpro";
    const VENDOR: Vendor = Vendor::UkgPro;
    const CREATE: &'static str = "ukg.candidates.create";
    /// The status for rejected records and documents.
    const REFUSAL: u16 = 400;

    fn abilities() -> Abilities {
        Abilities {
            update: ukgpro::Candidates.capabilities().update,
            without_email: false,
            looks_first: true,
            expiring_tokens: true,
            finds_documents: false,
            longest_name: 100,
            ..ABILITIES
        }
    }

    fn action() -> Box<dyn AnyAction> {
        Box::new(ukgpro::push_profile())
    }

    fn target_parameters(sandbox: &Sandbox) -> Value {
        let (urls, credentials) = (sandbox.urls(), sandbox.credentials().ukgpro);
        json!({
            "auth_data": {
                "identity_server": urls.ukgpro_identity,
                "tenant": credentials.tenant,
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
                "scope": SCOPE,
            },
            "domain": { "environment": urls.ukgpro, "tenant": credentials.tenant },
            "comment_author_id": sandbox.ukgpro().users()[0]["id"],
        })
    }

    fn chaos() -> Vec<Rule> {
        let others = [
            "ukg.token",
            "ukg.proficiency_levels.list",
            "ukg.candidates.lookup",
            "ukg.candidates.get",
            "ukg.candidates.list",
        ];
        [
            faults::chaos_of_writes(Vendor::UkgPro, SEND_DOCUMENT, Self::REFUSAL),
            faults::chaos_of(Vendor::UkgPro, &others),
            faults::chaos_of(Vendor::Files, &["files.get"]),
        ]
        .concat()
    }

    fn lag(sandbox: &Sandbox, milliseconds: u64) {
        sandbox.ukgpro().switch(|switches| switches.lookup_lag = milliseconds);
    }

    fn expire_tokens(sandbox: &Sandbox) -> bool {
        sandbox.ukgpro().revoke_tokens();
        true
    }

    fn seed(sandbox: &Sandbox, first: &str, last: &str, email: &str) {
        let candidate =
            json!({ "name": { "first": first, "last": last }, "contact_info": { "email": email } });
        sandbox.ukgpro().seed_candidate(candidate);
    }

    fn held(sandbox: &Sandbox) -> Vec<Held> {
        let held = sandbox.ukgpro().candidates().into_iter().map(|candidate| {
            let part = |part: &str| candidate.fields.get("name")?.get(part)?.as_str();
            Held {
                name: name([part("first"), part("last")]),
                email: Some(candidate.email()).filter(|it| !it.is_empty()).map(str::to_owned),
                resumes: candidate.documents.iter().filter(|it| it.document_type == "Resume").count(),
                id: candidate.id,
            }
        });
        held.collect()
    }

    fn contents(sandbox: &Sandbox) -> HashMap<String, String> {
        let records = sandbox.ukgpro().candidates().into_iter();
        records.map(|it| (it.id.clone(), json!(it).to_string())).collect()
    }
}
