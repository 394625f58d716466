//! What a database's errors mean.

use hrflow_core::{Error, ErrorKind, Execution, Redactor, Scope};

use crate::parameters::Engine;

/// How a request to the database failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The server refused it: its number, its words, and whether a row was to be written, whose own fault it may be.
    Refused { code: u32, words: String, is_row: bool },
    /// The connection broke, and with it whatever was not committed.
    Lost(String),
    /// No answer came in time. The connection is given up.
    Timeout,
    /// The connection cannot be encrypted as it has to be.
    Unprotected(Error),
    /// A server of this kind answers, and one of the other kind is expected.
    OtherEngine(Engine),
    /// What it says.
    Other(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// What to do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// One of the rows; its neighbours may be well.
    Row,
    /// Somebody else is in the way: soon it can go.
    Busy,
    /// The connection is gone, or the server is.
    Gone,
    /// The server starts, recovers or fails over: it comes back without anything being done here.
    Away,
    /// Every row there is.
    All,
}

const AWAY: &str = "the server is starting, recovering or failing over";

/// The same numbers mean different things: 1205 is a deadlock at SQL Server, and a wait that took too long at MySQL.
const MYSQL: &[(&[u32], Class, ErrorKind, &str)] = &[
    (
        &[1045, 1698, 1820, 3118, 3955],
        Class::All,
        ErrorKind::Unauthorized,
        "the user or the password is refused",
    ),
    (&[1044, 1130, 1251, 2059], Class::All, ErrorKind::Forbidden, "access denied"),
    (&[1129], Class::All, ErrorKind::Forbidden, "this machine is blocked after too many broken connections"),
    (&[1049], Class::All, ErrorKind::Config, "there is no such database"),
    (&[1142, 1143, 1227, 1370], Class::All, ErrorKind::Forbidden, "the user lacks a right"),
    (&[1290, 1836], Class::All, ErrorKind::Unavailable, "the server may be read only"),
    (&[1054, 1146, 1356], Class::All, ErrorKind::Config, "a table or a column is missing"),
    (&[1062, 1169, 1586], Class::Row, ErrorKind::Duplicate, "a row with this key exists already"),
    (&[1205, 1206], Class::Busy, ErrorKind::Unavailable, "somebody else holds a lock for too long"),
    (&[1213, 1020, 3572], Class::Busy, ErrorKind::Unavailable, "two transactions were in each other's way"),
    (
        &[1040, 1203, 1226, 1429, 1152, 1158, 1159, 1160, 1161, 1317, 1927, 4031],
        Class::Gone,
        ErrorKind::Unavailable,
        "the server does not serve now",
    ),
    // 1047 is how a Galera node says that it is not ready.
    (&[1047, 1053, 3032, 3168], Class::Away, ErrorKind::Unavailable, AWAY),
    (
        &[1969, 3024],
        Class::Gone,
        ErrorKind::Timeout,
        "the server gives statements less time than this one takes",
    ),
    (&[1021, 1030, 1114, 1180, 3], Class::Gone, ErrorKind::Unavailable, "the server has no room left"),
];
const MSSQL: &[(&[u32], Class, ErrorKind, &str)] = &[
    (
        &[18456, 18452, 18470, 18486, 18487, 18488],
        Class::All,
        ErrorKind::Unauthorized,
        "the user or the password is refused",
    ),
    (&[916, 4064, 18451, 40615], Class::All, ErrorKind::Forbidden, "access denied"),
    (&[4060, 911], Class::All, ErrorKind::Config, "there is no such database, or the user may not open it"),
    (&[229, 230, 262, 297, 300], Class::All, ErrorKind::Forbidden, "the user lacks a right"),
    (&[3906, 3908], Class::All, ErrorKind::Unavailable, "the database may be read only"),
    (&[207, 208, 2812, 4902], Class::All, ErrorKind::Config, "a table or a column is missing"),
    (&[2601, 2627], Class::Row, ErrorKind::Duplicate, "a row with this key exists already"),
    (&[1222], Class::Busy, ErrorKind::Unavailable, "somebody else holds a lock for too long"),
    (&[1205, 3960, 3961], Class::Busy, ErrorKind::Unavailable, "two transactions were in each other's way"),
    (
        &[701, 1204, 8645, 9001, 10928, 10929, 17809, 40501, 49918, 49919, 49920],
        Class::Gone,
        ErrorKind::Unavailable,
        "the server does not serve now",
    ),
    (
        &[
            596, 921, 922, 927, 942, 976, 978, 983, 4221, 6005, 17142, 17187, 18401, 40143, 40197, 40540,
            40613,
        ],
        Class::Away,
        ErrorKind::Unavailable,
        AWAY,
    ),
    (&[1105, 9002], Class::Gone, ErrorKind::Unavailable, "the server has no room left"),
];

