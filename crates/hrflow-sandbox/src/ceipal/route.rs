//! Paths and methods.

use percent_encoding::percent_decode_str;

use super::switches::Switches;

/// A version of the API. One token works for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

impl Version {
    /// Returns the first segment of its paths.
    pub(crate) fn segment(self) -> &'static str {
        match self {
            Version::One => "v1",
            Version::Two => "v2",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    SignIn,
    Refresh,
    CreateApplicant,
    Apply,
    Applicants,
    Applicant,
    Jobs,
    Job,
    Submissions,
    Countries,
    States,
    Sources,
    Users,
    JobStatuses,
    /// The target of `resume_path` in version 1.
    Resume,
    /// `documentDownload` of version 2.
    Document,
}

/// An existing route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) version: Version,
    pub(crate) endpoint: Endpoint,
    /// The id in the path, decoded.
    pub(crate) id: Option<String>,
    pub(crate) slash: bool,
}

impl Route {
    pub(crate) fn of(method: &str, path: &str, switches: &Switches) -> Option<Route> {
        let slash = path.ends_with('/');
        let mut segments = path.strip_prefix('/')?.split('/');
        let version = match segments.next()? {
            "v1" => Version::One,
            "v2" if slash || !switches.v2_slash => Version::Two,
            _ => return None,
        };
        let name = segments.next()?;
        let rest: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
        let id = match rest.as_slice() {
            [] => None,
            [id] => Some(percent_decode_str(id).decode_utf8().ok()?.into_owned()),
            _ => return None,
        };
        let creates = version == Version::One || switches.v2_create;
        let endpoint = match (method, version, name, id.is_some()) {
            ("POST", _, name, false) if name == switches.create_path && creates => Endpoint::CreateApplicant,
            ("POST", _, "createAuthtoken", false) => Endpoint::SignIn,
            ("POST", _, "refreshToken", false) => Endpoint::Refresh,
            ("POST", _, "applyJobWithOutRegistration", false) => Endpoint::Apply,
            ("POST", Version::Two, "documentDownload", false) => Endpoint::Document,
            ("GET", Version::One, "viewResume", true) => Endpoint::Resume,
            ("GET", _, "getApplicantsList", false) => Endpoint::Applicants,
            ("GET", Version::One, "getApplicantDetails", false) => Endpoint::Applicant,
            ("GET", Version::Two, "getApplicantDetails", true) => Endpoint::Applicant,
            ("GET", _, "getJobPostingsList", false) => Endpoint::Jobs,
            ("GET", Version::One, "getJobPostingDetails", false) => Endpoint::Job,
            ("GET", Version::Two, "getJobPostingDetails", true) => Endpoint::Job,
            ("GET", _, "getSubmissionsList", false) => Endpoint::Submissions,
            ("GET", _, "getCountriesList", false) => Endpoint::Countries,
            ("GET", _, "getStatesList", false) => Endpoint::States,
            ("GET", _, "getSourcesList", false) => Endpoint::Sources,
            ("GET", _, "getUsersList", false) => Endpoint::Users,
            ("GET", _, "getJobStatusList", false) => Endpoint::JobStatuses,
            _ => return None,
        };
        Some(Route { version, endpoint, id, slash })
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(
            self.endpoint,
            Endpoint::Applicants
                | Endpoint::Jobs
                | Endpoint::Submissions
                | Endpoint::Countries
                | Endpoint::States
                | Endpoint::Sources
                | Endpoint::Users
                | Endpoint::JobStatuses
        )
    }

    /// The stable name in fault rules and the journal.
    pub(crate) fn operation(&self) -> &'static str {
        match self.endpoint {
            Endpoint::SignIn => "ceipal.token",
            Endpoint::Refresh => "ceipal.token_refresh",
            Endpoint::CreateApplicant => "applicants.create",
            Endpoint::Apply => "applicants.apply",
            Endpoint::Applicants => "applicants.list",
            Endpoint::Applicant => "applicants.get",
            Endpoint::Resume => "applicants.resume",
            Endpoint::Document => "applicants.document",
            Endpoint::Jobs => "job_postings.list",
            Endpoint::Job => "job_postings.get",
            Endpoint::Submissions => "ceipal.submissions.list",
            Endpoint::Countries => "ceipal.countries.list",
            Endpoint::States => "ceipal.states.list",
            Endpoint::Sources => "ceipal.sources.list",
            Endpoint::Users => "ceipal.users.list",
            Endpoint::JobStatuses => "ceipal.job_statuses.list",
        }
    }
}
