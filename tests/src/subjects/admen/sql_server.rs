//! AD-MEN in the SQL Server of `HRFLOW_TEST_MSSQL_URL`. Only behaviours without failures are tested there.

// A module for both engines, shared with the connector's own tests.
#[expect(dead_code, reason = "the connector's own suite uses the rest")]
#[path = "../../../../crates/connector-admen/tests/both/place.rs"]
mod place;

use std::{env, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::admen;
use hrflow_core::{Action, AnyAction, async_trait};
use serde_json::{Value, json};

use self::place::Place;
use super::{super::sandboxed::name, Admen, wait};
use crate::subject::{Abilities, Held, Subject, Trouble, World};

const URL: &str = "HRFLOW_TEST_MSSQL_URL";

/// An existing SQL Server.
pub(crate) struct SqlServer {
    url: String,
}

impl SqlServer {
    /// Returns the configured server, if any.
    pub(crate) fn given() -> Option<Self> {
        let url = env::var(URL).ok().filter(|url| !url.trim().is_empty())?;
        Some(Self { url })
    }
}

impl Subject for SqlServer {
    fn name(&self) -> &'static str {
        "admen-sql-server"
    }

    fn abilities(&self) -> Abilities {
        Abilities { process: false, troubles: false, ..Admen.abilities() }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        let url = self.url.clone();
        Box::pin(async move {
            let place = Place::mssql(&url).await.expect("the SQL Server lets tables be made");
            Box::new(SqlServerWorld { action: admen::push_profile(), place }) as _
        })
    }
}

struct SqlServerWorld {
    action: Action<connector_hrflow::Profiles, admen::Persons>,
    place: Place,
}

impl Drop for SqlServerWorld {
    fn drop(&mut self) {
        // Tables that cannot be dropped stay in a schema that no other test uses.
        let _ = wait(self.place.clear());
    }
}

impl SqlServerWorld {
    async fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        self.place.rows(query).await.expect("the server answers")
    }
}

#[async_trait]
impl World for SqlServerWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let mut parameters = self.place.parameters();
        parameters["db_engine"] = json!("mssql");
        parameters
    }

    fn trouble(&self, what: Trouble, _: u64) {
        panic!("{what:?}: this server is not made to fail, as its abilities say");
    }

    fn chaos(&self, _: u64) {
        panic!("this server is not made to fail, as its abilities say");
    }

    fn lag(&self, _: Duration) {
        // Committed rows are visible immediately.
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let insert = format!(
            "INSERT INTO dbo.PERSONNES (PRENOM, NOM, EMAIL_PERSO, scsync_modified) \
             VALUES (N'{first}', N'{last}', N'{email}', N'0')"
        );
        self.place.run(&insert).await.expect("the server takes a person");
    }

    async fn held(&self) -> Vec<Held> {
        let number = self.place.number("ID_PERSONNE");
        let query = format!("SELECT {number}, PRENOM, NOM, EMAIL_PERSO FROM dbo.PERSONNES");
        let held = self.rows(&query).await.into_iter().map(|row| {
            let [id, first, last, email] = <[_; 4]>::try_from(row).expect("four columns were asked for");
            let name = name([first.as_deref(), last.as_deref()]);
            Held { id: id.unwrap_or_default(), name, email, resumes: 0 }
        });
        held.collect()
    }

    fn resume_url(&self) -> String {
        "https://files.example.com/resume.pdf".to_owned()
    }

    fn refuse_documents(&self, _: bool) {
        // It accepts no documents.
    }

    /// Returns the last assigned id: each id is assigned only once.
    fn writes(&self) -> usize {
        let last = self.place.number("IDENT_CURRENT('dbo.PERSONNES')");
        let rows = wait(self.rows(&format!("SELECT {last}")));
        let last = rows.into_iter().flatten().flatten().next();
        last.and_then(|it| it.parse().ok()).expect("the server tells the number")
    }
}
