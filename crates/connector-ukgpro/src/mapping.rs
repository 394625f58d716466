//! What the default format makes of a profile, member by member. Tests hold it against the format.

use hrflow_core::MappingRow as Row;

use crate::candidate::limit;

const IMPORT: &str = "Candidate Import API";
const CANDIDATE: &str = "Candidate Import API; OpenAPI of UKG Pro, candidate";
const DOCUMENTS: &str = "Candidate Import API, documents";

/// What [`format_hrflow_profile`](crate::format_hrflow_profile()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::new("info.first_name", "name.first", "In one line; required").cut(limit::NAME).source(CANDIDATE),
    Row::new("info.last_name", "name.last", "In one line; required").cut(limit::NAME).source(CANDIDATE),
    Row::new("info.full_name", "name.first", "The rest besides the last name, at either end; else what its comma or last space divides")
        .without(&["info.first_name"])
        .source(CANDIDATE),
    Row::new("info.full_name", "name.last", "The rest besides the first name, at either end; else what its comma or last space divides").without(&["info.last_name"]).source(CANDIDATE),
    Row::new("info.email", "contact_info.email", "The address in lower case, without what wraps it; the first of several. Required").source(CANDIDATE),
    Row::new("info.phone", "contact_info.phone.primary", "The first number as it is written, with its extension if there is room")
        .at_most(limit::PHONE)
        .source(CANDIDATE),
    Row::new("info.location.fields.road", "contact_info.address.line1", "House number and road")
        .cut(limit::ADDRESS)
        .source(CANDIDATE),
    Row::new("info.location.fields.house_number", "contact_info.address.line1", "House number and road").source(CANDIDATE),
    Row::new("info.location.text", "contact_info.address.line1", "In one line")
        .without(&["info.location.fields.road"])
        .cut(limit::ADDRESS)
        .source(CANDIDATE),
    Row::new("info.location.fields.text", "contact_info.address.line1", "In one line")
        .without(&["info.location.fields.road", "info.location.text"])
        .cut(limit::ADDRESS)
        .source(CANDIDATE),
    Row::new("info.location.fields.city", "contact_info.address.city", "In one line").cut(limit::ADDRESS).source(CANDIDATE),
    Row::new("info.location.fields.postcode", "contact_info.address.postal_code", "Of 3 characters at least")
        .at_most(*limit::POSTAL_CODE.end())
        .source(CANDIDATE),
    Row::new("info.location.fields.country", "contact_info.address.country", "By its ISO 3166-1 code of three letters, from names in many languages too; left out with a warning if it is not listed; the parameter `country_code_format` may have two")
        .source(CANDIDATE),
    Row::new("info.location.fields.country", "contact_info.address.state", "Says whose states are meant").source(CANDIDATE),
    Row::new("info.location.fields.state", "contact_info.address.state", "By its code, in the United States and Canada")
        .source(CANDIDATE),
    Row::new("created_at", "created_at", "In UTC with milliseconds; a time to come is not sent").source(IMPORT),
    Row::new("info.urls[].url", "hyperlinks[].url", "Each web address once; a site that is known by name bears it")
        .source(CANDIDATE),
    Row::new("info.picture", "hyperlinks[].url", "A web address, called `Picture`").source(CANDIDATE),
    Row::always("hyperlinks[].name", "`LinkedIn`, `GitHub`, `Twitter`, `Facebook`, `Picture` or `Link` with a number")
        .source(CANDIDATE),
    Row::new("experiences[].title", "workexperience[].job_title", "In one line; `Not specified` where nothing is known")
        .cut(limit::TITLE)
        .source(CANDIDATE),
    Row::new("experiences[].description", "workexperience[].job_title", "Its first line")
        .without(&["experiences[].title"])
        .cut(limit::TITLE)
        .source(CANDIDATE),
    Row::new("experiences[].company", "workexperience[].company", "In one line; `Not specified` where it is not known")
        .cut(limit::TITLE)
        .source(CANDIDATE),
    Row::new("experiences[].location.fields.city", "workexperience[].location", "In one line")
        .cut(limit::LOCATION)
        .source(CANDIDATE),
    Row::new("experiences[].location.text", "workexperience[].location", "In one line")
        .without(&["experiences[].location.fields.city"])
        .cut(limit::LOCATION)
        .source(CANDIDATE),
    Row::new("experiences[].location.fields.text", "workexperience[].location", "In one line")
        .without(&["experiences[].location.fields.city", "experiences[].location.text"])
        .source(CANDIDATE),
    Row::new("experiences[].date_start", "workexperience[].from", "Year and month; none over 100 years ago").source(CANDIDATE),
    Row::new("experiences[].date_end", "workexperience[].to", "Year and month; nulls for what goes on in any language, and for what has begun and has no end. Left out with a warning if it cannot be read")
        .source(CANDIDATE),
    Row::new("experiences[].description", "workexperience[].description", "Without HTML")
        .cut(limit::WORK)
        .source(CANDIDATE),
    Row::new("experiences[].tasks[].name", "workexperience[].description", "A line, `Tasks: …`").source(CANDIDATE),
    Row::new("experiences[].skills[].name", "workexperience[].description", "A line, `Skills: …`").source(CANDIDATE),
    Row::new("experiences[].courses[].name", "workexperience[].description", "A line, `Courses: …`").source(CANDIDATE),
    Row::new("experiences[].certifications[].name", "workexperience[].description", "A line, `Certifications: …`")
        .source(CANDIDATE),
    Row::new("educations[].school", "education[].school.name", "In one line").cut(limit::TITLE).source(CANDIDATE),
    Row::new("educations[].title", "education[].degree.name", "In one line").cut(limit::TITLE).source(CANDIDATE),
    Row::new("educations[].title", "education[].school.name", "A school is required")
        .without(&["educations[].school"])
        .source(CANDIDATE),
    Row::new("educations[].date_start", "education[].from", "Year and month; none over 100 years ago").source(CANDIDATE),
    Row::new("educations[].date_end", "education[].to", "Year and month; none over 5 years ahead").source(CANDIDATE),
    Row::new("educations[].description", "education[].description", "Without HTML").cut(limit::EDUCATION).source(CANDIDATE),
    Row::new("educations[].courses[].name", "education[].description", "A line, `Courses: …`").source(CANDIDATE),
    Row::new("educations[].skills[].name", "education[].description", "A line, `Skills: …`").source(CANDIDATE),
    Row::new("certifications[].name", "licenses[].license.name", "In one line").cut(limit::LICENSE).source(CANDIDATE),
    Row::new("certifications[].value", "licenses[].number", "In one line").at_most(limit::LICENSE_NUMBER).source(CANDIDATE),
    Row::new("skills[].name", "skills[].skill.name", "Each once, whatever its case").cut(limit::SKILL).source(CANDIDATE),
    Row::new("skills[].value", "skills[].proficiency_level.ordinal", "1 to 5, from `4`, `4/5`, `0.8` or `80`; the tenant's level is looked up")
        .source(CANDIDATE),
    Row::new("languages[].name", "languages", "For the parameter `languages_as_skills`").cut(limit::SKILL).source(CANDIDATE),
    Row::new("info.summary", "summary", "Without HTML, as a comment; for the parameter `comment_author_id`")
        .cut(limit::COMMENT)
        .source(CANDIDATE),
    Row::always(
        "attachments[].kind",
        "`resume` for the document of type `resume` if UKG Pro takes its kind, else `original`; it comes first. `cover` by \
         its type; `other`",
    )
    .source(DOCUMENTS),
    Row::new("attachments[].public_url", "attachments[].url", "A web address; without one the document is left out")
        .source(DOCUMENTS),
    Row::new("attachments[].original_file_name", "attachments[].name", "With its extension").source(DOCUMENTS),
    Row::new("attachments[].file_name", "attachments[].name", "With its extension")
        .without(&["attachments[].original_file_name"])
        .source(DOCUMENTS),
    Row::new("attachments[].extension", "attachments[].name", "Appended where the name lacks it").source(DOCUMENTS),
    Row::new("attachments[].file_size", "attachments[].size", "As it is"),
    Row::always("is_internal", "false").source(IMPORT),
    Row::always("password", "Empty").source(IMPORT),
    Row::always("provider", "`HrFlow.ai`, `ThirdPartyIntegration`, `CandidateImport`").source(IMPORT),
    Row::always("skills[].skill.id", "null: such ids cannot be read").source(IMPORT),
    Row::always("education[].school.id", "null: such ids cannot be read").source(IMPORT),
    Row::always("education[].degree.id", "null: such ids cannot be read").source(IMPORT),
    Row::always("licenses[].license.id", "null: such ids cannot be read").source(IMPORT),
    Row::left_out("info.gender", "A candidate has no place for it"),
    Row::left_out("info.date_birth", "A candidate has no place for it"),
    Row::left_out("info.driving_license", "A candidate has no place for it"),
    Row::left_out("info.location", "All else of the address has no place"),
    Row::left_out("experiences", "All else of a time at work has no place"),
    Row::left_out("educations", "All else of a time at school has no place"),
    Row::left_out("skills[].type", "A skill has a name and a level"),
    Row::left_out("languages[].value", "The parameter `languages_as_skills` takes the names"),
    Row::left_out("courses", "No place of their own"),
    Row::left_out("tasks", "No place of their own"),
    Row::left_out("interests", "A candidate has no place for them"),
    Row::left_out("tags", "A candidate has no place for them"),
    Row::left_out("metadatas", "A candidate has no place for them"),
    Row::left_out("labels", "No application is made of them"),
    Row::left_out("key", "UKG Pro gives its own ids"),
    Row::left_out("reference", "UKG Pro gives its own ids"),
    Row::left_out("text", "The résumé is sent instead"),
    Row::left_out("text_language", "The résumé is sent instead"),
];
