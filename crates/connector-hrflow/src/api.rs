//! Requests to HrFlow.ai's API (<https://developers.hrflow.ai>).

use hrflow_core::{
    Error, ErrorKind, Options, Result, Scope, Secret,
    http::{Answer, BaseUrl, Client, Operation, classify},
    repair::{Repair, Step, within},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Filled, Profile, Reading,
    account::Account,
    lenient::{self, Record},
};

/// How much of a key from a response is shown.
const SHOWN: usize = 60;

/// HrFlow.ai, with the credentials of an account.
pub(crate) struct Api {
    client: Client,
}

/// The envelope of every response.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    data: Value,
    #[serde(deserialize_with = "lenient::record")]
    meta: Meta,
}

/// The `code` of an envelope, which repeats the HTTP status: a number, or text that spells it.
#[derive(Deserialize)]
struct Code {
    #[serde(default, deserialize_with = "lenient::size")]
    code: Option<u64>,
}

/// A page of a list of profiles.
pub(crate) struct Page {
    /// The profiles, and what is listed in the place of one.
    pub(crate) entries: Vec<Result<Profile, NoProfile>>,
    pub(crate) meta: Meta,
}

/// An entry of a list that is not a profile of the source.
pub(crate) struct NoProfile {
    /// The entry as it was returned.
    pub(crate) entry: Value,
    /// What is wrong with it.
    pub(crate) error: Error,
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
            // No limit is published. A pause that HrFlow.ai asks for holds for all that use the key.
            .rate_limit(None, key.expose())
            .attempts(u32::from(options.attempts.get()))
            .timeout(options.timeout.into())
            .classify(meaning)
            .build()?;
        Ok(Self { client })
    }

    /// One profile of a source.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where the response is not the profile that was requested: `data` is no object, or its key
    /// or its source is another one.
    pub(crate) async fn profile(&self, source_key: &str, key: &str) -> Result<Profile> {
        let query = [("source_key", source_key.trim()), ("key", key.trim())];
        let request =
            self.client.get(Operation::read("profile.indexing.get"), "profile/indexing").query(&query);
        let answer = request.send().await?;
        let (Envelope { mut data, .. }, repairs) = answer.json_repaired()?;
        note(&mut data, &repairs, None, || format!("{}/{}", source_key.trim(), key.trim()));
        let profile = profile_in(&data)
            .and_then(|profile| of_source(profile, source_key))
            .and_then(|profile| of_key(profile, key));
        profile.map_err(|error| explained(error, &answer))
    }

    /// A page of the profiles of a source, which `query` names too.
    pub(crate) async fn profiles(&self, source_key: &str, page: u64, query: &[(&str, &str)]) -> Result<Page> {
        let request = self.client.get(Operation::read("storing.profiles.list"), "storing/profiles");
        let answer = request.query(query).send().await?;
        let (Envelope { data, meta }, repairs) = answer.json_repaired()?;
        let data = match data {
            Value::Array(data) => data,
            other => {
                let message =
                    format!("HrFlow.ai returned {} where a list of profiles was expected", what(&other));
                return Err(explained(Error::new(ErrorKind::Protocol, message), &answer));
            }
        };
        let read = |(index, mut entry): (usize, Value)| {
            note(&mut entry, &repairs, Some(index), || format!("page {page}, item {}", index + 1));
            let profile = profile_in(&entry).and_then(|profile| of_source(profile, source_key));
            profile.and_then(named).map_err(|error| NoProfile { entry, error })
        };
        Ok(Page { entries: data.into_iter().enumerate().map(read).collect(), meta })
    }
}

/// An error about the content of a response, with HrFlow.ai's own message.
fn explained(error: Error, answer: &Answer) -> Error {
    error.with_status(answer.status()).with_vendor_message(answer.message())
}

