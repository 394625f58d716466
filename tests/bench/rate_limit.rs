//! The share of Teamtailor's limit that a run uses without exceeding it.
//!
//! The strict mock server counts in its own sliding window and has the latency of a real vendor. It runs in this
//! process, because the limit, not the CPU, bounds the speed.

use std::{
    fs,
    io::Write,
    process::{Child, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, stream};
use hrflow_connectors::teamtailor;
use hrflow_core::Options;
use hrflow_sandbox::{Config, Fault, Rule, Sandbox, Vendor};
use serde_json::json;

use crate::{
    people,
    program::{self, Program},
    say,
    table::{Row, Table},
    vendor::Access,
};

/// The required share of the limit.
const AIM: f64 = 0.97;
/// The required share of the limit for several processes together.
const AIM_TOGETHER: f64 = 0.95;
/// The number of processes with one key.
const PROCESSES: usize = 4;
/// Teamtailor's limit for each window.
const REQUESTS: usize = 50;

pub(crate) async fn measure(program: &Program, long: bool, table: &mut Table) -> Result<()> {
    // All times are a tenth: the window and the vendor's latency.
    one(Duration::from_secs(1), Duration::from_millis(5), 21, table).await?;
    if long {
        one(Duration::from_secs(10), Duration::from_millis(50), 9, table).await?;
    }
    several(program, Duration::from_secs(1), Duration::from_millis(5), 21, table).await?;
    if long {
        several(program, Duration::from_secs(10), Duration::from_millis(50), 8, table).await?;
    }
    Ok(())
}

async fn one(window: Duration, latency: Duration, windows: u32, table: &mut Table) -> Result<()> {
    let seconds = window.as_secs();
    say(&format!("rate limit of {REQUESTS} in {seconds} s, for {} s", seconds * u64::from(windows - 1)))?;
    let requests = REQUESTS * windows as usize;
    let sandbox = strict(window, latency, requests).await?;
    let credentials = sandbox.credentials().teamtailor;
    let parameters = serde_json::from_value(json!({
        "Authorization": credentials.key,
        "X_Api_Version": credentials.api_version,
        "api_url": sandbox.urls().teamtailor,
    }))?;
    // The run's first request reads the company.
    let profiles = people::profiles(requests - 1)?;
    let count = profiles.len();
    let mut options = Options::default();
    if window != Duration::from_secs(10) {
        options = serde_json::from_value(json!({ "rate_limit": format!("{REQUESTS}/{seconds}s") }))?;
    }
    let items = stream::iter(profiles.into_iter().map(Ok)).boxed();
    let result = teamtailor::push_profile().run_items(items, parameters).options(options).await;
    program::check(&result, count)?;

    let Used { took, least, refused } = used(&sandbox, requests, window, windows)?;
    let share = least.as_secs_f64() / took.as_secs_f64();
    table.push(Row {
        measure: format!(
            "share of a limit of {REQUESTS} in {seconds} s; sandbox, {} ms, {requests} requests",
            latency.as_millis()
        ),
        ours: format!("{:.2} s, {refused} × 429", took.as_secs_f64()),
        floor: format!("{:.2} s", least.as_secs_f64()),
        ratio: format!("{:.1} %", share * 100.0),
        aim: format!("≥ {:.0} %, no 429", AIM * 100.0),
        met: Some(share >= AIM && refused == 0),
    });
    Ok(())
}

/// Measures several processes of the program with one key, half of them without state.
async fn several(
    program: &Program,
    window: Duration,
    latency: Duration,
    windows: u32,
    table: &mut Table,
) -> Result<()> {
    let seconds = window.as_secs();
    let lasting = seconds * u64::from(windows - 1);
    say(&format!("rate limit of {REQUESTS} in {seconds} s by {PROCESSES} processes, for {lasting} s"))?;
    let requests = REQUESTS * windows as usize;
    let sandbox = strict(window, latency, requests).await?;
    let directory = tempfile::tempdir()?;
    let workflow = directory.path().join("workflow.yaml");
    let options = json!({ "rate_limit": format!("{REQUESTS}/{seconds}s") });
    fs::write(&workflow, program::workflow_with(&Access::of(&sandbox), None, options))?;

    // The first request of each process reads the company.
    let people: Vec<_> = people::people(requests - PROCESSES).collect();
    let processes = people.chunks(people.len().div_ceil(PROCESSES)).enumerate().map(|(number, chunk)| {
        let path = directory.path().join(format!("{number}.jsonl"));
        let mut file = fs::File::create(&path)?;
        chunk.iter().try_for_each(|person| writeln!(file, "{person}"))?;
        let mut command = program.command();
        command.arg("run").arg(&workflow).arg("--from").arg(&path).arg("--json");
        match number % 2 {
            0 => command.arg("--no-state"),
            _ => command.arg("--state-dir").arg(directory.path().join(format!("state-{number}"))),
        };
        Ok((command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?, chunk.len()))
    });
    let processes = processes.collect::<Result<Vec<(Child, usize)>>>()?;
    for (process, count) in processes {
        let output = tokio::task::spawn_blocking(|| process.wait_with_output()).await??;
        program::check(&serde_json::from_slice(&output.stdout)?, count)?;
    }
    let Used { took, least, refused } = used(&sandbox, requests, window, windows)?;
    let share = least.as_secs_f64() / took.as_secs_f64();
    table.push(Row {
        measure: format!(
            "the same by {PROCESSES} processes with one key, {} ms, {requests} requests",
            latency.as_millis()
        ),
        ours: format!("{:.2} s, {refused} × 429", took.as_secs_f64()),
        floor: format!("{:.2} s", least.as_secs_f64()),
        ratio: format!("{:.1} %", share * 100.0),
        aim: format!("≥ {:.0} %, no 429", AIM_TOGETHER * 100.0),
        met: Some(share >= AIM_TOGETHER && refused == 0),
    });
    Ok(())
}

/// Starts a Teamtailor that accepts this many requests in any window and rejects the rest.
async fn strict(window: Duration, latency: Duration, requests: usize) -> Result<Sandbox> {
    let mut config = Config { seeded: false, journal: requests * 2, ..Config::default() };
    config.teamtailor.rate_limit = Some(REQUESTS as u32);
    config.teamtailor.rate_window = u32::try_from(window.as_secs())?;
    let sandbox = Sandbox::start(config).await?;
    let late = Fault::Latency { milliseconds: u64::try_from(latency.as_millis())? };
    sandbox.faults().add(Rule::new(Vendor::Teamtailor, "*", late));
    Ok(sandbox)
}

/// The use of a limit.
struct Used {
    took: Duration,
    /// The shortest possible time of the requests: each window is used completely at its start.
    least: Duration,
    refused: usize,
}

fn used(sandbox: &Sandbox, requests: usize, window: Duration, windows: u32) -> Result<Used> {
    let entries = sandbox.journal().entries();
    let refused = entries.iter().filter(|entry| entry.status == Some(429)).count();
    ensure!(entries.len() - refused == requests, "{} requests came, {refused} refused", entries.len());
    let times = entries.iter().map(|entry| entry.at);
    let (first, last) = times.clone().min().zip(times.max()).context("there are requests")?;
    let took = Duration::try_from(last.duration_since(first))?;
    Ok(Used { took, least: window * (windows - 1), refused })
}
