//! Requests to HrFlow.ai's API (<https://developers.hrflow.ai>).

use hrflow_core::{
    Error, ErrorKind, Options, Result, Scope, Secret,
    http::{Answer, BaseUrl, Client, Operation, classify},
};
use serde::Deserialize;

use crate::{Filled, Profile, parameters::ProfileParameters};

/// HrFlow.ai, with the credentials of an account.
pub(crate) struct Api {
    client: Client,
}

/// The envelope of every answer; `code` repeats the HTTP status.
#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

impl Api {
    pub(crate) fn new(parameters: &ProfileParameters, options: &Options) -> Result<Self> {
        let key = Secret::new(parameters.api_secret.expose().trim());
        let client = Client::builder("HrFlow.ai", BaseUrl::parse(&parameters.api_url, "api_url")?)
            .secret_header("X-API-KEY", &key)
            .header("X-USER-EMAIL", parameters.api_user.trim())
            .attempts(u32::from(options.attempts.get()))
            .timeout(options.timeout.into())
            .classify(meaning)
            .build()?;
        Ok(Self { client })
    }

    /// One profile of a source.
    pub(crate) async fn profile(&self, source_key: &str, key: &str) -> Result<Profile> {
        let query = [("source_key", source_key.trim()), ("key", key.trim())];
        let request =
            self.client.get(Operation::read("profile.indexing.get"), "profile/indexing").query(&query);
        let mut profile = request.send().await?.json::<Envelope<Profile>>()?.data;
        if profile.source_key.filled().is_none() {
            profile.source_key = Some(source_key.trim().to_owned());
        }
        Ok(profile)
    }
}

/// What an answer means. Objects are looked up with 400 and not with 404, 401 stands for a missing permission
/// too, and 402 for a used-up quota (API documentation, status codes; python-hrflow-api, `hrflow/profile/storing.py`).
fn meaning(answer: &Answer) -> Result<()> {
    let Err(error) = classify::by_status(answer) else { return Ok(()) };
    let words = answer.message();
    let known = |kind, message: String| {
        Error::new(kind, message).with_status(answer.status()).with_vendor_message(words.as_str())
    };
    Err(match answer.status() {
        400 => match not_found(&words) {
            Some(object) => known(ErrorKind::NotFound, format!("HrFlow.ai has no such {object}"))
                .advise("Check source_key and profile_key."),
            None => error,
        },
        401 if words.contains("Unauthorized Access to source") => {
            known(ErrorKind::Unauthorized, "the source belongs to another HrFlow.ai account".to_owned())
                .advise("Check source_key, api_user and api_secret.")
        }
        401 => known(ErrorKind::Unauthorized, "HrFlow.ai refuses the API key".to_owned())
            .advise("Check api_secret and api_user; the key must be allowed to read (ask_ or askr_)."),
        402 => known(ErrorKind::Forbidden, "the quota of the HrFlow.ai plan is used up".to_owned())
            .with_scope(Scope::Run),
        _ => error,
    })
}

/// What is missing, as a 400 words it today and as it did in 2020.
fn not_found(words: &str) -> Option<&str> {
    match words.split_once("Unable to find object:") {
        Some((_, object)) => object.split_whitespace().next(),
        None => words.contains("Invalid source fields").then_some("source"),
    }
}