impl Fault {
    /// A refusal of a statement.
    pub(crate) fn refused(code: u32, words: String) -> Self {
        Self::Refused { code, words, is_row: false }
    }

    /// The same fault, where a row was to be written.
    pub(crate) fn of_a_row(self) -> Self {
        match self {
            Self::Refused { code, words, .. } => Self::Refused { code, words, is_row: true },
            fault => fault,
        }
    }

    pub(crate) fn class(&self, engine: Engine) -> Class {
        match self {
            Self::Refused { code, is_row, .. } => match meaning(engine, *code) {
                Some((class, ..)) => class,
                None if *is_row => Class::Row,
                None => Class::All,
            },
            Self::Lost(_) | Self::Timeout => Class::Gone,
            Self::Unprotected(_) | Self::OtherEngine(_) => Class::All,
            Self::Other(error) if error.scope() == Scope::Run => Class::All,
            Self::Other(error) if error.is_retryable() => Class::Busy,
            Self::Other(_) => Class::Row,
        }
    }

    /// Whether the server says that the user may not do this.
    pub(crate) fn is_lack_of_right(&self, engine: Engine) -> bool {
        let Self::Refused { code, .. } = self else { return false };
        meaning(engine, *code).is_some_and(|(_, kind, _)| kind == ErrorKind::Forbidden)
    }

    /// The server's own words, where there are any.
    pub(crate) fn words(&self) -> &str {
        match self {
            Self::Refused { words, .. } | Self::Lost(words) => words,
            Self::Timeout | Self::Unprotected(_) | Self::OtherEngine(_) | Self::Other(_) => "",
        }
    }

    /// Whether the connection cannot be used any more.
    pub(crate) fn ends_session(&self, engine: Engine) -> bool {
        !matches!(self, Self::Other(_)) && matches!(self.class(engine), Class::Gone | Class::Away)
    }

    /// The error that a person sees.
    pub(crate) fn into_error(self, engine: Engine, redactor: &Redactor, operation: &'static str) -> Error {
        let class = self.class(engine);
        let scope =
            if matches!(class, Class::All | Class::Gone | Class::Away) { Scope::Run } else { Scope::Item };
        match self {
            Self::Other(error) | Self::Unprotected(error) => error.with("operation", operation),
            Self::OtherEngine(found) => {
                Error::new(ErrorKind::Config, format!("{found} answers where {engine} did before"))
                    .with("operation", operation)
            }
            Self::Timeout => Error::new(ErrorKind::Timeout, format!("{engine} did not answer in time"))
                .with_scope(scope)
                .with("operation", operation),
            Self::Lost(words) => {
                Error::new(ErrorKind::Unavailable, format!("the connection to {engine} broke"))
                    .with_vendor_message(redactor.redact(&words))
                    .with_scope(scope)
                    .with("operation", operation)
            }
            Self::Refused { code, words, is_row } => {
                let (kind, message) = match meaning(engine, code) {
                    Some((_, kind, message)) => (kind, message),
                    None if is_row => (ErrorKind::Invalid, "the row is refused"),
                    None => (ErrorKind::Unavailable, "the statement is refused"),
                };
                let error = Error::new(kind, format!("{engine}: {message}"))
                    .with_vendor_message(redactor.redact(&words))
                    .with_scope(scope);
                let error = match column(&words) {
                    Some(column) => error.with("column", column),
                    None => error,
                };
                let error = error.with("code", code).with("operation", operation);
                match advice(engine, code, kind) {
                    Some(advice) => error.advise(advice),
                    None => error,
                }
            }
        }
    }
}

