//! The cost of a jq format, in a thread of this process and in its own process, compared with parsing and serialising
//! the same JSON.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use futures::{StreamExt, stream};
use hrflow_core::connector::JsonFormat;
use hrflow_sandbox::generate_profiles;
use hrflow_workflow::{Purpose, Surroundings, Workflow, jq::Runner};
use serde_json::{Value, json};

use crate::{
    Effort,
    compare::Comparison,
    program::Program,
    table::{Row, Table},
};

const PROFILES: usize = 2_000;
/// The time available for one item with 64 writes of 50 ms in flight. The mapping may use half of it.
const AIM: Duration = Duration::from_micros(50_000 / 64 / 2);

/// A candidate of 20 fields, as a user may write it without the default format.
pub(crate) const MAPPING: &str = r#"
def filled: if . == "" then null else . end;
.info as $info | (.experiences // []) as $jobs | (.educations // []) as $studies
| {
    data: {
      type: "candidates",
      attributes: {
        "first-name": ($info.first_name | filled),
        "last-name": ($info.last_name | filled),
        email: ($info.email | filled | if . then ascii_downcase else null end),
        phone: ($info.phone | filled),
        pitch: ($info.summary | if . then .[:140] else null end),
        sourced: true,
        tags: [(.tags // [])[] | "\(.name): \(.value)"],
        "birth-date": $info.date_birth,
        gender: $info.gender,
        city: ($info.location.fields.city? // null),
        country: ($info.location.fields.country? // null),
        "job-title": ($jobs[0].title? // null),
        company: ($jobs[0].company? // null),
        "years-of-experience": ($jobs | length),
        school: ($studies[0].school? // null),
        degree: ($studies[0].title? // null),
        languages: [(.languages // [])[].name],
        interests: ([(.interests // [])[].name] | join(", "))
      }
    },
    skills: [(.skills // [])[].name],
    key: .key
  }
"#;

pub(crate) fn measure(program: &Program, effort: Effort, table: &mut Table) -> Result<()> {
    let texts: Vec<Vec<u8>> = generate_profiles(PROFILES, 7)
        .files("https://files.example.com")
        .map(|profile| serde_json::to_vec(&profile))
        .collect::<Result<_, _>>()?;
    let profiles: Vec<Value> = texts.iter().map(|it| serde_json::from_slice(it)).collect::<Result<_, _>>()?;
    let thread = format(Runner::Thread(hrflow_connectors::catalogue))?;
    let process =
        format(Runner::Process { program: program.path().to_owned(), arguments: vec!["run-jq".into()] })?;
    let (mut in_thread, mut in_process) = (Comparison::default(), Comparison::default());
    for round in 0..=effort.rounds {
        let floor = timed(&texts, |text| Ok(serde_json::to_vec(&serde_json::from_slice::<Value>(text)?)?))?;
        let mapped = |format: &JsonFormat| {
            timed(&profiles, |profile| {
                let item = format(profile.clone()).map_err(|error| anyhow!("{error}"))?;
                Ok(serde_json::to_vec(&item)?)
            })
        };
        let (thread, process) = (mapped(&thread)?, mapped(&process)?);
        if round > 0 {
            in_thread.push(thread, floor);
            in_process.push(process, floor);
        }
    }
    table.push(row("a thread", &in_thread));
    table.push(row("a process", &in_process));
    Ok(())
}

/// Returns the mapping as in a workflow file.
fn format(runner: Runner) -> Result<JsonFormat> {
    let workflow = json!({
        "connector": "teamtailor",
        "action": "push_profile",
        "action_parameters": { "format": MAPPING },
    });
    let items = Some(stream::empty().boxed());
    let surroundings = Surroundings { items, purpose: Purpose::Map, runner, ..Surroundings::default() };
    let prepared = Workflow::parse(&workflow.to_string(), "bench")?.prepare_with(surroundings)?;
    prepared.run.format.context("the workflow has a format")
}

fn timed<T>(items: &[T], mut work: impl FnMut(&T) -> Result<Vec<u8>>) -> Result<Duration> {
    let started = Instant::now();
    for item in items {
        black_box(work(item)?);
    }
    Ok(started.elapsed())
}

fn row(place: &str, comparison: &Comparison) -> Row {
    let each = |wall: Duration| wall / u32::try_from(PROFILES).unwrap_or(u32::MAX);
    let shown = |wall: Duration| format!("{:.1} µs", each(wall).as_secs_f64() * 1e6);
    let [least, median, most] = comparison.speed().map(f64::recip);
    let ours = comparison.ours().wall;
    Row {
        measure: format!("a jq format of 20 members, in {place}"),
        ours: shown(ours),
        floor: shown(comparison.floor().wall),
        // Inverted: the slowest gives the largest ratio.
        ratio: format!("{median:.1} × ({most:.1} – {least:.1})"),
        aim: format!("≤ {} µs", AIM.as_micros()),
        met: Some(each(ours) <= AIM),
    }
}
