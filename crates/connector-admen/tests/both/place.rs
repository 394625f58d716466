//! A place with AD-MEN's tables, at either engine.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::Context;
use hrflow_core::http::Url;
use mariadb_testing::{Database, MSSQL_SCHEMA, Server};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tiberius::{AuthMethod, Client, Config, EncryptionLevel};
use tokio::net::TcpStream;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt};

/// A database with empty tables.
#[derive(Clone)]
pub(crate) enum Place {
    Mariadb(Database),
    Mssql { url: Url, schema: String },
}

impl Place {
    pub(crate) async fn mariadb() -> anyhow::Result<Self> {
        Ok(Self::Mariadb(Server::shared().await?.database().await?))
    }

    pub(crate) async fn mssql(url: &str) -> anyhow::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let schema = format!("hrflow_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let place = Self::Mssql { url: Url::parse(url).context("HRFLOW_TEST_MSSQL_URL is no URL")?, schema };
        let Self::Mssql { schema, .. } = &place else { unreachable!() };
        place.batch(&format!("CREATE SCHEMA [{schema}]")).await?;
        place.run(MSSQL_SCHEMA).await?;
        Ok(place)
    }

    /// Takes away what was made.
    pub(crate) async fn clear(&self) -> anyhow::Result<()> {
        let Self::Mssql { schema, .. } = self else { return Ok(()) };
        for table in ["MISSIONS", "DOCUMENTS", "EXPERIENCES_PROFESSIONNELLES", "PERSONNES"] {
            self.batch(&format!(
                "IF OBJECT_ID('{schema}.{table}') IS NOT NULL DROP TABLE [{schema}].[{table}]"
            ))
            .await?;
        }
        self.batch(&format!("DROP SCHEMA [{schema}]")).await
    }

    /// What a workflow file says to write to it.
    pub(crate) fn parameters(&self) -> Value {
        match self {
            Self::Mariadb(database) => database.parameters(),
            Self::Mssql { url, schema } => json!({
                "db_host": url.host_str(), "db_port": url.port().unwrap_or(1433),
                "db_name": url.path().trim_start_matches('/'), "db_user": decoded(url.username()),
                "db_password": decoded(url.password().unwrap_or_default()), "db_tls": self.tls(), "db_schema": schema,
            }),
        }
    }

    fn tls(&self) -> String {
        match self {
            Self::Mssql { url, .. } => url
                .query_pairs()
                .find(|(name, _)| name == "tls")
                .map_or("require".to_owned(), |(_, it)| it.into_owned()),
            Self::Mariadb(_) => "require".to_owned(),
        }
    }

    /// Runs statements that both engines understand; `dbo.` stands for where the tables are.
    pub(crate) async fn run(&self, statements: &str) -> anyhow::Result<()> {
        match self {
            Self::Mariadb(database) => database.run(&statements.replace("dbo.", "")).await,
            Self::Mssql { schema, .. } => {
                self.batch(&statements.replace("dbo.", &format!("[{schema}]."))).await
            }
        }
    }

    /// The rows of a query, as text: every column is converted in the query itself.
    pub(crate) async fn rows(&self, query: &str) -> anyhow::Result<Vec<Vec<Option<String>>>> {
        match self {
            Self::Mariadb(database) => database.rows(&query.replace("dbo.", "")).await,
            Self::Mssql { schema, .. } => {
                let mut client = self.connect().await?;
                let query = query.replace("dbo.", &format!("[{schema}]."));
                let rows = client.simple_query(query).await?.into_first_result().await?;
                let text = |row: tiberius::Row| {
                    let cells =
                        (0..row.len()).map(|at| row.try_get::<&str, _>(at).map(|it| it.map(str::to_owned)));
                    cells.collect::<Result<Vec<_>, _>>()
                };
                Ok(rows.into_iter().map(text).collect::<Result<_, _>>()?)
            }
        }
    }

    /// A date or a moment as both engines write it.
    pub(crate) fn moment(&self, column: &str) -> String {
        match self {
            Self::Mariadb(_) => format!("DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s')"),
            Self::Mssql { .. } => format!("CONVERT(VARCHAR(19), CAST({column} AS DATETIME2(0)), 120)"),
        }
    }

    /// A number as text.
    pub(crate) fn number(&self, column: &str) -> String {
        match self {
            Self::Mariadb(_) => format!("CAST({column} AS CHAR)"),
            Self::Mssql { .. } => format!("CAST({column} AS VARCHAR(20))"),
        }
    }

    async fn batch(&self, statements: &str) -> anyhow::Result<()> {
        let mut client = self.connect().await?;
        client.simple_query(statements).await?.into_results().await.with_context(|| statements.to_owned())?;
        Ok(())
    }

    async fn connect(&self) -> anyhow::Result<Client<Compat<TcpStream>>> {
        let Self::Mssql { url, .. } = self else { anyhow::bail!("this is MariaDB") };
        let host = url.host_str().context("no host")?;
        let mut config = Config::new();
        config.host(host);
        config.port(url.port().unwrap_or(1433));
        config.database(url.path().trim_start_matches('/'));
        config.authentication(AuthMethod::sql_server(
            decoded(url.username()),
            decoded(url.password().unwrap_or_default()),
        ));
        match self.tls().as_str() {
            "off" => config.encryption(EncryptionLevel::NotSupported),
            "trust" => config.trust_cert(),
            _ => {}
        }
        let stream = TcpStream::connect((host, url.port().unwrap_or(1433))).await?;
        Ok(Client::connect(config, stream.compat_write()).await?)
    }
}

/// A part of a URL as it was before it was made fit for one.
fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}
