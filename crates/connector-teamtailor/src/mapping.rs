//! What the default format makes of a profile, member by member. Tests hold it against the format.

use hrflow_core::MappingRow as Row;

use crate::candidate::PITCH_CHARACTERS;

const CANDIDATES: &str = "API documentation, candidates";
const NOTES: &str = "API documentation, notes";

/// What [`format_profile`](crate::format_profile()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::always("data.type", "`candidates`").source("JSON:API, resource objects"),
    Row::always("data.attributes.sourced", "true; the parameter `sourced` has the last word").source(CANDIDATES),
    Row::new("info.first_name", "data.attributes.first-name", "In one line").source(CANDIDATES),
    Row::new("info.last_name", "data.attributes.last-name", "In one line").source(CANDIDATES),
    Row::new("info.full_name", "data.attributes.first-name", "The rest besides the last name, at either end; else what its comma or last space divides")
        .without(&["info.first_name"])
        .source(CANDIDATES),
    Row::new("info.full_name", "data.attributes.last-name", "The rest besides the first name, at either end; else what its comma or last space divides")
        .without(&["info.last_name"])
        .source(CANDIDATES),
    Row::new("info.email", "data.attributes.email", "The address in lower case, without what wraps it; the first of several. A placeholder is left out with a warning; any other text that is no address fails the item")
        .source(CANDIDATES),
    Row::new("info.phone", "data.attributes.phone", "The first number as it is written, with its extension").source(CANDIDATES),
    Row::new("info.summary", "data.attributes.pitch", "In one line, without HTML")
        .cut(PITCH_CHARACTERS)
        .source(CANDIDATES),
    Row::new("info.summary", "note", "Whole, without HTML; for the parameter `notes`").source(NOTES),
    Row::new("info.urls[type=linkedin].url", "data.attributes.linkedin-url", "The first web address among them")
        .source(CANDIDATES),
    Row::new("info.urls[].url", "data.attributes.linkedin-url", "The first one at linkedin.com")
        .without(&["info.urls[type=linkedin]"])
        .source(CANDIDATES),
    Row::new("info.urls[].url", "note", "Every page but the LinkedIn page; for the parameter `notes`").source(NOTES),
    Row::new("info.picture", "data.attributes.picture", "A web address").source(CANDIDATES),
    Row::new("tags[].name", "data.attributes.tags", "`name: value`, each once").source(CANDIDATES),
    Row::new("tags[].value", "data.attributes.tags", "`name: value`, each once").source(CANDIDATES),
    Row::new("skills[].name", "skills", "Each once; for the parameter `skills_as_tags`").source(CANDIDATES),
    Row::new("skills[].name", "note", "In one line; for the parameter `notes`").source(NOTES),
    Row::new("attachments[].public_url", "attachments[].url", "A web address; without one the document is left out")
        .source("API documentation, candidates and uploads"),
    Row::new("attachments[].original_file_name", "attachments[].name", "With its extension"),
    Row::new("attachments[].file_name", "attachments[].name", "With its extension")
        .without(&["attachments[].original_file_name"]),
    Row::new("attachments[].extension", "attachments[].name", "Appended where the name lacks it"),
    Row::new("attachments[].file_size", "attachments[].size", "As it is"),
    Row::always(
        "attachments[].kind",
        "`resume` for the document of type `resume`, else `original`, else the first of a format that Teamtailor takes; \
         `cover` by its type; `other`. The résumé is sent with the candidate, the rest for the parameter `other_attachments`",
    )
    .source("partner documentation, direct apply"),
    Row::new("labels[stage=yes].job_reference", "job_applications", "Digits only; for the parameter `job_applications`")
        .source("API documentation, job applications"),
    Row::new("key", "key", "For the parameter `key_custom_field`").source("API documentation, custom field values"),
    Row::new("reference", "key", "For the parameter `key_custom_field`")
        .without(&["key"])
        .source("API documentation, custom field values"),
    Row::new("experiences[].title", "note", "For the parameter `notes`").source(NOTES),
    Row::new("experiences[].company", "note", "For the parameter `notes`").source(NOTES),
    Row::new("experiences[].location.text", "note", "For the parameter `notes`").source(NOTES),
    Row::new("experiences[].location.fields.text", "note", "For the parameter `notes`")
        .without(&["experiences[].location.text"])
        .source(NOTES),
    Row::new("experiences[].date_start", "note", "Year and month; for the parameter `notes`").source(NOTES),
    Row::new("experiences[].date_end", "note", "Year and month; for the parameter `notes`").source(NOTES),
    Row::new("experiences[].description", "note", "Without HTML; for the parameter `notes`").source(NOTES),
    Row::new("educations[].title", "note", "For the parameter `notes`").source(NOTES),
    Row::new("educations[].school", "note", "For the parameter `notes`").source(NOTES),
    Row::new("educations[].location.text", "note", "For the parameter `notes`").source(NOTES),
    Row::new("educations[].location.fields.text", "note", "For the parameter `notes`")
        .without(&["educations[].location.text"])
        .source(NOTES),
    Row::new("educations[].date_start", "note", "Year and month; for the parameter `notes`").source(NOTES),
    Row::new("educations[].date_end", "note", "Year and month; for the parameter `notes`").source(NOTES),
    Row::new("educations[].description", "note", "Without HTML; for the parameter `notes`").source(NOTES),
    Row::new("languages[]", "note", "`name (value)`; for the parameter `notes`").source(NOTES),
    Row::new("certifications[]", "note", "`name (value)`; for the parameter `notes`").source(NOTES),
    Row::new("interests[]", "note", "`name (value)`; for the parameter `notes`").source(NOTES),
    Row::left_out("experiences", "All else of a time at work has no place in a note"),
    Row::left_out("educations", "All else of a time at school has no place in a note"),
    Row::left_out("info.gender", "A candidate has no place for it"),
    Row::left_out("info.date_birth", "A candidate has no place for it"),
    Row::left_out("info.driving_license", "A candidate has no place for it"),
    Row::left_out("info.location", "A candidate has no address"),
    Row::left_out("skills[].type", "A tag is text"),
    Row::left_out("skills[].value", "A tag is text"),
    Row::left_out("courses", "No place of their own"),
    Row::left_out("tasks", "No place of their own"),
    Row::left_out("labels[].date_stage", "An application has the time at which it is sent"),
    Row::left_out("metadatas", "Not meant for people"),
    Row::left_out("text", "The résumé is sent instead"),
    Row::left_out("text_language", "The résumé is sent instead"),
];
