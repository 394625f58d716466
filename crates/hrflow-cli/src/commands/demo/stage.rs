//! What the demo has to know about each connector. A new one joins by a file beside these and a line in [`ALL`].

mod ceipal;
mod jobadder;
mod teamtailor;
mod ukgpro;

use hrflow_sandbox::Sandbox;
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
    /// Whether the vendor takes people without an e-mail address.
    pub(super) takes_addressless: bool,
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

const ALL: &[Demonstration] = &[ceipal::SHOWN, jobadder::SHOWN, teamtailor::SHOWN, ukgpro::SHOWN];

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

/// What is wrong with [`refused_for_its_email`].
const WRONG_HOST: &str =
    "In rune.typo@-example.com the host starts with a hyphen, which no host's name does.";

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
