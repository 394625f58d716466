//! Paths and methods.

use super::switches::Prefix;

/// The tenant's name in paths.
pub(crate) const TENANT: &str = "SANDBOX1000";

const GATEWAY: &str = "/talent/recruiting/v2";

/// A list of a candidate that is also a resource of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Behaviors,
    Comments,
    Educations,
    Licenses,
    Motivations,
    References,
    Skills,
    WorkExperience,
}

impl Part {
    pub(crate) const ALL: [Part; 8] = [
        Part::Behaviors,
        Part::Comments,
        Part::Educations,
        Part::Licenses,
        Part::Motivations,
        Part::References,
        Part::Skills,
        Part::WorkExperience,
    ];

    /// Returns the last segment of its path.
    pub(crate) fn segment(self) -> &'static str {
        match self {
            Part::WorkExperience => "work-experience",
            part => part.member(),
        }
    }

    /// Returns its field in a stored candidate.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Part::Behaviors => "behaviors",
            Part::Comments => "comments",
            Part::Educations => "educations",
            Part::Licenses => "licenses",
            Part::Motivations => "motivations",
            Part::References => "references",
            Part::Skills => "skills",
            Part::WorkExperience => "work_experience",
        }
    }

    /// Returns its field in the body of an import. The field of a stored candidate is accepted too.
    pub(crate) fn imported(self) -> &'static str {
        match self {
            Part::Behaviors => "behaviours",
            Part::Educations => "education",
            Part::WorkExperience => "workexperience",
            part => part.member(),
        }
    }
}

/// Lists of ids that the tenant defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    ApplicantSources,
    FieldsOfStudy,
    JobBoards,
    Prefixes,
    ProficiencyLevels,
    Suffixes,
}

impl List {
    const ALL: [List; 6] = [
        List::ApplicantSources,
        List::FieldsOfStudy,
        List::JobBoards,
        List::Prefixes,
        List::ProficiencyLevels,
        List::Suffixes,
    ];

    pub(crate) fn segment(self) -> &'static str {
        match self {
            List::ApplicantSources => "applicant-sources",
            List::FieldsOfStudy => "fields-of-study",
            List::JobBoards => "job-boards",
            List::Prefixes => "prefixes",
            List::ProficiencyLevels => "proficiency-levels",
            List::Suffixes => "suffixes",
        }
    }
}

/// The questions of an opportunity to its applicants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Questions {
    Screening,
    Country,
}

/// An existing route, with its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Candidates,
    CreateCandidate,
    Candidate(String),
    NameEmail(String),
    Lookup,
    UploadDocument(String),
    DownloadDocument(String, String),
    Parts(String, Part),
    CreatePart(String, Part),
    Applications,
    CreateApplication,
    Application(String),
    ApplicationsOf(String),
    UploadApplicationDocument(String),
    DownloadApplicationDocument(String, String),
    Opportunities,
    Opportunity(String),
    Questions(String, Questions),
    List(List),
}

impl Route {
    /// Finds a route. Paths of another tenant are unknown, like any other unknown path.
    pub(crate) fn of(method: &str, path: &str, prefix: Prefix) -> Option<Route> {
        let short = match (path.strip_prefix(GATEWAY), prefix) {
            (Some(short), Prefix::Gateway | Prefix::Both) => short,
            (None, Prefix::Direct | Prefix::Both) => path,
            _ => return None,
        };
        let below = short.strip_prefix('/')?.strip_prefix(TENANT)?.strip_prefix("/api/")?;
        let segments: Vec<&str> = below.split('/').collect();
        if segments.contains(&"") {
            return None;
        }
        let id = |text: &str| text.to_ascii_lowercase();
        let route = match (method, segments.as_slice()) {
            ("GET", ["candidates"]) => Route::Candidates,
            ("POST", ["candidates"]) => Route::CreateCandidate,
            ("POST", ["candidates-lookup"]) => Route::Lookup,
            ("GET", ["candidates", of]) => Route::Candidate(id(of)),
            ("GET", ["candidates", of, "user-name-email"]) => Route::NameEmail(id(of)),
            ("POST", ["candidates", of, "documents"]) => Route::UploadDocument(id(of)),
            ("GET", ["candidates", of, "documents", document, "download"]) => {
                Route::DownloadDocument(id(of), id(document))
            }
            (_, ["candidates", of, part]) => {
                let part = Part::ALL.into_iter().find(|known| known.segment() == *part)?;
                match method {
                    "GET" => Route::Parts(id(of), part),
                    "POST" => Route::CreatePart(id(of), part),
                    _ => return None,
                }
            }
            ("GET", ["applications"]) => Route::Applications,
            ("POST", ["applications"]) => Route::CreateApplication,
            ("GET", ["applications", of]) => Route::Application(id(of)),
            ("GET", ["applications", "candidate", of]) => Route::ApplicationsOf(id(of)),
            ("POST", ["applications", of, "documents"]) => Route::UploadApplicationDocument(id(of)),
            ("GET", ["applications", of, "documents", document, "download"]) => {
                Route::DownloadApplicationDocument(id(of), id(document))
            }
            ("GET", ["opportunities"]) => Route::Opportunities,
            ("GET", ["opportunities", of]) => Route::Opportunity(id(of)),
            ("GET", ["opportunities", of, "screening-questions"]) => {
                Route::Questions(id(of), Questions::Screening)
            }
            ("GET", ["opportunities", of, "country-questions"]) => {
                Route::Questions(id(of), Questions::Country)
            }
            ("GET", [list]) => Route::List(List::ALL.into_iter().find(|known| known.segment() == *list)?),
            _ => return None,
        };
        Some(route)
    }

    /// The stable name in fault rules and the journal.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Route::Candidates => "ukg.candidates.list",
            Route::CreateCandidate => "ukg.candidates.create",
            Route::Candidate(_) => "ukg.candidates.get",
            Route::NameEmail(_) => "ukg.candidates.name_email",
            Route::Lookup => "ukg.candidates.lookup",
            Route::UploadDocument(_) => "ukg.documents.create",
            Route::DownloadDocument(..) => "ukg.documents.download",
            Route::Parts(..) => "ukg.candidate_parts.list",
            Route::CreatePart(..) => "ukg.candidate_parts.create",
            Route::Applications => "ukg.applications.list",
            Route::CreateApplication => "ukg.applications.create",
            Route::Application(_) => "ukg.applications.get",
            Route::ApplicationsOf(_) => "ukg.applications.of_candidate",
            Route::UploadApplicationDocument(_) => "ukg.application_documents.create",
            Route::DownloadApplicationDocument(..) => "ukg.application_documents.download",
            Route::Opportunities => "ukg.opportunities.list",
            Route::Opportunity(_) => "ukg.opportunities.get",
            Route::Questions(_, Questions::Screening) => "ukg.screening_questions.list",
            Route::Questions(_, Questions::Country) => "ukg.country_questions.list",
            Route::List(List::ApplicantSources) => "ukg.applicant_sources.list",
            Route::List(List::FieldsOfStudy) => "ukg.fields_of_study.list",
            Route::List(List::JobBoards) => "ukg.job_boards.list",
            Route::List(List::Prefixes) => "ukg.prefixes.list",
            Route::List(List::ProficiencyLevels) => "ukg.proficiency_levels.list",
            Route::List(List::Suffixes) => "ukg.suffixes.list",
        }
    }
}