/// The error of a commit without an answer.
pub(crate) fn unknown(error: Error) -> Error {
    error.with_scope(Scope::Item).with_execution(Execution::Unknown)
}

fn meaning(engine: Engine, code: u32) -> Option<(Class, ErrorKind, &'static str)> {
    let table = match engine {
        Engine::Mysql => MYSQL,
        Engine::Mssql => MSSQL,
    };
    table
        .iter()
        .find(|(codes, ..)| codes.contains(&code))
        .map(|(_, class, kind, message)| (*class, *kind, *message))
}

fn advice(engine: Engine, code: u32, kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        _ if (engine, code) == (Engine::Mysql, 1129) => "Run `FLUSH HOSTS` on the server.",
        ErrorKind::Unauthorized => "Check db_user and db_password.",
        ErrorKind::Forbidden => {
            "Have the user granted SELECT, INSERT and UPDATE on PERSONNES and EXPERIENCES_PROFESSIONNELLES."
        }
        ErrorKind::Config => "Check db_name, db_schema and the tables; `hrflow check` names what is missing.",
        _ => return None,
    })
}

/// The column that the server names in its words.
fn column(words: &str) -> Option<String> {
    let lower = words.to_ascii_lowercase();
    let named = [("column '", '\''), ("column `", ' '), ("field '", '\'')];
    named.into_iter().find_map(|(before, end)| {
        let start = lower.find(before)? + before.len();
        let name = words.get(start..)?.split(end).next()?;
        // `base`.`table`.`column`
        let name = name.rsplit('.').next()?.trim_matches('`');
        (!name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_read_out_of_either_servers_words() {
        for (words, name) in [
            ("Data too long for column 'NOM' at row 1", Some("NOM")),
            ("Column 'NOM' cannot be null", Some("NOM")),
            ("Field 'scsync_modified' doesn't have a default value", Some("scsync_modified")),
            (
                "Incorrect date value: 'x' for column `admen`.`PERSONNES`.`DATE_MAJ` at row 1",
                Some("DATE_MAJ"),
            ),
            (
                "Cannot insert the value NULL into column 'NOM', table 'admen.dbo.PERSONNES'; column does not allow nulls.",
                Some("NOM"),
            ),
            (
                "String or binary data would be truncated in table 'admen.dbo.PERSONNES', column 'VILLE'.",
                Some("VILLE"),
            ),
            ("Lock wait timeout exceeded", None),
        ] {
            assert_eq!(column(words).as_deref(), name, "{words}");
        }
    }

    #[test]
    fn a_server_that_comes_back_by_itself_is_away() {
        let away = |engine, code| Fault::refused(code, String::new()).class(engine) == Class::Away;
        for code in [921, 922, 927, 942, 976, 978, 983, 4221, 17187, 18401, 40197, 40613] {
            assert!(away(Engine::Mssql, code), "{code}");
        }
        for code in [1047, 1053, 3032, 3168] {
            assert!(away(Engine::Mysql, code), "{code}");
        }
    }

    #[test]
    fn one_number_means_two_things() {
        let fault = || Fault::refused(1205, "…".to_owned());
        let error = |engine| fault().into_error(engine, &Redactor::new(), "persons.write").to_string();
        assert!(error(Engine::Mssql).contains("each other's way"));
        assert!(error(Engine::Mysql).contains("holds a lock for too long"));
    }

    #[test]
    fn what_nobody_knows_is_a_rows_fault_only_where_a_row_was_written() {
        let fault = || Fault::refused(9_999, "…".to_owned());
        assert_eq!(fault().class(Engine::Mysql), Class::All);
        assert_eq!(fault().of_a_row().class(Engine::Mysql), Class::Row);
        let error = fault().of_a_row().into_error(Engine::Mysql, &Redactor::new(), "persons.write");
        assert_eq!((error.kind(), error.scope()), (ErrorKind::Invalid, Scope::Item));
    }
}
