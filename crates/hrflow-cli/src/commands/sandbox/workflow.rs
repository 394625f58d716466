//! A workflow file for a sandbox.

use hrflow_sandbox::{Credentials, Sandbox, Urls};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first line, up to the digest of the others.
const MARK: &str = "# Written by `hrflow sandbox`, which replaces it unless it is edited. Digest: ";

/// A workflow file that pushes the profile with the most to show.
pub(crate) fn text(sandbox: &Sandbox) -> String {
    let Urls { hrflow: hrflow_url, teamtailor: teamtailor_url, .. } = sandbox.urls();
    let Credentials { hrflow, teamtailor, .. } = sandbox.credentials();
    let text = format!(
        "\
# The addresses are those of one sandbox, for as long as it runs.
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
    );
    format!("{MARK}{}\n{text}", digest(&text))
}

/// Whether a sandbox wrote the file, and it was not edited since.
pub(super) fn is_unedited(text: &str) -> bool {
    let marked = text.strip_prefix(MARK).and_then(|rest| rest.split_once('\n'));
    marked.is_some_and(|(written, rest)| written == digest(rest))
}

/// Enough of a SHA-256 to tell an edited text; it is no protection against forgery.
fn digest(text: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(text.as_bytes())[..8])
}

/// The key of the profile with the most attachments.
fn fullest(profiles: &[Value]) -> &str {
    let attachments = |profile: &&Value| profile["attachments"].as_array().map_or(0, Vec::len);
    profiles.iter().max_by_key(attachments).and_then(|profile| profile["key"].as_str()).unwrap_or("none")
}
