//! What holds at either engine.

use std::{future::Future, pin::Pin, sync::Arc};

use anyhow::{Context, ensure};
use connector_admen::{Parameters, Person, Persons, format_hrflow_profile_to_admen, push_profile};
use connector_hrflow::testing;
use hrflow_core::{
    ContentHash, Environment, ErrorKind, Found, OpenContext, Options, Outcome, RunResult, Status, Target,
    Trace, Write, Writer,
    options::OnExisting,
    parameters,
    state::{MemoryState, State},
};
use serde_json::{Value, json};

use crate::place::Place;

type Behaviour = fn(Place) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        pub(crate) const ALL: &[(&str, Behaviour)] = &[$((stringify!($name), |place| Box::pin($name(place)))),*];
    };
}

suite![
    samples_come_out_as_they_went_in,
    people_are_stored_once,
    a_refused_person_does_not_cost_the_neighbours,
    archived_and_disabled_people_count,
    an_update_takes_nothing_away,
    what_does_not_fit_is_cut_or_refused,
    what_was_sent_is_found,
    persons_and_experiences_of_a_large_batch_belong_together,
    a_name_in_another_case_is_the_same_target_or_none,
    two_writers_do_not_double_a_person,
    the_check_writes_nothing,
];

fn read(place: &Place) -> Parameters {
    parameters::read("target_parameters", &place.parameters()).expect("the parameters are good")
}

async fn push(place: &Place, options: Value, profiles: &[Value]) -> RunResult {
    let mut all = json!({ "timeout": "30s", "deadline": "2m" });
    testing::merge(&mut all, options);
    testing::push(push_profile(), read(place), all, Environment::default(), profiles).await
}

async fn open(place: &Place) -> anyhow::Result<Arc<dyn Writer<Person>>> {
    Ok(open_with(read(place)).await?)
}

async fn open_with(parameters: Parameters) -> hrflow_core::Result<Arc<dyn Writer<Person>>> {
    let context =
        OpenContext { options: Options::default(), rate_limit: None, grants: MemoryState::new().grants() };
    Persons.open(parameters, context).await
}

fn item(profile: Value) -> Person {
    format_hrflow_profile_to_admen(&testing::profile(profile)).expect("every profile makes a person")
}

fn somebody(number: usize) -> Value {
    json!({ "key": number.to_string(), "updated_at": "2024-02-03T04:05:06+0000",
        "info": { "first_name": "Ada", "last_name": format!("Byron {number}"), "email": format!("ada.{number}@example.com"),
            "phone": format!("+33 1 99 00 {number:04}") },
        "experiences": [{ "title": "Analyst", "company": "Engines Ltd", "date_start": "2020-05-01" },
            { "title": "Tutor", "date_start": "2017-01", "date_end": "2019" }] })
}

async fn count(place: &Place, what: &str) -> anyhow::Result<usize> {
    let rows = place.rows(&format!("SELECT {} FROM dbo.{what}", place.number("COUNT(*)"))).await?;
    let text =
        rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten().context("no number")?;
    Ok(text.parse()?)
}

async fn counts(place: &Place) -> anyhow::Result<(usize, usize)> {
    Ok((count(place, "PERSONNES").await?, count(place, "EXPERIENCES_PROFESSIONNELLES").await?))
}

