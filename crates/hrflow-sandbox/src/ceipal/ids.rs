//! Ids of the API. They are encrypted and look like base64: they can hold `/` and `+`, and end in `=`. The two versions
//! have different ids.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::route::Version;

/// Returns the id of record `number`. Each has `/`, `+` and `=`, so that clients must encode it.
pub(crate) fn encrypted(kind: &str, number: u64, version: Version, seed: u64) -> String {
    let attempt = |nonce: u64| {
        let text = format!("{seed} {kind} {number} {} {nonce}", version.segment());
        STANDARD.encode(Sha256::digest(text))
    };
    let awkward = |id: &String| id.contains('/') && id.contains('+');
    (0..10_000).map(attempt).find(awkward).unwrap_or_else(|| attempt(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_awkward_and_stable() {
        for number in 0..100 {
            let id = encrypted("applicant", number, Version::One, 1);
            assert!(id.contains('/') && id.contains('+') && id.ends_with('='), "{id}");
            assert_eq!(id, encrypted("applicant", number, Version::One, 1));
            assert_ne!(id, encrypted("applicant", number, Version::Two, 1));
            assert_ne!(id, encrypted("job", number, Version::One, 1));
        }
    }
}
