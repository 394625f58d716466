//! The tables as the database itself describes them, and what of a value fits into a column.

use std::collections::HashMap;

use connector_hrflow::{date, timestamp};
use hrflow_core::{
    Error, ErrorKind, Result, Warnings,
    text::{cut_at, nfc},
};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::{
    charset::Charset,
    parameters::Engine,
    sql::{EXPERIENCES, PERSONS},
    value::Cell,
};

/// The columns of `PERSONNES` that are always written, a value or NULL.
pub(crate) const PERSON_COLUMNS: [&str; 17] = [
    "NOM",
    "PRENOM",
    "EMAIL_PERSO",
    "TEL_MOBILE",
    "DATE_NAISSANCE",
    "ADRESSE",
    "CODE_POSTAL",
    "VILLE",
    "AREA",
    "PAYS",
    "LINKEDINPUBLICPROFIL",
    "VIADEOPUBLICPROFIL",
    "TWITTERPAGE",
    "FACEBOOKPAGE",
    "DATE_CREATION",
    "DATE_MAJ",
    "scsync_modified",
];
/// Those that are read only.
pub(crate) const PERSON_READ: [&str; 4] = ["ID_PERSONNE", "EMAIL", "SOFT_DELETED", "RGPD_DISABLED"];
/// The columns of `EXPERIENCES_PROFESSIONNELLES` that are always written, the owner left aside.
pub(crate) const EXPERIENCE_COLUMNS: [&str; 8] = [
    "INTITULE_POSTE",
    "POSTE_OCCUPE",
    "RAISON_SOCIALE",
    "DEPARTMENT",
    "DATE_EXP",
    "DATE_FIN",
    "EN_COURS",
    "COMMENTAIRES",
];
pub(crate) const EXPERIENCE_READ: [&str; 2] = ["ID_PERSONNE", "ID_EXPERIENCE"];
/// What is never written by an item: keys, and what AD-MEN alone decides.
pub(crate) const PROTECTED: [&str; 4] = ["ID_PERSONNE", "ID_EXPERIENCE", "SOFT_DELETED", "RGPD_DISABLED"];
/// Half of it leads nowhere, or elsewhere: too long, it is refused or left out, and never cut.
const REFUSED: [&str; 2] = ["EMAIL_PERSO", "EMAIL"];
const LEFT_OUT: [&str; 5] =
    ["TEL_MOBILE", "LINKEDINPUBLICPROFIL", "VIADEOPUBLICPROFIL", "TWITTERPAGE", "FACEBOOKPAGE"];

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Text(Width),
    Int,
    Float,
    Date,
    DateTime,
    /// A type that nothing is written to.
    Other(String),
}

/// The longest text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Width {
    Any,
    Characters(usize),
    /// As UTF-16 has them: many an emoji takes two.
    Units(usize),
    Bytes(usize),
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    charset: Charset,
    charset_name: String,
    nullable: bool,
    filled: bool,
    /// Whether it tells upper from lower case.
    pub(crate) cased: bool,
}

/// The two tables.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    pub(crate) persons: HashMap<String, Column>,
    pub(crate) experiences: HashMap<String, Column>,
}

impl Schema {
    /// Reads the rows that describe the tables.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] that names every table and column that is missing.
    pub(crate) fn read(engine: Engine, rows: &[Vec<Cell>], user: &str) -> Result<Self> {
        let mut schema = Self::default();
        for row in rows {
            let Some(column) = Column::read(engine, row) else { continue };
            schema.table_mut(column.table).insert(column.name.clone(), column);
        }
        let mut missing = Vec::new();
        let tables = [
            (PERSONS, &schema.persons, [&PERSON_READ[..], &PERSON_COLUMNS].concat()),
            (EXPERIENCES, &schema.experiences, [&EXPERIENCE_READ[..], &EXPERIENCE_COLUMNS].concat()),
        ];
        for (table, columns, needed) in tables {
            if columns.is_empty() {
                missing.push(format!("table {table}"));
                continue;
            }
            let absent = needed.iter().filter(|name| !columns.contains_key(**name));
            missing.extend(absent.map(|name| format!("column {table}.{name}")));
        }
        if missing.is_empty() {
            return Ok(schema);
        }
        let missing = missing.join(", ");
        Err(Error::new(ErrorKind::Config, format!("the database lacks, or hides from this user: {missing}")).advise(
            format!("Check db_name, and that the user {user} may select, insert and update in {PERSONS} and {EXPERIENCES}."),
        ))
    }

