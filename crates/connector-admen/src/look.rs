//! Looking for a person whose answer was lost.

use hrflow_core::{Found, VendorId};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Access, Session},
    draft::{Draft, digest},
    errors::Fault,
    holders::{by_owner, holders},
    schema::Schema,
    store::vendor_id,
    value::Cell,
};

/// How many persons are read at a time.
const PAGE: usize = 500;

/// What is remembered of a person before they are sent. The address is what a look-up asks for.
#[derive(Serialize, Deserialize)]
pub(crate) struct Details {
    /// The highest `ID_PERSONNE` before.
    above: i64,
    email: Option<String>,
    /// Of everything that is written; none where nothing can be, since a column does not hold it.
    digest: Option<String>,
    columns: Vec<String>,
    experience_columns: Vec<String>,
}

impl Details {
    pub(crate) fn of(draft: Option<&Draft>, above: i64) -> Self {
        Self {
            above,
            email: draft.and_then(|it| it.email.clone()),
            digest: draft.map(Draft::digest),
            columns: draft.map(Draft::columns).unwrap_or_default(),
            experience_columns: draft.map(Draft::experience_columns).unwrap_or_default(),
        }
    }

    /// Looks among those that came to be since. Whoever asks holds the lock: nothing that was sent before is still
    /// under way.
    pub(crate) async fn find(
        &self,
        session: &mut Session,
        access: &Access,
        schema: &Schema,
    ) -> Result<Found, Fault> {
        let ours = self.ours(session, access, schema).await?;
        if !ours.is_empty() {
            return Ok(Found::Ours(ours));
        }
        let Some(email) = self.email.as_deref() else { return Ok(Found::Absent) };
        let holders = holders(session, access, schema, &[email]).await?;
        Ok(holders.get(email).map_or(Found::Absent, |holder| Found::Someone(vendor_id(holder.id))))
    }

    async fn ours(
        &self,
        session: &mut Session,
        access: &Access,
        schema: &Schema,
    ) -> Result<Vec<VendorId>, Fault> {
        let Some(wanted) = self.digest.as_deref() else { return Ok(Vec::new()) };
        let columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        let experience_columns: Vec<&str> = self.experience_columns.iter().map(String::as_str).collect();
        // An address that a format of the user's own put into the other column is no help here.
        let email = self.email.as_deref().filter(|_| !self.columns.iter().any(|it| it == "EMAIL"));
        let folded = schema.persons.get("EMAIL_PERSO").is_some_and(|it| it.cased);
        let sql = access.dialect.persons_above(&columns, PAGE, email.map(|_| folded));
        let mut ours = Vec::new();
        let mut above = self.above;
        loop {
            let mut values = vec![Cell::Int(above)];
            values.extend(email.map(|it| Cell::Text(it.to_owned())));
            let persons = session.query(&sql, &values).await?;
            let ids: Vec<i64> = persons.iter().filter_map(|row| row.first().and_then(Cell::int)).collect();
            let Some(last) = ids.last().copied() else { break };
            let cells: Vec<Cell> = ids.iter().map(|id| Cell::Int(*id)).collect();
            let sql = access.dialect.experiences(&experience_columns, ids.len());
            let experiences = by_owner(session.query(&sql, &cells).await?);
            for (person, id) in persons.iter().zip(&ids) {
                let theirs = experiences.get(id).into_iter().flatten().map(|row| row.iter().skip(2));
                if digest(person.iter().skip(1), theirs) == wanted {
                    ours.push(vendor_id(*id));
                }
            }
            if persons.len() < PAGE {
                break;
            }
            above = last;
        }
        Ok(ours)
    }
}
