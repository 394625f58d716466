//! The fields of write commands (API documentation, `AddCandidateCommand`, `UpdateCandidateCommand`,
//! `AddJobOrderCandidateCommand`, `AddCandidateJobOrderCommand`).

/// The type of a field.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text of at most this many characters.
    Text(usize),
    /// A text of any length.
    LongText,
    /// One of these values, case-sensitive.
    OneOf(&'static [&'static str]),
    /// A 32-bit integer.
    Integer,
    /// A number from 0 to 99 999 999.
    Rate,
    Flag,
    /// An ISO full-date.
    Date,
    /// A year, a month or a date.
    PartialDate,
    /// A year, a month, a date, or the text `Present`.
    EndDate,
    /// Three capital letters.
    Currency,
    /// An object with any keys and absolute URIs as values.
    Links,
    List(&'static Shape),
    Object(&'static [Member]),
    /// The type of the custom field's definition.
    CustomValue,
}

/// A field of a command.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Whether the documentation declares it nullable.
    pub(crate) nullable: bool,
    pub(crate) required: bool,
}

const fn member(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, nullable: true, required: false }
}

const fn not_null(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, nullable: false, required: false }
}

const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, nullable: false, required: true }
}

/// The only candidate field that updates do not accept.
pub(crate) const CREATE_ONLY: &str = "source";

/// The fields of a new candidate. All are optional.
pub(crate) const CANDIDATE: &[Member] = &[
    member("firstName", Shape::Text(50)),
    member("lastName", Shape::Text(50)),
    member("email", Shape::Text(100)),
    member("phone", Shape::Text(50)),
    member("mobile", Shape::Text(50)),
    member("salutation", Shape::Text(20)),
    member("statusId", Shape::Integer),
    member("rating", Shape::Text(50)),
    member(CREATE_ONLY, Shape::Text(50)),
    not_null("seeking", Shape::OneOf(&["Yes", "Maybe", "No"])),
    not_null("unsubscribed", Shape::Flag),
    member("summary", Shape::LongText),
    member("dateOfBirth", Shape::Date),
    member("emergencyContact", Shape::Text(200)),
    member("emergencyPhone", Shape::Text(40)),
    member("social", Shape::Links),
    not_null("address", Shape::Object(ADDRESS)),
    member("skillTags", Shape::List(&Shape::LongText)),
    not_null("employment", Shape::Object(EMPLOYMENT)),
    not_null("availability", Shape::Object(AVAILABILITY)),
    member("education", Shape::List(&Shape::Object(EDUCATION))),
    member("custom", Shape::List(&Shape::Object(CUSTOM))),
    member("recruiterUserId", Shape::List(&Shape::Integer)),
];

const ADDRESS: &[Member] = &[
    member("street", Shape::List(&Shape::LongText)),
    member("city", Shape::LongText),
    member("state", Shape::LongText),
    member("postalCode", Shape::LongText),
    member("countryCode", Shape::LongText),
];

const EMPLOYMENT: &[Member] = &[
    not_null("current", Shape::Object(CURRENT)),
    not_null("ideal", Shape::Object(IDEAL)),
    member("history", Shape::List(&Shape::Object(HISTORY))),
];

const CURRENT: &[Member] = &[
    member("employer", Shape::LongText),
    member("position", Shape::LongText),
    member("workTypeId", Shape::Integer),
    not_null("salary", Shape::Object(SALARY)),
];

const SALARY: &[Member] =
    &[not_null("ratePer", RATE_PER), not_null("rate", Shape::Rate), member("currency", Shape::Currency)];

const IDEAL: &[Member] = &[
    member("position", Shape::LongText),
    member("workTypeId", Shape::Integer),
    not_null("salary", Shape::Object(SALARY_RANGE)),
    member("other", Shape::List(&Shape::Object(IDEAL_OTHER))),
];

const IDEAL_OTHER: &[Member] =
    &[member("workTypeId", Shape::Integer), not_null("salary", Shape::Object(SALARY_RANGE))];

const SALARY_RANGE: &[Member] = &[
    not_null("ratePer", RATE_PER),
    not_null("rateLow", Shape::Rate),
    member("rateHigh", Shape::Rate),
    member("currency", Shape::Currency),
];

const RATE_PER: Shape = Shape::OneOf(&["Hour", "Day", "Week", "Month", "Year"]);

const HISTORY: &[Member] = &[
    member("employer", Shape::LongText),
    member("position", Shape::LongText),
    member("start", Shape::PartialDate),
    member("end", Shape::EndDate),
    member("description", Shape::LongText),
];

const AVAILABILITY: &[Member] = &[
    not_null("immediate", Shape::Flag),
    not_null("relative", Shape::Object(RELATIVE)),
    member("date", Shape::Date),
];

const RELATIVE: &[Member] =
    &[required("period", Shape::Integer), required("unit", Shape::OneOf(&["Week", "Month"]))];

const EDUCATION: &[Member] = &[
    member("institution", Shape::LongText),
    member("course", Shape::LongText),
    member("date", Shape::PartialDate),
];

const CUSTOM: &[Member] = &[required("fieldId", Shape::Integer), member("value", Shape::CustomValue)];

/// The fields of a request that adds candidates to a job.
pub(crate) const ADD_CANDIDATES: &[Member] =
    &[required("candidateId", Shape::List(&Shape::Integer)), member("source", Shape::Text(100))];

/// The fields of a request that adds jobs to a candidate.
pub(crate) const ADD_JOBS: &[Member] =
    &[required("jobId", Shape::List(&Shape::Integer)), member("source", Shape::Text(100))];
