//! Requests to JobAdder's API v2 (API documentation, <https://api.jobadder.com/v2/docs>).

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use connector_hrflow::Filled;
use hrflow_core::{
    Error, ErrorKind, Execution, OpenContext, Options, Result, Scope, VendorId,
    http::{
        Answer, BaseUrl, Client, Document, Operation, RateLimit, TokenProvider, VendorClock, multipart::Form,
        oauth::CodeGrant, segment,
    },
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    access::{AuthorizationServer, VENDOR, account_of, grant},
    errors::{APPLY, CREATE, UPDATE, classify},
    parameters::Parameters,
    record::Record,
};

/// The header of a 409 that names a code, and of the request that uses it (API documentation, add a candidate).
const ALLOW_DUPLICATES: &str = "X-Allow-Duplicates";
/// The domain that JobAdder's addresses are at or below.
const DOMAIN: &str = "jobadder.com";
/// Where the API is if the token answer does not say (API documentation, getting started).
const DEFAULT_BASE: &str = "https://api.jobadder.com/v2";
/// How long before its end a token is renewed.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Rows of a page: the default; a thousand is the most.
const PAGE: usize = 100;
/// How many pages a look-up follows before it gives up.
const MAX_PAGES: usize = 100;

/// JobAdder, logged in.
pub(crate) struct Api {
    tokens: Arc<TokenProvider>,
    grant: Arc<CodeGrant>,
    server: BaseUrl,
    /// The base that the parameters name.
    given: Option<BaseUrl>,
    options: Options,
    rate_limit: Option<RateLimit>,
    client: Mutex<Option<Client>>,
}

/// What a request to create or update a candidate came to.
pub(crate) enum Written<T> {
    /// It is done.
    Done(T),
    /// Another candidate has the e-mail address: the answer, and the code that lets this one through all the same.
    Taken(Answer, Option<String>),
}

/// A base with the version that every path is below.
pub(crate) fn api_base(url: &str) -> Result<BaseUrl> {
    versioned(BaseUrl::parse(url, "api_url")?)
}

/// A base that names no path gets the version; one that names a path has it.
fn versioned(base: BaseUrl) -> Result<BaseUrl> {
    if base.as_url().path() == "/" { base.below("v2") } else { Ok(base) }
}

impl Api {
    pub(crate) fn new(parameters: &Parameters, context: &OpenContext) -> Result<Self> {
        let grant = Arc::new(grant(parameters, context)?);
        Ok(Self {
            tokens: Arc::new(TokenProvider::new(grant.clone(), AHEAD)),
            grant,
            server: AuthorizationServer::of(parameters)?.base,
            given: parameters.api_url.filled().map(api_base).transpose()?,
            options: context.options.clone(),
            rate_limit: context.rate_limit,
            client: Mutex::new(None),
        })
    }

    /// The account that was consented for, such as `eu2/1234`.
    pub(crate) fn account(&self) -> String {
        let members = self.grant.members();
        let instance = members.get("instance").and_then(Value::as_str).and_then(Filled::filled);
        let account = account_of(&members);
        let parts: Vec<&str> = [instance, account.as_deref()].into_iter().flatten().collect();
        if parts.is_empty() { "without a number".to_owned() } else { parts.join("/") }
    }

    /// Where users consented.
    pub(crate) fn server(&self) -> &str {
        self.server.host()
    }

    /// Where the API is.
    pub(crate) async fn base(&self) -> Result<BaseUrl> {
        Ok(self.client().await?.base().clone())
    }

    /// The client for the address that came with the current token.
    async fn client(&self) -> Result<Client> {
        // Nothing was sent yet, whatever became of the request for a token.
        self.tokens.token().await.map_err(|error| error.with_execution(Execution::No))?;
        let base = self.current_base().map_err(|error| error.with_scope(Scope::Run))?;
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        match &*client {
            Some(client) if *client.base() == base => Ok(client.clone()),
            _ => Ok(client.insert(self.build(base)?).clone()),
        }
    }

    /// The base that the parameters name, else the one that came with the token: it is the account's region.
    fn current_base(&self) -> Result<BaseUrl> {
        if let Some(given) = &self.given {
            return Ok(given.clone());
        }
        let members = self.grant.members();
        let named = members.get("api").and_then(Value::as_str).and_then(Filled::filled);
        let handed = self.server.handed(named.unwrap_or(DEFAULT_BASE), DOMAIN);
        versioned(handed.map_err(|error| {
            error.advise("Set api_url to the base URL of the API, if that is what it should be.")
        })?)
    }

