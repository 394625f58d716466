//! The checks of the crash suite.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, ensure};
use hrflow_core::{ErrorKind, RunResult};
use hrflow_sandbox::Sandbox;
use serde::Deserialize;

use super::{
    crowd::{Crowd, Person},
    program::Program,
};
use crate::subject::Held;

/// The open dead letters: step and kind by key.
#[derive(Debug)]
pub(super) struct Letters(HashMap<String, Vec<Letter>>);

#[derive(Debug, Deserialize)]
struct Letter {
    key: String,
    step: String,
    kind: ErrorKind,
    message: String,
}

impl Letters {
    pub(super) fn read(program: &Program) -> Result<Self> {
        let mut by_key: HashMap<String, Vec<Letter>> = HashMap::new();
        // A rejected document is in both lists until a later run has left it out.
        for list in [&["dead-letters", "ls", "--json"][..], &["dead-letters", "ls", "--json", "--known"]] {
            let letters: Vec<Letter> = serde_json::from_value(program.json(list)?)?;
            for letter in letters {
                let known = by_key.entry(letter.key.clone()).or_default();
                if known.iter().all(|it| it.step != letter.step) {
                    known.push(letter);
                }
            }
        }
        Ok(Self(by_key))
    }

    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    fn of(&self, key: &str, wanted: impl Fn(&str) -> bool) -> Option<&Letter> {
        self.0.get(key)?.iter().find(|letter| wanted(&letter.step))
    }

    fn of_item(&self, key: &str) -> Option<&Letter> {
        self.of(key, |step| matches!(step, "format" | "write"))
    }

    fn of_resume(&self, key: &str) -> Option<&Letter> {
        self.of(key, |step| step == "resume")
    }
}

/// Whether a run ended early.
pub(super) fn is_stopped(result: &RunResult) -> bool {
    result.failures.iter().any(|failure| failure.step == "run" || failure.step == "read")
}

/// Checks that every item read is in exactly one count.
pub(super) fn adds_up(result: &RunResult) -> Result<()> {
    ensure!(result.events.settled() == result.events.read_success, "the counts do not add up: {result:#?}");
    Ok(())
}

/// Checks that every candidate is at the vendor once, or has a dead letter with a true reason.
pub(super) fn accounted_for(
    crowd: &Crowd,
    held: &[Held],
    letters: &Letters,
    receipts: &Receipts,
) -> Result<()> {
    nobody_is_there_who_is_refused(crowd, held, letters)?;
    for person in crowd.taken() {
        let records = records_of(person, held);
        let count = records.len();
        match letters.of_item(&person.key) {
            None => ensure!(count == 1, "{} is there {count} times, and no dead letter says why", person.key),
            Some(Letter { kind: ErrorKind::OutcomeUnknown, .. }) => {
                ensure!(count <= 1, "{} is there {count} times", person.key);
            }
            // A shared email can exclude one candidate while the other exists. A candidate delivered earlier may lack
            // newer data.
            Some(letter) => ensure!(
                count == 0 || person.is_one_of_two() || (count == 1 && receipts.id_of(person).is_some()),
                "{} is there although a dead letter says: {}",
                person.key,
                letter.message
            ),
        }
        ensure!(records.iter().all(|it| it.resumes <= 1), "{} has a résumé twice", person.key);
        let has_resume = records.iter().any(|it| it.resumes == 1);
        if count == 1 && person.has_resume && !has_resume {
            ensure!(
                letters.of(&person.key, |_| true).is_some(),
                "{} has no résumé, and no dead letter says why",
                person.key
            );
        }
    }
    no_strangers(crowd, held)
}

/// Checks that every accepted candidate exists once, with its résumé. Three kinds of dead letters may remain: rejected
/// candidates, résumés with a lost response at a vendor that cannot find documents, and résumés that could be sent only
/// with a new record.
pub(super) fn everybody_is_there(crowd: &Crowd, held: &[Held], letters: &Letters) -> Result<()> {
    nobody_is_there_who_is_refused(crowd, held, letters)?;
    let mut explained = crowd.people().iter().filter(|it| !it.is_taken).count();
    for person in crowd.taken() {
        let records = records_of(person, held);
        ensure!(records.len() == 1, "{} is there {} times", person.key, records.len());
        let resumes = records[0].resumes;
        match letters.of_resume(&person.key) {
            Some(letter)
                if letter.kind == ErrorKind::OutcomeUnknown && !crowd.abilities().finds_documents =>
            {
                ensure!(person.has_resume && resumes <= 1, "{} has {resumes} résumés", person.key);
                explained += 1;
            }
            // The résumé could not be sent with the candidate and cannot be sent later.
            Some(letter) if letter.kind == ErrorKind::Invalid && !crowd.abilities().late_resumes => {
                ensure!(person.has_resume && resumes == 0, "{} has {resumes} résumés", person.key);
                explained += 1;
            }
            _ => ensure!(resumes == usize::from(person.has_resume), "{} has {resumes} résumés", person.key),
        }
        ensure!(
            !person.has_own_address() || records[0].name == person.name,
            "{} is there as {}, and is {} by now",
            person.key,
            records[0].name,
            person.name
        );
    }
    let left = letters.count();
    ensure!(left == explained, "{left} dead letters are left at a vendor without faults: {letters:?}");
    ensure!(held.len() == crowd.records(), "{} records for {} identities", held.len(), crowd.records());
    no_strangers(crowd, held)
}

