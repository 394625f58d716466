//! A session with the database, whichever engine it is.

mod mssql;
mod mysql;
mod probe;
mod retry;
mod tls;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use hrflow_core::{Error, ErrorKind, Options, Redactor, Scope};

use crate::{
    errors::Fault,
    parameters::{Encryption, Engine, EngineChoice, Parameters},
    sql::Dialect,
    value::Cell,
};

/// What a session is opened with.
pub(crate) struct Access {
    pub(crate) parameters: Parameters,
    pub(crate) dialect: Dialect,
    pub(crate) redactor: Redactor,
    /// How long one request may take.
    pub(crate) timeout: Duration,
    /// The most tries of a request.
    attempts: u32,
    has_logged_in: AtomicBool,
}

/// One connection. Whoever works with it takes it out of where it is kept, and puts it back when all is settled: what is
/// dropped half-way is closed, and the server undoes what was not committed.
pub(crate) struct Session {
    connection: Connection,
    /// How it is encrypted in fact.
    pub(crate) encryption: Encryption,
    dialect: Dialect,
    timeout: Duration,
    /// The largest request that the server takes, in bytes; it breaks the connection over a larger one.
    most: Option<usize>,
    /// Whether an insert returns the numbers of its rows: MariaDB does from 10.5 on, and SQL Server.
    tells_numbers: bool,
}

enum Connection {
    Mssql(Box<mssql::Client>),
    Mysql(Box<mysql::Conn>),
}

impl Access {
    pub(crate) fn new(parameters: Parameters, options: &Options) -> Self {
        Self::with(parameters, options.timeout.into(), options.attempts.get().into())
    }

    fn with(parameters: Parameters, timeout: Duration, attempts: u32) -> Self {
        let mut redactor = Redactor::new();
        redactor.add(&parameters.db_password);
        let dialect = Dialect::new(parameters.likely_engine(), &parameters.db_schema);
        Self { parameters, dialect, redactor, timeout, attempts, has_logged_in: AtomicBool::new(false) }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.dialect.engine
    }

    /// Logs in for the first time. Unless the kind of server is set, it is detected, and every later login is for that
    /// kind. Detection costs no second connection where the server is of the kind that its port is usual for.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect). If the kind is set and the server is of the other one, the error names everything else that
    /// a login there would lack.
    pub(crate) async fn first_login(&mut self) -> Result<Session, Fault> {
        match (self.connect().await, self.parameters.db_engine) {
            (Err(Fault::OtherEngine(found)), EngineChoice::Auto) => {
                self.dialect = Dialect::new(found, &self.parameters.db_schema);
                self.connect().await
            }
            (Err(Fault::OtherEngine(found)), _) => Err(self.other_engine(found).await.into()),
            (outcome, _) => outcome,
        }
    }

    /// Logs in.
    ///
    /// # Errors
    ///
    /// A fault that hits every item: rejected credentials, an unreachable host, a server of the other kind, a connection
    /// that cannot be encrypted as it has to be.
    pub(crate) async fn connect(&self) -> Result<Session, Fault> {
        hrflow_core::http::choose_crypto();
        hrflow_core::http::check_cert_file()?;
        let mut unprotected = None;
        for encryption in self.parameters.encryptions(self.parameters.host()) {
            match self.log_in(*encryption).await {
                Err(Fault::Unprotected(error)) => unprotected = unprotected.or(Some(error)),
                connection => {
                    let (connection, encryption) = connection?;
                    self.has_logged_in.store(true, Ordering::Relaxed);
                    return self.prepare(connection, encryption).await;
                }
            }
        }
        Err(unprotected.map_or(Fault::Timeout, Fault::Unprotected))
    }

    /// The connection, and how it is encrypted in fact: a server may send its clients on to another machine.
    async fn log_in(&self, encryption: Encryption) -> Result<(Connection, Encryption), Fault> {
        match self.engine() {
            Engine::Mssql => {
                let (client, encryption) = mssql::connect(self, encryption).await?;
                Ok((Connection::Mssql(Box::new(client)), encryption))
            }
            Engine::Mysql => {
                Ok((Connection::Mysql(Box::new(mysql::connect(self, encryption).await?)), encryption))
            }
        }
    }

