//! The fields of a form that describe a new applicant, for create and apply.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::Ceipal;
use super::state::{State, StoredFile};
use super::switches::Switches;
use crate::email::is_email;
use crate::files::Document;
use crate::form::{self, Part};
use crate::server::Received;

const PREFIX: &str = "standard_fields.";
/// Fields that working clients send. Others may exist: no list is published.
const KNOWN: [&str; 11] = [
    "address",
    "city",
    "country",
    "email",
    "firstname",
    "gdpr_consent_period",
    "gdpr_consent_type",
    "lastname",
    "mobile_number",
    "state",
    "work_authorization",
];

/// A form with its fields under their usual names.
pub(crate) struct Sent {
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) unknown: BTreeMap<String, String>,
    pub(crate) files: Vec<Part>,
}

/// Reads the form of a body: multipart, or URL-encoded if that is accepted. `besides` names further known fields.
pub(crate) async fn sent(
    request: &Received,
    switches: &Switches,
    parts_only: bool,
    besides: &str,
) -> Option<Sent> {
    let mut sent = Sent { fields: BTreeMap::new(), unknown: BTreeMap::new(), files: Vec::new() };
    match form::media_type(request).as_str() {
        "multipart/form-data" => {
            for mut part in form::parts(request).await? {
                part.name = usual_name(&part.name, switches);
                if part.file_name.is_some() {
                    sent.files.push(part);
                } else {
                    sent.take(part.name, String::from_utf8_lossy(&part.bytes).into_owned(), besides);
                }
            }
        }
        "application/x-www-form-urlencoded" if !parts_only => {
            for (name, value) in form::fields(request) {
                sent.take(usual_name(&name, switches), value, besides);
            }
        }
        _ => return None,
    }
    Some(sent)
}

/// Returns the usual name of a field. A renamed field is unknown by its usual name.
fn usual_name(name: &str, switches: &Switches) -> String {
    if let Some((usual, _)) = switches.field_names.iter().find(|(_, here)| *here == name) {
        return usual.clone();
    }
    match switches.field_names.contains_key(name) {
        true => format!("{name} (by its usual name)"),
        false => name.to_owned(),
    }
}

impl Sent {
    fn take(&mut self, name: String, value: String, besides: &str) {
        let standard = name.strip_prefix(PREFIX).is_some_and(|key| KNOWN.contains(&key));
        let known = standard || name.starts_with("custom_fields.") || name == besides;
        if known {
            self.fields.insert(name, value)
        } else {
            self.unknown.insert(name, value)
        };
    }

    /// Returns a standard field that is not empty.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let value = self.fields.get(&format!("{PREFIX}{key}"))?;
        if value.trim().is_empty() { None } else { Some(value) }
    }

    fn has(&self, name: &str) -> bool {
        let text = self.fields.get(name).or_else(|| self.unknown.get(name));
        text.is_some_and(|text| !text.trim().is_empty()) || self.files.iter().any(|file| file.name == name)
    }

    /// Returns the applicant's fields as the API shows them, or an error message.
    pub(crate) fn check(
        &self,
        state: &State,
        required: &BTreeSet<String>,
    ) -> Result<Map<String, Value>, String> {
        for name in required {
            if !self.has(name) {
                return Err(format!("The {} field is required.", name.strip_prefix(PREFIX).unwrap_or(name)));
            }
        }
        let email = self.text("email").unwrap_or_default();
        if !is_email(email) {
            return Err("Please provide a valid email.".to_owned());
        }
        let mobile = self.text("mobile_number");
        if state.switches.check_mobile_number && mobile.is_some_and(|number| !is_mobile(number)) {
            return Err("Please provide a valid mobile number.".to_owned());
        }
        let country = match self.text("country") {
            Some(id) => Some(state.tenant.country(id).ok_or("The country is not valid.")?),
            None => None,
        };
        let region = match (self.text("state"), country) {
            (Some(id), Some(country)) => {
                Some(state.tenant.state(id, country).ok_or("The state is not valid for the country.")?)
            }
            (Some(_), None) => return Err("The state is not valid for the country.".to_owned()),
            (None, _) => None,
        };
        let name = |record: Option<&Value>| record.map(|record| record["name"].clone());
        Ok(self.record(name(country), name(region)))
    }

    /// Builds the record. Countries and states are sent as ids and shown as names.
    fn record(&self, country: Option<Value>, state: Option<Value>) -> Map<String, Value> {
        let text = |key: &str| self.text(key).map(str::trim);
        let record = json!({
            "firstname": text("firstname"),
            "middlename": null,
            "lastname": text("lastname"),
            "email": text("email"),
            "email_address_1": "",
            "mobile_number": text("mobile_number"),
            "other_phone": "",
            "home_phone_number": null,
            "work_phone_number": null,
            "address": text("address"),
            "city": text("city"),
            "state": state.unwrap_or_else(|| "".into()),
            "country": country.unwrap_or_else(|| "".into()),
            "applicant_status": "New lead",
            "source": "API",
            "skills": "",
            "job_title": null,
            "work_authorization": null,
            "work_authorization_id": text("work_authorization"),
        });
        match record {
            Value::Object(record) => record,
            _ => Map::new(),
        }
    }

    /// Checks the files. Returns an error message if one is rejected.
    pub(crate) fn check_files(&self, switches: &Switches) -> Result<(), String> {
        let texts = self.fields.keys().chain(self.unknown.keys());
        if texts.into_iter().any(|name| name.starts_with("document_fields.")) {
            return Err("The document must be a file.".to_owned());
        }
        for file in &self.files {
            let name = file.file_name.as_deref().unwrap_or_default();
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
            if !extension.is_some_and(|extension| switches.resume_extensions.contains(&extension)) {
                let types: Vec<&str> = switches.resume_extensions.iter().map(String::as_str).collect();
                return Err(format!("The document must be a file of type: {}.", types.join(", ")));
            }
            if file.bytes.is_empty() {
                return Err("The document is empty.".to_owned());
            }
            if file.bytes.len() > switches.resume_size {
                return Err(format!("The document may not be greater than {} bytes.", switches.resume_size));
            }
        }
        Ok(())
    }
}

fn is_mobile(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the required fields of a new applicant, or of a job application.
pub(crate) fn required(switches: &Switches, applies: bool) -> BTreeSet<String> {
    let mut names = switches.required_fields.clone();
    names.extend(["firstname", "email"].map(|key| format!("{PREFIX}{key}")));
    if applies {
        names.extend(switches.apply_required_fields.iter().cloned());
    }
    names
}

impl Ceipal {
    /// Stores the files and returns their records.
    pub(crate) fn kept(&self, files: Vec<Part>, now: Timestamp) -> Vec<StoredFile> {
        let keep = |file: Part| {
            let content_type = file.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
            StoredFile {
                field: file.name,
                file_name: file.file_name.unwrap_or_default(),
                content_type: content_type.clone(),
                size: file.bytes.len(),
                sha256: self.files.hold(Document { content_type, bytes: file.bytes }),
                at: now,
            }
        };
        files.into_iter().map(keep).collect()
    }
}
