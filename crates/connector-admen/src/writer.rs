//! An open `AD-MEN Profiles`: one connection, transactions under the lock of a name, and another try where that helps.

use hrflow_core::{
    Error, ErrorKind, Found, Identity, Options, Outcome, Receipt, Result, Scope, TargetId, Write,
    http::budget, options::OnExisting,
};
use tokio::sync::Mutex;

use crate::{
    database::{Access, Session},
    draft::Draft,
    errors::{Class, Fault, unknown},
    look::Details,
    open::Opened,
    parameters::Parameters,
    person::Person,
    schema::Schema,
    store::{Job, Store},
    value::Cell,
};

/// The longest name that MySQL has a lock for.
const LOCK_NAME: usize = 64;
/// Somebody else has the lock.
const LOCKED: &str = "another writer is at work in this database";

pub(crate) struct PersonWriter {
    pub(crate) access: Access,
    pub(crate) schema: Schema,
    pub(crate) target_id: TargetId,
    pub(crate) on_existing: OnExisting,
    /// Held around check and insert by every writer to this database, so that two cannot double a person; and while
    /// looking for what was sent without an answer, so that it cannot arrive after the look.
    lock: String,
    /// The connection, while nobody works with it.
    place: Mutex<Option<Session>>,
}

/// How a transaction failed.
enum Failure {
    /// Nothing of it is there.
    Undone(Fault),
    /// It may be there: the answer to the commit never came. What was to be answered if it is.
    Unknown(Fault, Vec<Result<Receipt>>),
    /// Another writer had the lock all the time.
    Locked,
}

impl PersonWriter {
    pub(crate) async fn open(parameters: Parameters, options: &Options) -> Result<Self> {
        let Opened { access, session, schema, target_id } = Opened::open(parameters, options).await?;
        let lock = lock_name(access.parameters.db_name.trim());
        let place = Mutex::new(Some(session));
        Ok(Self { access, schema, target_id, on_existing: options.on_existing, lock, place })
    }

    /// The connection, out of its place; a new one where there is none.
    pub(crate) async fn session(&self, place: &mut Option<Session>) -> Result<Session, Fault> {
        match place.take() {
            Some(session) => Ok(session),
            None => self.access.connect().await,
        }
    }

    pub(crate) fn place(&self) -> &Mutex<Option<Session>> {
        &self.place
    }

    /// The highest number of a person there is.
    pub(crate) async fn highest_id(&self) -> Result<i64> {
        let mut attempt = 0;
        loop {
            match self.read_highest_id().await {
                Ok(id) => return Ok(id),
                Err(fault) if self.access.again(&fault, &mut attempt).await => {}
                Err(fault) => return Err(self.access.error(fault, "persons.highest")),
            }
        }
    }

    async fn read_highest_id(&self) -> Result<i64, Fault> {
        let mut place = self.place.lock().await;
        let mut session = self.session(&mut place).await?;
        let rows = session.query(&self.access.dialect.highest_id(), &[]).await?;
        *place = Some(session);
        Ok(rows.first().and_then(|row| row.first()).and_then(Cell::int).unwrap_or(0))
    }

    fn draft(&self, item: &Person) -> Result<Draft> {
        Draft::of(&self.schema, &self.access.parameters.scsync_modified, item)
    }

    pub(crate) fn details(&self, item: &Person, above: i64) -> Details {
        Details::of(self.draft(item).ok().as_ref(), above)
    }

