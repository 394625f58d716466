//! Hostile profiles through the program: every value that does not reach the vendor is found by its candidate's key.

mod values;

use std::{
    collections::HashMap,
    fmt, fs,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use connector_hrflow::{
    Profile,
    testing::{HOSTILE_SOURCE, hostile},
};
use hrflow_core::{
    Outcome, RunResult,
    state::{History, ItemHistory, SqliteState, State as _},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::values::dropped;
use crate::{
    program,
    subject::{Outside, World},
};

/// Every so many candidates, the program itself is asked for one.
const EACH: usize = 100;
/// How many of the values that were not found are named.
const NAMED: usize = 20;

/// What a run over hostile profiles came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Profiles in the file.
    pub profiles: usize,
    /// Records that the run created.
    pub created: usize,
    /// Profiles that became dead letters.
    pub failed: usize,
    /// Warnings that the run counted.
    pub warnings: u64,
    /// Values that are not in their record. Each was found in a warning.
    pub dropped: usize,
    /// How long the run took.
    pub run: Duration,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { profiles, created, failed, warnings, dropped, run } = self;
        let seconds = run.as_secs_f64();
        write!(
            f,
            "{profiles} profiles in {seconds:.0} s: {created} records created, {failed} dead letters, {warnings} warnings; \
             {dropped} values dropped, every one found by its key"
        )
    }
}

/// The first hostile profiles of a seed.
pub fn profiles(seed: u64, count: usize) -> Vec<Value> {
    hostile(seed).take(count).collect()
}

/// Runs the program once over [`profiles()`].
///
/// # Errors
///
/// A profile without a receipt or dead letter, and values that are neither in their record nor in a warning.
pub async fn run(world: &dyn World, profiles: &[Value]) -> Result<Figures> {
    let outside = world.outside().context("this target exists in one process only")?;
    let home = TempDir::new()?;
    write_workflow(&home, world, &outside)?;
    let mut file = fs::File::create(home.path().join("profiles.jsonl"))?;
    for profile in profiles {
        writeln!(file, "{profile}")?;
    }
    drop(file);

    let started = Instant::now();
    let run = ["run", "workflow.yaml", "--json", "--from", "profiles.jsonl"];
    let result: RunResult = serde_json::from_slice(&print(&home, &run)?)?;
    let time = started.elapsed();
    let events = &result.events;
    ensure!(events.read_success == profiles.len() as u64, "not every profile was read: {result:#?}");
    ensure!(events.settled() == events.read_success, "the counts do not add up: {result:#?}");

    let state = SqliteState::open_existing(&home.path().join(".hrflow"))?.context("the run left no state")?;
    let history = state.history();
    let contents = world.contents().await;
    let mut figures =
        Figures { profiles: profiles.len(), warnings: events.warnings, run: time, ..Figures::default() };
    let mut lost = Vec::new();
    for (number, json) in profiles.iter().enumerate() {
        let profile: Profile = serde_json::from_value(json.clone())?;
        let key = format!("{HOSTILE_SOURCE}/{number}");
        let item = item(history.as_ref(), &key).await?;
        match &item.receipt {
            Some(receipt) if receipt.outcome == Outcome::Created => {
                figures.created += 1;
                let id = receipt.id.as_ref().map(|it| it.0.as_str()).unwrap_or_default();
                let content = contents.get(id).with_context(|| format!("{key} has no record {id:?}"))?;
                for value in dropped(outside.connector, &profile, content) {
                    figures.dropped += 1;
                    if !receipt.warnings.iter().any(|warning| value.is_named_by(&warning.field)) {
                        lost.push(format!("{key}: {value}"));
                    }
                }
            }
            Some(_) => {}
            None => {
                ensure!(!item.dead_letters.is_empty(), "{key} has neither a receipt nor a dead letter");
                figures.failed += 1;
            }
        }
        if number % EACH == 0 {
            is_shown(&home, &key, &item)?;
        }
    }
    let (count, named) =
        (lost.len(), lost.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("\n"));
    ensure!(count == 0, "{count} of {} dropped values have no warning:\n{named}", figures.dropped);
    Ok(figures)
}

async fn item(history: &dyn History, key: &str) -> Result<ItemHistory> {
    let items = history.items(key).await?;
    items.into_iter().find(|it| it.key.as_str() == key).with_context(|| format!("{key} is not known"))
}

/// Checks that `hrflow where` shows what the state has.
fn is_shown(home: &TempDir, key: &str, item: &ItemHistory) -> Result<()> {
    let shown: Value = serde_json::from_slice(&print(home, &["where", key, "--json"])?)?;
    let text = shown.to_string();
    for warning in item.receipt.iter().flat_map(|receipt| &receipt.warnings) {
        let warning = json!(warning.field).to_string();
        ensure!(text.contains(&warning), "`hrflow where {key}` does not show the warning of {warning}");
    }
    for letter in &item.dead_letters {
        let message = json!(letter.letter.message).to_string();
        ensure!(text.contains(&message), "`hrflow where {key}` does not show {message}");
    }
    Ok(())
}

fn write_workflow(home: &TempDir, world: &dyn World, outside: &Outside<'_>) -> Result<()> {
    let mut target = world.target_parameters();
    let all: HashMap<&str, Value> = match outside.connector {
        "teamtailor" => HashMap::from([("notes", json!(true)), ("skills_as_tags", json!(1_000))]),
        _ => HashMap::new(),
    };
    all.into_iter().for_each(|(name, value)| target[name] = value);
    let workflow = json!({
        "workflow_id": "hostile",
        "connector": outside.connector,
        "action": "push_profile",
        "action_parameters": { "read_mode": "sync" },
        "target_parameters": target,
        "options": { "rate_limit": "off", "allow_local_urls": true, "attachments": false },
    });
    // JSON is YAML.
    fs::write(home.path().join("workflow.yaml"), workflow.to_string())?;
    Ok(())
}

fn print(home: &TempDir, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new(program::path()?);
    command.current_dir(home.path()).args(arguments).stdin(Stdio::null());
    command.env("HRFLOW_LIMITS_DIR", home.path().join(".limits"));
    let output = command.output()?;
    let is_expected = output.status.code().is_some_and(|code| [0, 3].contains(&code));
    ensure!(
        is_expected,
        "{arguments:?} failed: {}{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(output.stdout)
}