    async fn prepare(&self, connection: Connection, encryption: Encryption) -> Result<Session, Fault> {
        let mut session = Session {
            connection,
            encryption,
            dialect: self.dialect.clone(),
            timeout: self.timeout,
            most: None,
            tells_numbers: self.engine() == Engine::Mssql,
        };
        // Half of the time that an answer may take: the server says that a lock is held before we stop listening.
        session.batch(&self.dialect.session((self.timeout.as_secs() / 2).max(1))).await?;
        if let Some(sql) = self.dialect.limits() {
            let rows = session.query(sql, &[]).await?;
            let told = |at: usize| rows.first().and_then(|row| row.get(at));
            session.most = told(0).and_then(Cell::int).and_then(|most| usize::try_from(most).ok());
            session.tells_numbers = told(1).and_then(Cell::text).is_some_and(is_mariadb_10_5);
        }
        Ok(session)
    }

    /// The values of a statement that asks for the schema first, if its dialect does.
    pub(crate) fn with_schema(&self, values: &[Cell]) -> Vec<Cell> {
        let schema = Cell::Text(self.parameters.db_schema.trim().to_owned());
        match self.engine() {
            Engine::Mssql => std::iter::once(schema).chain(values.iter().cloned()).collect(),
            Engine::Mysql => values.to_vec(),
        }
    }

    /// The error for a server of another kind than the one that is set.
    async fn other_engine(&self, found: Engine) -> Error {
        let (engine, name) = match found {
            Engine::Mssql => (EngineChoice::Mssql, "mssql"),
            Engine::Mysql => (EngineChoice::Mysql, "mysql"),
        };
        let address = self.parameters.address();
        let message = format!("{found} answers at {address}, and db_engine says {}", self.engine());
        let advice = format!(
            "Leave db_engine out or set it to `{name}`, or set db_port to the port of the other server."
        );
        let there = Self::with(Parameters { db_engine: engine, ..self.parameters.clone() }, self.timeout, 1);
        let advice = match there.connect().await {
            Ok(_) => advice,
            Err(fault) => {
                let next = fault.into_error(found, &self.redactor, "database.open");
                format!("{advice} After that: {next}")
            }
        };
        Error::new(ErrorKind::Config, message).advise(advice)
    }
}

