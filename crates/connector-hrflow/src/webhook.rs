//! Signatures of HrFlow.ai's webhooks.
//!
//! All are HMAC with SHA-256 under the webhook's secret, in the header [`SIGNATURE_HEADER`]. HrFlow.ai's own documents and
//! SDKs disagree on what is signed and how it is written down, so the way is chosen once, and nothing else is tried: who
//! may pick the way that their forgery is checked by has half won.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use hmac::{Hmac, KeyInit, Mac};
use hrflow_core::{Error, ErrorKind, Result, Secret, connector::EventSignature};
use sha2::Sha256;

/// The header that holds the signature. Names of headers do not depend on case.
pub const SIGNATURE_HEADER: &str = "HTTP-HRFLOW-SIGNATURE";

/// Checks the signature of an event and answers the event, as JSON text: the request's body where that is what is signed,
/// else what the header holds. The body is then not looked at, as nobody vouches for it.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] where the header is not of the form that `scheme` has, or the signature is not right. The
/// comparison takes as long wherever the first difference is.
pub fn verify(scheme: EventSignature, secret: &Secret, header: &str, body: &[u8]) -> Result<Vec<u8>> {
    let header = header.trim();
    if scheme == EventSignature::Body {
        let signature =
            hexadecimal(header.as_bytes()).ok_or_else(|| malformed("64 digits of lower-case hexadecimal"))?;
        check(secret, body, &signature)?;
        return Ok(body.to_vec());
    }
    let (signature, event) =
        header.split_once('.').ok_or_else(|| malformed("two parts with a dot in between"))?;
    let decoded = |part: &str| decode(part).ok_or_else(|| malformed("base64 on both sides of the dot"));
    let (signature, payload) = (decoded(signature)?, decoded(event)?);
    match scheme {
        EventSignature::EnvelopeHex => {
            let signature =
                hexadecimal(&signature).ok_or_else(|| malformed("a signature in lower-case hexadecimal"))?;
            check(secret, &payload, &signature)?;
        }
        EventSignature::EnvelopeEncoded => check(secret, event.as_bytes(), &signature)?,
        EventSignature::EnvelopeRaw | EventSignature::Body => check(secret, &payload, &signature)?,
    }
    Ok(payload)
}

/// Compares in constant time.
fn check(secret: &Secret, signed: &[u8], signature: &[u8]) -> Result<()> {
    let refused = || {
        Error::new(ErrorKind::Invalid, "the signature is not right").advise(
            "Either event_secret is another one than the webhook's, or event_signature another way than it signs by, or \
             the event was changed on its way, or it is not HrFlow.ai's.",
        )
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).map_err(|_| refused())?;
    mac.update(signed);
    mac.verify_slice(signature).map_err(|_| refused())
}

fn hexadecimal(text: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    (text.len() == 64).then_some(())?;
    base16ct::lower::decode(text, &mut bytes).ok()?;
    Some(bytes)
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 of either alphabet, with padding or without.
fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.replace('-', "+").replace('_', "/")).ok()
}

