//! AD-MEN: candidates with 2 experiences each into a real MariaDB, compared with plain prepared statements on the same
//! server.

use std::time::Duration;

use anyhow::{Result, ensure};
use connector_hrflow::Profile;
use futures::{StreamExt, stream};
use hrflow_connectors::admen;
use hrflow_core::{Options, Target, parameters::read};
use mariadb_testing::{Database, Server, Settings};
use mysql_async::{Conn, Statement, TxOpts, Value, prelude::Queryable};
use serde_json::json;

use crate::{
    Effort,
    compare::{Comparison, Sample, compare, timed},
    people, program, say,
    table::{Row, Table},
};

/// The number of candidates in one measurement.
const PERSONS: usize = 4_000;
/// The divisor of that number for one commit per row, which is much slower.
const FEWER: usize = 20;
/// The number of rows in the non-empty table.
const HELD: usize = 100_000;
/// The required speed as a share of plain statements in transactions of the same size.
const AIM: f64 = 0.75;
/// The required speed as a share of plain statements with one commit per row.
const AIM_PER_ROW: f64 = 10.0;

/// The indexes that the guide recommends for the lookup in both email columns.
const INDEXES: &str = "CREATE INDEX IX_PERSONNES_EMAIL_PERSO ON PERSONNES (EMAIL_PERSO); \
                       CREATE INDEX IX_PERSONNES_EMAIL ON PERSONNES (EMAIL)";

