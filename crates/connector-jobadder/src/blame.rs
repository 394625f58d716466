//! Which of our parameters a refusal is about: JobAdder names members of the body, and a user knows parameters.

use hrflow_core::Error;
use serde_json::{Map, Value};

use crate::{errors::FIELDS, parameters::Parameters};

/// Members that parameters fill, unless the item says them itself.
const SETTINGS: [(&str, &str); 6] = [
    ("source", "source"),
    ("statusId", "status_id"),
    ("recruiterUserId", "recruiter_user_ids"),
    ("seeking", "seeking"),
    ("rating", "rating"),
    ("salutation", "salutation"),
];

/// A refusal of a candidate, with the parameters that it is about. `item` is the body without what parameters add to
/// created candidates, `sent` is all of it.
pub(crate) fn of_candidate(
    error: Error,
    parameters: &Parameters,
    item: &Map<String, Value>,
    sent: &Map<String, Value>,
) -> Error {
    let mut names = Vec::new();
    for path in error.context(FIELDS).unwrap_or_default().split(' ') {
        let member = path.split(['.', '[']).next().unwrap_or_default();
        let setting = SETTINGS.iter().find(|(name, _)| name.eq_ignore_ascii_case(member));
        match setting {
            Some((name, parameter)) if sent.contains_key(*name) && !item.contains_key(*name) => {
                names.push((*parameter).to_owned());
            }
            None if member.eq_ignore_ascii_case("custom") => names.extend(custom(path, parameters, sent)),
            _ => {}
        }
    }
    blamed(error, names)
}

/// A refusal of an application: of all that is sent, only the source is a user's.
pub(crate) fn of_application(error: Error) -> Error {
    let fields = error.context(FIELDS).unwrap_or_default();
    let is_source = fields.split(' ').any(|path| path.eq_ignore_ascii_case("source"));
    blamed(error, is_source.then(|| "source".to_owned()).into_iter().collect())
}

fn blamed(error: Error, mut names: Vec<String>) -> Error {
    names.dedup();
    if names.is_empty() {
        return error;
    }
    let names = names.join(", ");
    error.with("parameter", &names).advise(format!("Check target_parameters: {names}."))
}

/// The parameters that fill a custom field: of `custom[1].value` the second one, else all of them.
fn custom(path: &str, parameters: &Parameters, sent: &Map<String, Value>) -> Vec<String> {
    let index = path.split_once('[').and_then(|(_, rest)| rest.split_once(']')?.0.parse::<usize>().ok());
    let field = index.and_then(|index| sent.get("custom")?.get(index)?.get("fieldId")?.as_u64());
    let is_meant = |id: u32| field.is_none_or(|field| field == u64::from(id));
    let named = parameters.custom_fields.iter().filter(|(_, id)| is_meant(**id));
    let named = named.map(|(name, _)| format!("custom_fields.{name}"));
    let reference = parameters.reference_field_id.filter(|id| is_meant(*id));
    named.chain(reference.map(|_| "reference_field_id".to_owned())).collect()
}
