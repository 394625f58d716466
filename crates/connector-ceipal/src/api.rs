//! Requests to Ceipal's API (<https://developer.ceipal.com>).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hrflow_core::{
    Error, ErrorKind, Execution, OpenContext, Result, VendorId,
    http::{Answer, Client, ClientBuilder, Operation, TokenProvider, VendorClock, multipart},
    text::unique,
};

use crate::{
    body::{self, text_anywhere},
    errors::{self, classify, classify_sign_in},
    fields::{Paths, root},
    form::Form,
    lists::{LIMIT, Listed, Page, Row},
    parameters::{ApiVersion, Parameters},
    resume::File,
    token::{AHEAD, SignIn},
};

/// How many pages are looked through for an e-mail address, where the filter lets others through.
const EMAIL_PAGES: u64 = 5;
/// How many pages of any other list are read.
const MAX_PAGES: u64 = 40;

/// Ceipal, logged in.
pub(crate) struct Api {
    client: Client,
    tokens: Arc<TokenProvider>,
    sign_in: Arc<SignIn>,
    paths: Arc<Paths>,
    version: ApiVersion,
    /// Paths that have answered with a list: where nothing is found there, nothing is there.
    listed: Mutex<HashSet<String>>,
    /// Addresses with capitals as the list has them, by the form in which they are compared: its filter may mind case.
    spellings: Mutex<HashMap<String, String>>,
}

/// What Ceipal told of an applicant that it did not refuse.
pub(crate) struct Taken {
    pub(crate) id: Option<VendorId>,
    /// Its own words, which may be an error that nothing else marks as one.
    pub(crate) words: String,
}

impl Api {
    pub(crate) fn new(parameters: &Parameters, context: &OpenContext) -> Result<Self> {
        let base = parameters.base_url()?;
        let version = parameters.version();
        let paths = Arc::new(Paths::new(&parameters.endpoints, &base, version));
        let root = root(&base)?;
        // One limit for all calls of an account, sign-ins included.
        let client = || -> ClientBuilder {
            Client::builder("Ceipal", root.clone())
                .header("Accept", "application/json")
                .redact(&parameters.password)
                .redact(&parameters.api_key)
                .rate_limit(context.rate_limit, parameters.api_key.expose().trim())
                .attempts(u32::from(context.options.attempts.get()))
                .timeout(Duration::from(context.options.timeout))
                // The waits after a 429: 2, 4, 8, 16 seconds.
                .backoff(Duration::from_secs(1))
        };
        let sign_in = client().classify(classify_sign_in).build()?;
        let sign_in = Arc::new(SignIn::new(sign_in, paths.clone(), parameters.clone()));
        let tokens = Arc::new(TokenProvider::new(sign_in.clone(), AHEAD));
        let throttle_wait = Duration::from(parameters.throttle_wait);
        let client = client()
            .tokens(tokens.clone())
            .classify(move |answer| classify(answer, throttle_wait))
            .build()?;
        Ok(Self {
            client,
            tokens,
            sign_in,
            paths,
            version,
            listed: Mutex::default(),
            spellings: Mutex::default(),
        })
    }

    pub(crate) fn host(&self) -> &str {
        self.client.base().host()
    }

    /// Signs in, and reads the vendor's clock.
    pub(crate) async fn sign_in(&self) -> Result<VendorClock> {
        self.tokens.token().await?;
        Ok(self.sign_in.clock())
    }

    /// Creates an applicant. The answer to a good one has no id as a rule; one that is there is taken.
    pub(crate) async fn create(&self, form: &Form, file: Option<&File>) -> Result<Taken> {
        let answer = self.post_form(errors::CREATE, &self.paths.create_applicant, form, file).await?;
        let body = body::members(answer.body());
        let id = |name: &&str| text_anywhere(body.as_ref()?, name);
        let id = ["id", "applicant_id"].iter().find_map(id).map(VendorId);
        Ok(Taken { id, words: errors::words(&answer, body.as_ref()) })
    }

    /// Applies for a job, which creates the applicant too where the e-mail address is a new one. The answer may have the
    /// id of the application, not that of the applicant.
    pub(crate) async fn apply(&self, form: &Form, file: Option<&File>) -> Result<Taken> {
        let answer = self.post_form(errors::APPLY, &self.paths.apply, form, file).await?;
        let words = errors::words(&answer, body::members(answer.body()).as_ref());
        Ok(Taken { id: None, words })
    }

    /// Applications are multipart with or without a file; applicants without one are urlencoded.
    async fn post_form(
        &self,
        name: &'static str,
        path: &str,
        form: &Form,
        file: Option<&File>,
    ) -> Result<Answer> {
        let request = self.client.post(Operation::once(name), path);
        let request = if file.is_none() && name == errors::CREATE {
            let fields: Vec<_> = form.fields().collect();
            request.form(&fields)
        } else {
            let fields: Vec<(String, String)> =
                form.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let file = file.cloned();
            request.multipart(move || multipart_form(&fields, file.as_ref()))
        };
        request.send().await
    }

    /// Applicants with an e-mail address. The filter is said to be exact, and filters that are not known are ignored in silence: every
    /// row is looked at, and a list that hides rows is an error.
    pub(crate) async fn applicants_with(&self, email: &str) -> Result<Vec<Listed>> {
        let lower = email.to_lowercase();
        let listed = self.spellings().get(&lower).cloned();
        let mut found = Vec::new();
        // Whether the filter minds case is not known.
        for spelling in unique([email.to_owned(), lower.clone()].into_iter().chain(listed)) {
            found = self.filtered(&spelling).await?;
            if !found.is_empty() {
                break;
            }
        }
        let capitals = found.iter().filter_map(|row| body::text(row, "email")).find(|it| *it != lower);
        if let Some(listed) = capitals {
            self.spellings().insert(lower, listed);
        }
        let named: Vec<Listed> = found.iter().filter_map(Listed::of).collect();
        if named.is_empty() && !found.is_empty() {
            return Err(Error::new(ErrorKind::Protocol, "Ceipal lists an applicant without an id"));
        }
        Ok(named)
    }

