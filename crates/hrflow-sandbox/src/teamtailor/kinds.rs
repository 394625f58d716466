//! The resource types, their attributes and their relations.

/// A resource type that the mock server stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Candidate,
    Upload,
    Note,
    JobApplication,
    CustomField,
    CustomFieldValue,
    Job,
    User,
    Company,
    Stage,
    Department,
    Role,
    Location,
}

/// A relation. Without a target, it exists but is always empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relation {
    pub(crate) name: &'static str,
    pub(crate) target: Option<Kind>,
    pub(crate) many: bool,
}

const fn one(name: &'static str, target: Kind) -> Relation {
    Relation { name, target: Some(target), many: false }
}

const fn many(name: &'static str, target: Kind) -> Relation {
    Relation { name, target: Some(target), many: true }
}

const fn empty(name: &'static str) -> Relation {
    Relation { name, target: None, many: true }
}

const fn nobody(name: &'static str) -> Relation {
    Relation { name, target: None, many: false }
}

impl Kind {
    pub(crate) const ALL: [Kind; 13] = [
        Kind::Candidate,
        Kind::Upload,
        Kind::Note,
        Kind::JobApplication,
        Kind::CustomField,
        Kind::CustomFieldValue,
        Kind::Job,
        Kind::User,
        Kind::Company,
        Kind::Stage,
        Kind::Department,
        Kind::Role,
        Kind::Location,
    ];

    /// Returns the JSON:API type, which is also the path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Candidate => "candidates",
            Kind::Upload => "uploads",
            Kind::Note => "notes",
            Kind::JobApplication => "job-applications",
            Kind::CustomField => "custom-fields",
            Kind::CustomFieldValue => "custom-field-values",
            Kind::Job => "jobs",
            Kind::User => "users",
            Kind::Company => "companies",
            Kind::Stage => "stages",
            Kind::Department => "departments",
            Kind::Role => "roles",
            Kind::Location => "locations",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a key of Admin scope is required (Teamtailor docs, index page of each resource).
    pub(crate) fn admin_only(self) -> bool {
        !matches!(self, Kind::Job | Kind::Department | Kind::Role | Kind::Location)
    }

