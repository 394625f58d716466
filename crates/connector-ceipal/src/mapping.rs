//! What the default format makes of a profile, member by member. Tests hold it against the format.

use hrflow_core::MappingRow as Row;

const CLIENTS: &str = "create and apply calls of public clients";
const FORM: &str = "Ceipal's own application form";

/// What [`format_applicant`](crate::format_applicant()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::new("info.first_name", "standard_fields.firstname", "In one line").source(CLIENTS),
    Row::new("info.last_name", "standard_fields.lastname", "In one line").source(CLIENTS),
    Row::new("info.last_name", "standard_fields.firstname", "Ceipal requires a first name")
        .without(&["info.first_name", "info.full_name"])
        .source(CLIENTS),
    Row::new("info.full_name", "standard_fields.firstname", "The rest besides the last name, at either end; else what its comma or last space divides; a single word whole")
        .without(&["info.first_name"])
        .source(CLIENTS),
    Row::new("info.full_name", "standard_fields.lastname", "The rest besides the first name, at either end; else what its comma or last space divides")
        .without(&["info.last_name"])
        .source(CLIENTS),
    Row::new("info.email", "standard_fields.email", "The address as it is written, without what wraps it; the first of several. Required")
        .source(CLIENTS),
    Row::new("info.phone", "standard_fields.mobile_number", "The first number: a plus sign and its digits, without extension. 7 to 15 digits are sent")
        .source(CLIENTS),
    Row::new("info.location.text", "standard_fields.address", "In one line").source(CLIENTS),
    Row::new("info.location.fields.text", "standard_fields.address", "In one line")
        .without(&["info.location.text"])
        .source(CLIENTS),
    Row::new("info.location.fields.road", "standard_fields.address", "Road and house number")
        .without(&["info.location.text", "info.location.fields.text"])
        .source(CLIENTS),
    Row::new("info.location.fields.house_number", "standard_fields.address", "Road and house number")
        .without(&["info.location.text", "info.location.fields.text"])
        .source(CLIENTS),
    Row::new("info.location.fields.city", "standard_fields.city", "In one line").source(CLIENTS),
    Row::new("info.location.fields.state", "standard_fields.state", "The id that the account has for it is sent")
        .source("states list documentation"),
    Row::new("info.location.fields.country", "standard_fields.country", "The id that the account has for it is sent")
        .source("countries list documentation"),
    Row::new("info.location.fields.postcode", "postcode", "For the parameter `field_map.postcode`"),
    Row::new("info.urls[type=linkedin].url", "linkedin", "A web address; for the parameter `field_map.linkedin`"),
    Row::new("info.urls[].url", "linkedin", "The first one at linkedin.com; for the parameter `field_map.linkedin`")
        .without(&["info.urls[type=linkedin]"]),
    Row::new("skills[].name", "skills", "Each once; for the parameter `field_map.skills`"),
    Row::new("experiences[].title", "job_title", "That of the first one; for the parameter `field_map.job_title`"),
    Row::new("tags[]", "tags", "Name and value; for the parameter `custom_field_map`"),
    Row::new("metadatas[]", "tags", "Name and value, after the tags; for the parameter `custom_field_map`"),
    Row::always(
        "attachments[].kind",
        "`resume`: the document of type `resume` if it is pdf, docx or doc, else `original`, else any but a cover letter. \
         Ceipal takes no other documents",
    )
    .source(FORM),
    Row::new("attachments[type=resume].public_url", "attachments[].url", "A web address").source(FORM),
    Row::new("attachments[type=resume].original_file_name", "attachments[].name", "With its extension, without a path")
        .cut(120)
        .source(FORM),
    Row::new("attachments[type=resume].file_name", "attachments[].name", "With its extension, without a path")
        .without(&["attachments[].original_file_name"])
        .source(FORM),
    Row::new("attachments[type=resume].extension", "attachments[].name", "Appended where the name lacks it").source(FORM),
    Row::new("attachments[type=resume].file_size", "attachments[].size", "As it is"),
    Row::new("attachments[type=original]", "attachments[]", "The same of the original")
        .without(&["attachments[type=resume]"])
        .source(FORM),
    Row::new("attachments[type=other]", "attachments[]", "The same of any other document")
        .without(&["attachments[type=resume]", "attachments[type=original]"])
        .source(FORM),
    Row::left_out("attachments", "An applicant has one document"),
    Row::left_out("info.summary", "No field is known; Ceipal reads it out of the résumé"),
    Row::left_out("experiences", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("educations", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("languages", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("certifications", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("courses", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("tasks", "No field is known; Ceipal reads them out of the résumé"),
    Row::left_out("interests", "No field is known"),
    Row::left_out("skills[].type", "A skill is a name"),
    Row::left_out("skills[].value", "A skill is a name"),
    Row::left_out("info.gender", "No field is known"),
    Row::left_out("info.date_birth", "No field is known"),
    Row::left_out("info.driving_license", "No field is known"),
    Row::left_out("info.picture", "No field is known"),
    Row::left_out("info.location", "All else of the address is in its line"),
    Row::left_out("info.urls", "Only the LinkedIn page may have a field"),
    Row::left_out("labels", "The parameter `job_id` says which job is applied for"),
    Row::left_out("key", "Applicants are told apart by their e-mail address"),
    Row::left_out("reference", "Applicants are told apart by their e-mail address"),
    Row::left_out("text", "The résumé is sent instead"),
    Row::left_out("text_language", "The résumé is sent instead"),
];
