//! What the demo has to know about each connector. A new one joins by a line in [`ALL`].

use hrflow_sandbox::{Sandbox, teamtailor::Stored};
use serde_json::{Value, json};

use super::cast::Person;

/// How a connector is shown.
pub(super) struct Demonstration {
    /// Its id.
    connector: &'static str,
    /// The parameters that lead to its stand-in, which they may prepare.
    pub(super) target_parameters: fn(&Sandbox) -> Value,
    /// A profile with a full name that the vendor refuses, whatever the default format makes of it.
    pub(super) refused: fn() -> Value,
    /// What is wrong with that profile, in a sentence.
    pub(super) why_refused: &'static str,
    /// What its stand-in holds of a person.
    pub(super) find: fn(&Sandbox, &Person) -> Option<Arrived>,
}

/// A record at a vendor.
pub(super) struct Arrived {
    /// The vendor's id.
    pub(super) id: String,
    /// The size of the résumé that came with it.
    pub(super) resume: Option<usize>,
}

const ALL: &[Demonstration] = &[Demonstration {
    connector: "teamtailor",
    target_parameters: teamtailor_parameters,
    refused: refused_for_its_email,
    why_refused: "In rune.typo@-example.com the host starts with a hyphen, which no host's name does.",
    find: find_candidate,
}];

/// How the connector of an id is shown.
pub(super) fn of(connector: &str) -> Option<&'static Demonstration> {
    ALL.iter().find(|demonstration| demonstration.connector == connector)
}

/// Its e-mail address looks like one at first sight.
fn refused_for_its_email() -> Value {
    json!({
        "reference": "REF-REFUSED",
        "info": {
            "full_name": "Rune Typo",
            "first_name": "Rune",
            "last_name": "Typo",
            "email": "rune.typo@-example.com",
        },
    })
}

fn teamtailor_parameters(sandbox: &Sandbox) -> Value {
    let credentials = sandbox.credentials().teamtailor;
    json!({
        "Authorization": credentials.key,
        "X_Api_Version": credentials.api_version,
        "api_url": sandbox.urls().teamtailor,
    })
}

/// The candidate of an e-mail address, or of a name where there is none.
fn find_candidate(sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
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

#[cfg(test)]
mod tests {
    #[test]
    fn every_connector_is_shown() {
        for connector in hrflow_connectors::catalogue() {
            let id = connector.id;
            assert!(super::of(id).is_some(), "{id} has no Demonstration in ALL of commands/demo/stage.rs");
            assert!(connector.action(super::super::ACTION).is_some(), "{id}");
        }
    }
}