async fn samples_come_out_as_they_went_in(place: Place) -> anyhow::Result<()> {
    let samples: Vec<Value> = testing::SAMPLES.iter().map(|(name, _)| testing::sample(name)).collect();
    let result = push(&place, json!({}), &samples).await;
    // One has nothing that a person is known by.
    ensure!((result.events.write_success, result.events.format_failure) == (5, 1), "{:?}", result.failures);
    let persons = format!(
        "SELECT NOM, PRENOM, EMAIL_PERSO, TEL_MOBILE, ADRESSE, CODE_POSTAL, VILLE, AREA, PAYS, LINKEDINPUBLICPROFIL, {}, {}, {}, \
         scsync_modified FROM dbo.PERSONNES ORDER BY ID_PERSONNE",
        place.moment("DATE_NAISSANCE"),
        place.moment("DATE_CREATION"),
        place.moment("DATE_MAJ"),
    );
    let experiences = format!(
        "SELECT INTITULE_POSTE, POSTE_OCCUPE, RAISON_SOCIALE, DEPARTMENT, {}, {}, {}, COMMENTAIRES \
         FROM dbo.EXPERIENCES_PROFESSIONNELLES ORDER BY ID_EXPERIENCE",
        place.moment("DATE_EXP"),
        place.moment("DATE_FIN"),
        place.number("EN_COURS"),
    );
    let stored =
        json!({ "persons": place.rows(&persons).await?, "experiences": place.rows(&experiences).await? });
    // One snapshot for both: they are equal, character for character.
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_json_snapshot!("samples_as_stored", testing::shortened(stored));
    });
    Ok(())
}

async fn people_are_stored_once(place: Place) -> anyhow::Result<()> {
    let people: Vec<Value> = (0..130).map(somebody).collect();
    let result = push(&place, json!({}), &people).await;
    ensure!(result.status == Status::Success && result.events.write_success == 130, "{:?}", result.failures);
    ensure!(counts(&place).await? == (130, 260));
    let again = push(&place, json!({}), &people).await;
    ensure!(again.events.write_duplicate == 130, "{:?}", again.failures);
    ensure!(counts(&place).await? == (130, 260));
    Ok(())
}

async fn a_refused_person_does_not_cost_the_neighbours(place: Place) -> anyhow::Result<()> {
    place.run("CREATE UNIQUE INDEX UQ_TEL ON dbo.PERSONNES (TEL_MOBILE)").await?;
    let mut people: Vec<Value> = (0..10).map(somebody).collect();
    people[7]["info"]["phone"] = people[3]["info"]["phone"].clone();
    let result = push(&place, json!({}), &people).await;
    ensure!((result.events.write_success, result.events.write_failure) == (9, 1), "{:?}", result.failures);
    // Not every server leaves the name as it was written.
    ensure!(result.failures[0].message.to_uppercase().contains("UQ_TEL"), "{:?}", result.failures);
    ensure!(counts(&place).await? == (9, 18));
    Ok(())
}

async fn archived_and_disabled_people_count(place: Place) -> anyhow::Result<()> {
    place
        .run(
            "INSERT INTO dbo.PERSONNES (NOM, EMAIL, EMAIL_PERSO, SOFT_DELETED, RGPD_DISABLED, scsync_modified) VALUES \
             ('a', 'ADA.1@Example.com', NULL, 0, NULL, '0'), ('b', NULL, 'ada.2@example.com', 1, 0, '0'), \
             ('c', NULL, 'ada.3@example.com', 0, 1, '0')",
        )
        .await?;
    for on_existing in ["report", "update"] {
        let people: Vec<Value> = (2..4).map(somebody).collect();
        let result = push(&place, json!({ "on_existing": on_existing }), &people).await;
        ensure!(result.events.write_duplicate == 2, "{result:?}");
    }
    let result = push(&place, json!({}), &[somebody(1)]).await;
    ensure!(result.events.write_duplicate == 1, "{result:?}");
    ensure!(counts(&place).await? == (3, 0));
    Ok(())
}