/// What a value is, for messages.
fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Notes in a profile's JSON what was repaired of a response in `data`, or in the element of `data` at `index`. If its own key
/// is damaged, it is known by `place`.
fn note(profile: &mut Value, repairs: &[Repair], index: Option<usize>, place: impl FnOnce() -> String) {
    if !repairs.is_empty()
        && let Value::Object(fields) = profile
    {
        let data = [Step::Field("data".to_owned())];
        let path: Vec<Step> = data.into_iter().chain(index.map(Step::Index)).collect();
        Reading::note(fields, &within(repairs, &path), &place());
    }
}

fn profile_in(data: &Value) -> Result<Profile> {
    let unexpected = |what: &str| {
        let message = format!("HrFlow.ai returned {what} where a profile was expected");
        Error::new(ErrorKind::Protocol, message)
    };
    if !data.is_object() {
        return Err(unexpected(what(data)));
    }
    Profile::deserialize(data).map_err(|_| unexpected("an object that cannot be read"))
}

/// The profile, with the source that was requested where it names none.
fn of_source(mut profile: Profile, source_key: &str) -> Result<Profile> {
    let source_key = source_key.trim();
    if profile.has_damaged_key() {
        return Ok(profile);
    }
    let named = [profile.source_key.filled(), profile.source.key.filled()];
    if let Some(other) = named.into_iter().flatten().find(|it| *it != source_key) {
        let message =
            format!("HrFlow.ai returned a profile of the source {}, not of {source_key}", shown(other));
        return Err(Error::new(ErrorKind::Protocol, message).advise("Check source_key."));
    }
    if profile.source_key.filled().is_none() {
        profile.source_key = Some(source_key.to_owned());
    }
    Ok(profile)
}

/// The profile, if it has the requested key. HrFlow.ai looks up by key alone here; a reference that equals it identifies
/// the profile as well.
fn of_key(profile: Profile, key: &str) -> Result<Profile> {
    let key = key.trim();
    match profile.key.filled() {
        _ if profile.has_damaged_key() => Ok(profile),
        Some(found) if found == key => Ok(profile),
        None if profile.reference.filled() == Some(key) => Ok(profile),
        Some(other) => {
            let message = format!("HrFlow.ai returned the profile {}, not {key}", shown(other));
            Err(Error::new(ErrorKind::Protocol, message))
        }
        None => {
            Err(Error::new(ErrorKind::Protocol, "HrFlow.ai returned a profile without the requested key"))
        }
    }
}

/// The profile, if it can be told from others.
fn named(profile: Profile) -> Result<Profile> {
    match profile.item_key() {
        Some(_) => Ok(profile),
        None => {
            Err(Error::new(ErrorKind::Protocol, "HrFlow.ai lists a profile with neither key nor reference"))
        }
    }
}

/// The beginning of a key from a response.
fn shown(key: &str) -> String {
    key.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}

/// What an answer means. Objects are looked up with 400 and not with 404, 401 stands for a missing permission
/// too, and 402 for a used-up quota (API documentation, status codes; python-hrflow-api, `hrflow/profile/storing.py`).
///
/// A `code` of 400 or above in the body of a 2xx counts as the status: HrFlow.ai documents both as equal, and
/// a gateway may change the status alone.
fn meaning(answer: &Answer) -> Result<()> {
    let status = match answer.is_success() {
        true => code(answer).unwrap_or(answer.status()),
        false => answer.status(),
    };
    let Err(error) = classify::as_status(answer, status) else { return Ok(()) };
    let words = answer.message();
    let known = |kind, message: String| {
        Error::new(kind, message).with_status(status).with_vendor_message(words.as_str())
    };
    Err(match status {
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

/// The `code` of a body, if it reports an error.
fn code(answer: &Answer) -> Option<u16> {
    let code = serde_json::from_slice::<Code>(answer.body()).ok()?.code?;
    u16::try_from(code).ok().filter(|code| (400..=599).contains(code))
}

/// What is missing, as a 400 words it today and as it did in 2020.
fn not_found(words: &str) -> Option<&str> {
    match words.split_once("Unable to find object:") {
        Some((_, object)) => object.split_whitespace().next(),
        None => words.contains("Invalid source fields").then_some("source"),
    }
}
