//! The commands that writes send, member by member (API documentation, `AddCandidateCommand`,
//! `UpdateCandidateCommand`, `AddJobOrderCandidateCommand`, `AddCandidateJobOrderCommand`).

/// What a member holds.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text of at most so many characters.
    Text(usize),
    /// A text of any length.
    LongText,
    /// One of these, as they are written here.
    OneOf(&'static [&'static str]),
    /// An integer of 32 bits.
    Integer,
    /// A number from 0 to 99 999 999.
    Rate,
    Flag,
    /// An ISO full-date.
    Date,
    /// A year, a month or a date.
    PartialDate,
    /// A year, a month, a date, or the word `Present`.
    EndDate,
    /// Three capital letters.
    Currency,
    /// Any keys with absolute URIs.
    Links,
    List(&'static Shape),
    Object(&'static [Member]),
    /// What a custom field's definition says.
    CustomValue,
}

/// A member of a command.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// Whether it is declared nullable.
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

/// The one member of a candidate that is only there to create it with.
pub(crate) const CREATE_ONLY: &str = "source";

/// A candidate to create; all members are optional.
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

/// Candidates to add to a job.
pub(crate) const ADD_CANDIDATES: &[Member] =
    &[required("candidateId", Shape::List(&Shape::Integer)), member("source", Shape::Text(100))];

/// Jobs to add a candidate to.
pub(crate) const ADD_JOBS: &[Member] =
    &[required("jobId", Shape::List(&Shape::Integer)), member("source", Shape::Text(100))];
