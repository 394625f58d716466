//! Access tokens in JSON Web Token format. Clients can read them; only the sandbox verifies them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Creates a token for `subject` with its issue and expiry time. `number` makes each token unique.
pub(crate) fn token(
    issuer: &str,
    subject: &str,
    number: u64,
    issued: Timestamp,
    expires: Timestamp,
) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "HS256", "typ": "JWT"}));
    let claims = part(json!({
        "iss": issuer,
        "sub": subject,
        "jti": number.to_string(),
        "iat": issued.as_second(),
        "exp": expires.as_second(),
    }));
    let signature = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{issuer} {header}.{claims}")));
    format!("{header}.{claims}.{signature}")
}
