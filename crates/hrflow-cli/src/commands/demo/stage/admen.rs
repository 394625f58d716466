//! AD-MEN, in a private MariaDB.

use serde_json::{Value, json};

use super::{Demonstration, StandIn};

pub(super) const SHOWN: Demonstration = Demonstration {
    connector: "admen",
    stand_in: StandIn::Database,
    refused: refused_for_its_name,
    why_refused: "In this database names are kept in Western European letters, as in older installations, and no letter \
                  becomes a question mark.",
    takes_addressless: true,
};

/// The name begins with a letter that Western European character sets do not have.
fn refused_for_its_name() -> Value {
    json!({
        "reference": "REF-REFUSED",
        "info": {
            "full_name": "Rune Čapek",
            "first_name": "Rune",
            "last_name": "Čapek",
            "email": "rune.capek@example.com",
        },
    })
}

#[cfg(not(unix))]
pub(in crate::commands::demo) use elsewhere::Private;
#[cfg(unix)]
pub(in crate::commands::demo) use here::Private;

#[cfg(unix)]
mod here {
    use mariadb_testing::{Database, Server, Settings};
    use serde_json::Value;

    use crate::commands::demo::{cast::Person, stage::Arrived};

    /// As an older installation has it.
    const OLDER: &str = "ALTER TABLE PERSONNES MODIFY NOM VARCHAR(100) CHARACTER SET latin1 NOT NULL";

    fn told(error: impl std::fmt::Display) -> String {
        format!("{error:#}")
    }

    /// A server with AD-MEN's tables. It ends with this.
    pub(in crate::commands::demo) struct Private {
        database: Database,
        _server: Server,
    }

    impl Private {
        /// Starts one, if MariaDB is on this machine.
        pub(in crate::commands::demo) async fn start() -> Result<Self, String> {
            let server = Server::at_hand(Settings::default()).await.map_err(told)?;
            let database = server.database().await.map_err(told)?;
            database.run(OLDER).await.map_err(told)?;
            Ok(Self { database, _server: server })
        }

        pub(in crate::commands::demo) fn target_parameters(&self) -> Value {
            self.database.parameters()
        }

        /// The person of an e-mail address, or of a name where there is none.
        pub(in crate::commands::demo) async fn find(&self, person: &Person) -> Option<Arrived> {
            let everybody = "SELECT ID_PERSONNE, EMAIL_PERSO, CONCAT_WS(' ', PRENOM, NOM) FROM PERSONNES";
            let rows = self.database.rows(everybody).await.ok()?;
            let found = rows.into_iter().find(|row| match &person.email {
                Some(email) => row.get(1).is_some_and(|it| it.as_ref() == Some(email)),
                None => row.get(2).is_some_and(|it| it.as_ref() == Some(&person.name)),
            });
            Some(Arrived { id: found?.into_iter().next()??, resume: None })
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use serde_json::Value;

    use crate::commands::demo::{cast::Person, stage::Arrived};

    /// There is none.
    pub(in crate::commands::demo) enum Private {}

    impl Private {
        pub(in crate::commands::demo) async fn start() -> Result<Self, String> {
            Err("a private MariaDB is started on Unix only".to_owned())
        }

        pub(in crate::commands::demo) fn target_parameters(&self) -> Value {
            match *self {}
        }

        pub(in crate::commands::demo) async fn find(&self, _: &Person) -> Option<Arrived> {
            match *self {}
        }
    }
}
