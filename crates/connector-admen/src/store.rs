//! What happens within one transaction: who is there already is found, everybody else is inserted with what they did.

use std::collections::HashSet;

use hrflow_core::{Error, ErrorKind, Outcome, Receipt, Result, VendorId, options::OnExisting};

use crate::{
    database::{Access, Session},
    draft::{Draft, Row},
    errors::Fault,
    holders::{Holder, holders},
    schema::Schema,
    sql::{EXPERIENCES, PERSONS, ROWS, Shape, TEXT, VALUES},
    value::Cell,
};

/// One person to be written.
pub(crate) struct Job<'a> {
    pub(crate) draft: &'a Draft,
    pub(crate) known: Option<&'a VendorId>,
    pub(crate) on_existing: OnExisting,
}

/// The database within a transaction.
pub(crate) struct Store<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) access: &'a Access,
    pub(crate) schema: &'a Schema,
}

impl Store<'_> {
    /// Writes all, or fails as a whole; who cannot be inserted for something that is known beforehand is refused and does
    /// not count.
    pub(crate) async fn store(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Result<Receipt>>, Fault> {
        let addresses: Vec<&str> = jobs.iter().filter_map(|job| job.draft.email.as_deref()).collect();
        let holders = holders(self.session, self.access, self.schema, &addresses).await?;
        let mut experiences = Vec::new();
        let mut existing = Vec::new();
        for job in jobs {
            let holder = job.draft.email.as_ref().and_then(|it| holders.get(it)).copied();
            existing.push(self.existing(job, holder, &mut experiences).await?);
        }
        let new =
            jobs.iter().zip(&existing).filter(|(job, there)| there.is_none() && job.draft.lacking.is_none());
        let new: Vec<&Draft> = new.map(|(job, _)| job.draft).collect();
        let mut ids = self.insert_persons(&new).await?.into_iter();
        let mut receipts = Vec::new();
        for (Job { draft, .. }, existing) in jobs.iter().zip(existing) {
            let receipt = match (existing, &draft.lacking) {
                (Some(receipt), _) => Ok(receipt),
                (None, Some(error)) => Err(error.duplicate()),
                (None, None) => {
                    let id = ids.next().ok_or_else(numberless)?;
                    experiences.extend(draft.experiences.iter().map(|row| owned(id, row)));
                    Ok(Receipt::new(Outcome::Created, vendor_id(id)))
                }
            };
            receipts.push(receipt.map(|it| {
                let warnings = it.warnings.into_iter().chain(draft.warnings.iter().cloned()).collect();
                Receipt { warnings, ..it }
            }));
        }
        self.insert_experiences(&experiences).await?;
        Ok(receipts)
    }

    /// The receipt of a person who is there already.
    async fn existing(
        &mut self,
        job: &Job<'_>,
        holder: Option<Holder>,
        experiences: &mut Vec<Row>,
    ) -> Result<Option<Receipt>, Fault> {
        let known = job.known.and_then(|id| id.0.parse::<i64>().ok());
        if let (Some(id), OnExisting::Update) = (known, job.on_existing)
            && let Some(receipt) = self.update(job.draft, id, holder, experiences).await?
        {
            return Ok(Some(receipt));
        }
        let Some(holder) = holder else { return Ok(None) };
        match job.on_existing {
            OnExisting::Update => self.update(job.draft, holder.id, Some(holder), experiences).await,
            OnExisting::Report => Ok(Some(left_alone(&holder))),
        }
    }

    /// Persons go in together where the server tells the numbers of all of them, else one by one.
    async fn insert_persons(&mut self, drafts: &[&Draft]) -> Result<Vec<i64>, Fault> {
        let rows: Vec<&Row> = drafts.iter().map(|draft| &draft.person).collect();
        let mut ids = Vec::new();
        if self.session.tells_numbers() {
            for rows in statements(&rows) {
                let (shapes, values) = parts(rows);
                let sql = self.access.dialect.insert_persons(&shapes);
                let numbers = self.session.write(&sql, &values).await?;
                ids.extend(numbers.iter().filter_map(|row| row.first()?.int()));
            }
        } else {
            for row in rows {
                let sql = self.access.dialect.insert(PERSONS, &[shape(row)]);
                let id = self.session.insert(&sql, &bound(row)).await?;
                ids.push(id.ok_or_else(numberless)?);
            }
        }
        // A trigger that inserts instead leaves the number of the person before.
        let distinct: HashSet<i64> = ids.iter().copied().collect();
        if distinct.len() == drafts.len() { Ok(ids) } else { Err(numberless()) }
    }

    /// Experiences go in together.
    pub(crate) async fn insert_experiences(&mut self, rows: &[Row]) -> Result<(), Fault> {
        let rows: Vec<&Row> = rows.iter().collect();
        for rows in statements(&rows) {
            let (shapes, values) = parts(rows);
            self.session.write(&self.access.dialect.insert(EXPERIENCES, &shapes), &values).await?;
        }
        Ok(())
    }
}

/// Rows in their order, as many together as a statement takes.
fn statements<'r, 'd>(rows: &'r [&'d Row]) -> impl Iterator<Item = &'r [&'d Row]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let most = (VALUES / first.len().max(1)).clamp(1, ROWS);
        let mut text = 0;
        let fits = |row: &&&Row| {
            text += row.iter().map(|(_, cell)| cell.text().map_or(0, str::len)).sum::<usize>();
            text <= TEXT && row.iter().map(|(name, _)| name).eq(first.iter().map(|(name, _)| name))
        };
        let count = rest.iter().take(most).take_while(fits).count().max(1);
        let (rows, after) = rest.split_at(count);
        rest = after;
        Some(rows)
    })
}

/// What a statement says of rows, and what it binds.
fn parts<'r>(rows: &[&'r Row]) -> (Vec<Shape<'r>>, Vec<Cell>) {
    (rows.iter().map(|row| shape(row)).collect(), rows.iter().flat_map(|row| bound(row)).collect())
}

fn numberless() -> Fault {
    Error::new(ErrorKind::Config, "the database gives new persons no number")
        .advise("PERSONNES.ID_PERSONNE has to be numbered by the database itself.")
        .into()
}

/// Somebody is there, and stays as they are.
pub(crate) fn left_alone(holder: &Holder) -> Receipt {
    let receipt = Receipt::new(Outcome::AlreadyThere, vendor_id(holder.id));
    match holder.untouchable() {
        Some((column, why)) => receipt.with_warning(format_args!("{PERSONS}.{column}"), why),
        None => receipt,
    }
}

pub(crate) fn vendor_id(id: i64) -> VendorId {
    VendorId(id.to_string())
}

/// The row of what somebody did.
pub(crate) fn owned(person: i64, row: &Row) -> Row {
    [("ID_PERSONNE".to_owned(), Cell::Int(person))].into_iter().chain(row.iter().cloned()).collect()
}

fn shape(row: &Row) -> Shape<'_> {
    row.iter().map(|(name, cell)| (name.as_str(), cell.word())).collect()
}

fn bound(row: &Row) -> Vec<Cell> {
    row.iter().map(|(_, cell)| cell).filter(|cell| cell.word().is_none()).cloned().collect()
}
