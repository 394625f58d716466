//! Opening the database: the first login, the names of the target, and the description of the tables.

use hrflow_core::{
    Error, ErrorKind, Options, Result, TargetId,
    http::{Budget, budget},
};

use crate::{
    database::{Access, Session},
    errors::Fault,
    parameters::{Engine, Parameters},
    schema::Schema,
    sql::{EXPERIENCES, PERSONS},
    value::Cell,
};

/// A database that is logged in to and has the tables.
pub(crate) struct Opened {
    pub(crate) access: Access,
    pub(crate) session: Session,
    pub(crate) schema: Schema,
    pub(crate) target_id: TargetId,
}

impl Opened {
    /// Logs in, and tries again within `options.deadline` if that can help.
    ///
    /// # Errors
    ///
    /// What keeps every item from being written. All missing tables and columns are named at once.
    pub(crate) async fn open(parameters: Parameters, options: &Options) -> Result<Self> {
        if parameters.is_exposed() {
            tracing::warn!(
                "db_tls is off: candidates and the password travel unencrypted to another machine"
            );
        }
        let mut access = Access::new(parameters, options);
        let budget = Budget::lasting(options.deadline.into());
        budget::within(budget, async {
            let mut attempt = 0;
            loop {
                match describe(&mut access).await {
                    Ok((session, schema, target_id)) => {
                        return Ok(Self { access, session, schema, target_id });
                    }
                    Err(fault) if access.again(&fault, &mut attempt).await => {}
                    Err(fault) => return Err(access.error(fault, "database.open")),
                }
            }
        })
        .await
    }
}

async fn describe(access: &mut Access) -> Result<(Session, Schema, TargetId), Fault> {
    let mut session = access.first_login().await?;
    let dialect = &access.dialect;
    let tables = [PERSONS, EXPERIENCES].map(|it| Cell::Text(it.to_owned()));
    let rows = session.query(&dialect.describe(), &access.with_schema(&tables)).await?;
    let schema = Schema::read(dialect.engine, &rows, &access.parameters.db_user)?;
    if let Some(sql) = dialect.not_transactional()
        && let Some(row) = session.query(sql, &tables).await?.first()
    {
        let text = |at: usize| row.get(at).and_then(Cell::text).unwrap_or_default().to_owned();
        let why = format!("{} uses {}, which has no transactions", text(0), text(1));
        let error = Error::new(ErrorKind::Config, why)
            .advise("Convert both tables to InnoDB: `ALTER TABLE … ENGINE=InnoDB`.");
        return Err(error.into());
    }
    let target_id = target_id(access, &mut session).await?;
    Ok((session, schema, target_id))
}

/// The id of the target, with the names as the server writes them: names that it takes for the same are one target.
async fn target_id(access: &Access, session: &mut Session) -> Result<TargetId, Fault> {
    let Parameters { db_name, db_schema, db_port, .. } = &access.parameters;
    let (host, typed) = (access.parameters.host().to_lowercase(), db_name.trim());
    let table = match access.engine() {
        Engine::Mssql => access.with_schema(&[Cell::Text(PERSONS.to_owned())]),
        Engine::Mysql => Vec::new(),
    };
    let rows = session.query(access.dialect.names(), &table).await?;
    let cell = |at: usize| rows.first().and_then(|row| row.get(at));
    let name = cell(0).and_then(Cell::text).unwrap_or(typed);
    Ok(TargetId(match access.engine() {
        Engine::Mssql => {
            let schema = cell(1).and_then(Cell::text).unwrap_or(db_schema.trim());
            format!("admen {host}:{db_port} {name} {schema}")
        }
        // Any setting but zero compares names without their case.
        Engine::Mysql if cell(1).and_then(Cell::int).is_some_and(|it| it != 0) => {
            format!("admen {host}:{db_port} {}", name.to_lowercase())
        }
        Engine::Mysql => format!("admen {host}:{db_port} {name}"),
    }))
}
