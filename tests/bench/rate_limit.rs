//! How much of Teamtailor's limit a run uses, without ever being told that it was too much.
//!
//! The strict stand-in counts in its own sliding window, and answers as late as a real vendor would. It works in this
//! process: there is nothing here that it could slow down.

use std::time::Duration;

use anyhow::{Result, ensure};
use futures::{StreamExt, stream};
use hrflow_connectors::teamtailor;
use hrflow_core::Options;
use hrflow_sandbox::{Config, Fault, Rule, Sandbox, Vendor};
use serde_json::json;

use crate::{
    people, program, say,
    table::{Row, Table},
};

/// The share of the limit that should be used.
const AIM: f64 = 0.97;
/// Teamtailor's limit, in any window.
const REQUESTS: usize = 50;

pub(crate) async fn measure(long: bool, table: &mut Table) -> Result<()> {
    // A tenth of everything: the window, and how late the vendor answers.
    one(Duration::from_secs(1), Duration::from_millis(5), 21, table).await?;
    if long {
        one(Duration::from_secs(10), Duration::from_millis(50), 9, table).await?;
    }
    Ok(())
}

async fn one(window: Duration, latency: Duration, windows: u32, table: &mut Table) -> Result<()> {
    let seconds = window.as_secs();
    say(&format!("rate limit of {REQUESTS} in {seconds} s, for {} s", seconds * u64::from(windows - 1)))?;
    let requests = REQUESTS * windows as usize;
    let mut config = Config { seeded: false, journal: requests * 2, ..Config::default() };
    config.teamtailor.rate_limit = Some(REQUESTS as u32);
    config.teamtailor.rate_window = u32::try_from(seconds)?;
    let sandbox = Sandbox::start(config).await?;
    let late = Fault::Latency { milliseconds: u64::try_from(latency.as_millis())? };
    sandbox.faults().add(Rule::new(Vendor::Teamtailor, "*", late));
    let credentials = sandbox.credentials().teamtailor;
    let parameters = serde_json::from_value(json!({
        "Authorization": credentials.key,
        "X_Api_Version": credentials.api_version,
        "api_url": sandbox.urls().teamtailor,
    }))?;
    // The run's first request asks for the company.
    let profiles = people::profiles(requests - 1)?;
    let count = profiles.len();
    let mut options = Options::default();
    if window != Duration::from_secs(10) {
        options = serde_json::from_value(json!({ "rate_limit": format!("{REQUESTS}/{seconds}s") }))?;
    }
    let items = stream::iter(profiles.into_iter().map(Ok)).boxed();
    let result = teamtailor::push_profile().run_items(items, parameters).options(options).await;
    program::check(&result, count)?;

    let entries = sandbox.journal().entries();
    let refused = entries.iter().filter(|entry| entry.status == Some(429)).count();
    ensure!(entries.len() - refused == requests, "{} requests came, {refused} refused", entries.len());
    let times = entries.iter().map(|entry| entry.at);
    let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { return Ok(()) };
    let took = Duration::try_from(last.duration_since(first))?;
    // So many requests cannot be sent faster: each window takes its fill at its beginning.
    let least = window * (windows - 1);
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