/// Checks that every candidate is complete.
pub(super) fn whole(torn: &[String]) -> Result<()> {
    ensure!(torn.is_empty(), "something is there in part: {}", torn.join("; "));
    Ok(())
}

/// The vendor's ids in the receipts, by key.
pub(super) struct Receipts(HashMap<String, String>);

impl Receipts {
    pub(super) fn read(program: &Program) -> Result<Self> {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let receipts = program.json_lines(&["receipts", "export", "--json"])?;
        let ids = receipts.iter().filter_map(|it| Some((text(&it["key"])?, text(&it["id"])?)));
        Ok(Self(ids.collect()))
    }

    fn id_of(&self, person: &Person) -> Option<&str> {
        self.0.get(&person.key).map(String::as_str)
    }
}

/// Checks that every accepted candidate has a receipt with its id at the vendor.
pub(super) fn receipts_tell_the_truth(crowd: &Crowd, held: &[Held], receipts: &Receipts) -> Result<()> {
    let taken = crowd.taken().count();
    ensure!(receipts.0.len() == taken, "{} receipts for {taken} people", receipts.0.len());
    for person in crowd.taken() {
        let id = receipts.id_of(person).unwrap_or_default();
        let record = held.iter().find(|it| it.id == id);
        ensure!(
            record.is_some_and(|record| person.is_at(record)),
            "the receipt of {} names the record {id}, which is somebody else's: {record:?}",
            person.key
        );
    }
    Ok(())
}

/// Checks that the cursor is at the newest profile.
pub(super) fn cursor_is_at_the_newest(result: &RunResult, sandbox: &Sandbox) -> Result<()> {
    let newest = sandbox.hrflow().profiles().into_iter().filter_map(|it| {
        let updated_at = it["updated_at"].as_str()?.to_owned();
        connector_hrflow::timestamp(&updated_at)
    });
    let newest = newest.max().map(|newest| newest.to_string());
    ensure!(result.read_from == newest, "the cursor is {:?}, and the newest is {newest:?}", result.read_from);
    Ok(())
}

/// Checks that every rejected candidate has a dead letter with the reason.
fn nobody_is_there_who_is_refused(crowd: &Crowd, held: &[Held], letters: &Letters) -> Result<()> {
    for person in crowd.people().iter().filter(|it| !it.is_taken) {
        ensure!(records_of(person, held).is_empty(), "{} is there, and cannot be", person.key);
        let letter = letters.of_item(&person.key);
        ensure!(
            letter.is_some_and(|it| it.kind == ErrorKind::Invalid && it.message.contains("e-mail address")),
            "no dead letter says that {} has no e-mail address: {letter:?}",
            person.key
        );
    }
    Ok(())
}

/// Checks that the vendor has no record of other candidates.
fn no_strangers(crowd: &Crowd, held: &[Held]) -> Result<()> {
    let names: HashSet<&str> = crowd.people().iter().flat_map(Person::names).collect();
    let stranger = held.iter().find(|it| !names.contains(it.name.as_str()));
    ensure!(stranger.is_none(), "a stranger is there: {stranger:?}");
    Ok(())
}

fn records_of<'h>(person: &Person, held: &'h [Held]) -> Vec<&'h Held> {
    held.iter().filter(|record| person.is_at(record)).collect()
}

impl Person {
    /// Whether a record belongs to this candidate: by email, or by name for candidates without an email.
    fn is_at(&self, record: &Held) -> bool {
        match &self.email {
            Some(email) => record.email.as_ref() == Some(email),
            None => record.name == self.name,
        }
    }

    fn is_one_of_two(&self) -> bool {
        self.email.is_some() && !self.has_own_address()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.earlier_names.iter().chain([&self.name]).map(String::as_str)
    }
}
