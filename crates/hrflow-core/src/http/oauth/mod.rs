//! OAuth 2.0 (RFC 6749): token endpoints, and the token sources that use them.
//!
//! The forms and the answers are the crate `oauth2`'s; what is sent goes through our [`Client`](super::Client), with
//! its timeouts, limits, retries and redaction. Answers are brought into the form that the standard asks for
//! before they are parsed, as vendors differ from it: see [`TokenAnswer`].
//!
//! # What is sent again
//!
//! A connection that could not be made and a 429 always are, as everywhere. Beyond that:
//!
//! | request | answer lost (5xx, timeout, reset) | why |
//! |---|---|---|
//! | client credentials | repeated | another token does no harm |
//! | code exchange | not repeated | a code that arrives twice makes servers revoke what the first one gave (RFC 6749, 4.1.2); a person is at hand to consent again |
//! | refresh | repeated once | if the vendor rotated the token, its successor went with the answer: only a vendor's grace period can save the grant then, and if it did not, the repetition is an ordinary refresh. More than one could look like theft (RFC 9700, 4.14.2) |
//!
//! Until an answer arrives the stored grant stays as it is, so the next run tries it once more.

mod client_credentials;
mod code_grant;
mod consent;
mod endpoint;
mod errors;
mod normal;
mod stored;

pub use self::{
    client_credentials::ClientCredentials,
    code_grant::CodeGrant,
    consent::CodeConsent,
    endpoint::{TokenAnswer, TokenEndpoint},
    errors::CODE,
};