    fn table_mut(&mut self, table: &str) -> &mut HashMap<String, Column> {
        if table == PERSONS { &mut self.persons } else { &mut self.experiences }
    }

    /// A column by its name.
    pub(crate) fn column(&self, table: &str, name: &str) -> Result<&Column> {
        let columns = if table == PERSONS { &self.persons } else { &self.experiences };
        let column = columns.get(name).filter(|_| !PROTECTED.contains(&name));
        column.ok_or_else(|| {
            let message = match columns.contains_key(name) {
                true => format!("{table}.{name} is not for an item to write"),
                false => format!("{table} has no column of the name {name}"),
            };
            Error::new(ErrorKind::Invalid, message).with("column", name).advise("Take it out of the format.")
        })
    }
}

impl Column {
    fn read(engine: Engine, row: &[Cell]) -> Option<Self> {
        let text = |index: usize| row.get(index).and_then(Cell::text);
        let table = [PERSONS, EXPERIENCES]
            .into_iter()
            .find(|it| Some(*it) == text(0).map(str::to_uppercase).as_deref())?;
        let data_type = text(2)?.to_lowercase();
        let charset = match engine {
            Engine::Mysql => Charset::of_mysql(text(6)),
            Engine::Mssql => Charset::of_mssql(&data_type, text(6)),
        };
        let charset_name = match engine {
            Engine::Mysql => text(6).unwrap_or_default().to_owned(),
            Engine::Mssql => format!("code page {}", text(6).unwrap_or("unknown")),
        };
        let collation = text(7).unwrap_or_default().to_lowercase();
        Some(Self {
            table,
            name: text(1)?.to_owned(),
            kind: kind(engine, &data_type, row.get(3).and_then(Cell::int)),
            charset,
            charset_name,
            nullable: text(4)? != "NO",
            filled: row.get(5).and_then(Cell::int) == Some(1),
            cased: collation.contains("_bin") || collation.contains("_cs"),
        })
    }

    fn path(&self) -> String {
        format!("{}.{}", self.table, self.name)
    }

    fn refused(&self, why: String) -> Error {
        Error::new(ErrorKind::Invalid, why).with("column", self.path())
    }

    /// Why a new row cannot go without a value here.
    pub(crate) fn lacking(&self) -> Option<Error> {
        let needed = !self.nullable && !self.filled;
        let why = format!("{} has to be filled, and the profile has nothing for it", self.path());
        needed.then(|| self.refused(why).advise("Fill it by a format of your own, or in HrFlow."))
    }

    /// What is stored of a value, and what a person should know of it: that it was cut, or left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] for what this column cannot hold.
    pub(crate) fn fit(&self, value: &Value, warnings: &mut Warnings) -> Result<Cell> {
        let cell = self.fitted(value, warnings)?;
        let is_filled_in = cell.is_null() && !self.nullable && self.filled;
        Ok(if is_filled_in { Cell::Default } else { cell })
    }

