//! A database of a test's own.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use mysql_async::{Conn, Value, prelude::Queryable};
use serde_json::json;

use crate::{MYSQL_SCHEMA, server, server::Address};

/// A database with AD-MEN's tables. It goes with its server.
#[derive(Debug, Clone)]
pub struct Database {
    address: Address,
    name: String,
}

/// The user of a database who may do everything in it has this for a password.
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

    /// Its name, which is also that of its user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its server is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What a workflow file says to write to it with the server's certificate verified.
    pub fn parameters(&self) -> serde_json::Value {
        self.parameters_of(&self.name)
    }

    /// What it says in the name of another user, made by [`user`](Self::user).
    pub fn parameters_of(&self, user: &str) -> serde_json::Value {
        json!({
            "db_host": "127.0.0.1", "db_port": self.address.port, "db_name": self.name, "db_user": user,
            "db_password": PASSWORD, "db_ca_file": self.address.ca_file,
        })
    }

    /// The five parameters that every user has, and nothing else.
    pub fn five_parameters(&self) -> serde_json::Value {
        let mut parameters = self.parameters();
        if let Some(members) = parameters.as_object_mut() {
            members.remove("db_ca_file");
        }
        parameters
    }

    /// Makes a user with rights in this database, such as `SELECT, INSERT`.
    ///
    /// # Errors
    ///
    /// If the server refuses.
    pub async fn user(&self, user: &str, rights: &str) -> anyhow::Result<()> {
        let database = &self.name;
        self.run(&format!(
            "CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'; GRANT {rights} ON {database}.* TO '{user}'@'%'"
        ))
        .await
    }

    /// A connection to it of the user who may do anything.
    ///
    /// # Errors
    ///
    /// If the server does not answer.
    pub async fn connect(&self) -> anyhow::Result<Conn> {
        let mut connection = server::connect(&self.address).await?;
        connection.query_drop(format!("USE {}", self.name)).await?;
        Ok(connection)
    }

    /// Runs statements as the user who may do anything.
    ///
    /// # Errors
    ///
    /// If the server refuses one.
    pub async fn run(&self, statements: &str) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        connection.query_drop(statements).await.with_context(|| statements.to_owned())?;
        connection.disconnect().await?;
        Ok(())
    }

    /// The rows of a query, each value as the server writes it.
    ///
    /// # Errors
    ///
    /// If the server refuses it.
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

    /// The number in the first row of a query.
    ///
    /// # Errors
    ///
    /// If the server refuses it, or there is none.
    pub async fn number(&self, query: &str) -> anyhow::Result<i64> {
        let rows = self.rows(query).await?;
        let value = rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten();
        Ok(value.with_context(|| format!("no number: {query}"))?.parse()?)
    }
}

/// A name that no test has, of this process and of others, before and after.
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
