//! Looking around without writing: whether everything is there, and may be done.

use hrflow_core::{Error, ErrorKind, Finding, Result, Scope};

use crate::{
    errors::Fault,
    parameters::{Encryption, Tls},
    schema::{EXPERIENCE_COLUMNS, EXPERIENCE_READ, PERSON_COLUMNS, PERSON_READ},
    sql::{EXPERIENCES, PERSONS},
    value::Cell,
    writer::PersonWriter,
};

impl PersonWriter {
    /// What there is, a line each. `updates` says whether the right to update is needed.
    pub(crate) async fn look_around(&self, updates: bool) -> Result<Vec<Finding>> {
        let mut attempt = 0;
        loop {
            match self.look(updates).await {
                Ok(found) => return Ok(found),
                Err(fault) if self.access.again(&fault, &mut attempt).await => {}
                Err(fault) => return Err(self.access.error(fault, "database.check")),
            }
        }
    }

    async fn look(&self, updates: bool) -> Result<Vec<Finding>, Fault> {
        let mut place = self.place().lock().await;
        let mut session = self.session(&mut place).await?;
        let (access, dialect) = (&self.access, &self.access.dialect);
        let parameters = &access.parameters;
        let version = session.query(dialect.version(), &[]).await?;
        let version = version.first().and_then(|row| row.first()).and_then(Cell::text).unwrap_or("unknown");
        // On this machine it is no warning.
        let (tls, unsafe_way) = match session.encryption {
            Encryption::Verified => ("encrypted, its certificate verified", None),
            Encryption::Unverified => (
                "encrypted, its certificate not verified",
                (parameters.db_tls == Tls::Trust)
                    .then_some("the server's certificate is not verified: db_tls is `trust`"),
            ),
            Encryption::Absent => (
                "not encrypted",
                (parameters.db_tls == Tls::Off).then_some("the connection is not encrypted: db_tls is `off`"),
            ),
        };
        let mut found = vec![
            format!(
                "logged in to {} {version} at {}, database {}: {tls}",
                access.engine(),
                parameters.address(),
                parameters.db_name.trim()
            )
            .into(),
            format!("{PERSONS} and {EXPERIENCES} have every column that is written").into(),
        ];
        found.extend(unsafe_way.map(Finding::warning));
        let mut lacking = Vec::new();
        let experience_columns = [&["ID_PERSONNE"], &EXPERIENCE_COLUMNS[..]].concat();
        let tables = [
            (PERSONS, &PERSON_COLUMNS[..], &PERSON_READ[..]),
            (EXPERIENCES, &experience_columns[..], &EXPERIENCE_READ[..]),
        ];
        for (table, columns, read) in tables {
            for (right, sql) in dialect.probes(table, columns, read) {
                match session.batch(&sql).await {
                    Ok(()) => {}
                    Err(fault) if !fault.is_lack_of_right(access.engine()) => return Err(fault),
                    Err(_) if right == "update" && !updates => {
                        found.push(Finding::warning(format!(
                            "{table} may not be updated, which on_existing `update` would need"
                        )));
                    }
                    Err(fault) => {
                        lacking.push(format!("{right} {table}: {}", access.redactor.redact(fault.words())));
                    }
                }
            }
        }
        if !lacking.is_empty() {
            *place = Some(session);
            let error = Error::new(ErrorKind::Forbidden, "the user may not do all that it takes")
                .with_scope(Scope::Run)
                .with_vendor_message(lacking.join("; "))
                .advise(format!(
                    "Have {} granted SELECT and INSERT on both tables, and UPDATE for on_existing `update`.",
                    parameters.db_user
                ));
            return Err(error.into());
        }
        found.push("persons may be selected and inserted".into());
        for column in ["EMAIL_PERSO", "EMAIL"] {
            let values = self.access.with_schema(&[PERSONS, column].map(|it| Cell::Text(it.to_owned())));
            // Not every user may see the indexes; then there is nothing to say.
            let Ok(rows) = session.query(dialect.indexed(), &values).await else { break };
            if rows.first().and_then(|row| row.first()).and_then(Cell::int) == Some(0) {
                found.push(Finding::warning(format!(
                    "no index begins with {PERSONS}.{column}: every batch reads the whole table to find who is there"
                )));
            }
        }
        *place = Some(session);
        Ok(found)
    }
}
