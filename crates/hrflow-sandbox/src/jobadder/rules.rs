//! Validation of a candidate's fields against the account.

use serde_json::{Map, Value};

use super::account::{Account, Kind};
use super::errors::{Code, ErrorItem};
use super::reader::is_date;
use super::switches::Switches;
use crate::email::is_email;

const MOST_TAGS: usize = 100;
const LONGEST_TAG: usize = 100;

/// Returns every error of a candidate. Fields of the wrong type are skipped. For a `whole` candidate, absent fields
/// count as empty.
pub(crate) fn faults(
    candidate: &Map<String, Value>,
    account: &Account,
    switches: &Switches,
    whole: bool,
) -> Vec<ErrorItem> {
    let mut rules = Rules { candidate, account, switches, errors: Vec::new() };
    rules.name(whole);
    rules.email();
    rules.references();
    rules.lists();
    rules.skill_tags();
    rules.country();
    rules.availability();
    rules.custom(whole);
    rules.errors
}

struct Rules<'a> {
    candidate: &'a Map<String, Value>,
    account: &'a Account,
    switches: &'a Switches,
    errors: Vec<ErrorItem>,
}

impl Rules<'_> {
    fn invalid(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(ErrorItem::invalid(field, message));
    }

    fn name(&mut self, whole: bool) {
        if !self.switches.name_required {
            return;
        }
        for field in ["firstName", "lastName"] {
            let blank = match self.candidate.get(field) {
                None => whole,
                Some(Value::Null) => true,
                Some(name) => name.as_str().is_some_and(|name| name.trim().is_empty()),
            };
            if blank {
                self.errors.push(ErrorItem::missing(field));
            }
        }
    }

    fn email(&mut self) {
        let email = self.candidate.get("email").and_then(Value::as_str);
        if self.switches.email_syntax && email.is_some_and(|email| !is_email(email)) {
            self.invalid("email", "The field email is not a valid e-mail address.");
        }
    }

    /// Checks that ids exist in the account.
    fn references(&mut self) {
        self.reference(Kind::Status, "statusId", self.candidate.get("statusId"));
        if let Some(employment) = self.candidate.get("employment") {
            for part in ["current", "ideal"] {
                let field = format!("employment.{part}.workTypeId");
                self.reference(Kind::WorkType, &field, employment[part].get("workTypeId"));
            }
            for (index, other) in employment["ideal"]["other"].as_array().into_iter().flatten().enumerate() {
                let field = format!("employment.ideal.other[{index}].workTypeId");
                self.reference(Kind::WorkType, &field, other.get("workTypeId"));
            }
        }
        let recruiters = self.candidate.get("recruiterUserId").and_then(Value::as_array);
        for (index, recruiter) in recruiters.into_iter().flatten().enumerate() {
            self.reference(Kind::User, &format!("recruiterUserId[{index}]"), Some(recruiter));
        }
    }

    fn reference(&mut self, kind: Kind, field: &str, id: Option<&Value>) {
        if let Some(id) = id.and_then(Value::as_i64)
            && self.account.get(kind, id).is_none()
        {
            self.errors.push(ErrorItem::new(Code::Missing, field, format!("{id} does not exist.")));
        }
    }

    fn lists(&mut self) {
        if !self.switches.listed_values_only {
            return;
        }
        for (field, kind) in
            [("source", Kind::Source), ("rating", Kind::Rating), ("salutation", Kind::Salutation)]
        {
            let value = self.candidate.get(field).and_then(Value::as_str);
            if value.is_some_and(|value| !self.account.lists(kind, value)) {
                self.invalid(field, format!("The field {field} is not one of the account's values."));
            }
        }
    }

    fn skill_tags(&mut self) {
        let Some(tags) = self.candidate.get("skillTags").and_then(Value::as_array) else { return };
        if !self.switches.skill_tag_limits {
            return;
        }
        if tags.len() > MOST_TAGS {
            self.invalid(
                "skillTags",
                format!("The field skillTags must have a maximum length of {MOST_TAGS}."),
            );
        }
        for (index, tag) in tags.iter().enumerate() {
            if tag.as_str().is_some_and(|tag| tag.chars().count() > LONGEST_TAG) {
                let message = format!("A skill tag has at most {LONGEST_TAG} characters.");
                self.invalid(&format!("skillTags[{index}]"), message);
            }
        }
    }

    fn country(&mut self) {
        let code = self.candidate.get("address").and_then(|address| address["countryCode"].as_str());
        if self.switches.country_codes && code.is_some_and(|code| self.account.country(code).is_none()) {
            self.invalid("address.countryCode", "The field countryCode is not the code of a country.");
        }
    }

    /// Checks that exactly one of `immediate`, `relative` and `date` is set. `relative` is 1 to 4 weeks or 1 to 6 months.
    fn availability(&mut self) {
        let Some(availability) = self.candidate.get("availability").and_then(Value::as_object) else {
            return;
        };
        let given = availability.values().filter(|value| !value.is_null()).count();
        if given != 1 {
            self.invalid("availability", "Specify one of immediate, relative or date.");
        }
        let Some(relative) = availability.get("relative") else { return };
        let most = match relative["unit"].as_str() {
            Some("Week") => 4,
            Some("Month") => 6,
            _ => return,
        };
        if relative["period"].as_i64().is_some_and(|period| !(1..=most).contains(&period)) {
            self.invalid(
                "availability.relative.period",
                format!("The field period must be between 1 and {most}."),
            );
        }
    }

    fn custom(&mut self, whole: bool) {
        let sent: Vec<&Value> =
            self.candidate.get("custom").and_then(Value::as_array).into_iter().flatten().collect();
        for (index, value) in sent.iter().enumerate() {
            let Some(id) = value["fieldId"].as_i64() else { continue };
            match self.account.get(Kind::CustomField, id) {
                None => {
                    let field = format!("custom[{index}].fieldId");
                    self.errors.push(ErrorItem::new(Code::Missing, &field, format!("{id} does not exist.")));
                }
                Some(definition) => {
                    if let Err(message) = custom_value(definition, &value["value"]) {
                        self.invalid(&format!("custom[{index}].value"), message);
                    }
                }
            }
        }
        if !whole || !self.switches.mandatory_custom_fields {
            return;
        }
        for definition in self.account.table(Kind::CustomField).filter(|field| field["mandatory"] == true) {
            let filled =
                |value: &&Value| value["fieldId"] == definition["fieldId"] && !value["value"].is_null();
            if !sent.iter().any(filled) {
                self.errors.push(ErrorItem::missing("custom"));
            }
        }
    }
}

/// Checks a custom value: a text, a date, or an array of one or more values of a list. Other types, such as URL and
/// lookup, accept any text (API documentation, candidates, example).
fn custom_value(definition: &Value, value: &Value) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    match (definition["type"].as_str().unwrap_or_default(), value) {
        ("List", Value::Array(chosen)) => {
            let offered = definition["values"].as_array().cloned().unwrap_or_default();
            if chosen.iter().any(|choice| !offered.contains(choice)) {
                return Err("The value is not one of the list's.".to_owned());
            }
            if chosen.len() > 1 && definition["multiSelect"] != true {
                return Err("The list takes one value only.".to_owned());
            }
            Ok(())
        }
        ("List", _) => Err("An array of texts is expected.".to_owned()),
        ("Date", Value::String(text)) if is_date(text) => Ok(()),
        ("Date", _) => Err("A date is expected.".to_owned()),
        (_, Value::String(text)) => match definition["maxLength"].as_u64() {
            Some(most) if text.chars().count() as u64 > most => {
                Err(format!("The value must have a maximum length of {most}."))
            }
            _ => Ok(()),
        },
        _ => Err("A text is expected.".to_owned()),
    }
}
