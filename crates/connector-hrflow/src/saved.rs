//! What a file that should hold profiles holds: profiles, responses of HrFlow.ai that were saved, or something else.

use hrflow_core::repair::Step;
use serde_json::{Map, Value};

use crate::Filled;

/// Fields of [`Info`](crate::Info) that tables have as columns, in the spelling in which they are compared.
const COLUMNS: [&str; 9] =
    ["email", "emailaddress", "mail", "firstname", "lastname", "fullname", "name", "phone", "phonenumber"];

/// A JSON object of such a file.
#[derive(Debug, PartialEq)]
pub enum Saved {
    /// A profile, or an object with nothing in it that says otherwise.
    Profile(Map<String, Value>),
    /// What stands under `data` in a response: profiles, as far as can be told, each with its path in the object.
    Response(Vec<(Vec<Step>, Value)>),
    /// Something that is known not to be a profile.
    Other(Foreign),
}

/// A kind of object that is often taken for a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// A résumé as [JSON Resume](https://jsonresume.org/schema) has it.
    JsonResume,
    /// A row of a table: these fields stand at the top level instead of under `info`.
    FlatRow(Vec<String>),
    /// An error that HrFlow.ai returned, with its `code`.
    ErrorResponse(u64),
    /// A response of HrFlow.ai without data.
    EmptyResponse,
}

impl Saved {
    /// Tells what an object is. It is not changed: its content counts, not the names of its other fields.
    ///
    /// A response is an object with `data` and without `info`: one profile, a list of them, or an object with
    /// `profiles` (searching) or `profile` (parsing).
    pub fn read(object: Map<String, Value>) -> Self {
        if object.get("info").is_some_and(Value::is_object) {
            return Self::Profile(object);
        }
        if let Some(foreign) = foreign(&object) {
            return Self::Other(foreign);
        }
        let mut object = object;
        match object.remove("data") {
            Some(Value::Array(profiles)) => listed(&["data"], profiles),
            Some(Value::Object(mut data)) if !data.contains_key("info") => {
                match (data.remove("profiles"), data.remove("profile")) {
                    (Some(Value::Array(profiles)), _) => listed(&["data", "profiles"], profiles),
                    (_, Some(profile @ Value::Object(_))) => {
                        Self::Response(vec![(path(&["data", "profile"]), profile)])
                    }
                    _ => Self::Response(vec![(path(&["data"]), Value::Object(data))]),
                }
            }
            Some(profile @ Value::Object(_)) => Self::Response(vec![(path(&["data"]), profile)]),
            Some(other) => {
                object.insert("data".to_owned(), other);
                Self::Profile(object)
            }
            None => Self::Profile(object),
        }
    }
}

fn path(fields: &[&str]) -> Vec<Step> {
    fields.iter().map(|field| Step::Field((*field).to_owned())).collect()
}

fn listed(fields: &[&str], profiles: Vec<Value>) -> Saved {
    let profiles = profiles.into_iter().enumerate().map(|(index, profile)| {
        let mut path = path(fields);
        path.push(Step::Index(index));
        (path, profile)
    });
    Saved::Response(profiles.collect())
}

fn foreign(object: &Map<String, Value>) -> Option<Foreign> {
    let is = |name: &str, kind: fn(&Value) -> bool| object.get(name).is_some_and(kind);
    if is("basics", Value::is_object) || is("work", Value::is_array) {
        return Some(Foreign::JsonResume);
    }
    let code = object.get("code").and_then(Value::as_u64);
    let has_data = is("data", |data| data.is_object() || data.is_array());
    match code.filter(|_| !has_data && is("message", Value::is_string)) {
        Some(code) if code >= 400 => return Some(Foreign::ErrorResponse(code)),
        Some(_) => return Some(Foreign::EmptyResponse),
        None => {}
    }
    let columns = object.iter().filter(|(name, value)| is_column(name) && is_scalar(value));
    let columns: Vec<String> = columns.map(|(name, _)| name.clone()).collect();
    (!columns.is_empty()).then_some(Foreign::FlatRow(columns))
}

/// Case, spaces, `_` and `-` do not count: `First Name` is `first_name`.
fn is_column(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let letters: String = letters.flat_map(char::to_lowercase).collect();
    COLUMNS.contains(&letters.as_str())
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::String(text) => text.filled().is_some(),
        value => value.is_number(),
    }
}

impl Foreign {
    /// Describes the object, to continue "line 1 is". No value is repeated.
    pub fn description(&self) -> String {
        match self {
            Self::JsonResume => "a JSON Resume, not a profile of HrFlow.ai".to_owned(),
            Self::FlatRow(columns) => {
                format!("a flat row ({} at the top level), not a profile of HrFlow.ai", columns.join(", "))
            }
            Self::ErrorResponse(code) => {
                format!("an error response of HrFlow.ai (code {code}), not a profile")
            }
            Self::EmptyResponse => "a response of HrFlow.ai without data, not a profile".to_owned(),
        }
    }