pub(crate) async fn measure(effort: Effort, table: &mut Table) -> Result<()> {
    let server = Server::start(Settings::default()).await?;
    let persons = PERSONS / effort.divide;
    for held in [0, HELD / effort.divide] {
        say(&format!("AD-MEN, the table holding {held} persons"))?;
        let bench = Bench::new(server.database().await?, held, persons)?;
        bench.fill(held).await?;
        let batch = admen::Persons.capabilities().batch_size;
        let rounds = effort.rounds;
        let batches = compare(rounds, || bench.plain(persons, Some(batch)), || bench.ours(persons)).await?;
        let name = |than: &str| format!("AD-MEN, persons with two experiences, {held} there; {than}");
        let aim = format!("≥ {:.0} %", AIM * 100.0);
        let least = name(&format!("prepared statements, {batch} persons a transaction"));
        table.push(row(least, persons, &batches, aim, AIM, percent));

        let few = (persons / FEWER).max(1);
        let per_row = compare(
            rounds,
            || async { Ok(times(bench.plain(few, None).await?, persons, few)) },
            || bench.ours(persons),
        );
        let aim = format!("≥ {AIM_PER_ROW:.0} ×");
        table.push(row(name("a commit per row"), persons, &per_row.await?, aim, AIM_PER_ROW, multiple));
    }
    Ok(())
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn multiple(share: f64) -> String {
    format!("{share:.1} ×")
}

fn row(
    measure: String,
    persons: usize,
    comparison: &Comparison,
    aim: String,
    wanted: f64,
    shown: fn(f64) -> String,
) -> Row {
    let [least, median, most] = comparison.speed();
    let speed = |sample: Sample| format!("{:.0}/s", persons as f64 / sample.wall.as_secs_f64());
    Row {
        measure,
        ours: speed(comparison.ours()),
        floor: speed(comparison.floor()),
        ratio: format!("{} ({} – {})", shown(median), shown(least), shown(most)),
        aim,
        met: Some(median >= wanted),
    }
}

/// Scales the time of `few` candidates to `many`.
fn times(sample: Sample, many: usize, few: usize) -> Sample {
    let factor = many as f64 / few as f64;
    let more = |time: Duration| time.mul_f64(factor);
    Sample { wall: more(sample.wall), cpu: more(sample.cpu) }
}

/// A database and the profiles that are pushed into it.
struct Bench {
    database: Database,
    held: usize,
    profiles: Vec<Profile>,
    /// The rows of the profiles, which the plain statements insert.
    rows: Vec<Rows>,
}

/// A candidate's values in the order of the columns, and those of the experiences without the candidate's id.
struct Rows {
    person: Vec<Value>,
    experiences: Vec<Vec<Value>>,
}

const PERSON: [&str; 17] = [
    "NOM",
    "PRENOM",
    "EMAIL_PERSO",
    "TEL_MOBILE",
    "DATE_NAISSANCE",
    "ADRESSE",
    "CODE_POSTAL",
    "VILLE",
    "AREA",
    "PAYS",
    "LINKEDINPUBLICPROFIL",
    "VIADEOPUBLICPROFIL",
    "TWITTERPAGE",
    "FACEBOOKPAGE",
    "DATE_CREATION",
    "DATE_MAJ",
    "scsync_modified",
];
const EXPERIENCE: [&str; 8] = [
    "INTITULE_POSTE",
    "POSTE_OCCUPE",
    "RAISON_SOCIALE",
    "DEPARTMENT",
    "DATE_EXP",
    "DATE_FIN",
    "EN_COURS",
    "COMMENTAIRES",
];

impl Bench {
    fn new(database: Database, held: usize, persons: usize) -> Result<Self> {
        let profiles: Vec<Profile> = people::people(persons)
            .map(|mut person| {
                person["experiences"] = json!([
                    { "title": "Analyst", "company": "Engines Ltd", "date_start": "2020-05-01", "description": "Numbers" },
                    { "title": "Tutor", "company": "Byron & Co", "date_start": "2017-01-01", "date_end": "2019-12-31" },
                ]);
                serde_json::from_value(person)
            })
            .collect::<Result<_, _>>()?;
        let rows = profiles.iter().map(Rows::of).collect::<Result<_>>()?;
        Ok(Self { database, held, profiles, rows })
    }

    /// Fills the table with existing rows.
    async fn fill(&self, held: usize) -> Result<()> {
        let fill = format!(
            "{INDEXES}; INSERT INTO PERSONNES (NOM, PRENOM, EMAIL_PERSO, scsync_modified) \
             SELECT CONCAT('Held-', seq), 'Ada', CONCAT('held', seq, '@example.com'), '0' FROM seq_1_to_{held}"
        );
        self.database.run(if held == 0 { INDEXES } else { &fill }).await
    }

    async fn ours(&self, persons: usize) -> Result<Sample> {
        let mut parameters = self.database.parameters();
        // Plain statements have no TLS either.
        parameters["db_tls"] = json!("off");
        parameters["db_ca_file"] = json!(null);
        let parameters: admen::Parameters = read("target_parameters", &parameters)?;
        let profiles = self.profiles[..persons].to_vec();
        self.measured(persons, async {
            let items = stream::iter(profiles.into_iter().map(Ok)).boxed();
            let run = admen::push_profile().run_items(items, parameters).options(Options::default());
            program::check(&tokio::spawn(run.into_future()).await?, persons)
        })
        .await
    }

    /// Inserts with plain prepared statements. `batch` is the number of candidates per transaction; `None` commits each
    /// row.
    async fn plain(&self, persons: usize, batch: Option<usize>) -> Result<Sample> {
        self.measured(persons, async {
            let mut connection = self.database.connect().await?;
            let person = connection.prep(insert("PERSONNES", &PERSON)).await?;
            let experience = [&["ID_PERSONNE"], &EXPERIENCE[..]].concat();
            let experience = connection.prep(insert("EXPERIENCES_PROFESSIONNELLES", &experience)).await?;
            for rows in self.rows[..persons].chunks(batch.unwrap_or(1)) {
                if batch.is_some() {
                    let mut transaction = connection.start_transaction(TxOpts::default()).await?;
                    for rows in rows {
                        transaction.exec_drop(&person, &rows.person).await?;
                        let id = transaction.last_insert_id().unwrap_or_default();
                        for values in &rows.experiences {
                            transaction.exec_drop(&experience, owned(id, values)).await?;
                        }
                    }
                    transaction.commit().await?;
                } else {
                    one_by_one(&mut connection, &person, &experience, rows).await?;
                }
            }
            connection.disconnect().await?;
            Ok(())
        })
        .await
    }

    /// Measures `work`, checks that all rows were inserted, and deletes them.
    async fn measured(&self, persons: usize, work: impl Future<Output = Result<()>>) -> Result<Sample> {
        let sample = timed(work).await?;
        let count = async |table| self.database.number(&format!("SELECT COUNT(*) FROM {table}")).await;
        let came = (count("PERSONNES").await?, count("EXPERIENCES_PROFESSIONNELLES").await?);
        let expected = (i64::try_from(self.held + persons)?, i64::try_from(2 * persons)?);
        ensure!(came == expected, "{came:?} persons and experiences are there in place of {expected:?}");
        self.database
            .run("DELETE FROM EXPERIENCES_PROFESSIONNELLES; DELETE FROM PERSONNES WHERE EMAIL_PERSO NOT LIKE 'held%'")
            .await?;
        Ok(sample)
    }
}

async fn one_by_one(
    connection: &mut Conn,
    person: &Statement,
    experience: &Statement,
    rows: &[Rows],
) -> Result<()> {
    for rows in rows {
        connection.exec_drop(person, &rows.person).await?;
        let id = connection.last_insert_id().unwrap_or_default();
        for values in &rows.experiences {
            connection.exec_drop(experience, owned(id, values)).await?;
        }
    }
    Ok(())
}

fn owned(person: u64, values: &[Value]) -> Vec<Value> {
    [Value::UInt(person)].into_iter().chain(values.iter().cloned()).collect()
}

fn insert(table: &str, columns: &[&str]) -> String {
    format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), vec!["?"; columns.len()].join(", "))
}

impl Rows {
    fn of(profile: &Profile) -> Result<Self> {
        let mut person = serde_json::to_value(admen::format_hrflow_profile_to_admen(profile)?)?;
        person["scsync_modified"] = json!("0");
        let experiences = person["experiences"].as_array().cloned().unwrap_or_default();
        Ok(Self {
            person: values(&person, &PERSON),
            experiences: experiences.iter().map(|row| values(row, &EXPERIENCE)).collect(),
        })
    }
}

fn values(row: &serde_json::Value, columns: &[&str]) -> Vec<Value> {
    let value = |column: &&str| match &row[*column] {
        serde_json::Value::Null => Value::NULL,
        serde_json::Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    };
    columns.iter().map(value).collect()
}
