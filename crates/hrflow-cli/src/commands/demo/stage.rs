//! What the demo has to know about each connector. A new one joins by a file beside these and a line in [`ALL`].

mod admen;
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
    /// What is there in place of the vendor.
    stand_in: StandIn,
    /// A profile with a full name that the vendor refuses, whatever the default format makes of it.
    pub(super) refused: fn() -> Value,
    /// What is wrong with that profile, in a sentence.
    pub(super) why_refused: &'static str,
    /// Whether the vendor takes people without an e-mail address.
    pub(super) takes_addressless: bool,
}

/// What is there in place of a vendor.
enum StandIn {
    /// A part of the sandbox.
    Sandbox {
        /// The parameters that lead to it, which they may prepare.
        target_parameters: fn(&Sandbox) -> Value,
        /// What it holds of a person.
        find: fn(&Sandbox, &Person) -> Option<Arrived>,
    },
    /// A private database.
    Database,
}

/// A stand-in that is up.
pub(super) enum Up {
    /// A part of the sandbox.
    Sandbox {
        /// The parameters that lead to it.
        target_parameters: Value,
        /// What it holds of a person.
        find: fn(&Sandbox, &Person) -> Option<Arrived>,
    },
    /// A private database.
    Database(Box<admen::Private>),
}

impl Demonstration {
    /// Brings up what is there in place of the vendor.
    ///
    /// # Errors
    ///
    /// Why it cannot be had on this machine.
    pub(super) async fn set_up(&self, sandbox: &Sandbox) -> Result<Up, String> {
        Ok(match self.stand_in {
            StandIn::Sandbox { target_parameters, find } => {
                Up::Sandbox { target_parameters: target_parameters(sandbox), find }
            }
            StandIn::Database => Up::Database(Box::new(admen::Private::start().await?)),
        })
    }

    /// Whether `hrflow sandbox` has it too.
    pub(super) fn is_in_sandbox(&self) -> bool {
        matches!(self.stand_in, StandIn::Sandbox { .. })
    }
}

impl Up {
    pub(super) fn target_parameters(&self) -> Value {
        match self {
            Self::Sandbox { target_parameters, .. } => target_parameters.clone(),
            Self::Database(private) => private.target_parameters(),
        }
    }

    /// What it holds of a person.
    pub(super) async fn find(&self, sandbox: &Sandbox, person: &Person) -> Option<Arrived> {
        match self {
            Self::Sandbox { find, .. } => find(sandbox, person),
            Self::Database(private) => private.find(person).await,
        }
    }
}

/// A record at a vendor.
pub(super) struct Arrived {
    /// The vendor's id.
    pub(super) id: String,
    /// The size of the résumé that came with it.
    pub(super) resume: Option<usize>,
}

const ALL: &[Demonstration] =
    &[admen::SHOWN, ceipal::SHOWN, jobadder::SHOWN, teamtailor::SHOWN, ukgpro::SHOWN];

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
