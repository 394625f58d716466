//! AD-MEN, in its own MariaDB behind a [`relay`]: failures happen at the real server.

mod relay;
mod sql_server;
mod stage;

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use hrflow_connectors::admen;
use hrflow_core::{Action, AnyAction, Target, async_trait};
use hrflow_sandbox::{Config, Sandbox};
use mariadb_testing::{Server, Settings};
use serde_json::{Value, json};
use tokio::runtime::Handle;

pub(crate) use self::sql_server::SqlServer;
use self::stage::{Deed, Moment, Plan, Stage};
use crate::subject::{Abilities, Held, Outside, Subject, Trouble, World};

/// AD-MEN.
pub(crate) struct Admen;

impl Subject for Admen {
    fn name(&self) -> &'static str {
        "admen"
    }

    fn abilities(&self) -> Abilities {
        let capabilities = admen::Persons.capabilities();
        Abilities {
            http: false,
            lag: false,
            process: true,
            troubles: true,
            update: capabilities.update,
            without_email: true,
            looks_first: true,
            documents: capabilities.attachments,
            late_resumes: false,
            finds_documents: false,
            experiences: true,
            expiring_tokens: false,
            batch: capabilities.batch_size,
            longest_name: 100,
        }
    }

    fn world(&self) -> BoxFuture<'static, Box<dyn World>> {
        Box::pin(async { Box::new(AdmenWorld::start().await.expect("a MariaDB can be started")) as _ })
    }
}

struct AdmenWorld {
    /// HrFlow.ai as the origin.
    sandbox: Sandbox,
    action: Action<connector_hrflow::Profiles, admen::Persons>,
    stage: Arc<Stage>,
    /// The relay's port, which the connector uses.
    port: u16,
}

/// An installation without a foreign key between persons and experiences. It records rejected persons even if the
/// insertion is rolled back.
const LOOSE: &str = "ALTER TABLE EXPERIENCES_PROFESSIONNELLES DROP FOREIGN KEY FK_EXP_PERSONNE; \
                     CREATE TABLE refused (email VARCHAR(255) NOT NULL) ENGINE=MyISAM";
const REFUSED: &str = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the person is refused by a trigger'";
/// The share of insertions that chaos rejects.
const REFUSALS: f64 = 0.03;

/// Persons without exactly two experiences at the employer named after them.
const TORN: &str = "SELECT CONCAT('person ', p.ID_PERSONNE, ' (', CONCAT_WS(' ', p.PRENOM, p.NOM), ') has ', \
    COUNT(e.ID_EXPERIENCE), ' experiences, ', \
    COALESCE(SUM(e.RAISON_SOCIALE = COALESCE(p.EMAIL_PERSO, CONCAT_WS(' ', p.PRENOM, p.NOM))), 0), ' of them their own') \
    FROM PERSONNES p LEFT JOIN EXPERIENCES_PROFESSIONNELLES e ON e.ID_PERSONNE = p.ID_PERSONNE GROUP BY p.ID_PERSONNE \
    HAVING COUNT(e.ID_EXPERIENCE) <> 2 OR \
    SUM(e.RAISON_SOCIALE = COALESCE(p.EMAIL_PERSO, CONCAT_WS(' ', p.PRENOM, p.NOM))) <> 2";
/// All that is stored of a person, the experiences included.
const CONTENTS: &str = "SELECT p.ID_PERSONNE, CONCAT_WS('\n', p.NOM, p.PRENOM, p.EMAIL_PERSO, p.TEL_MOBILE, p.DATE_NAISSANCE, \
    p.ADRESSE, p.CODE_POSTAL, p.VILLE, p.AREA, p.PAYS, p.LINKEDINPUBLICPROFIL, p.VIADEOPUBLICPROFIL, p.TWITTERPAGE, \
    p.FACEBOOKPAGE, p.DATE_CREATION), GROUP_CONCAT(CONCAT_WS('\n', e.INTITULE_POSTE, e.RAISON_SOCIALE, e.DEPARTMENT, e.DATE_EXP, \
    e.DATE_FIN, e.COMMENTAIRES)) FROM PERSONNES p LEFT JOIN EXPERIENCES_PROFESSIONNELLES e ON e.ID_PERSONNE = p.ID_PERSONNE \
    GROUP BY p.ID_PERSONNE";
/// Experiences without a person.
const ORPHANS: &str = "SELECT CONCAT('experience ', e.ID_EXPERIENCE, ' belongs to person ', e.ID_PERSONNE, ', who is not there') \
    FROM EXPERIENCES_PROFESSIONNELLES e LEFT JOIN PERSONNES p ON p.ID_PERSONNE = e.ID_PERSONNE WHERE p.ID_PERSONNE IS NULL";

impl AdmenWorld {
    async fn start() -> anyhow::Result<Self> {
        let server = Server::start(Settings::default()).await?;
        let database = server.database().await?;
        database.run(LOOSE).await?;
        let stage = Arc::new(Stage::new(server, database));
        let port = relay::start(stage.clone()).await?;
        let sandbox = Sandbox::start(Config { seeded: false, ..Config::default() }).await?;
        Ok(Self { sandbox, action: admen::push_profile(), stage, port })
    }

    /// Runs statements at the server and waits for them.
    fn run(&self, statements: &str) {
        let run = async { self.stage.database_when_up().await.run(statements).await };
        wait(run).expect("the server runs statements of its owner");
    }

