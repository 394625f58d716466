//! Paths and methods.

use super::kinds::Kind;

/// The action of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    List,
    Get,
    Create,
    Update,
    Delete,
    /// The related records of a record.
    Related,
    /// A change of one relation.
    Relationship,
    /// `POST /v1/files`.
    File,
}

/// An existing route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) kind: Kind,
    pub(crate) action: Action,
    pub(crate) method: String,
    pub(crate) id: String,
    pub(crate) relation: String,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str) -> Option<Route> {
        let segments: Vec<&str> = path.strip_prefix("/v1/")?.split('/').collect();
        let route = |kind, action, id: &str, relation: &str| {
            let (method, id, relation) = (method.to_owned(), id.to_owned(), relation.to_owned());
            Some(Route { kind, action, method, id, relation })
        };
        match (method, segments.as_slice()) {
            // The key belongs to one company, so the path has no id.
            ("GET", ["company"]) => route(Kind::Company, Action::Get, "1", ""),
            ("POST", ["files"]) => route(Kind::Upload, Action::File, "", ""),
            (_, [kind, rest @ ..]) => {
                let kind = Kind::named(kind).filter(|kind| *kind != Kind::Company)?;
                let created = matches!(
                    kind,
                    Kind::Candidate
                        | Kind::Upload
                        | Kind::Note
                        | Kind::JobApplication
                        | Kind::CustomFieldValue
                );
                match (method, rest) {
                    ("GET", []) => route(kind, Action::List, "", ""),
                    ("POST", []) if created => route(kind, Action::Create, "", ""),
                    ("GET", [id]) => route(kind, Action::Get, id, ""),
                    ("PATCH", [id]) if matches!(kind, Kind::Candidate | Kind::CustomFieldValue) => {
                        route(kind, Action::Update, id, "")
                    }
                    ("DELETE", [id]) if kind == Kind::Candidate => route(kind, Action::Delete, id, ""),
                    ("GET", [id, relation]) => {
                        kind.relation(relation)?;
                        route(kind, Action::Related, id, relation)
                    }
                    ("PATCH" | "POST", [id, "relationships", relation]) if kind == Kind::Candidate => {
                        route(kind, Action::Relationship, id, relation)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    pub(crate) fn admin_only(&self) -> bool {
        self.action == Action::File || self.kind.admin_only()
    }

    /// The stable name in fault rules and the journal.
    pub(crate) fn operation(&self) -> &'static str {
        match (self.kind, self.action) {
            (_, Action::File) => "files.create",
            (Kind::Candidate, Action::List) => "candidates.list",
            (Kind::Candidate, Action::Get) => "candidates.get",
            (Kind::Candidate, Action::Create) => "candidates.create",
            (Kind::Candidate, Action::Update) => "candidates.update",
            (Kind::Candidate, Action::Delete) => "candidates.delete",
            (Kind::Candidate, Action::Related) => "candidates.related",
            (_, Action::Relationship) => "candidates.relationship",
            (Kind::Upload, Action::List) => "uploads.list",
            (Kind::Upload, Action::Create) => "uploads.create",
            (Kind::Upload, _) => "uploads.get",
            (Kind::Note, Action::List) => "notes.list",
            (Kind::Note, Action::Create) => "notes.create",
            (Kind::Note, _) => "notes.get",
            (Kind::JobApplication, Action::List) => "job_applications.list",
            (Kind::JobApplication, Action::Create) => "job_applications.create",
            (Kind::JobApplication, _) => "job_applications.get",
            (Kind::CustomField, Action::List) => "custom_fields.list",
            (Kind::CustomField, _) => "custom_fields.get",
            (Kind::CustomFieldValue, Action::List) => "custom_field_values.list",
            (Kind::CustomFieldValue, Action::Create) => "custom_field_values.create",
            (Kind::CustomFieldValue, Action::Update) => "custom_field_values.update",
            (Kind::CustomFieldValue, _) => "custom_field_values.get",
            (Kind::Job, Action::List) => "jobs.list",
            (Kind::Job, _) => "jobs.get",
            (Kind::User, Action::List) => "users.list",
            (Kind::User, _) => "users.get",
            (Kind::Company, _) => "company.get",
            (Kind::Stage, Action::List) => "stages.list",
            (Kind::Stage, _) => "stages.get",
            (Kind::Department, Action::List) => "departments.list",
            (Kind::Department, _) => "departments.get",
            (Kind::Role, Action::List) => "roles.list",
            (Kind::Role, _) => "roles.get",
            (Kind::Location, Action::List) => "locations.list",
            (Kind::Location, _) => "locations.get",
        }
    }
}
