//! AD-MEN's database: documented statements run in a real MariaDB; those for SQL Server are parsed.

use anyhow::{Context, ensure};
use mariadb_testing::{Server, Settings};
use sqlparser::{dialect::MsSqlDialect, parser::Parser};
use tokio::runtime::Runtime;

use crate::{markdown::Block, playground::Playground};

/// The database's name in documents.
const DOCUMENTED: &str = "admen.";
/// The program's host in documents. Here it is this machine.
const ELSEWHERE: &str = "'@'10.0.0.%'";

/// A server with a database.
pub(crate) struct Database {
    runtime: Runtime,
    database: mariadb_testing::Database,
    _server: Server,
}

/// Whether a block needs the database.
pub(crate) fn is_needed(block: &Block) -> bool {
    block.language == "sql" || block.text.contains("${ADMEN_DB_")
}

impl Database {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let (server, database) = runtime.block_on(async {
            let server = Server::start(Settings::default()).await?;
            let database = server.database().await?;
            anyhow::Ok((server, database))
        })?;
        Ok(Self { runtime, database, _server: server })
    }

    /// Returns the parameters' variables as `hrflow init` names them, with the values for this database.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let parameters = self.database.five_parameters();
        let members = parameters.as_object().into_iter().flatten();
        let plain =
            |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        members.map(|(name, value)| (format!("ADMEN_{}", name.to_uppercase()), plain(value))).collect()
    }
}

/// Runs statements as the owner. If they create a user, later commands use that user.
pub(crate) fn run(playground: &mut Playground, text: &str) -> anyhow::Result<()> {
    let database = playground.database.as_ref().context("there is no database")?;
    let name = database.database.name();
    let statements = text.replace(DOCUMENTED, &format!("{name}.")).replace(ELSEWHERE, "'@'%'");
    database.runtime.block_on(database.database.run(&statements))?;
    if let Some(made) = text.split("CREATE USER '").nth(1) {
        let quoted: Vec<&str> = made.split('\'').collect();
        let [user, _, _, _, password, ..] = quoted.as_slice() else { anyhow::bail!("which user is made?") };
        playground.variables.insert("ADMEN_DB_USER".to_owned(), (*user).to_owned());
        playground.variables.insert("ADMEN_DB_PASSWORD".to_owned(), (*password).to_owned());
    }
    Ok(())
}

/// Checks that the statements are valid in SQL Server's dialect.
pub(crate) fn is_sql_server(text: &str) -> anyhow::Result<()> {
    let statements = Parser::parse_sql(&MsSqlDialect {}, text)?;
    ensure!(!statements.is_empty(), "it says nothing");
    Ok(())
}
