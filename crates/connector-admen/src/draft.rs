//! A person as the rows that are to be written, fitted into the columns.

use connector_hrflow::email;
use hrflow_core::{Error, ErrorKind, Identity, Result, Warning, Warnings};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    person::{OWN, Person},
    schema::{Column, EXPERIENCE_COLUMNS, PERSON_COLUMNS, Schema},
    sql::{EXPERIENCES, PERSONS},
    value::Cell,
};

/// A row: columns and what they get.
pub(crate) type Row = Vec<(String, Cell)>;

/// A person with their experiences, ready to be written.
pub(crate) struct Draft {
    pub(crate) person: Row,
    /// All with the same columns.
    pub(crate) experiences: Vec<Row>,
    pub(crate) email: Option<String>,
    /// What does not fit into the columns.
    pub(crate) warnings: Vec<Warning>,
    /// Why it cannot be inserted: a column that has to be filled is empty. Who is there already needs no more.
    pub(crate) lacking: Option<Error>,
}

impl Draft {
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] that names the column that cannot hold its value, or that does not exist.
    pub(crate) fn of(schema: &Schema, scsync_modified: &str, item: &Person) -> Result<Self> {
        let mut warnings = Warnings::default();
        let mut members = members(item)?;
        OWN.iter().for_each(|own| drop(members.remove(*own)));
        for name in ["EMAIL_PERSO", "EMAIL"] {
            if let Some(Value::String(text)) = members.get(name) {
                let address = address(name, text, &mut warnings)?;
                members.insert(name.to_owned(), address.into());
            }
        }
        members.entry("scsync_modified").or_insert_with(|| scsync_modified.into());
        let names = names(&PERSON_COLUMNS, members.keys());
        let person = row(schema, PERSONS, &names, &members, &mut warnings)?;

        let rows: Vec<Map<String, Value>> = item.experiences.iter().map(members_of).collect::<Result<_>>()?;
        let names = self::names(&EXPERIENCE_COLUMNS, rows.iter().flat_map(Map::keys));
        let experiences = rows.iter().map(|members| row(schema, EXPERIENCES, &names, members, &mut warnings));
        let experiences = experiences.collect::<Result<Vec<Row>>>()?;
        let lacking = lacking(schema, PERSONS, &person)
            .or_else(|| experiences.iter().find_map(|row| lacking(schema, EXPERIENCES, row)));
        Ok(Self { person, experiences, email: item.email(), warnings: warnings.into_vec(), lacking })
    }

    /// The names of the columns of the person that tell it from others.
    pub(crate) fn columns(&self) -> Vec<String> {
        told(std::slice::from_ref(&self.person))
    }

    /// The same of the experiences; those that are always written, where there is none.
    pub(crate) fn experience_columns(&self) -> Vec<String> {
        match self.experiences.is_empty() {
            true => EXPERIENCE_COLUMNS.map(str::to_owned).to_vec(),
            false => told(&self.experiences),
        }
    }

    /// What tells it from others that are in the tables.
    pub(crate) fn digest(&self) -> String {
        let (columns, experience_columns) = (self.columns(), self.experience_columns());
        digest(
            cells(&self.person, &columns),
            self.experiences.iter().map(|row| cells(row, &experience_columns)),
        )
    }
}

/// The columns whose values are known beforehand in every row: what the database fills in by itself is not.
fn told(rows: &[Row]) -> Vec<String> {
    let is_told =
        |name: &String| rows.iter().flatten().all(|(it, cell)| it != name || *cell != Cell::Default);
    let names = rows.iter().take(1).flatten().map(|(name, _)| name);
    names.filter(|name| is_told(name)).cloned().collect()
}

fn cells<'a>(row: &'a Row, columns: &'a [String]) -> impl Iterator<Item = &'a Cell> {
    row.iter().filter(|(name, _)| columns.contains(name)).map(|(_, cell)| cell)
}

/// The digest of a person's columns, and of each experience's in their order.
pub(crate) fn digest<'a>(
    person: impl Iterator<Item = &'a Cell>,
    experiences: impl Iterator<Item = impl Iterator<Item = &'a Cell>>,
) -> String {
    let spelled = |cell: &Cell| match cell.spelled() {
        // With its length, so that no two rows spell the same.
        Some(text) => format!("{}:{text}", text.len()),
        None => "-".to_owned(),
    };
    let mut parts: Vec<String> = person.map(spelled).collect();
    for experience in experiences {
        parts.push("/".to_owned());
        parts.extend(experience.map(spelled));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Identity::members(&parts).as_str().to_owned()
}

/// The address that a text for a column holds, as it is written. Spaces and words would hide its holder from the next run.
fn address(column: &str, text: &str, warnings: &mut Warnings) -> Result<Option<String>> {
    let path = format!("{PERSONS}.{column}");
    match email::find(text) {
        Ok(email::Found::Address { address, .. }) => Ok(Some(address)),
        Ok(email::Found::Nothing) => {
            if !text.trim().is_empty() {
                warnings.add(path, "A placeholder; left out");
            }
            Ok(None)
        }
        Err(why) => {
            let message = format!("{path} has to be an email address: {why}");
            Err(Error::new(ErrorKind::Invalid, message)
                .with("column", path)
                .advise("Correct it in the format."))
        }
    }
}

fn members(item: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(item) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(Error::new(ErrorKind::Invalid, "the person cannot be written as JSON")),
    }
}

fn members_of(item: &crate::Experience) -> Result<Map<String, Value>> {
    members(item)
}

/// The columns that are always written, and whichever others there are.
fn names<'a>(always: &[&str], there: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut names: Vec<String> = always.iter().map(|name| (*name).to_owned()).collect();
    for name in there {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn row(
    schema: &Schema,
    table: &str,
    names: &[String],
    members: &Map<String, Value>,
    warnings: &mut Warnings,
) -> Result<Row> {
    let fitted = names.iter().map(|name| {
        let value = members.get(name).unwrap_or(&Value::Null);
        Ok((name.clone(), schema.column(table, name)?.fit(value, warnings)?))
    });
    fitted.collect()
}

fn lacking(schema: &Schema, table: &str, row: &Row) -> Option<Error> {
    let empty = row.iter().filter(|(_, cell)| cell.is_null());
    empty.filter_map(|(name, _)| schema.column(table, name).ok()).find_map(Column::lacking)
}