    fn build(&self, base: BaseUrl) -> Result<Client> {
        Client::builder(VENDOR, base)
            .header("Accept", "application/json")
            .tokens(self.tokens.clone())
            // JobAdder's limits are an account's.
            .rate_limit(self.rate_limit, &self.account())
            .attempts(u32::from(self.options.attempts.get()))
            .timeout(self.options.timeout.into())
            .classify(classify)
            .build()
    }

    /// How many candidates there are, and the vendor's clock.
    pub(crate) async fn count(&self) -> Result<(Option<u64>, VendorClock)> {
        let request = self.client().await?.get(Operation::read("candidates.count"), "candidates");
        // A limit of none asks for the count alone (API documentation, paging).
        let answer = request.query(&[("Limit", "0")]).send().await?;
        let page: Page = answer.json()?;
        Ok((page.total_count, VendorClock::of(&answer)))
    }

    /// Creates a candidate; with the code of an earlier refusal also where another one has the e-mail address.
    pub(crate) async fn create(
        &self,
        body: &Map<String, Value>,
        code: Option<&str>,
    ) -> Result<Written<VendorId>> {
        let request = self.client().await?.post(Operation::once(CREATE), "candidates").json(body);
        let request = code.into_iter().fold(request, |it, code| it.header(ALLOW_DUPLICATES, code));
        let answer = request.send().await?;
        if answer.status() == 409 {
            return Ok(taken(answer));
        }
        let created: Record = answer.json()?;
        match created.candidate_id() {
            Some(id) => Ok(Written::Done(id)),
            None => {
                let error =
                    Error::new(ErrorKind::Protocol, "JobAdder answered without the id of the candidate");
                Err(error.with_status(answer.status()).with_execution(Execution::Unknown))
            }
        }
    }

    /// Writes over a candidate. Members that are left out may be blanked.
    pub(crate) async fn update(
        &self,
        id: &VendorId,
        body: &Map<String, Value>,
        code: Option<&str>,
    ) -> Result<Written<()>> {
        let request = self.client().await?.put(Operation::idempotent(UPDATE), &candidate(id)).json(body);
        let request = code.into_iter().fold(request, |it, code| it.header(ALLOW_DUPLICATES, code));
        let answer = request.send().await?;
        if answer.status() == 409 { Ok(taken(answer)) } else { Ok(Written::Done(())) }
    }

    pub(crate) async fn candidate(&self, id: &VendorId) -> Result<Record> {
        let request = self.client().await?.get(Operation::read("candidates.read"), &candidate(id));
        request.send().await?.json()
    }

    /// Candidates with an e-mail address, given in lower case. Whether the filter is exact is not documented: what
    /// only looks like it does not count.
    pub(crate) async fn candidates_with(&self, email: &str) -> Result<Vec<Record>> {
        let found = self.list("candidates.find", "candidates", &[("Email", email)]).await?;
        Ok(found.into_iter().filter(|it| it.has_email(email)).collect())
    }

    /// Candidates that were created since a time, the newest first.
    pub(crate) async fn candidates_since(&self, since: Timestamp) -> Result<Vec<Record>> {
        // `>` stands for at or after (API documentation, date filters).
        let since = format!(">{}", seconds(since));
        let query = [("CreatedAt", since.as_str()), ("Sort", "-createdAt")];
        self.list("candidates.find", "candidates", &query).await
    }

