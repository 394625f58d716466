//! Every route of the API, with its operation name and its scopes. One of the scopes is enough.

/// The action of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    FindCandidates,
    AddCandidate,
    GetCandidate,
    UpdateCandidate,
    FindAttachments,
    AddAttachment,
    GetAttachment,
    GetPhoto,
    UpdatePhoto,
    DeletePhoto,
    GetCandidateApplications,
    AddJobs,
    FindJobs,
    GetJob,
    GetJobApplications,
    AddCandidates,
    FindEmailAddress,
    StatusList,
    SourceList,
    RatingList,
    SalutationList,
    CustomFields,
    WorkTypes,
    Countries,
    FindUsers,
    CurrentUser,
}

#[derive(Debug)]
struct Entry {
    method: &'static str,
    /// The path below the base. `{}` matches any segment.
    path: &'static str,
    action: Action,
    operation: &'static str,
    scopes: &'static [&'static str],
}

const fn entry(
    method: &'static str,
    path: &'static str,
    action: Action,
    operation: &'static str,
    scopes: &'static [&'static str],
) -> Entry {
    Entry { method, path, action, operation, scopes }
}

const READ: &[&str] = &["read", "read_candidate"];
const WRITE: &[&str] = &["write", "write_candidate"];
const READ_JOB: &[&str] = &["read", "read_job"];
const READ_APPLICATION: &[&str] = &["read", "read_jobapplication"];
const WRITE_APPLICATION: &[&str] = &["write", "write_jobapplication"];
const READ_USER: &[&str] = &["read", "read_user"];
const READ_EMAIL: &[&str] = &["read", "read_candidate", "read_contact", "read_user"];
const READ_ALL: &[&str] = &["read"];

/// Fixed paths are before the patterns that would also match them.
const ENTRIES: &[Entry] = &[
    entry("GET", "candidates", Action::FindCandidates, "candidates.list", READ),
    entry("POST", "candidates", Action::AddCandidate, "candidates.create", WRITE),
    entry("GET", "candidates/lists/status", Action::StatusList, "lists.status", READ),
    entry("GET", "candidates/lists/source", Action::SourceList, "lists.source", READ),
    entry("GET", "candidates/lists/rating", Action::RatingList, "lists.rating", READ),
    entry("GET", "candidates/lists/salutation", Action::SalutationList, "lists.salutation", READ),
    entry("GET", "candidates/fields/custom", Action::CustomFields, "custom_fields.list", READ),
    entry("GET", "candidates/{}", Action::GetCandidate, "candidates.get", READ),
    entry("PUT", "candidates/{}", Action::UpdateCandidate, "candidates.update", WRITE),
    entry("GET", "candidates/{}/attachments", Action::FindAttachments, "attachments.list", READ),
    entry("POST", "candidates/{}/attachments/{}", Action::AddAttachment, "attachments.create", WRITE),
    entry("GET", "candidates/{}/attachments/{}", Action::GetAttachment, "attachments.get", READ),
    entry("GET", "candidates/{}/photo", Action::GetPhoto, "photos.get", READ),
    entry("PUT", "candidates/{}/photo", Action::UpdatePhoto, "photos.update", WRITE),
    entry("DELETE", "candidates/{}/photo", Action::DeletePhoto, "photos.delete", WRITE),
    entry(
        "GET",
        "candidates/{}/applications",
        Action::GetCandidateApplications,
        "applications.list",
        READ_APPLICATION,
    ),
    entry("POST", "candidates/{}/applications", Action::AddJobs, "applications.create", WRITE_APPLICATION),
    entry("GET", "jobs", Action::FindJobs, "jobs.list", READ_JOB),
    entry("GET", "jobs/{}", Action::GetJob, "jobs.get", READ_JOB),
    entry("GET", "jobs/{}/applications", Action::GetJobApplications, "applications.list", READ_APPLICATION),
    entry("POST", "jobs/{}/applications", Action::AddCandidates, "applications.create", WRITE_APPLICATION),
    entry("GET", "search/emailaddress", Action::FindEmailAddress, "search.emailaddress", READ_EMAIL),
    entry("GET", "worktypes", Action::WorkTypes, "worktypes.list", READ_ALL),
    entry("GET", "countries", Action::Countries, "countries.list", READ_ALL),
    entry("GET", "users", Action::FindUsers, "users.list", READ_USER),
    entry("GET", "users/current", Action::CurrentUser, "users.current", READ_USER),
];

/// An existing route, with the values of the `{}` segments.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) action: Action,
    pub(crate) operation: &'static str,
    pub(crate) scopes: &'static [&'static str],
    /// The path after the base.
    pub(crate) path: String,
    open: Vec<String>,
}

impl Route {
    /// Finds a route. `path` is the path after the base.
    pub(crate) fn of(method: &str, path: &str) -> Option<Route> {
        ENTRIES.iter().filter(|entry| entry.method == method).find_map(|entry| {
            let open = open_segments(entry.path, path)?;
            let Entry { action, operation, scopes, .. } = *entry;
            Some(Route { action, operation, scopes, path: path.to_owned(), open })
        })
    }

    /// Returns the value of a `{}` segment, as sent.
    pub(crate) fn segment(&self, index: usize) -> &str {
        self.open.get(index).map(String::as_str).unwrap_or_default()
    }
}

fn open_segments(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (wanted, sent) = (pattern.split('/'), path.split('/'));
    if wanted.clone().count() != sent.clone().count() {
        return None;
    }
    let mut open = Vec::new();
    for (wanted, sent) in wanted.zip(sent) {
        match wanted {
            "{}" if !sent.is_empty() => open.push(sent.to_owned()),
            wanted if wanted == sent => {}
            _ => return None,
        }
    }
    Some(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_paths_win_and_nothing_is_guessed() {
        let operation = |method, path| Route::of(method, path).map(|route| route.operation);
        assert_eq!(operation("GET", "candidates/7"), Some("candidates.get"));
        assert_eq!(operation("GET", "candidates/lists/status"), Some("lists.status"));
        assert_eq!(operation("POST", "candidates/7/attachments/Resume"), Some("attachments.create"));
        assert_eq!(operation("GET", "candidates/"), None);
        assert_eq!(operation("GET", "v2/candidates"), None);
        assert_eq!(operation("DELETE", "candidates/7"), None);
    }
}