    pub(crate) async fn write_all(&self, batch: &[Write<'_, Person>]) -> Vec<Result<Receipt>> {
        let drafts: Vec<Result<Draft>> = batch.iter().map(|write| self.draft(write.item)).collect();
        let jobs: Vec<Job<'_>> = batch
            .iter()
            .zip(&drafts)
            .filter_map(|(write, draft)| {
                let draft = draft.as_ref().ok()?;
                Some(Job { draft, known: write.known, on_existing: write.on_existing })
            })
            .collect();
        let mut written = self.deliver(&jobs).await.into_iter();
        let answers = drafts.iter().map(|draft| match draft {
            Ok(_) => written.next().unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "no answer"))),
            Err(error) => Err(error.duplicate()),
        });
        answers.collect()
    }

    /// Writes all in one transaction. Where one of them is at fault, each in its own, so that only that one fails.
    async fn deliver(&self, jobs: &[Job<'_>]) -> Vec<Result<Receipt>> {
        if jobs.is_empty() {
            return Vec::new();
        }
        let failure = match self.persistently(jobs).await {
            Ok(answers) => return answers,
            Err(failure) => failure,
        };
        if let Failure::Undone(fault) = &failure
            && self.is_one_persons(jobs, fault)
        {
            tracing::debug!(persons = jobs.len(), "a batch failed, and is redone one by one");
            return self.one_by_one(jobs).await;
        }
        let error = self.failed(failure);
        jobs.iter().map(|_| Err(error.duplicate())).collect()
    }

    /// Whether one person of several is at fault, or in somebody's way: the others may be well by themselves.
    fn is_one_persons(&self, jobs: &[Job<'_>], fault: &Fault) -> bool {
        jobs.len() > 1 && matches!(fault.class(self.access.engine()), Class::Row | Class::Busy)
    }

    /// The error of a transaction.
    fn failed(&self, failure: Failure) -> Error {
        match failure {
            Failure::Undone(fault) => self.access.error(fault, "persons.write"),
            Failure::Unknown(fault, _) => unknown(self.access.error(fault, "persons.commit")),
            Failure::Locked => Error::new(ErrorKind::Unavailable, LOCKED)
                .with("lock", &self.lock)
                .advise("Let it end; what it holds is a lock of the database by that name."),
        }
    }

    async fn one_by_one(&self, jobs: &[Job<'_>]) -> Vec<Result<Receipt>> {
        let mut answers: Vec<Result<Receipt>> = Vec::new();
        let mut stopped: Option<Error> = None;
        for job in jobs {
            let answer = match stopped.as_ref().map(Error::duplicate).or_else(no_more) {
                Some(error) => Err(error),
                None => match self.persistently(std::slice::from_ref(job)).await {
                    Ok(mut answers) => {
                        answers.pop().unwrap_or_else(|| Err(Error::new(ErrorKind::Internal, "no answer")))
                    }
                    Err(failure) => Err(self.failed(failure)),
                },
            };
            if let Err(error) = &answer
                && error.scope() == Scope::Run
            {
                stopped = Some(error.duplicate());
            }
            answers.push(answer);
        }
        answers
    }

    /// Tries again where the connection broke, and nothing was committed; or nothing but updates, which may be done
    /// again.
    async fn persistently(&self, jobs: &[Job<'_>]) -> Result<Vec<Result<Receipt>>, Failure> {
        let mut attempt = 0;
        let mut may_be_there = None;
        loop {
            let fault = match self.transaction(jobs).await {
                Err(Failure::Undone(fault)) => fault,
                Err(Failure::Unknown(fault, answers)) => match self.was_committed(jobs, &answers).await {
                    Some(true) => return Ok(answers),
                    Some(false) => fault,
                    None if answers.iter().any(is_created) => return Err(Failure::Unknown(fault, answers)),
                    None => {
                        may_be_there = Some(answers);
                        fault
                    }
                },
                outcome => return outcome,
            };
            if !self.access.again(&fault, &mut attempt).await {
                return Err(match may_be_there.filter(|_| !self.is_one_persons(jobs, &fault)) {
                    Some(answers) => Failure::Unknown(fault, answers),
                    None => Failure::Undone(fault),
                });
            }
        }
    }

    /// Whether a transaction is there whose commit nobody answered: all of it is, or nothing, so one new person tells.
    /// None where there is none, or nobody can be asked.
    async fn was_committed(&self, jobs: &[Job<'_>], answers: &[Result<Receipt>]) -> Option<bool> {
        let (draft, id) = jobs
            .iter()
            .zip(answers)
            .filter(|(_, answer)| is_created(answer))
            .find_map(|(job, answer)| Some((job.draft, answer.as_ref().ok()?.id.clone()?)))?;
        let above = id.0.parse::<i64>().ok()? - 1;
        match self.look_for(&Details::of(Some(draft), above)).await.ok()? {
            Found::Ours(ids) => Some(ids.contains(&id)),
            Found::Someone(someone) => Some(someone == id),
            Found::Absent => Some(false),
            Found::CannotTell(_) => None,
        }
    }

    async fn transaction(&self, jobs: &[Job<'_>]) -> Result<Vec<Result<Receipt>>, Failure> {
        let engine = self.access.engine();
        let mut place = self.place.lock().await;
        let mut session = self.session(&mut place).await.map_err(Failure::Undone)?;
        if !session.begin(&self.lock, self.access.timeout).await.map_err(Failure::Undone)? {
            *place = Some(session);
            return Err(Failure::Locked);
        }
        let stored =
            Store { session: &mut session, access: &self.access, schema: &self.schema }.store(jobs).await;
        let outcome = match stored {
            Err(fault) => Err(Failure::Undone(fault)),
            Ok(receipts) => match session.commit().await {
                Ok(()) => Ok(receipts),
                // A refusal is an answer: it was not committed.
                Err(fault @ Fault::Refused { .. }) if !fault.ends_session(engine) => {
                    Err(Failure::Undone(fault))
                }
                Err(fault) => Err(Failure::Unknown(fault, receipts)),
            },
        };
        let usable = match &outcome {
            Ok(_) => true,
            Err(Failure::Undone(fault)) => !fault.ends_session(engine) && session.rollback().await.is_ok(),
            Err(_) => false,
        };
        if usable && session.unlock(&self.lock).await.is_ok() {
            *place = Some(session);
        }
        outcome
    }

    pub(crate) async fn look_for(&self, details: &Details) -> Result<Found> {
        let mut attempt = 0;
        loop {
            match self.look_under_lock(details).await {
                Ok(found) => return Ok(found),
                Err(fault) if self.access.again(&fault, &mut attempt).await => {}
                Err(fault) => return Err(self.access.error(fault, "persons.find")),
            }
        }
    }

    async fn look_under_lock(&self, details: &Details) -> Result<Found, Fault> {
        let mut place = self.place.lock().await;
        let mut session = self.session(&mut place).await?;
        if !session.begin(&self.lock, self.access.timeout).await? {
            *place = Some(session);
            return Ok(Found::CannotTell(LOCKED.to_owned()));
        }
        let found = details.find(&mut session, &self.access, &self.schema).await?;
        session.rollback().await?;
        session.unlock(&self.lock).await?;
        *place = Some(session);
        Ok(found)
    }
}

fn is_created(answer: &Result<Receipt>) -> bool {
    answer.as_ref().is_ok_and(|receipt| receipt.outcome == Outcome::Created)
}

/// Why nobody else is to be written: the run is stopped, or the time is used up.
fn no_more() -> Option<Error> {
    let budget = budget::current();
    if budget.cancel.is_cancelled() {
        return Some(Error::new(ErrorKind::Cancelled, "stopped before this person's turn came"));
    }
    let is_over = budget.remaining().is_zero();
    is_over.then(|| {
        Error::new(ErrorKind::Timeout, "the time given was used up before this person's turn came")
            .advise("Somebody in the same batch was refused, and it was redone one by one: raise `deadline`, or retry.")
    })
}

/// The name of the lock. MySQL's are the server's, so that of the database is in it.
fn lock_name(database: &str) -> String {
    let name = format!("hrflow.admen.{}", database.to_lowercase());
    if name.chars().count() <= LOCK_NAME {
        return name;
    }
    Identity::members(&[&name]).as_str().chars().take(LOCK_NAME).collect()
}