fn malformed(expected: &str) -> Error {
    Error::new(
        ErrorKind::Invalid,
        format!("the signature is not of the form that event_signature says: expected {expected}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_example_0123456789abcdef";
    const BODY: &str = r#"{"type":"profile.storing.success","origin":"api","message":"Profile created","profile":{"key":"5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4","reference":"REF-0001","source":{"key":"2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093"}}}"#;
    const HEX: &str = "437c54750dadd72cf6fe70229bc8a19b93d484acb792ed106c2df404926519ee";
    const EVENT: &str = "eyJ0eXBlIjoicHJvZmlsZS5zdG9yaW5nLnN1Y2Nlc3MiLCJvcmlnaW4iOiJhcGkiLCJtZXNzYWdlIjoiUHJvZmlsZSBjcmVhdGVkIiwicHJvZmlsZSI6eyJrZXkiOiI1ZDJhMTRjN2E0N2Y4YTZmNDhlNzJkMjk2ZjdlMjAzOGMxYmI0Y2U0IiwicmVmZXJlbmNlIjoiUkVGLTAwMDEiLCJzb3VyY2UiOnsia2V5IjoiMmI0YmY2NzZiMWE5YWVlMmI3YzJiNDIyMjQyYzdkN2ZkYjZjYzA5MyJ9fX0=";
    const ENVELOPES: [(EventSignature, &str); 3] = [
        (
            EventSignature::EnvelopeHex,
            "NDM3YzU0NzUwZGFkZDcyY2Y2ZmU3MDIyOWJjOGExOWI5M2Q0ODRhY2I3OTJlZDEwNmMyZGY0MDQ5MjY1MTllZQ==",
        ),
        (EventSignature::EnvelopeRaw, "Q3xUdQ2t1yz2/nAim8ihm5PUhKy3ku0QbC30BJJlGe4="),
        (EventSignature::EnvelopeEncoded, "u2gYxver+lKWThM6cZ1O7qR7z69OR2NP5AQFg9MGStg="),
    ];
    const ALL: [EventSignature; 4] = [
        EventSignature::Body,
        EventSignature::EnvelopeHex,
        EventSignature::EnvelopeRaw,
        EventSignature::EnvelopeEncoded,
    ];

    fn verified(scheme: EventSignature, secret: &str, header: &str, body: &str) -> Option<String> {
        let event = verify(scheme, &Secret::new(secret), header, body.as_bytes()).ok()?;
        Some(String::from_utf8(event).unwrap())
    }

    #[test]
    fn the_body_is_signed() {
        assert_eq!(verified(EventSignature::Body, SECRET, HEX, BODY).as_deref(), Some(BODY));
        // HrFlow.ai's own sample (documentation, webhooks).
        let sample = "9d101d2bf630748679226b767d2031634c520390ff0e926afc09bc65a05bfdb2";
        assert_eq!(verified(EventSignature::Body, "1234", sample, "4567").as_deref(), Some("4567"));
    }

    #[test]
    fn envelopes_hold_the_event_and_the_body_does_not_count() {
        for (scheme, signature) in ENVELOPES {
            let url_safe = signature.replace('/', "_").replace('+', "-");
            for header in [
                format!("{signature}.{EVENT}"),
                format!("{url_safe}.{EVENT}"),
                format!(" {}.{EVENT}\n", signature.trim_end_matches('=')),
            ] {
                assert_eq!(
                    verified(scheme, SECRET, &header, "{\"forged\":1}").as_deref(),
                    Some(BODY),
                    "{scheme:?}"
                );
            }
        }
    }

    #[test]
    fn what_the_python_sdk_takes() {
        let payload = r#"{"type":"profile.parse.success","origin":"api","message":"Profile parsed successfully","profile":{"key":"5d2a14c7a47f8a6f48e72d296f7e2038c1bb4ce4","reference":"REF-0001","source":{"key":"2b4bf676b1a9aee2b7c2b422242c7d7fdb6cc093"}}}"#;
        let signature =
            "ZGIzNWNhNTQzMjI4NTQ5NzIwNWYwOTQxNTQwMjA5NTI3MDhiYWEzNjIzMzIwOGE5ZmYzYTlkNWMwMTYyYzJmOA==";
        let header = |payload: &str| format!("{signature}.{}", BASE64.encode(payload));
        assert_eq!(
            verified(EventSignature::EnvelopeHex, SECRET, &header(payload), "").as_deref(),
            Some(payload)
        );
        let changed = header(&payload.replacen("api", "apj", 1));
        assert_eq!(verified(EventSignature::EnvelopeHex, SECRET, &changed, ""), None);
    }

    #[test]
    fn no_scheme_falls_back_to_another() {
        let mut headers = vec![(EventSignature::Body, HEX.to_owned())];
        headers.extend(ENVELOPES.map(|(scheme, signature)| (scheme, format!("{signature}.{EVENT}"))));
        for (signed_by, header) in &headers {
            for scheme in ALL {
                assert_eq!(
                    verified(scheme, SECRET, header, BODY).is_some(),
                    scheme == *signed_by,
                    "{scheme:?} {header}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_right_is_refused() {
        for (secret, header, body) in [
            ("another secret", HEX, BODY),
            (SECRET, HEX, "{}"),
            (SECRET, &HEX.to_uppercase(), BODY),
            (SECRET, &HEX[..62], BODY),
            (SECRET, "", BODY),
            (SECRET, "é", BODY),
        ] {
            assert_eq!(verified(EventSignature::Body, secret, header, body), None, "{header}");
        }
        for (scheme, signature) in ENVELOPES {
            for header in [
                signature.to_owned(),
                format!("{signature}."),
                format!(".{EVENT}"),
                format!("{signature}.{}", &EVENT[4..]),
                format!("{}.{EVENT}", &signature[..signature.len() - 4]),
            ] {
                assert_eq!(verified(scheme, SECRET, &header, BODY), None, "{scheme:?} {header}");
            }
        }
    }
}
