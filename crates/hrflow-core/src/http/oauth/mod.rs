//! OAuth 2.0 (RFC 6749): token endpoints and their token sources.
//!
//! The crate `oauth2` builds requests and parses responses. This crate's [`Client`](super::Client) sends them, with its
//! timeouts, limits, retries and redaction. Responses are converted to the standard's format before parsing, because
//! vendors deviate from it: see [`TokenAnswer`].
//!
//! # Retries
//!
//! Failed connections and 429 are always retried, as for all requests. In addition:
//!
//! | request | response lost (5xx, timeout, reset) | reason |
//! |---|---|---|
//! | client credentials | repeated | another token does no harm |
//! | code exchange | not repeated | servers revoke the tokens of a code that arrives twice (RFC 6749, 4.1.2), and the user can consent again |
//! | refresh | repeated once | without rotation, the repetition is an ordinary refresh. With rotation, only a grace period of the vendor saves the grant. More repetitions could look like theft (RFC 9700, 4.14.2) |
//!
//! The stored grant stays unchanged until a response arrives, so that the next run tries it again.

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
