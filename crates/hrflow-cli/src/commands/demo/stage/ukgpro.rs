//! UKG Pro.

use hrflow_sandbox::Sandbox;
use serde_json::{Value, json};

use super::{Arrived, Demonstration, StandIn, WRONG_HOST, refused_for_its_email};
use crate::commands::demo::cast::Person;

pub(super) const SHOWN: Demonstration = Demonstration {
    connector: "ukgpro",
    stand_in: StandIn::Sandbox { target_parameters, find },
    refused: refused_for_its_email,
    why_refused: WRONG_HOST,
    takes_addressless: false,
};

fn target_parameters(sandbox: &Sandbox) -> Value {
    let (urls, credentials) = (sandbox.urls(), sandbox.credentials().ukgpro);
    json!({
        "auth_data": {
            "identity_server": urls.ukgpro_identity,
            "tenant": credentials.tenant,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "grant_type": "client_credentials",
            "scope": credentials.scopes.join(" "),
        },
        "domain": { "environment": urls.ukgpro, "tenant": credentials.tenant },
    })
}

fn find(sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
    let found = sandbox.ukgpro().candidates_by_email(person.email.as_deref()?).into_iter().next();
    found.map(|candidate| Arrived {
        id: candidate.id,
        resume: candidate.documents.first().map(|document| document.size),
    })
}
