//! Requests to HrFlow.ai's API (<https://developers.hrflow.ai>).

use hrflow_core::{
    Error, ErrorKind, Options, Result, Scope, Secret,
    http::{Answer, BaseUrl, Client, Operation, classify},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Filled, Profile,
    account::Account,
    lenient::{self, Record},
};

/// HrFlow.ai, with the credentials of an account.
pub(crate) struct Api {
    client: Client,
}

/// The envelope of every answer; `code` repeats the HTTP status.
#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

/// A page of a list of profiles.
pub(crate) struct Page {
    /// What it holds: profiles, and what is none.
    pub(crate) entries: Vec<Result<Profile, Value>>,
    pub(crate) meta: Meta,
}

/// The envelope of a list.
#[derive(Deserialize)]
struct List {
    data: Vec<Value>,
    #[serde(default, deserialize_with = "lenient::record")]
    meta: Meta,
}

/// What a page says of its list.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Meta {
    /// The number of the last page; 0 or 1 where the list is empty.
    #[serde(deserialize_with = "lenient::size")]
    pub(crate) max_page: Option<u64>,
    /// How many the whole list holds.
    #[serde(deserialize_with = "lenient::size")]
    pub(crate) total: Option<u64>,
}

impl Record for Meta {}

impl Api {
    pub(crate) fn new(account: &Account<'_>, options: &Options) -> Result<Self> {
        let key = Secret::new(account.api_secret.expose().trim());
        let client = Client::builder("HrFlow.ai", BaseUrl::parse(account.api_url, "api_url")?)
            .secret_header("X-API-KEY", &key)
            .header("X-USER-EMAIL", account.api_user.trim())
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
        Ok(of_source(request.send().await?.json::<Envelope<Profile>>()?.data, source_key))
    }

    /// A page of the profiles of a source, which `query` names too.
    pub(crate) async fn profiles(&self, source_key: &str, query: &[(&str, &str)]) -> Result<Page> {
        let request = self.client.get(Operation::read("storing.profiles.list"), "storing/profiles");
        let List { data, meta } = request.query(query).send().await?.json()?;
        let read = |entry: Value| match Profile::deserialize(&entry) {
            Ok(profile) => Ok(of_source(profile, source_key)),
            Err(_) => Err(entry),
        };
        Ok(Page { entries: data.into_iter().map(read).collect(), meta })
    }
}

/// The profile, with the source that it was asked for where it names none.
fn of_source(mut profile: Profile, source_key: &str) -> Profile {
    if profile.source_key.filled().is_none() {
        profile.source_key = Some(source_key.trim().to_owned());
    }
    profile
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
            Some(object) => {
                known(ErrorKind::NotFound, format!("HrFlow.ai has no such {object}")).advise(match object {
                    "source" => "Check source_key.",
                    _ => "Check source_key and profile_key.",
                })
            }
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
