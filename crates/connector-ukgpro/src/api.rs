//! Requests to the API of UKG Pro Recruiting (<https://developer.ukg.com/hcm/reference>).

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hrflow_core::{
    Error, ErrorKind, Execution, OpenContext, Result, VendorId,
    http::{
        Answer, BaseUrl, Client, Document, Operation, TokenProvider, Url, VendorClock,
        multipart::{Form, Part},
        segment,
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    body::{Level, Levels},
    errors::{classify, scopes},
    parameters::Parameters,
    record::{self, Record},
    tokens::tokens,
};

/// What people know it by.
pub(crate) const VENDOR: &str = "UKG Pro";
/// How many records a page has; no maximum is published.
const PAGE_SIZE: &str = "100";
/// How many pages a look-up follows before it gives up.
const MAX_PAGES: usize = 100;

/// The calls.
pub(crate) mod operation {
    use hrflow_core::http::Operation;

    pub(crate) const LEVELS: Operation = Operation::read("proficiency-levels.list");
    pub(crate) const LOOK_UP: Operation = Operation::read("candidates.look-up");
    pub(crate) const CREATE: Operation = Operation::once("candidates.create");
    pub(crate) const READ: Operation = Operation::read("candidates.read");
    pub(crate) const LIST: Operation = Operation::read("candidates.list");
    pub(crate) const SEND_DOCUMENT: Operation = Operation::once("documents.create");
}

/// UKG Pro, logged in.
pub(crate) struct Api {
    client: Client,
    /// Where the tenant's API begins in any address of it, in lower case: `/{tenant}/api/`.
    tenant_path: String,
    /// Whether the token's scopes, or a 403, say that candidates cannot be read.
    unreadable: Arc<AtomicBool>,
}

/// What is known of a tenant once its API is found.
pub(crate) struct Tenant {
    pub(crate) levels: Levels,
    pub(crate) clock: VendorClock,
    /// Whether the API is behind the gateway, where the parameters do not say so.
    pub(crate) behind_gateway: bool,
}

/// Who has an e-mail address, as a look-up tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LookUp {
    /// No external candidate.
    Nobody,
    /// This one.
    Somebody(VendorId),
    /// Several, or one who has no user account; who it is, is not told.
    Unclear,
}

impl Api {
    /// Logs in and finds the API: where the parameters say, else behind the gateway.
    pub(crate) async fn open(parameters: &Parameters, context: &OpenContext) -> Result<(Self, Tenant)> {
        let unreadable = Arc::new(AtomicBool::new(false));
        let tokens = tokens(&parameters.auth_data, context, unreadable.clone())?;
        let bases = parameters.domain.bases()?;
        for (index, base) in bases.iter().enumerate() {
            let api = Self::at(base.clone(), tokens.clone(), unreadable.clone(), parameters, context)?;
            if let Some((levels, clock)) = api.levels().await? {
                return Ok((api, Tenant { levels, clock, behind_gateway: index > 0 }));
            }
        }
        let tried: Vec<String> = bases.iter().map(|base| base.to_string()).collect();
        let message = format!("UKG Pro knows no API at {}", tried.join(" nor at "));
        Err(Error::new(ErrorKind::Config, message).advise("Check domain.environment and domain.tenant."))
    }

    fn at(
        base: BaseUrl,
        tokens: Arc<TokenProvider>,
        unreadable: Arc<AtomicBool>,
        parameters: &Parameters,
        context: &OpenContext,
    ) -> Result<Self> {
        let auth = &parameters.auth_data;
        let client = Client::builder(VENDOR, base)
            .header("Accept", "application/json")
            .tokens(tokens)
            .redact(&auth.client_secret)
            .rate_limit(context.rate_limit, auth.client_secret.expose())
            .attempts(u32::from(context.options.attempts.get()))
            .timeout(Duration::from(context.options.timeout))
            .classify(classify)
            .build()?;
        let tenant_path = format!("/{}/api/", segment(parameters.domain.tenant.trim())).to_ascii_lowercase();
        Ok(Self { client, tenant_path, unreadable })
    }