impl Session {
    /// Runs statements that have no values.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        match &mut self.connection {
            Connection::Mssql(client) => within(self.timeout, mssql::batch(client, sql)).await,
            Connection::Mysql(connection) => within(self.timeout, mysql::batch(connection, sql)).await,
        }
    }

    /// Runs a statement, and answers its rows.
    pub(crate) async fn query(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Fault> {
        self.query_within(self.timeout, sql, values).await
    }

    async fn query_within(
        &mut self,
        timeout: Duration,
        sql: &str,
        values: &[Cell],
    ) -> Result<Vec<Vec<Cell>>, Fault> {
        let size = sql.len() + values.iter().map(Cell::size).sum::<usize>();
        if let Some(most) = self.most.filter(|most| size > *most) {
            let why = format!("the row has about {size} bytes, and the server takes {most} at the most");
            let error = Error::new(ErrorKind::Invalid, why);
            return Err(error.advise("Shorten its texts, or have max_allowed_packet raised.").into());
        }
        match &mut self.connection {
            Connection::Mssql(client) => within(timeout, mssql::query(client, sql, values)).await,
            Connection::Mysql(connection) => within(timeout, mysql::query(connection, sql, values)).await,
        }
    }

    /// Inserts rows or changes them, and answers what the statement shows. What is refused here may be a row's own fault.
    pub(crate) async fn write(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Fault> {
        self.query(sql, values).await.map_err(Fault::of_a_row)
    }

    /// Inserts a row, and returns the number that the database gave it, at a server that does not
    /// [tell numbers](Self::tells_numbers).
    pub(crate) async fn insert(&mut self, sql: &str, values: &[Cell]) -> Result<Option<i64>, Fault> {
        self.write(sql, values).await?;
        let id = match &self.connection {
            Connection::Mssql(_) => None,
            Connection::Mysql(connection) => connection.last_insert_id(),
        };
        Ok(id.and_then(|id| i64::try_from(id).ok()).filter(|id| *id > 0))
    }

    /// Whether an insert of many rows returns the number of each.
    pub(crate) fn tells_numbers(&self) -> bool {
        self.tells_numbers
    }

    /// Begins a transaction that holds the lock of a name. Whether it was got: where not, nothing has begun.
    pub(crate) async fn begin(&mut self, lock: &str, wait: Duration) -> Result<bool, Fault> {
        let dialect = self.dialect.clone();
        let most = match dialect.engine {
            Engine::Mssql => i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
            Engine::Mysql => i64::try_from(wait.as_secs().max(1)).unwrap_or(i64::MAX),
        };
        let values = [Cell::Text(lock.to_owned()), Cell::Int(most)];
        if dialect.engine == Engine::Mssql {
            self.batch(dialect.begin()).await?;
        }
        let rows = self.query_within(wait + self.timeout, dialect.lock(), &values).await?;
        let got = rows.first().and_then(|row| row.first()).and_then(Cell::int) == Some(1);
        match (dialect.engine, got) {
            (Engine::Mysql, true) => self.batch(dialect.begin()).await?,
            (Engine::Mssql, false) => self.batch(dialect.rollback()).await?,
            _ => {}
        }
        Ok(got)
    }

    pub(crate) async fn commit(&mut self) -> Result<(), Fault> {
        let commit = self.dialect.commit();
        self.batch(commit).await
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), Fault> {
        let rollback = self.dialect.rollback();
        self.batch(rollback).await
    }

    /// Gives the lock of a name back, after the transaction.
    pub(crate) async fn unlock(&mut self, lock: &str) -> Result<(), Fault> {
        match self.dialect.unlock() {
            Some(unlock) => self.query(unlock, &[Cell::Text(lock.to_owned())]).await.map(|_| ()),
            None => Ok(()),
        }
    }
}

/// Whether a server's version is that of a MariaDB that has `INSERT … RETURNING`. Some put `5.5.5-` before it.
///
/// Source: <https://mariadb.com/kb/en/insertreturning/>.
fn is_mariadb_10_5(version: &str) -> bool {
    let version = version.strip_prefix("5.5.5-").unwrap_or(version);
    let mut numbers = version.split(['.', '-']).map_while(|it| it.parse::<u32>().ok());
    version.contains("MariaDB") && (numbers.next(), numbers.next()) >= (Some(10), Some(5))
}

async fn within<T>(timeout: Duration, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::time::timeout(timeout, work).await.unwrap_or(Err(Fault::Timeout))
}

/// No server can be reached at the address.
fn unreachable(access: &Access, words: &str) -> Error {
    let address = access.parameters.address();
    let server = match access.parameters.db_engine {
        EngineChoice::Auto => "the database server".to_owned(),
        _ => access.engine().to_string(),
    };
    Error::new(ErrorKind::Unavailable, format!("{server} cannot be reached at {address}"))
        .with_vendor_message(access.redactor.redact(words))
        .with_scope(Scope::Run)
        .advise("Check db_host and db_port, and that the server runs.")
}

/// What answers at the address is neither of the two.
fn no_database(access: &Access) -> Error {
    let address = access.parameters.address();
    Error::new(
        ErrorKind::Config,
        format!("the server at {address} is neither SQL Server nor MySQL nor MariaDB"),
    )
    .advise("Check db_host and db_port.")
}

#[cfg(test)]
mod tests {
    use super::is_mariadb_10_5;

    #[test]
    fn servers_that_return_what_they_insert() {
        for (version, is) in [
            ("10.11.6-MariaDB-0+deb12u1", true),
            ("5.5.5-10.5.2-MariaDB-log", true),
            ("11.4.2-MariaDB", true),
            ("10.4.34-MariaDB", false),
            ("8.0.36", false),
            ("11.0.0", false),
            ("", false),
        ] {
            assert_eq!(is_mariadb_10_5(version), is, "{version}");
        }
    }
}
