//! What holds for any profile, against the database.

use connector_admen::format_hrflow_profile_to_admen;
use connector_hrflow::testing::{profile, profiles};
use hrflow_core::{ErrorKind, Found, Outcome};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use serde_json::json;

use crate::support::{counts, database, open, report, trace};

/// People of every shape.
const PEOPLE: usize = 150;

#[tokio::test]
async fn whoever_is_stored_is_found_as_they_were_sent_and_all_others_are_refused_by_name() {
    let database = database().await;
    let writer = open(database.parameters(), json!({})).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let people: Vec<_> = (0..PEOPLE)
        .filter_map(|number| {
            let mut person = profiles().new_tree(&mut runner).unwrap().current();
            // Some of them are named, whatever else they are.
            if number % 2 == 0 {
                person["info"]["last_name"] = json!(format!("Byron {number}"));
            }
            // What is no address fails in the format.
            format_hrflow_profile_to_admen(&profile(person)).ok()
        })
        .collect();
    let mut created = 0;
    // As the engine does: nobody twice in one batch.
    for batch in people.chunks(10) {
        let details = writer.trace(&batch.iter().collect::<Vec<_>>()).await.unwrap();
        let answers = writer.write(&batch.iter().map(report).collect::<Vec<_>>()).await;
        for ((person, details), answer) in batch.iter().zip(details).zip(answers) {
            let json = serde_json::to_value(person).unwrap();
            let trace = trace(&*writer, person, details);
            match answer {
                Ok(receipt) if receipt.outcome == Outcome::Created => {
                    created += 1;
                    let id = receipt.id.unwrap();
                    match writer.find(&trace).await.unwrap() {
                        Found::Ours(ids) => assert!(ids.contains(&id), "{json}"),
                        other => panic!("{other:?}: {json}"),
                    }
                }
                Ok(receipt) => assert_eq!(receipt.outcome, Outcome::AlreadyThere, "{json}"),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
                    assert!(error.context("column").is_some(), "{error}: {json}");
                }
            }
        }
    }
    assert!(created >= PEOPLE / 3, "{created}");
    assert_eq!(counts(&database).await.0, created as i64);
}