    pub(crate) fn base(&self) -> &BaseUrl {
        self.client.base()
    }

    /// The levels of skills, and the vendor's clock; nothing where there is no API. A tenant may have no levels at all: one
    /// path that is not there proves nothing, two do.
    async fn levels(&self) -> Result<Option<(Levels, VendorClock)>> {
        let answer = self.client.get(operation::LEVELS, "proficiency-levels").send().await?;
        let levels: Vec<Level> = match answer.status() {
            404 => match self.probe_list().await {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                found => found.map(|_| Vec::new())?,
            },
            403 => Vec::new(),
            _ => record::list(&answer)?.iter().filter_map(Record::level).collect(),
        };
        let levels = if levels.is_empty() { Levels::Unknown } else { Levels::Known(levels) };
        Ok(Some((levels, VendorClock::of(&answer))))
    }

    /// Who has an e-mail address.
    pub(crate) async fn look_up(&self, email: &str) -> Result<LookUp> {
        let body = json!({ "email": email });
        let answer = self.client.post(operation::LOOK_UP, "candidates-lookup").json(&body).send().await?;
        match answer.status() {
            // Which status says that nobody has it is not published: an empty answer would, too.
            204 | 404 => Ok(LookUp::Nobody),
            409 => Ok(LookUp::Unclear),
            _ => match answer.json::<Value>()? {
                Value::Null => Ok(LookUp::Nobody),
                Value::Array(found) if found.is_empty() => Ok(LookUp::Nobody),
                Value::Array(found) if found.len() > 1 => Ok(LookUp::Unclear),
                _ => id_in(&answer).map(LookUp::Somebody),
            },
        }
    }

    /// Creates a candidate.
    pub(crate) async fn create(&self, body: &Value) -> Result<VendorId> {
        let answer = self.client.post(operation::CREATE, "candidates").json(body).send().await?;
        id_in(&answer)
    }

    /// Reads a candidate; no request is made if the client is known to lack the scope.
    pub(crate) async fn candidate(&self, id: &VendorId) -> Result<Record> {
        let path = format!("candidates/{}", segment(&id.0));
        let read = async { self.client.get(operation::READ, &path).send().await?.json() };
        self.if_readable(operation::READ, read).await
    }

    /// Makes a request to read candidates, unless the client is known to lack the scope. A 403 makes it known.
    async fn if_readable<T>(
        &self,
        operation: Operation,
        request: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if self.unreadable.load(Ordering::Relaxed) {
            let error = Error::new(ErrorKind::Forbidden, "the client lacks a scope");
            return Err(error.advise(scopes(operation)));
        }
        let read = request.await;
        let forbidden = matches!(&read, Err(error) if error.kind() == ErrorKind::Forbidden);
        self.unreadable.fetch_or(forbidden, Ordering::Relaxed);
        read
    }

    /// The candidates that changed since a time.
    pub(crate) async fn candidates_since(&self, since: Timestamp) -> Result<Vec<Record>> {
        let since = format!("{since:.3}");
        let query = [("updated_after", since.as_str()), ("per_page", PAGE_SIZE)];
        self.if_readable(operation::LIST, self.list("candidates", &query)).await
    }

    /// Whether candidates may be read back.
    pub(crate) async fn may_read(&self) -> Result<bool> {
        if self.unreadable.load(Ordering::Relaxed) { Ok(false) } else { self.probe_list().await }
    }

