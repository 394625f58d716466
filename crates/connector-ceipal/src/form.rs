//! From an applicant to the form that is sent. Pure: only ids of countries and states are missing afterwards.

use connector_hrflow::{line, phone};
use hrflow_core::{Error, ErrorKind, Result, Warning, Warnings, text::length};
use serde_json::{Map, Value};

use crate::{applicant::Applicant, parameters::Parameters};

/// The fewest and the most digits of a phone number (those of international numbers).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// The fields of a form, in order, each once.
#[derive(Clone, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
    /// What does not fit into the form.
    pub(crate) warnings: Warnings,
}

impl Form {
    /// The form of an applicant, with country and state as they are named.
    pub(crate) fn of(parameters: &Parameters, item: &Applicant) -> Self {
        let names = &parameters.field_map;
        let standard = &item.standard_fields;
        let mut form = Self::default();
        let short = usize::from(parameters.text_limit);
        let long = usize::from(parameters.long_text_limit);
        form.text(names.first_name(), &standard.firstname, short);
        form.text(names.last_name(), &standard.lastname, short);
        form.text(names.email(), &item.email(), usize::MAX);
        form.phone(names.phone(), &standard.mobile_number);
        form.text(names.address(), &standard.address, short);
        form.text(names.city(), &standard.city, short);
        form.text(names.state(), &standard.state, short);
        form.text(names.country(), &standard.country, short);
        form.text(names.skills(), &joined(&item.skills), long);
        form.text(names.job_title(), &item.job_title, short);
        form.url(names.linkedin(), &item.linkedin, short);
        form.text(names.postcode(), &item.postcode, short);
        form.members("standard_fields", &standard.other);
        form.members("custom_fields", &item.custom_fields);
        for (name, value) in &item.other {
            match value {
                Value::Object(members) => form.members(name, members),
                value => form.value(name, value),
            }
        }
        for (tag, key) in &parameters.custom_field_map {
            let key = key.strip_prefix("custom_fields.").unwrap_or(key);
            form.text(Some(&format!("custom_fields.{key}")), &item.tags.get(tag).cloned(), long);
        }
        form.text(names.source(), &parameters.source_id, usize::MAX);
        for (name, value) in &parameters.extra_fields {
            form.set(name, value.clone());
        }
        if let Some(job) = parameters.job_id() {
            form.set(parameters.job_field(), job.to_owned());
        }
        form
    }

    /// Rejects what Ceipal could not tell apart from others, or would reject. Returns the email address.
    pub(crate) fn check(&self, parameters: &Parameters, item: &Applicant) -> Result<String> {
        let Some(email) = item.email() else {
            return Err(Error::new(
                ErrorKind::Invalid,
                "the profile has no valid e-mail address, which Ceipal tells applicants apart by",
            )
            .advise("Add one to the profile, or discard such profiles with a logic."));
        };
        let is_empty = |name: Option<&str>| name.is_some_and(|name| self.get(name).is_none());
        if is_empty(parameters.field_map.first_name()) {
            return Err(Error::new(
                ErrorKind::Invalid,
                "the profile has no name, and Ceipal requires a first name",
            )
            .advise("Add one to the profile, or discard such profiles with a logic."));
        }
        Ok(email)
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Sets a field, over what it had.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.fields.push((name.to_owned(), value)),
        }
    }

    /// Takes a field out, for a reason. The value is told only if it is no personal data.
    pub(crate) fn leave_out(&mut self, name: &str, why: &str, value: Option<&str>) {
        self.fields.retain(|(known, _)| known != name);
        let warning = Warning::new(name, format_args!("{why}; left out"));
        self.warnings.push(Warning { value: value.map(str::to_owned), ..warning });
    }

    /// One line of at most so many characters.
    fn text(&mut self, name: Option<&str>, value: &Option<String>, most: usize) {
        let (Some(name), Some(value)) = (name, line(value)) else { return };
        let value = self.warnings.cut(name, &value, most);
        self.set(name, value);
    }

    /// An address, which cannot be cut.
    fn url(&mut self, name: Option<&str>, value: &Option<String>, most: usize) {
        let (Some(name), Some(value)) = (name, line(value)) else { return };
        match length(&value) <= most {
            true => self.set(name, value),
            false => self.warnings.add(name, format_args!("Longer than {most} characters; left out")),
        }
    }

    fn phone(&mut self, name: Option<&str>, value: &Option<String>) {
        let (Some(name), Some(value)) = (name, line(value)) else { return };
        match digits(&value) {
            Some(number) => self.set(name, number),
            None => self.warnings.add(name, "No phone number of 7 to 15 digits; left out"),
        }
    }

    fn members(&mut self, group: &str, members: &Map<String, Value>) {
        for (name, value) in members {
            self.value(&format!("{group}.{name}"), value);
        }
    }

    /// A value of a user's own mapping. Several are joined with commas, as the application form does it.
    fn value(&mut self, name: &str, value: &Value) {
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        let mut texts = Vec::new();
        for value in values {
            match value {
                Value::Null => {}
                Value::Bool(yes) => texts.push(u8::from(*yes).to_string()),
                Value::Number(number) => texts.push(number.to_string()),
                Value::String(text) => texts.extend(Some(text.trim().to_owned()).filter(|it| !it.is_empty())),
                Value::Array(_) | Value::Object(_) => {
                    self.warnings.add(name, "A form holds text, not objects; left out");
                    return;
                }
            }
        }
        if !texts.is_empty() {
            self.set(name, texts.join(","));
        }
    }
}

/// A comma inside a name would make two of it.
fn joined(skills: &[String]) -> Option<String> {
    let skills: Vec<String> = skills.iter().filter_map(|skill| line(&skill.replace(',', " "))).collect();
    Some(skills.join(",")).filter(|skills| !skills.is_empty())
}

/// A plus sign, if there is one, and the digits of the first number in a text of a user's own mapping.
fn digits(text: &str) -> Option<String> {
    let number = phone::find(text, None).phone?.digits();
    PHONE_DIGITS.contains(&number.trim_start_matches('+').len()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_a_plus_sign_and_digits() {
        for (text, number) in [
            ("+33 199 00 01 42", Some("+33199000142")),
            ("+46 (0)8 55 51 23 45", Some("+46855512345")),
            ("(415) 555-0100", Some("4155550100")),
            ("tel: 0199.00.01.42", Some("0199000142")),
            ("0199 000142 / 0199 000143", Some("0199000142")),
            ("+1 415 555 0100 ext. 7", Some("+14155550100")),
            ("12345", None),
            ("1234567890123456", None),
            ("ask my mother", None),
            ("", None),
            ("+", None),
        ] {
            assert_eq!(digits(text).as_deref(), number, "{text}");
        }
    }
}
