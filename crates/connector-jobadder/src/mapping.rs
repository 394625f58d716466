//! What the default format makes of a profile, member by member. Tests hold it against the format.

use hrflow_core::MappingRow as Row;

use crate::candidate::{
    EMAIL_CHARACTERS, NAME_CHARACTERS, PHONE_CHARACTERS, SKILL_TAG_CHARACTERS, SKILL_TAGS,
};

const CANDIDATES: &str = "API documentation, candidates";
const CUSTOM: &str = "API documentation, candidate custom fields";
const ATTACHMENTS: &str = "API documentation, add an attachment";
const ADDRESS_PARTS: &[&str] = &[
    "info.location.fields.house_number",
    "info.location.fields.road",
    "info.location.fields.unit",
    "info.location.fields.city",
    "info.location.fields.state",
    "info.location.fields.postcode",
    "info.location.fields.country",
];
const ADDRESS_AND_LINE: &[&str] = &[
    "info.location.text",
    "info.location.fields.house_number",
    "info.location.fields.road",
    "info.location.fields.unit",
    "info.location.fields.city",
    "info.location.fields.state",
    "info.location.fields.postcode",
    "info.location.fields.country",
];

/// What [`format_profile_to_jobadder`](crate::format_profile_to_jobadder()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::new("info.first_name", "firstName", "In one line").cut(NAME_CHARACTERS).source(CANDIDATES),
    Row::new("info.last_name", "lastName", "In one line").cut(NAME_CHARACTERS).source(CANDIDATES),
    Row::new("info.full_name", "firstName", "The rest besides the last name, at either end; else what its comma or last space divides")
        .without(&["info.first_name"])
        .source(CANDIDATES),
    Row::new("info.full_name", "lastName", "The rest besides the first name, at either end; else what its comma or last space divides")
        .without(&["info.last_name"])
        .source(CANDIDATES),
    Row::new("info.email", "email", "The address in lower case, without what wraps it; the first of several. A placeholder is left out with a warning; any other text that is no address fails the item")
        .at_most(EMAIL_CHARACTERS)
        .source(CANDIDATES),
    Row::new("info.phone", "phone", "The first number as it is written, without extension; the parameter `phone_as` may have it sent as `mobile`")
        .at_most(PHONE_CHARACTERS)
        .source(CANDIDATES),
    Row::new("info.date_birth", "dateOfBirth", "`YYYY-MM-DD`").source(CANDIDATES),
    Row::new("info.summary", "summary", "Line by line, without HTML").source(CANDIDATES),
    Row::new("info.location.fields.house_number", "address.street", "House number, road, unit").source(CANDIDATES),
    Row::new("info.location.fields.road", "address.street", "House number, road, unit").source(CANDIDATES),
    Row::new("info.location.fields.unit", "address.street", "House number, road, unit").source(CANDIDATES),
    Row::new("info.location.fields.city", "address.city", "In one line").source(CANDIDATES),
    Row::new("info.location.fields.state", "address.state", "In one line").source(CANDIDATES),
    Row::new("info.location.fields.postcode", "address.postalCode", "In one line").source(CANDIDATES),
    Row::new("info.location.fields.country", "address.countryCode", "By its ISO 3166-1 code of two letters, from names in many languages too; left out with a warning if it is not listed")
        .source(CANDIDATES),
    Row::new("info.location.text", "address.street", "In one line").without(ADDRESS_PARTS).source(CANDIDATES),
    Row::new("info.location.fields.text", "address.street", "In one line").without(ADDRESS_AND_LINE).source(CANDIDATES),
    Row::new("info.urls[type=linkedin].url", "social.linkedin", "The first web address").source(CANDIDATES),
    Row::new("info.urls[].url", "social.linkedin", "The first one at linkedin.com")
        .without(&["info.urls[type=linkedin]"])
        .source(CANDIDATES),
    Row::new("info.urls[type=twitter].url", "social.twitter", "The first web address").source(CANDIDATES),
    Row::new("info.urls[type=facebook].url", "social.facebook", "The first web address").source(CANDIDATES),
    Row::new("info.urls[type=github].url", "social.other", "The first web address").source(CANDIDATES),
    Row::new("info.urls[type=from_resume].url", "social.other", "The first web address")
        .without(&["info.urls[type=github]"])
        .source(CANDIDATES),
    Row::new("experiences[].company", "employment.history[].employer", "In one line, the newest first").source(CANDIDATES),
    Row::new("experiences[].title", "employment.history[].position", "In one line, the newest first").source(CANDIDATES),
    Row::new("experiences[].date_start", "employment.history[].start", "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as it is known; left out with a warning if it cannot be read")
        .source(CANDIDATES),
    Row::new("experiences[].date_end", "employment.history[].end", "The same; `Present` for what goes on in any language, and for what has begun and has no end. Left out with a warning if it cannot be read")
        .source(CANDIDATES),
    Row::new("experiences[].description", "employment.history[].description", "Without HTML").source(CANDIDATES),
    Row::new("experiences[].company", "employment.current.employer", "Of the newest that has begun")
        .without(&["experiences[].date_end"])
        .source(CANDIDATES),
    Row::new("experiences[].title", "employment.current.position", "Of the newest that has begun")
        .without(&["experiences[].date_end"])
        .source(CANDIDATES),
    Row::new("educations[].school", "education[].institution", "In one line").source(CANDIDATES),
    Row::new("educations[].title", "education[].course", "In one line").source(CANDIDATES),
    Row::new("educations[].description", "education[].course", "In one line")
        .without(&["educations[].title"])
        .source(CANDIDATES),
    Row::new("educations[].date_end", "education[].date", "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as it is known; left out with a warning if it cannot be read")
        .source(CANDIDATES),
    Row::new("skills[].name", "skillTags", "Each once, whatever its case").elements(SKILL_TAGS).source(CANDIDATES),
    Row::new("skills[].name", "skillTags[]", "In one line").at_most(SKILL_TAG_CHARACTERS).source(CANDIDATES),
    Row::new("languages[].name", "customValues.languages", "For the parameters `custom_fields` and `languages_as_skills`")
        .source(CUSTOM),
    Row::new(
        "certifications[].name",
        "customValues.certifications",
        "For the parameters `custom_fields` and `certifications_as_skills`",
    )
    .source(CUSTOM),
    Row::new("courses[].name", "customValues.courses", "For the parameter `custom_fields`").source(CUSTOM),
    Row::new("interests[].name", "customValues.interests", "For the parameter `custom_fields`").source(CUSTOM),
    Row::new("tags[]", "customValues.tags", "`name: value`, and the value by its name; for the parameter `custom_fields`")
        .source(CUSTOM),
    Row::new(
        "metadatas[]",
        "customValues.metadatas",
        "`name: value`, and the value by its name; for the parameter `custom_fields`",
    )
    .source(CUSTOM),
    Row::always(
        "attachments[].kind",
        "`resume` for the document of type `resume`, else `original`; `cover` by its type; `other` for the parameter \
         `other_attachments`",
    )
    .source(ATTACHMENTS),
    Row::new("attachments[].public_url", "attachments[].url", "A web address; without one the document is left out")
        .source(ATTACHMENTS),
    Row::new("attachments[].original_file_name", "attachments[].name", "With its extension; both ends of a long one stay")
        .cut(60)
        .source(ATTACHMENTS),
    Row::new("attachments[].file_name", "attachments[].name", "With its extension")
        .without(&["attachments[].original_file_name"])
        .source(ATTACHMENTS),
    Row::new("attachments[].extension", "attachments[].name", "Appended where the name lacks it").source(ATTACHMENTS),
    Row::new("attachments[].alt", "attachments[].name", "The first 8 letters of the file's hash, so that another file has another name")
        .source(ATTACHMENTS),
    Row::new("attachments[].file_size", "attachments[].name", "In place of the hash").without(&["attachments[].alt"]),
    Row::new("attachments[].file_size", "attachments[].size", "As it is"),
    Row::new("info.picture", "picture", "A web address; for the parameter `photo`").source(ATTACHMENTS),
    Row::new("reference", "reference", "For the parameter `reference_field_id`").source(CUSTOM),
    Row::new("key", "reference", "For the parameter `reference_field_id`").without(&["reference"]).source(CUSTOM),
    Row::new("labels[stage=yes].job_reference", "jobApplications", "A number of 32 bits; for the parameter `job_applications`")
        .source("API documentation, job applications"),
    Row::left_out("info.urls", "Pages at other sites have no place"),
    Row::left_out("info.gender", "No salutation is made of it"),
    Row::left_out("info.driving_license", "A candidate has no place for it"),
    Row::left_out("info.location", "All else of the address has no place"),
    Row::left_out("experiences", "All else of a time at work has no place"),
    Row::left_out("educations", "All else of a time at school has no place"),
    Row::left_out("skills[].type", "A tag is text"),
    Row::left_out("skills[].value", "A tag is text"),
    Row::left_out("languages[].value", "Custom fields take the names"),
    Row::left_out("certifications[].value", "Custom fields take the names"),
    Row::left_out("courses[].value", "Custom fields take the names"),
    Row::left_out("interests[].value", "Custom fields take the names"),
    Row::left_out("tasks", "A candidate has no place for them"),
    Row::left_out("labels[].date_stage", "An application has the time at which it is sent"),
    Row::left_out("text", "The résumé is sent instead"),
    Row::left_out("text_language", "The résumé is sent instead"),
];
