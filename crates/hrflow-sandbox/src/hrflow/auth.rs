//! Authentication: two headers, and a permission in the prefix of the key.

use serde_json::{Map, Value};

use super::envelope;
use super::switches::{PermissionMember, Switches};
use crate::server::{Answer, Received};

/// The fictional account's email, sent as `X-USER-EMAIL`.
pub(crate) const API_USER: &str = "integration@example.com";
/// A key with all permissions.
pub(crate) const SECRET_ALL: &str = "ask_00000000000000000000000000005a4d";
/// A key that can only read.
pub(crate) const SECRET_READ: &str = "askr_0000000000000000000000000000005e";
/// A key that can only write.
pub(crate) const SECRET_WRITE: &str = "askw_0000000000000000000000000000007e";

/// Rejects the request unless its key has the permission of the method: read for GET, write for all others.
///
/// A missing permission, an unknown key and a wrong email give the same response (HrFlow.ai docs, "API Authentication";
/// the official SDK's tests).
pub(crate) fn admit(request: &Received) -> Result<(), Answer> {
    let needed = if request.method == "GET" { "read" } else { "write" };
    let key = request.header("x-api-key").unwrap_or_default();
    let fits = match key {
        SECRET_ALL => true,
        SECRET_READ => needed == "read",
        SECRET_WRITE => needed == "write",
        _ => false,
    };
    if fits && request.header("x-user-email").is_some_and(|user| user.eq_ignore_ascii_case(API_USER)) {
        return Ok(());
    }
    Err(envelope::failure(401, format!("Unauthorized. Invalid secret key: {key} for permission: {needed}")))
}

/// `GET /auth`.
pub(crate) fn check(request: &Received, switches: &Switches) -> Answer {
    let permission = if request.header("x-api-key") == Some(SECRET_READ) { "read" } else { "all" };
    let member = match switches.permission_member {
        PermissionMember::ApiKeyPermission => "api_key_permission",
        PermissionMember::ApiSecretPermission => "api_secret_permission",
    };
    let mut data = Map::new();
    data.insert("team_name".into(), "Sandbox team".into());
    data.insert("team_subdomain".into(), "sandbox-team".into());
    data.insert("request_origin".into(), Value::Null);
    data.insert(member.into(), permission.into());
    envelope::success(200, "API Access Success", &data)
}