    /// Returns what the user can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::JsonResume => {
                "Convert it: basics.email to info.email, basics.name to info.full_name, work to experiences, education to \
                 educations."
            }
            Self::FlatRow(_) => {
                "Put these fields under info: {\"key\": …, \"info\": {\"email\": …, \"first_name\": …, \"last_name\": …}}."
            }
            Self::ErrorResponse(_) | Self::EmptyResponse => {
                "Correct the request, and save its response again."
            }
        }
    }
}

/// Names the source of a profile that names none. A profile with neither key nor reference is known by its content, and
/// stays unchanged.
pub fn with_source(mut profile: Value, source_key: &str) -> Value {
    let names = |value: Option<&Value>| value.is_some_and(is_scalar);
    if let Value::Object(fields) = &mut profile
        && (names(fields.get("key")) || names(fields.get("reference")))
        && !names(fields.get("source_key"))
        && !fields.get("source").is_some_and(|source| is_scalar(source) || names(source.get("key")))
    {
        fields.insert("source_key".to_owned(), source_key.into());
    }
    profile
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Saved {
        let Value::Object(object) = value else { panic!("{value}") };
        Saved::read(object)
    }

    #[test]
    fn responses_are_unwrapped() {
        let profile = json!({ "key": "k", "info": { "email": "ada@example.com" } });
        for (response, profiles) in [
            (json!({ "code": 200, "message": "Profile", "data": profile }), vec![profile.clone()]),
            (json!({ "data": [profile, profile] }), vec![profile.clone(), profile.clone()]),
            (
                json!({ "code": 200, "message": "…", "meta": { "page": 1, "maxPage": 3 }, "data": [profile] }),
                vec![profile.clone()],
            ),
            (json!({ "data": { "profiles": [profile], "filters": [] } }), vec![profile.clone()]),
            (json!({ "code": 201, "data": { "parsing": {}, "profile": profile } }), vec![profile.clone()]),
            (json!({ "code": 200, "message": "…", "data": [] }), vec![]),
            (json!({ "data": {} }), vec![json!({})]),
        ] {
            let Saved::Response(found) = read(response.clone()) else { panic!("{response}") };
            let found: Vec<Value> = found.into_iter().map(|(_, profile)| profile).collect();
            assert_eq!(found, profiles, "{response}");
        }
    }

    #[test]
    fn profiles_stay_as_they_are() {
        for profile in [
            json!({}),
            json!({ "key": "k", "info": {}, "data": [1], "email": "ada@example.com", "basics": {} }),
            json!({ "reference": "r", "text": "Ada", "data": "more" }),
            json!({ "key": "k", "name": null, "email": "", "phone": [] }),
        ] {
            assert_eq!(read(profile.clone()), Saved::Profile(profile.as_object().unwrap().clone()));
        }
    }

    #[test]
    fn what_is_something_else_is_named_without_its_values() {
        for (object, words) in [
            (json!({ "basics": { "email": "ada@example.com" }, "work": [] }), "line 3 is a JSON Resume,"),
            (json!({ "work": [{ "name": "Example" }] }), "line 3 is a JSON Resume,"),
            (
                json!({ "id": 1, "email": "ada@example.com", "First Name": "Ada", "city": "Lille" }),
                "line 3 is a flat row (First Name, email at the top level)",
            ),
            (
                json!({ "key": "k", "phone": 33600000001_u64 }),
                "line 3 is a flat row (phone at the top level)",
            ),
            (json!({ "code": 401, "message": "Invalid key" }), "an error response of HrFlow.ai (code 401)"),
            (json!({ "code": 200, "message": "OK", "data": null }), "a response of HrFlow.ai without data"),
        ] {
            let Saved::Other(foreign) = read(object.clone()) else { panic!("{object}") };
            let told = format!("line 3 is {}. {}", foreign.description(), foreign.advice());
            assert!(told.contains(words), "{told}");
            assert!(!told.contains("example.com") && !told.contains("Ada"), "{told}");
        }
    }

    #[test]
    fn a_source_is_named_where_there_is_none() {
        for named in [
            json!({ "key": "k", "source": { "key": "own" } }),
            json!({ "key": "k", "source": "own" }),
            json!({ "reference": "r", "source_key": "own" }),
            json!({ "info": { "email": "ada@example.com" } }),
            json!({ "key": "", "reference": null }),
        ] {
            assert_eq!(with_source(named.clone(), "src"), named);
        }
        for source in [json!(null), json!({}), json!({ "key": null }), json!([]), json!("")] {
            let profile = with_source(json!({ "key": 7, "source": source, "source_key": null }), "src");
            assert_eq!(profile["source_key"], "src", "{source}");
        }
    }
}
