//! Requests to Teamtailor's API (JSON:API, <https://docs.teamtailor.com>).

use std::time::Duration;

use hrflow_core::{
    Error, ErrorKind, Execution, OpenContext, Result, Secret, VendorId,
    http::{Answer, Client, Document, Operation, VendorClock, multipart::Form, segment},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::{errors::classify, parameters::Parameters};

const JSON_API: &str = "application/vnd.api+json";
/// The largest page; a larger one is refused (API documentation, pagination).
pub(crate) const PAGE_SIZE: usize = 30;
/// How many pages a look-up follows before it gives up.
const MAX_PAGES: usize = 100;

/// Teamtailor, logged in.
pub(crate) struct Api {
    client: Client,
}

/// A JSON:API resource as it is answered.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Resource {
    #[serde(default, rename = "type")]
    pub(crate) resource_type: String,
    #[serde(default, deserialize_with = "id")]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) attributes: Map<String, Value>,
    #[serde(default)]
    pub(crate) relationships: Value,
}

impl Resource {
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).and_then(Value::as_str)
    }

    /// The id of a relation that was included.
    pub(crate) fn related(&self, name: &str) -> Option<String> {
        self.relationships.get(name)?.get("data")?.get("id").and_then(id_text)
    }

    /// The id in an attribute, which some resources have in place of a relation.
    pub(crate) fn id_in(&self, attribute: &str) -> Option<String> {
        self.attributes.get(attribute).and_then(id_text)
    }
}