    /// Returns the attributes of responses.
    pub(crate) fn attributes(self) -> &'static [&'static str] {
        match self {
            Kind::Candidate => &[
                "connected",
                "consent-future-jobs-at",
                "created-at",
                "email",
                "facebook-id",
                "facebook-profile",
                "first-name",
                "internal",
                "last-name",
                "linkedin-profile",
                "linkedin-uid",
                "linkedin-url",
                "original-resume",
                "phone",
                "picture",
                "pitch",
                "profile-url",
                "referred",
                "referring-site",
                "referring-url",
                "restricted-at",
                "resume",
                "resume-summary",
                "resume-updated-at",
                "sandbox-extra",
                "sourced",
                "tags",
                "unsubscribed",
                "updated-at",
            ],
            Kind::Upload => &["created-at", "file-name", "internal", "updated-at", "url"],
            Kind::Note => &[
                "candidate-id",
                "created-at",
                "created-by-trigger",
                "mentioned-user-ids",
                "note",
                "private-note",
                "updated-at",
                "user-id",
            ],
            Kind::JobApplication => &[
                "changed-stage-at",
                "cover-letter",
                "created-at",
                "match",
                "referring-site",
                "referring-url",
                "rejected-at",
                "row-order",
                "sourced",
                "updated-at",
            ],
            Kind::CustomField => &[
                "api-name",
                "created-at",
                "field-type",
                "is-private",
                "is-required",
                "name",
                "options",
                "owner-type",
                "updated-at",
            ],
            Kind::CustomFieldValue => &["created-at", "field-type", "updated-at", "value"],
            Kind::Job => &[
                "apply-button-text",
                "body",
                "cover-letter-requirement",
                "created-at",
                "currency",
                "employment-level",
                "employment-type",
                "end-date",
                "external-application-url",
                "human-status",
                "internal",
                "internal-name",
                "language-code",
                "mailbox",
                "max-salary",
                "min-salary",
                "name-requirement",
                "phone-requirement",
                "picture",
                "pinned",
                "pitch",
                "recruiter-email",
                "remote-status",
                "resume-requirement",
                "salary-time-unit",
                "start-date",
                "status",
                "tags",
                "title",
                "updated-at",
            ],
            Kind::User => &[
                "created-at",
                "description",
                "email",
                "login-email",
                "name",
                "phone",
                "picture",
                "role",
                "time-zone",
                "title",
                "updated-at",
                "visible",
            ],
            Kind::Company => &["locale", "name", "security-contact", "time-zone", "website"],
            Kind::Stage => &["created-at", "name", "row-order", "stage-type", "updated-at"],
            Kind::Department | Kind::Role => &["name"],
            Kind::Location => &[
                "address",
                "city",
                "country",
                "email",
                "headquarters",
                "lat",
                "long",
                "name",
                "phone",
                "zip",
            ],
        }
    }

    pub(crate) fn relations(self) -> &'static [Relation] {
        const CANDIDATE: &[Relation] = &[
            empty("activities"),
            empty("answers"),
            many("custom-field-values", Kind::CustomFieldValue),
            one("department", Kind::Department),
            nobody("division"),
            many("job-applications", Kind::JobApplication),
            many("locations", Kind::Location),
            empty("nps-responses"),
            empty("partner-results"),
            empty("questions"),
            empty("regions"),
            one("role", Kind::Role),
            many("uploads", Kind::Upload),
        ];
        const UPLOAD: &[Relation] =
            &[nobody("answer"), one("candidate", Kind::Candidate), one("job", Kind::Job)];
        const NOTE: &[Relation] = &[
            one("candidate", Kind::Candidate),
            one("job-application", Kind::JobApplication),
            one("user", Kind::User),
        ];
        const APPLICATION: &[Relation] = &[
            one("candidate", Kind::Candidate),
            one("job", Kind::Job),
            empty("nps-responses"),
            nobody("reject-reason"),
            one("stage", Kind::Stage),
        ];
        const VALUE: &[Relation] = &[one("custom-field", Kind::CustomField), one("owner", Kind::Candidate)];
        const JOB: &[Relation] = &[
            empty("activities"),
            many("candidates", Kind::Candidate),
            empty("colleagues"),
            empty("custom-field-values"),
            many("custom-fields", Kind::CustomField),
            one("department", Kind::Department),
            one("location", Kind::Location),
            many("locations", Kind::Location),
            empty("picked-questions"),
            empty("questions"),
            empty("regions"),
            nobody("requisition"),
            one("role", Kind::Role),
            many("stages", Kind::Stage),
            nobody("team"),
            empty("team-memberships"),
            one("user", Kind::User),
        ];
        const USER: &[Relation] =
            &[empty("activities"), one("department", Kind::Department), many("locations", Kind::Location)];
        const STAGE: &[Relation] = &[one("job", Kind::Job)];
        match self {
            Kind::Candidate => CANDIDATE,
            Kind::Upload => UPLOAD,
            Kind::Note => NOTE,
            Kind::JobApplication => APPLICATION,
            Kind::CustomFieldValue => VALUE,
            Kind::Job => JOB,
            Kind::User => USER,
            Kind::Stage => STAGE,
            Kind::CustomField | Kind::Company | Kind::Department | Kind::Role | Kind::Location => &[],
        }
    }

    pub(crate) fn relation(self, name: &str) -> Option<&'static Relation> {
        self.relations().iter().find(|relation| relation.name == name)
    }

    /// Returns the filters of lists of this type.
    pub(crate) fn filters(self) -> &'static [&'static str] {
        match self {
            Kind::Candidate => &[
                "email",
                "department",
                "role",
                "locations",
                "regions",
                "division",
                "connected",
                "phone",
                "created-at",
                "updated-at",
            ],
            Kind::Upload => &["job"],
            Kind::Note => &["updated-at"],
            Kind::JobApplication => {
                &["stage-type", "job", "candidate", "created-at", "updated-at", "changed-stage-at"]
            }
            Kind::CustomFieldValue => &["field-type", "custom-field"],
            Kind::Job => &[
                "status",
                "feed",
                "department",
                "role",
                "locations",
                "regions",
                "division",
                "tags",
                "remote-status",
                "created-at",
                "updated-at",
            ],
            _ => &[],
        }
    }
}
