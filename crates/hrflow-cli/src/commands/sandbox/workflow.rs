//! A workflow file for a sandbox.

use hrflow_sandbox::{Credentials, Sandbox, Urls};
use serde_json::Value;

const MARK: &str = "# Written by `hrflow sandbox`";
const LOCAL: &str = "api_url: http://127.0.0.1:";

/// A workflow file that pushes the profile with the most to show.
pub(crate) fn text(sandbox: &Sandbox) -> String {
    let Urls { hrflow: hrflow_url, teamtailor: teamtailor_url, .. } = sandbox.urls();
    let Credentials { hrflow, teamtailor, .. } = sandbox.credentials();
    format!(
        "\
{MARK}, for as long as that one runs; the next one overwrites it.
workflow_id: sandbox-to-teamtailor
connector: teamtailor
action: push_profile
origin_parameters:
  api_secret: {}
  api_user: {}
  source_key: {}
  profile_key: {}
  api_url: {hrflow_url}    # leave it out for the real HrFlow.ai
target_parameters:
  Authorization: {}
  X_Api_Version: {}
  api_url: {teamtailor_url}    # leave it out for the real Teamtailor
options:
  allow_local_urls: true    # the sandbox serves résumés on loopback
",
        hrflow.api_secret,
        hrflow.api_user,
        hrflow.source_key,
        fullest(&sandbox.hrflow().profiles()),
        teamtailor.key,
        teamtailor.api_version
    )
}

/// Whether a sandbox wrote the file, and nobody has made it one for real systems since.
pub(super) fn is_ours(text: &str) -> bool {
    text.starts_with(MARK) && text.matches(LOCAL).count() == 2
}

/// The key of the profile with the most attachments.
fn fullest(profiles: &[Value]) -> &str {
    let attachments = |profile: &&Value| profile["attachments"].as_array().map_or(0, Vec::len);
    profiles.iter().max_by_key(attachments).and_then(|profile| profile["key"].as_str()).unwrap_or("none")
}
