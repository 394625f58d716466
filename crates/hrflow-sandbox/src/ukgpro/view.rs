//! Records as responses show them.

use serde_json::{Map, Value, json};

use super::dates;
use super::route::{Part, TENANT};
use super::state::{State, StoredApplication, StoredCandidate, StoredDocument};
use super::switches::ReadKeys;

/// The context that is required to show a record.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    /// The host of the request.
    pub(crate) host: &'a str,
}

impl View<'_> {
    /// Builds a link. Links are always plain HTTP, without the gateway's prefix.
    fn link(&self, rel: &str, path: &str) -> Value {
        json!({"rel": rel, "href": format!("http://{}/{TENANT}/api/{path}", self.host)})
    }

    /// Builds the response of a create.
    pub(crate) fn created(&self, candidate: &StoredCandidate) -> Value {
        let mut shown = self.candidate(candidate);
        if let Some(members) = shown.as_object_mut() {
            const ANSWERED: [&str; 9] = [
                "id",
                "creator",
                "created_at",
                "eeid",
                "preferred_locale",
                "integration_user_id",
                "is_internal",
                "is_active",
                "updated_at",
            ];
            members.retain(|name, _| ANSWERED.contains(&name.as_str()));
        }
        shown
    }

    pub(crate) fn candidate(&self, candidate: &StoredCandidate) -> Value {
        let sent = |name: &str| candidate.fields.get(name).cloned().unwrap_or_default();
        let path = format!("candidates/{}", candidate.id);
        let mut shown = Map::new();
        let mut show = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        show("id", candidate.id.as_str().into());
        show("eeid", Value::Null);
        show("preferred_locale", json!({"id": "1", "code": "en-US"}));
        show(
            "created_at",
            match sent("created_at") {
                Value::Null => dates::show(candidate.created_at).into(),
                sent => sent,
            },
        );
        show("updated_at", dates::show(candidate.updated_at).into());
        show("is_internal", candidate.internal.into());
        show("name", self.name(&sent("name")));
        for name in ["creator", "is_active", "is_willing_to_relocate", "integration_user_id", "contact_info"]
        {
            show(name, sent(name));
        }
        show("hyperlinks", list(sent("hyperlinks")));
        for part in [
            Part::WorkExperience,
            Part::Educations,
            Part::Licenses,
            Part::Skills,
            Part::Behaviors,
            Part::Motivations,
        ] {
            let name = match self.state.switches.read_keys {
                ReadKeys::Read => part.member(),
                ReadKeys::Import => part.imported(),
            };
            show(name, self.part(candidate, part));
        }
        let documents = self.link("documents", &format!("{path}/documents"));
        show("links", json!([self.link("self", &path), documents]));
        Value::Object(shown)
    }

    /// Returns the entries of one list, with the records that their ids refer to.
    pub(crate) fn part(&self, candidate: &StoredCandidate, part: Part) -> Value {
        let entries = candidate.entries(part.member()).iter();
        match part {
            Part::Skills => entries.map(|entry| self.skill(entry)).collect(),
            _ => entries.cloned().collect(),
        }
    }

    fn skill(&self, entry: &Value) -> Value {
        let mut levels = self.state.tenant.proficiency_levels.iter();
        let level = levels.find(|level| level["id"] == entry["proficiency_level"]["id"]);
        json!({"skill": entry["skill"], "proficiency_level": level})
    }

    fn name(&self, sent: &Value) -> Value {
        let mut name = sent.clone();
        for (member, known) in
            [("prefix", &self.state.tenant.prefixes), ("suffix", &self.state.tenant.suffixes)]
        {
            if let Some(record) = known.iter().find(|record| record["id"] == sent[member]) {
                name[member] = record.clone();
            }
        }
        name
    }

    pub(crate) fn name_and_email(&self, candidate: &StoredCandidate) -> Value {
        let name = candidate.fields.get("name");
        json!({"id": candidate.id, "name": name, "email": candidate.email()})
    }

    pub(crate) fn document(&self, owner: &str, document: &StoredDocument) -> Value {
        let path = format!("{owner}/documents/{}", document.id);
        json!({
            "id": document.id,
            "file_name": document.file_name,
            "document_type": document.document_type,
            "description": document.description,
            "creator": null,
            "created_at": dates::show(document.at),
            "links": [self.link("Download", &format!("{path}/download"))],
        })
    }

    pub(crate) fn application(&self, application: &StoredApplication) -> Value {
        let path = format!("applications/{}", application.id);
        let candidate = self.state.candidate(&application.candidate_id);
        let experiences = candidate.map(|candidate| self.part(candidate, Part::WorkExperience));
        let source = application.fields.get("application_source").cloned().unwrap_or_default();
        let source_id = if source.is_object() { source["id"].clone() } else { source };
        let mut sources = self.state.tenant.applicant_sources.iter();
        let documents: Vec<Value> =
            application.documents.iter().map(|document| self.document(&path, document)).collect();
        json!({
            "id": application.id,
            "candidate": {"id": application.candidate_id},
            "opportunity": {"id": application.opportunity_id},
            "applicant_source": sources.find(|source| source["id"] == source_id),
            "origin": application.fields.get("origin"),
            "available_start_date": application.fields.get("available_start_date"),
            "work_experiences": experiences,
            "documents": documents,
            "created_at": dates::show(application.created_at),
            "updated_at": dates::show(application.updated_at),
            "links": [
                self.link("self", &path),
                self.link("documents", &format!("{path}/documents")),
            ],
        })
    }
}

fn list(value: Value) -> Value {
    if value.is_null() { json!([]) } else { value }
}