    /// The candidate who has an e-mail address, given in lower case, as a further one, or as the main one by now.
    pub(crate) async fn candidate_with_other(&self, email: &str) -> Result<Option<Record>> {
        #[derive(Deserialize)]
        struct Found {
            #[serde(default)]
            candidates: Option<Vec<Record>>,
        }
        let request = self.client().await?.get(Operation::read("emailaddress.find"), "search/emailaddress");
        let found: Found = request.query(&[("Email", email)]).send().await?.json()?;
        // The five that changed last, at the most (API documentation, search e-mail address).
        for id in found.candidates.unwrap_or_default().iter().filter_map(Record::candidate_id) {
            let candidate = self.candidate(&id).await?;
            let others = candidate.0.get("otherEmail").and_then(Value::as_array).into_iter().flatten();
            let mut others = others.filter_map(Value::as_str);
            if candidate.has_email(email) || others.any(|it| it.trim().to_lowercase() == email) {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// The definitions of the custom fields of candidates.
    pub(crate) async fn custom_fields(&self) -> Result<Vec<Map<String, Value>>> {
        let operation = Operation::read("candidate-fields.list");
        let page: Page =
            self.client().await?.get(operation, "candidates/fields/custom").send().await?.json()?;
        Ok(page.items.unwrap_or_default().into_iter().map(|it| it.0).collect())
    }

    /// The names in the account's list of candidate sources (API documentation, candidate lists). It has no pages.
    ///
    /// # Errors
    ///
    /// Those of the request, and [`ErrorKind::Protocol`] if the response holds no list.
    pub(crate) async fn candidate_sources(&self) -> Result<Vec<String>> {
        let operation = Operation::read("candidate-sources.list");
        let page: Page =
            self.client().await?.get(operation, "candidates/lists/source").send().await?.json()?;
        let rows =
            page.items.ok_or_else(|| Error::new(ErrorKind::Protocol, "the response has no `items`"))?;
        Ok(rows.iter().filter_map(|row| row.text("name").map(str::to_owned)).collect())
    }

    /// The documents of a type that a candidate has.
    pub(crate) async fn attachments(&self, id: &VendorId, kind: &str) -> Result<Vec<Record>> {
        self.list("attachments.list", &format!("{}/attachments", candidate(id)), &[("Type", kind)]).await
    }

    /// Adds a document to a candidate. It is there twice if it is sent twice.
    pub(crate) async fn attach(&self, id: &VendorId, kind: &str, file: Document) -> Result<()> {
        let path = format!("{}/attachments/{kind}", candidate(id));
        let request = self.client().await?.post(Operation::once("attachments.create"), &path);
        request.multipart(form(file)).send().await.map(drop)
    }

    /// Sets a candidate's photo.
    pub(crate) async fn set_photo(&self, id: &VendorId, file: Document) -> Result<()> {
        let path = format!("{}/photo", candidate(id));
        let request = self.client().await?.put(Operation::idempotent("photo.update"), &path);
        request.multipart(form(file)).send().await.map(drop)
    }

    /// Adds a candidate to a job. A second time is refused, which is as good.
    pub(crate) async fn apply(&self, job: i32, id: &VendorId, source: Option<&str>) -> Result<()> {
        let id: i32 = id.0.parse().map_err(|error| {
            Error::new(ErrorKind::Protocol, "the id of the candidate is not a number").with_source(error)
        })?;
        let mut body = json!({ "candidateId": [id] });
        if let Some(source) = source {
            body["source"] = Value::from(source);
        }
        let path = format!("jobs/{job}/applications");
        self.client().await?.post(Operation::idempotent(APPLY), &path).json(&body).send().await.map(drop)
    }

    /// A list to its end.
    async fn list(&self, name: &'static str, path: &str, query: &[(&str, &str)]) -> Result<Vec<Record>> {
        let client = self.client().await?;
        let limit = PAGE.to_string();
        let mut records: Vec<Record> = Vec::new();
        for _ in 0..MAX_PAGES {
            let offset = records.len().to_string();
            let request = client.get(Operation::read(name), path).query(query);
            let request = request.query(&[("Offset", offset.as_str()), ("Limit", limit.as_str())]);
            let page: Page = request.send().await?.json()?;
            let rows = page.items.unwrap_or_default();
            let is_last = rows.is_empty();
            records.extend(rows);
            if is_last || page.total_count.is_some_and(|total| records.len() as u64 >= total) {
                return Ok(records);
            }
        }
        Err(Error::new(ErrorKind::Protocol, format!("a list of over {MAX_PAGES} pages")))
    }
}

/// A page of a list. Lists of definitions tell no count.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    items: Option<Vec<Record>>,
    #[serde(default, rename = "totalCount")]
    total_count: Option<u64>,
}

fn candidate(id: &VendorId) -> String {
    format!("candidates/{}", segment(&id.0))
}

fn taken<T>(answer: Answer) -> Written<T> {
    let code = answer.header(ALLOW_DUPLICATES).and_then(Filled::filled).map(str::to_owned);
    Written::Taken(answer, code)
}

/// The form with the one part that documents and photos are sent in.
fn form(file: Document) -> impl Fn() -> Form + Send + Sync + 'static {
    move || Form::new().part("fileData", file.part())
}

/// As the documentation writes times: without fractions.
fn seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
