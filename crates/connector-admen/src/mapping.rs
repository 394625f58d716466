//! What the default format makes of a profile, member by member. Tests hold it against the format.
//!
//! No row has a limit: widths are the database's, and only it tells them. Pages of the type `viadeo` are not in it either:
//! HrFlow documents no such type, and whoever has one all the same finds it in `VIADEOPUBLICPROFIL`.

use hrflow_core::MappingRow as Row;

const PERSONS: &str = "table PERSONNES";
const EXPERIENCES: &str = "table EXPERIENCES_PROFESSIONNELLES";

/// What [`format_hrflow_profile_to_admen`](crate::format_hrflow_profile_to_admen()) makes of a profile.
pub const MAPPING: &[Row] = &[
    Row::new("info.first_name", "PRENOM", "In one line").source(PERSONS),
    Row::new("info.last_name", "NOM", "In one line").source(PERSONS),
    Row::new("info.full_name", "PRENOM", "What stands before its last blank")
        .without(&["info.first_name", "info.last_name"])
        .source(PERSONS),
    Row::new("info.full_name", "NOM", "Its last word")
        .without(&["info.first_name", "info.last_name"])
        .source(PERSONS),
    Row::new(
        "info.email",
        "EMAIL_PERSO",
        "In lower case; left out with a warning if it does not look like an address",
    )
    .source(PERSONS),
    Row::new("info.phone", "TEL_MOBILE", "In one line").source(PERSONS),
    Row::new("info.date_birth", "DATE_NAISSANCE", "A date from the year 1000 on").source(PERSONS),
    Row::new("info.location.text", "ADRESSE", "In one line").source(PERSONS),
    Row::new("info.location.fields.text", "ADRESSE", "In one line")
        .without(&["info.location.text"])
        .source(PERSONS),
    Row::new("info.location.fields.postcode", "CODE_POSTAL", "In one line").source(PERSONS),
    Row::new("info.location.fields.city", "VILLE", "In one line").source(PERSONS),
    Row::new("info.location.fields.state", "AREA", "In one line").source(PERSONS),
    Row::new("info.location.fields.country", "PAYS", "As it is found").source(PERSONS),
    Row::new("info.urls[type=linkedin].url", "LINKEDINPUBLICPROFIL", "A web address").source(PERSONS),
    Row::new("info.urls[].url", "LINKEDINPUBLICPROFIL", "The first one at linkedin.com")
        .without(&["info.urls[type=linkedin]"])
        .source(PERSONS),
    Row::new("info.urls[type=twitter].url", "TWITTERPAGE", "A web address").source(PERSONS),
    Row::new("info.urls[type=facebook].url", "FACEBOOKPAGE", "A web address").source(PERSONS),
    Row::new("created_at", "DATE_CREATION", "The day").source(PERSONS),
    Row::new("updated_at", "DATE_MAJ", "To the second, in UTC").source(PERSONS),
    Row::new("experiences[].title", "experiences[].INTITULE_POSTE", "In one line").source(EXPERIENCES),
    Row::new("experiences[].title", "experiences[].POSTE_OCCUPE", "The same").source(EXPERIENCES),
    Row::new("experiences[].company", "experiences[].RAISON_SOCIALE", "In one line").source(EXPERIENCES),
    Row::new("experiences[].location.text", "experiences[].DEPARTMENT", "In one line").source(EXPERIENCES),
    Row::new("experiences[].location.fields.text", "experiences[].DEPARTMENT", "In one line")
        .without(&["experiences[].location.text"])
        .source(EXPERIENCES),
    Row::new(
        "experiences[].date_start",
        "experiences[].DATE_EXP",
        "Of a month or a year alone, the first day",
    )
    .source(EXPERIENCES),
    Row::new("experiences[].date_end", "experiences[].DATE_FIN", "Of a month or a year alone, the last day")
        .source(EXPERIENCES),
    Row::always("experiences[].EN_COURS", "1 where no end is given, else 0").source(EXPERIENCES),
    Row::new("experiences[].description", "experiences[].COMMENTAIRES", "Line by line, without HTML")
        .source(EXPERIENCES),
    Row::left_out("info.gender", "As in the Python connector"),
    Row::left_out("info.driving_license", "A person has no place for it"),
    Row::left_out("info.picture", "A person has no place for it"),
    Row::left_out("info.summary", "As in the Python connector"),
    Row::left_out("info.location", "All else of the address stands in its line"),
    Row::left_out("info.urls", "Other pages have no place"),
    Row::left_out("experiences", "All else of a time at work has no place"),
    Row::left_out("educations", "A person has no place for them"),
    Row::left_out("attachments", "AD-MEN's documents lie on a share of their own"),
    Row::left_out("skills", "A person has no place for them"),
    Row::left_out("languages", "A person has no place for them"),
    Row::left_out("certifications", "A person has no place for them"),
    Row::left_out("courses", "A person has no place for them"),
    Row::left_out("tasks", "A person has no place for them"),
    Row::left_out("interests", "A person has no place for them"),
    Row::left_out("labels", "An application is no part of a person"),
    Row::left_out("tags", "A format of your own may fill a column of them"),
    Row::left_out("metadatas", "A format of your own may fill a column of them"),
    Row::left_out("reference", "The database numbers persons itself"),
    Row::left_out("key", "The database numbers persons itself"),
    Row::left_out("text", "AD-MEN's documents lie on a share of their own"),
    Row::left_out("text_language", "AD-MEN's documents lie on a share of their own"),
];
