//! What the default format makes of a profile, member by member. Tests hold it against the format.

use hrflow_core::MappingRow as Row;

/// The Python connector is the public source for what stands in which column; how wide a column is, the database tells.
const COLUMNS: &str = "the Python connector's format and model; the database tells the widths";

/// What [`format_hrflow_profile_to_admen`](crate::format_hrflow_profile_to_admen()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::new("info.last_name", "NOM", "In one line").source(COLUMNS),
    Row::new("info.first_name", "PRENOM", "In one line").source(COLUMNS),
    Row::new("info.full_name", "NOM", "The rest besides the first name, at either end; else what its comma or last space divides")
        .without(&["info.last_name"])
        .source(COLUMNS),
    Row::new(
        "info.full_name",
        "PRENOM",
        "The rest besides the last name, at either end; else what its comma or last space divides",
    )
    .without(&["info.first_name"])
    .source(COLUMNS),
    Row::new(
        "info.email",
        "EMAIL_PERSO",
        "The address in lower case, without what wraps it; the first of several. A placeholder is left out with a warning; any other text that is no address fails the item",
    )
    .source(COLUMNS),
    Row::new("info.phone", "TEL_MOBILE", "The first number as it is written, with its extension").source(COLUMNS),
    Row::new("info.date_birth", "DATE_NAISSANCE", "A day, from the year 1000 on").source(COLUMNS),
    Row::new("info.location.text", "ADRESSE", "In one line").source(COLUMNS),
    Row::new("info.location.fields.text", "ADRESSE", "In one line")
        .without(&["info.location.text"])
        .source(COLUMNS),
    Row::new("info.location.fields.postcode", "CODE_POSTAL", "In one line").source(COLUMNS),
    Row::new("info.location.fields.city", "VILLE", "In one line").source(COLUMNS),
    Row::new("info.location.fields.state", "AREA", "In one line").source(COLUMNS),
    Row::new("info.location.fields.country", "PAYS", "In one line, as it was found").source(COLUMNS),
    Row::new("info.urls[type=linkedin].url", "LINKEDINPUBLICPROFIL", "The first, if it is a web address")
        .source(COLUMNS),
    Row::new("info.urls[].url", "LINKEDINPUBLICPROFIL", "The first one at linkedin.com")
        .without(&["info.urls[type=linkedin]"])
        .source(COLUMNS),
    Row::new("info.urls[type=viadeo].url", "VIADEOPUBLICPROFIL", "The first, if it is a web address")
        .source(COLUMNS),
    Row::new("info.urls[type=twitter].url", "TWITTERPAGE", "The first, if it is a web address")
        .source(COLUMNS),
    Row::new("info.urls[type=facebook].url", "FACEBOOKPAGE", "The first, if it is a web address")
        .source(COLUMNS),
    Row::new("created_at", "DATE_CREATION", "A day; never changed by an update").source(COLUMNS),
    Row::new("updated_at", "DATE_MAJ", "In UTC, to the second").source(COLUMNS),
    Row::new("experiences[].title", "experiences[].INTITULE_POSTE", "In one line").source(COLUMNS),
    Row::new("experiences[].title", "experiences[].POSTE_OCCUPE", "The same value").source(COLUMNS),
    Row::new("experiences[].company", "experiences[].RAISON_SOCIALE", "In one line").source(COLUMNS),
    Row::new("experiences[].location.text", "experiences[].DEPARTMENT", "In one line").source(COLUMNS),
    Row::new("experiences[].location.fields.text", "experiences[].DEPARTMENT", "In one line")
        .without(&["experiences[].location.text"])
        .source(COLUMNS),
    Row::new(
        "experiences[].date_start",
        "experiences[].DATE_EXP",
        "A day; of a month or a year alone, its first",
    )
    .source(COLUMNS),
    Row::new(
        "experiences[].date_end",
        "experiences[].DATE_FIN",
        "A day; of a month or a year alone, its last. Left out with a warning if it cannot be read",
    )
    .source(COLUMNS),
    Row::always("experiences[].EN_COURS", "1 for what goes on in any language, and for what has begun and has no end; 0 for what has ended; absent if it is not known")
        .source(COLUMNS),
    Row::new("experiences[].description", "experiences[].COMMENTAIRES", "Without HTML").source(COLUMNS),
    Row::left_out("experiences", "All else of a time at work has no column"),
    Row::left_out("educations", "No table is known for them"),
    Row::left_out("attachments", "No table is known for them"),
    Row::left_out("info.gender", "As in the Python connector"),
    Row::left_out("info.picture", "No column"),
    Row::left_out("info.summary", "No column"),
    Row::left_out("info.driving_license", "No column"),
    Row::left_out("info.location", "All else of the address has no column"),
    Row::left_out("info.urls", "Pages at other sites have no column"),
    Row::left_out("key", "AD-MEN gives its own numbers"),
    Row::left_out("reference", "AD-MEN gives its own numbers"),
    Row::left_out("skills", "No table is known for them"),
    Row::left_out("languages", "No table is known for them"),
    Row::left_out("certifications", "No table is known for them"),
    Row::left_out("courses", "No table is known for them"),
    Row::left_out("tasks", "No table is known for them"),
    Row::left_out("interests", "No table is known for them"),
    Row::left_out("tags", "No table is known for them"),
    Row::left_out("metadatas", "No table is known for them"),
    Row::left_out("labels", "No table is known for them"),
    Row::left_out("text", "No column"),
    Row::left_out("text_language", "No column"),
];
