//! Additions to a candidate: uploads, notes, job applications, values of custom fields.

use serde_json::{Value, json};

use super::Teamtailor;
use super::arrivals::Arrival;
use super::body::{self, Sent, Shape};
use super::document::show_time;
use super::errors::{self, Error};
use super::kinds::Kind;
use super::state::{Record, State};
use super::switches::SecondValue;
use crate::server::{Answer, Received};

type Render<'a> = &'a (dyn Fn(&State, u16, &Record) -> Answer + Sync);

fn shape<'a>(kind: Kind, attributes: &'a [&'a str], relations: &'a [&'a str]) -> Shape<'a> {
    Shape { kind, id: None, attributes, relations, loose_linkage: kind == Kind::Note }
}

/// Returns one error for each relation that is not set.
fn required(sent: &Sent, relations: &[&str]) -> Vec<Error> {
    let missing = relations.iter().filter(|relation| sent.linked(relation).is_none());
    missing
        .map(|relation| errors::unprocessable(&format!("relationships/{relation}"), "can't be blank"))
        .collect()
}

fn none_or(faults: Vec<Error>) -> Result<(), Vec<Error>> {
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

impl Teamtailor {
    /// `POST /v1/uploads`.
    pub(crate) async fn create_upload(
        &self,
        request: &Received,
        render: Render<'_>,
    ) -> Result<Answer, Vec<Error>> {
        let sent = {
            let state = self.lock();
            let sent = body::parse(
                &state,
                request,
                &shape(Kind::Upload, &["url", "file-name"], &["candidate", "job"]),
            )?;
            let mut faults = required(&sent, &["candidate"]);
            if sent.text("url").is_none() {
                faults.push(errors::unprocessable("attributes/url", "can't be blank"));
            }
            none_or(faults)?;
            sent
        };
        let arrival = self.receive("url", sent.attributes.get("url")).await.map_err(|fault| vec![fault])?;
        let Arrival::Came { file, .. } = arrival else { return Err(vec![errors::malformed()]) };

        let mut state = self.lock();
        let mut record = Record::new(Kind::Upload, state.take_id(), self.clock.now());
        let last_segment = || file.source.rsplit('/').next().unwrap_or_default().to_owned();
        let name = sent.text("file-name").map_or_else(last_segment, str::to_owned);
        record.attributes.insert("file-name".into(), name.into());
        record.attributes.insert("url".into(), file.sha256.as_str().into());
        // The account uploaded it, not the candidate.
        record.attributes.insert("internal".into(), true.into());
        record.links = sent.links;
        record.files.push(file);
        Ok(add(&mut state, record, render))
    }

    /// `POST /v1/notes`.
    pub(crate) fn create_note(&self, request: &Received, render: Render<'_>) -> Result<Answer, Vec<Error>> {
        let mut state = self.lock();
        let sent = body::parse(&state, request, &shape(Kind::Note, &["note"], &["candidate", "user"]))?;
        let mut faults = Vec::new();
        if sent.text("note").is_none() {
            let given = sent.attributes.get("note").is_some_and(|note| !note.is_null() && !note.is_string());
            let message = if given { "is invalid" } else { "can't be blank" };
            faults.push(errors::unprocessable("attributes/note", message));
        }
        faults.extend(required(&sent, &["candidate", "user"]));
        none_or(faults)?;
        let mut record = Record::new(Kind::Note, state.take_id(), self.clock.now());
        record.attributes = sent.attributes.clone();
        record.attributes.insert("candidate-id".into(), sent.linked("candidate").into());
        record.attributes.insert("user-id".into(), sent.linked("user").into());
        record.attributes.insert("created-by-trigger".into(), false.into());
        record.attributes.insert("mentioned-user-ids".into(), json!([]));
        record.attributes.insert("private-note".into(), false.into());
        record.links = sent.links;
        Ok(add(&mut state, record, render))
    }

    /// `POST /v1/job-applications`.
    pub(crate) fn create_application(
        &self,
        request: &Received,
        render: Render<'_>,
    ) -> Result<Answer, Vec<Error>> {
        const ATTRIBUTES: [&str; 8] = [
            "cover-letter",
            "created-at",
            "updated-at",
            "rejected-at",
            "referring-url",
            "sourced",
            "send-default-reply",
            "send-user-notifications",
        ];
        let mut state = self.lock();
        let sent = body::parse(
            &state,
            request,
            &shape(Kind::JobApplication, &ATTRIBUTES, &["candidate", "job", "stage"]),
        )?;
        let mut faults = required(&sent, &["candidate", "job"]);
        for name in ["sourced", "send-default-reply", "send-user-notifications"] {
            let value = sent.attributes.get(name).unwrap_or(&Value::Null);
            if state.switches.strict_types && !value.is_null() && !value.is_boolean() {
                faults.push(errors::unprocessable(&format!("attributes/{name}"), "is invalid"));
            }
        }
        none_or(faults)?;
        let pair = |record: &Record| {
            (record.linked("candidate").first().copied(), record.linked("job").first().copied())
        };
        let wanted = (sent.linked("candidate"), sent.linked("job"));
        if state.table(Kind::JobApplication).values().any(|application| pair(application) == wanted) {
            return Err(vec![errors::unprocessable("relationships/candidate", "has already been taken")]);
        }
        let now = self.clock.now();
        let mut record = Record::new(Kind::JobApplication, state.take_id(), now);
        for name in ["cover-letter", "rejected-at", "referring-url", "sourced"] {
            record.attributes.insert(name.into(), sent.attributes.get(name).cloned().unwrap_or_default());
        }
        record.attributes.insert("changed-stage-at".into(), show_time(now).into());
        record.links = sent.links;
        record.links.entry("stage").or_insert_with(|| {
            let inbox = |stage: &&Record| stage.text("stage-type") == "Inbox";
            state.table(Kind::Stage).values().find(inbox).map(|stage| stage.id).into_iter().collect()
        });
        Ok(add(&mut state, record, render))
    }

    /// `POST /v1/custom-field-values`.
    pub(crate) fn create_value(&self, request: &Received, render: Render<'_>) -> Result<Answer, Vec<Error>> {
        let mut state = self.lock();
        let sent = body::parse(
            &state,
            request,
            &shape(Kind::CustomFieldValue, &["value"], &["custom-field", "owner"]),
        )?;
        none_or(required(&sent, &["custom-field", "owner"]))?;
        let (field, owner) = (sent.linked("custom-field"), sent.linked("owner"));
        let (kind, value) =
            value_for(&state, field, sent.attributes.get("value")).map_err(|fault| vec![fault])?;
        let taken = state.table(Kind::CustomFieldValue).values().any(|value| {
            value.linked("custom-field").first().copied() == field
                && value.linked("owner").first().copied() == owner
        });
        if taken && state.switches.second_value == SecondValue::Refuse {
            return Err(vec![errors::unprocessable("relationships/custom-field", "has already been taken")]);
        }
        let mut record = Record::new(Kind::CustomFieldValue, state.take_id(), self.clock.now());
        record.attributes.insert("field-type".into(), kind.into());
        record.attributes.insert("value".into(), value);
        record.links = sent.links;
        Ok(add(&mut state, record, render))
    }

    /// `PATCH /v1/custom-field-values/:id`.
    pub(crate) fn update_value(
        &self,
        request: &Received,
        id: &str,
        render: Render<'_>,
    ) -> Result<Answer, Vec<Error>> {
        let mut state = self.lock();
        let shape = Shape { id: Some(id), ..shape(Kind::CustomFieldValue, &["value"], &[]) };
        let sent = body::parse(&state, request, &shape)?;
        let Some(mut record) = state.find(Kind::CustomFieldValue, id).cloned() else {
            return Err(vec![errors::not_found(id)]);
        };
        let field = record.linked("custom-field").first().copied();
        let (_, value) =
            value_for(&state, field, sent.attributes.get("value")).map_err(|fault| vec![fault])?;
        record.attributes.insert("value".into(), value);
        record.updated = self.clock.now();
        let answer = render(&state, 200, &record);
        state.insert(record);
        Ok(answer)
    }
}

fn add(state: &mut State, record: Record, render: Render<'_>) -> Answer {
    let answer = render(state, 201, &record);
    state.insert(record);
    answer
}

/// Returns a field's type, and the value as reads show it, or an error for a value of another type.
fn value_for(state: &State, field: Option<u64>, value: Option<&Value>) -> Result<(String, Value), Error> {
    let fault = |message: &str| errors::unprocessable("attributes/value", message);
    let field = field.and_then(|id| state.get(Kind::CustomField, id)).ok_or_else(|| fault("is invalid"))?;
    let value = value.filter(|value| !value.is_null() && value.as_str() != Some(""));
    let value = value.ok_or_else(|| fault("can't be blank"))?;
    let options = field.attributes.get("options").and_then(Value::as_array);
    let is_option = |value: &Value| {
        let id = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        id.is_some() && options.into_iter().flatten().any(|option| option["id"].as_u64() == id)
    };
    let kind = field.text("field-type");
    let fits = match kind {
        "CustomField::Checkbox" => value.is_boolean() || matches!(value.as_str(), Some("true" | "false")),
        "CustomField::Number" => {
            value.is_number() || value.as_str().is_some_and(|text| text.parse::<f64>().is_ok())
        }
        "CustomField::Date" => value.as_str().is_some_and(|text| {
            text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::Date>().is_ok()
        }),
        "CustomField::Select" => is_option(value),
        "CustomField::MultiSelect" => value.as_array().is_some_and(|values| values.iter().all(is_option)),
        _ => value.is_string(),
    };
    if !fits {
        return Err(fault("is invalid"));
    }
    // A checkbox is read as text.
    let shown = match value {
        Value::Bool(checked) => checked.to_string().into(),
        other => other.clone(),
    };
    Ok((kind.to_owned(), shown))
}
