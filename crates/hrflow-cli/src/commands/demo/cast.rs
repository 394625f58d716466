//! Who plays in the demo, and what is to become of them.

use std::collections::HashSet;

use hrflow_core::Events;
use hrflow_sandbox::Sandbox;
use serde_json::Value;

/// What becomes of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The vendor has it now.
    Created,
    /// The vendor has somebody with this e-mail address.
    ThereAlready,
    /// The vendor does not take it.
    Refused,
    /// It never came to the vendor.
    Lost,
}

impl Fate {
    /// What a run with one profile came to.
    pub(super) fn of(events: &Events) -> Self {
        let refused = events.write_failure + events.format_failure;
        match (events.write_success, events.write_duplicate, refused) {
            (1, 0, 0) if events.attachment_failure == 0 => Self::Created,
            (0, 1, 0) => Self::ThereAlready,
            (0, 0, 1) => Self::Refused,
            _ => Self::Lost,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::ThereAlready => "there already",
            Self::Refused => "refused",
            Self::Lost => "lost",
        }
    }
}

/// A profile in HrFlow.ai's stand-in.
pub(super) struct Person {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    /// What is to become of it.
    pub(super) fate: Fate,
    /// Whether it was made to be refused.
    pub(super) is_wrong: bool,
}

/// The profiles with a name, and `refused`, which is put among them. Where the vendor does not take people without
/// e-mail address, they are refused too.
pub(super) fn people(sandbox: &Sandbox, refused: Value, takes_addressless: bool) -> Vec<Person> {
    let refused = sandbox.hrflow().put_profile(refused);
    let mut emails = HashSet::new();
    let mut people: Vec<Person> = sandbox.hrflow().profiles().iter().filter_map(person).collect();
    for person in &mut people {
        let is_new = person.email.clone().is_none_or(|email| emails.insert(email));
        person.is_wrong = person.key == refused;
        person.fate = match is_new {
            _ if person.is_wrong => Fate::Refused,
            _ if person.email.is_none() && !takes_addressless => Fate::Refused,
            true => Fate::Created,
            false => Fate::ThereAlready,
        };
    }
    people
}

fn person(profile: &Value) -> Option<Person> {
    let info = &profile["info"];
    // Whose picture cannot be fetched arrives with a warning: more than a demo has to say.
    let without_picture = info["picture"].as_str().is_none_or(|url| !url.contains("forbidden"));
    let person = Person {
        key: profile["key"].as_str()?.to_owned(),
        name: info["full_name"].as_str()?.to_owned(),
        email: info["email"].as_str().map(str::to_lowercase),
        fate: Fate::Created,
        is_wrong: false,
    };
    without_picture.then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_a_clear_end_is_no_success() {
        let none = Events::default();
        let created = Events { write_success: 1, ..none };
        for (events, fate) in [
            (created, Fate::Created),
            (Events { attachment_failure: 1, ..created }, Fate::Lost),
            (Events { write_duplicate: 1, ..none }, Fate::ThereAlready),
            (Events { write_failure: 1, ..none }, Fate::Refused),
            (none, Fate::Lost),
        ] {
            assert_eq!(Fate::of(&events), fate, "{events:?}");
        }
    }
}
