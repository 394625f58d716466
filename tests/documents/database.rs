//! AD-MEN's database: what documents say to it is said to a real MariaDB, and what they say to SQL Server is parsed.

use anyhow::{Context, ensure};
use mariadb_testing::{Server, Settings};
use sqlparser::{dialect::MsSqlDialect, parser::Parser};
use tokio::runtime::Runtime;

use crate::{markdown::Block, playground::Playground};

/// The database as documents call it.
const DOCUMENTED: &str = "admen.";
/// Where the program runs, as documents have it: here it runs on this machine.
const ELSEWHERE: &str = "'@'10.0.0.%'";

/// A server with a database.
pub(crate) struct Database {
    runtime: Runtime,
    database: mariadb_testing::Database,
    _server: Server,
}

/// Whether a block speaks of one.
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

    /// What `hrflow init` calls the parameters, and the values that lead here.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let parameters = self.database.five_parameters();
        let members = parameters.as_object().into_iter().flatten();
        let plain =
            |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        members.map(|(name, value)| (format!("ADMEN_{}", name.to_uppercase()), plain(value))).collect()
    }
}

/// Runs statements as their owner; the user that they make is the one who comes from then on.
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

/// Whether SQL Server's dialect has such statements.
pub(crate) fn is_sql_server(text: &str) -> anyhow::Result<()> {
    let statements = Parser::parse_sql(&MsSqlDialect {}, text)?;
    ensure!(!statements.is_empty(), "it says nothing");
    Ok(())
}