async fn an_update_takes_nothing_away(place: Place) -> anyhow::Result<()> {
    ensure!(push(&place, json!({}), &[somebody(1)]).await.events.write_success == 1);
    place
        .run(
            "UPDATE dbo.PERSONNES SET VILLE = 'Paris', DATE_CREATION = '2001-01-01', DATE_MAJ = '2030-01-01'",
        )
        .await?;
    let mut person = somebody(1);
    person["info"]["phone"] = json!("+33 1 99 00 99 99");
    person["created_at"] = json!("2024-01-01");
    person["experiences"] = json!([
        { "title": "Analyst", "company": "Engines Ltd", "date_start": "2020-05-01", "date_end": "2024-06-30" },
        { "title": "Analyst", "company": "Looms Inc" },
    ]);
    for _ in 0..2 {
        let result = push(&place, json!({ "on_existing": "update" }), &[person.clone()]).await;
        ensure!(result.events.write_success == 1, "{:?}", result.failures);
    }
    let query = format!(
        "SELECT TEL_MOBILE, VILLE, {}, {} FROM dbo.PERSONNES",
        place.moment("DATE_CREATION"),
        place.moment("DATE_MAJ")
    );
    let rows = place.rows(&query).await?;
    let wanted = ["+33 1 99 00 99 99", "Paris", "2001-01-01 00:00:00", "2030-01-01 00:00:00"];
    ensure!(rows == [wanted.map(|it| Some(it.to_owned()))], "{rows:?}");
    ensure!(counts(&place).await? == (1, 3));
    ensure!(
        count(&place, "EXPERIENCES_PROFESSIONNELLES WHERE EN_COURS = 0 AND DATE_FIN = '2024-06-30'").await?
            == 1
    );
    Ok(())
}

async fn what_does_not_fit_is_cut_or_refused(place: Place) -> anyhow::Result<()> {
    match &place {
        Place::Mariadb(_) => {
            place.run("ALTER TABLE dbo.PERSONNES MODIFY VILLE VARCHAR(10) CHARACTER SET latin1 NULL, MODIFY AREA VARCHAR(8) NULL")
        }
        Place::Mssql { .. } => place.run(
            "ALTER TABLE dbo.PERSONNES DROP COLUMN VILLE; ALTER TABLE dbo.PERSONNES DROP COLUMN AREA; \
             ALTER TABLE dbo.PERSONNES ADD VILLE VARCHAR(10) COLLATE Latin1_General_CI_AS NULL; \
             ALTER TABLE dbo.PERSONNES ADD AREA NVARCHAR(8) NULL",
        ),
    }
    .await?;
    let living = |number: usize, city: &str, state: &str| {
        let mut person = somebody(number);
        person["info"]["location"] = json!({ "fields": { "city": city, "state": state } });
        person
    };
    let people = [
        living(1, "Saint-Étienne-du-Mont", "Île"),
        living(2, "Dvůr", ""),
        living(3, "5 €", "Bouches-du-Rhône"),
    ];
    let result = push(&place, json!({}), &people).await;
    ensure!(result.events.write_success == 3, "{:?}", result.failures);
    let person = item(living(4, "Dvůr", ""));
    let write = Write { item: &person, known: None, on_existing: OnExisting::Report, attachments: true };
    let receipt = open(&place).await?.write(&[write]).await.remove(0)?;
    let warnings: Vec<String> = receipt.warnings.iter().map(ToString::to_string).collect();
    ensure!(
        warnings.iter().any(|it| it.starts_with("PERSONNES.VILLE: ") && it.contains("U+016F; left out")),
        "{warnings:?}"
    );
    let rows = place.rows("SELECT VILLE, AREA FROM dbo.PERSONNES ORDER BY NOM").await?;
    let wanted =
        [[Some("Saint-Étie"), Some("Île")], [None, None], [Some("5 €"), Some("Bouches-")], [None, None]]
            .map(|row| row.map(|it| it.map(str::to_owned)));
    ensure!(rows == wanted, "{rows:?}");
    Ok(())
}