    /// Whether the list of candidates is there, and may be read.
    async fn probe_list(&self) -> Result<bool> {
        let query = [("page", "1"), ("per_page", "1")];
        match self.client.get(operation::LIST, "candidates").query(&query).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::Forbidden => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn send_document(
        &self,
        id: &VendorId,
        file: Document,
        document_type: &str,
    ) -> Result<()> {
        let metadata = json!({ "file_name": file.name(), "document_type": document_type }).to_string();
        let form = move || {
            let metadata = Part::text(metadata.clone());
            let metadata = metadata.mime_str("application/json").unwrap_or_else(|_| Part::text(""));
            Form::new().part("metadata", metadata).part("file", file.part())
        };
        let path = format!("candidates/{}/documents", segment(&id.0));
        self.client.post(operation::SEND_DOCUMENT, &path).multipart(form).send().await.map(drop)
    }

    /// A list to its end. Pages are followed by the header `Link` where there is one, else counted up to an empty
    /// one: how many records a page has is up to the server, so a short one need not be the last.
    async fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Record>> {
        let mut records: Vec<Record> = Vec::new();
        let mut seen = HashSet::new();
        let mut request = self.client.get(operation::LIST, path).query(query).query(&[("page", "1")]);
        for page in 2..MAX_PAGES + 2 {
            let answer = request.send().await?;
            let before = records.len();
            records.extend(record::list(&answer)?.into_iter().filter(|it| seen.insert(it.id())));
            // A page of nothing new is the end, or the last one over again.
            if records.len() == before {
                return Ok(records);
            }
            request = match answer.header("link") {
                Some(links) => match next(links) {
                    Some(next) => self.client.get_url(operation::LIST, self.rewritten(next)?),
                    None => return Ok(records),
                },
                None => {
                    let page = page.to_string();
                    self.client.get(operation::LIST, path).query(query).query(&[("page", page.as_str())])
                }
            };
        }
        Err(Error::new(ErrorKind::Protocol, format!("a list of over {MAX_PAGES} pages")))
    }

    /// An address of UKG Pro's as it is reached from here: such addresses are seen to come with `http`, and without
    /// the path of the gateway.
    fn rewritten(&self, link: &str) -> Result<Url> {
        let refuse = |what: &str| Error::new(ErrorKind::Protocol, format!("the next page {what}"));
        let base = self.base();
        let url = base.as_url().join(link).map_err(|_| refuse("is not at a URL"))?;
        if url.host_str() != base.as_url().host_str() {
            return Err(refuse("is at another host than the API"));
        }
        // What stands before the tenant is the server's own idea of where it is.
        let path = url.path().to_ascii_lowercase();
        let at = path.find(&self.tenant_path).ok_or_else(|| refuse("is not below the tenant's API"))?;
        let mut next = base.join(&url.path()[at + self.tenant_path.len()..])?;
        next.set_query(url.query());
        Ok(next)
    }
}

/// The address with `rel="next"` in a header `Link` (RFC 8288).
fn next(links: &str) -> Option<&str> {
    // A comma may stand in an address: entries begin with `<`.
    let entries = links.split('<').skip(1).filter_map(|entry| entry.split_once('>'));
    let is_next = |parameters: &str| {
        parameters.split([';', ',']).map(str::trim).any(|it| {
            let rel = it.strip_prefix("rel").map(str::trim_start).and_then(|it| it.strip_prefix('='));
            rel.is_some_and(|rel| {
                rel.trim().trim_matches('"').split(' ').any(|it| it.eq_ignore_ascii_case("next"))
            })
        })
    };
    entries.into_iter().find(|(_, parameters)| is_next(parameters)).map(|(url, _)| url.trim())
}

/// The id in an answer. One without leaves open what was created.
fn id_in(answer: &Answer) -> Result<VendorId> {
    let record: Record = answer.json()?;
    record.id().map(VendorId).ok_or_else(|| {
        let error = Error::new(ErrorKind::Protocol, "UKG Pro answered without the id of the candidate");
        let unknown = answer.operation() == operation::CREATE;
        let execution = if unknown { Execution::Unknown } else { Execution::No };
        error.with_status(answer.status()).with_execution(execution)
    })
}