/// An id: text as a rule, a number here and there.
fn id_text(id: &Value) -> Option<String> {
    match id {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(id_text(&Value::deserialize(deserializer)?).unwrap_or_default())
}

#[derive(Deserialize)]
struct One {
    data: Resource,
    #[serde(default)]
    included: Vec<Resource>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    data: Vec<Resource>,
    /// Notes are documented to come as `{"notes": [{"data": {…}}]}`, and seen to come as any other list.
    #[serde(default)]
    notes: Vec<One>,
    #[serde(default)]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    #[serde(default)]
    next: Option<String>,
}

impl Api {
    pub(crate) fn new(parameters: &Parameters, context: &OpenContext) -> Result<Self> {
        let key = parameters.key();
        // The scheme is Rails' token authentication, not Bearer (API documentation, authentication).
        let authorization = Secret::new(format!("Token token={}", key.expose()));
        let client = Client::builder("Teamtailor", parameters.base_url()?)
            .header("X-Api-Version", parameters.x_api_version.trim())
            .header("Accept", JSON_API)
            .secret_header("Authorization", &authorization)
            .redact(&key)
            .rate_limit(context.rate_limit, key.expose())
            .attempts(u32::from(context.options.attempts.get()))
            .timeout(Duration::from(context.options.timeout))
            .classify(classify)
            .build()?;
        Ok(Self { client })
    }

    pub(crate) fn host(&self) -> &str {
        self.client.base().host()
    }

    /// The company that the key belongs to, and the vendor's clock.
    pub(crate) async fn company(&self) -> Result<(Resource, VendorClock)> {
        let answer = self.client.get(Operation::read("company.read"), "v1/company").send().await?;
        let company = answer.json::<One>()?.data;
        if company.id.is_empty() {
            let error =
                Error::new(ErrorKind::Protocol, "Teamtailor does not tell which company the key belongs to");
            return Err(error.with_status(answer.status()));
        }
        Ok((company, VendorClock::of(&answer)))
    }

    pub(crate) async fn first_user(&self) -> Result<Option<Resource>> {
        let request =
            self.client.get(Operation::read("users.list"), "v1/users").query(&[("page[size]", "1")]);
        Ok(request.send().await?.json::<Page>()?.data.into_iter().next())
    }

    /// Creates a candidate, and returns it as Teamtailor shows it then. With `merge` and an e-mail address, doing it twice
    /// is doing it once.
    pub(crate) async fn create_candidate(&self, body: &Value, repeatable: bool) -> Result<Resource> {
        let operation = match repeatable {
            true => Operation::idempotent("candidates.create"),
            false => Operation::once("candidates.create"),
        };
        let answer =
            self.client.post(operation, "v1/candidates").content_type(JSON_API).json(body).send().await?;
        created(&answer)
    }

    pub(crate) async fn update_candidate(
        &self,
        id: &VendorId,
        attributes: &Map<String, Value>,
    ) -> Result<()> {
        let body = json!({ "data": { "type": "candidates", "id": id, "attributes": attributes } });
        let path = format!("v1/candidates/{}", segment(&id.0));
        let request = self.client.patch(Operation::idempotent("candidates.update"), &path);
        request.content_type(JSON_API).json(&body).send().await.map(drop)
    }

    pub(crate) async fn candidate(&self, id: &VendorId) -> Result<Resource> {
        let path = format!("v1/candidates/{}", segment(&id.0));
        Ok(self.client.get(Operation::read("candidates.read"), &path).send().await?.json::<One>()?.data)
    }

    /// A candidate's relation, with its resources.
    pub(crate) async fn related(&self, id: &VendorId, include: &str) -> Result<Vec<Resource>> {
        let path = format!("v1/candidates/{}", segment(&id.0));
        let request =
            self.client.get(Operation::read("candidates.read"), &path).query(&[("include", include)]);
        Ok(request.send().await?.json::<One>()?.included)
    }

    /// The candidate with an e-mail address, given in lower case as Teamtailor stores it: the filter is
    /// exact. An answer that is somebody else all the same does not count.
    pub(crate) async fn candidate_by_email(&self, email: &str) -> Result<Option<Resource>> {
        let found = self.list("candidates.find", "v1/candidates", &[("filter[email]", email)]).await?;
        Ok(found.into_iter().find(|it| it.text("email").is_some_and(|it| it.trim().to_lowercase() == email)))
    }

    pub(crate) async fn candidates_since(&self, since: jiff::Timestamp) -> Result<Vec<Resource>> {
        let since = since.to_string();
        let query = [("filter[created-at][from]", since.as_str()), ("sort", "-created-at")];
        self.list("candidates.find", "v1/candidates", &query).await
    }

    /// Stores a file for a while; its `transient:` URI can then become a résumé.
    pub(crate) async fn store_file(&self, file: Document) -> Result<String> {
        #[derive(Deserialize)]
        struct Stored {
            uri: Option<String>,
            #[serde(default)]
            data: Value,
        }
        let form = move || Form::new().part("file", file.part());
        let request = self.client.post(Operation::idempotent("files.create"), "v1/files").multipart(form);
        let stored: Stored = request.send().await?.json()?;
        let url = stored.data.pointer("/attributes/url").and_then(Value::as_str).map(str::to_owned);
        stored.uri.or(url).ok_or_else(|| {
            Error::new(ErrorKind::Protocol, "Teamtailor stored a file without telling its URI")
        })
    }

    pub(crate) async fn create(&self, operation: Operation, path: &str, body: &Value) -> Result<()> {
        self.client.post(operation, path).content_type(JSON_API).json(body).send().await.map(drop)
    }

    pub(crate) async fn update(&self, operation: Operation, path: &str, body: &Value) -> Result<()> {
        self.client.patch(operation, path).content_type(JSON_API).json(body).send().await.map(drop)
    }

    /// A list to its end. `links.next` is followed as it is: whether a list is paged by number or by
    /// cursor differs from list to list.
    pub(crate) async fn list(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Resource>> {
        let mut resources = Vec::new();
        match self
            .pages(name, path, query, MAX_PAGES, |page| {
                resources.extend(page);
                true
            })
            .await?
        {
            true => Ok(resources),
            false => Err(Error::new(ErrorKind::Protocol, format!("a list of over {MAX_PAGES} pages"))),
        }
    }

    /// Hands over the pages of a list while `goes_on` returns true: at most so many. Returns whether the list has ended.
    pub(crate) async fn pages(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
        most: usize,
        mut goes_on: impl FnMut(Vec<Resource>) -> bool + Send,
    ) -> Result<bool> {
        let operation = Operation::read(name);
        let size = PAGE_SIZE.to_string();
        let mut request = self.client.get(operation, path).query(query).query(&[("page[size]", &size)]);
        for _ in 0..most {
            let mut page: Page = request.send().await?.json()?;
            page.data.extend(page.notes.into_iter().map(|note| note.data));
            let next = page.links.next;
            if !goes_on(page.data) {
                return Ok(next.is_none());
            }
            let Some(next) = next else { return Ok(true) };
            let next =
                next.parse().map_err(|_| Error::new(ErrorKind::Protocol, "links.next is not a URL"))?;
            request = self.client.get_url(operation, next);
        }
        Ok(false)
    }
}

/// The candidate in a 201. An empty body, which has been seen, leaves open what was created: also for a request
/// that may be repeated.
fn created(answer: &Answer) -> Result<Resource> {
    let created: One = answer.json().map_err(|error| error.with_execution(Execution::Unknown))?;
    if created.data.id.is_empty() {
        let error = Error::new(ErrorKind::Protocol, "Teamtailor answered without the id of the candidate");
        return Err(error.with_status(answer.status()).with_execution(Execution::Unknown));
    }
    Ok(created.data)
}
