//! Changing a person who is there, without taking anything away.
//!
//! What HrFlow has nothing for stays. The creation date stays. An address that belongs to somebody else, or to the same
//! person in the other column, does not become the private one. Experiences are added, and what is empty in them is filled;
//! none is overwritten, and none goes. Who is archived or objected is left alone.

use hrflow_core::{Outcome, Receipt};

use crate::{
    draft::{Draft, Row},
    errors::Fault,
    holders::Holder,
    person::normalised,
    sql::{EXPERIENCES, PERSONS},
    store::{Store, left_alone, owned, vendor_id},
    value::Cell,
};

impl Store<'_> {
    /// Changes the person of an id, and adds to `experiences` those that are to be inserted. None where there is no such
    /// person any more, or an archived one who is to be created anew. `holder` is who has the address now.
    pub(crate) async fn update(
        &mut self,
        draft: &Draft,
        id: i64,
        holder: Option<Holder>,
        experiences: &mut Vec<Row>,
    ) -> Result<Option<Receipt>, Fault> {
        let mut columns: Vec<&str> = draft.person.iter().map(|(name, _)| name.as_str()).collect();
        columns.extend(["EMAIL", "SOFT_DELETED", "RGPD_DISABLED"]);
        let rows = self.session.query(&self.access.dialect.person(&columns), &[Cell::Int(id)]).await?;
        let Some(current) = rows.into_iter().next() else { return Ok(None) };
        let there = |name: &str| columns.iter().position(|it| *it == name).and_then(|at| current.get(at));
        let set = |name: &str| there(name).and_then(Cell::int).is_some_and(|it| it != 0);
        let person = Holder { id, archived: set("SOFT_DELETED"), disabled: set("RGPD_DISABLED") };
        if person.archived && !person.disabled && self.access.parameters.recreate_archived {
            return Ok(None);
        }
        if person.untouchable().is_some() {
            return Ok(Some(left_alone(&person)));
        }
        let mut receipt = Receipt::new(Outcome::Updated, vendor_id(id));
        let somebody_else = holder.is_some_and(|holder| holder.id != id);
        if somebody_else {
            receipt = receipt.with_warning(
                "PERSONNES.EMAIL_PERSO",
                "The email belongs to another person; left unchanged for this one",
            );
        }
        let is_other_address = there("EMAIL").and_then(Cell::text).and_then(normalised) == draft.email
            && there("EMAIL_PERSO").is_some_and(|it| !it.is_blank());
        let changes = draft.person.iter().filter(|(name, new)| {
            let old = there(name).unwrap_or(&Cell::Null);
            match name.as_str() {
                _ if new.is_blank() || new.spelled() == old.spelled() => false,
                "DATE_CREATION" => false,
                "DATE_MAJ" => new.spelled() > old.spelled(),
                "EMAIL_PERSO" => !somebody_else && !is_other_address,
                "EMAIL" => !somebody_else,
                _ => true,
            }
        });
        let (names, mut values): (Vec<&str>, Vec<Cell>) =
            changes.map(|(name, new)| (name.as_str(), new.clone())).unzip();
        if !names.is_empty() {
            values.push(Cell::Int(id));
            self.session.write(&self.access.dialect.update(PERSONS, &names, "ID_PERSONNE"), &values).await?;
        }
        self.update_experiences(draft, id, experiences).await?;
        Ok(Some(receipt))
    }

    async fn update_experiences(&mut self, draft: &Draft, id: i64, new: &mut Vec<Row>) -> Result<(), Fault> {
        if draft.experiences.is_empty() {
            return Ok(());
        }
        // Two profiles may be one person here: what the first has brought is there for the second.
        if new.iter().any(|row| row.first().is_some_and(|(_, owner)| *owner == Cell::Int(id))) {
            self.insert_experiences(&std::mem::take(new)).await?;
        }
        let columns: Vec<&str> =
            draft.experiences.iter().take(1).flatten().map(|(name, _)| name.as_str()).collect();
        let sql = self.access.dialect.experiences_to_change(&columns);
        let mut there = self.session.query(&sql, &[Cell::Int(id)]).await?;
        for row in &draft.experiences {
            let cells: Vec<&Cell> = row.iter().map(|(_, cell)| cell).collect();
            let wanted = same_as(&columns, &cells);
            let found = there
                .iter()
                .position(|it| same_as(&columns, &it.iter().skip(2).collect::<Vec<_>>()) == wanted);
            match found.map(|at| there.remove(at)) {
                None => new.push(owned(id, row)),
                Some(old) => self.fill_experience(row, &old).await?,
            }
        }
        Ok(())
    }

    /// Fills what is empty in an experience; what went on and has an end by now ends.
    async fn fill_experience(&mut self, row: &Row, old: &[Cell]) -> Result<(), Fault> {
        let Some(id) = old.get(1) else { return Ok(()) };
        let there = |at: usize| old.get(at + 2).unwrap_or(&Cell::Null);
        let ends = row
            .iter()
            .enumerate()
            .any(|(at, (name, new))| name == "DATE_FIN" && !new.is_blank() && there(at).is_null());
        let changes = row.iter().enumerate().filter(|(at, (name, new))| {
            let fills = there(*at).is_blank() && !new.is_blank();
            fills || (name == "EN_COURS" && ends && there(*at).spelled() != new.spelled())
        });
        let (names, mut values): (Vec<&str>, Vec<Cell>) =
            changes.map(|(_, (name, new))| (name.as_str(), new.clone())).unzip();
        if !names.is_empty() {
            values.push(id.clone());
            let sql = self.access.dialect.update(EXPERIENCES, &names, "ID_EXPERIENCE");
            self.session.write(&sql, &values).await?;
        }
        Ok(())
    }
}

/// What makes two experiences of a person the same: title, employer and first day.
fn same_as(columns: &[&str], cells: &[&Cell]) -> Vec<Option<String>> {
    let part = |name: &&str| {
        let at = columns.iter().position(|it| it == name)?;
        Some(cells.get(at)?.spelled()?.trim().to_lowercase()).filter(|text| !text.is_empty())
    };
    ["INTITULE_POSTE", "RAISON_SOCIALE", "DATE_EXP"].iter().map(part).collect()
}
