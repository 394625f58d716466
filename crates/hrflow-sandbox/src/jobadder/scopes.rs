//! The available scopes (API documentation, security scheme).

use std::collections::BTreeSet;

use super::grants::OFFLINE;

const SCOPES: [&str; 56] = [
    "manage_candidate_custom",
    "manage_company_custom",
    "manage_contact_custom",
    "manage_job_custom",
    "manage_jobapplication_custom",
    "manage_placement_custom",
    OFFLINE,
    "partner_jobboard",
    "partner_ui_action",
    "read",
    "read_candidate",
    "read_candidate_note",
    "read_company",
    "read_company_note",
    "read_contact",
    "read_contact_note",
    "read_float",
    "read_folder",
    "read_interview",
    "read_job",
    "read_job_note",
    "read_jobad",
    "read_jobapplication",
    "read_jobapplication_note",
    "read_note",
    "read_opportunity",
    "read_placement",
    "read_placement_note",
    "read_requisition",
    "read_requisition_note",
    "read_submission",
    "read_user",
    "read_usergroup",
    "read_usertask",
    "write",
    "write_candidate",
    "write_candidate_note",
    "write_company",
    "write_company_note",
    "write_contact",
    "write_contact_note",
    "write_folder",
    "write_interview",
    "write_job",
    "write_job_note",
    "write_jobad",
    "write_jobapplication",
    "write_jobapplication_note",
    "write_note",
    "write_opportunity",
    "write_placement",
    "write_placement_note",
    "write_requisition",
    "write_requisition_note",
    "write_sms",
    "write_usertask",
];

/// Parses the scopes of a request. Rejects unknown scopes and `offline_access` alone.
pub(crate) fn parse(text: &str) -> Option<BTreeSet<String>> {
    let scopes: BTreeSet<String> =
        text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    let known = scopes.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    let some = scopes.iter().any(|scope| scope != OFFLINE);
    (known && some).then_some(scopes)
}