    /// Stops all rejections.
    fn accept_all(&self) {
        self.run("DROP TRIGGER IF EXISTS refuses; DELETE FROM refused");
        wait(self.stage.let_in(true)).expect("the server's owner sets passwords");
    }

    async fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        self.stage.database_when_up().await.rows(query).await.expect("the server answers its owner")
    }
}

/// Waits for server operations in synchronous trait methods.
fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| Handle::current().block_on(work))
}

#[async_trait]
impl World for AdmenWorld {
    fn action(&self) -> &dyn AnyAction {
        &self.action
    }

    fn target_parameters(&self) -> Value {
        let mut parameters = self.stage.database().parameters();
        parameters["db_port"] = json!(self.port);
        // The relay reads the protocol, and is on this machine.
        parameters["db_tls"] = json!("off");
        parameters["db_ca_file"] = Value::Null;
        parameters
    }

    fn outside(&self) -> Option<Outside<'_>> {
        Some(Outside { connector: "admen", sandbox: &self.sandbox })
    }

    fn trouble(&self, what: Trouble, times: u64) {
        self.accept_all();
        let deed = match what {
            // The database's equivalent: it ends a connection.
            Trouble::TooManyRequests(_) => Deed::Kill { executed: false },
            Trouble::ServerError { executed } => Deed::Crash { executed },
            Trouble::Reset { executed } => Deed::Kill { executed },
            Trouble::Silence { executed } => Deed::Silence { executed },
            Trouble::Slow(time) => Deed::Wait(time),
            Trouble::Refusal => {
                self.run(&format!(
                    "CREATE TRIGGER refuses BEFORE INSERT ON PERSONNES FOR EACH ROW \
                     IF NEW.EMAIL_PERSO IN (SELECT email FROM refused) THEN {REFUSED}; \
                     ELSEIF (SELECT COUNT(*) FROM refused) < {times} THEN \
                     INSERT INTO refused VALUES (NEW.EMAIL_PERSO); {REFUSED}; END IF"
                ));
                return self.stage.plan(Plan::Peace);
            }
            Trouble::Unauthorized => Deed::LockOut,
        };
        let at = if deed == Deed::LockOut { Moment::Begin } else { Moment::Commit };
        self.stage.plan(Plan::Script { deed, at, times });
    }

    fn chaos(&self, seed: u64) {
        self.sandbox.faults().set(Vec::new());
        self.accept_all();
        self.run(&format!(
            "CREATE TRIGGER refuses BEFORE INSERT ON PERSONNES FOR EACH ROW \
             IF RAND() < {REFUSALS} THEN {REFUSED}; END IF"
        ));
        self.stage.plan(Plan::Chance(fastrand::Rng::with_seed(seed)));
    }

    fn lag(&self, _: Duration) {
        // Committed rows are visible immediately.
    }

    async fn seed(&self, name: &str, email: &str) {
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        self.run(&format!(
            "INSERT INTO PERSONNES (PRENOM, NOM, EMAIL_PERSO, scsync_modified) VALUES ('{first}', '{last}', '{email}', '0')"
        ));
    }

    async fn held(&self) -> Vec<Held> {
        let rows =
            self.rows("SELECT ID_PERSONNE, CONCAT_WS(' ', PRENOM, NOM), EMAIL_PERSO FROM PERSONNES").await;
        let held = rows.into_iter().map(|row| {
            let [id, name, email] = <[_; 3]>::try_from(row).expect("three columns were asked for");
            Held { id: id.unwrap_or_default(), name: name.unwrap_or_default(), email, resumes: 0 }
        });
        held.collect()
    }

    async fn contents(&self) -> HashMap<String, String> {
        let rows = self.rows(CONTENTS).await;
        let texts = rows.into_iter().map(|row| row.into_iter().map(Option::unwrap_or_default));
        texts.map(|mut row| (row.next().unwrap_or_default(), row.collect::<Vec<_>>().join("\n"))).collect()
    }

    async fn torn(&self) -> Vec<String> {
        let rows = [self.rows(TORN).await, self.rows(ORPHANS).await].concat();
        rows.into_iter().flatten().flatten().collect()
    }

    fn resume_url(&self) -> String {
        "https://files.example.com/resume.pdf".to_owned()
    }

    fn refuse_documents(&self, _: bool) {
        // It accepts no documents.
    }

    /// Counts attempted insertions: each id is assigned only once.
    fn writes(&self) -> usize {
        let next = "SELECT AUTO_INCREMENT FROM information_schema.TABLES \
                    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'PERSONNES'";
        let next = wait(self.stage.database().number(next)).expect("the server answers its owner");
        usize::try_from(next - 1).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_there_in_part_is_seen() {
        let world = AdmenWorld::start().await.unwrap();
        assert!(world.torn().await.is_empty());
        world.seed("Ada Example", "ada@example.com").await;
        let experience = |person: u32, own: &str| {
            world.run(&format!(
                "INSERT INTO EXPERIENCES_PROFESSIONNELLES (ID_PERSONNE, RAISON_SOCIALE) VALUES ({person}, '{own}')"
            ));
        };
        let nothing = "person 1 (Ada Example) has 0 experiences, 0 of them their own";
        assert_eq!(world.torn().await, [nothing]);
        experience(1, "ada@example.com");
        experience(1, "somebody.else@example.com");
        experience(7, "ada@example.com");
        let torn = world.torn().await;
        assert_eq!(torn[0], "person 1 (Ada Example) has 2 experiences, 1 of them their own");
        assert_eq!(torn[1], "experience 3 belongs to person 7, who is not there");
    }
}