    fn fitted(&self, value: &Value, warnings: &mut Warnings) -> Result<Cell> {
        let written = match value {
            Value::Null => return Ok(Cell::Null),
            Value::String(text) => text.clone(),
            Value::Bool(flag) => u8::from(*flag).to_string(),
            Value::Number(number) => number.to_string(),
            _ => return Err(self.unlike("a list or an object")),
        };
        let text = written.trim();
        match &self.kind {
            // Blanks are no part of an address, and would hide its holder from the next run.
            Kind::Text(width) if REFUSED.contains(&self.name.as_str()) => self.text(text, *width, warnings),
            Kind::Text(width) => self.text(&written, *width, warnings),
            _ if text.is_empty() => Ok(Cell::Null),
            Kind::Int => text.parse().map(Cell::Int).map_err(|_| self.unlike("no whole number")),
            Kind::Float => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Cell::Float(number)),
                _ => Err(self.unlike("no number")),
            },
            Kind::Date => date(text).map(Cell::Date).ok_or_else(|| self.unlike("no date")),
            Kind::DateTime => timestamp(text)
                .map(|it| Cell::DateTime(whole_seconds(TimeZone::UTC.to_datetime(it))))
                .ok_or_else(|| self.unlike("no date with a time")),
            Kind::Other(data_type) => {
                let why = format!("{} is of the type {data_type}, which nothing is written to", self.path());
                Err(self.refused(why))
            }
        }
    }

    fn unlike(&self, what: &str) -> Error {
        self.refused(format!("what the format has for {} is {what}", self.path()))
    }

    fn text(&self, text: &str, width: Width, warnings: &mut Warnings) -> Result<Cell> {
        // A character with its accent apart is not in character sets that have it in one.
        let text = &*nfc(text);
        if let Some(missing) = self.charset.misses(text) {
            let missing = format!("the character U+{:04X}", u32::from(missing));
            let charset = &self.charset_name;
            // Without their address a person would not be found by the next run.
            if (self.nullable || self.filled) && !REFUSED.contains(&self.name.as_str()) {
                let why =
                    format_args!("The column's character set {charset} does not have {missing}; left out");
                warnings.add(self.path(), why);
                return Ok(Cell::Null);
            }
            let why = format!("{} cannot hold {missing}: its character set is {charset}", self.path());
            return Err(self.refused(why).advise(
                "Nothing is stored as a question mark: replace it by a logic, or convert the column to Unicode.",
            ));
        }
        let fitting = self.fitting(text, width);
        if fitting.len() == text.len() {
            return Ok(Cell::Text(text.to_owned()));
        }
        let most = match width {
            Width::Any => "",
            Width::Characters(most) => &format!("{most} characters"),
            Width::Units(most) => &format!("{most} characters"),
            Width::Bytes(most) => &format!("{most} bytes"),
        };
        if REFUSED.contains(&self.name.as_str()) {
            return Err(
                self.refused(format!("{} holds {most} at the most, and the address is longer", self.path()))
            );
        }
        if LEFT_OUT.contains(&self.name.as_str()) {
            warnings.add(self.path(), format_args!("Longer than the column's {most}; left out"));
            return Ok(Cell::Null);
        }
        warnings.add(self.path(), format_args!("Cut to {most}"));
        Ok(Cell::Text(fitting.to_owned()))
    }

    /// The text, cut at a word where it can be.
    fn fitting<'a>(&self, text: &'a str, width: Width) -> &'a str {
        let (most, measure): (usize, &dyn Fn(&str) -> usize) = match width {
            Width::Any => return text,
            Width::Characters(most) => (most, &|it| it.chars().count()),
            Width::Units(most) => (most, &|it| it.encode_utf16().count()),
            Width::Bytes(most) => (most, &|it| self.charset.bytes(it)),
        };
        if measure(text) <= most {
            return text;
        }
        // No character measures less than one.
        let mut characters = text.chars().count().min(most);
        let end = |characters| text.char_indices().nth(characters).map_or(text.len(), |(end, _)| end);
        while measure(&text[..end(characters)]) > most {
            let over = measure(&text[..end(characters)]) - most;
            characters -= over.div_ceil(4).max(1);
        }
        cut_at(text, end(characters))
    }
}

/// A moment without fractions of a second, which not every column keeps.
fn whole_seconds(moment: jiff::civil::DateTime) -> jiff::civil::DateTime {
    moment.with().subsec_nanosecond(0).build().unwrap_or(moment)
}

fn kind(engine: Engine, data_type: &str, length: Option<i64>) -> Kind {
    let length = length.and_then(|it| usize::try_from(it).ok());
    let width = |unit: fn(usize) -> Width| Kind::Text(length.map_or(Width::Any, unit));
    match (engine, data_type) {
        (Engine::Mysql, "varchar" | "char") => width(Width::Characters),
        (Engine::Mysql, "tinytext" | "text" | "mediumtext" | "longtext") => width(Width::Bytes),
        (Engine::Mysql, "enum" | "set" | "json") => Kind::Text(Width::Any),
        (Engine::Mssql, "nvarchar" | "nchar" | "ntext") => width(Width::Units),
        (Engine::Mssql, "varchar" | "char" | "text") => width(Width::Bytes),
        (_, "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "bit" | "year") => Kind::Int,
        (_, "decimal" | "numeric" | "float" | "double" | "real" | "money" | "smallmoney") => Kind::Float,
        (_, "date") => Kind::Date,
        (_, "datetime" | "datetime2" | "smalldatetime" | "timestamp" | "datetimeoffset") => Kind::DateTime,
        (_, other) => Kind::Other(other.to_owned()),
    }
}