    fn spellings(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.spellings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn filtered(&self, email: &str) -> Result<Vec<Row>> {
        let query = [("email", email), ("limit", LIMIT)];
        let mut page = Page::default();
        let mut seen = 0;
        for number in 1..=EMAIL_PAGES {
            let path = &self.paths.applicants;
            let next = match self.page("applicants.find", path, &query, number).await {
                // Whether somebody is there decides whether they are created: a wrong path must not look like nobody.
                Err(error) if error.kind() == ErrorKind::NotFound && !self.has_listed(path) => {
                    return Err(errors::no_list_of_applicants(error));
                }
                page => page?,
            };
            next.follows(&page, number)?;
            seen += next.rows.len();
            page = next;
            let count = page.count.unwrap_or(0);
            let found: Vec<Row> =
                page.rows.iter().filter(|row| Listed::has_email(row, email)).cloned().collect();
            if !found.is_empty() {
                return Ok(found);
            }
            let all_seen = seen as u64 >= count;
            match page.has_next(seen) {
                false if all_seen => return Ok(Vec::new()),
                true if count <= EMAIL_PAGES * 50 => {}
                _ => break,
            }
        }
        Err(Error::new(ErrorKind::Protocol, "Ceipal lists others than were asked for, or hides some: whether the applicant is there cannot be told")
            .advise("The e-mail filter of the list seems to be ignored: check endpoints.applicants, or ask Ceipal."))
    }

    /// Whether an applicant has applied for a job.
    pub(crate) async fn has_applied(&self, applicant: &[String], job_id: &str) -> Result<bool> {
        let id = applicant.first().map(String::as_str).unwrap_or_default();
        let names = match self.version {
            ApiVersion::V1 => ["job_id", "job_seeker_id"],
            ApiVersion::V2 => ["jobId", "jobSeekerId"],
        };
        let query = [(names[0], job_id), (names[1], id), ("isPipeline", "1"), ("limit", LIMIT)];
        let rows = self.list("submissions.find", &self.paths.submissions, &query).await?;
        let has = |row: &Row, name: &str, wanted: &[String]| {
            body::text(row, name).is_some_and(|it| wanted.contains(&it))
        };
        let job = [job_id.to_owned()];
        Ok(rows.iter().any(|row| has(row, "job_id", &job) && has(row, "job_seeker_id", applicant)))
    }

    pub(crate) async fn countries(&self) -> Result<Vec<Row>> {
        self.list("countries.list", &self.paths.countries, &[]).await
    }

    pub(crate) async fn states(&self, country: &str) -> Result<Vec<Row>> {
        self.list("states.list", &self.paths.states, &[("country", country)]).await
    }

    /// A list to its end.
    async fn list(&self, name: &'static str, path: &str, query: &[(&str, &str)]) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut page = Page::default();
        for number in 1..=MAX_PAGES {
            let next = self.page(name, path, query, number).await?;
            next.follows(&page, number)?;
            rows.extend(next.rows.iter().cloned());
            page = next;
            if !page.has_next(rows.len()) {
                return Ok(rows);
            }
        }
        Err(Error::new(ErrorKind::Protocol, format!("a list of over {MAX_PAGES} pages")))
    }

    /// One page. `next` is not followed: the number of the page says the same, and leads nowhere else.
    async fn page(
        &self,
        name: &'static str,
        path: &str,
        query: &[(&str, &str)],
        number: u64,
    ) -> Result<Page> {
        let mut request = self.client.get(Operation::read(name), path).query(query);
        if number > 1 {
            request = request.query(&[("page", &number.to_string())]);
        }
        let error = match request.send().await {
            Ok(answer) => return self.listed(path, &answer),
            Err(error) if errors::is_empty_list(&error) => return Ok(Page::default()),
            // Whatever became of it, it wrote nothing.
            Err(error) => error.with_execution(Execution::No),
        };
        // Version 2 answers 404 where nothing is found, and so does a path that is none.
        let may_be_empty = self.version == ApiVersion::V2 && error.kind() == ErrorKind::NotFound;
        match may_be_empty && self.is_there(name, path).await? {
            true => Ok(Page::default()),
            false => Err(error),
        }
    }

    /// Reads an answer as a page of the list at a path, which is known to be one from then on.
    fn listed(&self, path: &str, answer: &Answer) -> Result<Page> {
        let page = Page::of(answer)?;
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
        Ok(page)
    }

    fn has_listed(&self, path: &str) -> bool {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    /// Whether a path leads to a list at all: asked for without a filter, it answers with one.
    async fn is_there(&self, name: &'static str, path: &str) -> Result<bool> {
        if self.has_listed(path) {
            return Ok(true);
        }
        match self.client.get(Operation::read(name), path).query(&[("limit", LIMIT)]).send().await {
            Ok(answer) => self.listed(path, &answer).map(|_| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(errors::is_empty_list(&error)),
            Err(error) => Err(error.with_execution(Execution::No)),
        }
    }
}

fn multipart_form(fields: &[(String, String)], file: Option<&File>) -> multipart::Form {
    let form = fields
        .iter()
        .fold(multipart::Form::new(), |form, (name, value)| form.text(name.clone(), value.clone()));
    let Some(file) = file else { return form };
    form.part(file.field.clone(), file.document.part())
}
