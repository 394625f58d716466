//! What happens within one transaction: who is there already is found, everybody else is inserted with what they did.

use hrflow_core::{Error, ErrorKind, Outcome, Receipt, Result, VendorId, options::OnExisting};

use crate::{
    database::{Access, Session},
    draft::{Draft, Row},
    errors::Fault,
    holders::{Holder, holders},
    schema::Schema,
    sql::{EXPERIENCES, ROWS, Shape, TEXT, VALUES},
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
        let mut receipts = Vec::new();
        let mut experiences = Vec::new();
        for job in jobs {
            let holder = job.draft.email.as_ref().and_then(|it| holders.get(it)).copied();
            let receipt = match self.existing(job, holder, &mut experiences).await? {
                Some(receipt) => Ok(receipt),
                None => match &job.draft.lacking {
                    Some(error) => Err(error.duplicate()),
                    None => {
                        let id = self.insert(job.draft).await?;
                        experiences.extend(job.draft.experiences.iter().map(|row| owned(id, row)));
                        Ok(Receipt::new(Outcome::Created, vendor_id(id)))
                    }
                },
            };
            let warn = |receipt: Receipt, warning: &String| receipt.with_warning(warning);
            receipts.push(receipt.map(|it| job.draft.warnings.iter().fold(it, warn)));
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

    async fn insert(&mut self, draft: &Draft) -> Result<i64, Fault> {
        let sql = self.access.dialect.insert_person(&shape(&draft.person));
        let id = self.session.insert(&sql, &bound(&draft.person)).await?;
        id.ok_or_else(|| {
            Error::new(ErrorKind::Config, "the database gives new persons no number")
                .advise("PERSONNES.ID_PERSONNE has to be numbered by the database itself.")
                .into()
        })
    }

    /// Experiences go in together, as many as a statement takes.
    async fn insert_experiences(&mut self, rows: &[Row]) -> Result<(), Fault> {
        let mut rest = rows;
        while let Some(first) = rest.first() {
            let names = |row: &Row| row.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            let columns = names(first);
            let most = (VALUES / columns.len().max(1)).clamp(1, ROWS);
            let mut text = 0;
            let fits = |row: &&Row| {
                text += row.iter().map(|(_, cell)| cell.text().map_or(0, str::len)).sum::<usize>();
                text <= TEXT && names(row) == columns
            };
            let count = rest.iter().take(most).take_while(fits).count().max(1);
            let (rows, after) = rest.split_at(count);
            let shapes: Vec<Shape<'_>> = rows.iter().map(shape).collect();
            let values: Vec<Cell> = rows.iter().flat_map(bound).collect();
            self.session.query(&self.access.dialect.insert(EXPERIENCES, &shapes), &values).await?;
            rest = after;
        }
        Ok(())
    }
}

/// Somebody is there, and stays as they are.
pub(crate) fn left_alone(holder: &Holder) -> Receipt {
    let receipt = Receipt::new(Outcome::AlreadyThere, vendor_id(holder.id));
    match holder.untouchable() {
        Some(warning) => receipt.with_warning(warning),
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
    row.iter().map(|(name, cell)| (name.as_str(), !cell.is_null())).collect()
}

fn bound(row: &Row) -> Vec<Cell> {
    row.iter().map(|(_, cell)| cell).filter(|cell| !cell.is_null()).cloned().collect()
}
