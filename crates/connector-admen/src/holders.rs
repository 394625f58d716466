//! Who has an e-mail address already.

use std::collections::{BTreeMap, HashMap};

use crate::{
    database::{Access, Session},
    errors::Fault,
    person::normalised,
    schema::Schema,
    value::Cell,
};

/// A person who has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Holder {
    /// May not be contacted or changed (`RGPD_DISABLED`): comes before all others.
    pub(crate) disabled: bool,
    pub(crate) archived: bool,
    pub(crate) id: i64,
}

/// The holders of addresses, the one that counts of each: who objected, else the first who is not archived, else the
/// first who is.
pub(crate) async fn holders(
    session: &mut Session,
    access: &Access,
    schema: &Schema,
    addresses: &[&str],
) -> Result<HashMap<String, Holder>, Fault> {
    let mut found: HashMap<String, Holder> = HashMap::new();
    if addresses.is_empty() {
        return Ok(found);
    }
    let folded = ["EMAIL_PERSO", "EMAIL"].map(|name| schema.persons.get(name).is_some_and(|it| it.cased));
    let values: Vec<Cell> = addresses.iter().map(|it| Cell::Text((*it).to_owned())).collect();
    let rows = session
        .query(&access.dialect.holders(addresses.len(), folded), &[&values[..], &values].concat())
        .await?;
    for row in &rows {
        let [id, private, other, archived, disabled] = row.as_slice() else { continue };
        let set = |cell: &Cell| cell.int().is_some_and(|it| it != 0);
        let Some(id) = id.int() else { continue };
        let holder = Holder { disabled: set(disabled), archived: set(archived), id };
        if holder.archived && !holder.disabled && access.parameters.recreate_archived {
            continue;
        }
        // A collation may take é for e: only the very address counts.
        for address in [private, other].into_iter().filter_map(|it| normalised(it.text()?)) {
            let counts = found.entry(address).or_insert(holder);
            if holder.rank() < counts.rank() {
                *counts = holder;
            }
        }
    }
    Ok(found)
}

impl Holder {
    fn rank(&self) -> (bool, bool, i64) {
        (!self.disabled, self.archived, self.id)
    }

    /// The column that says that nothing about this person may be changed, and why.
    pub(crate) fn untouchable(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self { disabled: true, .. } => {
                Some(("RGPD_DISABLED", "The person objected to being processed and was left unchanged"))
            }
            Self { archived: true, .. } => {
                Some(("SOFT_DELETED", "The person is archived and was left unchanged"))
            }
            _ => None,
        }
    }
}

/// Rows by the id in their first column.
pub(crate) fn by_owner(rows: Vec<Vec<Cell>>) -> BTreeMap<i64, Vec<Vec<Cell>>> {
    let mut owned: BTreeMap<i64, Vec<Vec<Cell>>> = BTreeMap::new();
    for row in rows {
        if let Some(owner) = row.first().and_then(Cell::int) {
            owned.entry(owner).or_default().push(row);
        }
    }
    owned
}
