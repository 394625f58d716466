//! The database of one test.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use mysql_async::{Conn, Value, prelude::Queryable};
use serde_json::json;

use crate::{MYSQL_SCHEMA, server, server::Address};

/// A database with AD-MEN's tables. It is deleted with its server.
#[derive(Debug, Clone)]
pub struct Database {
    address: Address,
    name: String,
}

/// The password of the user with all rights in a database.
const PASSWORD: &str = "s3cret-of-tests";

impl Database {
    pub(crate) async fn create(address: Address) -> anyhow::Result<Self> {
        let database = Self { address, name: unique("admen") };
        let name = &database.name;
        let mut connection = server::connect(&database.address).await?;
        connection.query_drop(format!("CREATE DATABASE {name}; USE {name}; {MYSQL_SCHEMA}")).await?;
        connection.disconnect().await?;
        database.user(name, "ALL").await?;
        Ok(database)
    }

    /// Returns the database's name, which is also its user's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the address of its server.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Returns the target parameters for this database, with verification of the server's certificate.
    pub fn parameters(&self) -> serde_json::Value {
        self.parameters_of(&self.name)
    }

    /// Returns the target parameters for another user, created by [`user`](Self::user).
    pub fn parameters_of(&self, user: &str) -> serde_json::Value {
        json!({
            "db_host": "127.0.0.1", "db_port": self.address.port, "db_name": self.name, "db_user": user,
            "db_password": PASSWORD, "db_ca_file": self.address.ca_file,
        })
    }

    /// Returns only the five required parameters.
    pub fn five_parameters(&self) -> serde_json::Value {
        let mut parameters = self.parameters();
        if let Some(members) = parameters.as_object_mut() {
            members.remove("db_ca_file");
        }
        parameters
    }

    /// Creates a user with rights in this database, such as `SELECT, INSERT`.
    ///
    /// # Errors
    ///
    /// If the server rejects the statements.
    pub async fn user(&self, user: &str, rights: &str) -> anyhow::Result<()> {
        let database = &self.name;
        self.run(&format!(
            "CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'; GRANT {rights} ON {database}.* TO '{user}'@'%'"
        ))
        .await
    }

    /// Opens a connection of the user with all rights.
    ///
    /// # Errors
    ///
    /// If the connection fails.
    pub async fn connect(&self) -> anyhow::Result<Conn> {
        let mut connection = server::connect(&self.address).await?;
        connection.query_drop(format!("USE {}", self.name)).await?;
        Ok(connection)
    }

    /// Runs statements as the user with all rights.
    ///
    /// # Errors
    ///
    /// If the server rejects a statement.
    pub async fn run(&self, statements: &str) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        connection.query_drop(statements).await.with_context(|| statements.to_owned())?;
        connection.disconnect().await?;
        Ok(())
    }

    /// Returns the rows of a query, each value as text from the server.
    ///
    /// # Errors
    ///
    /// If the server rejects the query.
    pub async fn rows(&self, query: &str) -> anyhow::Result<Vec<Vec<Option<String>>>> {
        let mut connection = self.connect().await?;
        let rows: Vec<mysql_async::Row> = connection.query(query).await.with_context(|| query.to_owned())?;
        connection.disconnect().await?;
        let text = |value| match value {
            Value::NULL => None,
            Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            other => Some(other.as_sql(true)),
        };
        Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }

    /// Returns the number in the first row of a query.
    ///
    /// # Errors
    ///
    /// If the server rejects the query, or the result has no number.
    pub async fn number(&self, query: &str) -> anyhow::Result<i64> {
        let rows = self.rows(query).await?;
        let value = rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten();
        Ok(value.with_context(|| format!("no number: {query}"))?.parse()?)
    }
}

/// Returns a name that is unique across tests and processes.
fn unique(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    #[expect(
        clippy::disallowed_methods,
        reason = "not a time, only something that is different the next time"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{prefix}_{:x}_{:x}_{next:x}", now.as_micros(), process::id())
}
