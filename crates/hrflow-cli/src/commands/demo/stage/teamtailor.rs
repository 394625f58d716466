//! Teamtailor.

use hrflow_sandbox::{Sandbox, teamtailor::Stored};
use serde_json::{Value, json};

use super::{Arrived, Demonstration, StandIn, WRONG_HOST, refused_for_its_email};
use crate::commands::demo::cast::Person;

pub(super) const SHOWN: Demonstration = Demonstration {
    connector: "teamtailor",
    stand_in: StandIn::Sandbox { target_parameters, find },
    refused: refused_for_its_email,
    why_refused: WRONG_HOST,
    takes_addressless: true,
};

fn target_parameters(sandbox: &Sandbox) -> Value {
    let credentials = sandbox.credentials().teamtailor;
    json!({
        "Authorization": credentials.key,
        "X_Api_Version": credentials.api_version,
        "api_url": sandbox.urls().teamtailor,
    })
}

/// The candidate of an e-mail address, or of a name where there is none.
fn find(sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
    let teamtailor = sandbox.teamtailor();
    let found = match &person.email {
        Some(email) => teamtailor.candidate_by_email(email),
        None => teamtailor.candidates().into_iter().find(|candidate| name(candidate) == person.name),
    };
    found.map(|candidate| {
        let resume = candidate.files.iter().find(|file| file.attribute == "resume").map(|file| file.size);
        Arrived { id: candidate.id, resume }
    })
}

fn name(candidate: &Stored) -> String {
    let part =
        |attribute: &str| candidate.attributes.get(attribute).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", part("first-name"), part("last-name"))
}
