//! Access tokens in the form of a JSON Web Token. Clients may read them; nobody but us checks them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A token for `subject` that says when it was issued and when it expires; `number` makes it unlike any other.
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