async fn what_was_sent_is_found(place: Place) -> anyhow::Result<()> {
    let writer = open(&place).await?;
    let mut nobody = somebody(2);
    nobody["info"]["email"] = json!(null);
    let items = [item(somebody(1)), item(nobody), item(somebody(3)), item(testing::sample("unicode"))];
    let details = writer.trace(&items.iter().collect::<Vec<_>>()).await?;
    let trace = |at: usize| -> anyhow::Result<Trace> {
        Ok(Trace {
            at: writer.now(),
            sent_until: None,
            hash: ContentHash::of(&items[at])?,
            identity: writer.identity(&items[at]),
            details: details[at].clone(),
        })
    };
    for at in 0..4 {
        ensure!(writer.find(&trace(at)?).await? == Found::Absent, "{at}");
    }
    let writes: Vec<Write<'_, Person>> = [0, 1, 3]
        .iter()
        .map(|at| Write {
            item: &items[*at],
            known: None,
            on_existing: OnExisting::Report,
            attachments: true,
        })
        .collect();
    let mut ids = Vec::new();
    for answer in writer.write(&writes).await {
        let receipt = answer?;
        ensure!(receipt.outcome == Outcome::Created);
        ids.push(receipt.id.context("an id")?);
    }
    for (at, id) in [0, 1, 3].into_iter().zip(&ids) {
        ensure!(writer.find(&trace(at)?).await? == Found::Ours(vec![id.clone()]), "{at}");
    }
    place
        .run("UPDATE dbo.PERSONNES SET NOM = 'Somebody else' WHERE EMAIL_PERSO = 'ada.1@example.com'")
        .await?;
    ensure!(writer.find(&trace(0)?).await? == Found::Someone(ids[0].clone()));
    ensure!(writer.find(&trace(2)?).await? == Found::Absent);
    Ok(())
}

async fn two_writers_do_not_double_a_person(place: Place) -> anyhow::Result<()> {
    let people: Vec<Value> = (0..60).map(somebody).collect();
    let runs = futures::future::join_all((0..3).map(|_| push(&place, json!({}), &people))).await;
    let created: u64 = runs.iter().map(|it| it.events.write_success).sum();
    ensure!(created == 60, "{:?}", runs.iter().map(|it| &it.failures).collect::<Vec<_>>());
    ensure!(counts(&place).await? == (60, 120));
    Ok(())
}

async fn persons_and_experiences_of_a_large_batch_belong_together(place: Place) -> anyhow::Result<()> {
    let people: Vec<Value> = (0..500)
        .map(|number| {
            let mut person = somebody(number);
            person["experiences"] = json!([{ "title": format!("Analyst {number}") }]);
            person
        })
        .collect();
    let result = push(&place, json!({}), &people).await;
    ensure!(result.events.write_success == 500, "{:?}", result.failures);
    let rows = place
        .rows(
            "SELECT p.NOM, e.INTITULE_POSTE FROM dbo.PERSONNES p JOIN dbo.EXPERIENCES_PROFESSIONNELLES e \
             ON e.ID_PERSONNE = p.ID_PERSONNE",
        )
        .await?;
    ensure!(rows.len() == 500, "{}", rows.len());
    let number =
        |text: &Option<String>| text.as_ref().and_then(|it| it.split(' ').next_back().map(str::to_owned));
    ensure!(rows.iter().all(|row| number(&row[0]) == number(&row[1])), "{rows:?}");
    Ok(())
}

async fn a_name_in_another_case_is_the_same_target_or_none(place: Place) -> anyhow::Result<()> {
    let target = open(&place).await?.target_id().clone();
    let mut of = place.parameters();
    let name = of["db_name"].as_str().context("a name")?.to_owned();
    let other: String = name
        .chars()
        .map(|it| if it.is_lowercase() { it.to_ascii_uppercase() } else { it.to_ascii_lowercase() })
        .collect();
    ensure!(other != name, "{name} has no letters");
    of["db_name"] = json!(other);
    match open_with(parameters::read("target_parameters", &of)?).await {
        Ok(writer) => ensure!(*writer.target_id() == target, "{:?}, and {target:?}", writer.target_id()),
        // There names in another case are other names.
        Err(error) => ensure!(
            matches!(error.kind(), ErrorKind::Config | ErrorKind::Forbidden)
                && error.to_string().contains(&other),
            "{error}"
        ),
    }
    Ok(())
}

async fn the_check_writes_nothing(place: Place) -> anyhow::Result<()> {
    let found = open(&place).await?.check().await?;
    ensure!(
        found.iter().any(|it| it.to_string().contains("persons may be selected and inserted")),
        "{found:?}"
    );
    ensure!(
        found.iter().any(
            |it| it.is_warning() && it.to_string().contains("no index begins with PERSONNES.EMAIL_PERSO")
        ),
        "{found:?}"
    );
    ensure!(counts(&place).await? == (0, 0));
    Ok(())
}
